import mysql from 'mysql2/promise';
import { Chunk } from '../../chunk/chunk.js';
import { mysqlError } from '../../types/error-table.js';
import { newFieldType, TypeCode } from '../../types/field-type.js';
import { bytesVector, column, numVector, ok, rowsOf } from '../testing/fake-engine.js';
import { RawClient } from '../testing/raw-client.js';
import type { TestServer } from '../testing/test-server.js';
import { startTestServer } from '../testing/test-server.js';
import { Capability } from './capabilities.js';
import { CommandCode } from './command-codes.js';
import { MAX_PACKET_PAYLOAD } from './packet-reader.js';

const columns = [
  column('id', newFieldType(TypeCode.Long)),
  column('s', newFieldType(TypeCode.VarChar, { flen: 200 })),
];
const ids = Array.from({ length: 1000 }, (_, i) => i);
const CHUNK = new Chunk([numVector(ids), bytesVector(ids.map((i) => `row ${i} `.padEnd(180, '.')))], 1000);

let s: TestServer;
let pulled = 0;
let closed = 0;
beforeEach(async () => {
  pulled = closed = 0;
  s = await startTestServer();
  const stream = (chunks: number, later: boolean) => {
    let n = 0;
    return rowsOf(columns, [], {
      nextChunk: () => {
        if (n++ === chunks) return null;
        pulled++;
        return later ? Promise.resolve(CHUNK) : CHUNK;
      },
      close: () => void closed++,
    });
  };
  s.engine.on('sync', () => stream(1000, false));
  s.engine.on('async', () => stream(1000, true));
  s.engine.on('breaks', () => {
    let n = 0;
    return rowsOf(columns, [], {
      nextChunk: () => {
        if (n++ < 3) return CHUNK;
        throw mysqlError('ER_QUERY_INTERRUPTED');
      },
      close: () => void closed++,
    });
  });
});
afterEach(() => s.server.close(0));

const settled = async (value: () => number): Promise<number> => {
  for (let last = -1, same = 0; same < 5;) {
    await new Promise((r) => setTimeout(r, 20));
    same = value() === last ? same + 1 : 0;
    last = value();
  }
  return value();
};

describe('streams', () => {
  test.each(['sync', 'async'])('a client that does not read stops the executor (%s)', async (sql) => {
    const c = await RawClient.login(s.port);
    c.socket.pause();
    c.command(CommandCode.Query, sql);
    const held = await settled(() => pulled);
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThan(500); // 1000 chunks are 190 MB; what is under way is the kernel's buffers and a little
    // Others are served meanwhile.
    const other = await RawClient.login(s.port);
    other.command(CommandCode.Ping);
    expect((await other.read()).payload[0]).toBe(0);
    other.close();
    // The client goes: everything is let go of.
    const session = [...s.engine.sessions.values()][0]!;
    c.close();
    while (closed === 0 || s.server.connectionCount > 0) await new Promise((r) => setTimeout(r, 5));
    expect(closed).toBe(1);
    expect(session.closed).toBe(true);
    expect(pulled).toBeLessThan(500);
  });

  test('a slow client gets everything', async () => {
    const c = await mysql.createConnection({ host: '127.0.0.1', port: s.port, user: 'root' });
    let n = 0;
    let wrong = 0;
    await new Promise<void>((resolve, reject) => {
      const rows = (
        c as unknown as { connection: { query(sql: string): { stream(o: object): NodeJS.ReadableStream } } }
      ).connection
        .query('sync')
        .stream({ highWaterMark: 50 });
      rows.on('data', (row: { id: number; s: string }) => {
        if (row.id !== n % 1000 || row.s.length !== 180) wrong++;
        if (++n % 200_000 === 0) {
          rows.pause();
          setTimeout(() => rows.resume(), 20);
        }
      });
      rows.on('end', resolve);
      rows.on('error', reject);
    });
    expect(n).toBe(1_000_000);
    expect(wrong).toBe(0);
    expect(closed).toBe(1);
    await c.end();
  });

  test('an error in the middle of a result', async () => {
    const c = await mysql.createConnection({ host: '127.0.0.1', port: s.port, user: 'root' });
    await expect(c.query('breaks')).rejects.toMatchObject({ errno: 1317 });
    expect(closed).toBe(1);
    await c.ping();
    await c.end();
  });

  test('a long result does not keep others from their turn', async () => {
    const busy = await mysql.createConnection({ host: '127.0.0.1', port: s.port, user: 'root' });
    const other = await RawClient.login(s.port);
    const all = busy.query('sync');
    other.command(CommandCode.Ping);
    await other.read();
    expect(closed).toBe(0);
    other.close();
    await all;
    await busy.end();
  });
});

describe('packets of 16 MiB and more', () => {
  test.each([
    // Beside the text there are the command and two bytes of (no) attributes.
    MAX_PACKET_PAYLOAD - 9,
    MAX_PACKET_PAYLOAD - 8,
    MAX_PACKET_PAYLOAD - 7,
    20_000_000,
    2 * MAX_PACKET_PAYLOAD,
  ])('%i bytes both ways', async (n) => {
    const big = Buffer.alloc(n, 0x61);
    big.write('echo ');
    s.engine.on(/^echo/, ({ sql }) =>
      rowsOf([column('v', newFieldType(TypeCode.LongBlob))], [new Chunk([bytesVector([sql])], 1)]),
    );
    const c = await mysql.createConnection({ host: '127.0.0.1', port: s.port, user: 'root' });
    const [rows] = await c.query(big.toString('latin1'));
    expect(Buffer.from((rows as { v: string }[])[0]!.v).equals(big)).toBe(true);
    await c.ping();
    await c.end();
  });

  test('over max_allowed_packet: 1153 and the end', async () => {
    s.engine.variables.set('max_allowed_packet', '100000');
    const c = await mysql.createConnection({ host: '127.0.0.1', port: s.port, user: 'root' });
    await expect(c.query('x'.repeat(5_000_000))).rejects.toMatchObject({ errno: 1153, sqlState: '08S01' });
    c.destroy();
  });
});

describe('LOAD DATA LOCAL', () => {
  const request = (supply: (content: AsyncIterable<Uint8Array>) => Promise<number>) => ({
    kind: 'localInfile' as const,
    fileName: 'some file.csv',
    supply: async (content: AsyncIterable<Uint8Array>) => ok({ affectedRows: await supply(content) }),
  });

  async function begin(sql: string): Promise<RawClient> {
    const c = await RawClient.login(s.port, Capability.LocalFiles);
    c.command(CommandCode.Query, sql);
    expect((await c.read()).payload.toString('latin1')).toBe('\xfbsome file.csv');
    return c;
  }

  test('the file reaches the statement, no faster than it reads', async () => {
    let bytes = 0;
    s.engine.on('load', () =>
      request(async (content) => {
        for await (const part of content) {
          await new Promise((r) => setImmediate(r));
          bytes += part.length;
        }
        return bytes;
      }),
    );
    const c = await begin('load');
    for (let i = 0; i < 100; i++) c.write((2 + i) & 255, Buffer.alloc(50_000, 1));
    c.write(102, Buffer.alloc(0));
    const reply = await c.read();
    expect(reply.payload.subarray(0, 5)).toEqual(Buffer.of(0, 0xfd, 0x40, 0x4b, 0x4c));
    expect(reply.sequence).toBe(103);
    c.close();
  });

  test('a statement that fails early: the rest of the file is taken, then the error is told', async () => {
    s.engine.on('load', () =>
      request(async (content) => {
        for await (const part of content) if (part.length > 0) throw mysqlError('ER_QUERY_INTERRUPTED');
        return 0;
      }),
    );
    const c = await begin('load');
    for (let i = 0; i < 10; i++) c.write(2 + i, Buffer.alloc(100_000, 1));
    c.write(12, Buffer.alloc(0));
    const reply = (await c.read()).payload;
    expect(reply.readUInt16LE(1)).toBe(1317);
    c.command(CommandCode.Ping);
    expect((await c.read()).payload[0]).toBe(0);
    c.close();
  });

  test('a client that vanishes while sending', async () => {
    let failed = false;
    s.engine.on('load', () =>
      request(async (content) => {
        try {
          let n = 0;
          for await (const part of content) n += part.length;
          return n;
        } catch (e) {
          failed = true;
          throw e;
        }
      }),
    );
    const c = await begin('load');
    c.write(2, Buffer.alloc(1000));
    c.close();
    while (s.server.connectionCount > 0 || !failed) await new Promise((r) => setTimeout(r, 5));
    expect(failed).toBe(true);
  });

  test('not for a client that does not offer files', async () => {
    s.engine.on('load', () => request(async () => 0));
    const c = await RawClient.login(s.port);
    c.command(CommandCode.Query, 'load');
    expect((await c.read()).payload.readUInt16LE(1)).toBe(3948);
    c.close();
  });
});
