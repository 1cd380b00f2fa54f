import type mysql from 'mysql2/promise';
import { randomSource } from '../types/random-source.js';
import { ServerProcess } from './testing/server-process.js';

/**
 * `kill -9` under a writing load: every acknowledged transaction is there after the restart, none is half done, and
 * indexes agree with rows. CRASH_ROUNDS and CRASH_SEED run it longer or again.
 */
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 3);
const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const WRITERS = 6;
const ACCOUNTS = 40;

interface Writer {
  /** Transfers acknowledged: their ids in `journal`. */
  sequence: number;
  readonly acknowledged: Set<number>;
  /** The transfer whose commit was under way when the connection broke: it may or may not be there. */
  inFlight: number | null;
  /** Autocommitted inserts acknowledged, by unique key. */
  readonly inserted: Set<string>;
  readonly deleted: Set<string>;
}

async function transfers(
  db: mysql.Connection,
  w: Writer,
  number: number,
  random: () => number,
): Promise<void> {
  for (let n = 0; ; n++) {
    const id = number * 1_000_000 + w.acknowledged.size + 1;
    const [from, to] = [Math.floor(random() * ACCOUNTS), Math.floor(random() * ACCOUNTS)];
    if (n % 3 === 2) await singleStatement(db, w, `${number}-${w.sequence++}`, random);
    await db.query('BEGIN');
    try {
      await db.query('UPDATE account SET balance = balance - 7 WHERE id = ?', [from]);
      await db.query('UPDATE account SET balance = balance + 7 WHERE id = ?', [to]);
      await db.query('INSERT INTO journal (id, src, dst) VALUES (?, ?, ?)', [id, from, to]);
    } catch (error) {
      // Deadlocks between the writers are their due.
      if ((error as { errno?: number }).errno !== 1213) throw error;
      await db.query('ROLLBACK');
      continue;
    }
    w.inFlight = id;
    await db.query('COMMIT');
    w.acknowledged.add(id);
    w.inFlight = null;
  }
}

async function singleStatement(
  db: mysql.Connection,
  w: Writer,
  key: string,
  random: () => number,
): Promise<void> {
  await db.query('INSERT INTO entry (k, v) VALUES (?, ?)', [key, Math.floor(random() * 100)]);
  w.inserted.add(key);
  if (random() < 0.3) {
    w.inserted.delete(key);
    await db.query('DELETE FROM entry WHERE k = ?', [key]);
    w.deleted.add(key);
  }
}

describe('kill -9', () => {
  const server = new ServerProcess();
  beforeAll(async () => {
    await server.start();
    const db = await server.connect({ multipleStatements: true });
    await db.query(`
      CREATE TABLE account (id INT PRIMARY KEY, balance BIGINT NOT NULL, KEY b (balance));
      CREATE TABLE journal (id INT PRIMARY KEY, src INT NOT NULL, dst INT NOT NULL, KEY s (src, dst));
      CREATE TABLE entry (k VARCHAR(64) NOT NULL, v INT NOT NULL, UNIQUE KEY k (k), KEY v (v))`);
    for (let i = 0; i < ACCOUNTS; i++) await db.query('INSERT INTO account VALUES (?, 1000)', [i]);
    await db.end();
  });
  afterAll(() => server.remove());

  test(
    `keeps what was acknowledged and nothing half done (CRASH_SEED=${SEED})`,
    async () => {
      const { random } = randomSource(SEED);
      const writers: Writer[] = Array.from({ length: WRITERS }, () => ({
        sequence: 0,
        acknowledged: new Set(),
        inFlight: null,
        inserted: new Set(),
        deleted: new Set(),
      }));
      for (let round = 0; round < ROUNDS; round++) {
        const connections = await Promise.all(writers.map(() => server.connect()));
        const running = writers.map(async (w, i) => {
          const db = connections[i]!;
          db.on('error', () => undefined);
          // Ends when the server dies under it; errors of the server itself have numbers from 1000 on.
          await transfers(db, w, i + 1, random).catch((error: { errno?: number }) => {
            if (error.errno !== undefined && error.errno >= 1000) throw error;
          });
        });
        await new Promise((resolve) => setTimeout(resolve, 300 + random() * 900));
        await server.kill();
        await Promise.all(running);
        await server.start();
        await verify(server, writers);
      }
      const total = writers.reduce((n, w) => n + w.acknowledged.size + w.inserted.size, 0);
      expect(total).toBeGreaterThan(ROUNDS * WRITERS);
    },
    120_000 + ROUNDS * 10_000,
  );
});

async function verify(server: ServerProcess, writers: readonly Writer[]): Promise<void> {
  const db = await server.connect();
  const ids = async (sql: string): Promise<Set<unknown>> => {
    const [rows] = await db.query({ sql, rowsAsArray: true });
    return new Set((rows as unknown[][]).map((r) => r[0]));
  };
  for (const table of ['account', 'journal', 'entry']) await db.query(`ADMIN CHECK TABLE ${table}`);
  const journal = await ids('SELECT id FROM journal');
  const entries = await ids('SELECT k FROM entry');
  for (const w of writers) {
    for (const id of w.acknowledged) expect(journal).toContain(id);
    if (w.inFlight !== null && journal.has(w.inFlight)) w.acknowledged.add(w.inFlight);
    w.inFlight = null;
    for (const key of w.inserted) expect(entries).toContain(key);
    for (const key of w.deleted) expect(entries).not.toContain(key);
  }
  // Balances are what the journal says: a transfer is there with both of its sides or not at all.
  const [wrong] = await db.query(`
    SELECT a.id, a.balance, 1000 - 7 * COALESCE(o.n, 0) + 7 * COALESCE(i.n, 0) AS expected
    FROM account a
      LEFT JOIN (SELECT src, COUNT(*) n FROM journal GROUP BY src) o ON o.src = a.id
      LEFT JOIN (SELECT dst, COUNT(*) n FROM journal GROUP BY dst) i ON i.dst = a.id
    HAVING a.balance <> expected`);
  expect(wrong).toEqual([]);
  const [count] = await db.query('SELECT SUM(balance) AS total FROM account');
  expect(Number((count as { total: string }[])[0]!.total)).toBe(ACCOUNTS * 1000);
  await db.end();
}
