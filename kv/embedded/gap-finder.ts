import { compareBytes } from '../codec/byte-writer.js';
import type { VersionReader } from './version-reader.js';

/** Keys looked at before the finder is judged, and the share of them that must have lain in gaps found before. */
const TRIAL = 64;
const MIN_HITS = 0.5;

/**
 * Tells of keys in ascending order that no layer has a version of them: one search finds the gap between stored keys that a key
 * lies in, and those behind it in the same gap need no search of their own. Bulk loads mostly fill gaps. Holds while nothing is
 * stored but keys already asked for.
 */
export class GapFinder {
  /** No key in [from, to) is stored; `to` null: none at or behind `from`. */
  private from: Uint8Array | null = null;
  private to: Uint8Array | null = null;
  private asked = 0;
  private hits = 0;
  private given = false;

  constructor(private readonly versions: VersionReader) {}

  /** Nothing was stored behind the key last found absent. */
  get atEnd(): boolean {
    return !this.given && this.from !== null && this.to === null;
  }

  /** True: nothing is stored of the key. False: nothing is known. */
  isAbsent(key: Uint8Array): boolean {
    if (this.given) return false;
    this.asked++;
    if (
      this.from !== null &&
      compareBytes(key, this.from) >= 0 &&
      (this.to === null || compareBytes(key, this.to) < 0)
    ) {
      this.hits++;
      return true;
    }
    if (this.asked > TRIAL && this.hits < this.asked * MIN_HITS) {
      this.given = true;
      return false;
    }
    this.to = this.versions.nextKey(key);
    this.from = key;
    return this.to === null || compareBytes(key, this.to) < 0;
  }
}
