/**
 * Sorting of byte strings that lie in one buffer, by radix on their first bytes (LSD, bytes that are equal everywhere skipped) and by comparison
 * where those are equal. Entries with equal keys keep their order.
 */

const WORDS = 3;

/** Keys of a run: key i is bytes[starts[i], ends[i]). */
export interface KeyRuns {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
}

/** The keys' numbers in the keys' order. `checkpoint` is called now and then. */
export function sortKeys(keys: KeyRuns, checkpoint: () => void = () => undefined): Uint32Array {
  const { bytes, starts, ends, count } = keys;
  const words = Array.from({ length: WORDS }, () => new Uint32Array(count));
  // Bits that are not the same in all keys.
  const varying: number[] = [];
  words.forEach((word, w) => {
    let all = -1;
    let any = 0;
    for (let i = 0; i < count; i++) {
      const at = starts[i]! + 4 * w;
      const end = ends[i]!;
      let value: number;
      if (at + 4 <= end)
        value = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
      else {
        // A key that ends is filled up with zeros: it may tie with a longer one, which the comparison below sets right.
        value = 0;
        for (let b = 0; b < 4; b++) value = (value << 8) | (at + b < end ? bytes[at + b]! : 0);
      }
      word[i] = value;
      all &= value;
      any |= value;
    }
    varying.push(any & ~all);
    checkpoint();
  });
  let order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  let spare = new Uint32Array(count);
  let digits = new Uint32Array(count);
  let spareDigits = new Uint32Array(count);
  const positions = new Uint32Array(256);
  for (let w = WORDS - 1; w >= 0; w--) {
    if (varying[w] === 0) continue;
    const word = words[w]!;
    for (let i = 0; i < count; i++) digits[i] = word[order[i]!]!;
    for (let shift = 0; shift < 32; shift += 8) {
      if (((varying[w]! >>> shift) & 255) === 0) continue;
      positions.fill(0);
      for (let i = 0; i < count; i++) positions[(digits[i]! >>> shift) & 255]!++;
      let sum = 0;
      for (let d = 0; d < 256; d++) {
        const n = positions[d]!;
        positions[d] = sum;
        sum += n;
      }
      for (let i = 0; i < count; i++) {
        const value = digits[i]!;
        const to = positions[(value >>> shift) & 255]!++;
        spare[to] = order[i]!;
        spareDigits[to] = value;
      }
      [order, spare] = [spare, order];
      [digits, spareDigits] = [spareDigits, digits];
      checkpoint();
    }
  }
  settleTies(keys, words, order);
  return order;
}

/** Puts runs of keys with equal first bytes in order. */
function settleTies(keys: KeyRuns, words: readonly Uint32Array[], order: Uint32Array): void {
  const { count } = keys;
  for (let i = 1; i < count; i++) {
    if (!sameWords(words, order[i - 1]!, order[i]!) || compareKeys(keys, order[i - 1]!, order[i]!) <= 0)
      continue;
    let from = i - 1;
    while (from > 0 && sameWords(words, order[from - 1]!, order[i]!)) from--;
    let to = i + 1;
    while (to < count && sameWords(words, order[to]!, order[i]!)) to++;
    const tied = Array.from(order.subarray(from, to)).sort((a, b) => compareKeys(keys, a, b) || a - b);
    order.set(tied, from);
    i = to - 1;
  }
}

function sameWords(words: readonly Uint32Array[], a: number, b: number): boolean {
  for (let w = WORDS - 1; w >= 0; w--) if (words[w]![a] !== words[w]![b]) return false;
  return true;
}

function compareKeys(keys: KeyRuns, a: number, b: number): number {
  const { bytes, starts, ends } = keys;
  let p = starts[a]!;
  let q = starts[b]!;
  const pEnd = ends[a]!;
  const qEnd = ends[b]!;
  while (p < pEnd && q < qEnd) {
    const d = bytes[p++]! - bytes[q++]!;
    if (d !== 0) return d;
  }
  return pEnd - p - (qEnd - q);
}
