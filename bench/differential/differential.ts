/**
 * Random statements on this server and on MariaDB of the same machine; what they answer differently is listed, each with the smallest
 * expression that shows it. Differences that are known to be MariaDB's own (known-differences.ts) are counted apart.
 *
 *   npm run test:differential -- [--statements 2000] [--seed N] [--depth 3] [--conversions 0.2] [--show 30] [--rutile PORT] [--mariadb PORT]
 *
 * With ports given, running servers are used (the database `differential` is made anew on each); else both are started. The seed is
 * printed; the same seed gives the same statements. Exit code: 1 when there are differences that are not known.
 */
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import { BenchServer } from '../oltp/servers.js';
import { randomSource } from '../../types/random-source.js';
import { ExpressionGenerator, SCHEMA, type Node } from './expression-generator.js';
import { knownDifference } from './known-differences.js';
import { statement } from './query-generator.js';

const { values } = parseArgs({
  options: {
    statements: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    depth: { type: 'string', default: '3' },
    conversions: { type: 'string', default: '0' },
    show: { type: 'string', default: '30' },
    rutile: { type: 'string' },
    mariadb: { type: 'string' },
  },
});

export interface Answer {
  readonly error: { readonly code: number; readonly message: string } | null;
  readonly rows: readonly (readonly (string | null)[])[];
  /** Protocol types of the columns. */
  readonly types: readonly number[];
}

const DOUBLE_TYPES: ReadonlySet<number> = new Set([4, 5]);

class Side {
  private constructor(private readonly db: mysql.Connection) {}

  static async connect(port: number, mariadb: boolean): Promise<Side> {
    const db = await mysql.createConnection({
      host: '127.0.0.1',
      port,
      user: 'root',
      charset: 'utf8mb4_bin',
      supportBigNumbers: true,
    });
    for (const sql of [
      'DROP DATABASE IF EXISTS differential',
      'CREATE DATABASE differential CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
      'USE differential',
      'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
      // TIME_ROUND_FRACTIONAL makes MariaDB round fractions of seconds as MySQL does (manual, "Fractional Seconds in Time Values").
      `SET sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION${mariadb ? ',TIME_ROUND_FRACTIONAL' : ''}'`,
      "SET time_zone = '+00:00'",
      'SET timestamp = 1700000000',
      SCHEMA,
    ])
      await db.query(sql);
    return new Side(db);
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

function sameCell(a: string | null, b: string | null, inexact: boolean): boolean {
  if (a === b) return true;
  if (a === null || b === null || !inexact) return false;
  const x = Number(a);
  const y = Number(b);
  return Math.abs(x - y) <= 1e-12 * Math.max(1, Math.abs(x), Math.abs(y));
}

function sameAnswer(a: Answer, b: Answer, ordered: boolean): boolean {
  if (a.error !== null || b.error !== null) return a.error?.code === b.error?.code;
  if (a.rows.length !== b.rows.length) return false;
  const inexact = a.types.map((t, i) => DOUBLE_TYPES.has(t) || DOUBLE_TYPES.has(b.types[i] ?? 0));
  const key = (r: readonly (string | null)[]): string => JSON.stringify(r);
  const sorted = (x: Answer): Answer['rows'] =>
    ordered ? x.rows : x.rows.slice().sort((r, s) => (key(r) < key(s) ? -1 : 1));
  const left = sorted(a);
  const right = sorted(b);
  return left.every((r, i) => r.every((c, j) => sameCell(c, right[i]![j] ?? null, inexact[j] === true)));
}

function firstDifference(a: Answer, b: Answer): string {
  if (a.error !== null || b.error !== null) {
    const of = (x: Answer): string =>
      x.error === null ? `${x.rows.length} rows` : `${x.error.code} ${x.error.message}`;
    return `ours ${of(a)} | MariaDB ${of(b)}`;
  }
  for (let i = 0; i < Math.max(a.rows.length, b.rows.length); i++) {
    const r = JSON.stringify(a.rows[i] ?? 'no row');
    const s = JSON.stringify(b.rows[i] ?? 'no row');
    if (r !== s) return `ours ${r} | MariaDB ${s}`;
  }
  return 'order of rows';
}

const rutileServer = values.rutile === undefined ? await BenchServer.rutile([]) : null;
const mariadbServer = values.mariadb === undefined ? await BenchServer.mariadb([]) : null;
let different = 0;
try {
  const ours = await Side.connect(rutileServer?.port ?? Number(values.rutile), false);
  const theirs = await Side.connect(mariadbServer?.port ?? Number(values.mariadb), true);
  const { seed, random } = randomSource(values.seed === undefined ? undefined : Number(values.seed));
  console.log(`seed ${seed}`);
  const g = new ExpressionGenerator(random, Number(values.conversions));
  const rows = g.rows(24);
  for (const side of [ours, theirs]) {
    const r = await side.run(rows);
    if (r.error !== null) throw new Error(`the rows are refused: ${r.error.message}`);
  }

  /** The smallest part of an expression that the servers value differently, or null. */
  const culprit = async (e: Node): Promise<{ sql: string; what: string; a: Answer; b: Answer } | null> => {
    for (const arg of e.args) {
      const found = await culprit(arg);
      if (found !== null) return found;
    }
    const sql = `SELECT id, ${e.sql} AS r FROM d ORDER BY id`;
    const [a, b] = await Promise.all([ours.run(sql), theirs.run(sql)]);
    return sameAnswer(a, b, true) ? null : { sql: e.sql, what: firstDifference(a, b), a, b };
  };

  const known = new Map<string, number>();
  const seen = new Map<string, number>();
  const total = Number(values.statements);
  let shown = 0;
  for (let n = 0; n < total; n++) {
    const s = statement(g, 1 + Math.floor(random() * Number(values.depth)));
    const [a, b] = await Promise.all([ours.run(s.sql), theirs.run(s.sql)]);
    if (sameAnswer(a, b, s.ordered)) continue;
    let found: Awaited<ReturnType<typeof culprit>> = null;
    for (const part of s.parts) found ??= await culprit(part);
    const rule = knownDifference(found?.sql ?? s.sql, found?.a ?? a, found?.b ?? b);
    if (rule !== null) {
      known.set(rule.why, (known.get(rule.why) ?? 0) + 1);
      continue;
    }
    different++;
    // One of a kind: the shape of the expression without its operands.
    const shape = (found?.sql ?? s.sql).replace(/'[^']*'|\d+(\.\d+)?|\b[a-z]{2}\b/g, '?');
    const times = (seen.get(shape) ?? 0) + 1;
    seen.set(shape, times);
    if (times > 1 || shown >= Number(values.show)) continue;
    shown++;
    if (found === null) console.log(`\n${s.sql}\n  ${firstDifference(a, b)}`);
    else console.log(`\n${found.sql}\n  ${found.what}\n  in: ${s.sql}`);
  }
  console.log(`\n${total} statements, ${different} different in ${seen.size} ways, seed ${seed}`);
  for (const [why, n] of known) console.log(`  known, ${n}: ${why}`);
  await ours.end();
  await theirs.end();
} finally {
  await rutileServer?.remove();
  await mariadbServer?.remove();
}
process.exitCode = different > 0 ? 1 : 0;
