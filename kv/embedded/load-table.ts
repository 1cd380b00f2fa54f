/** Loads known at a time; one more has to go another way. */
const SLOTS = 64;
const SLOT_WORDS = 4;

/**
 * Bulk loads that are transactions: the blocks of one carry a timestamp of its own, its mark, and count as committed at another, or
 * not yet. Once every reader is beyond its commit a load may be forgotten, since its mark is older than that. In shared memory: written by
 * the store's thread alone, within sections.
 */
export class LoadTable {
  private readonly words: Uint32Array;
  /** What `find` found: when the load was committed; 0, 0: it is not. */
  commitHi = 0;
  commitLo = 0;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer((1 + SLOTS * SLOT_WORDS) * 4)) {
    this.words = new Uint32Array(buffer);
  }

  get count(): number {
    return this.words[0]!;
  }

  get full(): boolean {
    return this.count === SLOTS;
  }

  /** Whether blocks with this mark belong to such a load. */
  find(hi: number, lo: number): boolean {
    const { words } = this;
    for (let slot = 0, at = 1; slot < words[0]!; slot++, at += SLOT_WORDS) {
      if (words[at + 1] !== lo || words[at] !== hi) continue;
      this.commitHi = words[at + 2]!;
      this.commitLo = words[at + 3]!;
      return true;
    }
    return false;
  }

  /** Whether the load that `find` found is not committed. */
  get pending(): boolean {
    return this.commitHi === 0 && this.commitLo === 0;
  }

  add(hi: number, lo: number, commitHi: number, commitLo: number): void {
    if (this.full) throw new Error('too many loads');
    this.words.set([hi, lo, commitHi, commitLo], 1 + this.count * SLOT_WORDS);
    this.words[0]!++;
  }

  commit(hi: number, lo: number, commitHi: number, commitLo: number): void {
    const at = this.indexOf(hi, lo);
    if (at < 0) throw new Error('there is no such load');
    this.words[at + 2] = commitHi;
    this.words[at + 3] = commitLo;
  }

  remove(hi: number, lo: number): void {
    const { words } = this;
    const at = this.indexOf(hi, lo);
    if (at < 0) return;
    const last = 1 + (this.count - 1) * SLOT_WORDS;
    words.copyWithin(at, last, last + SLOT_WORDS);
    words[0]!--;
  }

  private indexOf(hi: number, lo: number): number {
    for (let slot = 0, at = 1; slot < this.count; slot++, at += SLOT_WORDS)
      if (this.words[at] === hi && this.words[at + 1] === lo) return at;
    return -1;
  }
}

/** For who reads blocks as they are. */
export const NO_LOADS = new LoadTable();
