import { keyCollation } from '../chunk/hash.js';
import type { BytesVector, Vector } from '../chunk/vector.js';
import type { FieldType } from '../types/field-type.js';

/**
 * Keeps of the pairs (a[i], b[i]) those whose cells are equal, in place; returns how many. Strings by the collation of
 * `type`. With `nullEq` NULL equals NULL; otherwise neither side has one.
 */
export function filterEqual(
  va: Vector,
  vb: Vector,
  type: FieldType,
  nullEq: boolean,
  a: Int32Array,
  b: Int32Array,
  n: number,
): number {
  if (nullEq && (va.nulls !== null || vb.nulls !== null)) return filterNullSafe(va, vb, type, a, b, n);
  if (va.kind === 'num' && vb.kind === 'num') return filterNumbers(va.data, vb.data, a, b, n);
  if (va.kind === 'bytes' && vb.kind === 'bytes') return filterBytes(va, vb, type, a, b, n);
  const equal = cellEquality(va, vb, type);
  let m = 0;
  for (let k = 0; k < n; k++) {
    if (!equal(a[k]!, b[k]!)) continue;
    a[m] = a[k]!;
    b[m++] = b[k]!;
  }
  return m;
}

function filterNumbers(
  da: Int32Array | Float64Array,
  db: Int32Array | Float64Array,
  a: Int32Array,
  b: Int32Array,
  n: number,
): number {
  let m = 0;
  for (let k = 0; k < n; k++) {
    const i = a[k]!;
    const j = b[k]!;
    if (da[i] !== db[j]) continue;
    a[m] = i;
    b[m++] = j;
  }
  return m;
}

function filterBytes(
  va: BytesVector,
  vb: BytesVector,
  type: FieldType,
  a: Int32Array,
  b: Int32Array,
  n: number,
): number {
  const collation = keyCollation(type);
  const pad = collation.padSpace;
  let m = 0;
  if (!collation.isBinary) {
    for (let k = 0; k < n; k++) {
      if (collation.compare(va.slice(a[k]!), vb.slice(b[k]!)) !== 0) continue;
      a[m] = a[k]!;
      b[m++] = b[k]!;
    }
    return m;
  }
  for (let k = 0; k < n; k++) {
    const i = a[k]!;
    const j = b[k]!;
    if (!equalCells(va, i, vb, j, pad)) continue;
    a[m] = i;
    b[m++] = j;
  }
  return m;
}

/** Equal bytes; trailing spaces aside when `pad`. */
export function equalCells(va: BytesVector, i: number, vb: BytesVector, j: number, pad: boolean): boolean {
  const ea = va.codes === null ? i : va.codes[i]!;
  const eb = vb.codes === null ? j : vb.codes[j]!;
  const ba = va.bytes;
  const bb = vb.bytes;
  const sa = va.offsets[ea]!;
  const sb = vb.offsets[eb]!;
  let na = va.offsets[ea + 1]! - sa;
  let nb = vb.offsets[eb + 1]! - sb;
  if (na !== nb) {
    if (!pad) return false;
    while (na > 0 && ba[sa + na - 1] === 0x20) na--;
    while (nb > 0 && bb[sb + nb - 1] === 0x20) nb--;
    if (na !== nb) return false;
  }
  for (let p = 0; p < na; p++) if (ba[sa + p] !== bb[sb + p]) return false;
  return true;
}

/** Equality of non-NULL cells of any two vectors of one type. */
function cellEquality(va: Vector, vb: Vector, type: FieldType): (i: number, j: number) => boolean {
  if (va.kind === 'bytes' && vb.kind === 'bytes') {
    const collation = keyCollation(type);
    return (i, j) => collation.compare(va.slice(i), vb.slice(j)) === 0;
  }
  if (va.kind === 'bytes' || vb.kind === 'bytes') return () => false;
  // Number and bigint compare by value.
  return (i, j) => sameNumber(va.data[i]!, vb.data[j]!);
}

function filterNullSafe(
  va: Vector,
  vb: Vector,
  type: FieldType,
  a: Int32Array,
  b: Int32Array,
  n: number,
): number {
  const equal = cellEquality(va, vb, type);
  let m = 0;
  for (let k = 0; k < n; k++) {
    const i = a[k]!;
    const j = b[k]!;
    const na = va.isNull(i);
    if (na !== vb.isNull(j) || (!na && !equal(i, j))) continue;
    a[m] = i;
    b[m++] = j;
  }
  return m;
}

/** Equality by value of a number and a bigint, or of two of a kind. */
export const sameNumber = (a: number | bigint, b: number | bigint): boolean => a === b || (a >= b && a <= b);
