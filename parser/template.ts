/**
 * Texts that differ in their literals and comments alone share a template: the text with `?` for each literal and a blank for each
 * comment. One pass over the bytes finds it, without tokens or a tree. Texts that hold anything unusual have none: hints, comments to
 * the end of a line, variables, other literals than numbers and quoted strings, several statements, names beyond ASCII.
 */

export const LiteralKind = { Int: 0, Decimal: 1, Float: 2, String: 3 } as const;
export type LiteralKind = (typeof LiteralKind)[keyof typeof LiteralKind];

/** Longer texts and those with more literals are parsed. */
const MAX_BYTES = 4096;
const MAX_LITERALS = 256;

const ByteClass = {
  Other: 0,
  Blank: 1,
  Ident: 2,
  Digit: 3,
  Quote: 4,
  Backtick: 5,
  Dot: 6,
  /** Means something that this scanner does not know. */
  Stop: 7,
  Minus: 8,
  Slash: 9,
} as const;

/** Class of each byte. Letters, digits, `_`, `$` make identifiers. */
const CLASS = new Uint8Array(256).fill(ByteClass.Stop);
for (let c = 0x20; c < 0x7f; c++) CLASS[c] = ByteClass.Other;
for (const c of [0x20, 0x09, 0x0a, 0x0d]) CLASS[c] = ByteClass.Blank;
for (let c = 0x61; c <= 0x7a; c++) CLASS[c] = CLASS[c - 32] = ByteClass.Ident;
CLASS[0x5f] = CLASS[0x24] = ByteClass.Ident;
for (let c = 0x30; c <= 0x39; c++) CLASS[c] = ByteClass.Digit;
CLASS[0x27] = CLASS[0x22] = ByteClass.Quote;
CLASS[0x60] = ByteClass.Backtick;
CLASS[0x2e] = ByteClass.Dot;
CLASS[0x2d] = ByteClass.Minus;
CLASS[0x2f] = ByteClass.Slash;
// `#`, `?`, `@`, `;`, `\`: comments, markers, variables, statement ends.
for (const c of [0x23, 0x3f, 0x40, 0x3b, 0x5c]) CLASS[c] = ByteClass.Stop;

const isIdent = (c: number): boolean => c === ByteClass.Ident || c === ByteClass.Digit;

/** What a backslash and a letter stand for (manual, "String Literals"); other characters stand for themselves. */
const ESCAPES = new Map([
  [0x6e, 0x0a],
  [0x74, 0x09],
  [0x72, 0x0d],
  [0x30, 0x00],
  [0x62, 0x08],
  [0x5a, 0x1a],
]);

/** The bytes that a quoted string, given without its quotes, stands for. Quotes inside are doubled or escaped. */
export function unescapedString(sql: Uint8Array, start: number, end: number): Uint8Array {
  const quote = sql[start - 1]!;
  const out = new Uint8Array(end - start);
  let o = 0;
  for (let i = start; i < end; i++) {
    const b = sql[i]!;
    if (b === 0x5c) {
      const e = sql[++i]!;
      // \% and \_ keep the backslash: it is LIKE that reads it.
      if (e === 0x25 || e === 0x5f) out[o++] = b;
      out[o++] = ESCAPES.get(e) ?? e;
    } else {
      out[o++] = b;
      if (b === quote) i++;
    }
  }
  return out.subarray(0, o);
}

/** Where the comment that begins at `at` ends; -1 where it does not, or says something: a hint, or text for some version alone. */
function commentEnd(sql: Uint8Array, at: number): number {
  const first = sql[at + 2];
  if (first === 0x2b || first === 0x21) return -1;
  if ((first === 0x54 || first === 0x4d) && sql[at + 3] === 0x21) return -1;
  for (let i = at + 3; i < sql.length; i++) if (sql[i] === 0x2f && sql[i - 1] === 0x2a) return i + 1;
  return -1;
}

/** Finds templates; the one found last is in its fields until the next call. */
export class TemplateScanner {
  /** The template: `text[0, length)`. */
  readonly text = new Uint8Array(MAX_BYTES + 8);
  length = 0;
  /** A number for template and kinds of literals, equal for equal ones. */
  hash = 0;
  count = 0;
  readonly kinds = new Uint8Array(MAX_LITERALS);
  /** Where in the scanned text each literal is; strings without their quotes. */
  readonly starts = new Int32Array(MAX_LITERALS);
  readonly ends = new Int32Array(MAX_LITERALS);
  /** Whether a string holds more than ASCII characters that stand for themselves: escapes, doubled quotes, bytes of UTF-8. */
  readonly coded = new Uint8Array(MAX_LITERALS);

  /** Scans a statement written in ASCII-compatible bytes; false when it has no template. */
  scan(sql: Uint8Array): boolean {
    const total = sql.length;
    if (total > MAX_BYTES) return false;
    const out = this.text;
    let o = 0;
    let count = 0;
    let hash = 0x811c9dc5;
    let i = 0;
    while (i < total && CLASS[sql[i]!] === ByteClass.Blank) i++;
    while (i < total) {
      const c = sql[i]!;
      switch (CLASS[c]!) {
        case ByteClass.Ident: {
          do {
            const b = sql[i]!;
            out[o++] = b;
            hash = Math.imul(hash ^ b, 0x01000193);
            i++;
          } while (i < total && isIdent(CLASS[sql[i]!]!));
          // An introducer or x'..', b'..', n'..'.
          if (i < total && CLASS[sql[i]!] === ByteClass.Quote) return false;
          break;
        }
        case ByteClass.Backtick: {
          do {
            const b = sql[i]!;
            if (b >= 0x80) return false;
            out[o++] = b;
            hash = Math.imul(hash ^ b, 0x01000193);
            i++;
          } while (i < total && sql[i] !== 0x60);
          if (i >= total) return false;
          out[o++] = 0x60;
          hash = Math.imul(hash ^ 0x60, 0x01000193);
          i++;
          break;
        }
        case ByteClass.Digit:
        case ByteClass.Dot: {
          if (c === 0x2e && (i + 1 >= total || CLASS[sql[i + 1]!] !== ByteClass.Digit)) {
            out[o++] = c;
            hash = Math.imul(hash ^ c, 0x01000193);
            i++;
            break;
          }
          // `t.1a`, `1.e`: names, or numbers that are better left to the lexer.
          if (c === 0x2e && o > 0 && (isIdent(CLASS[out[o - 1]!]!) || out[o - 1] === 0x60)) return false;
          if (count === MAX_LITERALS) return false;
          const start = i;
          let kind: LiteralKind = LiteralKind.Int;
          while (i < total && CLASS[sql[i]!] === ByteClass.Digit) i++;
          if (i < total && sql[i] === 0x2e) {
            kind = LiteralKind.Decimal;
            i++;
            while (i < total && CLASS[sql[i]!] === ByteClass.Digit) i++;
          }
          if (i < total && (sql[i] === 0x65 || sql[i] === 0x45)) {
            kind = LiteralKind.Float;
            i++;
            if (i < total && (sql[i] === 0x2b || sql[i] === 0x2d)) i++;
            const digits = i;
            while (i < total && CLASS[sql[i]!] === ByteClass.Digit) i++;
            if (i === digits) return false;
          }
          if (i < total && (isIdent(CLASS[sql[i]!]!) || sql[i] === 0x2e || sql[i] === 0x60)) return false;
          // Longer integers are beyond what a double holds.
          if (kind === LiteralKind.Int && i - start > 15) return false;
          this.kinds[count] = kind;
          this.starts[count] = start;
          this.ends[count++] = i;
          out[o++] = 0x3f;
          hash = Math.imul(hash ^ (0x80 + kind), 0x01000193);
          break;
        }
        case ByteClass.Quote: {
          if (count === MAX_LITERALS) return false;
          const start = ++i;
          let coded = 0;
          for (; i < total; i++) {
            const b = sql[i]!;
            if (b === c) {
              if (i + 1 >= total || sql[i + 1] !== c) break;
              coded = 1;
              i++;
            } else if (b === 0x5c) {
              coded = 1;
              i++;
            } else if (b >= 0x80) {
              coded = 1;
            } else if (b === 0) {
              return false;
            }
          }
          if (i >= total) return false;
          this.kinds[count] = LiteralKind.String;
          this.coded[count] = coded;
          this.starts[count] = start;
          this.ends[count++] = i++;
          // Adjacent strings are one literal.
          let next = i;
          while (next < total && CLASS[sql[next]!] === ByteClass.Blank) next++;
          if (next < total && CLASS[sql[next]!] === ByteClass.Quote) return false;
          out[o++] = 0x3f;
          hash = Math.imul(hash ^ (0x80 + LiteralKind.String), 0x01000193);
          break;
        }
        case ByteClass.Stop: {
          // One semicolon may end the text.
          if (c !== 0x3b) return false;
          while (++i < total) if (CLASS[sql[i]!] !== ByteClass.Blank) return false;
          break;
        }
        case ByteClass.Slash:
          if (i + 1 < total && sql[i + 1] === 0x2a) {
            const end = commentEnd(sql, i);
            if (end < 0) return false;
            i = end;
            out[o++] = 0x20;
            hash = Math.imul(hash ^ 0x20, 0x01000193);
            break;
          }
          out[o++] = c;
          hash = Math.imul(hash ^ c, 0x01000193);
          i++;
          break;
        case ByteClass.Minus:
          // `--` may begin a comment; `- -` does not.
          if (i + 1 < total && sql[i + 1] === 0x2d) return false;
          out[o++] = c;
          hash = Math.imul(hash ^ c, 0x01000193);
          i++;
          break;
        default:
          out[o++] = c;
          hash = Math.imul(hash ^ c, 0x01000193);
          i++;
      }
    }
    this.length = o;
    this.count = count;
    this.hash = hash;
    return true;
  }
}
