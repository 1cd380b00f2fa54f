import type mysql from 'mysql2/promise';
import { ServerProcess } from './testing/server-process.js';
import { randomSource } from '../testing/random.js';

/**
 * Columns that the thread with the store keeps on disk are taken over by the others, while anybody writes: their answers stay those of
 * the row store. RUTILE_SEED repeats a run's choices.
 */
const { seed, random } = randomSource();
const below = (n: number): number => Math.floor(random() * n);
const ROWS = 70_000;
const server = new ServerProcess(['--workers', '2']);
const workerOf = (connection: mysql.Connection): number => Math.floor(connection.threadId / 2 ** 21);
type Row = Record<string, unknown>;
const rows = async (c: mysql.Connection, sql: string): Promise<Row[]> => (await c.query(sql))[0] as Row[];

/** A connection to each worker. */
async function both(): Promise<mysql.Connection[]> {
  const all = [await server.connect(), await server.connect()];
  expect(new Set(all.map(workerOf)).size).toBe(2);
  return all;
}

const SUMS = 'SELECT SUM(v) AS v, COUNT(*) AS n, COUNT(DISTINCT s) AS d, MAX(s) AS m FROM kept WHERE v < 900';
const readsColumns = async (c: mysql.Connection): Promise<boolean> =>
  JSON.stringify(await rows(c, `EXPLAIN ${SUMS}`)).includes('tiflash');

/** A random write; texts are now and then new to the dictionary. */
async function write(c: mysql.Connection): Promise<void> {
  const id = 1 + below(ROWS);
  const kind = below(4);
  if (kind === 0) await c.query('DELETE FROM kept WHERE id = ?', [id]);
  else if (kind === 1)
    await c.query('REPLACE INTO kept VALUES (?, ?, ?)', [id, below(1000), `new ${below(400)}`]);
  else
    await c.query('UPDATE kept SET v = v + 1, s = ? WHERE id BETWEEN ? AND ?', [
      `t${below(50)}`,
      id,
      id + below(30),
    ]);
}

/** Writes by one, read by the other from columns and from rows. */
async function follow(connections: readonly mysql.Connection[], rounds: number): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    await write(connections[below(2)]!);
    const reader = connections[below(2)]!;
    const byRows = await rows(reader, SUMS.replace('SELECT', 'SELECT /*+ READ_FROM_STORAGE(TIKV[kept]) */'));
    expect([seed, i, await rows(reader, SUMS)]).toEqual([seed, i, byRows]);
  }
}

afterAll(() => server.remove());

test('columns on disk are taken over by other threads, before and after a crash', async () => {
  await server.start();
  let connections = await both();
  const [a, b] = connections as [mysql.Connection, mysql.Connection];
  await a.query('CREATE TABLE kept (id INT PRIMARY KEY, v INT, s VARCHAR(40))');
  await a.query('SET cte_max_recursion_depth = 100000');
  await a.query(
    `INSERT INTO kept WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) ` +
      "SELECT i, i MOD 1000, CONCAT('t', i MOD 50) FROM n",
  );
  await a.query('ALTER TABLE kept SET TIFLASH REPLICA 1');
  const until = Date.now() + 60_000;
  while (!((await readsColumns(a)) && (await readsColumns(b)))) {
    if (Date.now() > until) throw new Error('the replica is not there');
    await write(connections[below(2)]!);
  }
  await follow(connections, 40);
  for (let round = 0; round < 2; round++) {
    await server.kill();
    await server.start();
    connections = await both();
    for (const c of connections) expect(await readsColumns(c)).toBe(true);
    await follow(connections, 40);
  }
  for (const c of connections) await c.end();
}, 180_000);
