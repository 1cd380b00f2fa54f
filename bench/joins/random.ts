import { Random as Uniform } from '../../testing/random.js';

/** What the workload draws: uniform and skewed numbers, and orders. */
export class Random extends Uniform {
  /** 0 to n - 1, small numbers far more often: n^u is distributed as Zipf's law with exponent 1. */
  skewed(n: number): number {
    return Math.min(n - 1, Math.floor(Math.pow(n + 1, this.next())) - 1);
  }

  shuffled<T>(list: readonly T[]): T[] {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }
}
