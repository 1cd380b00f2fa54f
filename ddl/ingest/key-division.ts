import { compareBytes } from '../../kv/codec/byte-writer.js';
import { compareRanges } from '../../kv/embedded/record.js';
import type { Keys } from './sort-entries.js';

/** Six bytes of a key from `at` on as a number, zeros behind the key's end: numbers are in the order of keys, or equal. */
export function sixBytes(bytes: Uint8Array, at: number, end: number): number {
  if (at + 6 <= end)
    return (
      ((bytes[at]! << 8) | bytes[at + 1]!) * 0x1_0000_0000 +
      (((bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!) >>> 0)
    );
  let word = 0;
  for (let i = 0; i < 6; i++) word = word * 256 + (at + i < end ? bytes[at + i]! : 0);
  return word;
}

/** Ranges of keys: part i holds those from dividing key i - 1 on that are before dividing key i. */
export class KeyDivision {
  /** What all dividing keys begin with, which is left out of `words`. */
  private readonly shared: Uint8Array;
  private readonly words: Float64Array;
  /** Where among `words` those begin that lie in equal steps of their range or behind them. */
  private readonly steps = new Uint32Array(STEPS + 2);
  private readonly least: number;
  private readonly perWord: number;

  /** `keys`: ascending, each once. */
  constructor(private readonly keys: readonly Uint8Array[]) {
    const first = keys[0] ?? EMPTY;
    const last = keys[keys.length - 1] ?? EMPTY;
    let n = 0;
    while (n < first.length && n < last.length && first[n] === last[n]) n++;
    this.shared = first.slice(0, n);
    this.words = Float64Array.from(keys, (k) => sixBytes(k, n, k.length));
    this.least = this.words[0] ?? 0;
    this.perWord = STEPS / ((this.words[keys.length - 1] ?? 0) - this.least + 1);
    for (const word of this.words) this.steps[this.stepOf(word) + 1]!++;
    for (let s = 0; s <= STEPS; s++) this.steps[s + 1]! += this.steps[s]!;
  }

  private stepOf(word: number): number {
    return Math.min(STEPS, Math.max(0, Math.floor((word - this.least) * this.perWord)));
  }

  /** About equal parts of what keys chosen at random stand for. */
  static of(sample: Uint8Array[], parts: number): Uint8Array[] {
    sample.sort(compareBytes);
    const keys: Uint8Array[] = [];
    for (let p = 1; p < parts; p++) {
      const key = sample[Math.floor((p * sample.length) / parts)];
      const before = keys[keys.length - 1];
      if (key !== undefined && (before === undefined || compareBytes(before, key) < 0)) keys.push(key);
    }
    return keys;
  }

  get parts(): number {
    return this.keys.length + 1;
  }

  partOf(bytes: Uint8Array, start: number, end: number): number {
    const { shared, words, keys } = this;
    let at = start;
    for (let i = 0; i < shared.length; i++, at++) {
      const d = at < end ? bytes[at]! - shared[i]! : -1;
      if (d !== 0) return d < 0 ? 0 : keys.length;
    }
    const word = sixBytes(bytes, at, end);
    const step = this.stepOf(word);
    let low = this.steps[step]!;
    let high = this.steps[step + 1]!;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (words[mid]! <= word) low = mid + 1;
      else high = mid;
    }
    while (low > 0 && words[low - 1] === word) {
      const key = keys[low - 1]!;
      if (compareRanges(key, 0, key.length, bytes, start, end) <= 0) break;
      low--;
    }
    return low;
  }

  /** The keys' numbers by their parts, in each in the order given, and where among them each part begins. */
  deal({ bytes, starts, ends, count }: Keys): { readonly order: Uint32Array; readonly from: Uint32Array } {
    const { parts } = this;
    const partOf = new Uint32Array(count);
    const from = new Uint32Array(parts + 1);
    for (let i = 0; i < count; i++) {
      const part = this.partOf(bytes, starts[i]!, ends[i]!);
      partOf[i] = part;
      from[part + 1]!++;
    }
    for (let p = 0; p < parts; p++) from[p + 1]! += from[p]!;
    const next = from.slice();
    const order = new Uint32Array(count);
    for (let i = 0; i < count; i++) order[next[partOf[i]!]!++] = i;
    return { order, from };
  }
}

const EMPTY = new Uint8Array(0);
const STEPS = 1024;
