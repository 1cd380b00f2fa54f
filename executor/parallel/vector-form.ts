import { Chunk } from '../../chunk/chunk.js';
import { compact } from '../../chunk/gather.js';
import { BytesVector, NumVector, WideVector, type Vector } from '../../chunk/vector.js';

/**
 * Vectors as messages between threads. Memory that is shared goes by reference, other memory is copied once. Arrays that last
 * (columns of the replica, dictionaries) are told a thread once and go by number afterwards: so that a dictionary stays the same
 * object in a thread, which is what its users compare, and a scan of a thousand blocks is a short message.
 */
export type SharedArray = Float64Array | Int32Array | Uint8Array | BigInt64Array | BigUint64Array;

/** An array, or the number of one that lasts. */
export type ArrayForm = SharedArray | number;

export type VectorForm =
  | {
      readonly kind: 'num';
      readonly data: ArrayForm;
      readonly length: number;
      readonly nulls: ArrayForm | null;
    }
  | {
      readonly kind: 'wide';
      readonly data: ArrayForm | bigint[];
      readonly length: number;
      readonly nulls: ArrayForm | null;
    }
  | {
      readonly kind: 'bytes';
      readonly bytes: ArrayForm;
      readonly offsets: ArrayForm;
      readonly codes: ArrayForm | null;
      readonly length: number;
      readonly nulls: ArrayForm | null;
    };

export interface ChunkForm {
  readonly columns: readonly VectorForm[];
  readonly length: number;
}

/** How the arrays of a vector are put into a message. */
export interface ArrayWriter {
  /** An array with an element for each row. */
  rows(a: SharedArray): ArrayForm;
  /** A part of a dictionary; null where it has to be left behind, and strings go as they are. */
  dictionary(a: SharedArray): ArrayForm | null;
}

export const isShared = (a: SharedArray): boolean => a.buffer instanceof SharedArrayBuffer;

export function vectorForm(v: Vector, to: ArrayWriter): VectorForm {
  const { length } = v;
  const nulls = v.nulls === null ? null : to.rows(cut(v.nulls, length));
  if (v.kind === 'num') return { kind: 'num', data: to.rows(cut(v.data, length)), length, nulls };
  if (v.kind === 'wide') {
    const data = Array.isArray(v.data) ? v.data.slice(0, length) : to.rows(cut(v.data, length));
    return { kind: 'wide', data, length, nulls };
  }
  if (v.codes !== null) {
    const bytes = to.dictionary(v.bytes);
    const offsets = bytes === null ? null : to.dictionary(v.offsets);
    if (bytes !== null && offsets !== null)
      return { kind: 'bytes', bytes, offsets, codes: to.rows(cut(v.codes, length)), length, nulls };
    return vectorForm(decoded(v), to);
  }
  const from = v.offsets[0] ?? 0;
  const end = v.offsets[length] ?? from;
  if (from === 0 && isShared(v.offsets)) {
    const bytes = to.rows(cut(v.bytes, end));
    return { kind: 'bytes', bytes, offsets: to.rows(cut(v.offsets, length + 1)), codes: null, length, nulls };
  }
  const offsets = new Int32Array(length + 1);
  for (let i = 0; i <= length; i++) offsets[i] = (v.offsets[i] ?? from) - from;
  return {
    kind: 'bytes',
    bytes: to.rows(v.bytes.subarray(from, end)),
    offsets: to.rows(offsets),
    codes: null,
    length,
    nulls,
  };
}

/** The array itself when it has no more than that. */
const cut = <A extends SharedArray>(a: A, n: number): A => (a.length === n ? a : (a.subarray(0, n) as A));

/** A coded vector with its strings one by one. */
function decoded(v: BytesVector): BytesVector {
  const { length } = v;
  const codes = v.codes!;
  let total = 0;
  for (let i = 0; i < length; i++) total += v.offsets[codes[i]! + 1]! - v.offsets[codes[i]!]!;
  const bytes = new Uint8Array(total);
  const offsets = new Int32Array(length + 1);
  let at = 0;
  for (let i = 0; i < length; i++) {
    const to = v.offsets[codes[i]! + 1]!;
    for (let b = v.offsets[codes[i]!]!; b < to; b++) bytes[at++] = v.bytes[b]!;
    offsets[i + 1] = at;
  }
  return new BytesVector(bytes, offsets, length, v.nulls);
}

/** The arrays of those that last, by number. */
export type ArrayLookup = (id: number) => SharedArray;

export function vectorOfForm(f: VectorForm, lasting: ArrayLookup): Vector {
  const array = (a: ArrayForm): SharedArray => (typeof a === 'number' ? lasting(a) : a);
  const nulls = f.nulls === null ? null : (array(f.nulls) as Uint8Array);
  switch (f.kind) {
    case 'num':
      return new NumVector(array(f.data) as Float64Array | Int32Array, f.length, nulls);
    case 'wide':
      return new WideVector(
        Array.isArray(f.data) ? f.data : (array(f.data) as BigInt64Array | BigUint64Array),
        f.length,
        nulls,
      );
    case 'bytes':
      return new BytesVector(
        array(f.bytes) as Uint8Array,
        array(f.offsets) as Int32Array,
        f.length,
        nulls,
        f.codes === null ? null : (array(f.codes) as Int32Array),
      );
  }
}

export const chunkOfForm = (f: ChunkForm, lasting: ArrayLookup): Chunk =>
  new Chunk(
    f.columns.map((c) => vectorOfForm(c, lasting)),
    f.length,
  );

/** A chunk without a selection. */
export function chunkForm(chunk: Chunk, to: ArrayWriter): ChunkForm {
  const dense = compact(chunk);
  return { columns: dense.columns.map((v) => vectorForm(v, to)), length: dense.length };
}
