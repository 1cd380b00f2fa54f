import { encodeUtf8 } from '../../types/charset.js';
import { compareBytes } from '../../types/collation-bytes.js';
import { jsonToText } from '../../types/json/binary.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType, Flag, TypeCode } from '../../types/field-type.js';
import { castTo } from '../build.js';
import type { BuildContext } from '../build-context.js';
import type { Emitter, Value } from '../codegen.js';
import type { Expression, ScalarFunction } from '../expression.js';
import type { FunctionSpec } from '../function-registry.js';
import { registerFunction, registerFunctions } from '../function-registry.js';
import {
  comparesAsBytes,
  datetimeType,
  intType,
  isStringType,
  isTemporal,
  realType,
} from '../type-inference.js';
import { alignOperands, stringCompareCode } from './compare.js';
import { emitOperand, unifyAlternatives } from './control.js';
import { asTimeText } from './time-text.js';
import { toNumericDomain } from './arithmetic.js';

/** GREATEST, LEAST, INTERVAL (manual, "Comparison Functions and Operators"). */

/** All as one type: times beside strings as DATETIME, numbers beside strings as the unified type. */
function unify(
  args: readonly Expression[],
  what: string,
  ctx: BuildContext,
): { type: FieldType; args: Expression[] } {
  if (
    args.some((a) => evalType(a.type) === 'datetime') &&
    args.every((a) => isTemporal(a.type) || a.type.tp === TypeCode.Null || isStringType(a.type))
  ) {
    if (args.some((a) => isStringType(a.type))) {
      const type = datetimeType(6);
      const u = unifyAlternatives(args, what, ctx);
      // Compared as times, given as text.
      void type;
      return { type: u.type, args: u.values };
    }
  }
  // Dates beside numbers and texts are compared as the dates that those stand for, and given as text.
  const dates = (a: Expression): boolean => evalType(a.type) === 'datetime';
  if (
    args.some(dates) &&
    args.some((a) => ['int', 'decimal', 'real'].includes(evalType(a.type)) && a.type.tp !== TypeCode.Null) &&
    args.every((a) => evalType(a.type) !== 'duration' && evalType(a.type) !== 'json')
  )
    args = args.map((a) => (dates(a) || a.type.tp === TypeCode.Null ? a : asTimeText(a)));
  const u = unifyAlternatives(args, what, ctx);
  return { type: u.type, args: u.values };
}

/** JSON values are compared as their text here (manual, "Comparison and Ordering of JSON Values": GREATEST, LEAST). */
const compareJsonText = (a: Uint8Array, b: Uint8Array): number =>
  compareBytes(encodeUtf8(jsonToText(a)), encodeUtf8(jsonToText(b)));

function emitExtreme(op: 'gt' | 'lt') {
  return (g: Emitter, node: ScalarFunction): Value => {
    const json = evalType(node.type) === 'json';
    const str = comparesAsBytes(node.type) || json;
    const values = node.args.map((a) => emitOperand(g, a, node.type));
    const nul = g.anyNull(values);
    if (nul === 'true')
      return {
        ...values[0]!,
        rep: str ? 's' : 'n',
        v: str ? g.pool(new Uint8Array(0)) : '0',
        s: '0',
        e: '0',
        nul,
      };
    if (str) {
      const b = g.variable(values[0]!.v);
      const s = g.variable(values[0]!.s);
      const e = g.variable(values[0]!.e);
      const n = g.stableNull(nul);
      g.line(nul === 'false' ? '{' : `if(!(${n})){`);
      for (const v of values.slice(1)) {
        const best: Value = { ...v, v: b, s, e };
        const test = json
          ? `${g.pool(compareJsonText)}(${g.asDatum(v, 'json')},${g.asDatum(best, 'json')})${op === 'gt' ? '>' : '<'}0`
          : stringCompareCode(g, op, v, best, node.collation);
        g.line(`if(${test}){${b}=${v.v};${s}=${v.s};${e}=${v.e};}`);
      }
      g.line('}');
      return g.bytes(b, s, e, n);
    }
    const big = values.some((v) => v.rep === 'b');
    const items = values.map((v, i) => alignOperands(g, v, node.args[i]!.type, v, node.type)[0]);
    const r = g.variable(big ? g.asBig(items[0]!) : items[0]!.v);
    for (const v of items.slice(1)) {
      const x = big ? g.asBig(v) : v.v;
      g.line(`if(${x}${op === 'gt' ? '>' : '<'}${r})${r}=${x};`);
    }
    return big ? g.big(r, nul) : g.num(r, nul, Math.max(...items.map((v) => v.bound)));
  };
}

const extreme = (name: string, op: 'gt' | 'lt'): FunctionSpec => ({
  name,
  minArgs: 2,
  maxArgs: Infinity,
  family: 'comparison',
  pushdown: op === 'gt' ? 'GreatestInt' : 'LeastInt',
  doc: `${name.toUpperCase()}(a, b, …); NULL when any argument is. Manual: Comparison Functions and Operators.`,
  resolve(raw, ctx) {
    const u = unify(raw, name, ctx);
    return { args: u.args, type: { ...u.type, flag: u.type.flag }, collation: u.type.collate };
  },
  emit: emitExtreme(op),
});

registerFunctions([extreme('greatest', 'gt'), extreme('least', 'lt')]);

registerFunction({
  name: 'interval',
  minArgs: 2,
  maxArgs: Infinity,
  family: 'comparison',
  pushdown: 'IntervalInt',
  doc: 'INTERVAL(n, a, b, …): how many of a <= b <= … are <= n; -1 for NULL. Manual: Comparison Functions and Operators.',
  resolve(raw, ctx) {
    const ints = raw.every((a) => evalType(a.type) === 'int');
    const args = raw.map((a) => (ints ? a : toNumericDomain(castTo(a, realType(), ctx), 'real', ctx)));
    return { args, type: { ...intType(false, 2), flag: Flag.Binary | Flag.NotNull } };
  },
  emit(g, node) {
    const x = g.emit(node.args[0]!);
    if (x.nul === 'true') return g.num('(-1)', 'false', 1);
    const v = g.stable(x);
    const items = node.args.slice(1).map((a) => g.emit(a));
    const r = g.variable('-1');
    g.line(v.nul === 'false' ? '{' : `if(!(${v.nul})){`);
    g.line(`${r}=0;`);
    const label = g.name();
    g.line(`${label}:{`);
    items.forEach((b, i) => {
      // A NULL bound counts as reached.
      const code =
        b.nul === 'true' ? 'true' : b.nul === 'false' ? `${b.v}<=${v.v}` : `(${b.nul}||${b.v}<=${v.v})`;
      g.line(`if(${code})${r}=${i + 1};else break ${label};`);
    });
    g.line('}}');
    return g.num(r, 'false', items.length);
  },
});
