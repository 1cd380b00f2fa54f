import { exp, log, log2, pow } from './exp.js';
import { rint } from '../../types/convert-number.js';
import { intDatum } from '../../types/datum.js';
import type { DecInt } from '../../types/decimal.js';
import { decAbs, decCeil, decFloor, decRescale, decRound, decTruncate } from '../../types/decimal.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType, isUnsigned } from '../../types/field-type.js';
import type { EvalContext } from '../eval-context.js';
import type { Expression, ScalarFunction } from '../expression.js';
import type { Runtime } from '../runtime.js';
import { decimalType, exactDigits, intType, realType, MAX_SCALE } from '../type-inference.js';
import type { Kernel, ScalarDefinition } from './scalar.js';
import { defineAll, notNullIf, real, toNumber } from './scalar.js';

/** Mathematical functions (manual, "Mathematical Functions"). */

const scaleOf = (t: FieldType): number => (evalType(t) === 'decimal' ? Math.max(0, t.decimal) : 0);

/** The type of the one numeric argument, as the result of functions that keep it. */
function sameNumeric([a]: readonly Expression[]): FieldType {
  const t = a!.type;
  switch (evalType(t)) {
    case 'int':
      return notNullIf(intType(isUnsigned(t)), [a!]);
    case 'decimal': {
      const d = exactDigits(t);
      return notNullIf(decimalType(d.precision, d.scale), [a!]);
    }
    default:
      return notNullIf(realType(), [a!]);
  }
}

/** CEIL and FLOOR: an integer, or DECIMAL(p, 0) when a decimal has more digits than BIGINT holds. */
function wholeType([a]: readonly Expression[]): FieldType {
  const t = a!.type;
  if (evalType(t) === 'int') return notNullIf(intType(isUnsigned(t)), [a!]);
  if (evalType(t) === 'real') return notNullIf(realType(), [a!]);
  const d = exactDigits(t);
  return notNullIf(d.precision - d.scale < 18 ? intType() : decimalType(d.precision - d.scale + 1, 0), [a!]);
}

const whole = (
  name: string,
  alias: string[],
  f: (v: DecInt, s: number) => DecInt,
  g: (v: number) => number,
  js: string,
): Omit<ScalarDefinition, 'family'> => ({
  name,
  aliases: alias,
  args: ['digits'],
  type: wholeType,
  make([t]): Kernel {
    switch (evalType(t!)) {
      case 'int':
        return (_rt, v: DecInt) => v;
      case 'real':
        return (_rt, v: number) => g(v);
      default: {
        const s = scaleOf(t!);
        return (_rt, v: DecInt) => f(v, s);
      }
    }
  },
  inline: (e, node, [a], nul) =>
    evalType(node.args[0]!.type) === 'real'
      ? e.num(`${js}(${a!.v})`, nul, Infinity)
      : evalType(node.args[0]!.type) === 'int'
        ? { ...a!, nul }
        : null,
  total: true,
  pushdown: name === 'ceil' ? 'Ceil' : 'Floor',
  doc: `${name.toUpperCase()}(x). Manual: Mathematical Functions.`,
});

/** x rounded half to even at `d` places, as doubles are. */
const POWERS: readonly number[] = Array.from({ length: 309 }, (_, i) => Number(`1e${i}`));

/** The double nearest to 10^n, which `**` misses for some n from 26 on; Infinity beyond the range. */
const powerOfTen = (n: number): number => POWERS[n] ?? Infinity;

/** Where base and exponent are integers and the result is no larger than this many bits, it is computed exactly and rounded once. */
const EXACT_POWER_BITS = 1100;

function power(x: number, y: number): number {
  if (!Number.isSafeInteger(x) || !Number.isSafeInteger(y) || x === 0) return pow(x, y);
  if (x === 10 && y < 0) return y < -400 ? 0 : Number(`1e${y}`);
  if (y < 2 || y * Math.log2(Math.abs(x)) > EXACT_POWER_BITS) return pow(x, y);
  return Number(BigInt(x) ** BigInt(y));
}

export function roundReal(x: number, d: number): number {
  if (d > 400) return x;
  if (d < -400) return 0;
  const f = powerOfTen(Math.abs(d));
  if (d >= 0) {
    const t = x * f;
    if (!Number.isFinite(t)) return x;
    return rint(t) / f;
  }
  if (!Number.isFinite(f)) return 0;
  return rint(x / f) * f;
}

function truncateReal(x: number, d: number): number {
  if (d > 400) return x;
  const f = powerOfTen(Math.abs(d));
  if (d >= 0) {
    const t = x * f;
    return Number.isFinite(t) ? Math.trunc(t) / f : x;
  }
  return Number.isFinite(f) ? Math.trunc(x / f) * f : 0;
}

const constantPlaces = (e: Expression | undefined): number | null => {
  if (e === undefined) return 0;
  if (e.kind !== 'constant' || e.param !== undefined || e.value === null) return null;
  return Math.max(-100, Math.min(100, toNumber(e.value as DecInt)));
};

function roundType(args: readonly Expression[], grows: boolean): FieldType {
  const t = args[0]!.type;
  const d = constantPlaces(args[1]);
  switch (evalType(t)) {
    case 'int':
      return intType(isUnsigned(t));
    case 'real':
      // As wide as its decimals want (MySQL's Item_func::float_length); more than 30 are none that are fixed.
      return d !== null && d >= 0 && d <= MAX_SCALE
        ? { ...realType(), decimal: d, flen: 17 + d }
        : realType();
    default: {
      const x = exactDigits(t);
      if (d === null) return decimalType(x.precision + 1, x.scale);
      // Places beyond those of the number are zeros: ROUND(1.5, 3) is 1.500.
      const s = Math.max(0, Math.min(MAX_SCALE, d));
      return decimalType(x.precision - x.scale + s + (grows && s < x.scale ? 1 : 0), s);
    }
  }
}

function rounder(
  real1: (x: number, d: number) => number,
  exact: (v: DecInt, s: number, d: number) => DecInt,
) {
  return (types: readonly FieldType[], type: FieldType): Kernel => {
    const t = types[0]!;
    const one = types.length === 1;
    switch (evalType(t)) {
      case 'real':
        return one ? (_rt, x: number) => real1(x, 0) : (_rt, x: number, d: DecInt) => real1(x, toNumber(d));
      case 'int':
        if (one) return (_rt, v: DecInt) => v;
        return (_rt, v: DecInt, d: DecInt) => {
          const p = toNumber(d);
          return p >= 0 ? v : exact(v, 0, Math.max(p, -30));
        };
      default: {
        const s = scaleOf(t);
        const to = type.decimal;
        // Results have one scale: digits beyond the places asked for are zeros.
        return (_rt, v: DecInt, d?: DecInt) => {
          const p = d === undefined ? 0 : Math.max(-70, Math.min(70, toNumber(d)));
          const r = exact(v, s, p);
          return decRescale(r, Math.max(0, Math.min(p, s)), to);
        };
      }
    }
  };
}

function truncateExact(v: DecInt, s: number, p: number): DecInt {
  if (p >= s) return v;
  const r = decTruncate(v, s, Math.max(p, -66));
  return p >= 0 ? r : decRescale(r, p < -66 ? -66 : p, 0);
}

/** A function of one double: NULL outside its domain. */
const unary = (
  name: string,
  f: (x: number) => number,
  pushdown: string | undefined,
  doc: string,
  inline?: string,
): Omit<ScalarDefinition, 'family'> => ({
  name,
  args: ['real'],
  type: real,
  kernel: (_rt, x: number) => {
    const r = f(x);
    return Number.isNaN(r) ? null : r;
  },
  inline: inline === undefined ? undefined : (g, _n, [a], nul) => g.num(`${inline}(${a!.v})`, nul, Infinity),
  pure: true,
  pushdown,
  doc: `${doc} Manual: Mathematical Functions.`,
});

function logarithm(rt: Runtime, x: number, f: (x: number) => number): number | null {
  if (x <= 0) {
    rt.problem('ER_INVALID_ARGUMENT_FOR_LOGARITHM');
    return null;
  }
  return f(x);
}

function finite(rt: Runtime, r: number, node: ScalarFunction): number {
  if (!Number.isFinite(r)) rt.outOfRange('DOUBLE', node);
  return r;
}

/** The generator of RAND(seed) (MySQL's my_rnd over my_rnd_init). */
class SeededRandom {
  private readonly max = 0x3fffffff;
  private a: number;
  private b: number;

  constructor(seed: number) {
    const s = seed >>> 0;
    this.a = Number((BigInt(s) * 0x10001n + 55555555n) & 0xffffffffn) % this.max;
    this.b = Number((BigInt(s) * 0x10000001n) & 0xffffffffn) % this.max;
  }

  next(): number {
    this.a = (this.a * 3 + this.b) % this.max;
    this.b = (this.a + this.b + 33) % this.max;
    return this.a / this.max;
  }
}

const CRC: Uint32Array = (() => {
  const t = new Uint32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    t[n] = c >>> 0;
  }
  return t;
})();

export function crc32(b: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < b.length; i++) c = CRC[(c ^ b[i]!) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

defineAll('math', [
  {
    name: 'abs',
    args: ['numeric'],
    type: sameNumeric,
    make: ([t], _type, node): Kernel =>
      evalType(t!) === 'real'
        ? (_rt, x: number) => Math.abs(x)
        : (rt: Runtime, v: DecInt) => {
            const r = decAbs(v);
            if (evalType(t!) === 'int' && !isUnsigned(t!) && r > 9223372036854775807n)
              rt.outOfRange('BIGINT', node);
            return r;
          },
    inline: (g, _n, [a], nul) => (a!.rep === 'n' ? g.num(`Math.abs(${a!.v})`, nul, a!.bound) : null),
    total: true,
    pushdown: 'Abs',
    doc: 'ABS(x). Manual: Mathematical Functions.',
  },
  whole('ceil', ['ceiling'], decCeil, Math.ceil, 'Math.ceil'),
  whole('floor', [], decFloor, Math.floor, 'Math.floor'),
  {
    name: 'round',
    args: ['digits', 'int'],
    min: 1,
    type: (args) => notNullIf(roundType(args, true), args),
    make: rounder(roundReal, decRound),
    total: true,
    pushdown: 'Round',
    doc: 'ROUND(x[, d]): exact values half away from zero, doubles half to even. Manual: Mathematical Functions.',
  },
  {
    name: 'truncate',
    args: ['digits', 'int'],
    type: (args) => notNullIf(roundType(args, false), args),
    make: rounder(truncateReal, truncateExact),
    total: true,
    pushdown: 'Truncate',
    doc: 'TRUNCATE(x, d). Manual: Mathematical Functions.',
  },
  {
    name: 'sign',
    args: ['real'],
    type: (args) => notNullIf(intType(false, 2), args),
    kernel: (_rt, x: number) => (x > 0 ? 1 : x < 0 ? -1 : 0),
    total: true,
    pure: true,
    pushdown: 'Sign',
    doc: 'SIGN(x). Manual: Mathematical Functions.',
  },
  unary('sqrt', Math.sqrt, 'Sqrt', 'SQRT(x); NULL for x < 0.'),
  unary('sin', Math.sin, 'Sin', 'SIN(x).', 'Math.sin'),
  unary('cos', Math.cos, 'Cos', 'COS(x).', 'Math.cos'),
  unary('tan', Math.tan, 'Tan', 'TAN(x).', 'Math.tan'),
  unary('asin', Math.asin, 'Asin', 'ASIN(x); NULL outside -1 … 1.'),
  unary('acos', Math.acos, 'Acos', 'ACOS(x); NULL outside -1 … 1.'),
  {
    name: 'cot',
    args: ['real'],
    type: real,
    make: (_t, _type, node) => (rt: Runtime, x: number) => finite(rt, 1 / Math.tan(x), node),
    total: true,
    pushdown: 'Cot',
    doc: 'COT(x). Manual: Mathematical Functions.',
  },
  {
    name: 'atan',
    args: ['real', 'real'],
    min: 1,
    type: real,
    kernel: (_rt, y: number, x?: number) => (x === undefined ? Math.atan(y) : Math.atan2(y, x)),
    total: true,
    pure: true,
    pushdown: 'Atan',
    doc: 'ATAN(x), ATAN(y, x). Manual: Mathematical Functions.',
  },
  {
    name: 'atan2',
    args: ['real', 'real'],
    min: 1,
    type: real,
    kernel: (_rt, y: number, x?: number) => (x === undefined ? Math.atan(y) : Math.atan2(y, x)),
    total: true,
    pure: true,
    pushdown: 'Atan2Args',
    doc: 'ATAN2(y, x). Manual: Mathematical Functions.',
  },
  {
    name: 'exp',
    args: ['real'],
    type: real,
    make: (_t, _type, node) => (rt: Runtime, x: number) => finite(rt, exp(x), node),
    total: true,
    pushdown: 'Exp',
    doc: 'EXP(x). Manual: Mathematical Functions.',
  },
  {
    name: 'ln',
    args: ['real'],
    type: real,
    kernel: (rt: Runtime, x: number) => logarithm(rt, x, log),
    pushdown: 'Log1Arg',
    doc: 'LN(x); NULL and warning 3020 for x <= 0. Manual: Mathematical Functions.',
  },
  {
    name: 'log',
    args: ['real', 'real'],
    min: 1,
    type: real,
    kernel: (rt: Runtime, a: number, b?: number) => {
      if (b === undefined) return logarithm(rt, a, log);
      if (a <= 0 || a === 1 || b <= 0) return logarithm(rt, 0, log);
      return log(b) / log(a);
    },
    pushdown: 'Log2Args',
    doc: 'LOG(x), LOG(base, x). Manual: Mathematical Functions.',
  },
  {
    name: 'log2',
    args: ['real'],
    type: real,
    kernel: (rt: Runtime, x: number) => logarithm(rt, x, log2),
    pushdown: 'Log2',
    doc: 'LOG2(x). Manual: Mathematical Functions.',
  },
  {
    name: 'log10',
    args: ['real'],
    type: real,
    kernel: (rt: Runtime, x: number) => logarithm(rt, x, Math.log10),
    pushdown: 'Log10',
    doc: 'LOG10(x). Manual: Mathematical Functions.',
  },
  {
    name: 'pow',
    aliases: ['power'],
    args: ['real', 'real'],
    type: real,
    make: (_t, _type, node) => (rt: Runtime, a: number, b: number) => finite(rt, power(a, b), node),
    total: true,
    pushdown: 'Pow',
    doc: 'POW(a, b), POWER(a, b). Manual: Mathematical Functions.',
  },
  {
    name: 'pi',
    args: [],
    type: () => ({ ...realType(), flen: 8, decimal: 6 }),
    kernel: () => Math.PI,
    total: true,
    pushdown: 'PI',
    doc: 'PI(): shown as 3.141593. Manual: Mathematical Functions.',
  },
  {
    name: 'degrees',
    args: ['real'],
    type: real,
    make: (_t, _type, node) => (rt: Runtime, x: number) => finite(rt, (x * 180) / Math.PI, node),
    total: true,
    pushdown: 'Degrees',
    doc: 'DEGREES(x). Manual: Mathematical Functions.',
  },
  {
    name: 'radians',
    args: ['real'],
    type: real,
    kernel: (_rt, x: number) => (x * Math.PI) / 180,
    total: true,
    pure: true,
    pushdown: 'Radians',
    doc: 'RADIANS(x). Manual: Mathematical Functions.',
  },
  {
    name: 'rand',
    args: ['int'],
    min: 0,
    type: real,
    nullAware: true,
    deterministic: false,
    make: (types, _type, node) => {
      if (types.length === 0) return (rt: Runtime) => rt.ctx.session.random();
      const constant = node.args[0]!.kind === 'constant';
      const states = new WeakMap<EvalContext, SeededRandom>();
      return (rt: Runtime, seed: DecInt | null) => {
        const s = seed === null ? 0 : Number(BigInt.asUintN(32, BigInt(seed)));
        if (!constant) return new SeededRandom(s).next();
        let g = states.get(rt.ctx);
        if (g === undefined) {
          g = new SeededRandom(s);
          states.set(rt.ctx, g);
        }
        return g.next();
      };
    },
    total: true,
    doc: 'RAND([seed]). Manual: Mathematical Functions.',
  },
  {
    name: 'crc32',
    args: ['bytes'],
    type: (args) => notNullIf(intType(true, 10), args),
    kernel: (_rt, b: Uint8Array) => crc32(b),
    total: true,
    pure: true,
    pushdown: 'CRC32',
    doc: 'CRC32(s). Manual: Mathematical Functions.',
  },
]);

/** Two 64-bit patterns combined. */
const bits = (
  name: string,
  small: (a: number, b: number) => number,
  big: (a: bigint, b: bigint) => bigint,
  sig: string,
  doc: string,
): Omit<ScalarDefinition, 'family'> => ({
  name,
  args: ['int', 'int'],
  type: (args) => notNullIf(intType(true, 20), args),
  kernel: (_rt, a: DecInt, b: DecInt) => {
    if (
      typeof a === 'number' &&
      typeof b === 'number' &&
      a >= 0 &&
      b >= 0 &&
      a < 4294967296 &&
      b < 4294967296
    )
      return small(a, b) >>> 0;
    return intDatum(BigInt.asUintN(64, big(BigInt.asUintN(64, BigInt(a)), BigInt.asUintN(64, BigInt(b)))));
  },
  total: true,
  internal: true,
  pushdown: sig,
  doc: `${doc} Manual: Bit Functions and Operators.`,
});

/** Operands of bit operators are rounded to integers, strings by their leading digits. */
defineAll('bit', [
  bits(
    'bitand',
    (a, b) => a & b,
    (a, b) => a & b,
    'BitAndSig',
    'a & b.',
  ),
  bits(
    'bitor',
    (a, b) => a | b,
    (a, b) => a | b,
    'BitOrSig',
    'a | b.',
  ),
  bits(
    'bitxor',
    (a, b) => a ^ b,
    (a, b) => a ^ b,
    'BitXorSig',
    'a ^ b.',
  ),
  {
    name: 'leftshift',
    args: ['int', 'int'],
    type: (args) => notNullIf(intType(true, 20), args),
    kernel: (_rt, a: DecInt, b: DecInt) => {
      const n = BigInt.asUintN(64, BigInt(b));
      return n > 63n ? 0 : intDatum(BigInt.asUintN(64, BigInt.asUintN(64, BigInt(a)) << n));
    },
    total: true,
    internal: true,
    pushdown: 'LeftShift',
    doc: 'a << b. Manual: Bit Functions and Operators.',
  },
  {
    name: 'rightshift',
    args: ['int', 'int'],
    type: (args) => notNullIf(intType(true, 20), args),
    kernel: (_rt, a: DecInt, b: DecInt) => {
      const n = BigInt.asUintN(64, BigInt(b));
      return n > 63n ? 0 : intDatum(BigInt.asUintN(64, BigInt(a)) >> n);
    },
    total: true,
    internal: true,
    pushdown: 'RightShift',
    doc: 'a >> b. Manual: Bit Functions and Operators.',
  },
  {
    name: 'bitneg',
    args: ['int'],
    type: (args) => notNullIf(intType(true, 20), args),
    kernel: (_rt, a: DecInt) => intDatum(BigInt.asUintN(64, ~BigInt(a))),
    total: true,
    internal: true,
    pushdown: 'BitNegSig',
    doc: '~a. Manual: Bit Functions and Operators.',
  },
  {
    name: 'bit_count',
    args: ['int'],
    type: (args) => notNullIf(intType(false, 2), args),
    kernel: (_rt, a: DecInt) => {
      let v = BigInt.asUintN(64, BigInt(a));
      let n = 0;
      for (; v !== 0n; v &= v - 1n) n++;
      return n;
    },
    total: true,
    pushdown: 'BitCount',
    doc: 'BIT_COUNT(a): set bits of the 64. Manual: Bit Functions and Operators.',
  },
]);
