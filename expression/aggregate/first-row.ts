import { concat } from '../../chunk/concat.js';
import { gather } from '../../chunk/gather.js';
import { slice } from '../../chunk/slice.js';
import type { BytesVector, Vector } from '../../chunk/vector.js';
import { newVectorBuilder, vectorOf, type VectorBuilder } from '../../chunk/vector-builder.js';
import type { FieldType } from '../../types/field-type.js';
import type { Aggregator } from './aggregator.js';

/**
 * FIRST_ROW (how group keys come out) and ANY_VALUE: the value of a group's first row, NULL or not. Values are kept as a
 * column in the order they were met; groups nearly always meet theirs in group order, and then that column is the result.
 */
export class FirstRowAggregator implements Aggregator {
  private builder: VectorBuilder | null = null;
  /** Values before those in the builder. */
  private readonly parts: Vector[] = [];
  private count = 0;
  private groups = 0;
  /** Where each group's value is, -1 for none yet; null while group g's value is at g. */
  private positions: Int32Array | null = null;
  private bytes = 0;

  constructor(private readonly type: FieldType) {}

  resize(groups: number): void {
    this.groups = groups;
    if (this.positions !== null && this.positions.length < groups) {
      const grown = new Int32Array(Math.max(groups, this.positions.length * 2)).fill(-1);
      grown.set(this.positions);
      this.positions = grown;
    }
  }

  open(inputs: readonly Vector[], starts: Int32Array): boolean {
    if (this.positions !== null || this.count + starts.length !== this.groups) return false;
    if (starts.length === 0) return true;
    this.flush();
    const v = gather(inputs[0]!, starts, starts.length);
    this.parts.push(v);
    this.count += starts.length;
    if (v.kind === 'bytes') this.bytes += vectorBytes(v);
    return true;
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    if (this.positions === null && this.count === this.groups) return;
    const v = inputs[0]!;
    if (ids !== null && this.positions === null) {
      this.inOrder(ids, v, n, sel);
      return;
    }
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      this.offer(ids === null ? 0 : ids[i]!, v, i);
    }
  }

  /** Rows while groups have met theirs in group order so far. */
  private inOrder(ids: Int32Array, v: Vector, n: number, sel: Int32Array | null): void {
    const rows = sel === null ? n : sel.length;
    let { count } = this;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      const g = ids[i]!;
      if (g < count) continue;
      this.offer(g, v, i);
      // Out of order, every later row is asked.
      count = this.positions === null ? this.count : -1;
    }
  }

  private offer(g: number, v: Vector, i: number): void {
    if (this.positions === null) {
      if (g < this.count) return;
      if (g > this.count) this.scatter();
    }
    if (this.positions !== null) {
      if (this.positions[g]! >= 0) return;
      this.positions[g] = this.count;
    }
    this.builder ??= newVectorBuilder(this.type, Math.min(1024, Math.max(16, this.groups)));
    this.builder.appendFrom(v, i);
    if (v.kind === 'bytes') {
      const e = v.codes === null ? i : v.codes[i]!;
      this.bytes += v.offsets[e + 1]! - v.offsets[e]!;
    }
    this.count++;
  }

  /** A group met its value out of order. */
  private scatter(): void {
    const positions = new Int32Array(Math.max(16, this.groups)).fill(-1);
    for (let g = 0; g < this.count; g++) positions[g] = g;
    this.positions = positions;
  }

  /** What is in the builder becomes a part. */
  private flush(): void {
    if (this.builder === null) return;
    this.parts.push(this.builder.finish());
    this.builder = null;
  }

  private values(): Vector | null {
    this.flush();
    const { parts } = this;
    if (parts.length > 1) {
      const all = concat(parts);
      parts.length = 0;
      parts.push(all);
    }
    return parts[0] ?? null;
  }

  result(from: number, to: number): Vector[] {
    const values = this.values();
    if (values === null) return [vectorOf(new Array<null>(to - from).fill(null), this.type)];
    if (this.positions === null && to <= this.count)
      return [from === 0 && to === values.length ? values : slice(values, from, to)];
    const idx = new Int32Array(to - from);
    for (let g = from; g < to; g++)
      idx[g - from] = this.positions === null ? (g < this.count ? g : -1) : this.positions[g]!;
    return [gather(values, idx, idx.length, true)];
  }

  memory(): number {
    return this.count * 16 + this.bytes;
  }
}

const vectorBytes = (v: BytesVector): number =>
  v.codes === null ? v.offsets[v.length]! - v.offsets[0]! : v.length * 4;
