import type { Vector } from '../chunk/vector.js';
import { BytesVector } from '../chunk/vector.js';
import { BytesVectorBuilder } from '../chunk/vector-builder.js';
import { collationOf } from '../types/collation.js';
import type { FieldType } from '../types/field-type.js';

/** Order of cells and rows. NULL sorts below every value; strings by their collation. */

/** <0, 0, >0 for row i of one set of vectors and row j of another. */
export type RowComparator = (i: number, j: number) => number;

/** A vector whose cells order as bytes: strings of a case-insensitive collation become their sort keys, once. */
export function orderable(v: Vector, type: FieldType): Vector {
  if (v.kind !== 'bytes') return v;
  const collation = collationOf(type);
  if (collation.isBinary) return v;
  const entries = v.codes === null ? v.length : v.offsets.length - 1;
  const b = new BytesVectorBuilder(Math.max(1, entries));
  for (let e = 0; e < entries; e++) {
    const key = collation.sortKey(v.bytes.subarray(v.offsets[e]!, v.offsets[e + 1]!));
    b.appendBytes(key, 0, key.length);
  }
  const keys = b.finish();
  return new BytesVector(keys.bytes, keys.offsets, v.length, v.nulls, v.codes);
}

/** Compares cells of two vectors made by `orderable`. */
export function cellComparator(a: Vector, b: Vector, type: FieldType): RowComparator {
  const values = valueComparator(a, b, type);
  const an = a.nulls;
  const bn = b.nulls;
  if (an === null && bn === null) return values;
  return (i, j) => {
    const x = an !== null && an[i] === 1;
    const y = bn !== null && bn[j] === 1;
    if (x || y) return x ? (y ? 0 : -1) : 1;
    return values(i, j);
  };
}

function valueComparator(a: Vector, b: Vector, type: FieldType): RowComparator {
  if (a.kind === 'bytes' && b.kind === 'bytes') {
    const pad = collationOf(type).padSpace;
    return (i, j) => compareCells(a, i, b, j, pad);
  }
  if (a.kind === 'bytes' || b.kind === 'bytes') return () => 0;
  if (a.kind === 'num' && b.kind === 'num') return numberComparator(a.data, b.data);
  const x = a.data;
  const y = b.data;
  return (i, j) => (x[i]! < y[j]! ? -1 : x[i]! > y[j]! ? 1 : 0);
}

function numberComparator(a: Int32Array | Float64Array, b: Int32Array | Float64Array): RowComparator {
  if (a instanceof Int32Array && b instanceof Int32Array) return (i, j) => a[i]! - b[j]!;
  return (i, j) => {
    const x = a[i]!;
    const y = b[j]!;
    return x < y ? -1 : x > y ? 1 : 0;
  };
}

/** Byte order; trailing spaces aside when `pad`. */
export function compareCells(a: BytesVector, i: number, b: BytesVector, j: number, pad: boolean): number {
  const ea = a.codes === null ? i : a.codes[i]!;
  const eb = b.codes === null ? j : b.codes[j]!;
  const ba = a.bytes;
  const bb = b.bytes;
  const sa = a.offsets[ea]!;
  const sb = b.offsets[eb]!;
  let na = a.offsets[ea + 1]! - sa;
  let nb = b.offsets[eb + 1]! - sb;
  if (pad) {
    while (na > 0 && ba[sa + na - 1] === 0x20) na--;
    while (nb > 0 && bb[sb + nb - 1] === 0x20) nb--;
  }
  const n = na < nb ? na : nb;
  for (let p = 0; p < n; p++) {
    const d = ba[sa + p]! - bb[sb + p]!;
    if (d !== 0) return d;
  }
  return na - nb;
}

/** Lexicographic over several columns, each ascending or descending. */
export function rowComparator(
  a: readonly Vector[],
  b: readonly Vector[],
  types: readonly FieldType[],
  desc: readonly boolean[],
): RowComparator {
  const parts = a.map((v, k) => cellComparator(v, b[k]!, types[k]!));
  if (parts.length === 0) return () => 0;
  if (parts.length === 1) {
    const only = parts[0]!;
    return desc[0] === true ? (i, j) => -only(i, j) : only;
  }
  const signs = Int32Array.from(desc, (d) => (d ? -1 : 1));
  const n = parts.length;
  return (i, j) => {
    for (let k = 0; k < n; k++) {
      const c = parts[k]!(i, j);
      if (c !== 0) return c * signs[k]!;
    }
    return 0;
  };
}
