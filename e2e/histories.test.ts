import type { Connection } from 'mysql2/promise';
import { checkListAppend, type ListTxn } from '../kv/client/testing/list-append.js';
import { Random, testSeed } from '../testing/random.js';
import { ServerProcess } from './testing/server-process.js';
import { StoreProcess } from './testing/store-process.js';

/**
 * Histories of SQL transactions over real sockets, checked for what snapshot isolation forbids: on the embedded store, on two
 * workers of it, and on two servers of a served store. HISTORY_SECONDS makes them longer; RUTILE_SEED repeats the choices.
 */
const SECONDS = Number(process.env['HISTORY_SECONDS'] ?? 1.5);
const KEYS = 6;
const CLIENTS = 6;
/** Lists that have been appended to for so long make room for others: long ones make every step slow. */
const EPOCH_MS = 2000;
const EPOCHS = Math.ceil((SECONDS * 1000) / EPOCH_MS) + 1;
const PATIENCE_MS = 60_000;
/** Whether a history goes on: until its time is over, and where a busy machine has got little done, somewhat longer. */
const goesOn = (until: number, enough: boolean): boolean =>
  Date.now() < until || (!enough && Date.now() < until + PATIENCE_MS);
/** Of one test, with what comes after the histories. */
const TIMEOUT_MS = SECONDS * 1000 + 240_000;

/** Errors with which a transaction under contention may end: conflicts, deadlocks, waits that are over. */
const ABORTS: ReadonlySet<number> = new Set([1205, 1213, 8002, 8022, 9004, 9007]);
const errnoOf = (e: unknown): number => (e as { errno?: number }).errno ?? -1;

const SETUPS = ['embedded store', 'two workers', 'two servers on a served store'] as const;

describe.each(SETUPS)('%s', (setup) => {
  let store: StoreProcess | null = null;
  const servers: ServerProcess[] = [];
  const connect = (i: number): Promise<Connection> =>
    servers[i % servers.length]!.connect({ rowsAsArray: true });

  beforeAll(async () => {
    if (setup === 'two servers on a served store') {
      store = new StoreProcess(['--durability', '0']);
      await store.start();
      for (let i = 0; i < 2; i++) servers.push(new ServerProcess(['--store', 'tikv', '--pd', store.address]));
    } else servers.push(new ServerProcess(setup === 'two workers' ? ['--workers', '2'] : []));
    for (const s of servers) await s.start();
  }, 300_000);
  afterAll(async () => {
    for (const s of servers) await s.remove();
    await store?.remove();
  });

  test(
    'list-append',
    async () => {
      const seed = testSeed();
      const random = new Random(seed);
      const setupDb = await connect(0);
      await setupDb.query('CREATE TABLE lists (k INT PRIMARY KEY, list MEDIUMTEXT, KEY (list(10)))');
      await setupDb.query(
        `INSERT INTO lists VALUES ${Array.from({ length: KEYS * EPOCHS }, (_, k) => `(${k}, '')`).join()}`,
      );
      const history: ListTxn[] = [];
      let nextId = 1;
      const began = Date.now();
      const until = began + SECONDS * 1000;
      let appended = 0;
      const client = async (db: Connection): Promise<void> => {
        while (goesOn(until, appended > 10)) {
          const pessimistic = random.below(2) === 0;
          await db.query(pessimistic ? 'BEGIN PESSIMISTIC' : 'BEGIN OPTIMISTIC');
          const firstKey = Math.min(EPOCHS - 1, Math.floor((Date.now() - began) / EPOCH_MS)) * KEYS;
          const t = await oneTxn(db, random, nextId++, pessimistic, firstKey);
          history.push(t);
          if (t.outcome === 'committed' && t.appends.size > 0) appended++;
        }
        await db.end();
      };
      await Promise.all(
        (await Promise.all(Array.from({ length: CLIENTS }, (_, i) => connect(i)))).map(client),
      );
      const final = new Map<string, readonly number[]>();
      const [rows] = await setupDb.query('SELECT k, list FROM lists');
      for (const [k, list] of rows as unknown as [number, string][]) final.set(String(k), parse(list));
      await setupDb.query('ADMIN CHECK TABLE lists');
      await setupDb.end();
      expect({ seed, wrong: checkListAppend(history, final) }).toEqual({ seed, wrong: [] });
      expect(appended).toBeGreaterThan(10);
    },
    TIMEOUT_MS,
  );

  test(
    'counters under FOR UPDATE, and keys that one transaction gets',
    async () => {
      const db = await connect(0);
      await db.query('CREATE TABLE counters (id INT PRIMARY KEY, n INT)');
      await db.query('INSERT INTO counters VALUES (1, 0), (2, 0)');
      await db.query('CREATE TABLE won (k INT, u INT UNIQUE, PRIMARY KEY (k))');
      const until = Date.now() + SECONDS * 1000;
      let counted = 0;
      let won = 0;
      const client = async (c: Connection, i: number): Promise<void> => {
        for (let n = 0; goesOn(until, counted > 10); n++) {
          await c.query('BEGIN');
          try {
            const [[row]] = (await c.query('SELECT n FROM counters WHERE id = 1 FOR UPDATE')) as unknown as [
              [[number]],
            ];
            await c.query(`UPDATE counters SET n = ${row[0] + 1} WHERE id = 1`);
            await c.query('COMMIT');
            counted++;
          } catch (e) {
            if (!ABORTS.has(errnoOf(e))) throw e;
            await c.query('ROLLBACK');
          }
          try {
            await c.query(`INSERT INTO won VALUES (${n * 2 + (i % 2)}, ${n})`);
            won++;
          } catch (e) {
            if (errnoOf(e) !== 1062 && !ABORTS.has(errnoOf(e))) throw e;
          }
        }
        await c.end();
      };
      await Promise.all(
        (await Promise.all(Array.from({ length: CLIENTS }, (_, i) => connect(i)))).map(client),
      );
      const [[[n]]] = (await db.query('SELECT n FROM counters WHERE id = 1')) as unknown as [[[number]]];
      const [[[rows, distinct]]] = (await db.query(
        'SELECT COUNT(*), COUNT(DISTINCT u) FROM won',
      )) as unknown as [[[number, number]]];
      await db.end();
      expect({ n, rows: Number(rows), distinct: Number(distinct) }).toEqual({
        n: counted,
        rows: won,
        distinct: won,
      });
      expect(counted).toBeGreaterThan(10);
    },
    TIMEOUT_MS,
  );

  test(
    'transfers keep the sum in every snapshot, registers only move on, rings of locks are broken',
    async () => {
      const seed = testSeed();
      const random = new Random(seed);
      const db = await connect(0);
      await db.query('CREATE TABLE accounts (id INT PRIMARY KEY, n INT, KEY (n))');
      await db.query(
        `INSERT INTO accounts VALUES ${Array.from({ length: 12 }, (_, i) => `(${i}, 100)`).join()}`,
      );
      await db.query('CREATE TABLE registers (id INT PRIMARY KEY, v BIGINT)');
      await db.query('INSERT INTO registers VALUES (0, 0), (1, 0), (2, 0)');
      await db.query('SPLIT TABLE accounts BY (3), (6), (9)').catch(() => undefined);
      const until = Date.now() + SECONDS * 1000;
      const wrong: string[] = [];
      const done = { transfers: 0, sums: 0, deadlocks: 0, writes: 0, reads: 0 };
      const attempt = async (c: Connection, work: () => Promise<void>): Promise<boolean> => {
        try {
          await c.query(random.below(2) === 0 ? 'BEGIN PESSIMISTIC' : 'BEGIN OPTIMISTIC');
          await work();
          await c.query('COMMIT');
          return true;
        } catch (e) {
          if (!ABORTS.has(errnoOf(e))) throw e;
          if (errnoOf(e) === 1213) done.deadlocks++;
          await c.query('ROLLBACK');
          return false;
        }
      };
      const transfer = async (c: Connection): Promise<void> => {
        const from = random.below(12);
        const to = (from + 1 + random.below(11)) % 12;
        const moved = await attempt(c, async () => {
          await c.query(`UPDATE accounts SET n = n - 1 WHERE id = ${from}`);
          await c.query(`UPDATE accounts SET n = n + 1 WHERE id = ${to}`);
        });
        if (moved) done.transfers++;
      };
      const sum = async (c: Connection): Promise<void> => {
        const read = await attempt(c, async () => {
          for (const hint of ['', 'USE INDEX (n)']) {
            const [[[n]]] = (await c.query(`SELECT SUM(n) FROM accounts ${hint}`)) as unknown as [[[string]]];
            if (Number(n) !== 1200) wrong.push(`the sum ${hint} is ${n}`);
          }
        });
        if (read) done.sums++;
      };
      // What was acknowledged before a read began is seen by it, whoever reads: the value that a read gives is at least the largest
      // acknowledged by then, and at most the largest ever tried.
      const acknowledged = [0, 0, 0];
      const tried = [0, 0, 0];
      const register = async (c: Connection): Promise<void> => {
        const id = random.below(3);
        if (random.below(2) === 0) {
          let next = 0;
          const written = await attempt(c, async () => {
            const [[[v]]] = (await c.query(
              `SELECT v FROM registers WHERE id = ${id} FOR UPDATE`,
            )) as unknown as [[[number]]];
            next = Number(v) + 1;
            tried[id] = Math.max(tried[id]!, next);
            await c.query(`UPDATE registers SET v = ${next} WHERE id = ${id}`);
          });
          if (written) acknowledged[id] = Math.max(acknowledged[id]!, next);
          done.writes++;
          return;
        }
        const least = acknowledged[id]!;
        const [[[v]]] = (await c.query(`SELECT v FROM registers WHERE id = ${id}`)) as unknown as [
          [[number]],
        ];
        if (Number(v) < least || Number(v) > tried[id]!)
          wrong.push(`register ${id} is ${v}, after ${least} was acknowledged`);
        done.reads++;
      };
      const client = async (c: Connection, i: number): Promise<void> => {
        const enough = (): boolean => Math.min(done.transfers, done.sums, done.writes, done.reads) > 0;
        while (goesOn(until, enough()))
          await (i === 0 ? sum : random.below(3) === 0 ? register : transfer)(c);
        await c.end();
      };
      await Promise.all(
        (await Promise.all(Array.from({ length: CLIENTS }, (_, i) => connect(i)))).map(client),
      );
      await db.query('ADMIN CHECK TABLE accounts');
      await db.end();
      expect({ seed, wrong }).toEqual({ seed, wrong: [] });
      expect(Math.min(done.transfers, done.sums, done.writes, done.reads)).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});

const parse = (list: string): number[] => (list === '' ? [] : list.slice(0, -1).split(',').map(Number));

async function listOf(db: Connection, key: number): Promise<number[]> {
  const [[row]] = (await db.query(`SELECT list FROM lists WHERE k = ${key}`)) as unknown as [[[string]]];
  return parse(row[0]);
}

/** Reads and appends at random; ends the transaction that has begun. */
async function oneTxn(
  db: Connection,
  random: Random,
  id: number,
  pessimistic: boolean,
  firstKey: number,
): Promise<ListTxn> {
  const t: ListTxn = {
    id,
    startTs: 0n,
    pessimistic,
    commitTs: 0n,
    outcome: 'aborted',
    reads: new Map(),
    appends: new Map(),
  };
  try {
    for (let ops = 1 + random.below(4); ops > 0; ops--) {
      const key = firstKey + random.below(KEYS);
      const name = String(key);
      if (random.below(2) === 0) {
        if (!t.appends.has(name)) t.reads.set(name, await listOf(db, key));
      } else if (!t.appends.has(name)) {
        await db.query(`UPDATE lists SET list = CONCAT(list, '${id},') WHERE k = ${key}`);
        t.appends.set(name, await listOf(db, key));
      }
    }
    await db.query('COMMIT');
    t.outcome = 'committed';
  } catch (e) {
    // 8501: nobody knows.
    if (errnoOf(e) === 8501) t.outcome = 'unknown';
    else if (!ABORTS.has(errnoOf(e))) throw e;
    await db.query('ROLLBACK');
  }
  return t;
}
