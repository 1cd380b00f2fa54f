import { CHUNK_ROWS } from '../../chunk/chunk.js';
import type { Vector } from '../../chunk/vector.js';

/** Rows of a block: scans give one chunk per block. */
export const BLOCK_ROWS = CHUNK_ROWS;

/**
 * Smallest and largest value and number of NULLs of every block of a column segment (zone maps). A block of NULLs alone has
 * min Infinity and max -Infinity. Bounds are kept for numbers that a double holds exactly; other columns have counts only.
 */
export interface BlockStats {
  readonly min: Float64Array | null;
  readonly max: Float64Array | null;
  readonly nulls: Int32Array;
}

export function blockStats(v: Vector): BlockStats {
  const blocks = Math.ceil(v.length / BLOCK_ROWS);
  const nulls = new Int32Array(blocks);
  const mask = v.nulls;
  if (mask !== null)
    for (let i = 0, b = 0; b < blocks; b++) {
      const end = Math.min(v.length, (b + 1) * BLOCK_ROWS);
      let n = 0;
      for (; i < end; i++) n += mask[i]!;
      nulls[b] = n;
    }
  if (v.kind !== 'num') return { min: null, max: null, nulls };
  const min = new Float64Array(blocks);
  const max = new Float64Array(blocks);
  for (let b = 0; b < blocks; b++) {
    const from = b * BLOCK_ROWS;
    const to = Math.min(v.length, from + BLOCK_ROWS);
    let lo = Infinity;
    let hi = -Infinity;
    for (let i = from; i < to; i++) {
      if (mask !== null && mask[i] === 1) continue;
      const x = v.data[i]!;
      if (x < lo) lo = x;
      if (x > hi) hi = x;
    }
    min[b] = lo;
    max[b] = hi;
  }
  return { min, max, nulls };
}
