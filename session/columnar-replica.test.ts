import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;
const run = async (...statements: readonly string[]): Promise<void> => {
  for (const sql of statements) await s.query(sql);
};
const text = async (sql: string): Promise<string> =>
  (await s.query(sql)).map((row) => row.join('\t')).join('\n');

async function available(table: string): Promise<void> {
  const sql = `SELECT available FROM information_schema.tiflash_replica WHERE table_name = '${table}'`;
  while ((await text(sql)) !== '1') await new Promise((r) => setTimeout(r, 25));
}

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await run(
    'CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(200), KEY (a))',
    'CREATE TABLE u (id INT PRIMARY KEY, t INT)',
    'SET cte_max_recursion_depth = 100000',
    `INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
       SELECT i, i MOD 50, CONCAT('value ', i MOD 7) FROM n`,
    'INSERT INTO u SELECT id, id * 2 FROM t WHERE id < 1000',
  );
});
afterAll(() => engine.close());

test('SET TIFLASH REPLICA makes a replica that scans read, and takes it away', async () => {
  expect(await text('SELECT COUNT(*) FROM information_schema.tiflash_replica')).toBe('0');
  expect(await text('EXPLAIN SELECT SUM(a) FROM t')).toContain('cop[tikv]');
  await run('ALTER TABLE t SET TIFLASH REPLICA 1', 'ALTER TABLE u SET TIFLASH REPLICA 1');
  await available('t');
  await available('u');
  expect(
    await text(
      'SELECT table_schema, table_name, replica_count, progress FROM information_schema.tiflash_replica',
    ),
  ).toBe('test\tt\t1\t1\ntest\tu\t1\t1');
  expect(await text('EXPLAIN SELECT SUM(a) FROM t')).toContain('cop[tiflash]');
  expect(await text('EXPLAIN SELECT b FROM t WHERE id = 7')).toContain('Point_Get');
  expect(await text('EXPLAIN SELECT /*+ READ_FROM_STORAGE(TIKV[t]) */ SUM(a) FROM t')).toContain('cop[tikv]');
  await run("SET tidb_isolation_read_engines = 'tikv'");
  expect(await text('EXPLAIN SELECT SUM(a) FROM t')).toContain('cop[tikv]');
  await run("SET tidb_isolation_read_engines = 'tiflash'");
  await run('CREATE TABLE v (a INT)');
  expect(await s.errorOf('SELECT * FROM v')).toBe(1815);
  expect(await text('SELECT COUNT(*), SUM(a) FROM t WHERE a = 3')).toBe('100\t300');
  // Columns have no indexes that a hint could ask for.
  expect(await text('SELECT COUNT(*), SUM(a) FROM t USE INDEX (a) WHERE a = 3')).toBe('100\t300');
  expect(await text('SELECT /*+ USE_INDEX(t a) */ COUNT(*) FROM t JOIN u ON u.t = t.id WHERE t.a = 4')).toBe(
    '40',
  );
  await run("SET tidb_isolation_read_engines = 'tikv,tiflash,tidb'");
  await run('ALTER TABLE u SET TIFLASH REPLICA 0');
  expect(await text('SELECT table_name FROM information_schema.tiflash_replica')).toBe('t');
});

test('answers stay those of the rows under writes, own writes and schema changes', async () => {
  await available('t');
  const both = async (sql: string): Promise<void> => {
    await run("SET tidb_isolation_read_engines = 'tikv'");
    const rows = await text(sql);
    await run("SET tidb_isolation_read_engines = 'tiflash,tidb,tikv'");
    expect(await text(sql)).toBe(rows);
  };
  const queries = [
    'SELECT COUNT(*), SUM(id), SUM(a), COUNT(DISTINCT b) FROM t',
    'SELECT b, COUNT(*) FROM t WHERE id > 100 GROUP BY b ORDER BY b',
    'SELECT /*+ HASH_JOIN(t, u) */ COUNT(*), SUM(u.t + t.a) FROM t JOIN u ON t.id = u.t WHERE u.id < 300',
    'SELECT COUNT(*) FROM t WHERE id BETWEEN 1000 AND 2000 AND a IN (1, 2)',
    'SELECT COUNT(*) FROM t LEFT JOIN u ON t.id = u.t AND u.id < 10 WHERE u.id IS NULL',
    'SELECT COUNT(*) FROM u WHERE t NOT IN (SELECT id FROM t WHERE a < 25)',
  ];
  const changes = [
    'UPDATE t SET a = a + 1000 WHERE id MOD 9 = 0',
    "INSERT INTO t VALUES (100001, 1, 'new'), (100002, NULL, NULL)",
    'BEGIN',
    'DELETE FROM t WHERE id BETWEEN 1500 AND 1600',
    "UPDATE t SET b = 'own' WHERE id < 50",
    'COMMIT',
    'ALTER TABLE t ADD COLUMN c INT DEFAULT 7',
    'UPDATE t SET c = id WHERE id < 10',
    'ALTER TABLE t MODIFY COLUMN a BIGINT',
    'ALTER TABLE t DROP COLUMN c',
    'DELETE FROM t WHERE id > 4000',
  ];
  for (const change of changes) {
    await run(change);
    for (const sql of queries) await both(sql);
  }
  await available('t');
  for (const sql of queries) await both(sql);
});

test('commits of thousands of rows are met by scans of columns, those of other tables beside them are not', async () => {
  await run(
    'CREATE TABLE w (id INT PRIMARY KEY, a INT, KEY (a))',
    'CREATE TABLE x (id INT PRIMARY KEY, a INT)',
    `INSERT INTO w WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9000) SELECT i, i MOD 50 FROM n`,
    'INSERT INTO x SELECT id, a FROM w WHERE id <= 5000',
    'ALTER TABLE w SET TIFLASH REPLICA 1',
    'ALTER TABLE x SET TIFLASH REPLICA 1',
  );
  await available('w');
  await available('x');
  const sums = async (): Promise<string> =>
    text('SELECT COUNT(*), SUM(id), SUM(a) FROM w UNION ALL SELECT COUNT(*), SUM(id), SUM(a) FROM x');
  for (const change of [
    'BEGIN; UPDATE w SET a = a + 2 WHERE id > 5000; UPDATE x SET a = a * 3 WHERE id MOD 2 = 0; COMMIT',
    'DELETE FROM x WHERE id > 300',
    'INSERT INTO w SELECT id + 100000, a FROM w WHERE id < 2500',
  ]) {
    await run(...change.split('; '));
    await run("SET tidb_isolation_read_engines = 'tikv'");
    const rows = await sums();
    await run("SET tidb_isolation_read_engines = 'tiflash,tidb,tikv'");
    expect(await text('EXPLAIN SELECT SUM(a) FROM w')).toContain('cop[tiflash]');
    expect(await sums()).toBe(rows);
  }
});

test('a virtual column that an index holds is computed where columns are read', async () => {
  await run(
    'CREATE TABLE g (id INT PRIMARY KEY, a INT, b INT AS (a + 1), KEY (b))',
    'INSERT INTO g (id, a) SELECT id, a FROM t',
    'ALTER TABLE g SET TIFLASH REPLICA 1',
  );
  await available('g');
  for (const sql of [
    'SELECT COUNT(*), SUM(b) FROM g WHERE b > 10',
    'SELECT b FROM g WHERE b IS NOT NULL ORDER BY b LIMIT 3',
    'SELECT b, COUNT(*) FROM g GROUP BY b ORDER BY b LIMIT 3',
  ]) {
    await run("SET tidb_isolation_read_engines = 'tikv'");
    const rows = await text(sql);
    await run("SET tidb_isolation_read_engines = 'tiflash'");
    expect([sql, await text(sql)]).toEqual([sql, rows]);
  }
  await run("SET tidb_isolation_read_engines = 'tikv,tiflash,tidb'");
});

/** Type of a column and its i-th value. */
const REPEATED: readonly (readonly [type: string, value: string])[] = [
  ['VARCHAR(20)', "CONCAT('v', i MOD 7)"],
  ['VARCHAR(20) COLLATE utf8mb4_general_ci', "CONCAT(IF(i MOD 2, 'V', 'v'), i MOD 7)"],
  ['JSON', "CONCAT('[', i MOD 7, ', 2]')"],
  ['VECTOR', "CONCAT('[', i MOD 7, ', 2]')"],
  ["ENUM('x', 'y', 'z')", '1 + i MOD 3'],
  ["SET('x', 'y', 'z')", 'i MOD 8'],
  ['DECIMAL(40, 3)', 'i MOD 7 + .125'],
  ['BIT(9)', 'i MOD 7'],
  ['BLOB', "CONCAT('b', i MOD 7)"],
];

test('values that repeat and NULL are sorted, joined and grouped as rows are, whatever their type', async () => {
  const columns = REPEATED.map(([type], c) => `x${c} ${type}`);
  const values = REPEATED.map(([, value]) => `IF(i MOD 5 = 0, NULL, ${value})`);
  await run(
    `CREATE TABLE r (id INT PRIMARY KEY, k INT, ${columns.join(', ')})`,
    `INSERT INTO r WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
       SELECT i, i MOD 3, ${values.join(', ')} FROM n`,
    'ALTER TABLE r SET TIFLASH REPLICA 1',
  );
  await available('r');
  for (const x of REPEATED.keys())
    for (const sql of [
      `SELECT HEX(x${x}), COUNT(*) FROM r GROUP BY x${x} ORDER BY 2, 1`,
      `SELECT x${x} IS NULL, k, COUNT(*), COUNT(DISTINCT x${x}) FROM r GROUP BY x${x}, k ORDER BY 1, 2, 3`,
      `SELECT id FROM r WHERE id < 500 ORDER BY x${x}, id`,
      `SELECT id FROM r ORDER BY x${x} DESC, id LIMIT 10`,
      `SELECT id, ROW_NUMBER() OVER (PARTITION BY x${x} ORDER BY id) FROM r WHERE id < 300 ORDER BY id`,
      `SELECT /*+ HASH_JOIN(p, q) */ COUNT(*), SUM(p.id) FROM r p JOIN r q ON p.x${x} = q.x${x} WHERE q.id < 50`,
      `SELECT /*+ MERGE_JOIN(p, q) */ COUNT(*), SUM(p.id) FROM r p JOIN r q ON p.x${x} = q.x${x} WHERE q.id < 50`,
      `SELECT COUNT(*) FROM r p WHERE NOT EXISTS (SELECT 1 FROM r q WHERE q.x${x} = p.x${x} AND q.id < 4)`,
    ]) {
      await run("SET tidb_isolation_read_engines = 'tikv'");
      const rows = await text(sql);
      await run("SET tidb_isolation_read_engines = 'tiflash'");
      expect([sql, await text(sql)]).toEqual([sql, rows]);
    }
  await run("SET tidb_isolation_read_engines = 'tikv,tiflash,tidb'");
});
