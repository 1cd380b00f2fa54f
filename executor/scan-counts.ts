import type { Chunk } from '../chunk/chunk.js';
import type { KeyRange } from '../kv/rpc.js';
import type { IndexScan, TableScan } from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import { isPoint } from './coprocessor/record-scan.js';
import type { Operator } from './exec-context.js';
import type { OperatorContext } from './operator.js';
import { Work } from './work-counts.js';

/*
 * What scans read is counted as Handler_read_… variables are. Rows that are looked up for index entries are part of the entries' reads, as
 * InnoDB's are.
 */

type Scan = TableScan | IndexScan;

const looksUp = (scan: Scan): boolean => scan.op === 'TableScan' && scan.byRowId === true;

/** A scan asks for so many ranges. */
export function countRequests(scan: Scan, requests: number, ctx: OperatorContext): void {
  if (ctx.noteWork === undefined || looksUp(scan)) return;
  if (scan.full && requests > 0) ctx.noteWork(scan.desc ? Work.readLast : Work.readFirst, 1);
  ctx.noteWork(Work.readKey, requests);
}

/** It has read so many rows. */
export function countRows(scan: Scan, rows: number, ctx: OperatorContext): void {
  if (ctx.noteWork === undefined || looksUp(scan)) return;
  const { full, desc } = scan;
  if (full && scan.op === 'TableScan' && !desc) ctx.noteWork(Work.readRndNext, rows);
  else ctx.noteWork(desc ? Work.readPrev : Work.readNext, rows);
}

/** Rows that are alone in their ranges come with the request for their key. */
export const ofPoints = (ranges: readonly KeyRange[]): boolean => ranges.length > 0 && isPoint(ranges[0]!);

/** An operator whose rows are counted as they come. */
export class CountedRows implements Operator {
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
    if (chunk !== null) this.count(chunk.rows);
    return chunk;
  }

  close(): Awaitable<void> {
    return this.inner.close();
  }
}

/** The scan of a request, counted in its statement. */
export function countedScan(
  inner: Operator,
  scan: Scan,
  ranges: readonly KeyRange[],
  ctx: OperatorContext,
): Operator {
  if (ctx.noteWork === undefined) return inner;
  countRequests(scan, ranges.length, ctx);
  return ofPoints(ranges) ? inner : new CountedRows(inner, (rows) => countRows(scan, rows, ctx));
}
