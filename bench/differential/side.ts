import mysql from 'mysql2/promise';

export interface Answer {
  readonly error: { readonly code: number; readonly message: string } | null;
  readonly rows: readonly (readonly (string | null)[])[];
  /** Protocol types of the columns. */
  readonly types: readonly number[];
}

const DOUBLE_TYPES: ReadonlySet<number> = new Set([4, 5]);

/** One of the two servers, with a database made anew. */
export class Side {
  private constructor(
    private readonly db: mysql.Connection,
    private readonly mariadb: boolean,
  ) {}

  static async connect(port: number, mariadb: boolean, database: string, schema: string): Promise<Side> {
    const open = (): Promise<mysql.Connection> =>
      mysql.createConnection({
        host: '127.0.0.1',
        port,
        user: 'root',
        charset: 'utf8mb4_bin',
        supportBigNumbers: true,
      });
    const first = await open();
    await first.query('SET GLOBAL max_allowed_packet = 67108864');
    await first.end();
    const db = await open();
    for (const sql of [
      `DROP DATABASE IF EXISTS ${database}`,
      `CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
      `USE ${database}`,
      'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
      "SET time_zone = '+00:00'",
      'SET timestamp = 1700000000',
      schema,
    ])
      await db.query(sql);
    const side = new Side(db, mariadb);
    await side.setMode('STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION');
    return side;
  }

  /** TIME_ROUND_FRACTIONAL makes MariaDB round fractions of seconds as MySQL does (manual, "Fractional Seconds in Time Values"). */
  async setMode(mode: string): Promise<void> {
    await this.db.query(`SET sql_mode = '${mode}${this.mariadb ? ',TIME_ROUND_FRACTIONAL' : ''}'`);
  }

  async run(sql: string): Promise<Answer> {
    try {
      const [rows, fields] = await this.db.query({
        sql,
        rowsAsArray: true,
        typeCast: (field) => field.string('utf8'),
      });
      const list = (Array.isArray(rows) ? rows : []) as unknown as (string | null)[][];
      return { error: null, rows: list, types: (fields ?? []).map((f) => f.columnType ?? 0) };
    } catch (e) {
      const { errno, message } = e as { errno?: number; message: string };
      if (errno === undefined) throw e;
      return { error: { code: errno, message }, rows: [], types: [] };
    }
  }

  end(): Promise<void> {
    return this.db.end();
  }
}

export function sameCell(a: string | null, b: string | null, inexact: boolean): boolean {
  if (a === b) return true;
  if (a === null || b === null || !inexact) return false;
  const x = Number(a);
  const y = Number(b);
  return Math.abs(x - y) <= 1e-12 * Math.max(1, Math.abs(x), Math.abs(y));
}

/** The answer with its rows in an order of their own, in which the last digits of doubles do not count. */
export function sorted(a: Answer): Answer {
  const shown = (cell: string | null, i: number): string | null =>
    cell !== null && DOUBLE_TYPES.has(a.types[i] ?? 0) ? Number(cell).toPrecision(9) : cell;
  // Those that are equal but for them by themselves, however they are written.
  const exact = (cell: string | null, i: number): string | null =>
    cell !== null && DOUBLE_TYPES.has(a.types[i] ?? 0) ? Number(cell).toExponential(16) : cell;
  const keyed = a.rows.map((row) => ({ row, key: JSON.stringify([row.map(shown), row.map(exact)]) }));
  return { ...a, rows: keyed.sort((x, y) => (x.key < y.key ? -1 : 1)).map((k) => k.row) };
}

export function sameAnswer(a: Answer, b: Answer, ordered: boolean): boolean {
  if (a.error !== null || b.error !== null) return a.error?.code === b.error?.code;
  if (a.rows.length !== b.rows.length) return false;
  const inexact = a.types.map((t, i) => DOUBLE_TYPES.has(t) || DOUBLE_TYPES.has(b.types[i] ?? 0));
  const left = ordered ? a.rows : sorted(a).rows;
  const right = ordered ? b.rows : sorted(b).rows;
  return left.every((r, i) => r.every((c, j) => sameCell(c, right[i]![j] ?? null, inexact[j] === true)));
}

const SHOWN = 200;
const shortened = (s: string): string => (s.length > SHOWN ? `${s.slice(0, SHOWN)}… (${s.length})` : s);

export function firstDifference(a: Answer, b: Answer): string {
  if (a.error !== null || b.error !== null) {
    const of = (x: Answer): string =>
      x.error === null ? `${x.rows.length} rows` : `${x.error.code} ${x.error.message}`;
    return `ours ${of(a)} | MariaDB ${of(b)}`;
  }
  for (let i = 0; i < Math.max(a.rows.length, b.rows.length); i++) {
    const r = JSON.stringify(a.rows[i] ?? 'no row');
    const s = JSON.stringify(b.rows[i] ?? 'no row');
    if (r !== s) return `ours ${shortened(r)} | MariaDB ${shortened(s)}`;
  }
  return 'order of rows';
}
