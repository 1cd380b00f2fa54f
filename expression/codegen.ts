import type { Datum } from '../types/datum.js';
import type { DecInt } from '../types/decimal.js';
import { pow10, pow10Big, decRescale } from '../types/decimal.js';
import type { EvalType, FieldType } from '../types/field-type.js';
import { evalType, isUnsigned, TypeCode, UNSPECIFIED } from '../types/field-type.js';
import type { Column, Constant, CorrelatedColumn, Expression, ScalarFunction } from './expression.js';
import { functionSpec } from './function-registry.js';
import { nativeElementBytes, nativeSetBytes } from './member-text.js';
import { columnsOf, someArg, walkedArgs } from './traverse.js';

/**
 * Code of one row. Every expression of a run becomes straight-line JavaScript inside one loop over the rows, so that
 * conditionals are lazy by nature and numbers never leave registers.
 *
 * A row's value is represented as
 *  - 'n': a number (doubles; integers, decimals and packed times within 2^53),
 *  - 'b': a bigint (exact variant only),
 *  - 's': bytes `v[s, e)`.
 *
 * Each run is generated twice at most. The speculative variant computes exact types in doubles and leaves the loop
 * (`return -1`) as soon as a result passes 2^53; the exact variant, generated when that happens or when a column comes
 * wide, computes in bigint whatever is not provably narrow.
 */
export interface Value {
  readonly rep: 'n' | 'b' | 's';
  readonly v: string;
  readonly s: string;
  readonly e: string;
  /** 'false', 'true' or a pure boolean expression. */
  readonly nul: string;
  /** For 'n' of exact types: |v| <= bound. */
  readonly bound: number;
  /** For truth values: the same as a boolean expression. */
  readonly cond?: string;
}

/** Shape of a leaf at run time. */
export type LeafShape =
  | { readonly kind: 'num'; readonly int32: boolean; readonly nullable: boolean }
  | { readonly kind: 'wide'; readonly nullable: boolean }
  | { readonly kind: 'bytes'; readonly nullable: boolean; readonly coded: boolean }
  /** Result of a predicate per dictionary entry: a NumVector indexed by the codes of the column. */
  | { readonly kind: 'lut'; readonly nullable: boolean; readonly lutNullable: boolean }
  | { readonly kind: 'scalar'; readonly rep: 'n' | 'b' | 's' | 'null' };

export interface Leaf {
  readonly expr: Column | Constant | CorrelatedColumn | ScalarFunction;
}

const MAX = Number.MAX_SAFE_INTEGER;
const EMPTY = new Uint8Array(0);

/** Largest magnitude of a narrow cell of an exact type. */
export function boundOf(ft: FieldType): number {
  switch (evalType(ft)) {
    case 'real':
      return Infinity;
    case 'decimal':
      return ft.flen === UNSPECIFIED || ft.flen > 15 ? MAX : pow10(ft.flen);
    case 'int':
      switch (ft.tp) {
        case TypeCode.Tiny:
          return isUnsigned(ft) ? 255 : 128;
        case TypeCode.Short:
          return isUnsigned(ft) ? 65535 : 32768;
        case TypeCode.Int24:
          return isUnsigned(ft) ? 16777215 : 8388608;
        case TypeCode.Long:
          return isUnsigned(ft) ? 4294967295 : 2147483648;
        case TypeCode.Year:
          return 2155;
        default:
          return ft.flen === 1 ? 9 : MAX;
      }
    case 'duration':
      return 3020399999999;
    case 'datetime':
      return ft.tp === TypeCode.Date ? 5119999 : MAX;
    default:
      return MAX;
  }
}

export const view = (b: Uint8Array, s: number, e: number): Uint8Array =>
  s === 0 && e === b.length ? b : b.subarray(s, e);

export const NULL_VALUE: Value = { rep: 'n', v: '0', s: '', e: '', nul: 'true', bound: 0 };

export class Emitter {
  private lines: string[] = [];
  private readonly prelude: string[] = [];
  private readonly pooled = new Map<unknown, string>();
  private readonly leafDone = new Set<number>();
  private next = 0;
  readonly constants: unknown[] = [];
  /** A kernel of the run returns promises. */
  usesAwait = false;

  constructor(
    /** Compute what may pass 2^53 in bigint. */
    readonly exact: boolean,
    private readonly leaves: ReadonlyMap<Expression, { readonly slot: number; readonly shape: LeafShape }>,
  ) {}

  /** A name used nowhere else. */
  name(): string {
    return `t${this.next++}`;
  }

  line(code: string): void {
    this.lines.push(code);
  }

  /** `const` of a computed expression. */
  let(code: string): string {
    const t = this.name();
    this.lines.push(`const ${t}=${code};`);
    return t;
  }

  variable(init: string): string {
    const t = this.name();
    this.lines.push(`let ${t}=${init};`);
    return t;
  }

  hoist(code: string): string {
    const t = `h${this.next++}`;
    this.prelude.push(`const ${t}=${code};`);
    return t;
  }

  hoisted(): string {
    return this.prelude.join('\n');
  }

  body(): string {
    return this.lines.join('\n');
  }

  /** A value of the compiler's heap, under a name of the generated code. */
  pool(value: unknown): string {
    let n = this.pooled.get(value);
    if (n === undefined) {
      n = `k${this.constants.length}`;
      this.prelude.push(`const ${n}=K[${this.constants.length}];`);
      this.constants.push(value);
      this.pooled.set(value, n);
    }
    return n;
  }

  /** Code emitted by `f`, kept apart. */
  capture<T>(f: () => T): { readonly lines: string[]; readonly result: T } {
    const outer = this.lines;
    this.lines = [];
    const result = f();
    const lines = this.lines;
    this.lines = outer;
    return { lines, result };
  }

  append(lines: readonly string[]): void {
    for (const l of lines) this.lines.push(l);
  }

  emit(e: Expression): Value {
    const leaf = this.leaves.get(e);
    if (leaf !== undefined) return this.leaf(e, leaf.slot, leaf.shape);
    switch (e.kind) {
      case 'constant':
        return this.constant(e.value, e.type);
      case 'function':
        return functionSpec(e.name).emit(this, e);
      default:
        throw new Error(`${e.kind} ${e.kind === 'column' ? e.name : ''} is not among the run's leaves`);
    }
  }

  /**
   * An operand of a comparison. A literal whose conversion warns is converted when the first row asks for it, not for every
   * row: MySQL keeps such constants, too. The result of a subquery warns by every row, as in TiDB.
   */
  compared(e: Expression): Value {
    const constant = e.kind === 'function' && e.name === 'cast' ? e.args[0]! : e;
    const converted = constant !== e && constant.kind === 'constant' && constant.coercibility === undefined;
    if (!converted || this.leaves.has(e)) return this.emit(e);
    const { lines, result } = this.capture(() => this.emit(e));
    const [done, v, start, end, nul] = [0, 1, 2, 3, 4].map(() => `o${this.next++}`);
    this.prelude.push(`let ${done}=false,${v},${start},${end},${nul};`);
    const bytes = result.rep === 's' ? `${start}=${result.s};${end}=${result.e};` : '';
    this.line(`if(!${done}){`);
    this.append(lines);
    this.line(`${v}=${result.v};${bytes}${nul}=${result.nul};${done}=true;}`);
    return { ...result, v: v!, s: start!, e: end!, nul: result.nul === 'false' ? 'false' : nul! };
  }

  constant(value: Datum, type: FieldType): Value {
    if (value === null) return NULL_VALUE;
    if (typeof value === 'number') {
      // Small integers are part of the text; everything else comes through the pool, so that equal shapes share code.
      const v =
        Number.isInteger(value) && Math.abs(value) < 10 && !Object.is(value, -0)
          ? `(${value})`
          : this.pool(value);
      return {
        rep: 'n',
        v,
        s: '',
        e: '',
        nul: 'false',
        bound: evalType(type) === 'real' ? Infinity : Math.abs(value),
      };
    }
    if (typeof value === 'bigint')
      return { rep: 'b', v: this.pool(value), s: '', e: '', nul: 'false', bound: Infinity };
    const b = this.pool(value);
    return { rep: 's', v: b, s: '0', e: this.hoistLength(b), nul: 'false', bound: 0 };
  }

  private readonly lengths = new Map<string, string>();
  private hoistLength(b: string): string {
    let h = this.lengths.get(b);
    if (h === undefined) {
      h = this.hoist(`${b}.length`);
      this.lengths.set(b, h);
    }
    return h;
  }

  private leaf(e: Expression, slot: number, shape: LeafShape): Value {
    const c = `c${slot}`;
    const first = !this.leafDone.has(slot);
    this.leafDone.add(slot);
    if (shape.kind === 'scalar') {
      if (first) this.prelude.push(`const ${c}=D[${slot}];`);
      switch (shape.rep) {
        case 'null':
          return NULL_VALUE;
        case 's':
          return { rep: 's', v: c, s: '0', e: this.hoistLength(c), nul: 'false', bound: 0 };
        default:
          return { rep: shape.rep, v: c, s: '', e: '', nul: 'false', bound: boundOf(e.type) };
      }
    }
    if (first) {
      this.prelude.push(`const ${c}=D[${slot}],${c}n=${c}.nulls;`);
      switch (shape.kind) {
        case 'num':
        case 'wide':
          this.prelude.push(`const ${c}d=${c}.data;`);
          break;
        case 'bytes':
          this.prelude.push(`const ${c}b=${c}.bytes,${c}o=${c}.offsets,${c}c=${c}.codes;`);
          break;
        case 'lut':
          this.prelude.push(`const ${c}c=${c}.codes,${c}d=${c}.lut,${c}m=${c}.lutNulls;`);
          break;
      }
    }
    const nul = shape.nullable ? `${c}n[i]===1` : 'false';
    switch (shape.kind) {
      case 'num':
        return { rep: 'n', v: `${c}d[i]`, s: '', e: '', nul, bound: boundOf(e.type) };
      case 'wide':
        return { rep: 'b', v: `${c}d[i]`, s: '', e: '', nul, bound: Infinity };
      case 'lut': {
        const k = `${c}c[i]`;
        const n = shape.lutNullable
          ? nul === 'false'
            ? `${c}m[${k}]===1`
            : `(${nul}||${c}m[${k}]===1)`
          : nul;
        return { rep: 'n', v: `${c}d[${k}]`, s: '', e: '', nul: n, bound: boundOf(e.type) };
      }
      case 'bytes': {
        const k = shape.coded ? this.let(`${c}c[i]`) : 'i';
        return { rep: 's', v: `${c}b`, s: `${c}o[${k}]`, e: `${c}o[${k}+1]`, nul, bound: 0 };
      }
    }
  }

  /** As a number or bigint operand whose text may be repeated. */
  stable(v: Value): Value {
    if (v.rep === 's') {
      const simple = /^[\w$]+$/;
      const s = simple.test(v.s) ? v.s : this.let(v.s);
      const e = simple.test(v.e) ? v.e : this.let(v.e);
      const b = simple.test(v.v) ? v.v : this.let(v.v);
      return { ...v, v: b, s, e, nul: this.stableNull(v.nul) };
    }
    const simple = /^(\w+|\(-?\d+\))$/;
    return { ...v, v: simple.test(v.v) ? v.v : this.let(v.v), nul: this.stableNull(v.nul) };
  }

  stableNull(nul: string): string {
    return /^\w+$/.test(nul) ? nul : this.let(nul);
  }

  /** Any of the arguments is NULL. */
  anyNull(values: readonly Value[]): string {
    const ns: string[] = [];
    for (const v of values) {
      if (v.nul === 'true') return 'true';
      if (v.nul !== 'false' && !ns.includes(v.nul)) ns.push(v.nul);
    }
    return ns.length === 0 ? 'false' : ns.length === 1 ? ns[0]! : `(${ns.join('||')})`;
  }

  num(v: string, nul: string, bound: number): Value {
    return { rep: 'n', v, s: '', e: '', nul, bound };
  }

  big(v: string, nul: string): Value {
    return { rep: 'b', v, s: '', e: '', nul, bound: Infinity };
  }

  bytes(v: string, s: string, e: string, nul: string): Value {
    return { rep: 's', v, s, e, nul, bound: 0 };
  }

  bool(cond: string, nul: string): Value {
    cond = constantCondition(cond) ?? cond;
    // Texts are repeated by their users: long ones get a name, so that code stays linear in the tree.
    if (cond.length > 100) cond = this.let(cond);
    if (nul.length > 100) nul = this.let(nul);
    return { rep: 'n', v: `((${cond})?1:0)`, s: '', e: '', nul, bound: 1, cond: `(${cond})` };
  }

  /** JS boolean: the non-NULL value is true. */
  truth(v: Value): string {
    if (v.cond !== undefined) return v.cond;
    if (v.rep === 's') throw new Error('truth of a string operand');
    return v.rep === 'b' ? `${v.v}!==0n` : `${v.v}!==0`;
  }

  /** Any exact value as bigint. */
  asBig(v: Value): string {
    return v.rep === 'b' ? v.v : `BigInt(${v.v})`;
  }

  /** A `number | bigint` in canonical form, as scalar kernels take it. */
  asDatum(v: Value, domain: EvalType): string {
    if (v.rep === 's')
      return v.s === '0' && v.e === `${v.v}.length` ? v.v : `${this.pool(view)}(${v.v},${v.s},${v.e})`;
    if (v.rep === 'b' && domain !== 'real') return `${this.pool(canonical)}(${v.v})`;
    return v.v;
  }

  /** An exact number moved to a larger scale. */
  scaleUp(v: Value, by: number): Value {
    if (by <= 0) return v;
    if (v.rep === 'n') {
      const bound = by <= 22 ? v.bound * pow10(by) : Infinity;
      if (by <= 22 && bound <= MAX) return this.num(`(${v.v}*${this.pool(pow10(by))})`, v.nul, bound);
      if (!this.exact) {
        if (by > 22) {
          this.line(`if(${v.v}!==0)return -1;`);
          return v;
        }
        return this.checked(`${v.v}*${this.pool(pow10(by))}`, v.nul);
      }
    }
    return this.big(this.let(`${this.asBig(v)}*${this.pool(pow10Big(by))}`), v.nul);
  }

  /** A speculative result that may pass 2^53: leaves the run when it does. */
  checked(code: string, nul: string): Value {
    const t = this.let(code);
    this.line(`if(${t}>${MAX}||${t}<-${MAX})return -1;`);
    return this.num(t, nul, MAX);
  }

  /** An exact number at another scale, rounded half away from zero. */
  rescale(v: Value, from: number, to: number): Value {
    if (to >= from) return this.scaleUp(v, to - from);
    return this.fromDatum(
      `${this.pool(decRescale)}(${this.asDatum(v, 'decimal')},${from},${to})`,
      v.nul,
      false,
    );
  }

  /**
   * The result of a kernel call that gives `number | bigint` (and null when `nullable`), evaluated only where `nul` is
   * false.
   */
  fromDatum(call: string, nul: string, nullable: boolean): Value {
    const guard = nul !== 'false';
    if (!guard && !nullable) {
      const r = this.let(call);
      if (this.exact) return this.big(this.let(`typeof ${r}==='bigint'?${r}:BigInt(${r})`), 'false');
      this.line(`if(typeof ${r}==='bigint')return -1;`);
      return this.num(r, 'false', MAX);
    }
    const n = this.variable(guard ? nul : 'false');
    const v = this.variable(this.exact ? '0n' : '0');
    const r = this.name();
    const assign = this.exact
      ? `${v}=typeof ${r}==='bigint'?${r}:BigInt(${r});`
      : `{if(typeof ${r}==='bigint')return -1;${v}=${r};}`;
    this.line(
      `${guard ? `if(!${n})` : ''}{const ${r}=${call};${nullable ? `if(${r}===null)${n}=true;else ` : ''}${assign}}`,
    );
    return this.exact ? this.big(v, n) : this.num(v, n, MAX);
  }

  /** The result of a kernel call that gives a double (or null). */
  fromNumber(call: string, nul: string, nullable: boolean, bound: number): Value {
    const guard = nul !== 'false';
    if (!guard && !nullable) return this.num(this.let(call), 'false', bound);
    const n = this.variable(guard ? nul : 'false');
    const v = this.variable('0');
    if (!nullable) {
      this.line(`if(!${n})${v}=${call};`);
    } else {
      const r = this.name();
      this.line(`${guard ? `if(!${n})` : ''}{const ${r}=${call};if(${r}===null)${n}=true;else ${v}=${r};}`);
    }
    return this.num(v, n, bound);
  }

  /** The result of a kernel call that gives a Uint8Array (or null). */
  fromBytes(call: string, nul: string, nullable: boolean): Value {
    const guard = nul !== 'false';
    if (!guard && !nullable) {
      const r = this.let(call);
      return this.bytes(r, '0', `${r}.length`, 'false');
    }
    const n = this.variable(guard ? nul : 'false');
    const v = this.variable(this.pool(EMPTY));
    if (!nullable) {
      this.line(`if(!${n})${v}=${call};`);
    } else {
      const r = this.name();
      this.line(`${guard ? `if(!${n})` : ''}{const ${r}=${call};if(${r}===null)${n}=true;else ${v}=${r};}`);
    }
    return this.bytes(v, '0', `${v}.length`, n);
  }

  /** Result of a scalar kernel by the domain of `type`. */
  fromCall(call: string, type: FieldType, nul: string, nullable: boolean): Value {
    switch (evalType(type)) {
      case 'real':
        return this.fromNumber(call, nul, nullable, Infinity);
      case 'duration':
        return this.fromNumber(call, nul, nullable, boundOf(type));
      case 'datetime':
        // Dates are numbers even where the run is exact.
        return type.tp === TypeCode.Date
          ? this.fromNumber(call, nul, nullable, boundOf(type))
          : this.fromDatum(call, nul, nullable);
      case 'string':
      case 'json':
      case 'vector':
        if (type.tp === TypeCode.Enum || type.tp === TypeCode.Set) return this.fromDatum(call, nul, nullable);
        return this.fromBytes(call, nul, nullable);
      default:
        return this.fromDatum(call, nul, nullable);
    }
  }

  /** An operand of a string function: ENUM and SET give their text. */
  operand(e: Expression, domain: EvalType): Value {
    const v = this.emit(e);
    if (v.nul === 'true' || (e.type.tp === TypeCode.Null && v.rep !== 's'))
      return domain === 'string' || domain === 'json'
        ? { ...NULL_VALUE, rep: 's', v: this.pool(EMPTY), s: '0', e: '0' }
        : v;
    if ((domain === 'string' || domain === 'json') && v.rep !== 's') {
      if (e.type.tp === TypeCode.Enum) {
        const m = this.pool(nativeElementBytes(e.type));
        return this.fromBytes(`${m}[Number(${v.v})]`, v.nul, false);
      }
      if (e.type.tp === TypeCode.Set) {
        return this.fromBytes(`${this.pool(nativeSetBytes)}(${this.pool(e.type)},${v.v})`, v.nul, false);
      }
      throw new Error(`operand of type ${e.type.tp} where a string is expected`);
    }
    return v;
  }

  /**
   * Values of alternatives, brought to one representation. `select` emits the control flow and calls `take(i)` inside the
   * block in which alternative i is wanted; without a call the result is NULL.
   */
  choose(alternatives: readonly (() => Value)[], select: (take: (i: number) => void) => void): Value {
    const parts = alternatives.map((f) => this.capture(f));
    const live = parts.filter((p) => p.result.nul !== 'true');
    if (live.length === 0) {
      select((i) => this.append(parts[i]!.lines));
      return NULL_VALUE;
    }
    const rep = live[0]!.result.rep === 's' ? 's' : live.some((p) => p.result.rep === 'b') ? 'b' : 'n';
    const n = this.variable('true');
    const v = this.variable(rep === 's' ? this.pool(EMPTY) : rep === 'b' ? '0n' : '0');
    const s = rep === 's' ? this.variable('0') : '';
    const e = rep === 's' ? this.variable('0') : '';
    let bound = 0;
    for (const p of live) bound = Math.max(bound, p.result.bound);
    select((i) => {
      const { lines, result } = parts[i]!;
      if (result.nul === 'true') {
        this.append(lines);
        return;
      }
      this.append(lines);
      if (result.nul !== 'false') this.line(`${n}=${result.nul};if(!${n}){`);
      else this.line(`${n}=false;`);
      this.line(`${v}=${rep === 'b' ? this.asBig(result) : result.v};`);
      if (rep === 's') this.line(`${s}=${result.s};${e}=${result.e};`);
      if (result.nul !== 'false') this.line('}');
    });
    return { rep, v, s, e, nul: n, bound };
  }
}

/** `true` or `false` where the text of a condition is nothing else, or that negated: IS NULL of a column that has no NULLs here. */
export function constantCondition(text: string): 'true' | 'false' | null {
  const found = /^(!?)\(*(true|false)\)*$/.exec(text);
  if (found === null) return null;
  return (found[1] === '!') === (found[2] === 'false') ? 'true' : 'false';
}

/** bigint to the canonical datum. */
export function canonical(v: bigint): DecInt {
  return v <= 9007199254740991n && v >= -9007199254740991n ? Number(v) : v;
}

/** Leaves of an expression in order of first appearance: columns, `?`, correlated cells, subtrees over dictionaries. */
export function leavesOf(
  roots: readonly Expression[],
  isLut: (e: ScalarFunction) => boolean,
): Leaf['expr'][] {
  const out: Leaf['expr'][] = [];
  const seen = new Set<Expression>();
  const walk = (e: Expression): void => {
    if (seen.has(e)) return;
    seen.add(e);
    switch (e.kind) {
      case 'column':
      case 'correlated':
        out.push(e);
        return;
      case 'constant':
        if (e.param !== undefined) out.push(e);
        return;
      case 'function':
        if (isLut(e)) {
          out.push(e);
          return;
        }
        for (let i = 0, n = walkedArgs(e.args); i < n; i++) walk(e.args[i]!);
    }
  };
  for (const r of roots) walk(r);
  return out;
}

/** A pure predicate over one string column and constants: computed per dictionary entry where the column is coded. */
export function lutColumn(e: ScalarFunction): Column | null {
  if (layoutIsBytes(e.type)) return null;
  let column: Column | null = null;
  const walk = (x: Expression): boolean => {
    switch (x.kind) {
      case 'column':
        if (column !== null && column.index !== x.index) return false;
        column = x;
        return evalType(x.type) === 'string' && x.type.tp !== TypeCode.Enum && x.type.tp !== TypeCode.Set;
      case 'constant':
        return x.param === undefined;
      case 'correlated':
        return false;
      case 'function':
        return functionSpec(x.name).pure === true && !someArg(x.args, (a) => !walk(a));
    }
  };
  return walk(e) && column !== null ? column : null;
}

function layoutIsBytes(ft: FieldType): boolean {
  const d = evalType(ft);
  return d === 'string' || d === 'json' || d === 'vector';
}

export { columnsOf };
