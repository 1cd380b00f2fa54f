import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query('CREATE TABLE t (id INT PRIMARY KEY, v INT, c VARCHAR(20))');
  await s.query('SET cte_max_recursion_depth = 1000000000');
  await s.query(
    "INSERT INTO t WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n + 1 FROM r WHERE n < 5000) SELECT n, n % 97, CONCAT('c', n % 1009) FROM r",
  );
});
afterAll(() => engine.close());

/** Each would run for seconds: the pairs of the table with itself are 25 million. */
const PAIRS = 't a JOIN t b ON a.v <> b.v';
test.each([
  `SELECT COUNT(*) FROM ${PAIRS}`,
  `SELECT a.c, b.id FROM ${PAIRS} ORDER BY b.c, a.id LIMIT 20000000, 1`,
  `SELECT a.c, COUNT(DISTINCT b.c) FROM ${PAIRS} GROUP BY a.c, a.id`,
  `SELECT GROUP_CONCAT(b.c ORDER BY a.c) FROM ${PAIRS}`,
  `SELECT SUM(r) FROM (SELECT STDDEV(b.v) OVER (ORDER BY a.c, b.c ROWS 1000 PRECEDING) r FROM ${PAIRS}) x`,
  `SELECT COUNT(*) FROM (SELECT a.id, b.id i FROM ${PAIRS}) x JOIN (SELECT a.id, b.id i FROM ${PAIRS}) y ON x.id = y.i AND x.i = y.id`,
  'WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n + 1 FROM r) SELECT COUNT(*) FROM r',
  `SELECT a.id, b.id FROM ${PAIRS} UNION SELECT b.id, a.v FROM ${PAIRS}`,
  'SELECT COUNT(*) FROM t a WHERE a.v <> (SELECT COUNT(*) FROM t b JOIN t c ON b.v < c.v WHERE b.id > a.id)',
])('max_execution_time and KILL QUERY end %s', async (sql) => {
  await s.query('SET max_execution_time = 30');
  expect(await s.errorOf(sql)).toBe(3024);
  await s.query('SET max_execution_time = 0');
  const [[id]] = (await s.query('SELECT CONNECTION_ID()')) as [[string]];
  const other = await engine.session();
  const killed = s.errorOf(sql);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await other.query(`KILL QUERY ${id}`);
  expect(await killed).toBe(1317);
  // The session goes on.
  expect(await s.query('SELECT COUNT(*) FROM t')).toEqual([['5000']]);
});
