import type mysql from 'mysql2/promise';
import { ServerProcess } from './testing/server-process.js';

/** A worker that runs out of memory ends alone: the others go on, its locks are let go of, and another takes its place. */
const server = new ServerProcess(['--workers', '2'], { NODE_OPTIONS: '--max-old-space-size=150' });
const workerOf = (connection: mysql.Connection): number => Math.floor(connection.threadId / 2 ** 21);

beforeAll(() => server.start());
afterAll(() => server.remove());

async function connectTo(worker: (n: number) => boolean): Promise<mysql.Connection> {
  for (;;) {
    const c = await server.connect();
    c.on('error', () => undefined);
    if (worker(workerOf(c))) return c;
    // Stays connected, so that the next one goes elsewhere.
    spare.push(c);
  }
}
const spare: mysql.Connection[] = [];

// The first node is the thread that has the store.
test.each(['first', 'second'])(
  'the %s time',
  async () => {
    const survivor = await connectTo((n) => n === 1);
    const victim = await connectTo((n) => n === 2);
    const holder = await connectTo((n) => n === workerOf(victim));
    await survivor.query('CREATE TABLE kept (id INT PRIMARY KEY, n INT)');
    await survivor.query('INSERT INTO kept VALUES (1, 0), (2, 0)');
    await holder.query('BEGIN');
    await holder.query('UPDATE kept SET n = 7 WHERE id = 1');
    const waits = survivor.query('UPDATE kept SET n = n + 1 WHERE id = 1');
    const sleeps = holder.query('SELECT SLEEP(100)').then(
      () => 'slept',
      () => 'lost',
    );
    const list = Array.from({ length: 700_000 }, (_, i) => `${i}+n`).join();
    await victim.query('SET tidb_mem_quota_query = 0');
    await expect(victim.query(`SELECT 1 IN (${list}) FROM kept`)).rejects.toMatchObject({ fatal: true });
    expect(await sleeps).toBe('lost');
    // Long before the life of a lock without its owner would have ended.
    await waits;
    const [rows] = await survivor.query('SELECT * FROM kept');
    expect(rows).toEqual([
      { id: 1, n: 1 },
      { id: 2, n: 0 },
    ]);
    const successor = await connectTo((n) => n === workerOf(victim));
    await successor.query('ALTER TABLE kept ADD COLUMN c INT DEFAULT 3, ADD INDEX (c)');
    expect((await survivor.query('SELECT id FROM kept WHERE c = 3'))[0]).toHaveLength(2);
    const [processes] = (await successor.query('SHOW PROCESSLIST')) as unknown as [{ Id: number }[]];
    expect(processes.map((p) => p.Id)).toContain(survivor.threadId);
    await successor.query(`KILL ${survivor.threadId}`);
    await expect(survivor.query('SELECT 1')).rejects.toMatchObject({ fatal: true });
    await successor.query('DROP TABLE kept');
    for (const c of [...spare.splice(0), successor]) await c.end().catch(() => undefined);
  },
  60_000,
);
