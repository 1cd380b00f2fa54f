import { Chunk } from './chunk.js';
import type { NullMask, Vector } from './vector.js';
import { BytesVector, NumVector, WideVector } from './vector.js';

/**
 * Rows by index. `idx` holds physical row numbers; -1 makes a NULL row (outer joins) where `outer` is set. The loops are one
 * per class of data so that each stays monomorphic.
 */
export function gather(v: Vector, idx: Int32Array, n: number = idx.length, outer = false): Vector {
  const nulls = gatherNulls(v.nulls, idx, n, outer);
  if (v.kind === 'num') {
    return new NumVector(
      v.data instanceof Int32Array ? gatherI32(v.data, idx, n) : gatherF64(v.data, idx, n),
      n,
      nulls,
    );
  }
  if (v.kind === 'wide') {
    const d = v.data;
    if (Array.isArray(d)) return new WideVector(gatherBig(d, idx, n), n, nulls);
    if (d instanceof BigInt64Array) return new WideVector(gatherI64(d, idx, n), n, nulls);
    return new WideVector(gatherU64(d, idx, n), n, nulls);
  }
  if (v.codes !== null) return new BytesVector(v.bytes, v.offsets, n, nulls, gatherI32(v.codes, idx, n));
  return gatherBytes(v, idx, n, nulls);
}

function gatherNulls(src: NullMask, idx: Int32Array, n: number, outer: boolean): NullMask {
  if (src === null && !outer) return null;
  const out = new Uint8Array(n);
  let any = 0;
  if (src === null) {
    for (let k = 0; k < n; k++) {
      if (idx[k]! < 0) {
        out[k] = 1;
        any = 1;
      }
    }
  } else {
    for (let k = 0; k < n; k++) {
      const i = idx[k]!;
      const b = i < 0 ? 1 : src[i]!;
      out[k] = b;
      any |= b;
    }
  }
  return any === 0 ? null : out;
}

function gatherF64(src: Float64Array, idx: Int32Array, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const i = idx[k]!;
    out[k] = i < 0 ? 0 : src[i]!;
  }
  return out;
}

function gatherI32(src: Int32Array, idx: Int32Array, n: number): Int32Array {
  const out = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    const i = idx[k]!;
    out[k] = i < 0 ? 0 : src[i]!;
  }
  return out;
}

function gatherI64(src: BigInt64Array, idx: Int32Array, n: number): BigInt64Array {
  const out = new BigInt64Array(n);
  for (let k = 0; k < n; k++) {
    const i = idx[k]!;
    out[k] = i < 0 ? 0n : src[i]!;
  }
  return out;
}

function gatherU64(src: BigUint64Array, idx: Int32Array, n: number): BigUint64Array {
  const out = new BigUint64Array(n);
  for (let k = 0; k < n; k++) {
    const i = idx[k]!;
    out[k] = i < 0 ? 0n : src[i]!;
  }
  return out;
}

function gatherBig(src: readonly bigint[], idx: Int32Array, n: number): bigint[] {
  const out = new Array<bigint>(n);
  for (let k = 0; k < n; k++) {
    const i = idx[k]!;
    out[k] = i < 0 ? 0n : src[i]!;
  }
  return out;
}

function gatherBytes(v: BytesVector, idx: Int32Array, n: number, nulls: NullMask): BytesVector {
  const so = v.offsets;
  const sb = v.bytes;
  const offsets = new Int32Array(n + 1);
  let total = 0;
  for (let k = 0; k < n; k++) {
    const i = idx[k]!;
    if (i >= 0) total += so[i + 1]! - so[i]!;
    offsets[k + 1] = total;
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (let k = 0; k < n; k++) {
    const i = idx[k]!;
    if (i < 0) continue;
    const from = so[i]!;
    const to = so[i + 1]!;
    if (to - from > 64) {
      bytes.set(sb.subarray(from, to), at);
      at += to - from;
    } else {
      for (let p = from; p < to; p++) bytes[at++] = sb[p]!;
    }
  }
  return new BytesVector(bytes, offsets, n, nulls);
}

/** The rows of a chunk by physical index. */
export function gatherChunk(chunk: Chunk, idx: Int32Array, n: number = idx.length, outer = false): Chunk {
  return new Chunk(
    chunk.columns.map((c) => gather(c, idx, n, outer)),
    n,
  );
}

/** The chunk without its selection vector: the selected rows copied together. */
export function compact(chunk: Chunk): Chunk {
  return chunk.sel === null ? chunk : gatherChunk(chunk, chunk.sel);
}

/** `n` NULLs in the class of `like`. */
export function nullsLike(like: Vector, n: number): Vector {
  const nulls = new Uint8Array(n).fill(1);
  if (like.kind === 'bytes') return new BytesVector(new Uint8Array(0), new Int32Array(n + 1), n, nulls);
  if (like.kind === 'num' && like.data instanceof Int32Array)
    return new NumVector(new Int32Array(n), n, nulls);
  return new NumVector(new Float64Array(n), n, nulls);
}
