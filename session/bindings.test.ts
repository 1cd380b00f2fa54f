import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let root: TestSession;
const lines = async (s: TestSession, sql: string): Promise<string[]> =>
  (await s.query(sql)).map((row) => row.join('\t'));
const bound = async (s: TestSession, sql: string): Promise<string> => {
  await s.query(sql);
  return (await lines(s, 'SELECT @@last_plan_from_binding'))[0]!;
};
/** Indexes that the plan of a statement reads. */
const indexes = async (s: TestSession, sql: string): Promise<string[]> =>
  [...(await lines(s, `EXPLAIN ${sql}`)).join('\n').matchAll(/index:(\w+)\(/g)].map((m) => m[1]!);

beforeAll(async () => {
  engine = await TestEngine.open();
  root = await engine.session();
  await root.query('CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, KEY ka (a), KEY kb (b))');
});
afterAll(() => engine.close());

test('a session binding steers statements of its text, whatever their literals', async () => {
  await root.query(
    'CREATE BINDING FOR SELECT * FROM t WHERE a = 1 AND b IN (1) USING SELECT * FROM t USE INDEX (kb) WHERE a = 1 AND b IN (1)',
  );
  expect(await indexes(root, 'SELECT * FROM t WHERE a = 5 AND b IN (7, 8, 9)')).toEqual(['kb']);
  expect(await bound(root, 'select * from test.t where a = 9 and b in (3, 4)')).toBe('1');
  expect(await bound(root, 'SELECT * FROM t WHERE a = 9 AND b = 3')).toBe('0');
  const other = await engine.session();
  expect(await bound(other, 'SELECT * FROM t WHERE a = 9 AND b IN (3)')).toBe('0');
  await root.query('SET tidb_use_plan_baselines = OFF');
  expect(await bound(root, 'SELECT * FROM t WHERE a = 9 AND b IN (3)')).toBe('0');
  await root.query('SET tidb_use_plan_baselines = DEFAULT');
  await root.query('DROP BINDING FOR SELECT * FROM t WHERE a = 1 AND b IN (1, 2)');
  expect(await bound(root, 'SELECT * FROM t WHERE a = 9 AND b IN (3)')).toBe('0');
  expect(await lines(root, 'SHOW BINDINGS')).toEqual([]);
});

test('a global binding holds for all sessions, for prepared statements and after a restart', async () => {
  await root.query(
    'CREATE GLOBAL BINDING FOR DELETE FROM t WHERE a = 1 AND b = 1 USING DELETE /*+ USE_INDEX(t, kb) */ FROM t WHERE a = 1 AND b = 1',
  );
  await root.query(
    'CREATE GLOBAL BINDING USING SELECT /*+ USE_INDEX(t, kb) */ a FROM t WHERE a > 1 AND b > 1',
  );
  await engine.restart();
  root = await engine.session();
  expect(await indexes(root, 'DELETE FROM t WHERE a = 2 AND b = 3')).toEqual(['kb']);
  await root.query("PREPARE s FROM 'SELECT a FROM t WHERE a > ? AND b > ?'");
  await root.query('SET @x = 1');
  for (let i = 0; i < 3; i++) expect(await bound(root, 'EXECUTE s USING @x, @x')).toBe('1');
  await root.query('SET BINDING DISABLED FOR SELECT a FROM t WHERE a > 1 AND b > 1');
  expect(await bound(root, 'EXECUTE s USING @x, @x')).toBe('0');
  expect(
    await lines(root, 'SELECT status, COUNT(*) FROM mysql.bind_info GROUP BY status ORDER BY 1'),
  ).toEqual(['disabled\t1', 'enabled\t1']);
  const digests = (await root.query('SHOW GLOBAL BINDINGS')).map((row) => row[9]!);
  await root.query(`DROP GLOBAL BINDING FOR SQL DIGEST '${digests.join(',')}'`);
  expect(await lines(root, 'SHOW GLOBAL BINDINGS')).toEqual([]);
});

test('a binding for tables of any database', async () => {
  await root.query('CREATE DATABASE other');
  await root.query('CREATE TABLE other.t LIKE t');
  await root.query(
    'CREATE GLOBAL BINDING USING SELECT /*+ USE_INDEX(t, kb) */ * FROM *.t WHERE a = 1 AND b = 1',
  );
  expect(await lines(root, 'SHOW GLOBAL BINDINGS')).toEqual([
    expect.stringContaining('select * from `*` . `t` where `a` = ? and `b` = ?'),
  ]);
  const sql = 'SELECT * FROM t WHERE a = 3 AND b = 4';
  expect(await bound(root, sql)).toBe('0');
  await root.query('SET tidb_opt_enable_fuzzy_binding = ON');
  expect(await indexes(root, sql)).toEqual(['kb']);
  expect(await bound(root, sql)).toBe('1');
  expect(await bound(root, 'SELECT * FROM other.t WHERE a = 3 AND b = 4')).toBe('1');
  expect(await bound(root, 'SELECT * FROM t WHERE a = 3')).toBe('0');
  // One of the database itself goes before.
  await root.query(
    'CREATE BINDING USING SELECT /*+ USE_INDEX(t, ka) */ * FROM other.t WHERE a = 1 AND b = 1',
  );
  expect(await indexes(root, 'SELECT * FROM other.t WHERE a = 3 AND b = 4')).toEqual(['ka']);
  expect(await indexes(root, sql)).toEqual(['kb']);
  await root.query('DROP BINDING FOR SELECT * FROM other.t WHERE a = 1 AND b = 1');
  await root.query('DROP GLOBAL BINDING FOR SELECT * FROM *.t WHERE a = 1 AND b = 1');
  expect(await bound(root, sql)).toBe('0');
  await root.query('SET tidb_opt_enable_fuzzy_binding = DEFAULT');
  await expect(root.query('SELECT * FROM *.t')).rejects.toThrow(/syntax/);
});

test('what cannot be bound is refused', async () => {
  for (const [sql, code] of [
    ['CREATE BINDING FOR SELECT * FROM t USING SELECT a FROM t', 1105],
    ['CREATE BINDING FOR SELECT * FROM nope USING SELECT * FROM nope', 1146],
    ["CREATE BINDING FROM HISTORY USING PLAN DIGEST 'no such plan'", 1105],
    ["DROP BINDING FOR SQL DIGEST ''", 1105],
  ] as const)
    expect([sql, await root.errorOf(sql)]).toEqual([sql, code]);
  // An index that is gone: the statement goes its own way.
  await root.query('CREATE BINDING USING SELECT * FROM t USE INDEX (nope) WHERE b = 1');
  expect(await bound(root, 'SELECT * FROM t WHERE b = 1')).toBe('0');
});

test('a binding is made of a plan that a statement ran with', async () => {
  await root.query('CREATE TABLE h (id INT PRIMARY KEY, a INT, b INT, KEY ka (a), KEY kb (b))');
  await root.query('SELECT /*+ USE_INDEX(h, kb) */ * FROM h WHERE a > 1 AND b > 2');
  const [digest] = (
    await root.query(
      "SELECT plan_digest FROM information_schema.statements_summary WHERE query_sample_text LIKE '%USE_INDEX(h, kb)%' AND digest_text LIKE 'select%'",
    )
  )[0]!;
  expect(await root.errorOf("CREATE GLOBAL BINDING FROM HISTORY USING PLAN DIGEST 'nothing'")).toBe(1105);
  await root.query(`CREATE GLOBAL BINDING FROM HISTORY USING PLAN DIGEST '${digest}'`);
  expect(await indexes(root, 'SELECT * FROM h WHERE a > 10 AND b > 20')).toEqual(['kb']);
  const [row] = await root.query('SHOW GLOBAL BINDINGS');
  expect([row![8], row![10]]).toEqual(['history', digest]);
  await root.query(`DROP GLOBAL BINDING FOR SQL DIGEST '${row![9]}'`);
  // The same plan again: the row of the binding that was dropped is in nobody's way.
  await root.query(`CREATE GLOBAL BINDING FROM HISTORY USING PLAN DIGEST '${digest}'`);
  await root.query(`DROP GLOBAL BINDING FOR SQL DIGEST '${row![9]}'`);
});

test('a plan that the optimizer prefers to the bound one takes its place when it was measured faster', async () => {
  await root.query('CREATE TABLE e (id INT PRIMARY KEY, a INT, b INT)');
  await root.query(
    'INSERT INTO e WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 200) SELECT i, i, i FROM r',
  );
  // The bound plan runs the subquery for each row.
  const statement = (hint: string, n: number): string =>
    `SELECT COUNT(*) FROM e x WHERE EXISTS (SELECT ${hint}1 FROM e y WHERE y.b = x.b AND y.a > ${n})`;
  const slow = '/*+ NO_DECORRELATE() */ ';
  await root.query(`CREATE GLOBAL BINDING USING ${statement(slow, 1)}`);
  const statuses = (): Promise<string[]> =>
    lines(root, "SELECT status, source FROM mysql.bind_info WHERE status <> 'deleted' ORDER BY 1");
  const isSlow = async (): Promise<boolean> =>
    (await lines(root, `EXPLAIN ${statement('', 4)}`)).join('\n').includes('Apply');
  await root.query(statement('', 2));
  expect(await statuses()).toEqual(['enabled\tmanual']);
  await root.query('SET tidb_evolve_plan_baselines = ON');
  expect(await bound(root, statement('', 3))).toBe('1');
  expect(await statuses()).toEqual(['enabled\tmanual', 'pending verify\tevolve']);
  expect(await isSlow()).toBe(true);
  await root.query('ADMIN EVOLVE BINDINGS');
  expect(await statuses()).toEqual(['enabled\tevolve']);
  expect(await isSlow()).toBe(false);
  // What is slower is rejected.
  await root.query(
    `INSERT INTO mysql.bind_info SELECT original_sql, REPLACE(bind_sql, '(SELECT ', '(SELECT ${slow}'), default_db, 'pending verify', NOW(6), NOW(6), charset, collation, 'evolve', sql_digest, 'slow', '' FROM mysql.bind_info WHERE status = 'enabled'`,
  );
  await root.query('ADMIN EVOLVE BINDINGS');
  expect(await statuses()).toEqual(['enabled\tevolve', 'rejected\tevolve']);
  await root.query('SET tidb_evolve_plan_baselines = DEFAULT');
});
