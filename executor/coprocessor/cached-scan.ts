import { Chunk, CHUNK_ROWS } from '../../chunk/chunk.js';
import { gather } from '../../chunk/gather.js';
import { slice } from '../../chunk/slice.js';
import type { Vector } from '../../chunk/vector.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { recordRange } from '../../kv/codec/table-key.js';
import type { RowBatchDecoder } from '../../kv/codec/row-batch-decoder.js';
import { LockedError, type MvccReader } from '../../kv/mvcc-reader.js';
import type { CoprocessorRequest, KeyRange } from '../../kv/rpc.js';
import type { TableScan } from '../../planner/physical/plan.js';
import type { TimeZone } from '../../types/timezone.js';
import type { Operator } from '../exec-context.js';
import type { CachedTable, Wanted } from './cached-table.js';
import { recordDecoder } from './scan-decoders.js';

/** Stretches of rows at least this long are given as views; shorter ones are gathered together. */
const MIN_SLICE = 256;

/** Rows of cached columns in key ranges, and the rows written since from the row store. */
export class CachedScan implements Operator {
  private at = 0;
  private row = 0;
  private deltaAt = 0;

  private constructor(
    private readonly columns: readonly Vector[],
    /** Intervals of rows, [from, to) one after another, in the order of the ranges. */
    private readonly intervals: Int32Array,
    /** Base rows replaced or deleted since, ascending. */
    private readonly dropped: Int32Array,
    /** Keys written since, in the ranges. */
    private readonly delta: readonly Uint8Array[],
    private readonly decoder: RowBatchDecoder,
    private readonly reader: MvccReader,
  ) {}

  /** Null where the row store serves better: few rows, or an order to be kept among rows written since, or locks in the way. */
  static open(
    table: CachedTable,
    wanted: readonly Wanted[],
    plan: TableScan,
    req: CoprocessorRequest,
    reader: MvccReader,
    zone: TimeZone,
    minRows: number,
  ): CachedScan | null {
    const { ranges } = req;
    const all = recordRange(plan.physicalId);
    if (lockedRanges(reader, ranges.length > 8 ? [all] : ranges)) return null;
    const intervals = new Int32Array(ranges.length * 2);
    let rows = 0;
    for (let i = 0; i < ranges.length; i++) {
      const { startKey, endKey } = ranges[i]!;
      const from = table.handles.lowerBound(startKey);
      const to = isNextKey(startKey, endKey)
        ? table.handles.find(startKey) === from
          ? from + 1
          : from
        : table.handles.lowerBound(endKey);
      intervals[i * 2] = from;
      intervals[i * 2 + 1] = to;
      rows += to - from;
    }
    if (rows < minRows && table.rows >= minRows) return null;
    const delta = deltaIn(table, ranges);
    if (delta.length > 0 && (req.keepOrder || ranges.length > 1)) return null;
    const dropped: number[] = [];
    for (const key of delta) {
      const i = table.handles.find(key);
      if (i >= 0) dropped.push(i);
    }
    return new CachedScan(
      wanted.map((w) => table.column(w.id)),
      intervals,
      Int32Array.from(dropped),
      delta,
      recordDecoder(plan.table, plan.columns, plan.handleOut, zone),
      reader,
    );
  }

  open(): void {
    this.row = this.intervals[0]!;
  }

  next(): Chunk | null {
    const { intervals } = this;
    while (this.at < intervals.length) {
      const end = intervals[this.at + 1]!;
      if (this.row >= end) {
        this.at += 2;
        if (this.at < intervals.length) this.row = intervals[this.at]!;
        continue;
      }
      if (end - this.row >= MIN_SLICE) {
        const from = this.row;
        // Blocks end at multiples of the chunk size, the same in every scan.
        const to = Math.min(end, (Math.floor(from / CHUNK_ROWS) + 1) * CHUNK_ROWS);
        this.row = to;
        const chunk = this.block(from, to);
        if (chunk !== null) return chunk;
        continue;
      }
      return this.gatherShort();
    }
    return this.deltaRows();
  }

  close(): void {
    this.at = this.intervals.length;
    this.deltaAt = this.delta.length;
  }

  private block(from: number, to: number): Chunk | null {
    const n = to - from;
    const chunk = new Chunk(
      this.columns.map((c) => slice(c, from, to)),
      n,
    );
    const { dropped } = this;
    let lo = 0;
    let hi = dropped.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (dropped[mid]! < from) lo = mid + 1;
      else hi = mid;
    }
    if (lo >= dropped.length || dropped[lo]! >= to) return chunk;
    const sel = new Int32Array(n);
    let m = 0;
    for (let i = 0; i < n; i++) {
      if (lo < dropped.length && dropped[lo] === from + i) lo++;
      else sel[m++] = i;
    }
    return m === 0 ? null : chunk.withSel(sel.subarray(0, m));
  }

  /** Rows of several short intervals together. */
  private gatherShort(): Chunk | null {
    const idx = new Int32Array(CHUNK_ROWS);
    let m = 0;
    const { intervals, dropped } = this;
    while (this.at < intervals.length && m < CHUNK_ROWS) {
      const end = intervals[this.at + 1]!;
      if (end - this.row >= MIN_SLICE && m > 0) break;
      while (this.row < end && m < CHUNK_ROWS) {
        if (dropped.length === 0 || !contains(dropped, this.row)) idx[m++] = this.row;
        this.row++;
      }
      if (this.row >= end) {
        this.at += 2;
        if (this.at < intervals.length) this.row = intervals[this.at]!;
      }
    }
    if (m === 0) return this.next();
    return new Chunk(
      this.columns.map((c) => gather(c, idx, m)),
      m,
    );
  }

  private deltaRows(): Chunk | null {
    const { decoder, delta } = this;
    while (this.deltaAt < delta.length && decoder.rows < CHUNK_ROWS) {
      const key = delta[this.deltaAt]!;
      const value = this.reader.get(key);
      this.deltaAt++;
      if (value !== null) decoder.append(key, key.length, value, 0, value.length);
    }
    return decoder.rows === 0 ? null : decoder.take();
  }
}

function contains(sorted: Int32Array, v: number): boolean {
  let lo = 0;
  let hi = sorted.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (sorted[mid]! < v) lo = mid + 1;
    else hi = mid;
  }
  return lo < sorted.length && sorted[lo] === v;
}

/** Whether the range is [key, key + a zero byte): one key. */
function isNextKey(startKey: Uint8Array, endKey: Uint8Array): boolean {
  const n = startKey.length;
  return endKey.length === n + 1 && endKey[n] === 0 && compareBytes(endKey.subarray(0, n), startKey) === 0;
}

/** Keys of the delta that lie in the ranges; ascending when the ranges are. */
function deltaIn(table: CachedTable, ranges: readonly KeyRange[]): Uint8Array[] {
  const keys = table.deltaKeys();
  if (keys.length === 0) return [];
  const out: Uint8Array[] = [];
  for (const { startKey, endKey } of ranges) {
    let lo = 0;
    let hi = keys.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (compareBytes(keys[mid]!, startKey) < 0) lo = mid + 1;
      else hi = mid;
    }
    for (; lo < keys.length && (endKey.length === 0 || compareBytes(keys[lo]!, endKey) < 0); lo++)
      out.push(keys[lo]!);
  }
  return out;
}

/** Whether locks keep a reader from taking the ranges from a cache. */
function lockedRanges(reader: MvccReader, ranges: readonly KeyRange[]): boolean {
  try {
    for (const r of ranges) reader.checkLocks!(r.startKey, r.endKey);
    return false;
  } catch (e) {
    if (e instanceof LockedError) return true;
    throw e;
  }
}
