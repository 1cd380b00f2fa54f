/**
 * sysbench's point selects while TPC-H runs in a loop on the same server: what short statements lose to long ones.
 *
 *   npm run bench:mixed -- [--sf 0.1] [--threads 8] [--time 15] [--workers 1] [--loops 1] [--cpus 0,1] [--json FILE]
 *
 * First the point selects alone, then beside `--loops` connections that run the 22 queries over and over, then the queries
 * alone. --cpus pins the server. Exit code 1 when a statement failed.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import { BenchServer, findProgram } from '../oltp/servers.js';
import { sysbench, type SysbenchTask } from '../oltp/sysbench.js';
import { loadTpch, tpchQueries } from '../tpch/load.js';

const { values: options } = parseArgs({
  options: {
    sf: { type: 'string', default: '0.1' },
    threads: { type: 'string', default: '8' },
    time: { type: 'string', default: '15' },
    workers: { type: 'string', default: '1' },
    loops: { type: 'string', default: '1' },
    cpus: { type: 'string' },
    json: { type: 'string' },
  },
});

const QUERIES = tpchQueries();

const dial = (server: BenchServer, database?: string): Promise<mysql.Connection> =>
  mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'root', database });

async function load(server: BenchServer): Promise<void> {
  const db = await dial(server);
  await db.query('CREATE DATABASE tpch');
  await db.query('USE tpch');
  await loadTpch(db, Number(options.sf));
  await db.end();
}

/** Connections that run the queries until they are told to stop. */
class QueryLoop {
  private stopped = false;
  queries = 0;
  private running: Promise<void>[] = [];
  private from = 0;

  constructor(private readonly server: BenchServer) {}

  start(connections: number): void {
    this.from = performance.now();
    for (let i = 0; i < connections; i++) this.running.push(this.run(i * 7));
  }

  private async run(first: number): Promise<void> {
    const db = await dial(this.server, 'tpch');
    for (let at = first; !this.stopped; at++) {
      await db.query(QUERIES[at % QUERIES.length]!);
      this.queries++;
    }
    await db.end();
  }

  /** Queries a second. */
  async stop(): Promise<number> {
    this.stopped = true;
    await Promise.all(this.running);
    return (this.queries * 1000) / (performance.now() - this.from);
  }
}

const round = (v: number): number => Math.round(v * 100) / 100;

async function main(): Promise<boolean> {
  const program = findProgram('sysbench');
  if (program === null) throw new Error('sysbench is not installed');
  const pin = options.cpus === undefined ? [] : ['taskset', '-c', options.cpus];
  const server = await BenchServer.rutile(pin, { workers: Number(options.workers) });
  try {
    await load(server);
    const task: SysbenchTask = {
      program: [program],
      workload: 'oltp_point_select',
      port: server.port,
      tables: 4,
      tableSize: 100_000,
      threads: Number(options.threads),
      seconds: Number(options.time),
      psMode: 'auto',
    };
    const prepared = await sysbench({ ...task, threads: 4 }, 'prepare');
    if (prepared.fatal.length > 0) throw new Error(prepared.fatal.join('; '));
    // The first turns bring columns into memory and code to speed.
    const warm = new QueryLoop(server);
    warm.start(1);
    while (warm.queries < 2 * QUERIES.length) await new Promise((resolve) => setTimeout(resolve, 50));
    await warm.stop();
    await sysbench({ ...task, seconds: 3 }, 'run');
    const alone = await sysbench(task, 'run');
    const loop = new QueryLoop(server);
    loop.start(Number(options.loops));
    const mixed = await sysbench(task, 'run');
    const mixedQueries = await loop.stop();
    const quiet = new QueryLoop(server);
    quiet.start(Number(options.loops));
    await new Promise((resolve) => setTimeout(resolve, task.seconds * 500));
    const quietQueries = await quiet.stop();
    const result = {
      sf: Number(options.sf),
      threads: task.threads,
      workers: Number(options.workers),
      alone_tps: round(alone.tps),
      mixed_tps: round(mixed.tps),
      kept: round(mixed.tps / alone.tps),
      alone_p95_ms: alone.p95,
      mixed_p95_ms: mixed.p95,
      p95_ratio: round(mixed.p95 / alone.p95),
      tpch_alone_per_s: round(quietQueries),
      tpch_mixed_per_s: round(mixedQueries),
    };
    console.log(
      `point selects: ${result.alone_tps}/s alone, ${result.mixed_tps}/s beside TPC-H (${result.kept} kept); ` +
        `p95 ${result.alone_p95_ms} ms, ${result.mixed_p95_ms} ms (${result.p95_ratio} times)\n` +
        `TPC-H: ${result.tpch_alone_per_s} queries/s alone, ${result.tpch_mixed_per_s} beside them`,
    );
    const fatal = [...alone.fatal, ...mixed.fatal];
    for (const line of fatal) console.log(line);
    if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(result, null, 2) + '\n');
    return fatal.length === 0;
  } finally {
    await server.remove();
  }
}

main().then(
  (clean) => process.exit(clean ? 0 : 1),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
