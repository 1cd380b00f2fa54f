import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let root: TestSession;
const lines = async (s: TestSession, sql: string): Promise<string[]> =>
  (await s.query(sql)).map((row) => row.map((v) => v ?? 'NULL').join('\t'));

beforeAll(async () => {
  engine = await TestEngine.open();
  root = await engine.session();
  await root.query('CREATE TABLE t (a INT PRIMARY KEY, b INT, KEY kb (b), KEY idle (b, a))');
});
afterAll(() => engine.close());

test('memory and load are those of the machine', async () => {
  const [[total, current, most]] = (await root.query(
    'SELECT memory_total, memory_current, memory_max_used FROM information_schema.memory_usage',
  )) as [string[]];
  expect(Number(total)).toBeGreaterThan(Number(current));
  expect(Number(current)).toBeGreaterThan(1 << 20);
  expect(Number(most)).toBeGreaterThanOrEqual(Number(current) / 2);
  expect(
    await lines(root, "SELECT name FROM information_schema.cluster_load WHERE device_type = 'cpu'"),
  ).toEqual(['load1', 'load5', 'load15']);
});

test('use of indexes is what statement summaries know', async () => {
  for (let i = 0; i < 3; i++) await root.query(`SELECT a FROM t USE INDEX (kb) WHERE b = ${i}`);
  expect(
    await lines(
      root,
      "SELECT index_name, query_total > 2, last_access_time IS NULL FROM information_schema.tidb_index_usage WHERE table_name = 't' AND index_name <> 'PRIMARY' ORDER BY 1",
    ),
  ).toEqual(['idle\t0\t1', 'kb\t1\t0']);
});

test('sessions, their variables and their connections', async () => {
  await root.query("SET @shown = 'v'");
  expect(
    await lines(
      root,
      'SELECT variable_name, variable_value FROM performance_schema.user_variables_by_thread WHERE thread_id = PS_CURRENT_THREAD_ID()',
    ),
  ).toEqual(['shown\tv']);
  expect(
    await lines(
      root,
      'SELECT processlist_user, processlist_command FROM performance_schema.threads WHERE processlist_id = CONNECTION_ID()',
    ),
  ).toEqual(['root\tQuery']);
  const count = async (): Promise<string> =>
    (await lines(root, "SELECT total_connections FROM performance_schema.users WHERE user = 'root'"))[0]!;
  const before = Number(await count());
  await engine.session();
  expect(Number(await count())).toBe(before + 1);
});
