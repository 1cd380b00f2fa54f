import { compareBytes } from '../codec/byte-writer.js';

/** Bytes of a key that a digest holds: as many as a double counts exactly. */
const DIGEST_BYTES = 6;

/** Bytes [at, at + 6) of a key as a number, zeros behind its end. The half keeps V8's array one of doubles. */
export function digestOf(key: Uint8Array, at: number): number {
  const n = key.length;
  let d = 0;
  for (let i = at; i < at + DIGEST_BYTES; i++) d = d * 256 + (i < n ? key[i]! : 0);
  return d + 0.5;
}

/** Length of the common prefix of `a` and `b`, at most `max`. */
export function commonPrefix(a: Uint8Array, b: Uint8Array, max: number): number {
  const n = Math.min(a.length, b.length, max);
  let i = 0;
  while (i < n && a[i] === b[i]) i++;
  return i;
}

/**
 * Ascending distinct keys of one tree node. Neighbours share long prefixes (table and index ids), so each key has a digest of the
 * bytes that follow the node's common prefix: a search runs over an array of numbers and touches a key or two, where
 * comparing keys would miss the cache at each.
 */
export class SortedKeys {
  readonly keys: Uint8Array[] = [];
  private digests: number[] = [];
  /** Length of a prefix that all keys share. */
  private prefix = 0;

  get length(): number {
    return this.keys.length;
  }

  /** Position of the first key >= `key`. */
  lowerBound(key: Uint8Array): number {
    const { keys, digests, prefix } = this;
    const n = keys.length;
    if (n === 0) return 0;
    const first = keys[0]!;
    for (let i = 0; i < prefix; i++) {
      if (i === key.length) return 0;
      const d = key[i]! - first[i]!;
      if (d !== 0) return d < 0 ? 0 : n;
    }
    const digest = digestOf(key, prefix);
    let lo = 0;
    let hi = n;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      const d = digests[mid]!;
      if (d < digest || (d === digest && compareBytes(keys[mid]!, key) < 0)) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  /** Whether the key at `i` is `key`. */
  isAt(i: number, key: Uint8Array): boolean {
    const k = this.keys[i];
    if (k === undefined || k.length !== key.length) return false;
    for (let j = k.length - 1; j >= 0; j--) if (k[j] !== key[j]) return false;
    return true;
  }

  insert(i: number, key: Uint8Array): void {
    const { keys } = this;
    if (keys.length === 0) {
      this.prefix = key.length;
    } else {
      const shared = commonPrefix(keys[0]!, key, this.prefix);
      if (shared < this.prefix) {
        this.prefix = shared;
        this.redigest();
      }
    }
    if (i === keys.length) {
      keys.push(key);
      this.digests.push(digestOf(key, this.prefix));
    } else {
      keys.splice(i, 0, key);
      this.digests.splice(i, 0, digestOf(key, this.prefix));
    }
  }

  /** Moves the keys from `cut` on to `right`, which is empty. */
  splitTo(cut: number, right: SortedKeys): void {
    right.keys.push(...this.keys.splice(cut));
    right.measure();
    this.measure();
  }

  /** Takes out the last key. */
  pop(): Uint8Array {
    this.digests.pop();
    return this.keys.pop()!;
  }

  /** Finds the common prefix anew: that of the first and the last key. */
  private measure(): void {
    const n = this.keys.length;
    this.prefix = n === 0 ? 0 : commonPrefix(this.keys[0]!, this.keys[n - 1]!, Infinity);
    this.redigest();
  }

  private redigest(): void {
    const { keys, prefix } = this;
    const digests: number[] = [];
    for (let i = 0; i < keys.length; i++) digests.push(digestOf(keys[i]!, prefix));
    this.digests = digests;
  }
}
