import { evalType, TypeCode, type FieldType } from '../types/field-type.js';

/**
 * The rows of some of a column's values, chosen by the value's hash: every column chooses the same values, so that the samples of columns
 * that are joined tell how their frequencies go together, however many they are (correlated sampling; Vengerov et al., "Join Size
 * Estimation Subject to Filter Conditions", 2015).
 */
export interface KeySample {
  /** Values whose hash has none of these bits are in it. */
  readonly mask: number;
  /** Ascending. */
  readonly hashes: Int32Array;
  /** Rows of each. */
  readonly counts: Float64Array;
}

const STRINGS: ReadonlySet<number> = new Set([TypeCode.VarChar, TypeCode.VarString, TypeCode.String]);

/** Whether columns of the type are what tables are joined by. */
export const isKeyType = (t: FieldType): boolean => evalType(t) === 'int' || STRINGS.has(t.tp);

const MOST_KEYS = 1024;
/** The table of rows not yet added to `counts`: 2^12 places, by the upper bits of the hash. */
const PLACES = 4096;
const PLACE_SHIFT = 20;

/** Counts the rows of chosen values as ANALYZE meets them. */
export class KeySampler {
  private mask = 0;
  private readonly counts = new Map<number, number>();
  /** Made with the first row. */
  private recent: Int32Array | null = null;
  private pending = new Int32Array(0);

  /** `hash`: 32 bits. 0 stands for NULL. */
  add(hash: number): void {
    if ((hash & this.mask) !== 0 || hash === 0) return;
    const recent = (this.recent ??= this.begun());
    const at = hash >>> PLACE_SHIFT;
    if (recent[at] === hash) {
      this.pending[at]!++;
      return;
    }
    this.settle(at);
    recent[at] = hash;
    this.pending[at] = 1;
  }

  private begun(): Int32Array {
    this.pending = new Int32Array(PLACES);
    return new Int32Array(PLACES);
  }

  private settle(at: number): void {
    const rows = this.pending[at]!;
    const hash = this.recent![at]!;
    if (rows === 0 || (hash & this.mask) !== 0) return;
    this.count(hash, rows);
  }

  private count(hash: number, rows: number): void {
    const { counts } = this;
    counts.set(hash, (counts.get(hash) ?? 0) + rows);
    while (counts.size > MOST_KEYS) this.raise((this.mask << 1) | 1);
  }

  private raise(mask: number): void {
    this.mask = mask;
    for (const h of this.counts.keys()) if ((h & mask) !== 0) this.counts.delete(h);
  }

  /** Adds the rows of a partition. */
  merge(s: KeySample): void {
    if (s.mask > this.mask) this.raise(s.mask);
    s.hashes.forEach((h, i) => {
      if ((h & this.mask) === 0) this.count(h, s.counts[i]!);
    });
  }

  finish(): KeySample {
    if (this.recent !== null) for (let at = 0; at < PLACES; at++) this.settle(at);
    this.recent = null;
    const hashes = Int32Array.from(this.counts.keys()).sort();
    return { mask: this.mask, hashes, counts: Float64Array.from(hashes, (h) => this.counts.get(h)!) };
  }
}

/** The mask, the hashes and the counts, 32 bits each, in base64. */
export function storedKeys(s: KeySample): string {
  const n = s.hashes.length;
  const words = new Uint32Array(1 + 2 * n);
  words[0] = s.mask;
  words.set(s.hashes, 1);
  for (let i = 0; i < n; i++) words[1 + n + i] = Math.min(0xffffffff, s.counts[i]!);
  return Buffer.from(words.buffer).toString('base64');
}

export function keysOf(stored: string): KeySample {
  const words = new Uint32Array(Uint8Array.from(Buffer.from(stored, 'base64')).buffer);
  const n = (words.length - 1) >> 1;
  return {
    mask: words[0]!,
    hashes: Int32Array.from(words.subarray(1, 1 + n)),
    counts: Float64Array.from(words.subarray(1 + n)),
  };
}
