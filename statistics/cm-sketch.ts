import { mix } from './value-hash.js';

/**
 * Count-min sketch (Cormode & Muthukrishnan, 2005): counts of values by `depth` hash rows of `width` cells. The estimate of
 * a value is never below its count; `query` takes the expected noise of the cell off.
 */
export class CmSketch {
  readonly cells: Uint32Array;
  private total = 0;

  constructor(
    readonly depth = 5,
    readonly width = 2048,
    cells?: Uint32Array,
  ) {
    this.cells = cells ?? new Uint32Array(depth * width);
    for (let i = 0; i < width; i++) this.total += this.cells[i]!;
  }

  /** Rows counted. */
  get rows(): number {
    return this.total;
  }

  copy(): CmSketch {
    return new CmSketch(this.depth, this.width, this.cells.slice());
  }

  /** `hash`: 32 bits; rows are derived from its two halves (Kirsch & Mitzenmacher). */
  add(hash: number, count = 1): void {
    const h2 = mix(hash) | 1;
    for (let d = 0; d < this.depth; d++) this.cells[d * this.width + this.slot(hash, h2, d)]! += count;
    this.total += count;
  }

  /** A value's count has become known: its cells are moved by the difference, never below zero. */
  correct(hash: number, count: number): void {
    const change = Math.round(count) - this.query(hash);
    if (Math.abs(change) < 1) return;
    const h2 = mix(hash) | 1;
    for (let d = 0; d < this.depth; d++) {
      const at = d * this.width + this.slot(hash, h2, d);
      this.cells[at] = Math.max(0, this.cells[at]! + Math.round(change));
    }
    this.total = Math.max(0, this.total + Math.round(change));
  }

  query(hash: number): number {
    const h2 = mix(hash) | 1;
    let least = Infinity;
    const rest: number[] = [];
    for (let d = 0; d < this.depth; d++) {
      const c = this.cells[d * this.width + this.slot(hash, h2, d)]!;
      least = Math.min(least, c);
      rest.push(c - (this.total - c) / (this.width - 1));
    }
    rest.sort((a, b) => a - b);
    const median = rest[rest.length >> 1]!;
    return Math.max(0, Math.min(least, median));
  }

  /** Adds another sketch of the same shape. */
  merge(other: CmSketch): void {
    if (other.depth !== this.depth || other.width !== this.width) return;
    for (let i = 0; i < this.cells.length; i++) this.cells[i]! += other.cells[i]!;
    this.total += other.total;
  }

  private slot(h1: number, h2: number, d: number): number {
    return ((h1 + Math.imul(h2, d)) >>> 0) % this.width;
  }
}
