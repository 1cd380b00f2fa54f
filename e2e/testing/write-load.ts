import type mysql from 'mysql2/promise';
import { randomSource } from '../../testing/random.js';
import type { ServerProcess } from './server-process.js';

const WRITERS = 6;
const ACCOUNTS = 40;
/** How long a busy machine, or one whose rows are still locked by a server that was killed, is given to get something done. */
const PATIENCE_MS = 90_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Writer {
  sequence: number;
  /** Transfers acknowledged: their ids in `journal`. */
  readonly acknowledged: Set<number>;
  transfers: number;
  /** Transfers whose commit had no answer, or an error that does not tell: they may or may not be there. */
  readonly unknown: Set<number>;
  /** Autocommitted inserts acknowledged, by unique key. */
  readonly inserted: Set<string>;
  readonly deleted: Set<string>;
}

/** Errors of the server have numbers from 1000 on; the others are broken connections. */
const numberOf = (error: unknown): number | null => {
  const { errno } = error as { errno?: number };
  return errno !== undefined && errno >= 1000 ? errno : null;
};

/**
 * Transactions of several statements and of one, by several clients, with a record of what was acknowledged: after a crash of
 * something below them all of it must be there, and nothing half done.
 */
export class WriteLoad {
  private readonly writers: readonly Writer[] = Array.from({ length: WRITERS }, () => ({
    sequence: 0,
    transfers: 0,
    acknowledged: new Set(),
    unknown: new Set(),
    inserted: new Set(),
    deleted: new Set(),
  }));
  private readonly random: () => number;
  private stopping = false;

  /** `survives`: the server goes on while something behind it crashes, and clients meet errors instead of broken connections. */
  constructor(
    private readonly server: ServerProcess,
    seed: number,
    private readonly survives = false,
  ) {
    this.random = randomSource(seed).random;
  }

  async prepare(): Promise<void> {
    const db = await this.server.connect({ multipleStatements: true });
    await db.query(`
      CREATE TABLE account (id INT PRIMARY KEY, balance BIGINT NOT NULL, KEY b (balance));
      CREATE TABLE journal (id INT PRIMARY KEY, src INT NOT NULL, dst INT NOT NULL, KEY s (src, dst));
      CREATE TABLE entry (k VARCHAR(64) NOT NULL, v INT NOT NULL, UNIQUE KEY k (k), KEY v (v))`);
    for (let i = 0; i < ACCOUNTS; i++) await db.query('INSERT INTO account VALUES (?, 1000)', [i]);
    await db.end();
  }

  /**
   * Writes while `crash` takes place, until the connections break, or for a moment after it when the server survives. Something
   * was acknowledged by then.
   */
  async runThrough(crash: () => Promise<void>): Promise<void> {
    this.stopping = false;
    const before = this.total;
    const connections = await Promise.all(this.writers.map(() => this.server.connect()));
    const running = this.writers.map(async (w, i) => {
      const db = connections[i]!;
      db.on('error', () => undefined);
      await this.write(db, w, i + 1).catch((error: unknown) => {
        if (numberOf(error) !== null || this.survives) throw error;
      });
    });
    await pause(300 + this.random() * 900);
    const began = performance.now();
    while (this.total <= before && performance.now() - began < PATIENCE_MS) await pause(10);
    await crash();
    if (this.survives) await pause(300);
    this.stopping = true;
    await Promise.all(running);
    for (const db of connections) db.destroy();
  }

  private async write(db: mysql.Connection, w: Writer, number: number): Promise<void> {
    const { random } = this;
    for (let n = 0; !this.stopping; n++) {
      const id = number * 1_000_000 + ++w.transfers;
      const [from, to] = [Math.floor(random() * ACCOUNTS), Math.floor(random() * ACCOUNTS)];
      if (n % 3 === 2) await this.singleStatement(db, w, `${number}-${w.sequence++}`);
      try {
        await db.query('BEGIN');
        await db.query('UPDATE account SET balance = balance - 7 WHERE id = ?', [from]);
        await db.query('UPDATE account SET balance = balance + 7 WHERE id = ?', [to]);
        await db.query('INSERT INTO journal (id, src, dst) VALUES (?, ?, ?)', [id, from, to]);
      } catch (error) {
        // Deadlocks between the writers are their due.
        if (!this.survives && numberOf(error) !== 1213) throw error;
        await db.query('ROLLBACK');
        continue;
      }
      w.unknown.add(id);
      try {
        await db.query('COMMIT');
      } catch (error) {
        if (!this.survives) throw error;
        await db.query('ROLLBACK');
        continue;
      }
      w.acknowledged.add(id);
      w.unknown.delete(id);
    }
  }

  private async singleStatement(db: mysql.Connection, w: Writer, key: string): Promise<void> {
    const { random } = this;
    try {
      await db.query('INSERT INTO entry (k, v) VALUES (?, ?)', [key, Math.floor(random() * 100)]);
      w.inserted.add(key);
      if (random() < 0.3) {
        w.inserted.delete(key);
        await db.query('DELETE FROM entry WHERE k = ?', [key]);
        w.deleted.add(key);
      }
    } catch (error) {
      if (!this.survives) throw error;
    }
  }

  /** Transactions acknowledged so far. */
  get total(): number {
    return this.writers.reduce((n, w) => n + w.acknowledged.size + w.inserted.size, 0);
  }

  async verify(): Promise<void> {
    const db = await this.server.connect();
    const ids = async (sql: string): Promise<Set<unknown>> => {
      const [rows] = await db.query({ sql, rowsAsArray: true });
      return new Set((rows as unknown[][]).map((r) => r[0]));
    };
    for (const table of ['account', 'journal', 'entry']) await db.query(`ADMIN CHECK TABLE ${table}`);
    const journal = await ids('SELECT id FROM journal');
    const entries = await ids('SELECT k FROM entry');
    for (const w of this.writers) {
      for (const id of w.acknowledged) expect(journal).toContain(id);
      for (const id of w.unknown) if (journal.has(id)) w.acknowledged.add(id);
      w.unknown.clear();
      for (const key of w.inserted) expect(entries).toContain(key);
      for (const key of w.deleted) expect(entries).not.toContain(key);
    }
    expect(journal.size).toBe(this.writers.reduce((n, w) => n + w.acknowledged.size, 0));
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
}
