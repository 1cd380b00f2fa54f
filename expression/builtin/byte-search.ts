/** How far a search looks ahead at first, and at most, bytes. */
const MIN_WINDOW = 1 << 10;
const MAX_WINDOW = 1 << 16;

/** Searches for one byte string in many ranges of a text (Horspool, 1980). */
export class ByteSearch {
  /** How far the needle may move when its last byte stands over this one; 0: it is the needle's last byte. */
  private readonly shift: Uint8Array;
  /** How far it may move after its last byte was there and the others were not. */
  private readonly lastShift: number;

  constructor(private readonly needle: Uint8Array) {
    const n = needle.length;
    const most = Math.min(n, 255);
    this.shift = new Uint8Array(256).fill(most);
    let lastShift = most;
    for (let i = Math.max(0, n - 1 - most); i < n - 1; i++) {
      const d = n - 1 - i;
      this.shift[needle[i]!] = d;
      if (needle[i] === needle[n - 1]) lastShift = d;
    }
    this.lastShift = lastShift;
    if (n > 0) this.shift[needle[n - 1]!] = 0;
  }

  get length(): number {
    return this.needle.length;
  }

  over(text: Uint8Array): RangeSearch {
    return new RangeSearch(this, text);
  }

  /** First occurrence within text[from, to), or -1. */
  indexOf(text: Uint8Array, from: number, to: number): number {
    const { needle, shift, lastShift } = this;
    const n = needle.length;
    const last = n - 1;
    if (n === 0) return from <= to ? from : -1;
    let p = from + last;
    while (p < to) {
      const d = shift[text[p]!]!;
      if (d !== 0) {
        p += d;
        continue;
      }
      let j = 0;
      const start = p - last;
      while (j < last && text[start + j] === needle[j]) j++;
      if (j >= last) return start;
      p += lastShift;
    }
    return -1;
  }
}

/**
 * The same for ranges asked for one after another, in which the text is mostly ascending and without gaps, as the cells of a
 * column are: it is searched on beyond a range's end, so that most ranges are answered by where the next occurrence is.
 */
export class RangeSearch {
  /** No occurrence begins in [from, next); one begins at `next` if `found`. */
  private from = 0;
  private next = 0;
  private found = false;
  private end = -1;
  private window = MIN_WINDOW;

  constructor(
    private readonly search: ByteSearch,
    private readonly text: Uint8Array,
  ) {}

  /** First occurrence within [s, e), or -1. */
  indexIn(s: number, e: number): number {
    const n = this.search.length;
    const adjacent = s === this.end;
    this.end = e;
    if (s < this.from || s > this.next) {
      this.from = s;
      this.next = s;
      this.found = false;
    }
    // What begins up to e - n matters.
    while (!this.found && this.next + n <= e) {
      let to = e;
      if (adjacent) {
        to = Math.min(this.text.length, Math.max(e, this.next + this.window));
        this.window = Math.min(MAX_WINDOW, this.window * 2);
      }
      const at = this.search.indexOf(this.text, this.next, to);
      this.found = at >= 0;
      this.next = at >= 0 ? at : Math.max(this.next, to - n + 1);
    }
    return this.found && this.next + n <= e ? this.next : -1;
  }
}
