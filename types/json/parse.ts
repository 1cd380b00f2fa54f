import { encodeUtf8 } from '../charset.js';
import { compareBytes } from '../collation-bytes.js';
import { mysqlError } from '../error-table.js';
import { intDatum } from '../datum.js';
import type { JsonValue } from './value.js';
import { JsonDouble } from './value.js';

/** Nesting MySQL allows. */
const MAX_DEPTH = 100;

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
/** Digits of integers that a number holds whatever they are. */
const SHORT_DIGITS = 15;

/** Length of the integer at `p` where it has few digits and neither sign, point nor exponent; 0 for other numbers. */
function shortInteger(text: string, p: number): number {
  let n = 0;
  let c = text.charCodeAt(p);
  if (c === 0x30) return 0;
  for (; c >= 0x30 && c <= 0x39; c = text.charCodeAt(p + n)) if (++n > SHORT_DIGITS) return 0;
  return c === 0x2e || c === 0x65 || c === 0x45 ? 0 : n;
}

const SURROGATE = /[\ud800-\udfff]/;

type Member = [string, JsonValue];
type MemberOrder = (a: Member, b: Member) => number;

const byUnits: MemberOrder = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);
const byBytes: MemberOrder = ([a], [b]) => compareBytes(encodeUtf8(a), encodeUtf8(b));

/** Members that are put in order at once, and between two steps where there are more. */
const SORTED_AT_ONCE = 1 << 12;

/** Members in the order of their names' bytes, as binary documents have them. Without surrogates it is that of their units. */
function* inKeyOrder(members: ReadonlyMap<string, JsonValue>): Generator<void, Map<string, JsonValue>> {
  let entries = [...members];
  const order = entries.some(([k]) => SURROGATE.test(k)) ? byBytes : byUnits;
  if (entries.length <= SORTED_AT_ONCE) return new Map(entries.sort(order));
  yield;
  for (let from = 0; from < entries.length; from += SORTED_AT_ONCE) {
    const sorted = entries.slice(from, from + SORTED_AT_ONCE).sort(order);
    for (let i = 0; i < sorted.length; i++) entries[from + i] = sorted[i]!;
    yield;
  }
  for (let run = SORTED_AT_ONCE; run < entries.length; run *= 2) entries = yield* merged(entries, run, order);
  const out = new Map<string, JsonValue>();
  for (let i = 0; i < entries.length; i++) {
    out.set(entries[i]![0], entries[i]![1]);
    if (i % SORTED_AT_ONCE === 0) yield;
  }
  return out;
}

/** Stretches of `run` entries, each in order, merged two by two. */
function* merged(entries: readonly Member[], run: number, order: MemberOrder): Generator<void, Member[]> {
  const n = entries.length;
  const out: Member[] = [];
  for (let from = 0; from < n; from += 2 * run) {
    const middle = Math.min(n, from + run);
    const to = Math.min(n, middle + run);
    for (let a = from, b = middle; a < middle || b < to;) {
      const first = b >= to || (a < middle && order(entries[a]!, entries[b]!) <= 0);
      out.push(entries[first ? a++ : b++]!);
      if (out.length % SORTED_AT_ONCE === 0) yield;
    }
  }
  return out;
}

function fail(why: string): never {
  throw mysqlError('ER_INVALID_JSON_TEXT', why);
}

/** An object that is being read. */
interface OpenObject {
  readonly members: Map<string, JsonValue>;
  /** The name that the next value belongs to. */
  name: string;
  /** The names that have come are in order. */
  ordered: boolean;
}

/**
 * Reads JSON text (RFC 8259) to values, integers and doubles kept apart: a number with a point or exponent, or beyond 64 bits, is
 * a double. Later duplicates of a key win. Error 3140 otherwise. It can be done in steps, since texts of megabytes take long: what is open
 * lies on a stack of its own rather than on that of calls.
 */
export class JsonParser {
  /** The document once it is read. */
  value: JsonValue = null;
  private p = 0;
  private readonly open: (OpenObject | JsonValue[])[] = [];
  private sorting: Generator<void, Map<string, JsonValue>> | null = null;

  constructor(private readonly text: string) {}

  /** Reads so many values more; whether the document has been read. */
  run(values: number): boolean {
    for (let left = values; left > 0; left--) {
      let v = this.sorting === null ? this.begin() : this.sorted(this.sorting);
      while (v !== undefined) {
        const at = this.open.at(-1);
        if (at === undefined) return this.finish(v);
        v = this.add(at, v);
      }
      if (this.sorting !== null) return false;
    }
    return false;
  }

  private space(): void {
    const { text } = this;
    let { p } = this;
    for (
      let c = text.charCodeAt(p);
      c === 0x20 || c === 0x0a || c === 0x09 || c === 0x0d;
      c = text.charCodeAt(p)
    )
      p++;
    this.p = p;
  }

  /** The value that begins here; undefined where it is a container with something in it. */
  private begin(): JsonValue | undefined {
    const { text, open } = this;
    if (open.length > MAX_DEPTH) throw mysqlError('ER_JSON_DOCUMENT_TOO_DEEP');
    this.space();
    const c = text.charCodeAt(this.p);
    switch (c) {
      case 0x7b: {
        this.p++;
        this.space();
        const members = new Map<string, JsonValue>();
        if (text.charCodeAt(this.p) === 0x7d) {
          this.p++;
          return members;
        }
        const object = { members, name: '', ordered: true };
        open.push(object);
        this.name(object);
        return undefined;
      }
      case 0x5b:
        this.p++;
        this.space();
        if (text.charCodeAt(this.p) === 0x5d) {
          this.p++;
          return [];
        }
        open.push([]);
        return undefined;
      case 0x22:
        return this.string();
      default:
        return this.literal(c);
    }
  }

  /** Puts a value where it belongs; gives the container where it was the last one. */
  private add(at: OpenObject | JsonValue[], v: JsonValue): JsonValue | undefined {
    const isArray = Array.isArray(at);
    if (isArray) at.push(v);
    else at.members.set(at.name, v);
    this.space();
    const c = this.text.charCodeAt(this.p);
    if (c === 0x2c) {
      this.p++;
      if (!isArray) {
        this.space();
        this.name(at);
      }
      return undefined;
    }
    if (c !== (isArray ? 0x5d : 0x7d))
      return fail(
        isArray
          ? 'Missing a comma or ] after an array element.'
          : 'Missing a comma or } after an object member.',
      );
    this.p++;
    this.open.pop();
    if (isArray) return at;
    return at.ordered ? at.members : this.sorted(inKeyOrder(at.members));
  }

  /** A step of putting members in order; gives the object when they are. */
  private sorted(steps: Generator<void, Map<string, JsonValue>>): JsonValue | undefined {
    const r = steps.next();
    this.sorting = r.done === true ? null : steps;
    return r.done === true ? r.value : undefined;
  }

  private name(object: OpenObject): void {
    if (this.text.charCodeAt(this.p) !== 0x22) fail('Missing a name for object member.');
    const name = this.string();
    this.space();
    if (this.text.charCodeAt(this.p) !== 0x3a) fail('Missing a colon after a name of object member.');
    this.p++;
    // The order of units is that of bytes but for surrogates.
    if (name < object.name || SURROGATE.test(name)) object.ordered = false;
    object.name = name;
  }

  private finish(v: JsonValue): boolean {
    this.space();
    if (this.p < this.text.length) fail('The document root must not be followed by other values.');
    this.value = v;
    return true;
  }

  private string(): string {
    const { text } = this;
    const start = this.p;
    let p = start + 1;
    let plain = true;
    for (;;) {
      const c = text.charCodeAt(p);
      if (Number.isNaN(c)) return fail('Missing a closing quotation mark in string.');
      if (c === 0x22) break;
      if (c < 0x20) return fail('Invalid encoding in string.');
      if (c === 0x5c) {
        plain = false;
        p++;
      }
      p++;
    }
    this.p = ++p;
    if (plain) return text.slice(start + 1, p - 1);
    try {
      return JSON.parse(text.slice(start, p)) as string;
    } catch {
      return fail('Invalid escape character in string.');
    }
  }

  private literal(c: number): JsonValue {
    switch (c) {
      case 0x6e:
        return this.word('null', null);
      case 0x74:
        return this.word('true', true);
      case 0x66:
        return this.word('false', false);
      default:
        return Number.isNaN(c) ? fail('The document is empty.') : this.number();
    }
  }

  private word(word: string, value: JsonValue): JsonValue {
    if (!this.text.startsWith(word, this.p)) return fail('Invalid value.');
    this.p += word.length;
    return value;
  }

  private number(): JsonValue {
    const { text, p } = this;
    const short = shortInteger(text, p);
    if (short > 0) {
      this.p += short;
      return Number(text.slice(p, p + short));
    }
    NUMBER.lastIndex = p;
    const r = NUMBER.exec(text);
    if (r === null) return fail('Invalid value.');
    this.p += r[0].length;
    if (r[1] === undefined && r[2] === undefined) {
      const v = BigInt(r[0]);
      if (v <= 18446744073709551615n && v >= -9223372036854775808n) return intDatum(v);
    }
    const d = Number(r[0]);
    return Number.isFinite(d) ? new JsonDouble(d) : fail('Number too big to be stored in double.');
  }
}

export function parseJson(text: string): JsonValue {
  const parser = new JsonParser(text);
  while (!parser.run(Infinity));
  return parser.value;
}

/** Values that are read between two chances for others to use the thread. */
const STEP_VALUES = 1 << 11;

export function* parseJsonSteps(text: string): Generator<void, JsonValue> {
  const parser = new JsonParser(text);
  while (!parser.run(STEP_VALUES)) yield;
  return parser.value;
}
