import type { Vector } from '../../chunk/vector.js';
import type { VectorBuilder } from '../../chunk/vector-builder.js';
import { decDiv, decRescale, type DecInt } from '../../types/decimal.js';
import { intDatum } from '../../types/datum.js';
import { evalType, type FieldType } from '../../types/field-type.js';
import type { RowComparator } from '../row-order.js';
import type { Frames } from './frame.js';

/** Aggregates over frames whose bounds only move forward within a partition: rows enter at the end and leave at the start. */

/**
 * COUNT, SUM and AVG of exact numbers: what enters is added, what leaves is subtracted. Sums are kept as doubles while they are
 * exact, and as bigints beyond.
 */
export class SlidingSum {
  private narrow = 0;
  private wide: bigint | null = null;
  private count = 0;
  private from = 0;
  private to = 0;
  private readonly scale: number;

  constructor(
    private readonly which: 'count' | 'sum' | 'avg',
    private readonly input: Vector,
    inputType: FieldType,
    private readonly type: FieldType,
  ) {
    this.scale = evalType(inputType) === 'decimal' ? Math.max(0, inputType.decimal) : 0;
  }

  /** Appends the value for each row of the partition [s, e). */
  partition(s: number, e: number, frames: Frames, out: VectorBuilder): void {
    this.narrow = 0;
    this.wide = null;
    this.count = 0;
    this.from = this.to = s;
    for (let i = s; i < e; i++) {
      const start = frames.start[i]!;
      const end = frames.end[i]!;
      if (start >= this.to) {
        // Nothing of the frame before is left.
        this.narrow = 0;
        this.wide = null;
        this.count = 0;
        this.from = this.to = start;
      }
      while (this.to < end) this.move(this.to++, 1);
      while (this.from < start) this.move(this.from++, -1);
      out.append(end <= start ? this.empty() : this.value());
    }
  }

  private move(row: number, sign: 1 | -1): void {
    if (this.input.nulls !== null && this.input.nulls[row] === 1) return;
    this.count += sign;
    if (this.which === 'count') return;
    const v = this.input.kind === 'bytes' ? 0 : this.input.data[row]!;
    if (this.wide === null && typeof v === 'number') {
      const next = this.narrow + sign * v;
      if (next <= Number.MAX_SAFE_INTEGER && next >= -Number.MAX_SAFE_INTEGER) {
        this.narrow = next;
        return;
      }
    }
    this.wide = (this.wide ?? BigInt(this.narrow)) + BigInt(sign) * BigInt(v);
  }

  private empty(): DecInt | null {
    return this.which === 'count' ? 0 : null;
  }

  private value(): DecInt | null {
    if (this.which === 'count') return this.count;
    if (this.count === 0) return null;
    const sum: DecInt = this.wide === null ? this.narrow : intDatum(this.wide);
    const scale = Math.max(0, this.type.decimal);
    return this.which === 'sum'
      ? decRescale(sum, this.scale, scale)
      : decDiv(sum, this.scale, this.count, 0, scale);
  }
}

/** Sums of doubles over any frames by a tree of partial sums: no drift from subtracting what left. */
export class SumTree {
  private readonly size: number;
  private readonly sums: Float64Array;
  private readonly counts: Int32Array;

  constructor(
    input: Vector,
    private readonly from: number,
    to: number,
  ) {
    const n = to - from;
    let size = 1;
    while (size < n) size *= 2;
    this.size = size;
    this.sums = new Float64Array(size * 2);
    this.counts = new Int32Array(size * 2);
    for (let k = 0; k < n; k++) {
      if (input.isNull(from + k)) continue;
      this.sums[size + k] = Number(input.get(from + k));
      this.counts[size + k] = 1;
    }
    for (let k = size - 1; k > 0; k--) {
      this.sums[k] = this.sums[2 * k]! + this.sums[2 * k + 1]!;
      this.counts[k] = this.counts[2 * k]! + this.counts[2 * k + 1]!;
    }
  }

  /** Sum and count of the non-NULL values of rows [a, b). */
  query(a: number, b: number): { sum: number; count: number } {
    let sum = 0;
    let count = 0;
    let lo = a - this.from + this.size;
    let hi = b - this.from + this.size;
    while (lo < hi) {
      if ((lo & 1) === 1) {
        sum += this.sums[lo]!;
        count += this.counts[lo++]!;
      }
      if ((hi & 1) === 1) {
        sum += this.sums[--hi]!;
        count += this.counts[hi]!;
      }
      lo >>= 1;
      hi >>= 1;
    }
    return { sum, count };
  }
}

/**
 * Row of the least value of each frame (`compare` reversed: of the greatest), -1 for frames without a value: a queue of
 * candidates, each smaller than all behind it in the frame.
 */
export function slidingExtreme(
  input: Vector,
  s: number,
  e: number,
  frames: Frames,
  compare: RowComparator,
  out: Int32Array,
): void {
  const queue = new Int32Array(e - s);
  let head = 0;
  let tail = 0;
  let to = s;
  for (let i = s; i < e; i++) {
    const start = frames.start[i]!;
    const end = frames.end[i]!;
    for (; to < end; to++) {
      if (input.isNull(to)) continue;
      while (tail > head && compare(queue[tail - 1]!, to) >= 0) tail--;
      queue[tail++] = to;
    }
    while (head < tail && queue[head]! < start) head++;
    out[i] = end > start && head < tail ? queue[head]! : -1;
  }
}
