import type { Collation } from '../types/collation.js';
import type { FieldType } from '../types/field-type.js';
import type { Chunk } from './chunk.js';
import { keyCollation } from './hash.js';
import type { BytesVector, Vector } from './vector.js';

/** One ORDER BY key over a column of a chunk. NULLs come first in ascending order and last in descending. */
export interface SortKey {
  readonly column: number;
  readonly type: FieldType;
  readonly desc: boolean;
}

/** -1, 0 or 1 of two cells, NULL lowest. For cells of two vectors of one type, narrow or wide, coded or not. */
export function compareCells(a: Vector, i: number, b: Vector, j: number, ft: FieldType): number {
  const an = a.nulls !== null && a.nulls[i] === 1;
  const bn = b.nulls !== null && b.nulls[j] === 1;
  if (an || bn) return an === bn ? 0 : an ? -1 : 1;
  if (a.kind === 'bytes') {
    const y = b as BytesVector;
    const e = a.codes === null ? i : a.codes[i]!;
    const f = y.codes === null ? j : y.codes[j]!;
    return keyCollation(ft).compareAt(
      a.bytes,
      a.offsets[e]!,
      a.offsets[e + 1]!,
      y.bytes,
      y.offsets[f]!,
      y.offsets[f + 1]!,
    );
  }
  const x = a.data[i]!;
  const y = (b as { data: ArrayLike<number | bigint> }).data[j]!;
  return x < y ? -1 : x > y ? 1 : 0;
}

export type RowComparator = (i: number, j: number) => number;

/** Comparator of a vector's cells by physical row, ascending, specialised by class. */
export function cellComparator(v: Vector, ft: FieldType): RowComparator {
  const nulls = v.nulls;
  if (v.kind === 'bytes') {
    const { bytes, offsets, codes } = v;
    const collation = keyCollation(ft);
    if (codes !== null) {
      const rank = dictionaryRanks(v, collation);
      return (i, j) => {
        if (nulls !== null && (nulls[i] === 1 || nulls[j] === 1)) return nulls[j]! - nulls[i]!;
        return rank[codes[i]!]! - rank[codes[j]!]!;
      };
    }
    return (i, j) => {
      if (nulls !== null && (nulls[i] === 1 || nulls[j] === 1)) return nulls[j]! - nulls[i]!;
      return collation.compareAt(bytes, offsets[i]!, offsets[i + 1]!, bytes, offsets[j]!, offsets[j + 1]!);
    };
  }
  if (v.kind === 'num') {
    if (v.data instanceof Int32Array) {
      const d = v.data;
      if (nulls === null) return (i, j) => (d[i]! < d[j]! ? -1 : d[i]! > d[j]! ? 1 : 0);
      return (i, j) =>
        nulls[i] === 1 || nulls[j] === 1 ? nulls[j]! - nulls[i]! : d[i]! < d[j]! ? -1 : d[i]! > d[j]! ? 1 : 0;
    }
    const d = v.data;
    if (nulls === null) return (i, j) => (d[i]! < d[j]! ? -1 : d[i]! > d[j]! ? 1 : 0);
    return (i, j) =>
      nulls[i] === 1 || nulls[j] === 1 ? nulls[j]! - nulls[i]! : d[i]! < d[j]! ? -1 : d[i]! > d[j]! ? 1 : 0;
  }
  const d = v.data;
  return (i, j) => {
    if (nulls !== null && (nulls[i] === 1 || nulls[j] === 1)) return nulls[j]! - nulls[i]!;
    return d[i]! < d[j]! ? -1 : d[i]! > d[j]! ? 1 : 0;
  };
}

/** Rank of each dictionary entry in collation order; equal entries share a rank. */
export function dictionaryRanks(v: BytesVector, collation: Collation): Int32Array {
  const { bytes, offsets } = v;
  const n = offsets.length - 1;
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const cmp = (a: number, b: number): number =>
    collation.compareAt(bytes, offsets[a]!, offsets[a + 1]!, bytes, offsets[b]!, offsets[b + 1]!);
  order.sort(cmp);
  const rank = new Int32Array(n);
  let r = 0;
  for (let k = 0; k < n; k++) {
    if (k > 0 && cmp(order[k - 1]!, order[k]!) !== 0) r++;
    rank[order[k]!] = r;
  }
  return rank;
}

/** Comparator of physical rows of one chunk by several keys. */
export function rowComparator(columns: readonly Vector[], keys: readonly SortKey[]): RowComparator {
  const cs = keys.map((k) => cellComparator(columns[k.column]!, k.type));
  if (cs.length === 1) {
    const c = cs[0]!;
    return keys[0]!.desc ? (i, j) => c(j, i) : c;
  }
  if (cs.length === 2) {
    const [a, b] = cs as [RowComparator, RowComparator];
    const ad = keys[0]!.desc;
    const bd = keys[1]!.desc;
    return (i, j) => {
      const r = ad ? a(j, i) : a(i, j);
      return r !== 0 ? r : bd ? b(j, i) : b(i, j);
    };
  }
  return (i, j) => {
    for (let k = 0; k < cs.length; k++) {
      const r = keys[k]!.desc ? cs[k]!(j, i) : cs[k]!(i, j);
      if (r !== 0) return r;
    }
    return 0;
  };
}

/** -1, 0 or 1 of row i of `a` and row j of `b` (other chunks with the same columns): merges of sorted runs. */
export function compareRows(a: Chunk, i: number, b: Chunk, j: number, keys: readonly SortKey[]): number {
  for (let k = 0; k < keys.length; k++) {
    const key = keys[k]!;
    const r = compareCells(a.columns[key.column]!, i, b.columns[key.column]!, j, key.type);
    if (r !== 0) return key.desc ? -r : r;
  }
  return 0;
}

/** Physical rows of the chunk's selection in order of the keys; equal rows keep their order. */
export function sortedIndices(chunk: Chunk, keys: readonly SortKey[]): Int32Array {
  const n = chunk.rows;
  const idx = chunk.sel === null ? ascending(n) : chunk.sel.slice();
  if (keys.length === 0 || n < 2) return idx;
  const first = chunk.columns[keys[0]!.column]!;
  if (first.kind === 'num' && n >= 512) return sortByNumber(chunk, idx, keys);
  const cmp = rowComparator(chunk.columns, keys);
  if (first.kind !== 'bytes' || first.codes !== null || !keyCollation(keys[0]!.type).isBinary)
    return idx.sort((i, j) => cmp(i, j) || i - j);
  const prefix = prefixes(first, idx, keyCollation(keys[0]!.type).padSpace);
  if (keys[0]!.desc) return idx.sort((i, j) => prefix[j]! - prefix[i]! || cmp(i, j) || i - j);
  return idx.sort((i, j) => prefix[i]! - prefix[j]! || cmp(i, j) || i - j);
}

function ascending(n: number): Int32Array<ArrayBuffer> {
  const idx = new Int32Array(n);
  for (let i = 1; i < n; i++) idx[i] = i;
  return idx;
}

/** Bytes of a string that a number orders: all that a double holds exactly. */
const PREFIX_BYTES = 6;

/**
 * The first bytes of strings that compare as bytes, as numbers of the same order; -1 for NULL. Strings that begin alike have
 * equal numbers, whatever follows.
 */
function prefixes(v: BytesVector, rows: Int32Array, padSpace: boolean): Float64Array {
  const { bytes, offsets, nulls } = v;
  const out = new Float64Array(v.length);
  for (let k = 0; k < rows.length; k++) {
    const i = rows[k]!;
    if (nulls !== null && nulls[i] === 1) {
      out[i] = -1;
      continue;
    }
    const start = offsets[i]!;
    let end = offsets[i + 1]!;
    if (padSpace) while (end > start && bytes[end - 1] === 0x20) end--;
    let p = 0;
    for (let b = start; b < start + PREFIX_BYTES; b++) p = p * 256 + (b < end ? bytes[b]! : 0);
    out[i] = p;
  }
  return out;
}

/**
 * The first key is numeric: a least-significant-digit radix sort on its 64-bit image (order-preserving bits of the double),
 * 11 bits a pass, passes with one digit value skipped; runs of equal values are then ordered by the other keys.
 */
function sortByNumber(chunk: Chunk, idx: Int32Array, keys: readonly SortKey[]): Int32Array {
  const n = idx.length;
  const key = keys[0]!;
  const v = chunk.columns[key.column]!;
  const nulls = v.nulls;
  const d = (v as { data: Float64Array | Int32Array }).data;
  const f = new Float64Array(n);
  const w = new Uint32Array(f.buffer);
  const lo = new Uint32Array(n);
  const hi = new Uint32Array(n);
  const flip = key.desc ? 0xffffffff : 0;
  for (let k = 0; k < n; k++) f[k] = d[idx[k]!]! + 0;
  for (let k = 0; k < n; k++) {
    let a = w[k * 2]!;
    let b = w[k * 2 + 1]!;
    if (nulls !== null && nulls[idx[k]!] === 1) {
      a = 0;
      b = 0;
    } else if (b >>> 31 === 1) {
      a = ~a;
      b = ~b;
    } else {
      b ^= 0x80000000;
    }
    lo[k] = (a ^ flip) >>> 0;
    hi[k] = (b ^ flip) >>> 0;
  }
  let order = ascending(n);
  let other = new Int32Array(n);
  const counts = new Int32Array(2049);
  for (let pass = 0; pass < 6; pass++) {
    const src = pass < 3 ? lo : hi;
    const shift = (pass % 3) * 11;
    counts.fill(0);
    for (let k = 0; k < n; k++) counts[((src[k]! >>> shift) & 2047) + 1]!++;
    let single = false;
    for (let b = 1; b <= 2048; b++) if (counts[b] === n) single = true;
    if (single) continue;
    for (let b = 1; b <= 2048; b++) counts[b]! += counts[b - 1]!;
    for (let k = 0; k < n; k++) {
      const o = order[k]!;
      other[counts[(src[o]! >>> shift) & 2047]!++] = o;
    }
    const t = order;
    order = other;
    other = t;
  }
  const out = other;
  for (let k = 0; k < n; k++) out[k] = idx[order[k]!]!;
  if (keys.length > 1) {
    const cmp = rowComparator(chunk.columns, keys.slice(1));
    const byRest: RowComparator = (i, j) => cmp(i, j) || i - j;
    let from = 0;
    for (let k = 1; k <= n; k++) {
      if (k < n && hi[order[k]!] === hi[order[from]!] && lo[order[k]!] === lo[order[from]!]) continue;
      if (k - from > 1) out.subarray(from, k).sort(byRest);
      from = k;
    }
  }
  return out;
}
