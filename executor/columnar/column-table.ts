import { compareBytes } from '../../kv/codec/byte-writer.js';
import type { FieldType } from '../../types/field-type.js';
import { ColumnDictionary } from './column-dictionary.js';
import type { ColumnSegment } from './column-segment.js';

/** Id under which the integer handle is kept as a column. */
export const HANDLE_ID = -1;

/** What it costs to write a row into columns, in rows read from the row store. */
export const ENCODING_COST = 4;
/** Rows, or the share of the table, that are written without being read before columns nobody asked for are more trouble than use. */
const NEGLECTED_ROWS = 1000;
const NEGLECTED_SHARE = 0.05;

/** A column of a scan's output; id -1 = the handle. */
export interface Wanted {
  readonly id: number;
  readonly type: FieldType;
}

/** The first of keys[from, to), which are in order, that is behind a place; `to` when none is. */
export function firstBehind(
  keys: readonly Uint8Array[],
  from: number,
  to: number,
  behind: (key: Uint8Array) => boolean,
): number {
  while (from < to) {
    const mid = (from + to) >>> 1;
    if (behind(keys[mid]!)) to = mid;
    else from = mid + 1;
  }
  return from;
}

/** The columns of a table (or partition): segments that cover its record keys without a gap, ascending. */
export class ColumnTable {
  readonly dictionaries = new Map<number, ColumnDictionary>();
  segments: readonly ColumnSegment[] = [];
  /** For LRU. */
  lastUsed = 0;
  /** Something is not on disk as it is in memory: segments, or delta keys. */
  dirty = true;
  /** Rows that scans asked for, less those written and those that segments were written anew for. */
  private asking = 0;
  /** Columns that scans asked for: those that come back by themselves after a restart. */
  readonly asked = new Set<number>();

  constructor(
    readonly physicalId: number,
    /** Zone that TIMESTAMP columns are shown in. */
    readonly zone: string,
  ) {}

  dictionary(column: number): ColumnDictionary {
    let d = this.dictionaries.get(column);
    if (d === undefined) {
      d = new ColumnDictionary();
      this.dictionaries.set(column, d);
    }
    return d;
  }

  get rows(): number {
    let n = 0;
    for (const s of this.segments) n += s.rows;
    return n;
  }

  get deltaSize(): number {
    let n = 0;
    for (const s of this.segments) n += s.deltaSize;
    return n;
  }

  get bytes(): number {
    let n = 0;
    for (const s of this.segments) n += s.bytes;
    for (const d of this.dictionaries.values()) n += d.memory;
    return n;
  }

  /** The newest version that some segment holds. */
  get base(): bigint {
    let ts = 0n;
    for (const s of this.segments) if (s.base > ts) ts = s.base;
    return ts;
  }

  noteAsked(ids: readonly number[]): void {
    for (const id of ids) {
      if (this.asked.has(id)) continue;
      this.asked.add(id);
      this.dirty = true;
    }
  }

  noteRead(rows: number): void {
    this.asking = Math.min(this.asking + rows, this.rows * ENCODING_COST);
  }

  /**
   * Whether scans have asked for enough rows to pay for so many written anew: a table that is read a few rows at a time, and
   * written meanwhile, is served by the row store at less cost than by columns that are made again and again.
   */
  spend(rows: number): boolean {
    if (this.asking < rows * ENCODING_COST) return false;
    this.asking -= rows * ENCODING_COST;
    return true;
  }

  /** Whether rows were written, and noted, that nobody reads from here. */
  get neglected(): boolean {
    return -this.asking > NEGLECTED_ROWS && -this.asking > this.rows * NEGLECTED_SHARE;
  }

  /** Every segment that is of use has the column. */
  has(id: number, type: FieldType): boolean {
    let any = false;
    for (const s of this.segments) {
      if (s.stale) continue;
      if (!s.has(id, type)) return false;
      any = true;
    }
    return any;
  }

  /** Position of the segment whose range the key is in. */
  segmentAt(key: Uint8Array): number {
    let lo = 0;
    let hi = this.segments.length - 1;
    while (lo < hi) {
      const mid = (lo + hi + 1) >>> 1;
      if (compareBytes(this.segments[mid]!.startKey, key) <= 0) lo = mid;
      else hi = mid - 1;
    }
    return lo;
  }

  /** A record was written. */
  touch(key: Uint8Array): void {
    if (this.segments.length === 0) return;
    this.segments[this.segmentAt(key)]!.touch(key);
    this.asking--;
    this.dirty = true;
  }

  /** The records keys[from, to), which are in order, were written. */
  touchRun(keys: readonly Uint8Array[], from: number, to: number): void {
    if (this.segments.length === 0) return;
    this.asking -= to - from;
    this.dirty = true;
    for (let at = this.segmentAt(keys[from]!); from < to; at++) {
      const next = this.segments[at + 1]?.startKey;
      const end =
        next === undefined ? to : firstBehind(keys, from, to, (key) => compareBytes(key, next) >= 0);
      this.segments[at]!.touchRun(keys, from, end);
      from = end;
    }
  }

  /** Puts new segments in the place of one. */
  replace(old: ColumnSegment, by: readonly ColumnSegment[]): void {
    const at = this.segments.indexOf(old);
    if (at < 0) return;
    this.segments = [...this.segments.slice(0, at), ...by, ...this.segments.slice(at + 1)];
    this.dirty = true;
  }
}
