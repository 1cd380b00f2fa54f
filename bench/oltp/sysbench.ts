import { spawn } from 'node:child_process';

export interface SysbenchTask {
  readonly program: readonly string[];
  readonly workload: string;
  readonly port: number;
  readonly tables: number;
  readonly tableSize: number;
  readonly threads: number;
  readonly seconds: number;
  /** sysbench's own names: prepared statements where it can, or text only. */
  readonly psMode: 'auto' | 'disable';
}

export interface SysbenchResult {
  /** Transactions a second; rows a second for bulk_insert, which counts no transactions. */
  readonly tps: number;
  /** Latencies in ms that half, 95 and 99 of a hundred transactions stay below. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Errors that sysbench repeats the transaction after (1213, 1020, 1205). */
  readonly ignored: number;
  /** Lines sysbench ended on, or empty. */
  readonly fatal: readonly string[];
}

const field = (output: string, pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0);

/** From the lines of sysbench's histogram: `       1.234 |*****      567`. */
function percentiles(output: string): Pick<SysbenchResult, 'p50' | 'p95' | 'p99'> {
  const buckets = [...output.matchAll(/^\s*([\d.]+) \|\**\s+(\d+)$/gm)].map((m) => [
    Number(m[1]),
    Number(m[2]),
  ]);
  const total = buckets.reduce((sum, [, count]) => sum + count!, 0);
  const below = (share: number): number => {
    let seen = 0;
    for (const [ms, count] of buckets) if ((seen += count!) >= share * total) return ms!;
    return 0;
  };
  return { p50: below(0.5), p95: below(0.95), p99: below(0.99) };
}

/** One sysbench command. It ends at the first error it does not ignore; `fatal` then says which. */
export async function sysbench(
  task: SysbenchTask,
  command: 'prepare' | 'run' | 'cleanup',
): Promise<SysbenchResult> {
  const args = [
    ...task.program.slice(1),
    task.workload,
    '--db-driver=mysql',
    '--mysql-host=127.0.0.1',
    `--mysql-port=${task.port}`,
    '--mysql-user=root',
    '--mysql-db=sbtest',
    `--threads=${task.threads}`,
    `--time=${task.seconds}`,
    '--events=0',
    '--histogram=on',
    `--db-ps-mode=${task.psMode}`,
  ];
  // bulk_insert makes a table for each thread and has no table options.
  if (task.workload !== 'bulk_insert') {
    args.push(`--tables=${task.tables}`, `--table-size=${task.tableSize}`);
  }
  let output = '';
  const child = spawn(task.program[0]!, [...args, command], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (d) => (output += String(d)));
  child.stderr.on('data', (d) => (output += String(d)));
  const code = await new Promise<number>((resolve) => child.once('close', (c) => resolve(c ?? 1)));
  const fatal = [...new Set(output.split('\n').filter((line) => /^(FATAL|ALERT)|error \d+/.test(line)))];
  if (code !== 0 && fatal.length === 0) fatal.push(`exit code ${code}: ${output.slice(-300)}`);
  return {
    tps: field(output, /transactions:\s+\d+\s+\(([\d.]+) per sec/),
    ...percentiles(output),
    ignored: field(output, /ignored errors:\s+(\d+)/),
    // A failed statement is printed whole, which may be half a megabyte.
    fatal: code === 0 ? [] : fatal.slice(0, 3).map((message) => message.slice(0, 300)),
  };
}
