import type { Chunk } from '../chunk/chunk.js';
import type { Vector } from '../chunk/vector.js';

/**
 * Bytes that a chunk's rows take, for the account of operators that keep them. Views count what they show: the memory behind a
 * slice of a cached column, or behind a dictionary, is not the operator's.
 */
export function rowBytes(chunk: Chunk): number {
  let n = 0;
  for (const v of chunk.columns) n += vectorRowBytes(v);
  return n;
}

export function vectorRowBytes(v: Vector): number {
  const nulls = v.nulls === null ? 0 : v.length;
  if (v.kind === 'bytes') {
    if (v.codes !== null) return nulls + v.length * 4;
    return nulls + v.length * 4 + (v.offsets[v.length]! - v.offsets[0]!);
  }
  if (v.kind === 'wide') return nulls + v.length * (Array.isArray(v.data) ? 32 : 8);
  return nulls + v.length * v.data.BYTES_PER_ELEMENT;
}
