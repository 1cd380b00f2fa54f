import { charset } from '../types/charset.js';
import type { IndexInfo, TableInfo } from '../catalog/model.js';
import { ByteWriter, compareBytes, prefixNext } from '../kv/codec/byte-writer.js';
import { encodeKeyDatum, encodeMaxDatum } from '../kv/codec/datum-codec.js';
import {
  indexPrefix,
  MIN_HANDLE_BYTES,
  RECORD_KEY_LENGTH,
  recordKey,
  recordPrefix,
} from '../kv/codec/table-key.js';
import type { ZoneOffsets } from '../kv/codec/time-codec.js';
import type { KeyRange } from '../kv/rpc.js';
import type { Bound, KeyRangeDatum } from '../planner/physical/plan.js';
import type { Datum } from '../types/datum.js';
import { intDatum } from '../types/datum.js';
import { isUnsigned, TypeCode, type FieldType } from '../types/field-type.js';
import { cutToPrefix, descendingParts, indexedType } from '../catalog/table-layout.js';
import { descendingRanges, type RangeEnd } from './descending-ranges.js';

/** Ranges over datums as ranges over stored keys, in the given order; empty ranges left out. */

const INT64_MIN = -(1n << 63n);
const INT64_MAX = (1n << 63n) - 1n;
const UINT64_MAX = (1n << 64n) - 1n;

/** An integer handle as entries hold it. */
const HANDLE: FieldType = {
  tp: TypeCode.LongLong,
  flag: 0,
  flen: 20,
  decimal: 0,
  charset: 'binary',
  collate: 'binary',
};

/** Bytes that are in the keys as they are. */
const SORT_KEY: FieldType = {
  tp: TypeCode.VarString,
  flag: 0,
  flen: -1,
  decimal: 0,
  charset: 'binary',
  collate: 'binary',
};

const writer = new ByteWriter(256);

/**
 * `prefix` followed by the encoded bounds. `after`: the smallest key above everything that starts with them, else the
 * bounds themselves. Values of prefix index columns are cut; the caller has made such bounds inclusive.
 */
function boundKey(
  prefix: Uint8Array,
  bounds: readonly Bound[],
  types: readonly FieldType[],
  after: boolean,
  zone: ZoneOffsets,
): Uint8Array {
  const w = writer.reset();
  w.bytes(prefix);
  for (let i = 0; i < bounds.length; i++) {
    const b = bounds[i]!;
    if (b === 'min') return w.toBytes();
    if (b === 'max') {
      encodeMaxDatum(w);
      return w.toBytes();
    }
    if (b.sortKey !== undefined) encodeKeyDatum(w, b.sortKey, SORT_KEY, zone);
    else encodeKeyDatum(w, b.value, types[i]!, zone);
  }
  return after ? prefixNext(w.toBytes()) : w.toBytes();
}

/** The encoded bounds of one end, as far as they are values. */
function rangeEnd(
  bounds: readonly Bound[],
  exclusive: boolean,
  types: readonly FieldType[],
  zone: ZoneOffsets,
): RangeEnd {
  const parts: Uint8Array[] = [];
  for (const [i, b] of bounds.entries()) {
    if (typeof b === 'string') return { parts, exclusive: false };
    const w = writer.reset();
    if (b.sortKey !== undefined) encodeKeyDatum(w, b.sortKey, SORT_KEY, zone);
    else encodeKeyDatum(w, b.value, types[i]!, zone);
    parts.push(w.toBytes());
  }
  return { parts, exclusive };
}

function keyRangesOf(
  prefix: Uint8Array,
  ranges: readonly KeyRangeDatum[],
  types: readonly FieldType[],
  zone: ZoneOffsets,
): KeyRange[] {
  const out: KeyRange[] = [];
  for (const r of ranges) {
    const startKey = boundKey(prefix, r.low, types, r.lowExclusive, zone);
    const endKey = boundKey(prefix, r.high, types, !r.highExclusive, zone);
    if (lessThan(startKey, endKey)) out.push({ startKey, endKey });
  }
  return out;
}

function lessThan(a: Uint8Array, b: Uint8Array): boolean {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return a.length < b.length;
}

/** A bound on a prefix column says less than it seems: cut values, and take in the bound itself. */
function cutBounds(r: KeyRangeDatum, index: IndexInfo, types: readonly FieldType[]): KeyRangeDatum {
  if (index.columns.every((c) => c.length < 0)) return r;
  let lowCut = false;
  let highCut = false;
  const cut = (bounds: readonly Bound[], onCut: () => void): Bound[] =>
    bounds.map((b, i) => {
      const length = index.columns[i]?.length ?? -1;
      if (typeof b === 'string' || length < 0) return b;
      // The end of a LIKE's range is no text that could be cut at a character; no key passes it anyway.
      if (b.value instanceof Uint8Array && (charset(types[i]!.charset)?.invalidAt(b.value) ?? -1) >= 0)
        return b;
      onCut();
      if (b.sortKey !== undefined) return b;
      return { value: cutToPrefix(b.value, types[i]!, length) };
    });
  const low = cut(r.low, () => (lowCut = true));
  const high = cut(r.high, () => (highCut = true));
  return { low, high, lowExclusive: r.lowExclusive && !lowCut, highExclusive: r.highExclusive && !highCut };
}

/** Types of an index's columns followed by those of the handle behind them, which ranges may go on to restrict. */
export function indexColumnTypes(table: TableInfo, index: IndexInfo): FieldType[] {
  const types = index.columns.map((c) => indexedType(table, c));
  if (table.isCommonHandle) {
    const primary = table.indices.find((i) => i.primary);
    if (primary !== undefined) for (const c of primary.columns) types.push(table.columns[c.offset]!.type);
  } else types.push(HANDLE);
  return types;
}

export function indexKeyRanges(
  table: TableInfo,
  index: IndexInfo,
  physicalId: number,
  ranges: readonly KeyRangeDatum[],
  zone: ZoneOffsets,
): KeyRange[] {
  const types = indexColumnTypes(table, index);
  const prefix = indexPrefix(physicalId, index.id);
  const cut = ranges.map((r) => cutBounds(r, index, types));
  const descending = descendingParts(index);
  if (descending === undefined) return keyRangesOf(prefix, cut, types, zone);
  return cut
    .flatMap((r) =>
      descendingRanges(
        prefix,
        rangeEnd(r.low, r.lowExclusive, types, zone),
        rangeEnd(r.high, r.highExclusive, types, zone),
        descending,
      ),
    )
    .sort((a, b) => compareBytes(a.startKey, b.startKey));
}

/** Ranges over the handle: the integer primary key, `_tidb_rowid`, or the clustered primary key's columns. */
export function tableKeyRanges(
  table: TableInfo,
  physicalId: number,
  ranges: readonly KeyRangeDatum[],
  zone: ZoneOffsets,
): KeyRange[] {
  if (table.isCommonHandle) {
    const primary = table.indices.find((i) => i.primary)!;
    const types = primary.columns.map((c) => table.columns[c.offset]!.type);
    const prefix = recordPrefix(physicalId);
    const out: KeyRange[] = [];
    for (const r of ranges) {
      const startKey = commonPoint(prefix, r, primary, types, zone);
      if (startKey !== null) out.push({ startKey, endKey: nextKey(startKey) });
      else out.push(...keyRangesOf(prefix, [cutBounds(r, primary, types)], types, zone));
    }
    // A bound as long as the key of an integer handle would be taken for one; no clustered key is that short.
    return out.map((range) =>
      range.startKey.length === RECORD_KEY_LENGTH ? { ...range, startKey: nextKey(range.startKey) } : range,
    );
  }
  const pk = table.pkIsHandle ? table.columns.find((c) => (c.type.flag & 2) !== 0) : undefined;
  const unsigned = pk !== undefined && isUnsigned(pk.type);
  const out: KeyRange[] = [];
  for (const r of ranges) {
    const point = pointHandle(r);
    if (point !== null && (!unsigned || point >= 0)) {
      const key = recordKey(physicalId, point);
      out.push({ startKey: key, endKey: prefixNext(key) });
      continue;
    }
    let low = intBound(r.low[0], unsigned, true);
    let high = intBound(r.high[0], unsigned, false);
    if (low === null || high === null) continue;
    if (r.lowExclusive && isValue(r.low[0])) low += 1n;
    if (r.highExclusive && isValue(r.high[0])) high -= 1n;
    if (low > high) continue;
    // The store orders unsigned handles as signed ones: values from 2^63 on lie below the others.
    if (unsigned && high > INT64_MAX) {
      if (low <= INT64_MAX) out.push(intRange(physicalId, low, INT64_MAX));
      out.push(intRange(physicalId, low > INT64_MAX ? low : INT64_MAX + 1n, high));
    } else out.push(intRange(physicalId, low, high));
  }
  return out;
}

/** The one handle in a range whose bounds are the same number; null for other ranges. */
function pointHandle({ low, high, lowExclusive, highExclusive }: KeyRangeDatum): number | null {
  const b = low[0];
  if (b === undefined || b !== high[0] || lowExclusive || highExclusive || typeof b === 'string') return null;
  return typeof b.value === 'number' ? b.value : null;
}

/** The one record key in a range that gives all columns of a clustered key; null for other ranges. */
function commonPoint(
  prefix: Uint8Array,
  r: KeyRangeDatum,
  primary: IndexInfo,
  types: readonly FieldType[],
  zone: ZoneOffsets,
): Uint8Array | null {
  const { columns } = primary;
  if (r.low.length !== columns.length || r.lowExclusive || r.highExclusive) return null;
  for (let i = 0; i < columns.length; i++)
    if (columns[i]!.length >= 0 || !isValue(r.low[i]) || !isSame(r.low[i]!, r.high[i])) return null;
  const key = boundKey(prefix, r.low, types, false, zone);
  if (key.length >= prefix.length + MIN_HANDLE_BYTES) return key;
  const padded = new Uint8Array(prefix.length + MIN_HANDLE_BYTES);
  padded.set(key);
  return padded;
}

/** Whether two bounds are seen to be the same value. */
function isSame(a: Bound, b: Bound | undefined): boolean {
  if (a === b) return true;
  if (typeof a === 'string' || typeof b === 'string' || b === undefined) return false;
  return a.value === b.value && a.sortKey === b.sortKey;
}

/** The least key behind `key`. */
function nextKey(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

const isValue = (b: Bound | undefined): boolean => b !== undefined && typeof b !== 'string';

/** Null when nothing can match (an upper bound of NULL). */
function intBound(b: Bound | undefined, unsigned: boolean, low: boolean): bigint | null {
  const min = unsigned ? 0n : INT64_MIN;
  const max = unsigned ? UINT64_MAX : INT64_MAX;
  if (b === undefined) return low ? min : max;
  if (b === 'min') return min;
  if (b === 'max') return max;
  const v: Datum = b.value;
  if (v === null) return low ? min : null;
  return typeof v === 'bigint' ? v : BigInt(v as number);
}

function intRange(physicalId: number, low: bigint, high: bigint): KeyRange {
  const startKey = recordKey(physicalId, intDatum(low));
  const last = recordKey(physicalId, intDatum(high));
  return { startKey, endKey: prefixNext(last) };
}
