import mysql from 'mysql2/promise';
import { newFieldType, TypeCode } from '../../types/field-type.js';
import { ServerStatus } from '../../session/client-session.js';
import { column, numVector, ok, oneChunk, oneText } from '../testing/fake-engine.js';
import { errorOf, RawClient } from '../testing/raw-client.js';
import type { TestServer } from '../testing/test-server.js';
import { startTestServer } from '../testing/test-server.js';
import { Capability } from './capabilities.js';
import { CommandCode } from './command-codes.js';

let s: TestServer;
beforeAll(async () => {
  s = await startTestServer();
  const { engine } = s;
  engine.on('ok', () =>
    ok({ affectedRows: 300, lastInsertId: 5000000000n, info: 'Rows matched: 1', warnings: 2 }),
  );
  engine.on('track', () =>
    ok({
      stateChanges: [
        { kind: 'systemVariable', name: 'autocommit', value: 'OFF' },
        { kind: 'schema', name: 'd' },
        { kind: 'stateChanged' },
      ],
    }),
  );
  engine.on('multi', () => ({
    ...oneText('a', '1'),
    next: async () => ok({ affectedRows: 7, next: () => oneText('b', '2') }),
  }));
  engine.on('multi fails', () => ok({ next: () => engine.find('no such') && ok() }));
  engine.on('crash', () => {
    throw new TypeError('boom');
  });
  engine.on('later crash', () => Promise.reject(new TypeError('boom')));
  engine.on('slow', () => new Promise((resolve) => setTimeout(() => resolve(oneText('v', 'slow')), 50)));
  engine.on('SHOW PROCESSLIST', () => oneText('Id', '1'));
  for (const what of ['PRIVILEGES', 'STATUS']) engine.on(`FLUSH ${what}`, () => ok());
});
afterAll(() => s.server.close(0));

const connect = (over: mysql.ConnectionOptions = {}) =>
  mysql.createConnection({ host: '127.0.0.1', port: s.port, user: 'root', ...over });

describe('commands', () => {
  test('OK carries counts, info and warnings', async () => {
    const c = await connect();
    const [r] = (await c.query('ok')) as unknown as [mysql.ResultSetHeader];
    expect(r).toMatchObject({ affectedRows: 300, info: 'Rows matched: 1', warningStatus: 2 });
    expect(String(r.insertId)).toBe('5000000000');
    await c.end();
  });

  test('session changes reach a client that tracks them', async () => {
    const c = await RawClient.login(s.port, Capability.SessionTrack);
    c.command(CommandCode.Query, 'track');
    const p = (await c.read()).payload;
    expect(p.readUInt16LE(3) & ServerStatus.SessionStateChanged).not.toBe(0);
    expect(p.toString('latin1', 7)).toBe('\0\x19\0\x0f\nautocommit\x03OFF\x01\x02\x01d\x02\x02\x011');
    c.close();
    const plain = await RawClient.login(s.port);
    plain.command(CommandCode.Query, 'track');
    const q = (await plain.read()).payload;
    expect(q.length).toBe(7);
    expect(q.readUInt16LE(3) & ServerStatus.SessionStateChanged).toBe(0);
    plain.close();
  });

  test('results of several statements, and an error among them', async () => {
    const c = await connect({ multipleStatements: true });
    const [r] = (await c.query('multi')) as unknown as [
      [{ a: string }[], mysql.ResultSetHeader, { b: string }[]],
    ];
    expect([r[0][0]!.a, r[1].affectedRows, r[2][0]!.b]).toEqual(['1', 7, '2']);
    await expect(c.query('multi fails')).rejects.toMatchObject({ errno: 1064 });
    await c.ping();
    await c.end();
  });

  test('an exception of the engine is 1105 to its client and nothing to the server', async () => {
    const c = await connect();
    await expect(c.query('crash')).rejects.toMatchObject({ errno: 1105, sqlState: 'HY000', message: 'boom' });
    await expect(c.query('later crash')).rejects.toMatchObject({ errno: 1105 });
    expect(s.logged.filter((l) => l.includes('boom')).length).toBe(2);
    await c.ping();
    await c.end();
  });

  test('pipelined commands are answered in order', async () => {
    const c = await RawClient.login(s.port);
    c.socket.cork();
    c.command(CommandCode.Ping);
    c.command(CommandCode.Query, 'slow');
    c.command(CommandCode.Query, 'no such');
    c.command(CommandCode.Ping);
    c.socket.uncork();
    expect((await c.read()).payload[0]).toBe(0);
    const columns = await c.read();
    expect(columns.payload).toEqual(Buffer.of(1));
    expect((await c.read()).payload.toString('latin1')).toContain('def');
    expect((await c.read()).payload[0]).toBe(0xfe);
    expect((await c.read()).payload.toString('latin1', 1)).toBe('slow');
    expect((await c.read()).payload[0]).toBe(0xfe);
    expect(errorOf((await c.read()).payload).code).toBe(1064);
    expect((await c.read()).payload[0]).toBe(0);
    c.close();
  });

  test('the small commands', async () => {
    const c = await RawClient.login(s.port);
    const reply = async (code: number, body: Buffer | string = ''): Promise<Buffer> => {
      c.command(code, body);
      return (await c.read()).payload;
    };
    expect((await reply(CommandCode.Ping))[0]).toBe(0);
    expect((await reply(CommandCode.InitDb, 'other'))[0]).toBe(0);
    expect([...s.engine.sessions.values()].at(-1)!.currentDatabase).toBe('other');
    expect(errorOf(await reply(CommandCode.InitDb, 'missing')).code).toBe(1049);
    expect((await reply(CommandCode.Statistics)).toString()).toMatch(
      /^Uptime: 10 {2}Threads: \d+ {2}Questions: \d+ /,
    );
    expect((await reply(CommandCode.Debug))[0]).toBe(0xfe);
    expect((await reply(CommandCode.SetOption, Buffer.of(0, 0)))[0]).toBe(0xfe);
    expect([...s.engine.sessions.values()].at(-1)!.multiStatements).toBe(true);
    expect((await reply(CommandCode.SetOption, Buffer.of(1, 0)))[0]).toBe(0xfe);
    expect(errorOf(await reply(CommandCode.SetOption, Buffer.of(9, 0))).code).toBe(1047);
    expect((await reply(CommandCode.ResetConnection))[0]).toBe(0);
    expect([...s.engine.sessions.values()].at(-1)!.resets).toBe(1);
    for (const code of [CommandCode.Sleep, CommandCode.CreateDb, CommandCode.BinlogDump, 0x77, 0xff]) {
      expect(errorOf(await reply(code)).code).toBe(1047);
    }
    expect((await reply(CommandCode.ProcessInfo)).equals(Buffer.of(1))).toBe(true);
    for (let i = 0; i < 4; i++) await c.read();
    // REFRESH_GRANT | REFRESH_STATUS; REFRESH_LOG is a statement that this engine refuses.
    expect((await reply(CommandCode.Refresh, Buffer.of(0x11)))[0]).toBe(0);
    expect(errorOf(await reply(CommandCode.Refresh, Buffer.of(0x02))).code).toBe(1064);
    expect((await reply(CommandCode.Query, 'ok\0'))[0]).toBe(0);
    const field = await reply(CommandCode.FieldList, 'thing\0%');
    expect(field.at(-1)).toBe(0xfb);
    expect((await c.read()).payload.toString('latin1')).toContain('thing');
    expect((await c.read()).payload[0]).toBe(0xfe);
    c.command(CommandCode.Quit);
    await c.end();
  });

  test('KILL ends the other connection', async () => {
    const victim = await RawClient.login(s.port);
    const id = [...s.engine.sessions.keys()].at(-1)!;
    const killer = await RawClient.login(s.port);
    const body = Buffer.alloc(4);
    body.writeUInt32LE(id);
    killer.command(CommandCode.ProcessKill, body);
    expect((await killer.read()).payload[0]).toBe(0);
    await victim.end();
    killer.close();
  });

  test('EOF packets only for those who want them', async () => {
    const c = await RawClient.login(s.port, Capability.DeprecateEof);
    c.command(CommandCode.Query, 'SELECT 1');
    const kinds: number[] = [];
    for (let i = 0; i < 4; i++) kinds.push((await c.read()).payload.length);
    expect(kinds.length).toBe(4);
    c.command(CommandCode.Ping);
    expect((await c.read()).payload[0]).toBe(0);
    c.close();
  });

  test('a repeated statement whose columns change shows the new ones', async () => {
    const types = [newFieldType(TypeCode.Long), newFieldType(TypeCode.Double)];
    let run = 0;
    s.engine.on('changing', () => {
      const name = run < 4 ? 'old' : 'new';
      return oneChunk([column(name, types[run++ < 6 ? 0 : 1]!)], [numVector([run < 7 ? 1 : 1.5])]);
    });
    const c = await connect();
    const seen: string[] = [];
    for (let i = 0; i < 8; i++) {
      const [rows, fields] = await c.query('changing');
      seen.push(`${fields[0]!.name} ${fields[0]!.columnType} ${JSON.stringify(rows)}`);
    }
    const long = TypeCode.Long;
    expect(seen.map((t) => t.split(' ').slice(0, 2).join(' '))).toEqual([
      ...new Array<string>(4).fill(`old ${long}`),
      ...new Array<string>(2).fill(`new ${long}`),
      ...new Array<string>(2).fill(`new ${TypeCode.Double}`),
    ]);
    expect(seen[7]).toContain('[{"new":1.5}]');
    await c.end();
  });

  test('metadata of a repeated statement stays whole', async () => {
    const columns = [column('n', newFieldType(TypeCode.Long)), column('m', newFieldType(TypeCode.Double))];
    s.engine.on('again', () => oneChunk(columns, [numVector([1]), numVector([2.5])]));
    const c = await connect();
    for (let i = 0; i < 5; i++) {
      const [rows, fields] = await c.query('again');
      expect(rows).toEqual([{ n: 1, m: 2.5 }]);
      expect(fields.map((f) => f.name)).toEqual(['n', 'm']);
      expect((await c.execute('again'))[0]).toEqual([{ n: 1, m: 2.5 }]);
    }
    await c.end();
  });
});

describe('the end of a server', () => {
  test('running statements finish, later ones are refused, idle clients go at once', async () => {
    const t = await startTestServer();
    let finish = (): void => {};
    t.engine.on('hold', () => new Promise((resolve) => (finish = () => resolve(oneText('v', 'done')))));
    const idle = await RawClient.login(t.port);
    const busy = await RawClient.login(t.port);
    busy.command(CommandCode.Query, 'hold');
    while (t.engine.questions === 0) await new Promise((r) => setTimeout(r, 2));
    const closed = t.server.close(5000);
    await idle.end();
    finish();
    expect((await busy.read()).payload).toEqual(Buffer.of(1));
    for (let i = 0; i < 4; i++) await busy.read();
    await busy.end();
    await closed;
    await expect(RawClient.open(t.port)).rejects.toThrow();
  });
});
