import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;
beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query('CREATE TABLE a (id INT PRIMARY KEY, v INT)');
  await s.query('CREATE TABLE b (id INT PRIMARY KEY, v INT)');
});
afterAll(() => engine.close());

const warnings = async (): Promise<string[]> =>
  (await s.query('SHOW WARNINGS')).map((w) => `${w[1]}: ${w[2]}`);
const root = async (sql: string): Promise<string> =>
  String((await s.query(`EXPLAIN FORMAT='plan_tree' ${sql}`))[0]![0]);

test('SET_VAR holds for its statement alone', async () => {
  expect(
    await s.query(
      'SELECT /*+ SET_VAR(max_allowed_packet=2048) SET_VAR(tidb_opt_agg_push_down=1) */ @@tidb_opt_agg_push_down',
    ),
  ).toEqual([['1']]);
  expect(await s.query('SELECT @@tidb_opt_agg_push_down')).toEqual([['0']]);
});

test('what cannot be followed is warned of', async () => {
  await s.query(
    'SELECT /*+ SET_VAR(nope=1) SET_VAR(autocommit=0) nonsense(a) HASH_JOIN(c) */ 1 FROM a, b WHERE a.id = b.id',
  );
  expect(await warnings()).toEqual([
    "3128: Unresolved name 'nope' for SET_VAR hint",
    "3637: Variable 'autocommit' cannot be set using SET_VAR hint.",
    '8061: Optimizer hint nonsense is not supported by TiDB and is ignored',
    '1815: There are no matching table names for (c) in optimizer hint /*+ HASH_JOIN(c) */ or /*+ TIDB_HJ(c) */. Maybe you can use the table alias name',
  ]);
});

test.each([
  ['SELECT /*+ HASH_AGG() STREAM_AGG(( */ COUNT(*) FROM a', 'column 34 near "( */" ', 'HashAgg'],
  [
    'SELECT /*+ STREAM_AGG() MEMORY_QUOTA(5 XB) HASH_AGG() */ COUNT(*) FROM a',
    'column 41 near "XB) HASH_AGG() */" ',
    'StreamAgg',
  ],
  ['SELECT /*+ */ COUNT(*) FROM a', 'column 13 near "*/" ', 'StreamAgg'],
  ['SELECT /*+ STREAM_AGG(), HASH_AGG */ COUNT(*) FROM a', 'column 36 near "*/" ', 'StreamAgg'],
  ['SELECT COUNT(*) FROM (SELECT /*+ LEADING(a, b */ a.v FROM a, b) x', 'column 48 near "*/" ', 'Agg'],
])('what is no hint is warned of, and those before it are followed: %s', async (sql, place, plan) => {
  expect(await root(sql)).toContain(plan);
  await s.query(sql);
  expect(await warnings()).toEqual([`1064: Optimizer hint syntax error at line 1 ${place}`]);
});

test('LEADING may group its tables', async () => {
  await s.query('SELECT /*+ LEADING((a, b), c) */ 1 FROM a, b, a c WHERE a.id = b.id AND b.id = c.id');
  expect(await warnings()).toEqual([]);
});

test('MAX_EXECUTION_TIME ends the statement', async () => {
  await expect(s.query('SELECT /*+ MAX_EXECUTION_TIME(20) */ SLEEP(5)')).rejects.toThrow(
    /maximum statement execution time/,
  );
});

test.each([
  ['SELECT * FROM a JOIN b ON a.id = b.id', 'MergeJoin'],
  ['SELECT /*+ HASH_JOIN(a) */ * FROM a JOIN b ON a.id = b.id', 'HashJoin'],
  ['SELECT /*+ NO_MERGE_JOIN(a) NO_HASH_JOIN(b) */ * FROM a JOIN b ON a.id = b.id', 'IndexJoin'],
  ['SELECT /*+ INL_HASH_JOIN(b) */ * FROM a JOIN b ON a.v = b.id', 'IndexHashJoin'],
  ['SELECT /*+ MERGE_JOIN(a) */ * FROM a JOIN b ON a.v = b.v', 'MergeJoin'],
  ['SELECT * FROM a WHERE EXISTS (SELECT /*+ QB_NAME(x) */ 1 FROM b WHERE b.id = a.id)', 'MergeJoin'],
  [
    'SELECT /*+ HASH_JOIN_BUILD(b@x) */ * FROM a WHERE EXISTS (SELECT /*+ QB_NAME(x) */ 1 FROM b WHERE b.id = a.id)',
    'HashJoin',
  ],
  ['SELECT /*+ HASH_JOIN(b@sel_2) */ * FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.id = a.id)', 'HashJoin'],
])('%s begins with %s', async (sql, operator) => {
  expect(await root(sql)).toBe(operator);
});
