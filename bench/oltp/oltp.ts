/**
 * sysbench on this server and on a MariaDB of the same machine, in alternating rounds, both flushing each commit.
 *
 *   npm run bench:oltp -- [--json FILE] [--threads 8,32] [--time 20] [--rounds 3] [--workloads a,b]
 *                         [--ps-modes auto,disable] [--tables 4] [--table-size 100000] [--cpus 0,1] [--workers N] [--warmup 10]
 *                         [--alone]
 *
 * This server runs with a worker for each processor that it may use, unless --workers says otherwise. Each workload is run on both
 * before it is measured, but for those that use up their table: for --warmup seconds, and on until it gets no faster twice over.
 * tpcc: TPC-C's mix on 2 warehouses, from a driver of our own (tpcc/), consistency checked after each run; the rest is sysbench's.
 * Ratios are medians of the rounds' own ratios. `us` is the processor time that a server used for a transaction: it says more than rates
 * do on a machine that is shared. --alone leaves MariaDB out. Exit code 1 when a run of this server
 * ended on an error.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { BenchServer, findProgram } from './servers.js';
import type { SysbenchResult, SysbenchTask } from './sysbench.js';
import { sysbench } from './sysbench.js';
import { cleanupTpcc, prepareTpcc, runTpcc } from './tpcc/tpcc.js';

const WORKLOADS = [
  'oltp_point_select',
  'oltp_read_only',
  'oltp_read_write',
  'oltp_write_only',
  'oltp_insert',
  'oltp_delete',
  'oltp_update_index',
  'oltp_update_non_index',
  'select_random_ranges',
  'bulk_insert',
  'tpcc',
];

/** Workloads whose run uses up or repeats what was prepared: a table of their own for every run. */
const FRESH = new Set(['oltp_delete', 'bulk_insert']);

const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    threads: { type: 'string', default: '8,32' },
    time: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    workloads: { type: 'string', default: WORKLOADS.join(',') },
    'ps-modes': { type: 'string', default: 'auto,disable' },
    tables: { type: 'string', default: '4' },
    'table-size': { type: 'string', default: '100000' },
    cpus: { type: 'string' },
    workers: { type: 'string' },
    warmup: { type: 'string', default: '10' },
    alone: { type: 'boolean', default: false },
  },
});

interface Row {
  readonly workload: string;
  readonly ps_mode: string;
  readonly threads: number;
  readonly tps: number;
  readonly mariadb_tps: number | null;
  readonly ratio: number | null;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly mariadb_p50_ms: number | null;
  readonly mariadb_p95_ms: number | null;
  readonly mariadb_p99_ms: number | null;
  /** Processor time of the server for a transaction. */
  readonly cpu_us: number;
  readonly mariadb_cpu_us: number | null;
  readonly ignored_errors: number;
  readonly fatal: readonly string[];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : sorted[Math.floor(sorted.length / 2)]!;
}

/** How many processors a list in taskset's form names: `0,1`, `0-3`. */
function processorsIn(list: string): number {
  return list.split(',').reduce((sum, part) => {
    const [from, to = from] = part.split('-').map(Number);
    return sum + to! - from! + 1;
  }, 0);
}

const median2 = (values: readonly number[]): number => Math.round(median(values) * 100) / 100;

/** One step of a workload. `pin`: the command that pins clients to processors, or nothing. */
async function play(
  task: SysbenchTask,
  command: 'prepare' | 'run' | 'cleanup',
  pin: readonly string[],
): Promise<SysbenchResult> {
  if (task.workload !== 'tpcc') return sysbench(task, command);
  if (command === 'run') return runTpcc(task.port, task.threads, task.seconds, task.psMode === 'auto', pin);
  await (command === 'prepare' ? prepareTpcc(task.port) : cleanupTpcc(task.port));
  return { tps: 0, p50: 0, p95: 0, p99: 0, ignored: 0, fatal: [] };
}

/** Rates that differ by less are the same. */
const FASTER = 1.05;
/** How many times longer than wanted a server is warmed up at most. */
const MAX_WARMUP = 6;

/**
 * Runs a workload for some seconds at least, and on until two stretches of half as long, one after the other, are no faster than all
 * before: one alone may have been slow by chance.
 */
async function warmUp(task: SysbenchTask, seconds: number, pin: readonly string[]): Promise<void> {
  let best = 0;
  let slow = 0;
  for (let half = 0; half < 2 * MAX_WARMUP && slow < 2; half++) {
    const { tps } = await play({ ...task, seconds: Math.max(1, seconds / 2) }, 'run', pin);
    slow = tps < best * FASTER ? slow + 1 : 0;
    best = Math.max(best, tps);
  }
}

async function measure(
  servers: readonly BenchServer[],
  base: Omit<SysbenchTask, 'port'>,
  rounds: number,
  pin: readonly string[],
): Promise<Row> {
  const results = new Map<BenchServer, (SysbenchResult & { readonly cpuUs: number })[]>(
    servers.map((s) => [s, []]),
  );
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? servers : [...servers].reverse();
    for (const server of order) {
      const task = { ...base, port: server.port };
      const fresh = FRESH.has(base.workload);
      const before = fresh ? (await play(task, 'prepare', pin)).fatal : [];
      const used = server.processorTime();
      const result = await play(task, 'run', pin);
      const cpuMs = server.processorTime() - used;
      const cpuUs = (cpuMs * 1000) / Math.max(1, result.tps * base.seconds);
      const after = fresh ? (await play(task, 'cleanup', pin)).fatal : [];
      results.get(server)!.push({ ...result, cpuUs, fatal: [...before, ...result.fatal, ...after] });
    }
  }
  const ours = results.get(servers[0]!)!;
  const theirs = servers[1] === undefined ? null : results.get(servers[1])!;
  return {
    workload: base.workload,
    ps_mode: base.psMode,
    threads: base.threads,
    tps: median2(ours.map((r) => r.tps)),
    mariadb_tps: theirs && median2(theirs.map((r) => r.tps)),
    ratio: theirs && median2(ours.map((r, i) => (theirs[i]!.tps === 0 ? 0 : r.tps / theirs[i]!.tps))),
    p50_ms: median2(ours.map((r) => r.p50)),
    p95_ms: median2(ours.map((r) => r.p95)),
    p99_ms: median2(ours.map((r) => r.p99)),
    mariadb_p50_ms: theirs && median2(theirs.map((r) => r.p50)),
    mariadb_p95_ms: theirs && median2(theirs.map((r) => r.p95)),
    mariadb_p99_ms: theirs && median2(theirs.map((r) => r.p99)),
    cpu_us: Math.round(median(ours.map((r) => r.cpuUs))),
    mariadb_cpu_us: theirs && Math.round(median(theirs.map((r) => r.cpuUs))),
    ignored_errors: ours.reduce((sum, r) => sum + r.ignored, 0),
    fatal: [...new Set(ours.flatMap((r) => r.fatal))],
  };
}

const cell = (value: string | number | null, width: number): string => String(value ?? '-').padStart(width);

/** How many times longer than the median the slowest of a hundred take. */
const tail = (p99: number | null, p50: number | null): number | null =>
  p99 === null || p50 === null || p50 === 0 ? null : Math.round((p99 / p50) * 10) / 10;

function line(row: Row): string {
  return [
    row.workload.padEnd(22),
    row.ps_mode.padEnd(8),
    cell(row.threads, 7),
    cell(row.tps, 10),
    cell(row.mariadb_tps, 10),
    cell(row.ratio, 6),
    cell(row.p95_ms, 8),
    cell(row.mariadb_p95_ms, 8),
    cell(tail(row.p99_ms, row.p50_ms), 8),
    cell(tail(row.mariadb_p99_ms, row.mariadb_p50_ms), 8),
    cell(row.cpu_us, 8),
    cell(row.mariadb_cpu_us, 8),
    cell(row.ignored_errors, 8),
  ].join(' ');
}

const HEADER = [
  'workload'.padEnd(22),
  'ps-mode'.padEnd(8),
  'threads',
  cell('tps', 10),
  cell('mariadb', 10),
  cell('ratio', 6),
  cell('p95 ms', 8),
  cell('mariadb', 8),
  cell('p99/p50', 8),
  cell('mariadb', 8),
  cell('us', 8),
  cell('mariadb', 8),
  cell('retries', 8),
].join(' ');

async function main(): Promise<boolean> {
  const program = findProgram('sysbench');
  if (program === null) throw new Error('sysbench is not installed');
  const pin = options.cpus === undefined ? [] : ['taskset', '-c', options.cpus];
  const processors = options.cpus === undefined ? availableParallelism() : processorsIn(options.cpus);
  const servers = [await BenchServer.rutile(pin, { workers: Number(options.workers ?? processors) })];
  const rows: Row[] = [];
  try {
    if (!options.alone) servers.push(await BenchServer.mariadb(pin));
    console.log(HEADER);
    for (const workload of options.workloads.split(',')) {
      // sysbench's select_random_* scripts know one table only.
      const tables = workload.startsWith('select_random') ? 1 : Number(options.tables);
      const base = {
        program: [...pin, program],
        workload,
        tables,
        tableSize: Number(options['table-size']),
        threads: tables,
        seconds: Number(options.time),
        psMode: 'auto' as const,
      };
      const shared = !FRESH.has(workload);
      for (const server of shared ? servers : []) {
        const { fatal } = await play({ ...base, port: server.port }, 'prepare', pin);
        if (fatal.length > 0) throw new Error(`${server.name}, ${workload} prepare: ${fatal.join('; ')}`);
      }
      const threadCounts = options.threads.split(',').map(Number);
      for (const mode of options['ps-modes'].split(',')) {
        const task = { ...base, psMode: mode === 'disable' ? ('disable' as const) : ('auto' as const) };
        const warmth = Number(options.warmup);
        for (const server of shared && warmth > 0 ? servers : [])
          await warmUp({ ...task, threads: threadCounts[0]!, port: server.port }, warmth, pin);
        for (const threads of threadCounts) {
          const row = await measure(servers, { ...task, threads }, Number(options.rounds), pin);
          rows.push(row);
          console.log(line(row));
          for (const fatal of row.fatal) console.log(`  ${fatal}`);
        }
      }
      for (const server of shared ? servers : []) await play({ ...base, port: server.port }, 'cleanup', pin);
    }
    console.log(`memory: ${servers.map((s) => `${s.name} ${s.memory()} MiB`).join(', ')}`);
  } finally {
    for (const server of servers) await server.remove();
  }
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(rows, null, 2) + '\n');
  return rows.every((row) => row.fatal.length === 0);
}

main().then(
  (clean) => process.exit(clean ? 0 : 1),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
