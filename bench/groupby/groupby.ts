/**
 * Grouping, sorting, joins and windows on generated data (see queries.ts), on this server and on DuckDB in this process.
 *
 *   npm run bench:groupby -- [--rows 1000000] [--threads 1] [--runs 3] [--only q1,join] [--json FILE]
 *
 * Times are the best of the warm runs, after one that is not counted. Every answer is compared with DuckDB's. Exit code 1
 * when a query failed or answered differently.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import mysql from 'mysql2/promise';
import { BenchServer } from '../oltp/servers.js';
import { writeRowFile } from '../row-file.js';
import { QUERIES } from './queries.js';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    threads: { type: 'string', default: '1' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const N = Number(options.rows);
const RUNS = Number(options.runs);

const SCHEMA = [
  'CREATE TABLE x (n INT PRIMARY KEY, id1 VARCHAR(20), id2 VARCHAR(20), id3 VARCHAR(20), id4 INT, id5 INT, id6 INT, v1 INT, v2 INT, v3 DECIMAL(12,4), v4 DOUBLE)',
  'CREATE TABLE s (k INT PRIMARY KEY, w INT)',
  'CREATE TABLE m (k INT PRIMARY KEY, t VARCHAR(20), w INT)',
  'CREATE TABLE l (k INT PRIMARY KEY, k2 INT, w INT)',
];

/** A linear congruential generator (Numerical Recipes): the same data in every run. */
function generator(): (n: number) => number {
  let state = 42;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * n);
  };
}

/** Writes the tables as CSV files; gives their names. */
async function makeData(folder: string): Promise<string[]> {
  const pick = generator();
  const id = (n: number): string => `id${String(n).padStart(10, '0')}`;
  const many = Math.max(1, Math.floor(N / 100));
  const tables: Record<string, (i: number) => string> = {
    x: (i) =>
      [
        i,
        `id${String(pick(100)).padStart(3, '0')}`,
        `id${String(pick(100)).padStart(3, '0')}`,
        id(pick(many)),
        pick(100),
        pick(100),
        pick(many),
        1 + pick(5),
        1 + pick(15),
        (pick(1_000_000) / 10_000).toFixed(4),
        pick(100_000_000) / 1_000_000,
      ].join(','),
    s: (i) => `${i},${pick(100)}`,
    m: (i) => `${i},${id(i)},${pick(100)}`,
    l: (i) => `${i},${pick(100)},${pick(100)}`,
  };
  const sizes: Record<string, number> = { x: N, s: 100, m: Math.min(10_000, many), l: N };
  for (const [name, row] of Object.entries(tables))
    await writeRowFile(join(folder, `${name}.csv`), sizes[name]!, row);
  return Object.keys(tables);
}

type Cells = readonly (readonly string[])[];

/** Equal cells, numbers to a relative 1e-9: sums of doubles depend on their order. */
function same(a: Cells, b: Cells): boolean {
  const close = (x: string, y: string): boolean => {
    if (x === y) return true;
    const [u, v] = [Number(x), Number(y)];
    return Math.abs(u - v) <= 1e-9 * Math.max(Math.abs(u), Math.abs(v));
  };
  return a.length === b.length && a.every((r, i) => r.every((c, k) => close(c, b[i]![k]!)));
}

async function best(run: () => Promise<Cells>): Promise<{ ms: number; rows: Cells }> {
  let rows = await run();
  let ms = Infinity;
  for (let i = 0; i < RUNS; i++) {
    const from = performance.now();
    rows = await run();
    ms = Math.min(ms, performance.now() - from);
  }
  return { ms, rows };
}

async function loadDuck(folder: string, tables: readonly string[]): Promise<DuckDBConnection> {
  const duck = await (await DuckDBInstance.create(':memory:', { threads: options.threads })).connect();
  for (const statement of SCHEMA) await duck.run(statement.replace(' PRIMARY KEY', ''));
  for (const t of tables) await duck.run(`COPY ${t} FROM '${join(folder, `${t}.csv`)}' (HEADER false)`);
  return duck;
}

async function loadRutile(db: mysql.Connection, folder: string, tables: readonly string[]): Promise<void> {
  for (const statement of SCHEMA) await db.query(statement);
  for (const t of tables) {
    await db.query(`LOAD DATA INFILE '${join(folder, `${t}.csv`)}' INTO TABLE ${t} FIELDS TERMINATED BY ','`);
    await db.query(`ANALYZE TABLE ${t}`);
  }
}

async function main(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-groupby-'));
  const server = await BenchServer.rutile([]);
  const results: {
    query: string;
    rutile_ms: number;
    duckdb_ms: number;
    ratio: number;
    error: string | null;
  }[] = [];
  try {
    const tables = await makeData(folder);
    const duck = await loadDuck(folder, tables);
    const db = await mysql.createConnection({
      host: '127.0.0.1',
      port: server.port,
      user: 'root',
      database: 'sbtest',
      rowsAsArray: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
    });
    await loadRutile(db, folder, tables);
    console.log(
      `${N} rows\n${'query'.padEnd(30)} ${'rutile ms'.padStart(10)} ${'duckdb ms'.padStart(10)}  ratio`,
    );
    const wanted = options.only?.split(',');
    for (const { name, sql } of QUERIES) {
      if (wanted !== undefined && !wanted.some((w) => name.includes(w))) continue;
      const theirs = await best(async () =>
        (await duck.runAndReadAll(sql)).getRowsJson().map((r) => r.map(String)),
      );
      let ms = NaN;
      let error: string | null = null;
      try {
        const ours = await best(async () => {
          const [rows] = await db.query(sql);
          return (rows as unknown[][]).map((r) => r.map(String));
        });
        ms = ours.ms;
        if (!same(ours.rows, theirs.rows))
          error = `${JSON.stringify(ours.rows.slice(0, 3))} instead of ${JSON.stringify(theirs.rows.slice(0, 3))}`;
      } catch (e) {
        error = (e as Error).message;
      }
      const ratio = ms / theirs.ms;
      results.push({ query: name, rutile_ms: ms, duckdb_ms: theirs.ms, ratio, error });
      console.log(
        `${name.padEnd(30)} ${ms.toFixed(1).padStart(10)} ${theirs.ms.toFixed(1).padStart(10)} ${ratio.toFixed(2).padStart(6)}`,
      );
      if (error !== null) console.log(`  ${error}`);
    }
    const good = results.filter((r) => !Number.isNaN(r.ratio));
    const mean = Math.exp(good.reduce((sum, r) => sum + Math.log(r.ratio), 0) / good.length);
    const worst = Math.max(...good.map((r) => r.ratio));
    console.log(
      `geometric mean ${mean.toFixed(2)}, worst ${worst.toFixed(2)}, peak memory ${server.peakMemory()} MiB`,
    );
    if (options.json !== undefined)
      writeFileSync(
        options.json,
        JSON.stringify({ rows: N, geomean: mean, worst, queries: results }, null, 2) + '\n',
      );
    await db.end();
    duck.closeSync();
  } finally {
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
  return results.every((r) => r.error === null);
}

main().then(
  (clean) => process.exit(clean ? 0 : 1),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
