import type { Column, Constant, ScalarFunction } from '../../expression/expression.js';
import { charset, convertCharset, unconvertible } from '../../types/charset.js';
import { collation, type Collation } from '../../types/collation.js';
import { evalType } from '../../types/field-type.js';
import type { Evaluate, KeyColumn } from './condition.js';
import { MAX, SortKeyEnd, type Interval } from './interval.js';

/** The ranges of LIKE: strings with a common beginning lie together (manual, "Range Optimization"). */

const PERCENT = 0x25;
const UNDERSCORE = 0x5f;

/** The prefix of a LIKE pattern, as the column stores it. */
interface LikePrefix {
  readonly prefix: Uint8Array;
  /** The pattern says no more than that. */
  readonly exact: boolean;
  /** Anything may follow. */
  readonly wild: boolean;
}

/** How many bytes of a prefix are told apart: what a longer one leaves is little whatever its length is. */
const LENGTH_CLASSES: readonly number[] = [0, 1, 2, 3, 4, 6, 9];

/**
 * Of a pattern of plain characters and one `%` behind them how much of a column it may leave, by the length of the text: a plan made
 * for one such pattern serves all of its class. 0: the pattern is another one.
 */
export function prefixClass(pattern: unknown, escape: number): number {
  if (!(pattern instanceof Uint8Array) || pattern[pattern.length - 1] !== PERCENT) return 0;
  if (escape > 127) return 0;
  const length = pattern.length - 1;
  for (let i = 0; i < length; i++) {
    const b = pattern[i]!;
    if (b === PERCENT || b === UNDERSCORE || b === escape) return 0;
  }
  let n = 0;
  while (n + 1 < LENGTH_CLASSES.length && length >= LENGTH_CLASSES[n + 1]!) n++;
  return n;
}

/**
 * The prefix of a pattern known beforehand, when there is one and the collation compares bytes; of a parameter that of its value now,
 * of which the plan may rely on no more than its `prefixClass`.
 */
export function likePrefix(e: ScalarFunction, column: Column): LikePrefix | null {
  const [x, pattern, escape] = e.args;
  // Functions take text in UTF-8: a column of another charset is converted.
  const converted =
    x?.kind === 'function' && x.name === 'cast' && x.args[0]!.kind === 'column' && x.args[0].id === column.id;
  if (!converted && !(x?.kind === 'column' && x.id === column.id)) return null;
  if (pattern?.kind !== 'constant' || !(pattern.value instanceof Uint8Array)) return null;
  const esc = escape?.kind === 'constant' ? Number(escape.value) : 92;
  // More than a byte: it is not looked for.
  if (esc > 127) return null;
  if (pattern.param !== undefined && prefixClass(pattern.value, esc) === 0) return null;
  if (evalType(column.type) !== 'string') return null;
  const c = collation(column.type.collate);
  const own = charset(column.type.charset);
  const cs = charset(converted ? x.type.charset : column.type.charset);
  if (c === undefined || own === undefined || cs === undefined) return null;
  if (e.collation !== column.type.collate || column.type.elems !== undefined) return null;
  if (converted && (cs.name !== 'utf8mb4' || own.name === 'binary')) return null;
  const stored = (prefix: number[]): Uint8Array | null => {
    const bytes = Uint8Array.from(prefix);
    if (!converted) return bytes;
    // A Buffer's slices are no copies.
    return unconvertible(bytes, cs, own) === null ? Uint8Array.from(convertCharset(bytes, cs, own)) : null;
  };
  const out: number[] = [];
  const p = pattern.value;
  for (let i = 0; i < p.length; i++) {
    const b = p[i]!;
    if (b === PERCENT || b === UNDERSCORE) {
      if (out.length === 0) return null;
      // A trailing space could fall to PAD SPACE in the keys.
      const exact = b === PERCENT && i === p.length - 1 && !c.padSpace && c.isBinary && !converted;
      const prefix = stored(out);
      return prefix === null ? null : { prefix, exact, wild: true };
    }
    if (b === esc && i + 1 < p.length) i++;
    // The bytes behind the first of a character may look like anything.
    const end = i + cs.offsetOf(p.subarray(i), 1);
    while (i < end - 1) out.push(p[i++]!);
    out.push(p[i]!);
  }
  const prefix = stored(out);
  return prefix === null ? null : { prefix, exact: false, wild: false };
}

/** The strings that LIKE admits, and maybe more. Only where it has a prefix. */
export function likeInterval(e: ScalarFunction, key: KeyColumn, evaluate: Evaluate): Interval {
  const { column } = key;
  const { prefix, wild } = likePrefix(withValue(e, evaluate), column)!;
  const shown = cut(prefix, key);
  const coll = collation(column.type.collate)!;
  if (!coll.isBinary && wild) return prefixInterval(shown, column, coll);
  const next = successor(shown);
  // Keys of PAD SPACE collations lose a trailing space: the next character keeps the end above the prefix.
  if (next !== null && next[next.length - 1] === 32 && coll.padSpace) next[next.length - 1] = 33;
  if (!wild) return { low: shown, high: shown, lowEx: false, highEx: false };
  return { low: trimPad(shown, column), high: next ?? MAX, lowEx: false, highEx: next !== null };
}

/** With the pattern of this execution. */
function withValue(e: ScalarFunction, evaluate: Evaluate): ScalarFunction {
  const pattern = e.args[1] as Constant;
  if (pattern.param === undefined) return e;
  return { ...e, args: [e.args[0]!, { ...pattern, value: evaluate(pattern) }, e.args[2]!] };
}

/**
 * Strings that begin with characters equal to those of the prefix, among the keys of a collation whose keys are the
 * weights of the characters one after the other.
 */
function prefixInterval(prefix: Uint8Array, column: Column, coll: Collation): Interval {
  // PAD SPACE drops spaces at the end of a key, where those of a prefix do not stand.
  const mark = Uint8Array.of(97);
  const whole = coll.sortKey(Uint8Array.from([...prefix, 97]));
  const key = whole.slice(0, whole.length - coll.sortKey(mark).length);
  const next = successor(key);
  const near = Uint8Array.from([...prefix, 122, 122, 122]);
  return {
    low: trimPad(prefix, column),
    high: next === null ? MAX : new SortKeyEnd(next, near),
    lowEx: false,
    highEx: next !== null,
  };
}

/** Keys of PAD SPACE collations have no trailing spaces, so the lower end of a prefix must not have them either. */
function trimPad(b: Uint8Array, column: Column): Uint8Array {
  if (collation(column.type.collate)?.padSpace !== true) return b;
  let n = b.length;
  while (n > 0 && b[n - 1] === 32) n--;
  return b.subarray(0, n);
}

/** The smallest byte string above all that start with `b`; null when there is none. */
function successor(b: Uint8Array): Uint8Array | null {
  for (let i = b.length - 1; i >= 0; i--) {
    if (b[i] !== 255) {
      const out = b.slice(0, i + 1);
      out[i]!++;
      return out;
    }
  }
  return null;
}

/** A string as a prefix index holds it. */
export function cut(v: Uint8Array, key: KeyColumn): Uint8Array {
  if (key.length < 0) return v;
  const cs = charset(key.column.type.charset);
  const at = cs === undefined ? key.length : cs.offsetOf(v, key.length);
  return at >= v.length ? v : v.subarray(0, at);
}
