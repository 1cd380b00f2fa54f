import { partsText } from '../../types/assign-time.js';
import { UTF8MB4, charset, convertCharset, isUtf8Compatible } from '../../types/charset.js';
import { collationFor, type Collation } from '../../types/collation.js';
import { isZero } from '../../types/datum.js';
import { ERRORS, formatError, mysqlError } from '../../types/error-table.js';
import { Flag, TypeCode, evalType } from '../../types/field-type.js';
import type { FieldType } from '../../types/field-type.js';
import { coreOf, coreToEpochSeconds, dateToDateTime, epochSecondsToCore } from '../../types/time.js';
import type { PackedTime } from '../../types/time.js';
import { timeZone } from '../../types/timezone.js';
import type { BuildContext } from '../build-context.js';
import { boolConstant, newConstant, newFunction, nullConstant, rawFunction } from '../build.js';
import { NULL_VALUE } from '../codegen.js';
import type { Emitter, Value } from '../codegen.js';
import type { Expression, ScalarFunction } from '../expression.js';
import { registerFunction, registerFunctions } from '../function-registry.js';
import type { FunctionSpec, Resolved } from '../function-registry.js';
import { comparesAsBytes, dateType, datetimeType } from '../type-inference.js';
import {
  MIRROR,
  comparisonArgs,
  isField,
  isLiteral,
  isRow,
  temporalConstant,
} from './comparison-operands.js';
import { boolOf } from './logic.js';

/** Comparison operators (manual, "Comparison Functions and Operators"). */

const JS_OP: Readonly<Record<string, string>> = {
  eq: '===',
  ne: '!==',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

/** A DATE or DATETIME as a DATETIME of `fsp` digits, not fewer than it has. */
const liftTime = (g: Emitter, v: Value, t: FieldType, fsp: number): Value =>
  t.tp === TypeCode.Date
    ? g.scaleUp(g.num(`(${v.v}*131072)`, v.nul, 671088640000), fsp)
    : g.scaleUp(v, fsp - Math.max(0, t.decimal));

/** Two operands of the same domain as values that compare directly. */
export function alignOperands(g: Emitter, a: Value, at: FieldType, b: Value, bt: FieldType): [Value, Value] {
  const x = evalType(at);
  const y = evalType(bt);
  const scale = (t: FieldType): number => (evalType(t) === 'decimal' ? t.decimal : 0);
  if (x === 'decimal' || y === 'decimal') {
    const s = Math.max(scale(at), scale(bt));
    return [g.scaleUp(a, s - scale(at)), g.scaleUp(b, s - scale(bt))];
  }
  if (x === 'datetime' && y === 'datetime') {
    if (at.tp === TypeCode.Date && bt.tp === TypeCode.Date) return [a, b];
    const f = Math.max(Math.max(0, at.decimal), Math.max(0, bt.decimal));
    return [liftTime(g, a, at, f), liftTime(g, b, bt, f)];
  }
  return [a, b];
}

export function compareCode(op: string, a: Value, b: Value): string {
  const js = JS_OP[op]!;
  if (a.rep === b.rep || (op !== 'eq' && op !== 'ne')) return `${a.v}${js}${b.v}`;
  // number against bigint: loose equality compares mathematically
  return `${a.v}${op === 'eq' ? '==' : '!='}${b.v}`;
}

/** The collation over text in UTF-8, as functions get it; its own charset may be another. */
export function textCollation(name: string): Pick<Collation, 'compare' | 'equalsAt'> {
  const c = collationFor(name);
  if (isUtf8Compatible(c.charset)) return c;
  const cs = charset(c.charset)!;
  const native = (b: Uint8Array): Uint8Array => convertCharset(b, UTF8MB4, cs);
  return {
    compare: (a, b) => c.compare(native(a), native(b)),
    equalsAt: (a, af, at, b, bf, bt) =>
      c.compare(native(a.subarray(af, at)), native(b.subarray(bf, bt))) === 0,
  };
}

const isStringDomain = (node: ScalarFunction): boolean =>
  node.args.some((a) => comparesAsBytes(a.type)) &&
  node.args.every((a) => comparesAsBytes(a.type) || a.type.tp === TypeCode.Null);

/** JS boolean for `a op b` over strings. */
export function stringCompareCode(g: Emitter, op: string, a: Value, b: Value, collate: string): string {
  const c = collationFor(collate);
  const six = `${a.v},${a.s},${a.e},${b.v},${b.s},${b.e}`;
  if (op === 'eq' || op === 'ne') return `${op === 'ne' ? '!' : ''}${g.pool(c.equalsAt)}(${six})`;
  return `${g.pool(c.compareAt)}(${six})${JS_OP[op]}0`;
}

function emitComparison(g: Emitter, node: ScalarFunction): Value {
  const [ea, eb] = node.args as [Expression, Expression];
  if (isStringDomain(node)) {
    const a = g.operand(ea, 'string');
    const b = g.operand(eb, 'string');
    const nul = g.anyNull([a, b]);
    if (nul === 'true') return NULL_VALUE;
    return g.bool(stringCompareCode(g, node.name, a, b, node.collation), nul);
  }
  const x = g.compared(ea);
  const y = g.compared(eb);
  const nul = g.anyNull([x, y]);
  if (nul === 'true') return NULL_VALUE;
  if (evalType(ea.type) === 'json') {
    // Arithmetic takes the value of a NULL as well: there is no document then.
    const none = g.stableNull(nul);
    const order = `${g.pool(jsonCompare.compare)}(${g.asDatum(x, 'json')},${g.asDatum(y, 'json')})${JS_OP[node.name]}0`;
    return g.bool(none === 'false' ? order : `!${none}&&${order}`, none);
  }
  const [a, b] = alignOperands(g, x, ea.type, y, eb.type);
  return g.bool(compareCode(node.name, a, b), nul);
}

/** Set by the JSON functions: order of two binary JSON values. */
export const jsonCompare = {
  compare: (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b),
};

function emitNullEq(g: Emitter, node: ScalarFunction): Value {
  const [ea, eb] = node.args as [Expression, Expression];
  const str = isStringDomain(node);
  const x = str ? g.operand(ea, 'string') : g.compared(ea);
  const y = str ? g.operand(eb, 'string') : g.compared(eb);
  if (x.nul === 'true' || y.nul === 'true') {
    const o = x.nul === 'true' ? y : x;
    return g.bool(o.nul, 'false');
  }
  let code: string;
  if (str) {
    code = stringCompareCode(g, 'eq', x, y, node.collation);
  } else if (evalType(ea.type) === 'json') {
    code = `${g.pool(jsonCompare.compare)}(${g.asDatum(x, 'json')},${g.asDatum(y, 'json')})===0`;
  } else {
    const [a, b] = alignOperands(g, x, ea.type, y, eb.type);
    code = compareCode('eq', a, b);
  }
  if (x.nul === 'false' && y.nul === 'false') return g.bool(code, 'false');
  const xn = g.stableNull(x.nul);
  const yn = g.stableNull(y.nul);
  return g.bool(`${xn}||${yn}?${xn}&&${yn}:${code}`, 'false');
}

/** `(a, b) op (c, d)` in terms of its items (manual, "Row Subqueries"). */
export function rewriteRows(op: string, a: ScalarFunction, b: ScalarFunction, ctx: BuildContext): Expression {
  if (a.args.length !== b.args.length) throw mysqlError('ER_OPERAND_COLUMNS', a.args.length);
  const pair = (o: string, i: number): Expression => newFunction(o, [a.args[i]!, b.args[i]!], ctx);
  const n = a.args.length;
  if (op === 'eq' || op === 'nulleq') {
    let r = pair(op, 0);
    for (let i = 1; i < n; i++) r = newFunction('and', [r, pair(op, i)], ctx);
    return r;
  }
  if (op === 'ne') {
    let r = pair(op, 0);
    for (let i = 1; i < n; i++) r = newFunction('or', [r, pair(op, i)], ctx);
    return r;
  }
  const strict = op === 'lt' || op === 'le' ? 'lt' : 'gt';
  let r = pair(op, n - 1);
  for (let i = n - 2; i >= 0; i--) {
    r = newFunction('or', [pair(strict, i), newFunction('and', [pair('eq', i), r], ctx)], ctx);
  }
  return r;
}

export function checkOperands(op: string, args: readonly Expression[]): void {
  const row = args.find(isRow);
  if (row === undefined) return;
  for (const a of args)
    if (!isRow(a)) throw mysqlError('ER_OPERAND_COLUMNS', isRow(args[0]!) ? row.args.length : 1);
  void op;
}

/**
 * A TIMESTAMP column beside a local time that the clocks skip: no instant has it, those before it are before the end of the gap and
 * the others are not. Warns as TiDB does (8179): whenever it converts the time, which is twice for an equality and as often again for
 * the ranges of an index.
 */
function besideSkippedTime(op: string, x: Expression, y: Expression, ctx: BuildContext): Expression | null {
  if (x.type.tp !== TypeCode.Timestamp && y.type.tp !== TypeCode.Timestamp) return null;
  const [a, b, o] = isField(x) && x.type.tp === TypeCode.Timestamp ? [x, y, op] : [y, x, MIRROR[op]!];
  if (!isField(a) || a.type.tp !== TypeCode.Timestamp || !isLiteral(b) || b.param !== undefined) return null;
  const zone = timeZone(ctx.timeZone);
  const t = temporalConstant(b, a.type, ctx);
  if (zone === null || t === null || t.kind !== 'constant' || t.value === null) return null;
  const fsp = t.type.tp === TypeCode.Date ? 0 : t.type.decimal;
  const packed = t.type.tp === TypeCode.Date ? dateToDateTime(t.value as number, 0) : (t.value as PackedTime);
  if (isZero(packed)) return null;
  const local = coreToEpochSeconds(coreOf(packed, fsp));
  if (zone.localToUtc(local) !== null) return null;
  const indexed = (a.type.flag & (Flag.PriKey | Flag.UniqueKey | Flag.MultipleKey)) !== 0;
  const times = (o === 'eq' || o === 'nulleq' ? 2 : 1) * (indexed ? 2 : 1);
  for (let i = 0; i < times; i++)
    ctx.warn({
      level: 'Warning',
      code: ERRORS.ER_TIMESTAMP_IN_DST_TRANSITION.code,
      message: formatError(ERRORS.ER_TIMESTAMP_IN_DST_TRANSITION.format, [partsText(packed, fsp), zone.name]),
    });
  if (o === 'nulleq') return boolConstant(false);
  if (o === 'ne') return newFunction('not', [newFunction('isnull', [a], ctx)], ctx);
  if (o === 'eq') return newFunction('and', [newFunction('isnull', [a], ctx), nullConstant()], ctx);
  const end = zone.gapEnd(local);
  const core = epochSecondsToCore(end + zone.offsetAt(end));
  if (core === null) return null;
  const bound = newConstant(core, { ...datetimeType(0), flag: Flag.Binary | Flag.NotNull });
  return newFunction(o === 'lt' || o === 'le' ? 'lt' : 'ge', [a, bound], ctx);
}

const comparison = (name: string, sig: string, doc: string): FunctionSpec => ({
  name,
  minArgs: 2,
  maxArgs: 2,
  family: 'comparison',
  internal: true,
  pure: name !== 'nulleq',
  pushdown: sig,
  doc: `${doc} Manual: Comparison Functions and Operators.`,
  rewrite(args, ctx) {
    checkOperands(name, args);
    const [a, b] = args as [Expression, Expression];
    return isRow(a) && isRow(b) ? rewriteRows(name, a, b, ctx) : besideSkippedTime(name, a, b, ctx);
  },
  resolve([x, y], ctx): Resolved {
    const { a, b, collation: c } = comparisonArgs(name, x!, y!, ctx);
    const flag = name === 'nulleq' ? Flag.NotNull : 0;
    const type = boolOf([a, b]);
    return { args: [a, b], type: { ...type, flag: type.flag | flag }, collation: c };
  },
  emit: name === 'nulleq' ? emitNullEq : emitComparison,
});

registerFunctions([
  comparison('eq', 'EQ', 'a = b.'),
  comparison('ne', 'NE', 'a <> b, a != b.'),
  comparison('lt', 'LT', 'a < b.'),
  comparison('le', 'LE', 'a <= b.'),
  comparison('gt', 'GT', 'a > b.'),
  comparison('ge', 'GE', 'a >= b.'),
  comparison('nulleq', 'NullEQ', 'a <=> b: equality in which NULL equals NULL.'),
]);

registerFunction({
  name: 'year_as_date',
  minArgs: 1,
  maxArgs: 1,
  family: 'comparison',
  internal: true,
  doc: 'A YEAR beside a date: the date with month and day 0. Manual: The YEAR Type.',
  resolve: (args) => ({ args, type: dateType() }),
  emit(g, node) {
    const a = g.emit(node.args[0]!);
    return g.num(`(${a.v}*512)`, a.nul, 5119999);
  },
});

registerFunction({
  name: 'lift_datetime',
  minArgs: 1,
  maxArgs: 1,
  family: 'comparison',
  internal: true,
  doc: 'A DATE or DATETIME as a DATETIME of more digits, zero and partial dates too: how times of different types are compared.',
  resolve: (args) => ({ args, type: datetimeType(6) }),
  emit(g, node) {
    const e = node.args[0]!;
    return liftTime(g, g.emit(e), e.type, node.type.decimal);
  },
});

/** A DATE or DATETIME as it is compared with times of `fsp` digits. */
export const liftedTime = (e: Expression, fsp: number): Expression =>
  e.type.tp !== TypeCode.DateTime || e.type.decimal < fsp
    ? rawFunction('lift_datetime', [e], { ...datetimeType(fsp), flag: e.type.flag & Flag.NotNull })
    : e;

registerFunction({
  name: 'row',
  minArgs: 1,
  maxArgs: Infinity,
  family: 'comparison',
  internal: true,
  doc: 'ROW(a, b, …): only as an operand of comparisons and IN. Manual: Row Subqueries.',
  resolve: (args) => ({ args, type: args[0]!.type }),
  emit() {
    throw mysqlError('ER_OPERAND_COLUMNS', 1);
  },
});
