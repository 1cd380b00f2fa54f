import type mysql from 'mysql2/promise';
import type { ServerGroup } from './server-group.js';
import { EXPECTED, GONE, STORE_GONE, errorOf } from './statement-errors.js';

/** Ids that a writer uses: from its number * 1000 on. */
export const IDS = 300;

type Value = string | null;

interface Statement {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
}

/** Writes and reads rows of ids of its own in a table `t (id, n, s)` and knows what n must be. */
export class RowWriter {
  /** What a row's n may be: one value, or several where the outcome of a statement is not known. null = no row. */
  readonly rows = new Map<number, readonly Value[]>();
  /** Errors and results that must not be. */
  readonly unexpected: string[] = [];
  written = 0;
  /** Errors beside the usual ones, while the table is not there under its name. */
  tolerated: ReadonlySet<number> = new Set();
  private stopped = false;
  private running: Promise<void> = Promise.resolve();
  private value = 0;

  constructor(
    private readonly servers: ServerGroup,
    private readonly number: number,
    private readonly random: () => number,
  ) {}

  start(): void {
    this.stopped = false;
    this.running = this.loop();
  }
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private int(n: number): number {
    return Math.floor(this.random() * n);
  }

  private async loop(): Promise<void> {
    let connection: mysql.Connection | null = null;
    while (!this.stopped) {
      if (connection === null) {
        connection = await this.servers.connect().catch(() => null);
        if (connection === null) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          continue;
        }
        connection.on('error', () => undefined);
      }
      const there = this.random() < 0.2 ? await this.read(connection) : await this.write(connection);
      if (there) continue;
      connection.destroy();
      connection = null;
    }
    await connection?.end().catch(() => undefined);
  }

  /** One statement, or a transaction of two. False when the connection is gone. */
  private async write(connection: mysql.Connection): Promise<boolean> {
    const changes = new Map<number, Value>();
    const statements: Statement[] = [];
    const plain = (sql: string): void => void statements.push({ sql, parameters: [] });
    const many = this.random() < 0.2 ? 2 : 1;
    if (many > 1) plain(this.random() < 0.5 ? 'BEGIN' : 'BEGIN OPTIMISTIC');
    for (let i = 0; i < many; i++) statements.push(this.statement(changes));
    if (many > 1) plain('COMMIT');
    let error = 0;
    for (const statement of statements) {
      error = await this.run(connection, statement);
      if (error !== 0) break;
    }
    if (error > 0 && many > 1) await errorOf(connection.query('ROLLBACK'));
    for (const [id, value] of changes) {
      if (error === 0) this.rows.set(id, [value]);
      else if (error === GONE) this.rows.set(id, [...this.possible(id), value]);
    }
    if (error === 0) this.written++;
    return error !== GONE;
  }

  /** Prepared or as text. Gives the error's number, GONE when nobody knows whether the statement took place. */
  private async run(connection: mysql.Connection, { sql, parameters }: Statement): Promise<number> {
    const prepared = parameters.length > 0 && this.random() < 0.4;
    let message = '';
    const error = await errorOf(
      prepared ? connection.execute(sql, [...parameters]) : connection.query(sql, [...parameters]),
      (m) => (message = m),
    );
    if (STORE_GONE.has(error)) return GONE;
    if (error > 0 && !EXPECTED.has(error) && !this.tolerated.has(error))
      this.unexpected.push(`${error}: ${message}: ${sql} [${parameters.join()}]`);
    return error;
  }

  /** Reads a row of which the value is known, by its id and by its value. */
  private async read(connection: mysql.Connection): Promise<boolean> {
    const id = this.number * 1000 + this.int(IDS);
    const states = this.possible(id);
    if (states.length > 1) return true;
    const [state] = states;
    const byValue = state !== null && this.random() < 0.5;
    const { sql, parameters } = byValue
      ? { sql: `SELECT CAST(n AS CHAR) FROM t WHERE n = ? AND id = ${id}`, parameters: [state!] }
      : { sql: 'SELECT CAST(n AS CHAR) FROM t WHERE id = ?', parameters: [id] };
    try {
      const [rows] =
        this.random() < 0.4
          ? await connection.execute(sql, parameters)
          : await connection.query(sql, parameters);
      const found = (rows as unknown as [string][])[0]?.[0] ?? null;
      if (found !== state)
        this.unexpected.push(`read ${String(found)}, not ${String(state)}: ${sql} [${parameters.join()}]`);
      return true;
    } catch (e) {
      const error = await errorOf(Promise.reject(e as Error));
      if (STORE_GONE.has(error)) return false;
      if (error > 0 && !EXPECTED.has(error) && !this.tolerated.has(error))
        this.unexpected.push(`${error}: ${(e as Error).message}: ${sql}`);
      return error !== GONE;
    }
  }

  private possible(id: number): readonly Value[] {
    return this.rows.get(id) ?? [null];
  }

  private statement(changes: Map<number, Value>): Statement {
    const id = this.number * 1000 + this.int(IDS);
    const v = String(++this.value);
    const states = changes.has(id) ? [changes.get(id)!] : this.possible(id);
    const exists = states.every((s) => s !== null);
    if (states.length > 1 || this.random() < 0.2) {
      changes.set(id, v);
      return { sql: 'REPLACE INTO t (id, n, s) VALUES (?, ?, ?)', parameters: [id, v, `r${v}`] };
    }
    if (!exists) {
      changes.set(id, v);
      return this.pick<Statement>([
        { sql: 'INSERT INTO t (id, n, s) VALUES (?, ?, ?)', parameters: [id, v, `i${v}`] },
        { sql: 'INSERT IGNORE INTO t (id, n, s) VALUES (?, ?, ?)', parameters: [id, v, `g${v}`] },
        { sql: `INSERT INTO t (id, n, s) SELECT ?, ?, CONCAT('x', ${v})`, parameters: [id, v] },
      ]);
    }
    if (this.random() < 0.25) {
      changes.set(id, null);
      return this.pick<Statement>([
        { sql: 'DELETE FROM t WHERE id = ?', parameters: [id] },
        { sql: 'DELETE FROM t WHERE id = ? AND n = ?', parameters: [id, states[0]!] },
        { sql: 'DELETE t FROM t JOIN (SELECT ? AS k) AS d ON t.id = d.k', parameters: [id] },
      ]);
    }
    changes.set(id, v);
    return this.pick<Statement>([
      {
        sql: 'INSERT INTO t (id, n) VALUES (?, 0) ON DUPLICATE KEY UPDATE n = ?, s = ?',
        parameters: [id, v, `d${v}`],
      },
      { sql: "UPDATE t SET n = ?, s = CONCAT('u', n) WHERE id = ?", parameters: [v, id] },
      { sql: 'UPDATE t SET n = ? WHERE n = ? AND id = ?', parameters: [v, states[0]!, id] },
      { sql: 'UPDATE t JOIN (SELECT ? AS k) AS d ON t.id = d.k SET t.n = ?', parameters: [id, v] },
    ]);
  }

  private pick<T>(from: readonly T[]): T {
    return from[this.int(from.length)]!;
  }
}
