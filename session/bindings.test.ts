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
