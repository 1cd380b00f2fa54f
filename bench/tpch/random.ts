/** xorshift128+ cut to 32-bit words: fast, seeded, the same everywhere. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: number) {
    this.a = seed | 0;
    this.b = 0x9e3779b9 | 0;
    this.c = 0x243f6a88;
    this.d = 0xb7e15162 | 0;
    for (let i = 0; i < 20; i++) this.next();
  }

  /** 32 random bits, unsigned (Marsaglia's xorshift128). */
  next(): number {
    let t = this.d;
    const s = this.a;
    this.d = this.c;
    this.c = this.b;
    this.b = s;
    t ^= t << 11;
    t ^= t >>> 8;
    this.a = t ^ s ^ (s >>> 19);
    return this.a >>> 0;
  }

  /** Uniform in [low, high]. */
  between(low: number, high: number): number {
    return low + Math.floor((this.next() / 4294967296) * (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)]!;
  }
}
