/**
 * Numbers for randomized tests and benchmarks: the same for the same seed (mulberry32). A failing test is repeated with
 * the seed that the run printed: `RUTILE_SEED=… npm test`.
 */
export class Random {
  constructor(private state: number) {}

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** An integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  bits64(): bigint {
    return (BigInt(this.below(0x1_0000_0000)) << 32n) | BigInt(this.below(0x1_0000_0000));
  }
}

/** The seed of this run of the tests: RUTILE_SEED, which scripts/jest-seed.mjs sets and prints where nobody did. */
export function testSeed(): number {
  return Number(process.env['RUTILE_SEED'] ?? Date.now() % 0x7fff_ffff);
}

/** A source as a function, and the seed to tell of when something fails. */
export function randomSource(seed = testSeed()): { readonly seed: number; readonly random: () => number } {
  const r = new Random(seed);
  return { seed, random: () => r.next() };
}
