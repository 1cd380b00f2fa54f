import { TestEngine } from './testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

/** A large table that was scanned has columns in memory, and plans reckon with them: looking rows up one by one is dearer then. */
test('plans change when scans find columns in memory', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE t (id INT PRIMARY KEY, a INT)');
  await s.query('CREATE TABLE u (id INT PRIMARY KEY, t INT)');
  await s.query('SET cte_max_recursion_depth = 100000');
  await s.query(
    'INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, i MOD 50 FROM n',
  );
  await s.query('INSERT INTO u SELECT id, id * 9 FROM t WHERE id < 300');
  await s.query('ANALYZE TABLE u');
  const joined = 'SELECT COUNT(*) FROM u JOIN t ON t.id = u.t WHERE t.a > 5';
  const plan = async (sql: string): Promise<string> => {
    const rows = await s.query(`EXPLAIN FORMAT='plan_tree' ${sql}`);
    return rows.map((r) => r.join(' ')).join('\n');
  };
  await s.query(`PREPARE p FROM '${joined}'`);
  expect(await s.query('EXECUTE p')).toEqual([['264']]);
  expect(await plan(joined)).toContain('IndexJoin');
  // What the first executions told of the tables' rows is part of the plan.
  for (let i = 0; i < 3; i++) await s.query('EXECUTE p');
  expect(await s.query('SELECT @@last_plan_from_cache')).toEqual([['1']]);
  // The columns of a scan are made behind it.
  do await s.query('SELECT SUM(a), SUM(id) FROM t');
  while (!(await plan(joined)).includes('HashJoin'));
  expect(await plan(joined)).toContain('HashJoin');
  expect(await s.query('EXECUTE p')).toEqual([['264']]);
  expect(await s.query('SELECT @@last_plan_from_cache')).toEqual([['0']]);
  // One row is still looked up.
  expect(await plan(`${joined} AND u.id = 7`)).toMatch(/IndexJoin|Point_Get/);
});

test('columns are reckoned with where a scan goes forwards alone', async () => {
  const s = await engine.session();
  await s.query(
    'CREATE TABLE o (g INT NOT NULL, id INT NOT NULL, a INT, d INT, PRIMARY KEY (g, id) CLUSTERED, KEY k (g, a, id))',
  );
  await s.query('SET cte_max_recursion_depth = 100000');
  await s.query(
    'INSERT INTO o WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i MOD 8, i, i MOD 2999, i FROM n',
  );
  const scan = 'SELECT SUM(a), SUM(d), SUM(id) FROM o';
  const cost = async (): Promise<number> =>
    Number((await s.query(`EXPLAIN FORMAT='verbose' ${scan}`))[0]![2]);
  const ofRows = await cost();
  await s.query('ANALYZE TABLE o');
  // The columns of a scan are made behind it.
  do await s.query(scan);
  while ((await cost()) > ofRows / 4);
  const plan = await s.query(
    `EXPLAIN FORMAT='plan_tree' SELECT d FROM o USE INDEX (PRIMARY) WHERE g = 1 AND a = 77 ORDER BY id DESC LIMIT 1`,
  );
  expect(plan.map((r) => r.join(' ')).join('\n')).not.toMatch(/TableRangeScan.*desc/);
});
