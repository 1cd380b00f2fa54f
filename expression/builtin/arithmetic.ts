import type { FieldType } from '../../types/field-type.js';
import { evalType, Flag, isNotNull, isUnsigned, TypeCode, UNSPECIFIED } from '../../types/field-type.js';
import { decDivTruncate, decFits, decMod, decRescale, quotientAt } from '../../types/decimal.js';
import type { DecInt } from '../../types/decimal.js';
import { SqlMode } from '../../types/sql-mode.js';
import { asDecimalType, castTo, foldConstant } from '../build.js';
import type { BuildContext } from '../build-context.js';
import type { Emitter, Value } from '../codegen.js';
import type { Expression, ScalarFunction } from '../expression.js';
import type { FunctionSpec, Resolved } from '../function-registry.js';
import { registerFunctions } from '../function-registry.js';
import type { Runtime } from '../runtime.js';
import { preciseQuotient } from '../truth.js';
import { vectorArithmetic, vectorType } from '../../types/vector.js';
import {
  decimalType,
  exactDigits,
  intType,
  MAX_PRECISION,
  MAX_SCALE,
  numericDomain,
  realType,
} from '../type-inference.js';

/** Arithmetic operators (manual, "Arithmetic Operators" and "Precision Math"). */

const MAX = Number.MAX_SAFE_INTEGER;
const I64_MAX = '9223372036854775807n';
const I64_MIN = '-9223372036854775808n';
const U64_MAX = '18446744073709551615n';
const WIDEST = decimalType(MAX_PRECISION, MAX_SCALE);
/** What a DOUBLE becomes where it is computed with exactly: nine words of nine digits before the point, more than a column may have. */
const OF_DOUBLE: FieldType = { ...WIDEST, flen: 81 + MAX_SCALE };

export function numericArgs(
  args: readonly Expression[],
  ctx: BuildContext,
): { domain: 'int' | 'decimal' | 'real'; args: Expression[] } {
  const domains = args.map((a) => numericDomain(a.type));
  const domain = domains.includes('real') ? 'real' : domains.includes('decimal') ? 'decimal' : 'int';
  return { domain, args: args.map((a) => toNumericDomain(a, domain, ctx)) };
}

/** The argument as an operand of the domain. Integers stay integers among decimals: their scale is 0. */
export function toNumericDomain(
  a: Expression,
  domain: 'int' | 'decimal' | 'real',
  ctx: BuildContext,
): Expression {
  const d = evalType(a.type);
  switch (domain) {
    case 'real':
      return d === 'real' ? a : castTo(a, realType(), ctx);
    case 'decimal':
      return d === 'decimal' ? a : castTo(a, asDecimalType(a.type), ctx);
    case 'int':
      return d === 'int' || a.type.tp === TypeCode.Null ? a : castTo(a, intType(), ctx);
  }
}

const notNullOf = (args: readonly Expression[]): number =>
  args.every((a) => isNotNull(a.type)) ? Flag.NotNull : 0;

export const withNotNull = (ft: FieldType, args: readonly Expression[]): FieldType => ({
  ...ft,
  flag: (ft.flag & ~Flag.NotNull) | notNullOf(args),
});

function realResult(args: readonly Expression[]): FieldType {
  const ds = args.map((a) => a.type.decimal);
  const t = realType();
  return ds.every((d) => d !== UNSPECIFIED && d < 31) && args.every((a) => evalType(a.type) === 'real')
    ? { ...t, decimal: Math.max(...ds) }
    : t;
}

/** Quotients among the operands with all the digits that MySQL keeps of them. */
const precise = (args: readonly Expression[], ctx: BuildContext): Expression[] =>
  args.map((e) => {
    const q = preciseQuotient(e);
    return q === e ? e : foldConstant(q, ctx);
  });

/** + and - of vectors go by elements (TiDB manual, "Vector Data Types"); of text beside one is the vector taken that it means. */
function vectorOperands(raw: readonly Expression[], ctx: BuildContext): Resolved {
  const args = raw.map((a) => (evalType(a.type) === 'vector' ? a : castTo(a, vectorType(), ctx)));
  return { args, type: withNotNull(vectorType(), args) };
}

function emitVectors(g: Emitter, op: Op, a: Value, b: Value, nul: string): Value {
  const code = `${g.pool(vectorArithmetic)}('${op}',${g.asDatum(a, 'vector')},${g.asDatum(b, 'vector')})`;
  return g.fromCall(code, vectorType(), nul, false);
}

/** Result type of + - *. */
function additive(name: 'plus' | 'minus' | 'mul'): FunctionSpec['resolve'] {
  return (raw, ctx): Resolved => {
    if (raw.some((a) => evalType(a.type) === 'vector')) return vectorOperands(raw, ctx);
    const { domain, args } = numericArgs(raw, ctx);
    const [a, b] = args as [Expression, Expression];
    if (domain === 'real') return { args, type: withNotNull(realResult(args), args) };
    if (domain === 'int') {
      const anyUnsigned = isUnsigned(a.type) || isUnsigned(b.type);
      const unsigned =
        anyUnsigned && !(name === 'minus' && (ctx.sqlMode & SqlMode.NoUnsignedSubtraction) !== 0);
      return { args, type: withNotNull(intType(unsigned), args) };
    }
    const x = exactDigits(a.type);
    const y = exactDigits(b.type);
    const wide = precise(args, ctx);
    if (name === 'mul') {
      return {
        args: wide,
        type: withNotNull(
          decimalType(x.precision + y.precision, Math.min(x.scale + y.scale, MAX_SCALE)),
          args,
        ),
      };
    }
    const scale = Math.max(x.scale, y.scale);
    const whole = Math.max(x.precision - x.scale, y.precision - y.scale);
    return { args: wide, type: withNotNull(decimalType(whole + scale + 1, scale), args) };
  };
}

const scaleOf = (ft: FieldType): number => (evalType(ft) === 'decimal' ? Math.max(0, ft.decimal) : 0);

type Op = '+' | '-' | '*';

function emitAdditive(op: Op) {
  return (g: Emitter, node: ScalarFunction): Value => {
    let a = g.emit(node.args[0]!);
    let b = g.emit(node.args[1]!);
    const nul = g.anyNull([a, b]);
    if (nul === 'true') return { ...a, rep: 'n', v: '0', nul, bound: 0 };
    const domain = evalType(node.type);
    if (domain === 'vector') return emitVectors(g, op, a, b, nul);
    if (domain === 'real') {
      const t = g.let(`${a.v}${op}${b.v}`);
      const me = g.pool(node);
      g.line(`if(${t}-${t}!==0)${nul === 'false' ? '' : `if(!(${nul}))`}rt.outOfRange('DOUBLE',${me});`);
      return g.num(t, nul, Infinity);
    }
    const sa = scaleOf(node.args[0]!.type);
    const sb = scaleOf(node.args[1]!.type);
    if (op !== '*') {
      const s = Math.max(sa, sb);
      a = g.scaleUp(a, s - sa);
      b = g.scaleUp(b, s - sb);
    }
    let r = combine(g, op, a, b, nul);
    if (domain === 'decimal') {
      const scale = op === '*' ? sa + sb : Math.max(sa, sb);
      if (scale > node.type.decimal) r = g.rescale({ ...r, nul }, scale, node.type.decimal);
      if (r.rep === 'b') decimalRange(g, r, node, nul);
    } else {
      intRange(g, r, node, nul);
    }
    return r;
  };
}

/** a op b of equal scale. */
function combine(g: Emitter, op: Op, a: Value, b: Value, nul: string): Value {
  if (a.rep === 'n' && b.rep === 'n') {
    const bound = op === '*' ? a.bound * b.bound : a.bound + b.bound;
    if (bound <= MAX) return g.num(g.let(`${a.v}${op}${b.v}`), nul, bound);
    if (!g.exact) return g.checked(`${a.v}${op}${b.v}`, nul);
  }
  return g.big(g.let(`${g.asBig(a)}${op}${g.asBig(b)}`), nul);
}

function guarded(nul: string): string {
  return nul === 'false' ? '' : `!(${nul})&&`;
}

function intRange(g: Emitter, r: Value, node: ScalarFunction, nul: string): void {
  const unsigned = isUnsigned(node.type);
  const kind = unsigned ? 'BIGINT UNSIGNED' : 'BIGINT';
  if (r.rep === 'n') {
    if (unsigned) g.line(`if(${guarded(nul)}${r.v}<0)rt.outOfRange('${kind}',${g.pool(node)});`);
    return;
  }
  const test = unsigned ? `(${r.v}<0n||${r.v}>${U64_MAX})` : `(${r.v}<${I64_MIN}||${r.v}>${I64_MAX})`;
  g.line(`if(${guarded(nul)}${test})rt.outOfRange('${kind}',${g.pool(node)});`);
}

/**
 * Whether a result fits what MySQL computes in: nine words of nine digits, words of the fraction apart from those before the point,
 * which is more than a column can hold. One closure per width, so that equal shapes have equal pools.
 */
const FITS = new Map<number, (v: DecInt) => boolean>();
function fitsWords(scale: number): (v: DecInt) => boolean {
  const digits = Math.max(MAX_PRECISION, (9 - Math.ceil(scale / 9)) * 9 + scale);
  let fits = FITS.get(digits);
  if (fits === undefined) FITS.set(digits, (fits = (v) => decFits(v, digits)));
  return fits;
}

function decimalRange(g: Emitter, r: Value, node: ScalarFunction, nul: string): void {
  const fits = g.pool(fitsWords(node.type.decimal));
  g.line(`if(${guarded(nul)}!${fits}(${r.v}))rt.outOfRange('DECIMAL',${g.pool(node)});`);
}

interface DivKernel {
  (rt: Runtime, a: DecInt, b: DecInt): DecInt | null;
}

const KERNELS = new Map<string, DivKernel>();
/** One closure per (operation, scales), so that equal shapes have equal pools. */
function shared(key: string, make: () => DivKernel): DivKernel {
  let k = KERNELS.get(key);
  if (k === undefined) {
    k = make();
    KERNELS.set(key, k);
  }
  return k;
}

function realDivide(rt: Runtime, a: number, b: number, node: ScalarFunction): number | null {
  if (b === 0) {
    rt.divisionByZero();
    return null;
  }
  const r = a / b;
  if (r - r !== 0) rt.outOfRange('DOUBLE', node);
  return r;
}

function realMod(rt: Runtime, a: number, b: number): number | null {
  if (b === 0) {
    rt.divisionByZero();
    return null;
  }
  return a % b;
}

function emitDiv(g: Emitter, node: ScalarFunction): Value {
  const a = g.emit(node.args[0]!);
  const b = g.emit(node.args[1]!);
  const nul = g.anyNull([a, b]);
  if (nul === 'true') return { ...a, rep: 'n', v: '0', nul, bound: 0 };
  if (evalType(node.type) === 'real') {
    return g.fromNumber(`${g.pool(realDivide)}(rt,${a.v},${b.v},${g.pool(node)})`, nul, true, Infinity);
  }
  const sa = scaleOf(node.args[0]!.type);
  const sb = scaleOf(node.args[1]!.type);
  const s = node.type.decimal;
  const k = shared(`div ${sa} ${sb} ${s}`, () => {
    const divide = quotientAt(sa, sb, s);
    return (rt, x, y) => {
      const r = divide(x, sa, y, sb, s);
      if (r === null) rt.divisionByZero();
      return r;
    };
  });
  return g.fromDatum(`${g.pool(k)}(rt,${g.asDatum(a, 'decimal')},${g.asDatum(b, 'decimal')})`, nul, true);
}

function emitIntDiv(g: Emitter, node: ScalarFunction): Value {
  const a = g.emit(node.args[0]!);
  const b = g.emit(node.args[1]!);
  const nul = g.anyNull([a, b]);
  if (nul === 'true') return { ...a, rep: 'n', v: '0', nul, bound: 0 };
  const sa = scaleOf(node.args[0]!.type);
  const sb = scaleOf(node.args[1]!.type);
  const k = shared(`intdiv ${sa} ${sb}`, () => (rt, x, y) => {
    const r = decDivTruncate(x, sa, y, sb, 0);
    if (r === null) rt.divisionByZero();
    return r;
  });
  const r = g.fromDatum(`${g.pool(k)}(rt,${g.asDatum(a, 'decimal')},${g.asDatum(b, 'decimal')})`, nul, true);
  intRange(g, r, node, r.nul);
  return r;
}

function emitMod(g: Emitter, node: ScalarFunction): Value {
  const a = g.emit(node.args[0]!);
  const b = g.emit(node.args[1]!);
  const nul = g.anyNull([a, b]);
  if (nul === 'true') return { ...a, rep: 'n', v: '0', nul, bound: 0 };
  if (evalType(node.type) === 'real') {
    return g.fromNumber(`${g.pool(realMod)}(rt,${a.v},${b.v})`, nul, true, Infinity);
  }
  const sa = scaleOf(node.args[0]!.type);
  const sb = scaleOf(node.args[1]!.type);
  const s = scaleOf(node.type);
  const k = shared(`mod ${sa} ${sb} ${s}`, () => (rt, x, y) => {
    const r = decMod(x, sa, y, sb);
    if (r === null) rt.divisionByZero();
    return r === null ? null : decRescale(r, Math.max(sa, sb), s);
  });
  return g.fromDatum(`${g.pool(k)}(rt,${g.asDatum(a, 'decimal')},${g.asDatum(b, 'decimal')})`, nul, true);
}

function emitNegate(g: Emitter, node: ScalarFunction): Value {
  const a = g.emit(node.args[0]!);
  if (a.nul === 'true') return a;
  if (evalType(node.type) === 'real') return g.num(`(-${a.v})`, a.nul, Infinity);
  if (a.rep === 'n') return g.num(g.let(`0-${a.v}`), a.nul, a.bound);
  const r = g.big(g.let(`-${a.v}`), a.nul);
  if (evalType(node.type) === 'int') intRange(g, r, node, a.nul);
  return r;
}

/** Whether minus the value is a BIGINT; that of a constant is a DECIMAL otherwise (manual, "Arithmetic Operators"). */
const fitsNegated = (v: bigint): boolean => v <= 9223372036854775808n && v !== -9223372036854775808n;

function resolveNegate(raw: readonly Expression[], ctx: BuildContext): Resolved {
  const { domain, args } = numericArgs(raw, ctx);
  const a = args[0]!;
  if (domain === 'real') return { args, type: withNotNull(realResult(args), args) };
  if (domain === 'int') {
    const constant = foldConstant(a, ctx);
    if (constant.kind === 'constant' && typeof constant.value === 'bigint' && !fitsNegated(constant.value)) {
      return { args: [castTo(a, decimalType(20, 0), ctx)], type: withNotNull(decimalType(20, 0), args) };
    }
    return {
      args,
      type: withNotNull(intType(false, a.type.flen > 0 ? Math.min(20, a.type.flen + 1) : 20), args),
    };
  }
  const d = exactDigits(a.type);
  return { args, type: withNotNull(decimalType(d.precision, d.scale), args) };
}

registerFunctions([
  {
    name: 'plus',
    minArgs: 2,
    maxArgs: 2,
    family: 'arithmetic',
    internal: true,
    pushdown: 'Plus',
    doc: 'a + b. Manual: Arithmetic Operators.',
    resolve: additive('plus'),
    emit: emitAdditive('+'),
  },
  {
    name: 'minus',
    minArgs: 2,
    maxArgs: 2,
    family: 'arithmetic',
    internal: true,
    pushdown: 'Minus',
    doc: 'a - b. Manual: Arithmetic Operators.',
    resolve: additive('minus'),
    emit: emitAdditive('-'),
  },
  {
    name: 'mul',
    minArgs: 2,
    maxArgs: 2,
    family: 'arithmetic',
    internal: true,
    pushdown: 'Multiply',
    doc: 'a * b. Manual: Arithmetic Operators.',
    resolve: additive('mul'),
    emit: emitAdditive('*'),
  },
  {
    name: 'div',
    minArgs: 2,
    maxArgs: 2,
    family: 'arithmetic',
    internal: true,
    pushdown: 'Divide',
    doc: 'a / b; NULL for b = 0; the scale is that of a plus div_precision_increment. Manual: Arithmetic Operators.',
    resolve(raw, ctx) {
      const n = numericArgs(raw, ctx);
      if (n.domain === 'real') return { args: n.args, type: realResult(n.args) };
      const args = n.args;
      const x = exactDigits(args[0]!.type);
      const y = exactDigits(args[1]!.type);
      const scale = Math.min(x.scale + ctx.divPrecisionIncrement, MAX_SCALE);
      return { args: precise(args, ctx), type: decimalType(x.precision - x.scale + y.scale + scale, scale) };
    },
    emit: emitDiv,
  },
  {
    name: 'intdiv',
    minArgs: 2,
    maxArgs: 2,
    family: 'arithmetic',
    internal: true,
    pushdown: 'IntDivide',
    doc: 'a DIV b: the integer part of the quotient. Manual: Arithmetic Operators.',
    resolve(raw, ctx) {
      const n = numericArgs(raw, ctx);
      let args =
        n.domain === 'real'
          ? raw.map((a) => castTo(a, evalType(a.type) === 'real' ? OF_DOUBLE : WIDEST, ctx))
          : n.args;
      if (n.domain === 'decimal') args = precise(args, ctx);
      return { args, type: intType(raw.some((a) => isUnsigned(a.type))) };
    },
    emit: emitIntDiv,
  },
  {
    name: 'mod',
    minArgs: 2,
    maxArgs: 2,
    family: 'arithmetic',
    pushdown: 'Mod',
    doc: 'a MOD b, a % b, MOD(a, b): remainder with the sign of a. Manual: Mathematical Functions.',
    resolve(raw, ctx) {
      const { domain, args } = numericArgs(raw, ctx);
      if (domain === 'real') return { args, type: realResult(args) };
      if (domain === 'int') return { args, type: intType(isUnsigned(args[0]!.type)) };
      const x = exactDigits(args[0]!.type);
      const y = exactDigits(args[1]!.type);
      const scale = Math.max(x.scale, y.scale);
      return {
        args: precise(args, ctx),
        type: decimalType(Math.max(x.precision - x.scale, y.precision - y.scale) + scale, scale),
      };
    },
    emit: emitMod,
  },
  {
    name: 'unaryminus',
    minArgs: 1,
    maxArgs: 1,
    family: 'arithmetic',
    internal: true,
    pushdown: 'UnaryMinus',
    doc: '-a. Manual: Arithmetic Operators.',
    resolve: resolveNegate,
    emit: emitNegate,
  },
  {
    name: 'unaryplus',
    minArgs: 1,
    maxArgs: 1,
    family: 'arithmetic',
    internal: true,
    doc: '+a. Manual: Arithmetic Operators.',
    resolve: (args) => ({ args, type: args[0]!.type }),
    emit: (g, node) => g.emit(node.args[0]!),
  },
]);
