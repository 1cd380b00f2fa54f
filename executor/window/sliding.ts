import type { Vector } from '../../chunk/vector.js';
import { quotientAt, decRescale, type DecInt } from '../../types/decimal.js';
import { intDatum } from '../../types/datum.js';
import { evalType, type FieldType } from '../../types/field-type.js';
import type { RowComparator } from '../row-order.js';
import type { Frames } from './frame.js';
import type { FrameAggregate } from './frame-aggregate.js';
import type { ResultColumn } from './result-column.js';

/** Aggregates over frames whose bounds only move forward within a partition: rows enter at the end and leave at the start. */

/**
 * COUNT, SUM and AVG of exact numbers: what enters is added, what leaves is subtracted. Sums are kept as doubles while they are
 * exact, and as bigints beyond.
 */
export class SlidingSum implements FrameAggregate {
  private narrow = 0;
  private wide: bigint | null = null;
  private count = 0;
  private from = 0;
  private to = 0;
  private readonly scale: number;
  private readonly outScale: number;

  constructor(
    private readonly which: 'count' | 'sum' | 'avg',
    private readonly input: Vector,
    inputType: FieldType,
    type: FieldType,
    private readonly out: ResultColumn,
  ) {
    this.scale = evalType(inputType) === 'decimal' ? Math.max(0, inputType.decimal) : 0;
    this.outScale = Math.max(0, type.decimal);
  }

  start(s: number): void {
    this.clear(s);
  }

  private clear(at: number): void {
    this.narrow = 0;
    this.wide = null;
    this.count = 0;
    this.from = this.to = at;
  }

  rows(first: number, last: number, frames: Frames): void {
    const { out } = this;
    for (let i = first; i < last; i++) {
      const start = frames.start[i]!;
      const end = frames.end[i]!;
      // Nothing of the frame before is left.
      if (start >= this.to) this.clear(start);
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
    if (this.which === 'avg')
      return quotientAt(this.scale, 0, this.outScale)(sum, this.scale, this.count, 0, this.outScale);
    return this.scale === this.outScale ? sum : decRescale(sum, this.scale, this.outScale);
  }
}

/** SUM and AVG of doubles over frames that begin with their partition: nothing leaves, so nothing drifts. */
export class RunningReal implements FrameAggregate {
  private sum = 0;
  private count = 0;
  private to = 0;

  constructor(
    private readonly average: boolean,
    private readonly input: Vector,
    private readonly out: ResultColumn,
  ) {}

  start(s: number): void {
    this.sum = 0;
    this.count = 0;
    this.to = s;
  }

  rows(first: number, last: number, frames: Frames): void {
    const { input, out } = this;
    if (input.kind === 'bytes') return;
    const { data, nulls } = input;
    for (let i = first; i < last; i++) {
      for (const end = frames.end[i]!; this.to < end; this.to++) {
        if (nulls !== null && nulls[this.to] === 1) continue;
        this.sum += Number(data[this.to]!);
        this.count++;
      }
      out.append(this.count === 0 ? null : this.average ? this.sum / this.count : this.sum);
    }
  }
}

/**
 * MIN and MAX: the row of the least value of each frame (`compare` reversed: of the greatest), -1 for frames without a value, by a
 * queue of candidates, each smaller than all behind it in the frame.
 */
export class SlidingExtreme implements FrameAggregate {
  private queue = new Int32Array(0);
  private head = 0;
  private tail = 0;
  private to = 0;

  constructor(
    private readonly input: Vector,
    private readonly compare: RowComparator,
    private readonly out: Int32Array,
  ) {}

  start(s: number, e: number): void {
    if (this.queue.length < e - s) this.queue = new Int32Array(Math.max(e - s, 1024));
    this.head = this.tail = 0;
    this.to = s;
  }

  rows(first: number, last: number, frames: Frames): void {
    const { queue, compare, out } = this;
    const { nulls } = this.input;
    let { head, tail, to } = this;
    for (let i = first; i < last; i++) {
      const start = frames.start[i]!;
      const end = frames.end[i]!;
      for (; to < end; to++) {
        if (nulls !== null && nulls[to] === 1) continue;
        while (tail > head && compare(queue[tail - 1]!, to) >= 0) tail--;
        queue[tail++] = to;
      }
      while (head < tail && queue[head]! < start) head++;
      out[i] = end > start && head < tail ? queue[head]! : -1;
    }
    this.head = head;
    this.tail = tail;
    this.to = to;
  }
}
