import type { Collation } from '../types/collation.js';
import type { FieldType } from '../types/field-type.js';
import { keyCollation } from './hash.js';
import type { BytesVector, NumVector, Vector, WideVector } from './vector.js';
import { equalNumbers } from '../types/datum.js';

/** Whether two non-NULL cells are equal under the collation (strings) or by value (numbers, narrow or wide). */
export function cellsEqual(a: Vector, i: number, b: Vector, j: number, collation: Collation): boolean {
  if (a.kind === 'bytes') {
    const y = b as BytesVector;
    const e = a.codes === null ? i : a.codes[i]!;
    const f = y.codes === null ? j : y.codes[j]!;
    return collation.equalsAt(
      a.bytes,
      a.offsets[e]!,
      a.offsets[e + 1]!,
      y.bytes,
      y.offsets[f]!,
      y.offsets[f + 1]!,
    );
  }
  if (a.kind === 'num' && b.kind === 'num') return a.data[i] === b.data[j];
  return equalNumbers(a.data[i]!, (b as NumVector | WideVector).data[j]!);
}

/** Equality of a row of `a` with a row of `b`, key by key; NULL equals NULL only if `nullsEqual` (grouping, `<=>`). */
export function rowsEqual(
  a: readonly Vector[],
  i: number,
  b: readonly Vector[],
  j: number,
  collations: readonly Collation[],
  nullsEqual: boolean,
): boolean {
  for (let c = 0; c < a.length; c++) {
    const x = a[c]!;
    const y = b[c]!;
    const xn = x.nulls !== null && x.nulls[i] === 1;
    const yn = y.nulls !== null && y.nulls[j] === 1;
    if (xn || yn) {
      if (!(xn && yn && nullsEqual)) return false;
    } else if (!cellsEqual(x, i, y, j, collations[c]!)) {
      return false;
    }
  }
  return true;
}

/**
 * keep[k] &= a[ai[k]] equals b[bi[k]] for k < n: verifies candidate pairs of a hash join column by column. NULLs never
 * match unless `nullsEqual`.
 */
export function matchPairs(
  a: Vector,
  ai: Int32Array,
  b: Vector,
  bi: Int32Array,
  n: number,
  keep: Uint8Array,
  ft: FieldType,
  nullsEqual = false,
): void {
  const an = a.nulls;
  const bn = b.nulls;
  if (an !== null || bn !== null) {
    for (let k = 0; k < n; k++) {
      const x = an !== null && an[ai[k]!] === 1;
      const y = bn !== null && bn[bi[k]!] === 1;
      if (x || y) keep[k] = x && y && nullsEqual ? keep[k]! : 0;
    }
  }
  if (a.kind === 'num' && b.kind === 'num') {
    if (a.data instanceof Int32Array && b.data instanceof Int32Array)
      pairsInt32(a.data, ai, an, b.data, bi, n, keep);
    else if (a.data instanceof Float64Array && b.data instanceof Float64Array)
      pairsFloat64(a.data, ai, an, b.data, bi, n, keep);
    else pairsMixed(a.data, ai, an, b.data, bi, n, keep);
    return;
  }
  const collation = keyCollation(ft);
  for (let k = 0; k < n; k++) {
    if (keep[k] === 0 || (an !== null && an[ai[k]!] === 1)) continue;
    if (!cellsEqual(a, ai[k]!, b, bi[k]!, collation)) keep[k] = 0;
  }
}

function pairsInt32(
  a: Int32Array,
  ai: Int32Array,
  an: Uint8Array | null,
  b: Int32Array,
  bi: Int32Array,
  n: number,
  keep: Uint8Array,
): void {
  for (let k = 0; k < n; k++) {
    if (a[ai[k]!] !== b[bi[k]!] && (an === null || an[ai[k]!] === 0)) keep[k] = 0;
  }
}

function pairsFloat64(
  a: Float64Array,
  ai: Int32Array,
  an: Uint8Array | null,
  b: Float64Array,
  bi: Int32Array,
  n: number,
  keep: Uint8Array,
): void {
  for (let k = 0; k < n; k++) {
    if (a[ai[k]!] !== b[bi[k]!] && (an === null || an[ai[k]!] === 0)) keep[k] = 0;
  }
}

function pairsMixed(
  a: Float64Array | Int32Array,
  ai: Int32Array,
  an: Uint8Array | null,
  b: Float64Array | Int32Array,
  bi: Int32Array,
  n: number,
  keep: Uint8Array,
): void {
  for (let k = 0; k < n; k++) {
    if (a[ai[k]!] !== b[bi[k]!] && (an === null || an[ai[k]!] === 0)) keep[k] = 0;
  }
}
