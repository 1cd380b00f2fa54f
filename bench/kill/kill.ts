/**
 * How soon heavy statements of every kind stop when they are killed, and for how long the server's event loop stands still
 * meanwhile.
 *
 *   npm run bench:kill -- [--rows 400000] [--kills 5] [--only sort,join] [--cpus 0,1] [--workers 1] [--limit 8] [--where] [--json FILE]
 *
 * Each statement runs once to its end (or for `--limit` seconds), and then `--kills` times, killed at random moments. The stop
 * time is that from sending KILL QUERY to the statement's error; of the stalls the longest is told, of the whole run and of the
 * killed ones, and how much of the longest of all was V8's garbage collection; with --where also the functions in which the longest of all passed. Half of the kills are MAX_EXECUTION_TIME's where the statement is a SELECT. Exit code 1 when a statement failed
 * otherwise than by being killed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import { Random } from '../../testing/random.js';
import { BenchServer } from '../oltp/servers.js';
import { writeRowFile } from '../row-file.js';
import { DrainingClient } from './draining-client.js';
import { heavyStatements, LOADS, schema, type HeavyStatement } from './statements.js';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '400000' },
    kills: { type: 'string', default: '5' },
    only: { type: 'string' },
    cpus: { type: 'string' },
    workers: { type: 'string', default: '1' },
    limit: { type: 'string', default: '8' },
    where: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const ROWS = Number(options.rows);
const LIMIT_MS = Number(options.limit) * 1000;
/** Interrupted, out of time, a schema change that was cancelled. */
const STOPPED: ReadonlySet<number> = new Set([1317, 3024, 8214]);

const PROBE = fileURLToPath(new URL('loop-probe.mjs', import.meta.url));

/** The longest that the server's event loop stood still since it was last asked for, and where (with --where). */
const longestStall = (server: BenchServer): Promise<Stall> => server.ask('stall') as Promise<Stall>;

interface Stall {
  readonly maxMs: number;
  /** Of that, garbage collection. */
  readonly gcMs: number;
  readonly where: string;
}

function rowLines(): (row: number) => string {
  const random = new Random(4711);
  const two = (n: number): string => String(n).padStart(2, '0');
  return (i) => {
    const text = `${random.below(1e9).toString(36)} text ${random.below(1e6).toString(36)}`;
    const day = `2024-${two(1 + random.below(12))}-${two(1 + random.below(28))} 10:00:00`;
    return `${i},${random.below(1000)},${random.below(ROWS)},${text},${random.below(1e8) / 100},${random.next()},${day}`;
  };
}

interface Outcome {
  readonly name: string;
  /** Null: it was stopped at the limit. */
  runMs: number | null;
  stallMs: number;
  /** Of the longest stall of all, garbage collection. */
  gcMs: number;
  /** Functions of the longest stall. */
  where: string;
  /** Stop times of the kills that came in time. */
  readonly stops: number[];
  killStallMs: number;
  error: string | null;
}

async function main(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-kill-data-'));
  const pin = options.cpus === undefined ? [] : ['taskset', '-c', options.cpus];
  if (options.where) process.env['LOOP_PROBE_WHERE'] = '1';
  const server = await BenchServer.rutile(pin, { workers: Number(options.workers), probe: PROBE });
  const connect = (): Promise<mysql.Connection> =>
    mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'root' });
  const outcomes: Outcome[] = [];
  try {
    const file = join(folder, 't.csv');
    await writeRowFile(file, ROWS, rowLines());
    let db = await DrainingClient.connect(server.port);
    const killer = await connect();
    for (const s of [
      'CREATE DATABASE heavy',
      'USE heavy',
      ...schema(ROWS),
      ...LOADS(file),
      'SELECT COUNT(*), MAX(u), MAX(s), MAX(f), MAX(k), MAX(d), MAX(dt) FROM t',
    ])
      await run(db, s);
    await new Promise((resolve) => setTimeout(resolve, 1500));

    const wanted = options.only?.split(';');
    const statements = heavyStatements(file, ROWS).filter(
      (s) => wanted === undefined || wanted.some((w) => s.name.includes(w)),
    );
    console.log(
      `${'statement'.padEnd(34)} ${'run ms'.padStart(8)} ${'stall'.padStart(7)} ${'stop'.padStart(7)} ${'stall'.padStart(7)} ${'gc'.padStart(4)}  kills`,
    );
    for (const s of statements) {
      const o = await measure(s, db, killer, server);
      outcomes.push(o);
      const stop = o.stops.length === 0 ? '-' : Math.max(...o.stops).toFixed(0);
      console.log(
        `${s.name.padEnd(34)} ${(o.runMs === null ? '-' : o.runMs.toFixed(0)).padStart(8)} ${o.stallMs.toFixed(0).padStart(7)} ${stop.padStart(7)} ${o.killStallMs.toFixed(0).padStart(7)} ${o.gcMs.toFixed(0).padStart(4)}  ${o.stops.length}` +
          (o.error === null ? '' : `  ${o.error}`) +
          (o.where === '' ? '' : `\n    ${o.where}`),
      );
      if (o.error !== null) {
        db.destroy();
        db = await DrainingClient.connect(server.port);
        await run(db, 'USE heavy');
      }
    }
    const stops = outcomes.flatMap((o) => o.stops);
    console.log(
      `${outcomes.length} statements, ${stops.length} stopped; longest ${Math.max(...stops).toFixed(0)} ms, ` +
        `over 100 ms: ${
          outcomes
            .filter((o) => o.stops.some((x) => x > 100))
            .map((o) => o.name)
            .join('; ') || 'none'
        }\n` +
        `stalls over 10 ms (of these, garbage collection): ${
          outcomes
            .filter((o) => Math.max(o.stallMs, o.killStallMs) > 10)
            .map((o) => `${o.name} ${Math.max(o.stallMs, o.killStallMs).toFixed(0)} (${o.gcMs.toFixed(0)})`)
            .join('; ') || 'none'
        }`,
    );
    if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(outcomes, null, 2) + '\n');
    db.destroy();
    killer.destroy();
  } finally {
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
  return outcomes.every((o) => o.error === null);
}

/** What must not fail. */
async function run(db: DrainingClient, sql: string): Promise<void> {
  const { error } = await db.query(sql);
  if (error !== null) throw new Error(`${error.errno}: ${error.message}`);
}

async function measure(
  s: HeavyStatement,
  db: DrainingClient,
  killer: mysql.Connection,
  server: BenchServer,
): Promise<Outcome> {
  const o: Outcome = {
    name: s.name,
    runMs: null,
    stallMs: 0,
    gcMs: 0,
    where: '',
    stops: [],
    killStallMs: 0,
    error: null,
  };
  const id = db.threadId;
  const prepare = async (list: readonly string[] | undefined): Promise<void> => {
    for (const sql of list ?? []) await run(db, sql);
  };
  let span = LIMIT_MS;
  try {
    const kills = s.unstoppable === true ? 0 : Number(options.kills);
    for (let i = 0; i <= kills; i++) {
      await prepare(s.before);
      await longestStall(server);
      const from = performance.now();
      const byTime = i > 0 && i % 2 === 0 && s.sql.startsWith('SELECT');
      const after = i === 0 ? LIMIT_MS : Math.max(1, Math.random() * span);
      if (byTime) await run(db, `SET max_execution_time = ${Math.ceil(after)}`);
      let sentAt = byTime ? performance.now() + Math.ceil(after) : Infinity;
      const timer =
        byTime || s.unstoppable === true
          ? null
          : setTimeout(() => {
              sentAt = performance.now();
              void killer.query(`KILL QUERY ${id}`).catch(() => undefined);
            }, after);
      const { error, at: now } = await db.query(s.sql);
      const e = error?.errno === s.fails ? null : error;
      if (timer !== null) clearTimeout(timer);
      if (byTime) await run(db, 'SET max_execution_time = 0');
      else if (sentAt !== Infinity) await killer.query('DO 0');
      const { maxMs, gcMs, where } = await longestStall(server);
      if (maxMs > Math.max(o.stallMs, o.killStallMs)) {
        o.where = where;
        o.gcMs = gcMs;
      }
      if (i === 0) o.stallMs = maxMs;
      else o.killStallMs = Math.max(o.killStallMs, maxMs);
      if (e !== null && !STOPPED.has(e.errno)) o.error = `${e.errno}: ${e.message.slice(0, 200)}`;
      else if (e !== null || now > sentAt) o.stops.push(now - sentAt);
      if (i === 0 && sentAt === Infinity) span = o.runMs = now - from;
      // A KILL that came too late must not meet what follows.
      if (sentAt !== Infinity) await db.query('DO 0');
      await prepare(s.after);
      if (o.error !== null) break;
    }
  } catch (e) {
    o.error = (e as Error).message.slice(0, 200);
  }
  return o;
}

main().then(
  (clean) => process.exit(clean ? 0 : 1),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
