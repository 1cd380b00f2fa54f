import { Chunk, CHUNK_ROWS } from '../../chunk/chunk.js';
import { gather } from '../../chunk/gather.js';
import { slice } from '../../chunk/slice.js';
import type { Vector } from '../../chunk/vector.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { keyLowerBound } from '../../kv/codec/sorted-keys.js';
import { recordRange } from '../../kv/codec/table-key.js';
import { LockedError, type MvccReader } from '../../kv/mvcc-reader.js';
import type { CoprocessorRequest, KeyRange } from '../../kv/rpc.js';
import type { TableScan } from '../../planner/physical/plan.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { TimeZone } from '../../types/timezone.js';
import { RecordScan, type BatchDecoder } from '../coprocessor/record-scan.js';
import { recordDecoder } from '../coprocessor/scan-decoders.js';
import type { Operator } from '../exec-context.js';
import { BLOCK_ROWS, type BlockStats } from './block-stats.js';
import type { TopNBound } from '../topn-bound.js';
import type { BlockFilter } from './block-filter.js';
import { KEY_LIST_ID, type ColumnSegment } from './column-segment.js';
import type { ColumnTable, Wanted } from './column-table.js';
import { lowerBound } from './lower-bound.js';
import { isBeforeAll, isBehindAll } from './whole-table.js';

const NO_KEYS: readonly Uint8Array[] = [];
/** Stretches of rows at least this long are given as views; shorter ones are gathered together. */
const MIN_SLICE = 256;

/** Part of a scan, in the order of the ranges. */
type Piece =
  /** Rows [intervals[2i], intervals[2i+1]) of a segment's columns without those in `delta`, then the keys of `delta`. */
  | {
      readonly kind: 'columns';
      readonly segment: ColumnSegment;
      readonly intervals: number[];
      /** Keys written since, in the ranges, as of the opening of the scan. */
      readonly delta: Uint8Array[];
      readonly ranges: KeyRange[];
    }
  | { readonly kind: 'rows'; readonly ranges: KeyRange[] };

/** Rows of a segment's columns, for a reader elsewhere: those in the intervals, without some rows and blocks. */
export interface ColumnPart {
  readonly columns: readonly Vector[];
  readonly intervals: readonly number[];
  readonly dropped: Int32Array;
  readonly skip: Uint8Array | null;
  /** Of the column that a TopN above orders by first. */
  readonly stats: BlockStats | null;
}

export interface ColumnScanRequest {
  readonly table: ColumnTable;
  readonly wanted: readonly Wanted[];
  readonly plan: TableScan;
  readonly request: CoprocessorRequest;
  readonly reader: MvccReader;
  readonly zone: TimeZone;
  /** Fewer rows than this are better read from the row store. */
  readonly minRows: number;
  readonly filters: readonly BlockFilter[];
  readonly clock: number;
}

/**
 * Rows in key ranges from column segments, and from the row store what was written since and what no segment serves: those of a
 * version newer than the reader's, and those given up.
 */
export class ColumnScan implements Operator {
  private at = 0;
  private current: SegmentReader | RecordScan | null = null;
  private deltaAt = 0;
  /** Pieces whose columns were asked for. */
  private fetched = 0;
  private readonly decoder: BatchDecoder;
  private filters: readonly BlockFilter[];
  /** What a TopN above says of the rows as it goes. */
  bound: TopNBound | null = null;

  private constructor(
    private readonly r: ColumnScanRequest,
    private pieces: readonly Piece[],
  ) {
    this.decoder = this.newDecoder();
    this.filters = r.filters;
  }

  /** Null where the row store serves better: few rows, or locks in the way. */
  static open(r: ColumnScanRequest): ColumnScan | null {
    const { table, request, reader, plan } = r;
    const { ranges, keepOrder } = request;
    const all = recordRange(plan.physicalId);
    const parts = partsOf(table, ranges, reader.startTs);
    let rows = 0;
    let columns = 0;
    for (const p of parts) {
      if (!p.readable) continue;
      columns++;
      rows += p.to - p.from;
    }
    if (columns === 0) return null;
    if (rows < r.minRows && table.rows >= r.minRows) return null;
    if (lockedRanges(reader, ranges.length > 8 ? [all] : ranges)) return null;
    const pieces: Piece[] = [];
    for (const { segment, readable, range, from, to } of parts) {
      // What is written of a segment since is sorted when it is asked for: not for a few rows.
      const delta = readable ? deltaIn(segment, range) : NO_KEYS;
      if (delta.length > 0) segment.rowsReadBeside += keepOrder ? to - from : delta.length;
      const last = pieces[pieces.length - 1];
      if (!readable || (keepOrder && delta.length > 0)) {
        if (last !== undefined && last.kind === 'rows') last.ranges.push(range);
        else pieces.push({ kind: 'rows', ranges: [range] });
        continue;
      }
      if (
        last !== undefined &&
        last.kind === 'columns' &&
        last.segment === segment &&
        (!keepOrder || last.delta.length === 0)
      ) {
        last.intervals.push(from, to);
        last.ranges.push(range);
        for (const k of delta) last.delta.push(k);
      } else
        pieces.push({ kind: 'columns', segment, intervals: [from, to], delta: [...delta], ranges: [range] });
    }
    if (!pieces.some((p) => p.kind === 'columns')) return null;
    return new ColumnScan(r, pieces);
  }

  /** Before the first row is read. */
  addFilters(filters: readonly BlockFilter[]): void {
    this.filters = [...this.filters, ...filters];
  }

  open(): void {}

  /** Rows that would come from columns. */
  get columnRows(): number {
    let n = 0;
    for (const p of this.pieces)
      if (p.kind === 'columns')
        for (let i = 0; i < p.intervals.length; i += 2) n += p.intervals[i + 1]! - p.intervals[i]!;
    return n;
  }

  /** Whether some rows have to be read from the row store. */
  get readsRows(): boolean {
    return this.pieces.some((p) => p.kind === 'rows' || p.delta.length > 0);
  }

  /** Stretches of rows that lie together. */
  get stretches(): number {
    let n = 0;
    for (const p of this.pieces) n += p.kind === 'columns' ? p.intervals.length / 2 : 0;
    return n;
  }

  /** Has columns that are on disk only read in other threads, those that are read first at the front. */
  private prefetch(pieces: readonly Piece[]): readonly Promise<void>[] {
    const waits: Promise<void>[] = [];
    for (const piece of pieces) {
      if (piece.kind !== 'columns') continue;
      for (const w of this.r.wanted) {
        const wait = piece.segment.prefetch(w.id);
        if (wait !== null) waits.push(wait);
      }
      // By which the rows written since are left out.
      const keys = piece.delta.length === 0 ? null : piece.segment.prefetch(KEY_LIST_ID);
      if (keys !== null) waits.push(keys);
    }
    return waits;
  }

  /** All columns that the scan reads, see takeColumns. */
  prefetchAll(): readonly Promise<void>[] {
    return this.prefetch(this.pieces);
  }

  /**
   * Gives what is in columns to a reader elsewhere; when all of it is taken, the scan goes on with the other rows. Null after steps
   * that give nothing: columns may have to be read from disk.
   */
  *takeColumns(): Generator<ColumnPart | null> {
    const rest: Piece[] = [];
    for (const piece of this.pieces) {
      let columns: readonly Vector[] | null = null;
      if (piece.kind === 'columns') {
        columns = [];
        for (let k = 1; k <= this.r.wanted.length && columns !== null; k++) {
          columns = this.columnsOf(piece.segment, k);
          yield null;
        }
      }
      if (piece.kind === 'rows' || columns === null) {
        rest.push({ kind: 'rows', ranges: piece.ranges });
        continue;
      }
      const { segment, intervals, delta } = piece;
      const stats = this.boundStats(segment);
      yield {
        columns,
        intervals,
        dropped: droppedRows(segment, delta),
        skip: this.skippedBlocks(segment),
        stats,
      };
      if (delta.length > 0) rest.push({ ...piece, intervals: [] });
    }
    this.pieces = rest;
  }

  /** Rows are not to be given before this. */
  gate: Promise<void> | null = null;

  next(): Awaitable<Chunk | null> {
    if (this.gate === null) return this.nextPiece();
    return this.gate.then(() => {
      this.gate = null;
      return this.nextPiece();
    });
  }

  /** The columns of a piece, and of the one behind it, are asked for before its first row. */
  private nextPiece(): Awaitable<Chunk | null> {
    if (this.current === null && this.fetched <= this.at && this.at < this.pieces.length) {
      this.fetched = this.at + 1;
      const waits = this.prefetch(this.pieces.slice(this.at, this.at + 1));
      this.prefetch(this.pieces.slice(this.at + 1, this.at + 2));
      if (waits.length > 0) return Promise.all(waits).then(() => this.nextChunk());
    }
    return this.nextChunk();
  }

  private nextChunk(): Awaitable<Chunk | null> {
    while (this.at < this.pieces.length) {
      const piece = this.pieces[this.at]!;
      this.current ??= this.reader(piece);
      const chunk = this.current.next();
      if (chunk !== null) return chunk;
      if (piece.kind === 'columns' && this.current instanceof SegmentReader) {
        const written = this.deltaRows(piece.delta);
        if (written !== null) return written;
      }
      this.endPiece();
      this.at++;
      if (this.at < this.pieces.length) return this.nextPiece();
    }
    return null;
  }

  close(): void {
    this.endPiece();
    this.at = this.pieces.length;
  }

  private endPiece(): void {
    if (this.current instanceof RecordScan) this.current.close();
    this.current = null;
    this.deltaAt = 0;
  }

  private newDecoder(): BatchDecoder {
    const { plan, zone } = this.r;
    return recordDecoder(plan.table, plan.columns, plan.handleOut, zone);
  }

  private reader(piece: Piece): SegmentReader | RecordScan {
    if (piece.kind === 'columns') {
      const columns = this.columnsOf(piece.segment);
      if (columns !== null) {
        const { segment, delta, intervals } = piece;
        return new SegmentReader(
          columns,
          intervals,
          droppedRows(segment, delta),
          this.skippedBlocks(segment),
          this.bound,
          this.boundStats(segment),
        );
      }
    }
    const decoder = this.newDecoder();
    return new RecordScan(this.r.reader, decoder, piece.ranges, false, !decoder.needsValue);
  }

  /** Null when the columns are gone: given up since the scan was opened, or their file is not readable. */
  private columnsOf(segment: ColumnSegment, count = Infinity): readonly Vector[] | null {
    const { clock } = this.r;
    const wanted = this.r.wanted.slice(0, count);
    try {
      const out: Vector[] = [];
      for (const w of wanted) {
        if (!segment.has(w.id, w.type)) return null;
        out.push(segment.column(w.id, clock));
      }
      return out;
    } catch (e) {
      const { code } = e as NodeJS.ErrnoException;
      if (code === undefined) throw e;
      // Of another thread's making, and replaced there by another.
      if (code === 'ENOENT') segment.giveUp();
      return null;
    }
  }

  private boundStats(segment: ColumnSegment): BlockStats | null {
    const { bound } = this;
    return bound === null ? null : segment.stats(this.r.wanted[bound.column]!.id, this.r.clock);
  }

  /** 1 for blocks none of whose rows can pass the filters. */
  private skippedBlocks(segment: ColumnSegment): Uint8Array | null {
    const { wanted, clock } = this.r;
    const { filters } = this;
    if (filters.length === 0) return null;
    const skip = new Uint8Array(Math.ceil(segment.rows / BLOCK_ROWS));
    let any = false;
    for (const f of filters) {
      const stats = segment.stats(wanted[f.column]!.id, clock);
      if (stats.min === null || stats.max === null) continue;
      for (let b = 0; b < skip.length; b++)
        if (!f.mayPass(stats.min[b]!, stats.max[b]!)) {
          skip[b] = 1;
          any = true;
        }
    }
    return any ? skip : null;
  }

  private deltaRows(delta: readonly Uint8Array[]): Chunk | null {
    const { decoder } = this;
    while (this.deltaAt < delta.length && decoder.rows < CHUNK_ROWS) {
      const key = delta[this.deltaAt]!;
      const value = this.r.reader.get(key);
      this.deltaAt++;
      if (value !== null) decoder.append(key, key.length, value, 0, value.length);
    }
    return decoder.rows === 0 ? null : decoder.take();
  }
}

/** Rows of the segment whose keys are in the delta, ascending. */
function droppedRows(segment: ColumnSegment, delta: readonly Uint8Array[]): Int32Array {
  const dropped: number[] = [];
  for (const key of delta) {
    const i = segment.handles.find(key);
    if (i >= 0) dropped.push(i);
  }
  return Int32Array.from(dropped.sort((a, b) => a - b));
}

/** Rows of a segment in intervals, without some. */
export class SegmentReader {
  private at = 0;
  private row: number;

  constructor(
    private readonly columns: readonly Vector[],
    /** [from, to) one after another. */
    private readonly intervals: readonly number[],
    /** Base rows replaced or deleted since, ascending. */
    private readonly dropped: Int32Array,
    private readonly skip: Uint8Array | null,
    private readonly bound: TopNBound | null,
    /** Of the column that the bound is about. */
    private readonly stats: BlockStats | null,
  ) {
    this.row = intervals[0] ?? 0;
  }

  next(): Chunk | null {
    const { intervals, skip } = this;
    while (this.at < intervals.length) {
      const end = intervals[this.at + 1]!;
      if (this.row >= end) {
        this.advance();
        continue;
      }
      if (end - this.row >= MIN_SLICE) {
        const from = this.row;
        const block = Math.floor(from / BLOCK_ROWS);
        const to = Math.min(end, (block + 1) * BLOCK_ROWS);
        this.row = to;
        if ((skip !== null && skip[block] === 1) || this.isBeyond(block)) continue;
        const chunk = this.block(from, to);
        if (chunk !== null) return chunk;
        continue;
      }
      const chunk = this.gatherShort();
      if (chunk !== null) return chunk;
    }
    return null;
  }

  /** Whether no row of the block is wanted by the TopN above. */
  private isBeyond(block: number): boolean {
    const { bound, stats } = this;
    if (bound === null || stats === null || stats.min === null || stats.max === null) return false;
    return !bound.mayPass(stats.min[block]!, stats.max[block]!, stats.nulls[block]!);
  }

  private advance(): void {
    this.at += 2;
    if (this.at < this.intervals.length) this.row = this.intervals[this.at]!;
  }

  private block(from: number, to: number): Chunk | null {
    const n = to - from;
    const chunk = new Chunk(
      this.columns.map((c) => slice(c, from, to)),
      n,
    );
    const { dropped } = this;
    let lo = lowerBound(dropped, from);
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
        const at = dropped.length === 0 ? 0 : lowerBound(dropped, this.row);
        if (at >= dropped.length || dropped[at] !== this.row) idx[m++] = this.row;
        this.row++;
      }
      if (this.row >= end) this.advance();
    }
    if (m === 0) return null;
    return new Chunk(
      this.columns.map((c) => gather(c, idx, m)),
      m,
    );
  }
}

/** Rows of the segment in a range that lies within it. */
function rowsIn(segment: ColumnSegment, range: KeyRange): [number, number] {
  const { startKey, endKey } = range;
  if (isNextKey(startKey, endKey)) {
    const at = segment.handles.find(startKey);
    return at < 0 ? [0, 0] : [at, at + 1];
  }
  return [
    startKey === segment.startKey ? 0 : segment.handles.lowerBound(startKey),
    endKey === segment.endKey ? segment.rows : segment.handles.lowerBound(endKey),
  ];
}

/** Whether the range is [key, key + a zero byte): one key. */
function isNextKey(startKey: Uint8Array, endKey: Uint8Array): boolean {
  const n = startKey.length;
  return endKey.length === n + 1 && endKey[n] === 0 && compareBytes(endKey.subarray(0, n), startKey) === 0;
}

/** The part of a range that lies in one segment. */
interface RangePart {
  readonly segment: ColumnSegment;
  readonly range: KeyRange;
  /** Whether a reader at the scan's timestamp can take it from the columns. */
  readonly readable: boolean;
  /** Rows of a readable segment that lie in the range. */
  readonly from: number;
  readonly to: number;
}

/** The segments that the ranges meet, in key order. */
function partsOf(table: ColumnTable, ranges: readonly KeyRange[], ts: bigint): readonly RangePart[] {
  const parts: RangePart[] = [];
  const all = recordRange(table.physicalId);
  for (const range of ranges) {
    // The very bounds of the segments: where a range ends need not be looked for among the handles of the first and the last.
    const startKey = isBeforeAll(range.startKey, all) ? all.startKey : range.startKey;
    const endKey = isBehindAll(range.endKey, all) ? all.endKey : range.endKey;
    for (let s = table.segmentAt(startKey); s < table.segments.length; s++) {
      const segment = table.segments[s]!;
      if (compareBytes(segment.startKey, endKey) >= 0) break;
      const part: KeyRange = {
        startKey: compareBytes(startKey, segment.startKey) <= 0 ? segment.startKey : startKey,
        endKey: compareBytes(endKey, segment.endKey) >= 0 ? segment.endKey : endKey,
      };
      if (compareBytes(part.startKey, part.endKey) >= 0) continue;
      const readable = !segment.stale && segment.base <= ts;
      const [from, to] = readable ? rowsIn(segment, part) : [0, 0];
      parts.push({ segment, range: part, readable, from, to });
    }
  }
  return parts;
}

/** Keys of the delta in a range, ascending. */
function deltaIn(segment: ColumnSegment, { startKey, endKey }: KeyRange): readonly Uint8Array[] {
  const keys = segment.deltaKeys();
  if (keys.length === 0) return NO_KEYS;
  return keys.slice(
    keyLowerBound(keys, startKey),
    endKey.length === 0 ? keys.length : keyLowerBound(keys, endKey),
  );
}

/** Whether locks keep a reader from taking the ranges from columns. */
function lockedRanges(reader: MvccReader, ranges: readonly KeyRange[]): boolean {
  try {
    for (const r of ranges) reader.checkLocks!(r.startKey, r.endKey);
    return false;
  } catch (e) {
    if (e instanceof LockedError) return true;
    throw e;
  }
}
