import type { Vector } from '../../chunk/vector.js';
import type { VarianceKind } from '../../expression/aggregate/variance.js';
import { intDatum } from '../../types/datum.js';
import type { Frames } from './frame.js';
import { STEP_ROWS, type FrameAggregate } from './frame-aggregate.js';
import type { ResultColumn } from './result-column.js';

/**
 * A tree of partial results over the rows of a partition (a segment tree): any frame is put together from O(log n) of them, for
 * aggregates from which a row that leaves cannot be taken away again.
 *
 *     node 1 = all rows, node k = nodes 2k and 2k+1, node size+i = row i
 */
abstract class FrameTree implements FrameAggregate {
  protected size = 1;
  private from = 0;

  constructor(
    protected readonly input: Vector,
    protected readonly out: ResultColumn,
  ) {}

  /** Makes room for `nodes` nodes. */
  protected abstract reserve(nodes: number): void;
  /** Sets a leaf to the value of a row, or to nothing (row -1). */
  protected abstract leaf(node: number, row: number): void;
  /** Sets a node to its children's results together. */
  protected abstract join(node: number): void;
  protected abstract clear(): void;
  /** Adds a node to what was taken since `clear`. */
  protected abstract take(node: number): void;
  protected abstract value(): number | bigint | null;

  *start(s: number, e: number): Generator<void, void> {
    const n = e - s;
    let size = 1;
    while (size < n) size *= 2;
    this.size = size;
    this.from = s;
    this.reserve(size * 2);
    const { nulls } = this.input;
    for (let k = 0; k < size; k++) {
      this.leaf(size + k, k < n && !(nulls !== null && nulls[s + k] === 1) ? s + k : -1);
      if (k % STEP_ROWS === STEP_ROWS - 1) yield;
    }
    for (let k = size - 1; k > 0; k--) {
      this.join(k);
      if (k % STEP_ROWS === 0) yield;
    }
  }

  rows(first: number, last: number, frames: Frames): void {
    const base = this.size - this.from;
    for (let i = first; i < last; i++) {
      this.clear();
      let lo = frames.start[i]! + base;
      let hi = Math.max(frames.start[i]!, frames.end[i]!) + base;
      while (lo < hi) {
        if ((lo & 1) === 1) this.take(lo++);
        if ((hi & 1) === 1) this.take(--hi);
        lo >>= 1;
        hi >>= 1;
      }
      this.out.append(this.value());
    }
  }
}

/** SUM and AVG of doubles: no drift from subtracting what left. */
export class RealSumTree extends FrameTree {
  private sums = new Float64Array(0);
  private counts = new Int32Array(0);
  private sum = 0;
  private count = 0;

  constructor(
    private readonly average: boolean,
    input: Vector,
    out: ResultColumn,
  ) {
    super(input, out);
  }

  protected reserve(nodes: number): void {
    if (this.sums.length >= nodes) return;
    this.sums = new Float64Array(nodes);
    this.counts = new Int32Array(nodes);
  }
  protected leaf(node: number, row: number): void {
    this.sums[node] = row < 0 ? 0 : Number(this.input.get(row));
    this.counts[node] = row < 0 ? 0 : 1;
  }
  protected join(node: number): void {
    this.sums[node] = this.sums[2 * node]! + this.sums[2 * node + 1]!;
    this.counts[node] = this.counts[2 * node]! + this.counts[2 * node + 1]!;
  }
  protected clear(): void {
    this.sum = 0;
    this.count = 0;
  }
  protected take(node: number): void {
    this.sum += this.sums[node]!;
    this.count += this.counts[node]!;
  }
  protected value(): number | null {
    return this.count === 0 ? null : this.average ? this.sum / this.count : this.sum;
  }
}

/** Variances: counts, means and sums of squared differences, put together by Chan's formula. */
export class VarianceTree extends FrameTree {
  private counts = new Float64Array(0);
  private means = new Float64Array(0);
  private m2s = new Float64Array(0);
  private count = 0;
  private mean = 0;
  private m2 = 0;

  constructor(
    private readonly kind: VarianceKind,
    input: Vector,
    out: ResultColumn,
  ) {
    super(input, out);
  }

  protected reserve(nodes: number): void {
    if (this.counts.length >= nodes) return;
    this.counts = new Float64Array(nodes);
    this.means = new Float64Array(nodes);
    this.m2s = new Float64Array(nodes);
  }
  protected leaf(node: number, row: number): void {
    this.counts[node] = row < 0 ? 0 : 1;
    this.means[node] = row < 0 ? 0 : Number(this.input.get(row));
    this.m2s[node] = 0;
  }
  protected join(node: number): void {
    this.clear();
    this.take(2 * node);
    this.take(2 * node + 1);
    this.counts[node] = this.count;
    this.means[node] = this.mean;
    this.m2s[node] = this.m2;
  }
  protected clear(): void {
    this.count = 0;
    this.mean = 0;
    this.m2 = 0;
  }
  protected take(node: number): void {
    const k = this.counts[node]!;
    if (k === 0) return;
    const n = this.count + k;
    const d = this.means[node]! - this.mean;
    this.m2 += this.m2s[node]! + (d * d * this.count * k) / n;
    this.mean += (d * k) / n;
    this.count = n;
  }
  protected value(): number | null {
    const n = this.count - (this.kind.endsWith('samp') ? 1 : 0);
    if (n <= 0) return null;
    return this.kind.startsWith('std') ? Math.sqrt(this.m2 / n) : this.m2 / n;
  }
}

/** BIT_AND, BIT_OR, BIT_XOR over 64 bits in two halves. */
export class BitTree extends FrameTree {
  private los = new Int32Array(0);
  private his = new Int32Array(0);
  private lo = 0;
  private hi = 0;
  private readonly none: number;

  constructor(
    private readonly op: 'bit_and' | 'bit_or' | 'bit_xor',
    input: Vector,
    out: ResultColumn,
  ) {
    super(input, out);
    this.none = op === 'bit_and' ? -1 : 0;
  }

  protected reserve(nodes: number): void {
    if (this.los.length >= nodes) return;
    this.los = new Int32Array(nodes);
    this.his = new Int32Array(nodes);
  }
  protected leaf(node: number, row: number): void {
    const v = row < 0 ? null : (this.input.get(row) as number | bigint);
    if (v === null) {
      this.los[node] = this.his[node] = this.none;
    } else if (typeof v === 'number') {
      this.los[node] = v | 0;
      this.his[node] = Math.floor(v / 4294967296) | 0;
    } else {
      this.los[node] = Number(BigInt.asIntN(32, v));
      this.his[node] = Number(BigInt.asIntN(32, v >> 32n));
    }
  }
  protected join(node: number): void {
    this.clear();
    this.take(2 * node);
    this.take(2 * node + 1);
    this.los[node] = this.lo;
    this.his[node] = this.hi;
  }
  protected clear(): void {
    this.lo = this.hi = this.none;
  }
  protected take(node: number): void {
    const lo = this.los[node]!;
    const hi = this.his[node]!;
    if (this.op === 'bit_and') {
      this.lo &= lo;
      this.hi &= hi;
    } else if (this.op === 'bit_or') {
      this.lo |= lo;
      this.hi |= hi;
    } else {
      this.lo ^= lo;
      this.hi ^= hi;
    }
  }
  protected value(): number | bigint {
    const hi = this.hi >>> 0;
    if (hi < 0x200000) return hi * 4294967296 + (this.lo >>> 0);
    return intDatum((BigInt(hi) << 32n) | BigInt(this.lo >>> 0)) as bigint;
  }
}
