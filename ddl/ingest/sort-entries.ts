/**
 * Sorting of byte strings that lie in one buffer, by radix on their first bytes (LSD, bytes that are equal everywhere skipped) and by comparison
 * where those are equal. Entries with equal keys keep their order.
 */

const WORDS = 3;
const RADIX_BYTES = WORDS * 4;

/** Keys of a run: key i is bytes[starts[i], ends[i]). */
export interface KeyRuns {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
}

/** The keys' numbers in the keys' order. */
export function sortKeys(keys: KeyRuns): Uint32Array {
  const { bytes, starts, ends, count } = keys;
  const words = new Uint32Array(count * WORDS);
  const histograms = new Uint32Array(RADIX_BYTES * 256);
  for (let i = 0; i < count; i++) {
    let at = starts[i]!;
    const end = ends[i]!;
    for (let w = 0; w < WORDS; w++) {
      let word = 0;
      for (let b = 0; b < 4; b++) {
        // A key that ends is filled up with zeros: it may tie with a longer one, which the comparison below sets right.
        const byte = at < end ? bytes[at]! : 0;
        at++;
        histograms[(w * 4 + b) * 256 + byte]!++;
        word = (word << 8) | byte;
      }
      words[i * WORDS + w] = word;
    }
  }
  let order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  let spare = new Uint32Array(count);
  const positions = new Uint32Array(256);
  for (let byte = RADIX_BYTES - 1; byte >= 0; byte--) {
    const base = byte * 256;
    let sum = 0;
    let constant = false;
    for (let d = 0; d < 256; d++) {
      const n = histograms[base + d]!;
      if (n === count) constant = true;
      positions[d] = sum;
      sum += n;
    }
    if (constant) continue;
    const word = byte >> 2;
    const shift = (3 - (byte & 3)) * 8;
    for (let i = 0; i < count; i++) {
      const entry = order[i]!;
      const digit = (words[entry * WORDS + word]! >>> shift) & 255;
      spare[positions[digit]!++] = entry;
    }
    [order, spare] = [spare, order];
  }
  settleTies(keys, words, order);
  return order;
}

/** Puts runs of keys with equal first bytes in order. */
function settleTies(keys: KeyRuns, words: Uint32Array, order: Uint32Array): void {
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

function sameWords(words: Uint32Array, a: number, b: number): boolean {
  for (let w = WORDS - 1; w >= 0; w--) if (words[a * WORDS + w] !== words[b * WORDS + w]) return false;
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
