import type mysql from 'mysql2/promise';
import { killStatement } from './testing/running-statement.js';
import { ServerProcess } from './testing/server-process.js';

/** Threads that run statements share those that large queries run on: each has as many as the process. */
const ROWS = 205_000;
const THREADS = 3;
const server = new ServerProcess(['--workers', '2', '--analytic-threads', `${THREADS}`, '--durability', '0']);
const workerOf = (connection: mysql.Connection): number => Math.floor(connection.threadId / 2 ** 21);
const text = async (c: mysql.Connection, sql: string): Promise<string> =>
  JSON.stringify((await c.query({ sql, rowsAsArray: true }))[0]);

const SUMS = 'SELECT k, COUNT(*), SUM(v), MAX(s) FROM f WHERE v > 3 GROUP BY k ORDER BY k LIMIT 50';

/** Whether a statement runs on as many threads as there are; it does once they are up. */
async function runsInThreads(c: mysql.Connection): Promise<boolean> {
  for (let i = 0; i < 600; i++) {
    if ((await text(c, `EXPLAIN ANALYZE ${SUMS}`)).includes(`threads: {num:${THREADS}}`)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

afterAll(() => server.remove());

test('large queries of any connection run on the threads of the process', async () => {
  await server.start();
  const connections = [await server.connect(), await server.connect(), await server.connect()];
  const [a, b] = connections as [mysql.Connection, mysql.Connection];
  expect(workerOf(a)).not.toBe(workerOf(b));
  await a.query('CREATE TABLE f (id INT PRIMARY KEY, k INT, v INT, s VARCHAR(20))');
  await a.query('SET cte_max_recursion_depth = 1000000');
  await a.query(
    `INSERT INTO f WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) ` +
      "SELECT i, i MOD 97, i MOD 1000, CONCAT('s', i MOD 31) FROM n",
  );
  await a.query('ALTER TABLE f SET TIFLASH REPLICA 1');
  for (const c of [a, b]) expect(await runsInThreads(c)).toBe(true);
  await a.query('SET tidb_executor_concurrency = 1');
  const expected = await text(a, SUMS);
  await a.query(`SET tidb_executor_concurrency = ${THREADS}`);
  for (let i = 0; i < 10; i++)
    expect(await Promise.all(connections.map((c) => text(c, SUMS)))).toEqual(connections.map(() => expected));
  // A statement that is ended leaves the threads to others.
  const long = 'SELECT COUNT(*) FROM f x JOIN f y ON x.k = y.k WHERE x.v + y.v > 7 AND x.id MOD 2 = 0';
  const ended = b.query(long).then(
    () => 0,
    (e: unknown) => (e as { errno: number }).errno,
  );
  await killStatement(a, b.threadId);
  expect(await ended).toBe(1317);
  for (const c of connections) expect(await text(c, SUMS)).toBe(expected);
  for (const c of connections) await c.end();
}, 120_000);
