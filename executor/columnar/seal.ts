import { concat } from '../../chunk/concat.js';
import type { Vector } from '../../chunk/vector.js';
import { BytesVector, NumVector, WideVector } from '../../chunk/vector.js';
import { TypeCode, type FieldType } from '../../types/field-type.js';
import type { ColumnDictionary } from './column-dictionary.js';
import { shareBytes, sharedFloat64, sharedInt32 } from './shared-array.js';

/**
 * The parts of a column end to end in its lasting form: shared memory, 32-bit integers where all values are, codes where strings
 * repeat. Comes in steps of about a millisecond.
 */
export function* seal(
  parts: readonly Vector[],
  type: FieldType,
  dictionary: ColumnDictionary,
): Generator<void, Vector> {
  const v = concat(parts);
  yield;
  const n = v.length;
  const nulls = v.nulls === null ? null : shareBytes(v.nulls.subarray(0, n));
  if (v.kind === 'num') {
    const { data } = v;
    if (data instanceof Int32Array || (isExact(type) && fitsInt32(data, n))) {
      const out = sharedInt32(n);
      out.set(data.subarray(0, n));
      return new NumVector(out, n, nulls);
    }
    const out = sharedFloat64(n);
    out.set(data.subarray(0, n));
    return new NumVector(out, n, nulls);
  }
  if (v.kind === 'bytes') {
    if (v.codes === null) {
      const codes = n === 0 ? null : yield* dictionary.encode(v);
      if (codes !== null) return dictionary.vector(codes, nulls);
      const from = v.offsets[0]!;
      const offsets = sharedInt32(n + 1);
      for (let i = 0; i <= n; i++) offsets[i] = v.offsets[i]! - from;
      yield;
      return new BytesVector(shareBytes(v.bytes.subarray(from, v.offsets[n])), offsets, n, nulls);
    }
    return v;
  }
  if (Array.isArray(v.data)) return v;
  const data = new SharedArrayBuffer(n * 8);
  const out = v.data instanceof BigUint64Array ? new BigUint64Array(data) : new BigInt64Array(data);
  out.set(v.data.subarray(0, n) as BigInt64Array & BigUint64Array);
  return new WideVector(out, n, nulls);
}

const isExact = (t: FieldType): boolean => t.tp !== TypeCode.Double && t.tp !== TypeCode.Float;

function fitsInt32(d: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) if (d[i] !== (d[i]! | 0)) return false;
  return true;
}
