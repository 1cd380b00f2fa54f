/**
 * Splits a stream of bytes into lines and fields as LOAD DATA's FIELDS and LINES clauses say (MySQL manual, "LOAD DATA
 * Statement", Field and Line Handling). Fields are given as ranges of a buffer and copied only where they hold escapes.
 */
export interface LineFormat {
  /** FIELDS TERMINATED BY; not empty. */
  readonly fieldTerminator: Uint8Array;
  /** FIELDS [OPTIONALLY] ENCLOSED BY; -1 = none. */
  readonly enclosed: number;
  /** FIELDS ESCAPED BY; -1 = none. */
  readonly escaped: number;
  /** LINES STARTING BY; may be empty. */
  readonly lineStart: Uint8Array;
  /** LINES TERMINATED BY; empty: the file is one line after another's field terminator. */
  readonly lineTerminator: Uint8Array;
  /** An unenclosed field that reads so, escapes and all, is NULL; absent: by LOAD DATA's own rules. */
  readonly nullWord?: Uint8Array;
}

const BACKSLASH_CODES: ReadonlyMap<number, number> = new Map([
  [0x30, 0x00],
  [0x62, 0x08],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x5a, 0x1a],
]);
const UPPER_N = 0x4e;

export class LineParser {
  /** Fields of the line last parsed: bytes [starts[i], ends[i]) of buffers[i]. */
  count = 0;
  readonly buffers: Uint8Array[] = [];
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  /** 1: NULL (`\N`, or the bare word NULL where fields may be enclosed). */
  nulls = new Uint8Array(64);

  private buf: Uint8Array = new Uint8Array(0);
  private pos = 0;
  /** Where the line last parsed begins. */
  private lineFrom = 0;
  private ended = false;
  private readonly term0: number;
  private readonly line0: number;
  /** Bytes that mean something within an unenclosed field. */
  private readonly special = new Uint8Array(256);
  private readonly simple: boolean;

  constructor(
    private readonly format: LineFormat,
    private ignoreLines: number,
  ) {
    this.term0 = format.fieldTerminator.length > 0 ? format.fieldTerminator[0]! : -1;
    this.line0 = format.lineTerminator.length > 0 ? format.lineTerminator[0]! : -1;
    for (const c of [this.term0, this.line0, format.escaped]) if (c >= 0) this.special[c] = 1;
    this.simple =
      format.fieldTerminator.length === 1 &&
      format.lineTerminator.length > 0 &&
      format.nullWord === undefined;
  }

  /** Adds input. Ranges given before stay valid: a new buffer holds what is left and what comes. */
  feed(bytes: Uint8Array): void {
    const rest = this.buf.length - this.pos;
    // One class of arrays for the loops below.
    if (rest === 0) this.buf = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    else {
      const next = new Uint8Array(rest + bytes.length);
      next.set(this.buf.subarray(this.pos));
      next.set(bytes, rest);
      this.buf = next;
    }
    this.pos = 0;
  }

  /** The bytes of the line last parsed, its terminator included. */
  line(): Uint8Array {
    return this.buf.subarray(this.lineFrom, this.pos);
  }

  /** Input fed that no line was made of: the parser has it no more. */
  takeRest(): Uint8Array {
    const rest = this.buf.slice(this.pos);
    this.pos = this.buf.length;
    return rest;
  }

  /** Lines at the beginning that are still to be left out. */
  get linesToIgnore(): number {
    return this.ignoreLines;
  }

  /** No more input comes: the last line may lack its terminator. */
  end(): void {
    this.ended = true;
  }

  /** Parses the next line; false when more input is needed or, after `end`, when there is none. */
  next(): boolean {
    while (this.ignoreLines > 0) {
      const after = this.unescapedLineEnd(this.pos);
      if (after < 0) {
        if (this.ended) this.pos = this.buf.length;
        return false;
      }
      this.pos = after;
      this.ignoreLines--;
    }
    for (;;) {
      if (this.pos >= this.buf.length) return false;
      let p = this.pos;
      this.lineFrom = p;
      const { lineStart } = this.format;
      if (lineStart.length > 0) {
        const end = this.findLineEnd(p);
        const stop = end < 0 ? this.buf.length : end;
        const at = indexOf(this.buf, lineStart, p, stop);
        if (at < 0) {
          if (end < 0) {
            if (this.ended) this.pos = this.buf.length;
            return false;
          }
          this.pos = end;
          continue;
        }
        p = at + lineStart.length;
      }
      let after = this.simple ? this.parseSimple(p) : -1;
      if (after < 0) after = this.parse(p);
      if (after < 0) return false;
      this.pos = after;
      return true;
    }
  }

  /** A whole line without escapes, whose enclosed fields have no enclosing character within; -1 where it is no such line. */
  private parseSimple(p: number): number {
    const { buf, special, term0, line0, starts, ends, nulls, buffers } = this;
    const { enclosed, escaped, lineTerminator } = this.format;
    const n = buf.length;
    const most = starts.length;
    const nullWords = enclosed >= 0;
    let count = 0;
    for (;;) {
      if (count === most || p >= n) return -1;
      let start = p;
      let end: number;
      let quoted = false;
      if (buf[p] === enclosed) {
        quoted = true;
        start++;
        for (p = start; p < n && buf[p] !== enclosed; p++) if (buf[p] === escaped) return -1;
        end = p++;
        if (p >= n || special[buf[p]!] === 0) return -1;
      } else {
        while (p < n && special[buf[p]!] === 0) p++;
        if (p >= n) return -1;
        end = p;
      }
      if (buffers[count] !== buf) buffers[count] = buf;
      starts[count] = start;
      ends[count] = end;
      nulls[count] = nullWords && !quoted && end - start === 4 && isNullWord(buf, start) ? 1 : 0;
      count++;
      const c = buf[p]!;
      if (c === line0) {
        let i = 1;
        while (i < lineTerminator.length && buf[p + i] === lineTerminator[i]) i++;
        if (i === lineTerminator.length) {
          this.count = count;
          return p + i;
        }
        // The first byte of a terminator that is none, or that is not all there yet.
        if (c !== term0 || p + lineTerminator.length > n) return -1;
      } else if (c !== term0) return -1;
      p++;
    }
  }

  /** Behind the end of a line that is left out, whose escaped terminators end nothing; -1 when more is needed. */
  private unescapedLineEnd(from: number): number {
    const { buf } = this;
    const { escaped, lineTerminator } = this.format;
    if (escaped < 0 || lineTerminator.length === 0) return this.findLineEnd(from);
    const last = buf.length - lineTerminator.length;
    for (let p = from; p <= last; p++) {
      if (buf[p] === escaped) p++;
      else if (this.matches(lineTerminator, p)) return p + lineTerminator.length;
    }
    return -1;
  }

  /** Position behind the next line terminator at or after `p`, -1 when there is none. */
  private findLineEnd(p: number): number {
    const t = this.format.lineTerminator;
    if (t.length === 0) return -1;
    const at = indexOf(this.buf, t, p, this.buf.length);
    return at < 0 ? -1 : at + t.length;
  }

  /** Parses the fields of a line from `p`; position behind it, or -1 when its end is not there yet. */
  private parse(p: number): number {
    const { buf, term0, line0, special } = this;
    const { enclosed, escaped } = this.format;
    const n = buf.length;
    this.count = 0;
    for (;;) {
      if (enclosed >= 0 && p < n && buf[p] === enclosed) {
        const r = this.parseEnclosed(p);
        if (r === -1) return -1;
        if (r < -1) return -r - 2;
        p = r;
        continue;
      }
      let q = p;
      let plain = true;
      for (; q < n; q++) {
        const c = buf[q]!;
        if (special[c] === 0) continue;
        if (c === line0 && this.terminates(this.format.lineTerminator, q)) break;
        if (c === term0 && this.terminates(this.format.fieldTerminator, q)) break;
        if (c === escaped) {
          plain = false;
          q++;
        }
      }
      if (q >= n) {
        if (!this.ended) return -1;
        this.field(p, Math.min(q, n), plain, false);
        return n;
      }
      // A terminator cut by the end of the input is no terminator yet.
      if (
        !this.ended &&
        q + Math.max(this.format.lineTerminator.length, this.format.fieldTerminator.length) > n
      ) {
        if (!(
          buf[q] === line0 &&
          q + this.format.lineTerminator.length <= n &&
          this.matches(this.format.lineTerminator, q)
        ))
          return -1;
      }
      this.field(p, q, plain, false);
      if (buf[q] === line0 && this.matches(this.format.lineTerminator, q))
        return q + this.format.lineTerminator.length;
      p = q + this.format.fieldTerminator.length;
    }
  }

  private matches(t: Uint8Array, q: number): boolean {
    for (let i = 0; i < t.length; i++) if (this.buf[q + i] !== t[i]) return false;
    return true;
  }

  /** Whether `t` stands at q, as far as the input goes. */
  private terminates(t: Uint8Array, q: number): boolean {
    const { buf } = this;
    for (let i = 1; i < t.length; i++) {
      if (q + i >= buf.length) return !this.ended;
      if (buf[q + i] !== t[i]) return false;
    }
    return true;
  }

  /**
   * A field that begins with the enclosing character at `p`. Gives the position of the next field; -1 when more input is needed;
   * -(end + 2) when the line ends with it.
   */
  private parseEnclosed(p: number): number {
    const { buf, term0, line0 } = this;
    const { enclosed, escaped, lineTerminator, fieldTerminator } = this.format;
    const n = buf.length;
    let plain = true;
    for (let q = p + 1; q < n; q++) {
      const c = buf[q]!;
      if (c === escaped && escaped !== enclosed) {
        plain = false;
        q++;
        continue;
      }
      if (c !== enclosed) continue;
      if (q + 1 >= n) {
        if (!this.ended) return -1;
        this.field(p + 1, q, plain, true);
        return -(n + 2);
      }
      if (buf[q + 1] === enclosed) {
        plain = false;
        q++;
        continue;
      }
      if (!this.ended && q + 1 + Math.max(lineTerminator.length, fieldTerminator.length) > n) return -1;
      if (buf[q + 1] === line0 && this.matches(lineTerminator, q + 1)) {
        this.field(p + 1, q, plain, true);
        return -(q + 1 + lineTerminator.length + 2);
      }
      if (buf[q + 1] === term0 && this.matches(fieldTerminator, q + 1)) {
        this.field(p + 1, q, plain, true);
        return q + 1 + fieldTerminator.length;
      }
      // An enclosing character in the middle of a field is one of its characters.
    }
    if (!this.ended) return -1;
    // Never closed: the opening character belongs to the value.
    this.field(p, n, plain, false);
    return -(n + 2);
  }

  private field(start: number, end: number, plain: boolean, quoted: boolean): void {
    const i = this.count++;
    if (i >= this.starts.length) this.grow();
    this.nulls[i] = 0;
    const { nullWord } = this.format;
    if (nullWord !== undefined && !quoted && this.isWord(nullWord, start, end)) {
      this.nulls[i] = 1;
      this.buffers[i] = this.buf;
      this.starts[i] = this.ends[i] = start;
      return;
    }
    if (plain) {
      this.buffers[i] = this.buf;
      this.starts[i] = start;
      this.ends[i] = end;
      // The bare word NULL is NULL where fields may be enclosed.
      if (
        !quoted &&
        nullWord === undefined &&
        end - start === 4 &&
        this.format.enclosed >= 0 &&
        isNullWord(this.buf, start)
      ) {
        this.nulls[i] = 1;
      }
      return;
    }
    this.unescape(i, start, end, quoted);
  }

  private isWord(word: Uint8Array, start: number, end: number): boolean {
    return end - start === word.length && this.matches(word, start);
  }

  private unescape(i: number, start: number, end: number, quoted: boolean): void {
    const { buf } = this;
    const { enclosed, escaped, nullWord } = this.format;
    if (
      nullWord === undefined &&
      !quoted &&
      end - start === 2 &&
      buf[start] === escaped &&
      buf[start + 1] === UPPER_N
    ) {
      this.nulls[i] = 1;
      this.buffers[i] = buf;
      this.starts[i] = this.ends[i] = start;
      return;
    }
    const out = new Uint8Array(end - start);
    let at = 0;
    for (let p = start; p < end; p++) {
      const c = buf[p]!;
      if (c === escaped && p + 1 < end && !(quoted && escaped === enclosed)) {
        const e = buf[++p]!;
        out[at++] = BACKSLASH_CODES.get(e) ?? e;
      } else if (quoted && c === enclosed && p + 1 < end && buf[p + 1] === enclosed) {
        out[at++] = c;
        p++;
      } else out[at++] = c;
    }
    this.buffers[i] = out;
    this.starts[i] = 0;
    this.ends[i] = at;
  }

  private grow(): void {
    const n = this.starts.length * 2;
    const starts = new Int32Array(n);
    starts.set(this.starts);
    this.starts = starts;
    const ends = new Int32Array(n);
    ends.set(this.ends);
    this.ends = ends;
    const nulls = new Uint8Array(n);
    nulls.set(this.nulls);
    this.nulls = nulls;
  }
}

const isNullWord = (b: Uint8Array, p: number): boolean =>
  b[p] === 0x4e && b[p + 1] === 0x55 && b[p + 2] === 0x4c && b[p + 3] === 0x4c;

function indexOf(b: Uint8Array, what: Uint8Array, from: number, to: number): number {
  for (let p = b.indexOf(what[0]!, from); p >= 0 && p + what.length <= to; p = b.indexOf(what[0]!, p + 1)) {
    let i = 1;
    while (i < what.length && b[p + i] === what[i]) i++;
    if (i === what.length) return p;
  }
  return -1;
}
