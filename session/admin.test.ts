import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let root: TestSession;
const lines = async (s: TestSession, sql: string): Promise<string[]> =>
  (await s.query(sql)).map((row) => row.map((v) => v ?? 'NULL').join('\t'));

beforeAll(async () => {
  engine = await TestEngine.open();
  root = await engine.session();
  await root.query('CREATE TABLE t (z INT, y INT, x INT PRIMARY KEY, UNIQUE KEY u (z), KEY yz (y, z))');
  await root.query('INSERT INTO t VALUES (1, 30, 1), (2, 20, 2), (3, 10, 3)');
});
afterAll(() => engine.close());

test('rows of virtual tables and of common tables are sorted when they should be', async () => {
  expect(
    await lines(
      root,
      "SELECT column_name FROM information_schema.columns WHERE table_schema = 'test' AND table_name = 't' ORDER BY column_name",
    ),
  ).toEqual(['x', 'y', 'z']);
  expect(
    await lines(
      root,
      'WITH c AS (SELECT 2 a UNION ALL SELECT 1) SELECT x.a, y.a FROM c x, c y ORDER BY x.a, y.a',
    ),
  ).toEqual(['1\t1', '1\t2', '2\t1', '2\t2']);
});

test('ADMIN CHECK INDEX shows the entries of handles, ADMIN CHECKSUM TABLE what all pairs amount to', async () => {
  expect(await lines(root, 'ADMIN CHECK INDEX t yz (1, 3)')).toEqual(['20\t2\t2', '30\t1\t1']);
  expect(await lines(root, 'ADMIN CHECK INDEX t yz (3, 4), (0, 2)')).toEqual(['10\t3\t3', '30\t1\t1']);
  expect(await root.errorOf('ADMIN CHECK INDEX t nope (1, 2)')).toBe(1176);
  const [before] = await root.query('ADMIN CHECKSUM TABLE t');
  expect(before!.slice(0, 2)).toEqual(['test', 't']);
  expect(before![3]).toBe('9');
  await root.query('UPDATE t SET y = y + 1 WHERE x = 1');
  const [changed] = await root.query('ADMIN CHECKSUM TABLE t');
  expect(changed![2]).not.toBe(before![2]);
  await root.query('UPDATE t SET y = y - 1 WHERE x = 1');
  expect((await root.query('ADMIN CHECKSUM TABLE t'))[0]).toEqual(before);
});

test('slow statements are kept', async () => {
  await root.query('SET GLOBAL tidb_slow_log_threshold = 0');
  await root.query("SELECT 'slow one'");
  await root.query('SET GLOBAL tidb_slow_log_threshold = DEFAULT');
  expect(
    await lines(
      root,
      "SELECT User, Succ, Query FROM information_schema.slow_query WHERE Query LIKE '%slow one%'",
    ),
  ).toEqual(["root\t1\tSELECT 'slow one';"]);
  expect((await root.query('ADMIN SHOW SLOW RECENT 1'))[0]![0]).toContain('slow one');
});

test('VARIABLES_INFO tells what variables are', async () => {
  expect(
    await lines(
      root,
      "SELECT * FROM information_schema.variables_info WHERE variable_name IN ('autocommit', 'tidb_txn_mode') ORDER BY 1",
    ),
  ).toEqual([
    'autocommit\tSESSION,GLOBAL\tON\tON\tNULL\tNULL\tOFF,ON\tNO',
    expect.stringContaining('tidb_txn_mode\tSESSION,GLOBAL\tpessimistic\tpessimistic') as string,
  ]);
});

test('views over common tables that hide tables', async () => {
  await root.query('CREATE TABLE v1 (a INT)');
  await root.query('INSERT INTO v1 VALUES (7)');
  await root.query(
    'CREATE VIEW v AS WITH v1 AS (WITH w AS (SELECT * FROM v1) SELECT * FROM w) SELECT * FROM v1',
  );
  expect(await lines(root, 'SELECT * FROM v')).toEqual(['7']);
});

test('LAST_INSERT_ID of rows that are updated instead, ids that are no positive integers', async () => {
  await root.query('CREATE TABLE ai (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(5) UNIQUE)');
  const upsert = "INSERT INTO ai (v) VALUES ('a') ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)";
  for (let i = 0; i < 2; i++) {
    await root.query(upsert);
    expect(await lines(root, 'SELECT LAST_INSERT_ID()')).toEqual(['1']);
  }
  await root.query('CREATE TABLE af (id FLOAT AUTO_INCREMENT PRIMARY KEY)');
  const result = await root.session.query(Buffer.from('INSERT INTO af VALUES (-3.3)'));
  expect(result.kind === 'ok' && result.lastInsertId).toBe(2n ** 64n - 3n);
});
