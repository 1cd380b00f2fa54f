/**
 * The 22 queries of TPC-H on this server, on DuckDB in this process and on a MariaDB of the same machine.
 *
 *   npm run bench:tpch -- [--sf 1] [--threads 2] [--json FILE] [--chart FILE] [--runs 3] [--only 1,6]
 *                         [--data FOLDER] [--keep FOLDER] [--no-duckdb] [--no-mariadb] [--keep-mariadb FOLDER]
 *                         [--limit 120] [--cold] [--quota BYTES]
 *
 * Times are the best of the warm runs, after one that is not counted. Every answer is compared with DuckDB's. --keep leaves
 * the server's data where the next call with the same folder finds it loaded, --keep-mariadb MariaDB's. MariaDB has --limit
 * seconds for a query: one that takes longer counts as so many seconds, which makes its sum a lower bound (`mariadb_over_limit`).
 * What takes longer than 3 s runs once. --cold restarts the server and runs the queries once in their order before the warm runs,
 * the first as soon as the server answers. MariaDB alone has indexes on foreign keys, without which some of its joins hardly end. --quota sets tidb_mem_quota_query. Exit code 1 when a query failed or answered differently.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import { BenchServer, findProgram } from '../oltp/servers.js';
import { replicasReady } from '../replicas.js';
import { difference, type Answer } from './answer.js';
import { chart } from './chart.js';
import { DuckDb, schemaStatements } from './duckdb.js';
import { generate, TABLES } from './generate.js';

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    sf: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
    chart: { type: 'string' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
    data: { type: 'string' },
    keep: { type: 'string' },
    duckdb: { type: 'boolean', default: true },
    mariadb: { type: 'boolean', default: true },
    'keep-mariadb': { type: 'string' },
    limit: { type: 'string', default: '120' },
    cold: { type: 'boolean', default: false },
    quota: { type: 'string' },
  },
});

interface Row {
  readonly query: number;
  readonly rutile_ms: number;
  readonly duckdb_ms: number | null;
  readonly mariadb_ms: number | null;
  readonly ratio_duckdb: number | null;
  readonly ratio_mariadb: number | null;
  /** Stopped at the limit: its time is a lower bound. */
  readonly mariadb_over_limit: boolean;
  readonly cold_ms: number | null;
  readonly error: string | null;
}

const sf = Number(options.sf);
const threads = Number(options.threads);
const runs = Number(options.runs);
const limitMs = Number(options.limit) * 1000;
const queries = (options.only?.split(',') ?? Array.from({ length: 22 }, (_, i) => `${i + 1}`)).map(Number);

function queryText(n: number): string {
  const text = readFileSync(new URL(`queries/q${n}.sql`, import.meta.url), 'utf8')
    .trim()
    .replace(/;$/, '');
  // Q11's fraction is 0.0001 / SF (clause 2.4.11.3).
  return text.replace('0.0001', String(Number((0.0001 / sf).toPrecision(6))));
}

const round = (v: number, digits = 2): number => Number(v.toFixed(digits));
const geomean = (v: readonly number[]): number => Math.exp(v.reduce((a, x) => a + Math.log(x), 0) / v.length);

interface LoadFigures {
  readonly seconds: number;
  readonly lineitem_rows_per_s: number;
  readonly rows: Record<string, number>;
}

/** A MySQL server with the tables. */
class SqlSide {
  private constructor(
    private readonly server: BenchServer,
    private db: mysql.Connection,
  ) {}

  static async connect(server: BenchServer): Promise<SqlSide> {
    return new SqlSide(server, await SqlSide.dial(server));
  }

  private static dial(server: BenchServer): Promise<mysql.Connection> {
    return mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'root', database: 'sbtest' });
  }

  async loaded(): Promise<boolean> {
    const [rows] = await this.db.query("SHOW TABLES LIKE 'lineitem'");
    return (rows as unknown[]).length > 0;
  }

  /** `indexes`: made when the rows are there. */
  async load(folder: string, indexes: readonly string[] = []): Promise<LoadFigures> {
    for (const s of schemaStatements()) await this.db.query(s);
    const counts: Record<string, number> = {};
    let lineitem = 0;
    const from = performance.now();
    for (const name of TABLES) {
      const start = performance.now();
      const [r] = await this.db.query(
        `LOAD DATA INFILE '${join(folder, `${name}.tbl`)}' INTO TABLE ${name} ` +
          "FIELDS TERMINATED BY '|' LINES TERMINATED BY '|\\n'",
      );
      const rows = (r as mysql.ResultSetHeader).affectedRows;
      const seconds = (performance.now() - start) / 1000;
      counts[name] = rows;
      if (name === 'lineitem') lineitem = rows / seconds;
      console.log(
        `  ${name.padEnd(9)} ${rows} rows in ${seconds.toFixed(2)} s, ${Math.round(rows / seconds)} rows/s`,
      );
    }
    const seconds = (performance.now() - from) / 1000;
    for (const s of indexes) await this.db.query(s);
    // MariaDB keeps statistics of columns only where it is asked for them.
    for (const name of TABLES)
      if (!(await this.attempt(`ANALYZE TABLE ${name} PERSISTENT FOR ALL`)))
        await this.run(`ANALYZE TABLE ${name}`);
    return { seconds: round(seconds), lineitem_rows_per_s: Math.round(lineitem), rows: counts };
  }

  async run(sql: string): Promise<void> {
    await this.db.query(sql);
  }

  /** A statement that the server may not know. */
  async attempt(sql: string): Promise<boolean> {
    try {
      await this.db.query(sql);
      return true;
    } catch {
      return false;
    }
  }

  /** Waits until the columnar replicas asked for are there. Seconds taken; 0 where the server has none. */
  async awaitReplicas(): Promise<number> {
    if (!(await this.attempt('SELECT 1 FROM information_schema.tiflash_replica'))) return 0;
    return replicasReady(this.db);
  }

  async query(sql: string): Promise<Answer> {
    const [rows, fields] = await this.db.query({
      sql,
      rowsAsArray: true,
      typeCast: (f, next) => (f.type === 'BLOB' ? next() : f.string()),
    });
    return { columns: fields.map((f) => f.name), rows: rows as unknown as Answer['rows'] };
  }

  memory(): number {
    return this.server.memory();
  }

  peakMemory(): number {
    return this.server.peakMemory();
  }

  async close(): Promise<void> {
    await this.db.end();
    await this.server.remove();
  }

  async restart(): Promise<void> {
    await this.db.end();
    await this.server.restart();
    this.db = await SqlSide.dial(this.server);
  }
}

/** On foreign-key columns that no primary key leads with. */
const FOREIGN_KEY_INDEXES = [
  'ALTER TABLE nation ADD KEY (n_regionkey)',
  'ALTER TABLE supplier ADD KEY (s_nationkey)',
  'ALTER TABLE partsupp ADD KEY (ps_suppkey)',
  'ALTER TABLE customer ADD KEY (c_nationkey)',
  'ALTER TABLE orders ADD KEY (o_custkey)',
  'ALTER TABLE lineitem ADD KEY (l_partkey, l_suppkey), ADD KEY (l_suppkey)',
];

interface Measured {
  readonly ms: number;
  readonly answer: Answer;
}

/** Runs of more than this many ms are not repeated. */
const LONG_MS = 3_000;

/** Best of the warm runs in milliseconds, and the answer. */
async function measure(run: () => Promise<Answer>): Promise<Measured> {
  let ms = Infinity;
  for (let i = 0; ; i++) {
    const from = performance.now();
    const answer = await run();
    const took = performance.now() - from;
    // The first is there to warm up.
    if (i > 0 || took > LONG_MS) ms = Math.min(ms, took);
    if (i >= runs || took > LONG_MS) return { ms, answer };
  }
}

/** MariaDB's error when max_statement_time is over. */
const STATEMENT_TIMEOUT = 1969;

/** The limit where the query did not come to an end within it. */
async function measureLimited(side: SqlSide, sql: string, limitMs: number): Promise<Measured | 'over'> {
  try {
    return await measure(() => side.query(`SET STATEMENT max_statement_time = ${limitMs / 1000} FOR ${sql}`));
  } catch (e) {
    if ((e as { errno?: number }).errno === STATEMENT_TIMEOUT) return 'over';
    throw e;
  }
}

async function main(): Promise<void> {
  const folder = resolve(options.data ?? join(tmpdir(), `rutile-tpch-${sf}`));
  const begun = performance.now();
  generate(folder, sf);
  const raw = TABLES.reduce((n, t) => n + statSync(join(folder, `${t}.tbl`)).size, 0);
  console.log(
    `data: ${folder}, ${(raw / 1e6).toFixed(0)} MB (${((performance.now() - begun) / 1000).toFixed(1)} s)`,
  );

  const duck = options.duckdb ? await DuckDb.open(threads) : null;
  let duckLoad: number | null = null;
  if (duck !== null) {
    duckLoad = await duck.load(folder, schemaStatements());
    console.log(`duckdb: loaded in ${duckLoad.toFixed(1)} s`);
  }

  const rutile = await SqlSide.connect(
    await BenchServer.rutile([], options.keep === undefined ? {} : { folder: options.keep }),
  );
  let mariadb: SqlSide | null = null;
  let failed = false;
  try {
    let load: LoadFigures | null = null;
    await rutile.attempt(`SET GLOBAL tidb_executor_concurrency = ${threads}`);
    if (!(await rutile.loaded())) {
      console.log('rutile:');
      load = await rutile.load(folder);
      console.log(`  all in ${load.seconds} s`);
    }
    for (const t of TABLES) await rutile.attempt(`ALTER TABLE ${t} SET TIFLASH REPLICA 1`);
    const replicas = await rutile.awaitReplicas();
    console.log(`  columnar replicas ready after ${replicas.toFixed(1)} s`);
    const settings = [`SET tidb_executor_concurrency = ${threads}`];
    if (options.quota !== undefined) settings.push(`SET tidb_mem_quota_query = ${Number(options.quota)}`);
    for (const s of settings) await rutile.attempt(s);

    let mariaLoad: LoadFigures | null = null;
    if (options.mariadb && (findProgram('mariadbd') ?? findProgram('mysqld')) !== null) {
      mariadb = await SqlSide.connect(
        await BenchServer.mariadb([], {
          bufferPool: `${Math.max(1, Math.ceil(2.5 * sf))}G`,
          ...(options['keep-mariadb'] === undefined ? {} : { folder: options['keep-mariadb'] }),
        }),
      );
      if (!(await mariadb.loaded())) {
        console.log('mariadb:');
        for (const name of ['unique_checks', 'foreign_key_checks']) await mariadb.run(`SET ${name} = 0`);
        mariaLoad = await mariadb.load(folder, FOREIGN_KEY_INDEXES);
        console.log(`  all in ${mariaLoad.seconds} s`);
      }
      // Into its memory: queries that run once would pay for that.
      for (const t of TABLES) await mariadb.run(`SELECT COUNT(*) FROM ${t} FORCE INDEX (PRIMARY)`);
    }

    const cold = new Map<number, number>();
    if (options.cold) {
      await rutile.restart();
      for (const s of settings) await rutile.attempt(s);
      for (const n of queries) {
        const from = performance.now();
        await rutile.query(queryText(n));
        cold.set(n, performance.now() - from);
      }
    }

    const rows: Row[] = [];
    for (const n of queries) {
      const sql = queryText(n);
      let error: string | null = null;
      let ours = { ms: NaN, answer: { columns: [], rows: [] } as Answer };
      try {
        ours = await measure(() => rutile.query(sql));
      } catch (e) {
        error = e instanceof Error ? e.message : String(e);
      }
      const theirs = duck === null ? null : await measure(() => duck.query(sql));
      if (error === null && theirs !== null) error = difference(ours.answer, theirs.answer);
      const maria = mariadb === null ? null : await measureLimited(mariadb, sql, limitMs);
      const over = maria === 'over';
      const mariaMs = maria === null ? null : maria === 'over' ? limitMs : maria.ms;
      const row: Row = {
        query: n,
        rutile_ms: round(ours.ms),
        duckdb_ms: theirs === null ? null : round(theirs.ms),
        mariadb_ms: mariaMs === null ? null : round(mariaMs),
        ratio_duckdb: theirs === null ? null : round(ours.ms / theirs.ms),
        ratio_mariadb: mariaMs === null ? null : round(ours.ms / mariaMs, 4),
        mariadb_over_limit: over,
        cold_ms: cold.has(n) ? round(cold.get(n)!) : null,
        error,
      };
      rows.push(row);
      if (error !== null) failed = true;
      const ms = (v: number | null): string => (v === null ? '-' : v.toFixed(1)).padStart(9);
      console.log(
        `Q${String(n).padEnd(3)} ${ms(row.rutile_ms)} ${ms(row.duckdb_ms)} ${over ? '>' : ' '}${ms(row.mariadb_ms)}` +
          `   x${row.ratio_duckdb ?? '-'}` +
          (row.cold_ms === null ? '' : `   cold ${row.cold_ms} (x${round(row.cold_ms / row.rutile_ms)})`) +
          `${error === null ? '' : `   WRONG: ${error}`}`,
      );
    }

    const good = rows.filter((r) => !Number.isNaN(r.rutile_ms));
    const sum = (f: (r: Row) => number | null): number => good.reduce((a, r) => a + (f(r) ?? 0), 0);
    const colds = good.flatMap((r) => (r.cold_ms === null ? [] : [r.cold_ms / r.rutile_ms]));
    const overLimit = good.filter((r) => r.mariadb_over_limit).map((r) => r.query);
    const ratios = good.flatMap((r) => (r.ratio_duckdb === null ? [] : [r.ratio_duckdb]));
    const summary = {
      sf,
      threads,
      geomean_ms: round(geomean(good.map((r) => r.rutile_ms))),
      sum_ms: round(sum((r) => r.rutile_ms)),
      duckdb_sum_ms: duck === null ? null : round(sum((r) => r.duckdb_ms)),
      mariadb_sum_ms: mariadb === null ? null : round(sum((r) => r.mariadb_ms)),
      geomean_vs_duckdb: ratios.length === 0 ? null : round(geomean(ratios)),
      max_vs_duckdb: ratios.length === 0 ? null : Math.max(...ratios),
      sum_vs_mariadb: mariadb === null ? null : round(sum((r) => r.rutile_ms) / sum((r) => r.mariadb_ms), 4),
      /** Their times are the limit: sums with MariaDB's time in them are bounds. */
      mariadb_over_limit: overLimit,
      mariadb_limit_s: mariadb === null ? null : limitMs / 1000,
      max_cold_vs_warm: colds.length === 0 ? null : round(Math.max(...colds)),
      load,
      duckdb_load_s: duckLoad === null ? null : round(duckLoad),
      mariadb_load: mariaLoad,
      replicas_ready_s: round(replicas),
      raw_mb: round(raw / 1e6),
      memory_mb: rutile.memory(),
      peak_memory_mb: rutile.peakMemory(),
      queries: rows,
    };
    console.log(
      `sum ${summary.sum_ms} ms (DuckDB ${summary.duckdb_sum_ms ?? '-'}, ` +
        `MariaDB ${overLimit.length === 0 ? '' : '> '}${summary.mariadb_sum_ms ?? '-'}); ` +
        `geomean vs DuckDB ${summary.geomean_vs_duckdb ?? '-'}, worst ${summary.max_vs_duckdb ?? '-'}; ` +
        `vs MariaDB ${summary.sum_vs_mariadb ?? '-'}; ` +
        (colds.length === 0 ? '' : `cold at most ${summary.max_cold_vs_warm} of warm; `) +
        `memory ${summary.memory_mb} MiB, peak ${summary.peak_memory_mb}`,
    );
    if (options.json !== undefined)
      writeFileSync(
        options.json,
        `${JSON.stringify(summary, (_, v: unknown) => (Number.isNaN(v) ? null : v), 2)}\n`,
      );
    const chartFile = options.chart;
    if (chartFile !== undefined) {
      const systems = ['Rutile', 'DuckDB', 'MariaDB'].slice(0, mariadb === null ? 2 : 3);
      const bound =
        overLimit.length === 0
          ? ''
          : `; MariaDB stopped after ${limitMs / 1000} s: Q${overLimit.join(', Q')}`;
      const title =
        `TPC-H, scale factor ${sf}, ${threads} thread${threads === 1 ? '' : 's'} each: ` +
        `best of ${runs} warm runs${bound}`;
      writeFileSync(
        chartFile,
        chart(
          title,
          systems,
          good.map((r) => ({
            label: `Q${r.query}`,
            times: [r.rutile_ms, r.duckdb_ms, r.mariadb_ms].slice(0, systems.length),
          })),
        ),
      );
    }
  } finally {
    await rutile.close();
    await mariadb?.close();
  }
  process.exitCode = failed ? 1 : 0;
}

if (options.keep !== undefined && !existsSync(options.keep)) console.log(`new data in ${options.keep}`);
await main();
