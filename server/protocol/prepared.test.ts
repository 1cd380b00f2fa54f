import mysql from 'mysql2/promise';
import { Chunk } from '../../chunk/chunk.js';
import { ServerStatus } from '../../session/client-session.js';
import type { ParamValue } from '../../session/client-session.js';
import { Flag, newFieldType, TypeCode } from '../../types/field-type.js';
import { packDate, packDateTime } from '../../types/time.js';
import { column, numVector, ok, oneText, rowsOf } from '../testing/fake-engine.js';
import { errorOf, RawClient } from '../testing/raw-client.js';
import type { TestServer } from '../testing/test-server.js';
import { startTestServer } from '../testing/test-server.js';
import { Capability } from './capabilities.js';
import { CommandCode } from './command-codes.js';

let s: TestServer;
let bound: readonly ParamValue[] = [];
let closes = 0;
beforeAll(async () => {
  s = await startTestServer();
  s.engine.on(/^bind/, ({ params }) => {
    bound = params;
    return ok();
  });
  s.engine.on('numbers', ({ cursor }) => {
    let at = 0;
    return rowsOf([column('n', newFieldType(TypeCode.Long))], [], {
      nextChunk: async () => (at < 10 ? new Chunk([numVector([at++, at++, at++, at++, at++])], 5) : null),
      close: () => void closes++,
      warnings: () => (cursor ? 1 : 0),
    });
  });
});
afterAll(() => s.server.close(0));

const le = (n: number, bytes: number): Buffer => {
  const b = Buffer.alloc(bytes);
  b.writeUIntLE(n, 0, bytes);
  return b;
};

async function prepare(c: RawClient, sql: string): Promise<number> {
  c.command(CommandCode.StmtPrepare, sql);
  const p = (await c.read()).payload;
  expect(p[0]).toBe(0);
  const params = p.readUInt16LE(7);
  for (let i = 0; i < (params === 0 ? 0 : params + 1); i++) await c.read();
  return p.readUInt32LE(1);
}

const head = (id: number, flags = 0): Buffer => Buffer.concat([le(id, 4), le(flags, 1), le(1, 4)]);

describe('prepared statements', () => {
  test('parameters of every type', async () => {
    const c = await RawClient.login(s.port);
    const values: readonly (readonly [
      type: number,
      bytes: Buffer,
      value: unknown,
      tp: number,
      decimal?: number,
    ])[] = [
      [TypeCode.Tiny, Buffer.of(0xff), -1, TypeCode.Tiny],
      [TypeCode.Tiny | 0x8000, Buffer.of(0xff), 255, TypeCode.Tiny],
      [TypeCode.Short, Buffer.of(0, 0x80), -32768, TypeCode.Short],
      [TypeCode.Short | 0x8000, Buffer.of(0, 0x80), 32768, TypeCode.Short],
      [TypeCode.Year, Buffer.of(0xd0, 7), 2000, TypeCode.Short],
      [TypeCode.Long, Buffer.of(0xff, 0xff, 0xff, 0xff), -1, TypeCode.Long],
      [TypeCode.Long | 0x8000, Buffer.of(0xff, 0xff, 0xff, 0xff), 4294967295, TypeCode.Long],
      [TypeCode.LongLong, Buffer.alloc(8, 0xff), -1, TypeCode.LongLong],
      [TypeCode.LongLong, Buffer.from('00000000000000ff', 'hex'), -72057594037927936n, TypeCode.LongLong],
      [TypeCode.LongLong | 0x8000, Buffer.alloc(8, 0xff), 18446744073709551615n, TypeCode.LongLong],
      [TypeCode.Float, Buffer.from('0000c03f', 'hex'), 1.5, TypeCode.Float],
      [TypeCode.Double, Buffer.from('000000000000f83f', 'hex'), 1.5, TypeCode.Double],
      [TypeCode.NewDecimal, Buffer.from('\x06-12.50', 'latin1'), -1250, TypeCode.NewDecimal, 2],
      [TypeCode.VarString, Buffer.from('\x02hi'), Buffer.from('hi'), TypeCode.VarString],
      [TypeCode.Blob, Buffer.from('\x01\xff', 'latin1'), Buffer.of(255), TypeCode.Blob],
      [TypeCode.Date, Buffer.from('04da070a11', 'hex'), packDate(2010, 10, 17), TypeCode.Date, 0],
      [TypeCode.Date, Buffer.of(0), 0, TypeCode.Date, 0],
      [
        TypeCode.DateTime,
        Buffer.from('07da070a11131b1e', 'hex'),
        packDateTime(2010, 10, 17, 19, 27, 30, 0, 0),
        TypeCode.DateTime,
        0,
      ],
      [
        TypeCode.Timestamp,
        Buffer.from('0bda070a11131b1e01000000', 'hex'),
        packDateTime(2010, 10, 17, 19, 27, 30, 1, 6),
        TypeCode.Timestamp,
        6,
      ],
      [
        TypeCode.Time,
        Buffer.from('080101000000020304', 'hex'),
        -((26 * 60 + 3) * 60 + 4) * 1e6,
        TypeCode.Time,
        0,
      ],
      [
        TypeCode.Time,
        Buffer.from('0c000000000002030405000000', 'hex'),
        ((2 * 60 + 3) * 60 + 4) * 1e6 + 5,
        TypeCode.Time,
        6,
      ],
      [TypeCode.Time, Buffer.of(0), 0, TypeCode.Time, 0],
    ];
    const id = await prepare(c, 'bind ' + values.map(() => '?').join());
    const bitmap = Buffer.alloc((values.length + 7) >> 3);
    const types = Buffer.concat(values.map(([type]) => le(type, 2)));
    const body = Buffer.concat(values.map(([, bytes]) => bytes));
    c.command(CommandCode.StmtExecute, Buffer.concat([head(id), bitmap, Buffer.of(1), types, body]));
    expect((await c.read()).payload[0]).toBe(0);
    values.forEach(([type, , value, tp, decimal], i) => {
      const p = bound[i]!;
      expect(p.value instanceof Uint8Array ? Buffer.from(p.value) : p.value).toEqual(value);
      expect(p.type.tp).toBe(tp);
      if (decimal !== undefined) expect(p.type.decimal).toBe(decimal);
      if ((type & 0x8000) !== 0) expect(p.type.flag & Flag.Unsigned).not.toBe(0);
    });

    // The types stay bound: the second execution sends none, and a NULL for the first.
    bitmap[0] = 1;
    c.command(CommandCode.StmtExecute, Buffer.concat([head(id), bitmap, Buffer.of(0), body.subarray(1)]));
    expect((await c.read()).payload[0]).toBe(0);
    expect(bound[0]!.value).toBeNull();
    expect(bound[1]!.value).toBe(255);
    c.close();
  });

  test('malformed executions are refused and the connection goes on', async () => {
    const c = await RawClient.login(s.port);
    const id = await prepare(c, 'bind ?, ?');
    const execute = async (body: Buffer): Promise<number> => {
      c.command(CommandCode.StmtExecute, body);
      return errorOf((await c.read()).payload).code;
    };
    expect(await execute(Buffer.concat([head(id), Buffer.of(0, 0)]))).toBe(1835); // no types were ever sent
    expect(await execute(Buffer.concat([head(id), Buffer.of(0)]))).toBe(1835);
    expect(await execute(head(id).subarray(0, 3))).toBe(1835);
    expect(await execute(Buffer.concat([head(id), Buffer.of(0, 1, 3, 0)]))).toBe(1835);
    expect(
      await execute(Buffer.concat([head(id), Buffer.of(0, 1, 3, 0, 0xfd, 0, 1, 0, 0, 0, 200, 65)])),
    ).toBe(1835);
    expect(await execute(Buffer.concat([head(id), Buffer.of(0, 1, 3, 0, 0x33, 0)]))).toBe(1210);
    expect(await execute(Buffer.concat([head(id), Buffer.of(0, 1, 12, 0, 3, 0, 5)]))).toBe(1835);
    expect(await execute(head(999))).toBe(1243);
    c.command(CommandCode.StmtFetch, Buffer.concat([le(id, 4), le(1, 4)]));
    expect(errorOf((await c.read()).payload).code).toBe(1421);
    c.command(CommandCode.StmtReset, le(999, 4));
    expect(errorOf((await c.read()).payload).code).toBe(1243);
    c.command(CommandCode.StmtClose, Buffer.of(1));
    c.command(CommandCode.StmtSendLongData, Buffer.of(1, 2));
    c.command(CommandCode.Ping);
    expect((await c.read()).payload[0]).toBe(0);
    c.close();
  });

  test('attributes come before a text, and after the parameters of an execution', async () => {
    const sent: (readonly (readonly [string, unknown])[])[] = [];
    s.engine.on(/^noted/, ({ session }) => {
      sent.push(
        [...(session.queryAttributes ?? [])].map(([name, { value }]) => [name, String(value)] as const),
      );
      return ok();
    });
    const c = await RawClient.login(s.port, Capability.QueryAttributes);
    const named = (type: number, name: string): Buffer =>
      Buffer.concat([le(type, 2), Buffer.of(name.length), Buffer.from(name)]);
    const two = [named(TypeCode.Tiny, 'n'), named(TypeCode.VarString, 'none')];
    const text = (...before: Buffer[]): void =>
      c.command(CommandCode.Query, Buffer.concat([...before, Buffer.from('noted')]));
    text(Buffer.of(2, 1, 0b10, 1), ...two, Buffer.of(7));
    expect((await c.read()).payload[0]).toBe(0);
    text(Buffer.of(0, 1));
    expect((await c.read()).payload[0]).toBe(0);
    text(Buffer.of(2, 1, 0b10, 0));
    expect(errorOf((await c.read()).payload).code).toBe(1835);
    const id = await prepare(c, 'noted ?');
    const execution = Buffer.concat([named(TypeCode.Tiny, ''), ...two, Buffer.of(5, 7)]);
    c.command(CommandCode.StmtExecute, Buffer.concat([head(id, 8), Buffer.of(3, 0b100, 1), execution]));
    expect((await c.read()).payload[0]).toBe(0);
    c.command(CommandCode.StmtExecute, Buffer.concat([head(id, 8), Buffer.of(0)]));
    expect(errorOf((await c.read()).payload).code).toBe(1210);
    expect(sent).toEqual([
      [
        ['n', '7'],
        ['none', 'null'],
      ],
      [],
      [
        ['n', '7'],
        ['none', 'null'],
      ],
    ]);
    c.close();
  });

  test('long data stands in for a value, once', async () => {
    const c = await RawClient.login(s.port);
    const id = await prepare(c, 'bind ?, ?');
    const send = (param: number, data: string): void =>
      c.command(CommandCode.StmtSendLongData, Buffer.concat([le(id, 4), le(param, 2), Buffer.from(data)]));
    const types = Buffer.concat([Buffer.of(1), le(TypeCode.Blob, 2), le(TypeCode.Tiny, 2)]);
    send(0, 'abc');
    send(0, 'def');
    c.command(CommandCode.StmtExecute, Buffer.concat([head(id), Buffer.of(0), types, Buffer.of(5)]));
    expect((await c.read()).payload[0]).toBe(0);
    expect(Buffer.from(bound[0]!.value as Uint8Array).toString()).toBe('abcdef');
    expect(bound[1]!.value).toBe(5);
    send(0, 'gone');
    c.command(CommandCode.StmtReset, le(id, 4));
    expect((await c.read()).payload[0]).toBe(0);
    c.command(CommandCode.StmtExecute, Buffer.concat([head(id), Buffer.of(0), types, Buffer.of(1, 65, 6)]));
    expect((await c.read()).payload[0]).toBe(0);
    expect(Buffer.from(bound[0]!.value as Uint8Array).toString()).toBe('A');
    send(7, 'no such parameter');
    c.command(CommandCode.StmtExecute, Buffer.concat([head(id), Buffer.of(0), types, Buffer.of(1, 65, 6)]));
    expect(errorOf((await c.read()).payload).code).toBe(1210);
    c.close();
  });

  test('a cursor gives its rows in portions', async () => {
    const c = await RawClient.login(s.port);
    const id = await prepare(c, 'numbers');
    closes = 0;
    c.command(CommandCode.StmtExecute, head(id, 1));
    expect((await c.read()).payload).toEqual(Buffer.of(1));
    await c.read();
    await c.read(); // EOF after the definitions opens the cursor
    const fetch = async (n: number): Promise<{ readonly rows: number[]; readonly status: number }> => {
      c.command(CommandCode.StmtFetch, Buffer.concat([le(id, 4), le(n, 4)]));
      const rows: number[] = [];
      for (;;) {
        const p = (await c.read()).payload;
        if (p[0] === 0xfe) return { rows, status: p.readUInt16LE(3) };
        if (p[0] === 0xff) throw new Error(errorOf(p).message);
        rows.push(p.readInt32LE(2));
      }
    };
    expect(await fetch(3)).toEqual({
      rows: [0, 1, 2],
      status: ServerStatus.Autocommit | ServerStatus.CursorExists,
    });
    c.command(CommandCode.Ping);
    expect((await c.read()).payload[0]).toBe(0);
    expect((await fetch(4)).rows).toEqual([3, 4, 5, 6]);
    expect(await fetch(100)).toEqual({
      rows: [7, 8, 9],
      status: ServerStatus.Autocommit | ServerStatus.LastRowSent,
    });
    expect(closes).toBe(1);
    await expect(fetch(1)).rejects.toThrow('has no open cursor');
    c.command(CommandCode.StmtExecute, head(id, 1));
    for (let i = 0; i < 3; i++) await c.read();
    c.command(CommandCode.StmtClose, le(id, 4));
    c.command(CommandCode.Ping);
    await c.read();
    expect(closes).toBe(2);
    c.close();
  });

  test('with a driver', async () => {
    s.engine.on(/^echo/, ({ params }) =>
      oneText(
        'v',
        params
          .map((p) => (p.value instanceof Uint8Array ? Buffer.from(p.value).toString() : String(p.value)))
          .join('|'),
      ),
    );
    const c = await mysql.createConnection({ host: '127.0.0.1', port: s.port, user: 'root' });
    const statement = await c.prepare('echo ?,?,?');
    for (let i = 0; i < 3; i++) {
      const [rows] = await statement.execute([i, 'größe', null]);
      expect(rows).toEqual([{ v: `${i}|größe|null` }]);
    }
    await statement.close();
    await c.end();
  });
});
