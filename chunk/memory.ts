import type { Chunk } from './chunk.js';
import type { Vector } from './vector.js';

/** Bytes a vector keeps alive, views counted at their own length; a bigint in an array at 32. */
export function vectorBytes(v: Vector): number {
  const nulls = v.nulls === null ? 0 : v.nulls.byteLength;
  if (v.kind === 'bytes') {
    return nulls + v.bytes.byteLength + v.offsets.byteLength + (v.codes === null ? 0 : v.codes.byteLength);
  }
  if (v.kind === 'wide' && Array.isArray(v.data)) return nulls + v.data.length * 32;
  return nulls + (v.data as Float64Array).byteLength;
}

export function chunkBytes(c: Chunk): number {
  let n = c.sel === null ? 0 : c.sel.byteLength;
  for (const v of c.columns) n += vectorBytes(v);
  return n;
}
