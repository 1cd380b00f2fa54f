import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;
/** Before the rows were changed and the table got another column. */
let before: string;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query('CREATE TABLE t (id INT PRIMARY KEY, v INT, KEY (v))');
  await s.query('INSERT INTO t VALUES (1, 1), (2, 2)');
  await pause(20);
  before = String((await s.query('SELECT NOW(6)'))[0]![0]);
  await pause(20);
  await s.query('UPDATE t SET v = v + 10');
  await s.query('ALTER TABLE t ADD COLUMN w INT DEFAULT 5');
  await s.query('INSERT INTO t VALUES (3, 3, 3)');
});
afterAll(() => engine.close());

const THEN = [
  ['1', '1'],
  ['2', '2'],
];
const NOW = [
  ['1', '11', '5'],
  ['2', '12', '5'],
  ['3', '3', '3'],
];

test('AS OF TIMESTAMP reads rows, index entries and the definition of then', async () => {
  const at = `AS OF TIMESTAMP '${before}'`;
  expect(await s.query(`SELECT * FROM t ${at} ORDER BY id`)).toEqual(THEN);
  expect(await s.query(`SELECT * FROM t ${at} WHERE id = 2`)).toEqual([['2', '2']]);
  expect(await s.query(`SELECT id FROM t ${at} WHERE v = 1`)).toEqual([['1']]);
  expect(await s.query(`SELECT a.v + b.v FROM t ${at} a JOIN t ${at} b USING (id) ORDER BY 1`)).toEqual([
    ['2'],
    ['4'],
  ]);
  await expect(s.query(`SELECT w FROM t ${at}`)).rejects.toMatchObject({ code: 1054 });
  expect(await s.query('SELECT * FROM t ORDER BY id')).toEqual(NOW);
});

test('transactions that read the past, and the next transaction', async () => {
  await s.query(`START TRANSACTION READ ONLY AS OF TIMESTAMP '${before}'`);
  expect(await s.query('SELECT * FROM t ORDER BY id')).toEqual(THEN);
  await expect(s.query('INSERT INTO t VALUES (4, 4)')).rejects.toMatchObject({ code: 1792 });
  await s.query('COMMIT');
  expect(await s.query('SELECT COUNT(*) FROM t')).toEqual([['3']]);
  await s.query(`SET TRANSACTION READ ONLY AS OF TIMESTAMP '${before}'`);
  expect(await s.query('SELECT COUNT(*) FROM t')).toEqual([['2']]);
  expect(await s.query('SELECT COUNT(*) FROM t')).toEqual([['3']]);
});

test('tidb_snapshot and tidb_read_staleness', async () => {
  await s.query(`SET tidb_snapshot = '${before}'`);
  expect(await s.query('SELECT * FROM t ORDER BY id')).toEqual(THEN);
  for (const write of ['DELETE FROM t', 'CREATE TABLE u (a INT)', 'TRUNCATE TABLE t'])
    await expect(s.query(write)).rejects.toMatchObject({ code: 1105 });
  await s.query("SET tidb_snapshot = ''");
  await pause(1100);
  await s.query('INSERT INTO t VALUES (4, 4, 4)');
  await s.query('SET tidb_read_staleness = -1');
  expect(await s.query('SELECT COUNT(*) FROM t')).toEqual([['3']]);
  await s.query('BEGIN');
  expect(await s.query('SELECT COUNT(*) FROM t')).toEqual([['4']]);
  await s.query('COMMIT');
  await s.query("SET tidb_read_staleness = ''");
  expect(await s.query('SELECT @@tidb_read_staleness')).toEqual([['']]);
  expect(await s.query('SELECT COUNT(*) FROM t')).toEqual([['4']]);
});

test.each([
  ["SELECT * FROM t AS OF TIMESTAMP '2001-01-01'", 8055],
  ['SELECT * FROM t AS OF TIMESTAMP NOW() + INTERVAL 1 DAY', 1105],
  ['SELECT * FROM t AS OF TIMESTAMP NULL', 8135],
  ['SELECT * FROM t AS OF TIMESTAMP NOW(6) a, t b', 8135],
  ['INSERT INTO t SELECT * FROM t AS OF TIMESTAMP NOW(6)', 1235],
])('%s is error %i', async (sql, code) => {
  await expect(s.query(sql)).rejects.toMatchObject({ code });
});

test('not within a transaction', async () => {
  await s.query('BEGIN');
  await expect(s.query('SELECT * FROM t AS OF TIMESTAMP NOW(6)')).rejects.toMatchObject({ code: 8135 });
  await s.query('ROLLBACK');
});
