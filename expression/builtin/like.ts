import { collation } from '../../types/collation.js';
import { decodeUtf8 } from '../../types/charset.js';
import type { FieldType } from '../../types/field-type.js';
import type { Emitter, Value } from '../codegen.js';
import { NULL_VALUE } from '../codegen.js';
import { inCharset } from '../charset-conversion.js';
import { deriveCollation } from '../collation-derivation.js';
import type { Constant, Expression, ScalarFunction } from '../expression.js';
import type { FunctionSpec } from '../function-registry.js';
import { registerFunctions } from '../function-registry.js';
import { boolOf } from './logic.js';
import { toArgDomain } from './scalar.js';
import { ByteSearch } from './byte-search.js';
import { indexOfBytes } from './string-bytes.js';

/** LIKE (manual, "String Comparison Functions and Operators"): patterns known beforehand are compiled once. */

type Matcher = (b: Uint8Array, s: number, e: number) => boolean;

const PERCENT = 0x25;
const UNDERSCORE = 0x5f;

interface Item {
  /** literal byte or weight; -1 is `_`, -2 is `%`. */
  readonly c: number;
}

/** Items of a pattern as bytes (weight null) or character weights. */
function parse(pattern: Uint8Array, escape: number, weight: ((cp: number) => number) | null): Item[] {
  const units = weight === null ? [...pattern] : [...decodeUtf8(pattern)].map((x) => x.codePointAt(0)!);
  const out: Item[] = [];
  for (let i = 0; i < units.length; i++) {
    const u = units[i]!;
    if (u === escape && escape !== 0 && i + 1 < units.length) {
      i++;
      out.push({ c: weight === null ? units[i]! : weight(units[i]!) });
    } else if (u === PERCENT) {
      if (out.length === 0 || out[out.length - 1]!.c !== -2) out.push({ c: -2 });
    } else if (u === UNDERSCORE) out.push({ c: -1 });
    else out.push({ c: weight === null ? u : weight(u) });
  }
  return out;
}

const bytesOfItems = (items: readonly Item[]): Uint8Array => Uint8Array.from(items.map((i) => i.c));

function matchesAt(b: Uint8Array, at: number, lit: Uint8Array): boolean {
  for (let j = 0; j < lit.length; j++) if (b[at + j] !== lit[j]) return false;
  return true;
}

/** The pattern in the fastest form its shape admits. */
export function compileLike(pattern: Uint8Array, escape: number, collate: string, binary: boolean): Matcher {
  const weight = collation(collate)?.charWeight ?? null;
  const items = parse(pattern, escape, binary ? null : weight);
  if (binary || weight === null) {
    if (!items.some((i) => i.c === -1)) {
      // Only % between literals: anchored ends, then leftmost occurrence of each middle part in turn.
      const parts: Uint8Array[] = [];
      let cur: Item[] = [];
      for (const i of items) {
        if (i.c === -2) {
          parts.push(bytesOfItems(cur));
          cur = [];
        } else cur.push(i);
      }
      parts.push(bytesOfItems(cur));
      if (parts.length === 1) {
        const lit = parts[0]!;
        return (b, s, e) => e - s === lit.length && matchesAt(b, s, lit);
      }
      const first = parts[0]!;
      const last = parts[parts.length - 1]!;
      const middle = parts.slice(1, -1).filter((p) => p.length > 0);
      if (middle.length === 0) {
        if (last.length === 0) return (b, s, e) => e - s >= first.length && matchesAt(b, s, first);
        if (first.length === 0)
          return (b, s, e) => e - s >= last.length && matchesAt(b, e - last.length, last);
        return (b, s, e) =>
          e - s >= first.length + last.length &&
          matchesAt(b, s, first) &&
          matchesAt(b, e - last.length, last);
      }
      if (middle.length === 1 && first.length === 0 && last.length === 0) {
        const needle = middle[0]!;
        return (b, s, e) => indexOfBytes(b, s, e, needle) >= 0;
      }
      return (b, s, e) => {
        if (
          e - s < first.length + last.length ||
          !matchesAt(b, s, first) ||
          !matchesAt(b, e - last.length, last)
        )
          return false;
        let at = s + first.length;
        const end = e - last.length;
        for (const m of middle) {
          const i = indexOfBytes(b, at, end, m);
          if (i < 0) return false;
          at = i + m.length;
        }
        return true;
      };
    }
    return (b, s, e) => wildBytes(b, s, e, items, binary);
  }
  const codes = items.map((i) => i.c);
  let weights = new Float64Array(64);
  return (b, s, e) => {
    const text = decodeUtf8(b.subarray(s, e));
    let room = weights;
    if (text.length > KEPT_WEIGHTS) room = new Float64Array(text.length);
    else if (text.length > room.length) room = weights = new Float64Array(text.length * 2);
    return wild(room, weightsOf(text, weight, room), codes);
  };
}

/** Room for longer texts is not kept for the next. */
const KEPT_WEIGHTS = 1 << 14;

/** Puts the weights of the text's characters into `out`; tells how many. */
function weightsOf(text: string, weight: (cp: number) => number, out: Float64Array): number {
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const cp = text.codePointAt(i)!;
    if (cp > 0xffff) i++;
    out[n++] = weight(cp);
  }
  return n;
}

/** Backtracking to the last %: linear in practice. */
function wild(text: Float64Array, length: number, items: readonly number[]): boolean {
  let i = 0;
  let p = 0;
  let star = -1;
  let mark = 0;
  while (i < length) {
    const c = p < items.length ? items[p]! : -3;
    if (c === -2) {
      star = p++;
      mark = i;
    } else if (c === -1 || c === text[i]) {
      i++;
      p++;
    } else if (star >= 0) {
      p = star + 1;
      i = ++mark;
    } else return false;
  }
  while (p < items.length && items[p] === -2) p++;
  return p === items.length;
}

const width = (c: number): number => (c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1);

/** The same over bytes, `_` taking a whole UTF-8 character. */
function wildBytes(b: Uint8Array, s: number, e: number, items: readonly Item[], binary: boolean): boolean {
  let i = s;
  let p = 0;
  let star = -1;
  let mark = s;
  while (i < e) {
    const c = p < items.length ? items[p]!.c : -3;
    if (c === -2) {
      star = p++;
      mark = i;
    } else if (c === -1) {
      i += binary ? 1 : width(b[i]!);
      p++;
    } else if (c === b[i]) {
      i++;
      p++;
    } else if (star >= 0) {
      p = star + 1;
      mark += binary ? 1 : width(b[mark]!);
      i = mark;
    } else return false;
  }
  while (p < items.length && items[p]!.c === -2) p++;
  return p === items.length && i === e;
}

/** A matcher for patterns that vary by row; keeps the last one. */
function dynamicLike(
  collate: string,
  binary: boolean,
): (b: Uint8Array, s: number, e: number, pattern: Uint8Array, escape: number) => boolean {
  let last: Uint8Array | null = null;
  let lastEscape = -1;
  let matcher: Matcher = () => false;
  return (b, s, e, pattern, escape) => {
    if (
      last === null ||
      escape !== lastEscape ||
      last.length !== pattern.length ||
      !matchesAt(pattern, 0, last)
    ) {
      last = pattern.slice();
      lastEscape = escape;
      matcher = compileLike(last, escape, collate, binary);
    }
    return matcher(b, s, e);
  };
}

const isBinary = (t: FieldType): boolean => t.charset === 'binary';

/** The bytes of a leaf column in generated code. */
const COLUMN_BYTES = /^c\d+b$/;

/**
 * For the cells of one column: `%a%`, `%a%b%` and the like, the column's bytes searched as one text. Null for other patterns.
 */
function columnSearch(
  pattern: Uint8Array,
  escape: number,
  collate: string,
  binary: boolean,
): ((b: Uint8Array) => Matcher) | null {
  const weight = collation(collate)?.charWeight ?? null;
  if (!binary && weight !== null) return null;
  const items = parse(pattern, escape, null);
  const open = items.length > 2 && items[0]!.c === -2 && items[items.length - 1]!.c === -2;
  if (!open || items.some((i) => i.c === -1)) return null;
  const parts: number[][] = [[]];
  for (const { c } of items.slice(1, -1)) {
    if (c === -2) parts.push([]);
    else parts[parts.length - 1]!.push(c);
  }
  const [needle, ...others] = parts.map((p) => Uint8Array.from(p)) as [Uint8Array, ...Uint8Array[]];
  const search = new ByteSearch(needle);
  return (b) => {
    const first = search.over(b);
    if (others.length === 0) return (_, s, e) => first.indexIn(s, e) >= 0;
    return (_, s, e) => {
      let at = first.indexIn(s, e);
      if (at < 0) return false;
      at += needle.length;
      for (const o of others) {
        const i = indexOfBytes(b, at, e, o);
        if (i < 0) return false;
        at = i + o.length;
      }
      return true;
    };
  };
}

function emitLike(g: Emitter, node: ScalarFunction, collate: string): Value {
  const [subject, pattern, escape] = node.args as [Expression, Expression, Expression];
  const a = g.operand(subject, 'string');
  const p = g.operand(pattern, 'string');
  const nul = g.anyNull([a, p]);
  if (nul === 'true') return NULL_VALUE;
  const binary = isBinary(subject.type) || isBinary(pattern.type);
  if (
    pattern.kind === 'constant' &&
    pattern.param === undefined &&
    escape.kind === 'constant' &&
    escape.param === undefined
  ) {
    const like = pattern.value as Uint8Array;
    const esc = Number((escape as Constant).value);
    // A column's bytes do not change under the loop, as those of computed texts may.
    const isCell = subject.kind === 'column' && COLUMN_BYTES.test(a.v);
    const over = isCell ? columnSearch(like, esc, collate, binary) : null;
    if (over !== null) {
      const test = g.hoist(`${g.pool(over)}(${a.v})`);
      return g.bool(`${test}(${a.v},${a.s},${a.e})`, nul);
    }
    const m = compileLike(like, esc, collate, binary);
    return g.bool(`${g.pool(m)}(${a.v},${a.s},${a.e})`, nul);
  }
  const x = g.emit(escape);
  return g.bool(
    `${g.pool(dynamicLike(collate, binary))}(${a.v},${a.s},${a.e},${g.asDatum(p, 'string')},Number(${x.v}))`,
    nul,
  );
}

const like = (name: string, insensitive: boolean): FunctionSpec => ({
  name,
  minArgs: 3,
  maxArgs: 3,
  family: 'string',
  internal: true,
  pure: true,
  pushdown: insensitive ? undefined : 'LikeSig',
  doc: `expr ${name.toUpperCase()} pattern [ESCAPE c]. Manual: String Comparison Functions and Operators.`,
  resolve([a, p, escape], ctx) {
    const d = deriveCollation([a!, p!], 'like', {
      charset: ctx.connectionCharset,
      collate: ctx.connectionCollation,
    });
    const args = [
      toArgDomain(inCharset(a!, d, ctx), 'string', ctx),
      toArgDomain(inCharset(p!, d, ctx), 'string', ctx),
      escape!,
    ];
    return { args, type: boolOf(args), collation: d.collate };
  },
  emit: (g, node) => emitLike(g, node, insensitive ? 'utf8mb4_general_ci' : node.collation),
});

registerFunctions([like('like', false), like('ilike', true)]);
