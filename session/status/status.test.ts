import { TestEngine, type TestSession } from '../testing/test-engine.js';

let engine: TestEngine;
let a: TestSession;
let b: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  [a, b] = [await engine.session(), await engine.session()];
  await a.query('CREATE TABLE t (id INT PRIMARY KEY, v INT)');
});
afterAll(() => engine.close());

async function status(session: TestSession, names: string, scope = 'SESSION'): Promise<Map<string, number>> {
  const rows = (await session.query(`SHOW ${scope} STATUS LIKE '${names}'`)) as [string, string][];
  return new Map(rows.map(([name, value]) => [name, Number(value)]));
}

test('a session counts its own statements and rows, and FLUSH STATUS begins again', async () => {
  await b.query('FLUSH STATUS');
  await a.query('INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)');
  await b.query('BEGIN');
  await b.query('SAVEPOINT p');
  await b.query('UPDATE t SET v = v + 1 WHERE id < 3');
  await b.query('ROLLBACK TO p');
  await b.query('DELETE FROM t WHERE id = 3');
  await b.query('COMMIT');
  expect(await status(b, 'Handler%')).toEqual(
    new Map([
      ['Handler_commit', 1],
      ['Handler_delete', 1],
      ['Handler_rollback', 0],
      ['Handler_savepoint', 1],
      ['Handler_savepoint_rollback', 1],
      ['Handler_update', 2],
      ['Handler_write', 0],
    ]),
  );
  const commands = await status(b, 'Com_%');
  expect([commands.get('Com_update'), commands.get('Com_insert'), commands.get('Com_begin')]).toEqual([
    1, 0, 1,
  ]);
  await b.query('FLUSH STATUS');
  expect((await status(b, 'Com_update')).get('Com_update')).toBe(0);
});

test('SHOW GLOBAL STATUS adds up all sessions, those that ended too', async () => {
  const before = await status(a, 'Handler_write', 'GLOBAL');
  const c = await engine.session();
  await c.query('INSERT INTO t VALUES (10, 1), (11, 1)');
  await c.session.close();
  await b.query('INSERT INTO t VALUES (12, 1)');
  const after = await status(a, 'Handler_write', 'GLOBAL');
  expect(after.get('Handler_write')! - before.get('Handler_write')!).toBe(3);
  expect((await status(a, 'Compression', 'GLOBAL')).size).toBe(0);
  expect(
    await a.query(
      "SELECT COUNT(*) FROM performance_schema.session_status WHERE variable_name IN ('Compression', 'Bytes_sent')",
    ),
  ).toEqual([['2']]);
});
