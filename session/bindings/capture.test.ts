import { TestEngine, type TestSession } from '../testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;
const lines = async (sql: string): Promise<string[]> => (await s.query(sql)).map((r) => r.join('\t'));
const captured = (): Promise<string[]> =>
  lines(
    "SELECT original_sql FROM mysql.bind_info WHERE source = 'capture' AND status = 'enabled' ORDER BY 1",
  );
const twice = async (sql: string): Promise<void> => {
  await s.query(sql);
  await s.query(sql);
};

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  for (const t of ['t', 'u', 'v_1'])
    await s.query(`CREATE TABLE ${t} (id INT PRIMARY KEY, a INT, b INT, KEY ka (a), KEY kb (b))`);
});
afterAll(() => engine.close());

test('statements that ran twice are bound to their plan', async () => {
  await twice('SELECT * FROM t USE INDEX (kb) WHERE a = 1 AND b = 2');
  await s.query('SELECT * FROM t WHERE a = 1 AND b > 2');
  await twice('EXPLAIN SELECT * FROM t WHERE a = 5');
  await twice("SELECT * FROM mysql.user WHERE user = 'x'");
  await s.query("PREPARE p FROM 'SELECT b FROM t WHERE a = ?'");
  await s.query('SET @a = 1');
  await twice('EXECUTE p USING @a');
  await s.query('ADMIN CAPTURE BINDINGS');
  expect(await captured()).toEqual([
    'select * from `test` . `t` where `a` = ? and `b` = ?',
    'select `b` from `test` . `t` where `a` = ?',
  ]);
  expect((await lines('EXPLAIN SELECT * FROM t WHERE a = 7 AND b = 8')).join('\n')).toContain('index:kb(b)');
});

test('what is bound already stays as it is', async () => {
  await s.query(
    'CREATE GLOBAL BINDING FOR SELECT * FROM u WHERE a = 1 USING SELECT * FROM u USE INDEX (ka) WHERE a = 1',
  );
  await twice('SELECT * FROM u WHERE a = 2');
  await s.query('ADMIN CAPTURE BINDINGS');
  expect(await lines("SELECT source FROM mysql.bind_info WHERE original_sql LIKE '%`u`%'")).toEqual([
    'manual',
  ]);
});

test('tables, users and frequencies are left out by mysql.capture_plan_baselines_blacklist', async () => {
  const before = await captured();
  await s.query(
    "INSERT INTO mysql.capture_plan_baselines_blacklist (filter_type, filter_value) VALUES ('table', 'test.v%')",
  );
  await twice('SELECT * FROM v_1 WHERE a = 2');
  await s.query('ADMIN CAPTURE BINDINGS');
  expect(await captured()).toEqual(before);
  await s.query(
    "UPDATE mysql.capture_plan_baselines_blacklist SET filter_type = 'frequency', filter_value = '2'",
  );
  await s.query('ADMIN CAPTURE BINDINGS');
  expect(await captured()).toEqual(before);
  await s.query(
    "UPDATE mysql.capture_plan_baselines_blacklist SET filter_type = 'user', filter_value = 'root'",
  );
  await s.query('ADMIN CAPTURE BINDINGS');
  expect(await captured()).toEqual(before);
  await s.query('DELETE FROM mysql.capture_plan_baselines_blacklist');
  await s.query('ADMIN CAPTURE BINDINGS');
  expect(await captured()).toContain('select * from `test` . `v_1` where `a` = ?');
});

test('it is done by itself while tidb_capture_plan_baselines is on', async () => {
  await s.query('SET GLOBAL tidb_capture_plan_baselines = ON');
  await twice('SELECT a FROM u WHERE b = 2');
  for (let i = 0; i < 600 && !(await captured()).some((c) => c.startsWith('select `a`')); i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await captured()).toContain('select `a` from `test` . `u` where `b` = ?');
  await s.query('SET GLOBAL tidb_capture_plan_baselines = OFF');
});
