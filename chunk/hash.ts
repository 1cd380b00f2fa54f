import type { Collation } from '../types/collation.js';
import { BINARY_COLLATION, collationOf } from '../types/collation.js';
import { hashRange, mix32 } from '../types/collation-bytes.js';
import type { FieldType } from '../types/field-type.js';
import { layoutOf, TypeCode } from '../types/field-type.js';
import { JSON_COLLATION } from '../types/json/compare.js';
import type { Vector, BytesVector } from './vector.js';
import { NumVector, WideVector } from './vector.js';

/**
 * Hashes of key rows. Cells equal under the column's comparison hash equally whatever vector class holds them: an integer in
 * an Int32Array, a Float64Array, a BigInt64Array or a bigint[] has one hash. Both sides of a join must have keys of one type
 * (the planner casts) and, for DECIMAL, of one scale.
 */

const SEED_NULL = 0x6b43a9b5;
const STEP = 0x9e3779b1;

const F64 = new Float64Array(1);
const WORDS = new Int32Array(F64.buffer);

/** Hash of a number that is no int32. */
function hashDouble(v: number): number {
  F64[0] = v;
  return mix32(Math.imul(WORDS[0]!, STEP) ^ WORDS[1]!);
}

/** Hash of one numeric cell. */
export function hashNumber(v: number): number {
  const x = v | 0;
  return x === v ? mix32(x) : hashDouble(v);
}

const MAX_SAFE = 9007199254740991n;

/** Hash of one wide numeric cell. */
export function hashBigInt(v: bigint): number {
  if (v <= MAX_SAFE && v >= -MAX_SAFE) return hashNumber(Number(v));
  let h = mix32(Math.imul(Number(BigInt.asIntN(32, v)), STEP) ^ Number(BigInt.asIntN(32, v >> 32n)));
  let rest = v >> 64n;
  if (rest !== 0n && rest !== -1n) {
    for (let i = 0; i < 5; i++) {
      h = mix32(Math.imul(h, STEP) ^ Number(BigInt.asIntN(32, rest)));
      rest >>= 32n;
    }
  }
  return h;
}

/** How a key column compares: the collation of strings, JSON's own; numbers need none. */
export const keyCollation = (ft: FieldType): Collation =>
  ft.tp === TypeCode.Json ? JSON_COLLATION : layoutOf(ft) === 'bytes' ? collationOf(ft) : BINARY_COLLATION;

/**
 * out[k] = hash of the k-th selected row's keys, k < n. `sel` null means rows 0..n-1. NULL has a hash of its own.
 */
export function hashColumns(
  columns: readonly Vector[],
  types: readonly FieldType[],
  sel: Int32Array | null,
  n: number,
  out: Int32Array,
): void {
  if (columns.length === 0) out.fill(0, 0, n);
  for (let c = 0; c < columns.length; c++)
    hashColumn(columns[c]!, keyCollation(types[c]!), sel, n, out, c === 0);
}

/** Hashes one column into `out`, over it (`first`) or combined with what is there. */
export function hashColumn(
  v: Vector,
  collation: Collation,
  sel: Int32Array | null,
  n: number,
  out: Int32Array,
  first: boolean,
): void {
  if (v instanceof NumVector) {
    if (v.data instanceof Int32Array) hashInt32(v.data, v.nulls, sel, n, out, first);
    else hashFloat64(v.data, v.nulls, sel, n, out, first);
  } else if (v instanceof WideVector) {
    hashWide(v, sel, n, out, first);
  } else {
    hashBytes(v, collation, sel, n, out, first);
  }
}

const combine = (h: number, x: number): number => mix32(Math.imul(h, STEP) + x);

function hashInt32(
  d: Int32Array,
  nulls: Uint8Array | null,
  sel: Int32Array | null,
  n: number,
  out: Int32Array,
  first: boolean,
): void {
  if (nulls === null && sel === null && first) {
    for (let k = 0; k < n; k++) out[k] = mix32(d[k]!);
    return;
  }
  for (let k = 0; k < n; k++) {
    const i = sel === null ? k : sel[k]!;
    const h = nulls !== null && nulls[i] === 1 ? SEED_NULL : mix32(d[i]!);
    out[k] = first ? h : combine(out[k]!, h);
  }
}

function hashFloat64(
  d: Float64Array,
  nulls: Uint8Array | null,
  sel: Int32Array | null,
  n: number,
  out: Int32Array,
  first: boolean,
): void {
  if (nulls === null && sel === null && first) {
    for (let k = 0; k < n; k++) {
      const v = d[k]!;
      const x = v | 0;
      out[k] = x === v ? mix32(x) : hashDouble(v);
    }
    return;
  }
  for (let k = 0; k < n; k++) {
    const i = sel === null ? k : sel[k]!;
    const v = d[i]!;
    const x = v | 0;
    const h = nulls !== null && nulls[i] === 1 ? SEED_NULL : x === v ? mix32(x) : hashDouble(v);
    out[k] = first ? h : combine(out[k]!, h);
  }
}

function hashWide(v: WideVector, sel: Int32Array | null, n: number, out: Int32Array, first: boolean): void {
  const nulls = v.nulls;
  const d = v.data;
  if (Array.isArray(d)) {
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      const h = nulls !== null && nulls[i] === 1 ? SEED_NULL : hashBigInt(d[i]!);
      out[k] = first ? h : combine(out[k]!, h);
    }
    return;
  }
  // The words of the 64-bit values, read without making bigints.
  const w = new Int32Array(d.buffer, d.byteOffset, d.length * 2);
  const unsigned = d instanceof BigUint64Array;
  for (let k = 0; k < n; k++) {
    const i = sel === null ? k : sel[k]!;
    let h: number;
    if (nulls !== null && nulls[i] === 1) {
      h = SEED_NULL;
    } else {
      const lo = w[i * 2]!;
      const hi = w[i * 2 + 1]!;
      // Within ±(2^53-1): high word in [-2^21, 2^21), and not -2^53 itself.
      if ((unsigned ? hi >= 0 : hi >= -0x200000) && hi < 0x200000 && !(hi === -0x200000 && lo === 0)) {
        h = hashNumber(hi * 4294967296 + (lo >>> 0));
      } else {
        h = mix32(Math.imul(lo, STEP) ^ hi);
      }
    }
    out[k] = first ? h : combine(out[k]!, h);
  }
}

function hashBytes(
  v: BytesVector,
  collation: Collation,
  sel: Int32Array | null,
  n: number,
  out: Int32Array,
  first: boolean,
): void {
  const { bytes, offsets, nulls, codes } = v;
  if (codes !== null) {
    const entries = offsets.length - 1;
    if (entries <= n * 2) {
      const table = new Int32Array(entries);
      for (let e = 0; e < entries; e++) table[e] = collation.hashAt(bytes, offsets[e]!, offsets[e + 1]!);
      for (let k = 0; k < n; k++) {
        const i = sel === null ? k : sel[k]!;
        const h = nulls !== null && nulls[i] === 1 ? SEED_NULL : table[codes[i]!]!;
        out[k] = first ? h : combine(out[k]!, h);
      }
      return;
    }
  }
  if (collation.isBinary && !collation.padSpace && codes === null) {
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      const h = nulls !== null && nulls[i] === 1 ? SEED_NULL : hashRange(bytes, offsets[i]!, offsets[i + 1]!);
      out[k] = first ? h : combine(out[k]!, h);
    }
    return;
  }
  for (let k = 0; k < n; k++) {
    const i = sel === null ? k : sel[k]!;
    let h = SEED_NULL;
    if (nulls === null || nulls[i] !== 1) {
      const e = codes === null ? i : codes[i]!;
      h = collation.hashAt(bytes, offsets[e]!, offsets[e + 1]!);
    }
    out[k] = first ? h : combine(out[k]!, h);
  }
}
