import type { NumVector } from '../../chunk/vector.js';

/** Bits in all, at most; and bits that a row seen so far allows for. */
const MAX_BITS = 2 ** 27;
const BITS_PER_ROW = 1024;
const WORD = 32;

/** Which integers of a narrow range each group has had: a bitmap of the range per group. */
export class SeenBits {
  private words = new Int32Array(0);
  private base = 0;
  /** Of the range; a power of two. */
  private width = 0;
  /** Groups there is room for. */
  private groups = 0;
  private rows = 0;

  get bytes(): number {
    return this.words.byteLength;
  }

  /**
   * Adds the values of rows to their groups (all to group 0 when `ids` is null) and writes those rows that are the first with their value
   * to `out`; gives their number. -1, and nothing is added: the range is too wide. NULLs are left out.
   */
  add(ids: Int32Array | null, v: NumVector, sel: Int32Array | null, n: number, out: Int32Array): number {
    const { data, nulls } = v;
    let min = Infinity;
    let max = -Infinity;
    let last = 0;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      if (nulls !== null && nulls[i] === 1) continue;
      const x = data[i]!;
      if (x < min) min = x;
      if (x > max) max = x;
      if (ids !== null && ids[i]! > last) last = ids[i]!;
    }
    if (min > max) return 0;
    this.rows += n;
    if (!this.fit(min, max, last + 1)) return -1;
    const { words, base, width } = this;
    let m = 0;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      if (nulls !== null && nulls[i] === 1) continue;
      const p = (ids === null ? 0 : ids[i]! * width) + (data[i]! - base);
      const w = p >>> 5;
      const bit = 1 << (p & 31);
      const before = words[w]!;
      if ((before & bit) !== 0) continue;
      words[w] = before | bit;
      out[m++] = i;
    }
    return m;
  }

  /** found[k] = -1 for the k-th row if its group has not had its value, or it is NULL; 0 otherwise. Nothing is added. */
  find(ids: Int32Array | null, v: NumVector, sel: Int32Array | null, n: number, found: Int32Array): void {
    const { data, nulls } = v;
    const { words, base, width, groups } = this;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      const g = ids === null ? 0 : ids[i]!;
      const at = data[i]! - base;
      found[k] = -1;
      if ((nulls !== null && nulls[i] === 1) || g >= groups || !(at >= 0 && at < width)) continue;
      const p = g * width + at;
      // A fraction is no element.
      if (Number.isInteger(p) && (words[p >>> 5]! & (1 << (p & 31))) !== 0) found[k] = 0;
    }
  }

  /** The groups and values seen. */
  pairs(): { readonly ids: Int32Array; readonly values: Float64Array } {
    const { words, base, width } = this;
    let n = 0;
    for (let w = 0; w < words.length; w++) for (let x = words[w]!; x !== 0; x &= x - 1) n++;
    const ids = new Int32Array(n);
    const values = new Float64Array(n);
    let at = 0;
    for (let w = 0; w < words.length; w++)
      for (let x = words[w]!; x !== 0; x &= x - 1) {
        const p = w * WORD + 31 - Math.clz32(x & -x);
        ids[at] = Math.floor(p / width);
        values[at++] = base + (p % width);
      }
    return { ids, values };
  }

  /** Makes room for values in [min, max] of so many groups. */
  private fit(min: number, max: number, groups: number): boolean {
    if (groups <= this.groups && min >= this.base && max < this.base + this.width) return true;
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max)) return false;
    const limit = Math.min(MAX_BITS, this.rows * BITS_PER_ROW);
    const fresh = this.width === 0;
    const low = fresh ? min : Math.min(min, this.base);
    const high = fresh ? max : Math.max(max, this.base + this.width - 1);
    let width = Math.max(WORD, this.width);
    while (width < high - low + 1 && width <= limit) width *= 2;
    if (width * groups > limit) return false;
    let room = groups <= this.groups ? this.groups : Math.max(groups, this.groups * 2);
    if (room * width > limit) room = groups;
    // A range that grows downwards gets all its new room there.
    const base = fresh || min >= this.base ? low : high + 1 - width;
    const old = fresh ? null : this.pairsUnless(base, width);
    const before = this.words;
    this.words = new Int32Array((room * width) / WORD);
    this.groups = room;
    this.base = base;
    this.width = width;
    if (old === null) this.words.set(before);
    else
      for (let k = 0; k < old.ids.length; k++) {
        const p = old.ids[k]! * width + (old.values[k]! - base);
        this.words[p >>> 5]! |= 1 << (p & 31);
      }
    return true;
  }

  /** What is to be laid out anew; null where each group's bits stay as they are. */
  private pairsUnless(base: number, width: number): ReturnType<SeenBits['pairs']> | null {
    return base === this.base && width === this.width ? null : this.pairs();
  }
}
