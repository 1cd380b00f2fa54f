/** Least share of free slots: one in this many is taken at most. */
const ROOM = 2;
const WIDTH = 3;

const hashOf = (x: number): number =>
  Math.imul((x | 0) ^ Math.imul((x / 0x100000000) | 0, 0x85ebca6b), 0x9e3779b1);

/** Tuples of up to three whole numbers below 2^53. Open addressing, by linear probing; NaN is a free slot. */
export class TupleSet {
  private readonly slots: Float64Array;
  private readonly mask: number;

  /** `numbers`: `width` of each tuple. */
  constructor(width: number, numbers: readonly number[]) {
    let size = 16;
    while (size < (numbers.length / width) * ROOM) size *= 2;
    this.slots = new Float64Array(size * WIDTH).fill(NaN);
    this.mask = size - 1;
    for (let at = 0; at < numbers.length; at += width) {
      const a = numbers[at]!;
      const b = width > 1 ? numbers[at + 1]! : 0;
      const c = width > 2 ? numbers[at + 2]! : 0;
      const slot = this.slotOf(a, b, c);
      this.slots[slot] = a;
      this.slots[slot + 1] = b;
      this.slots[slot + 2] = c;
    }
  }

  has(a: unknown, b: unknown = 0, c: unknown = 0): boolean {
    if (typeof a !== 'number' || typeof b !== 'number' || typeof c !== 'number') return false;
    return this.slots[this.slotOf(a, b, c)] === a;
  }

  /** Where the tuple is, or would be. */
  private slotOf(a: number, b: number, c: number): number {
    const { slots, mask } = this;
    const h = Math.imul(Math.imul(hashOf(a) ^ (b | 0), 0x85ebca6b) ^ (c | 0), 0x9e3779b1);
    for (let at = (h ^ (h >>> 15)) & mask; ; at = (at + 1) & mask) {
      const slot = at * WIDTH;
      const found = slots[slot]!;
      if (found !== found || (found === a && slots[slot + 1] === b && slots[slot + 2] === c)) return slot;
    }
  }
}
