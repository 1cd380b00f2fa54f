import type mysql from 'mysql2/promise';
import { killStatement } from './testing/running-statement.js';
import { ServerProcess } from './testing/server-process.js';

/** Threads that run statements share those that large queries run on: each has as many as the process. */
const ROWS = 225_500;
/** Rows of a statement that makes some. */
const PART = 20_500;
const THREADS = 3;
// A heap that one statement can be too much for.
const server = new ServerProcess(
  ['--workers', '2', '--analytic-threads', `${THREADS}`, '--durability', '0'],
  { NODE_OPTIONS: '--max-old-space-size=250' },
);
const workerOf = (connection: mysql.Connection): number => Math.floor(connection.threadId / 2 ** 21);
const text = async (c: mysql.Connection, sql: string): Promise<string> =>
  JSON.stringify((await c.query({ sql, rowsAsArray: true }))[0]);

const SUMS = 'SELECT k, COUNT(*), SUM(v), MAX(s) FROM f WHERE v > 3 GROUP BY k ORDER BY k LIMIT 50';

/** A statement runs on as many threads as there are once they are up. */
async function expectInThreads(c: mysql.Connection): Promise<void> {
  let seen = '';
  for (let i = 0; i < 600; i++) {
    seen = await text(c, `EXPLAIN ANALYZE ${SUMS}`);
    if (seen.includes(`threads: {num:${THREADS}}`)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not in ${THREADS} threads: ${seen}`);
}

afterAll(() => server.remove());

test('large queries of any connection run on the threads of the process', async () => {
  await server.start();
  const connections = [await server.connect(), await server.connect(), await server.connect()];
  const [a, b] = connections as [mysql.Connection, mysql.Connection];
  expect(workerOf(a)).not.toBe(workerOf(b));
  await a.query('CREATE TABLE f (id INT PRIMARY KEY, k INT, v INT, s VARCHAR(20))');
  await a.query('SET cte_max_recursion_depth = 1000000');
  for (let from = 0; from < ROWS; from += PART)
    await a.query(
      `INSERT INTO f WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < ${PART})
         SELECT i + ${from}, i MOD 97, i MOD 1000, CONCAT('s', i MOD 31) FROM n`,
    );
  // Threads are for scans that are known to be long: every node is to know of all rows, whatever was counted meanwhile.
  await a.query('ANALYZE TABLE f');
  await a.query('ALTER TABLE f SET TIFLASH REPLICA 1');
  for (const c of [a, b]) await expectInThreads(c);
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
}, 240_000);

test('one that ends leaves threads and columns to the others, and to the one that takes its place', async () => {
  const spare: mysql.Connection[] = [];
  const connectTo = async (worker: number): Promise<mysql.Connection> => {
    for (;;) {
      const c = await server.connect();
      c.on('error', () => undefined);
      if (workerOf(c) === worker) return c;
      spare.push(c);
    }
  };
  const survivor = await connectTo(1);
  const victim = await connectTo(2);
  const other = await connectTo(2);
  const expected = await text(survivor, SUMS);
  await expectInThreads(victim);
  // Without an end.
  const long = other
    .query('SELECT MAX(x.id * y.v - z.id * x.v) FROM f x JOIN f y ON x.k = y.k JOIN f z ON z.k = y.k')
    .then(
      () => 'counted',
      () => 'lost',
    );
  const list = Array.from({ length: 1_500_000 }, (_, i) => `${i}+v`).join();
  await victim.query('SET tidb_mem_quota_query = 0');
  await expect(victim.query(`SELECT 1 IN (${list}) FROM f LIMIT 1`)).rejects.toMatchObject({ fatal: true });
  expect(await long).toBe('lost');
  await expectInThreads(survivor);
  const successor = await connectTo(2);
  await expectInThreads(successor);
  await survivor.query('UPDATE f SET v = v + 1000000 WHERE id = 97');
  const changed = await text(survivor, SUMS);
  expect(changed).not.toBe(expected);
  expect(await text(successor, SUMS)).toBe(changed);
  for (const c of [...spare, survivor, successor]) await c.end();
}, 240_000);
