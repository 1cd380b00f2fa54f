import type { Chunk, ChunkSource } from '../chunk/chunk.js';
import type { KeyRange } from '../kv/rpc.js';
import type {
  IndexReader,
  IndexScan,
  KeyRangeDatum,
  PhysicalPlan,
  TableReader,
  TableScan,
} from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import { timeZone, UTC, type TimeZone } from '../types/timezone.js';
import { evalDatum } from '../expression/compile.js';
import type { DagRequest } from './coprocessor/dag.js';
import { leafScan } from '../planner/physical/leaf-scan.js';
import type { ExecContext, Operator } from './exec-context.js';
import { noteScan } from './feedback.js';
import { indexKeyRanges, tableKeyRanges } from './key-ranges.js';
import { andThen } from './operator.js';

export const zoneOf = (ctx: Pick<ExecContext, 'eval'>): TimeZone => timeZone(ctx.eval.timeZone) ?? UTC;

/** The ranges of a scan in this execution: those planned, or made anew from parameters and correlated columns. */
export function scanRanges(scan: TableScan | IndexScan, ctx: ExecContext): readonly KeyRangeDatum[] {
  const override = ctx.scanOverrides?.get(scan.id);
  if (override !== undefined) return override;
  const { ranges, rebuild } = scan.ranges;
  return rebuild === undefined ? ranges : rebuild((e, row) => evalDatum(e, ctx.eval, row));
}

export function scanKeyRanges(scan: TableScan | IndexScan, ctx: ExecContext): KeyRange[] {
  const ranges = scanRanges(scan, ctx);
  return scan.op === 'TableScan'
    ? tableKeyRanges(scan.table, scan.physicalId, ranges, zoneOf(ctx))
    : indexKeyRanges(scan.table, scan.index, scan.physicalId, ranges, zoneOf(ctx));
}

/** What a value takes in an answer, about. */
const COLUMN_BYTES = 16;

/** Runs a cop subtree over key ranges. */
export function sendCop(
  plan: PhysicalPlan,
  ranges: readonly KeyRange[],
  order: { readonly keepOrder: boolean; readonly desc: boolean },
  ctx: ExecContext,
  offer?: DagRequest['offer'],
  enough?: number,
  reader?: PhysicalPlan,
): ChunkSource {
  const dag: DagRequest = { plan, ctx, offer, enough, reader };
  return ctx.storage.coprocessor({
    dag,
    startTs: ctx.snapshot.ts,
    ranges,
    keepOrder: order.keepOrder,
    desc: order.desc,
    expectedBytes: plan.estRows * plan.schema.length * COLUMN_BYTES,
    concurrency: readsFew(plan) ? 1 : Number(ctx.variable('tidb_distsql_scan_concurrency')),
    // Interruption is noticed at each chunk's checkpoint: a signal would have to be made for every short statement.
  });
}

/** The first region most likely has all the rows that are asked for. */
const readsFew = (plan: PhysicalPlan): boolean =>
  plan.op === 'Limit' && (plan.child.op === 'TableScan' || plan.child.op === 'IndexScan');

/** Ranges of one request: where each of them lies in the columns is looked up before its first row comes. */
const RANGES_AT_ONCE = 2048;

/** TableReader and IndexReader: the result of a cop task over the ranges of its scan, of requests one after another where there are many. */
export class CopReaderOperator implements Operator {
  private source: ChunkSource | null = null;
  /** Ranges are sent from the front, or from the back where rows come in descending order. */
  private ranges: readonly KeyRange[] = [];
  private sent = 0;
  private rows = 0;
  private counts: boolean;
  /** Pulled before it was asked for. */
  private ahead: Awaitable<Chunk | null> | undefined;

  constructor(
    private readonly plan: TableReader | IndexReader,
    private readonly ctx: ExecContext,
    private readonly offer?: DagRequest['offer'],
    private readonly enough?: number,
  ) {
    this.counts = ctx.feedback !== null;
  }

  open(): void {
    this.ranges = scanKeyRanges(leafScan(this.plan.child), this.ctx);
    this.sent = 0;
    if (this.ranges.length > 0) this.source = this.send();
  }

  private send(): ChunkSource {
    const { plan, ctx, ranges, sent } = this;
    const whole = ranges.length <= RANGES_AT_ONCE;
    const left = ranges.length - sent;
    const many = Math.min(left, RANGES_AT_ONCE);
    const from = plan.desc ? left - many : sent;
    const part = whole ? ranges : ranges.slice(from, from + many);
    this.sent += many;
    return sendCop(plan.child, part, plan, ctx, whole ? this.offer : undefined, this.enough, plan);
  }

  next(): Awaitable<Chunk | null> {
    if (this.source === null) return null;
    const pause = this.ctx.checkpoint();
    if (pause !== undefined) return pause.then(() => this.pull());
    return this.pull();
  }

  /** Has the first chunk come, upon which the scan is offered. */
  begin(): Awaitable<Chunk | null> {
    this.ahead = this.source === null ? null : this.source.next();
    return this.ahead;
  }

  /** Most rows are read elsewhere: what comes here says nothing of the scan. */
  handOver(): void {
    this.counts = false;
  }

  private pull(): Awaitable<Chunk | null> {
    const chunk = this.ahead === undefined ? this.source!.next() : this.ahead;
    this.ahead = undefined;
    if (!this.counts && this.sent >= this.ranges.length) return chunk;
    return chunk instanceof Promise ? chunk.then((c) => this.taken(c)) : this.taken(chunk);
  }

  /** The end of a request is that of the scan only where no ranges are left. */
  private taken(chunk: Chunk | null): Awaitable<Chunk | null> {
    if (chunk !== null || this.sent >= this.ranges.length) return this.counts ? this.counted(chunk) : chunk;
    return andThen(this.source!.close(), () => {
      this.source = this.send();
      return this.next();
    });
  }

  private counted(chunk: Chunk | null): Chunk | null {
    if (chunk !== null) this.rows += chunk.rows;
    else noteScan(this.ctx, this.plan.child, this.rows, scanRanges);
    return chunk;
  }

  close(): Awaitable<void> {
    const s = this.source;
    this.source = null;
    return s?.close();
  }
}
