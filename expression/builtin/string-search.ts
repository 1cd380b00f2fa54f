import { trimEnd } from '../../types/collation-bytes.js';
import { collation, collationFor } from '../../types/collation.js';
import type { DecInt } from '../../types/decimal.js';
import { Flag, TypeCode, UNSPECIFIED, evalType } from '../../types/field-type.js';
import type { FieldType } from '../../types/field-type.js';
import { castTo } from '../build.js';
import { inCharset } from '../charset-conversion.js';
import type { Emitter } from '../codegen.js';
import { deriveCollation } from '../collation-derivation.js';
import type { ScalarFunction } from '../expression.js';
import { registerFunction } from '../function-registry.js';
import { intType, isStringType } from '../type-inference.js';
import { textCollation } from './compare.js';
import { defineAll, notNullIf, toNumber } from './scalar.js';
import { charCount, charOffset, indexOfBytes } from './string-bytes.js';
import { anyBinary, positionType } from './string-result.js';

/** Strings found in strings (manual, "String Functions and Operators"). */

/**
 * 1-based character position of `needle` in `hay` from character `pos`, under the collation; 0 when absent. As in MySQL, what is found has as
 * many bytes as `needle`: 'é' is found as 'É', not as 'e'.
 */
export function locate(
  needle: Uint8Array,
  hay: Uint8Array,
  pos: number,
  binary: boolean,
  collate: string,
): number {
  if (pos < 1) return 0;
  const c = collation(collate);
  if (pos > 1 && charCount(hay, 0, hay.length, binary) < pos - 1) return 0;
  let at = charOffset(hay, 0, hay.length, pos - 1, binary);
  if (binary || c === undefined || c.charWeight === null) {
    at = indexOfBytes(hay, 0, hay.length, needle, at);
    return at < 0 ? 0 : charCount(hay, 0, at, binary) + 1;
  }
  const n = needle.length;
  // Spaces at the end count here in every collation.
  const spaces = n - trimEnd(needle, 0, n);
  for (let to = at + n; to <= hay.length; pos++, at++, to++) {
    while (isContinuation(hay[at])) {
      at++;
      to++;
    }
    if (to > hay.length) return 0;
    if (isContinuation(hay[to])) continue;
    if (c.equalsAt(hay, at, to, needle, 0, n) && to - trimEnd(hay, at, to) === spaces) return pos;
  }
  return 0;
}

/** A byte of a UTF-8 character behind its first one. */
const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

defineAll('string', [
  {
    name: 'locate',
    aliases: ['position'],
    args: ['string', 'string', 'int'],
    min: 2,
    type: positionType,
    make: (types, _t, node) => {
      const binary = anyBinary(types);
      return (_rt, needle: Uint8Array, hay: Uint8Array, pos?: DecInt) =>
        locate(needle, hay, pos === undefined ? 1 : toNumber(pos), binary, node.collation);
    },
    total: true,
    pure: true,
    pushdown: 'Locate',
    doc: 'LOCATE(sub, s[, pos]), POSITION(sub IN s). Manual: String Functions and Operators.',
  },
  {
    name: 'instr',
    args: ['string', 'string'],
    type: positionType,
    make: (types, _t, node) => {
      const binary = anyBinary(types);
      return (_rt, hay: Uint8Array, needle: Uint8Array) => locate(needle, hay, 1, binary, node.collation);
    },
    total: true,
    pure: true,
    pushdown: 'Instr',
    doc: 'INSTR(s, sub). Manual: String Functions and Operators.',
  },
  {
    name: 'strcmp',
    args: ['string', 'string'],
    type: (args) => notNullIf(intType(false, 2), args),
    make: (_types, _t, node) => {
      const c = textCollation(node.collation);
      return (_rt, a: Uint8Array, b: Uint8Array) => c.compare(a, b);
    },
    total: true,
    pure: true,
    pushdown: 'Strcmp',
    doc: 'STRCMP(a, b): -1, 0 or 1. Manual: String Comparison Functions.',
  },
  {
    name: 'find_in_set',
    args: ['string', 'string'],
    type: (args) => notNullIf(intType(false, 3), args),
    make: (_types, _t, node) => {
      const c = textCollation(node.collation);
      return (_rt, s: Uint8Array, set: Uint8Array) => {
        if (set.length === 0) return 0;
        let from = 0;
        for (let k = 1; ; k++) {
          let to = from;
          while (to < set.length && set[to] !== 0x2c) to++;
          // The spaces at the end count here in every collation.
          if (
            c.equalsAt(s, 0, s.length, set, from, to) &&
            s.length - trimEnd(s, 0, s.length) === to - trimEnd(set, from, to)
          )
            return k;
          if (to >= set.length) return 0;
          from = to + 1;
        }
      };
    },
    total: true,
    pure: true,
    pushdown: 'FindInSet',
    doc: "FIND_IN_SET(s, 'a,b,…'): position from 1, or 0. Manual: String Functions and Operators.",
  },
]);

/** FIELD(x, a, b, …): compared as strings, numbers or reals by all arguments together. */
registerFunction({
  name: 'field',
  minArgs: 2,
  maxArgs: Infinity,
  family: 'string',
  pushdown: 'Field',
  doc: 'FIELD(x, a, b, …): index of the first argument equal to x, or 0. Manual: String Functions and Operators.',
  resolve(raw, ctx) {
    const allStrings = raw.every((a) => isStringType(a.type) || a.type.tp === TypeCode.Null);
    const allInts = raw.every((a) => evalType(a.type) === 'int' && a.type.tp !== TypeCode.Null);
    const type = { ...intType(false, 3), flag: Flag.Binary | Flag.NotNull };
    if (allStrings) {
      const d = deriveCollation(raw, 'field', {
        charset: ctx.connectionCharset,
        collate: ctx.connectionCollation,
      });
      return { args: raw.map((a) => inCharset(a, d, ctx)), type, collation: d.collate };
    }
    const args = raw.map((a) => (a.type.tp === TypeCode.Null || allInts ? a : castTo(a, { ...REAL }, ctx)));
    return { args, type, collation: 'binary' };
  },
  emit(g: Emitter, node: ScalarFunction) {
    const str = node.args.every((a) => isStringType(a.type) || a.type.tp === TypeCode.Null);
    const x0 = str ? g.operand(node.args[0]!, 'string') : g.emit(node.args[0]!);
    if (x0.nul === 'true') return g.num('(0)', 'false', 0);
    const x = g.stable(x0);
    const r = g.variable('0');
    if (x.nul !== 'false') g.line(`if(!(${x.nul})){`);
    for (let i = 1; i < node.args.length; i++) {
      g.line(`if(${r}===0){`);
      const y = str ? g.operand(node.args[i]!, 'string') : g.emit(node.args[i]!);
      if (y.nul !== 'true') {
        const code = str
          ? `${g.pool(collationFor(node.collation).equalsAt)}(${x.v},${x.s},${x.e},${y.v},${y.s},${y.e})`
          : `${x.v}==${y.v}`;
        g.line(`if(${y.nul === 'false' ? '' : `!(${y.nul})&&`}${code})${r}=${i};`);
      }
      g.line('}');
    }
    if (x.nul !== 'false') g.line('}');
    return g.num(r, 'false', node.args.length);
  },
});

const REAL: FieldType = {
  tp: TypeCode.Double,
  flag: Flag.Binary,
  flen: 23,
  decimal: UNSPECIFIED,
  charset: 'binary',
  collate: 'binary',
};
