import type { Chunk } from '../chunk/chunk.js';
import type { KeyRange } from '../kv/rpc.js';
import type { IndexScan, TableScan } from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import { isPoint } from './coprocessor/record-scan.js';
import type { Operator } from './exec-context.js';
import type { OperatorContext } from './operator.js';
import { Work } from './work-counts.js';

/**
 * Counts what a scan read as Handler_read_… variables do. Rows that are looked up for index entries are part of the entries' reads, as
 * InnoDB's are.
 */
export function countScan(
  scan: TableScan | IndexScan,
  requests: number,
  rows: number,
  ctx: OperatorContext,
): void {
  if (ctx.noteWork === undefined || (scan.op === 'TableScan' && scan.byRowId === true)) return;
  const { full, desc } = scan;
  if (full && requests > 0) ctx.noteWork(desc ? Work.readLast : Work.readFirst, 1);
  ctx.noteWork(Work.readKey, requests);
  if (full && scan.op === 'TableScan' && !desc) ctx.noteWork(Work.readRndNext, rows);
  else ctx.noteWork(desc ? Work.readPrev : Work.readNext, rows);
}

/** The same of key ranges; rows that are alone in theirs come with the request for their key. */
export function countRanges(
  scan: TableScan | IndexScan,
  ranges: readonly KeyRange[],
  rows: number,
  ctx: OperatorContext,
): void {
  const points = ranges.length > 0 && isPoint(ranges[0]!);
  countScan(scan, ranges.length, points ? 0 : rows, ctx);
}

/** An operator whose rows are counted when it is closed. */
export class CountedRows implements Operator {
  private rows = 0;
  private closed = false;

  constructor(
    private readonly inner: Operator,
    private readonly count: (rows: number) => void,
  ) {}

  open(): Awaitable<void> {
    return this.inner.open();
  }

  next(): Awaitable<Chunk | null> {
    const chunk = this.inner.next();
    return chunk instanceof Promise ? chunk.then((c) => this.noted(c)) : this.noted(chunk);
  }

  private noted(chunk: Chunk | null): Chunk | null {
    if (chunk !== null) this.rows += chunk.rows;
    return chunk;
  }

  close(): Awaitable<void> {
    if (!this.closed) this.count(this.rows);
    this.closed = true;
    return this.inner.close();
  }
}
