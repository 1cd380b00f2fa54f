import type { CopDetails } from '../../kv/rpc.js';
import { durationText } from '../../planner/explain/duration-text.js';
import type { OperatorStats } from '../exec-context.js';

/** What the stores said of the coprocessor requests for one reader: EXPLAIN ANALYZE's `cop_task`, and `scan_detail` of its scan. */
export class CopFigures {
  private readonly ms: number[] = [];
  private readonly keys: number[] = [];
  private processMs = 0;
  private waitMs = 0;
  private processedKeys = 0;
  private processedBytes = 0;
  private totalKeys = 0;
  private told = false;
  private concurrency = 0;

  /** An answer came after `ms` milliseconds, with these details if the store gave any. */
  note(ms: number, details: CopDetails | undefined): void {
    this.ms.push(ms);
    this.keys.push(details?.processedKeys ?? 0);
    if (details === undefined) return;
    this.told = true;
    this.processMs += details.processMs;
    this.waitMs += details.waitMs;
    this.processedKeys += details.processedKeys;
    this.processedBytes += details.processedBytes;
    this.totalKeys += details.totalKeys;
  }

  /** Puts the figures so far where EXPLAIN ANALYZE finds them. `concurrency`: regions that worked at once. */
  report(reader: OperatorStats, scan: OperatorStats, concurrency: number): void {
    if (this.ms.length === 0) return;
    this.concurrency = Math.max(this.concurrency, concurrency);
    reader.extra.set('cop_task', this.tasks());
    if (this.told) scan.extra.set('scan_detail', this.scanned());
  }

  private tasks(): string {
    const ms = [...this.ms].sort((a, b) => a - b);
    const keys = [...this.keys].sort((a, b) => a - b);
    const n = ms.length;
    const p95 = Math.floor((n * 19) / 20);
    const sum = ms.reduce((a, b) => a + b, 0);
    const out = [`num: ${n}`, `max: ${durationText(ms[n - 1]!)}`];
    if (n === 1) out.push(`proc_keys: ${keys[0]}`);
    else
      out.push(
        `min: ${durationText(ms[0]!)}`,
        `avg: ${durationText(sum / n)}`,
        `p95: ${durationText(ms[p95]!)}`,
        `max_proc_keys: ${keys[n - 1]}`,
        `p95_proc_keys: ${keys[p95]}`,
      );
    if (this.processMs > 0) out.push(`tot_proc: ${durationText(this.processMs)}`);
    if (this.waitMs > 0) out.push(`tot_wait: ${durationText(this.waitMs)}`);
    out.push(`rpc_num: ${n}`, `rpc_time: ${durationText(sum)}`, 'copr_cache: disabled');
    out.push(`max_distsql_concurrency: ${this.concurrency}`);
    return out.join(', ');
  }

  private scanned(): string {
    return [
      `total_process_keys: ${this.processedKeys}`,
      `total_process_keys_size: ${this.processedBytes}`,
      `total_keys: ${this.totalKeys}`,
    ].join(', ');
  }
}

const figures = new WeakMap<OperatorStats, CopFigures>();

/** The figures of a reader, to which all of its tasks add. */
export function copFigures(reader: OperatorStats): CopFigures {
  let f = figures.get(reader);
  if (f === undefined) figures.set(reader, (f = new CopFigures()));
  return f;
}
