import type mysql from 'mysql2/promise';
import { ServerGroup } from './testing/server-group.js';

const SECONDS = 8;

type Rows = (string | number)[][];

const rows = async (db: mysql.Connection, sql: string): Promise<Rows> =>
  (await db.query(sql))[0] as unknown as Rows;

const errorOf = async (db: mysql.Connection, sql: string): Promise<string> =>
  db.query(sql).then(
    () => '',
    (e: { errno: number; message: string }) => `${e.errno}: ${e.message}`,
  );

/** Whether a statement's rows come from memory: then it sends nothing to the store. */
async function fromMemory(db: mysql.Connection, sql: string): Promise<boolean> {
  const plan = await rows(db, `EXPLAIN ANALYZE ${sql}`);
  expect(plan.map((r) => String(r[0]))).toContainEqual(expect.stringMatching(/UnionScan/));
  return !plan.some((r) => r.some((c) => String(c).includes('cop_task')));
}

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('a cached table is read from memory, by two servers, and never as it was before an answered change', async () => {
  const servers = new ServerGroup({ nodes: 2, flags: [], servedStore: true, endpoints: [] });
  await servers.start();
  const connections: mysql.Connection[] = [];
  const connect = async (): Promise<mysql.Connection> => {
    const db = await servers.connect();
    connections.push(db);
    return db;
  };
  try {
    const one = await connect();
    const other = await connect();
    await one.query('SET GLOBAL tidb_table_cache_lease = 10');
    await one.query('CREATE TABLE c (id INT PRIMARY KEY, v INT, w INT, KEY (w))');
    await one.query('INSERT INTO c VALUES (1, 0, 0), (2, 0, 0), (3, 7, 7)');
    await one.query('ALTER TABLE c CACHE');
    expect(String((await rows(other, 'SHOW CREATE TABLE c'))[0]![1])).toContain('/* CACHED ON */');
    const lockType =
      "SELECT lock_type FROM mysql.table_cache_meta JOIN information_schema.tables ON tid = tidb_table_id WHERE table_name = 'c'";
    expect(await rows(one, lockType)).toEqual([['NONE']]);

    for (const db of [one, other]) {
      await until(async () => {
        await db.query('SELECT * FROM c');
        return fromMemory(db, 'SELECT * FROM c');
      });
      await until(() => fromMemory(db, 'SELECT w FROM c USE INDEX (w) WHERE w > 3'));
      expect(await rows(db, 'SELECT id FROM c USE INDEX (w) WHERE w > 3')).toEqual([[3]]);
      expect(await rows(db, 'SELECT v FROM c WHERE id = 3')).toEqual([[7]]);
    }
    expect(await rows(one, lockType)).toEqual([['READ']]);

    // What a transaction has written itself lies over what is in memory.
    await one.query('BEGIN');
    await one.query('UPDATE c SET w = 9 WHERE id = 3');
    expect(await rows(one, 'SELECT id, w FROM c WHERE w > 1')).toEqual([[3, 9]]);
    expect(await rows(other, 'SELECT id, w FROM c WHERE w > 1')).toEqual([[3, 7]]);
    await one.query('ROLLBACK');

    // The long lease ends before the short ones begin.
    await one.query('SET GLOBAL tidb_table_cache_lease = 1');
    await one.query('UPDATE c SET w = 8 WHERE id = 3');
    expect(await rows(other, 'SELECT id, w FROM c WHERE w > 1')).toEqual([[3, 8]]);

    let answered = 0;
    let changes = 0;
    let reads = 0;
    let fromCache = 0;
    const end = Date.now() + SECONDS * 1000;
    const writers = [0, 1].map(async () => {
      const db = await connect();
      while (Date.now() < end) {
        await db.query('BEGIN');
        await db.query('UPDATE c SET v = v + 1, w = w + 1 WHERE id IN (1, 2)');
        const [[v]] = (await rows(db, 'SELECT v FROM c WHERE id = 1')) as [[number]];
        await db.query('COMMIT');
        answered = Math.max(answered, v);
        changes++;
        // Readers come to have their lease again.
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    });
    const queries = [
      'SELECT v FROM c WHERE id = 1',
      'SELECT MAX(v) FROM c WHERE id < 3',
      'SELECT MAX(w) FROM c USE INDEX (w) WHERE id < 3',
      'SELECT v FROM c WHERE id IN (1, 2) ORDER BY id LIMIT 1',
    ];
    const readers = queries.map(async (sql) => {
      const db = await connect();
      while (Date.now() < end || fromCache === 0) {
        const before = answered;
        const [[seen]] = (await rows(db, sql)) as [[number]];
        expect(seen).toBeGreaterThanOrEqual(before);
        // One snapshot shows one state, whether read from memory or not.
        await db.query('BEGIN');
        const [[first]] = (await rows(db, sql)) as [[number]];
        const [[again]] = (await rows(db, queries[reads % queries.length]!)) as [[number]];
        await db.query('COMMIT');
        expect(again).toBe(first);
        reads++;
        if (reads % 10 === 0 && (await fromMemory(db, 'SELECT v FROM c WHERE id < 3'))) fromCache++;
      }
    });
    await Promise.all([...writers, ...readers]);
    expect(await rows(other, 'SELECT v, w FROM c WHERE id < 3')).toEqual([
      [changes, changes],
      [changes, changes],
    ]);

    expect(await errorOf(one, 'TRUNCATE TABLE c')).toBe(
      "8242: 'Truncate Table' is unsupported on cache tables.",
    );
    expect(await errorOf(one, 'ALTER TABLE c ADD COLUMN x INT')).toBe(
      "8242: 'Alter Table' is unsupported on cache tables.",
    );
    await other.query('SELECT * FROM c');
    await one.query('ALTER TABLE c NOCACHE');
    await one.query('UPDATE c SET v = -1 WHERE id = 3');
    expect(await rows(other, 'SELECT v FROM c WHERE id = 3')).toEqual([[-1]]);
    await one.query('ALTER TABLE c ADD COLUMN x INT');
    await one.query('ADMIN CHECK TABLE c');
  } finally {
    for (const db of connections) await db.end().catch(() => undefined);
    await servers.remove();
  }
}, 300_000);
