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
  ) {
    this.cells = new Uint32Array(depth * width);
  }

  /** `hash`: 32 bits; rows are derived from its two halves (Kirsch & Mitzenmacher). */
  add(hash: number, count = 1): void {
    const h2 = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) | 1;
    for (let d = 0; d < this.depth; d++) this.cells[d * this.width + this.slot(hash, h2, d)]! += count;
    this.total += count;
  }

  query(hash: number): number {
    const h2 = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) | 1;
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

  private slot(h1: number, h2: number, d: number): number {
    return ((h1 + Math.imul(h2, d)) >>> 0) % this.width;
  }
}
