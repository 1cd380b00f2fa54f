/**
 * Sorting of byte strings that lie in one buffer: by radix (LSD) on the first bytes that are not the same in all of them, and by
 * comparison where those are equal. Equal keys keep their order.
 */

/** Bytes that are sorted by, in words of four. */
const WORDS = 3;
const MAX_DIGITS = 4 * WORDS;
/** Bytes of a key that are looked at for such ones. */
const LOOKED_AT = 64;

/** Key i is bytes[starts[i], ends[i]). Keys begin at multiples of four, counted in the bytes' buffer as well. */
export interface Keys {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
}

/** The keys' numbers in the keys' order, good until the next call. `checkpoint` is called now and then. */
export function sortKeys(keys: Keys, checkpoint: () => void = () => undefined): Uint32Array {
  const { count } = keys;
  const { digits, complete } = digitsOf(keys);
  checkpoint();
  const a = arraysFor(count);
  let { order, spare } = a;
  for (let i = 0; i < count; i++) order[i] = i;
  const words: Uint32Array[] = [];
  for (let w = 0; 4 * w < digits.length; w++) {
    gatherWord(keys, digits.slice(4 * w, 4 * w + 4), a.words[w]!);
    words.push(a.words[w]!);
    checkpoint();
  }
  const positions = new Uint32Array(256);
  for (let w = words.length - 1; w >= 0; w--) {
    const word = words[w]!;
    let { current, next } = a;
    for (let i = 0; i < count; i++) current[i] = word[order[i]!]!;
    const bits = 8 * Math.min(4, digits.length - 4 * w);
    for (let shift = 0; shift < bits; shift += 8) {
      positions.fill(0);
      for (let i = 0; i < count; i++) positions[(current[i]! >>> shift) & 255]!++;
      let sum = 0;
      for (let d = 0; d < 256; d++) {
        const n = positions[d]!;
        positions[d] = sum;
        sum += n;
      }
      for (let i = 0; i < count; i++) {
        const value = current[i]!;
        const to = positions[(value >>> shift) & 255]!++;
        spare[to] = order[i]!;
        next[to] = value;
      }
      [order, spare] = [spare, order];
      [current, next] = [next, current];
      checkpoint();
    }
  }
  if (!complete) settleTies(keys, words, order);
  return order.subarray(0, count);
}

interface Arrays {
  readonly order: Uint32Array;
  readonly spare: Uint32Array;
  readonly current: Uint32Array;
  readonly next: Uint32Array;
  readonly words: readonly Uint32Array[];
}

const emptyArrays = (count: number): Arrays => {
  const array = (): Uint32Array => new Uint32Array(count);
  return {
    order: array(),
    spare: array(),
    current: array(),
    next: array(),
    words: Array.from({ length: WORDS }, array),
  };
};

let arrays = emptyArrays(0);

function arraysFor(count: number): Arrays {
  if (arrays.order.length < count) arrays = emptyArrays(count + (count >>> 2));
  return arrays;
}

/** Positions of the bytes that keys are sorted by, and whether these tell all keys apart that differ. */
function digitsOf({ bytes, starts, ends, count }: Keys): { digits: number[]; complete: boolean } {
  let least = Infinity;
  let most = 0;
  for (let i = 0; i < count; i++) {
    const length = ends[i]! - starts[i]!;
    if (length < least) least = length;
    if (length > most) most = length;
  }
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  const differing = new Uint32Array(LOOKED_AT >> 2);
  const whole = Math.min(LOOKED_AT, least) >> 2;
  const first = starts[0]! >>> 2;
  for (let i = 1; i < count; i++) {
    const at = starts[i]! >>> 2;
    for (let w = 0; w < whole; w++) differing[w]! |= words[at + w]! ^ words[first + w]!;
  }
  const digits: number[] = [];
  for (let p = 0; p < Math.min(most, LOOKED_AT); p++) {
    const same = p < 4 * whole ? ((differing[p >> 2]! >>> (8 * (p & 3))) & 255) === 0 : false;
    if (same) continue;
    if (digits.length === MAX_DIGITS) return { digits, complete: false };
    digits.push(p);
  }
  return { digits, complete: least === most && most <= LOOKED_AT };
}

/** The bytes at up to four positions of each key as a number; zeros behind a key's end, where it ties with what it is the beginning of. */
function gatherWord({ bytes, starts, ends, count }: Keys, at: readonly number[], into: Uint32Array): void {
  const last = at[at.length - 1]!;
  if (at.length === 4) {
    const [a, b, c, d] = at as [number, number, number, number];
    for (let i = 0; i < count; i++) {
      const start = starts[i]!;
      if (start + last < ends[i]!)
        into[i] =
          (bytes[start + a]! << 24) |
          (bytes[start + b]! << 16) |
          (bytes[start + c]! << 8) |
          bytes[start + d]!;
      else into[i] = padded(bytes, start, ends[i]!, at);
    }
    return;
  }
  for (let i = 0; i < count; i++) into[i] = padded(bytes, starts[i]!, ends[i]!, at);
}

function padded(bytes: Uint8Array, start: number, end: number, at: readonly number[]): number {
  let value = 0;
  for (let k = 0; k < at.length; k++) {
    const p = start + at[k]!;
    value = (value << 8) | (p < end ? bytes[p]! : 0);
  }
  return value;
}

/** Puts runs of keys with equal digits in order. */
function settleTies(keys: Keys, words: readonly Uint32Array[], order: Uint32Array): void {
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
  for (let w = words.length - 1; w >= 0; w--) if (words[w]![a] !== words[w]![b]) return false;
  return true;
}

function compareKeys(keys: Keys, a: number, b: number): number {
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
