import { Chunk } from './chunk.js';
import type { Vector } from './vector.js';
import { BytesVector, NumVector, WideVector } from './vector.js';

/** Rows [from, to) as views of the same memory. */
export function slice(v: Vector, from: number, to: number): Vector {
  const n = to - from;
  if (from === 0 && n === v.length) return v;
  const nulls = v.nulls === null ? null : v.nulls.subarray(from, to);
  if (v.kind === 'num') return new NumVector(v.data.subarray(from, to), n, nulls);
  if (v.kind === 'wide') {
    return new WideVector(
      Array.isArray(v.data) ? v.data.slice(from, to) : v.data.subarray(from, to),
      n,
      nulls,
    );
  }
  if (v.codes !== null) return new BytesVector(v.bytes, v.offsets, n, nulls, v.codes.subarray(from, to));
  return new BytesVector(v.bytes, v.offsets.subarray(from, to + 1), n, nulls);
}

/** Selected rows [from, to) of a chunk (LIMIT, batches). */
export function sliceChunk(chunk: Chunk, from: number, to: number): Chunk {
  if (from <= 0 && to >= chunk.rows) return chunk;
  if (chunk.sel !== null) return chunk.withSel(chunk.sel.subarray(from, to));
  return new Chunk(
    chunk.columns.map((c) => slice(c, from, to)),
    to - from,
  );
}
