import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { DecInt } from '../../types/decimal.js';
import { Flag, TypeCode, UNSPECIFIED } from '../../types/field-type.js';
import { newFunction } from '../build.js';
import type { Emitter, Value } from '../codegen.js';
import type { Constant, Expression } from '../expression.js';
import { registerFunction } from '../function-registry.js';
import { charLength, stringType } from '../type-inference.js';
import { codecOf, defineAll, notNullIf, type ScalarDefinition, stringLike, toNumber } from './scalar.js';
import { charCount, charOffset, charOffsetFromEnd, indexOfBytes } from './string-bytes.js';
import { lengthArgument, sameLength } from './string-result.js';

/** Parts of strings (manual, "String Functions and Operators"). */

const EMPTY = new Uint8Array(0);

/** As long as the argument that says so, where it is a constant. */
const partOfLength =
  (name: string): ScalarDefinition['type'] =>
  (args, ctx) =>
    notNullIf(
      stringLike(
        name,
        (a) => (lengthArgument(a, 1) === UNSPECIFIED ? charLength(a[0]!.type) : lengthArgument(a, 1)),
        [0],
      )(args, ctx),
      args,
    );

/** b[s', e') of the first argument, found by two offset functions: no copy. */
function emitSlice(g: Emitter, a: Value, nul: string, start: string, end: string): Value {
  return g.bytes(a.v, start, end, nul);
}

function substringBounds(
  b: Uint8Array,
  s: number,
  e: number,
  pos: number,
  len: number,
  binary: boolean,
  wantEnd: boolean,
): number {
  let from: number;
  if (pos > 0) from = charOffset(b, s, e, pos - 1, binary);
  else if (pos < 0) {
    from = -pos > e - s ? -1 : charOffsetFromEnd(b, s, e, -pos, binary);
    if (from !== -1 && !binary && charCount(b, s, e, false) < -pos) from = -1;
    if (from === -1) return e;
  } else return e;
  if (!wantEnd) return len <= 0 ? e : from;
  return len <= 0 ? e : charOffset(b, from, e, len, binary);
}
const substringStart = (b: Uint8Array, s: number, e: number, pos: number, len: number): number =>
  substringBounds(b, s, e, pos, len, false, false);
const substringEnd = (b: Uint8Array, s: number, e: number, pos: number, len: number): number =>
  substringBounds(b, s, e, pos, len, false, true);
const substringStartBinary = (b: Uint8Array, s: number, e: number, pos: number, len: number): number =>
  substringBounds(b, s, e, pos, len, true, false);
const substringEndBinary = (b: Uint8Array, s: number, e: number, pos: number, len: number): number =>
  substringBounds(b, s, e, pos, len, true, true);

/** A position or count argument as a number. */
const plain = (g: Emitter, v: Value): string =>
  v.rep === 'b' ? `${g.pool(toNumber)}(${g.asDatum(v, 'int')})` : v.v;

function rtrimEnd(b: Uint8Array, s: number, e: number): number {
  while (e > s && b[e - 1] === 0x20) e--;
  return e;
}
function ltrimStart(b: Uint8Array, s: number, e: number): number {
  while (s < e && b[s] === 0x20) s++;
  return s;
}

function trimBytes(b: Uint8Array, pat: Uint8Array, leading: boolean, trailing: boolean): Uint8Array {
  const n = pat.length;
  if (n === 0) return b;
  let s = 0;
  let e = b.length;
  const at = (i: number): boolean => {
    for (let j = 0; j < n; j++) if (b[i + j] !== pat[j]) return false;
    return true;
  };
  if (leading) while (e - s >= n && at(s)) s += n;
  if (trailing) while (e - s >= n && at(e - n)) e -= n;
  return b.subarray(s, e);
}

defineAll('string', [
  {
    name: 'substring',
    aliases: ['substr', 'mid'],
    args: ['string', 'int', 'int'],
    min: 2,
    type: (args, ctx) =>
      notNullIf(
        stringLike(
          'substring',
          (a) => {
            const n = lengthArgument(a, 2);
            const own = charLength(a[0]!.type);
            return n === UNSPECIFIED ? own : own === UNSPECIFIED ? n : Math.min(n, own);
          },
          [0],
        )(args, ctx),
        args,
      ),
    inline(g, node, args, nul) {
      const a = g.stable(args[0]!);
      const binary = codecOf(node.args[0]!.type).binary;
      const rest = `${a.v},${a.s},${a.e},${plain(g, args[1]!)},${args[2] === undefined ? '2147483647' : plain(g, args[2])}`;
      const s = g.let(`${g.pool(binary ? substringStartBinary : substringStart)}(${rest})`);
      const e = g.let(`${g.pool(binary ? substringEndBinary : substringEnd)}(${rest})`);
      return emitSlice(g, a, nul, s, e);
    },
    total: true,
    pure: true,
    pushdown: 'Substring',
    doc: 'SUBSTRING(s, pos[, len]), SUBSTR, MID; positions from 1, from the end where negative. Manual: String Functions and Operators.',
  },
  {
    name: 'left',
    args: ['string', 'int'],
    type: partOfLength('left'),
    inline(g, node, args, nul) {
      const a = g.stable(args[0]!);
      const k = plain(g, args[1]!);
      const e = g.let(
        `${g.pool(charOffset)}(${a.v},${a.s},${a.e},${k}<0?0:${k},${codecOf(node.args[0]!.type).binary})`,
      );
      return emitSlice(g, a, nul, a.s, e);
    },
    total: true,
    pure: true,
    pushdown: 'Left',
    doc: 'LEFT(s, n). Manual: String Functions and Operators.',
  },
  {
    name: 'right',
    args: ['string', 'int'],
    type: partOfLength('right'),
    inline(g, node, args, nul) {
      const a = g.stable(args[0]!);
      const k = plain(g, args[1]!);
      const s = g.let(
        `${g.pool(charOffsetFromEnd)}(${a.v},${a.s},${a.e},${k}<0?0:${k},${codecOf(node.args[0]!.type).binary})`,
      );
      return emitSlice(g, a, nul, s, a.e);
    },
    total: true,
    pure: true,
    pushdown: 'Right',
    doc: 'RIGHT(s, n). Manual: String Functions and Operators.',
  },
  {
    name: 'substring_index',
    args: ['string', 'string', 'int'],
    type: stringLike('substring_index', sameLength, [0, 1]),
    kernel: (_rt, b: Uint8Array, d: Uint8Array, k: DecInt) => {
      const n = toNumber(k);
      if (n === 0 || d.length === 0 || b.length === 0) return EMPTY;
      if (n > 0) {
        let at = -d.length;
        for (let i = 0; i < n; i++) {
          at = indexOfBytes(b, 0, b.length, d, at + d.length);
          if (at < 0) return b;
        }
        return b.subarray(0, at);
      }
      const cuts: number[] = [];
      for (
        let at = indexOfBytes(b, 0, b.length, d);
        at >= 0;
        at = indexOfBytes(b, 0, b.length, d, at + d.length)
      )
        cuts.push(at);
      return -n > cuts.length ? b : b.subarray(cuts[cuts.length + n]! + d.length);
    },
    total: true,
    pure: true,
    pushdown: 'SubstringIndex',
    doc: 'SUBSTRING_INDEX(s, delimiter, count). Manual: String Functions and Operators.',
  },
  {
    name: 'ltrim',
    args: ['string'],
    type: (args, ctx) => notNullIf(stringLike('ltrim', sameLength)(args, ctx), args),
    inline(g, _node, args, nul) {
      const a = g.stable(args[0]!);
      return emitSlice(g, a, nul, g.let(`${g.pool(ltrimStart)}(${a.v},${a.s},${a.e})`), a.e);
    },
    total: true,
    pure: true,
    pushdown: 'LTrim',
    doc: 'LTRIM(s). Manual: String Functions and Operators.',
  },
  {
    name: 'rtrim',
    args: ['string'],
    type: (args, ctx) => notNullIf(stringLike('rtrim', sameLength)(args, ctx), args),
    inline(g, _node, args, nul) {
      const a = g.stable(args[0]!);
      return emitSlice(g, a, nul, a.s, g.let(`${g.pool(rtrimEnd)}(${a.v},${a.s},${a.e})`));
    },
    total: true,
    pure: true,
    pushdown: 'RTrim',
    doc: 'RTRIM(s). Manual: String Functions and Operators.',
  },
  {
    name: 'trim1',
    internal: true,
    args: ['string'],
    type: (args, ctx) => notNullIf(stringLike('trim', sameLength)(args, ctx), args),
    inline(g, _node, args, nul) {
      const a = g.stable(args[0]!);
      const s = g.let(`${g.pool(ltrimStart)}(${a.v},${a.s},${a.e})`);
      return emitSlice(g, a, nul, s, g.let(`${g.pool(rtrimEnd)}(${a.v},${s},${a.e})`));
    },
    total: true,
    pure: true,
    doc: 'TRIM(s): spaces at both ends. Manual: String Functions and Operators.',
  },
  {
    name: 'trim2',
    internal: true,
    args: ['string', 'string', 'string'],
    type: (args, ctx) => notNullIf(stringLike('trim', sameLength, [0, 1])(args, ctx), args),
    kernel: (_rt, b: Uint8Array, p: Uint8Array, direction: Uint8Array) => {
      const d = direction[0];
      return trimBytes(b, p, d !== 0x54, d !== 0x4c);
    },
    total: true,
    pure: true,
    doc: 'TRIM([BOTH|LEADING|TRAILING] p FROM s). Manual: String Functions and Operators.',
  },
]);

/** TRIM as the parser gives it: (s), (s, remove), (s, remove or NULL, direction). */
registerFunction({
  name: 'trim',
  minArgs: 1,
  maxArgs: 3,
  family: 'string',
  pushdown: 'Trim',
  doc: 'TRIM([[BOTH|LEADING|TRAILING] [p] FROM] s). Manual: String Functions and Operators.',
  rewrite(args, ctx) {
    const [s, p, d] = args;
    const isNull = (e: Expression | undefined): boolean =>
      e === undefined || (e.kind === 'constant' && e.value === null && e.param === undefined);
    if (d === undefined) {
      if (p === undefined) return newFunction('trim1', [s!], ctx);
      return newFunction('trim2', [s!, p, literal('BOTH')], ctx);
    }
    if (isNull(p) && p?.type.tp === TypeCode.Null) {
      const dir = decodeUtf8((d as Constant).value as Uint8Array);
      return newFunction(dir === 'LEADING' ? 'ltrim' : dir === 'TRAILING' ? 'rtrim' : 'trim1', [s!], ctx);
    }
    return newFunction('trim2', [s!, p!, d], ctx);
  },
  resolve: (args) => ({ args, type: args[0]!.type }),
  emit: (g, node) => g.emit(node.args[0]!),
});

const literal = (s: string): Constant => ({
  kind: 'constant',
  value: encodeUtf8(s),
  type: { ...stringType(s.length), flag: Flag.NotNull },
});
