import type { Collation } from '../../types/collation.js';
import type { Datum } from '../../types/datum.js';
import { TypeCode, evalType, type FieldType } from '../../types/field-type.js';
import { atOnce } from '../../types/steps.js';
import { newFunction } from '../build.js';
import { inCharset } from '../charset-conversion.js';
import { NULL_VALUE } from '../codegen.js';
import type { Emitter, Value } from '../codegen.js';
import { deriveCollation } from '../collation-derivation.js';
import type { Constant, Expression, ScalarFunction } from '../expression.js';
import { registerFunction } from '../function-registry.js';
import type { Resolved } from '../function-registry.js';
import { isStringType } from '../type-inference.js';
import {
  alignOperands,
  checkOperands,
  compareCode,
  jsonCompare,
  rewriteRows,
  stringCompareCode,
} from './compare.js';
import { comparisonArgs, isRow, isText } from './comparison-operands.js';
import { convertedItems } from './in-operands.js';
import { lookedUp, lookupKey, lookupOf, type Lookup } from './constant-lookup.js';
import { boolOf } from './logic.js';
import { NumberSet } from './number-set.js';

/** IN over a list (manual, "Comparison Functions and Operators: IN()"). */

/** Members that are entered between two chances to let others use the thread. */
const STEP = 1 << 11;

/** Constant members of a long IN list of strings: buckets by the collation's hash. */
export class StringSet {
  private readonly buckets = new Map<number, Uint8Array[]>();

  private constructor(private readonly collation: Collation) {}

  static *inSteps(collation: Collation, members: readonly Uint8Array[]): Generator<void, StringSet> {
    const set = new StringSet(collation);
    for (let k = 0; k < members.length; k++) {
      set.add(members[k]!);
      if (k % STEP === STEP - 1) yield;
    }
    return set;
  }

  private add(m: Uint8Array): void {
    const h = this.collation.hashAt(m, 0, m.length);
    const b = this.buckets.get(h);
    if (b === undefined) this.buckets.set(h, [m]);
    else b.push(m);
  }

  has(b: Uint8Array, s: number, e: number): boolean {
    const bucket = this.buckets.get(this.collation.hashAt(b, s, e));
    if (bucket === undefined) return false;
    for (const m of bucket) if (this.collation.equalsAt(b, s, e, m, 0, m.length)) return true;
    return false;
  }
}

const INLINE_IN = 6;

/** Members from which on a list is worth knowing. */
const LONG = 1024;
const TYPES = new WeakMap<readonly Expression[], readonly FieldType[]>();

/** The types there are among the arguments: literals that look alike share theirs, so that there are few in a long list. */
function typesOf(args: readonly Expression[]): readonly FieldType[] {
  const known = args.length < LONG ? undefined : TYPES.get(args);
  if (known !== undefined) return known;
  const found = new Set<FieldType>();
  let last: FieldType | null = null;
  for (const { type } of args) if (type !== last) found.add((last = type));
  const types = [...found];
  if (args.length >= LONG) TYPES.set(args, types);
  return types;
}

/** Members of long lists by the last of them: one list is compiled several times, for a sample of the rows first. */
const KNOWN = new WeakMap<Constant, KnownMembers>();

type Members = NumberSet | StringSet | Set<Datum>;

interface KnownMembers {
  readonly first: Constant;
  readonly count: number;
  readonly by: number | Collation | null;
  readonly members: Members;
}

/** What the members of a list are looked for in; `by`: the collation of texts or the scale of all numbers, null where none is to be had. */
function* membersOf(constants: readonly Constant[], by: number | Collation | null): Generator<void, Members> {
  const { length } = constants;
  if (length < LONG) return yield* makeMembers(constants, by);
  const first = constants[0]!;
  const last = constants[length - 1]!;
  let known = KNOWN.get(last);
  if (known?.first !== first || known.count !== length || known.by !== by) {
    known = { first, count: length, by, members: yield* makeMembers(constants, by) };
    KNOWN.set(last, known);
  }
  return known.members;
}

/** Makes in steps what a long list of integers is going to be looked up in; other lists are left as they are. */
export function* knowIntegers(items: readonly (Constant | null)[]): Generator<void> {
  const constants: Constant[] = [];
  const values: number[] = [];
  for (const [k, c] of items.entries()) {
    if (c === null || !isInteger(c.type) || typeof c.value !== 'number') return;
    constants.push(c);
    values.push(c.value);
    if (k % LONG === 0) yield;
  }
  const { length } = constants;
  if (length < LONG) return;
  const members = yield* NumberSet.inSteps(values);
  KNOWN.set(constants[length - 1]!, { first: constants[0]!, count: length, by: 0, members });
}

function* makeMembers(
  constants: readonly Constant[],
  by: number | Collation | null,
): Generator<void, Members> {
  if (by !== null && typeof by !== 'number')
    return yield* StringSet.inSteps(
      by,
      constants.map((c) => c.value as Uint8Array),
    );
  const values: Datum[] = [];
  let numbers = by !== null;
  for (const c of constants) {
    const v = lookupKey(c, by);
    numbers &&= typeof v === 'number';
    values.push(v);
    if (values.length % STEP === 0) yield;
  }
  return numbers ? yield* NumberSet.inSteps(values as number[]) : new Set(values);
}

/** How a list is looked at. */
interface Plan extends Lookup {
  /** Constants that are not NULL, where they are looked up in a set; they are compared one by one where `by` is undefined. */
  readonly constants: readonly Constant[];
  readonly others: readonly Expression[];
  readonly anyNull: boolean;
}

function planOf(node: ScalarFunction): Plan {
  const constants: Constant[] = [];
  const others: Expression[] = [];
  let anyNull = false;
  for (let k = 1; k < node.args.length; k++) {
    const i = node.args[k]!;
    if (i.kind === 'constant' && i.param === undefined) {
      if (i.value === null) anyNull = true;
      else constants.push(i);
    } else others.push(i);
  }
  const found = lookupOf(node.args[0]!.type, typesOf(node.args), node.collation);
  const by = constants.length > INLINE_IN ? found.by : undefined;
  return { str: found.str, constants, by, others, anyNull };
}

/** Makes in steps what the constants of a long list are going to be looked up in. */
export function* prepareMembers(node: ScalarFunction): Generator<void, void> {
  if (node.name !== 'in' || node.args.length < LONG) return;
  const { constants, by } = planOf(node);
  if (by !== undefined) yield* membersOf(constants, by);
}

function emitIn(g: Emitter, node: ScalarFunction): Value {
  const subject = node.args[0]!;
  const { str, constants, by, others, anyNull } = planOf(node);
  const x0 = str ? g.operand(subject, 'string') : g.emit(subject);
  if (x0.nul === 'true') return NULL_VALUE;
  const x = g.stable(x0);
  const found = g.variable('false');
  const nul = g.variable(x.nul === 'false' ? 'false' : x.nul);
  if (x.nul !== 'false') g.line(`if(!${nul}){`);
  const domain = evalType(subject.type);
  if (by !== undefined) {
    const set = g.pool(atOnce(membersOf(constants, by)));
    if (str) g.line(`${found}=${set}.has(${x.v},${x.s},${x.e});`);
    else g.line(`${found}=${set}.has(${lookedUp(g, x, subject.type, by as number | null)});`);
  }
  const rest = by === undefined ? [...constants, ...others] : others;
  for (const item of rest) {
    g.line(`if(!${found}){`);
    const y = str ? g.operand(item, 'string') : g.compared(item);
    let code: string;
    if (y.nul === 'true') {
      g.line(`${nul}=true;}`);
      continue;
    }
    if (str) code = stringCompareCode(g, 'eq', x, y, node.collation);
    else if (domain === 'json')
      code = `${g.pool(jsonCompare.compare)}(${g.asDatum(x, 'json')},${g.asDatum(y, 'json')})===0`;
    else {
      const [p, q] = alignOperands(g, x, subject.type, y, item.type);
      code = compareCode('eq', p, q);
    }
    g.line(y.nul === 'false' ? `${found}=${code};` : `if(${y.nul})${nul}=true;else ${found}=${code};`);
    g.line('}');
  }
  if (anyNull) g.line(`if(!${found})${nul}=true;`);
  g.line(`if(${found})${nul}=false;`);
  if (x.nul !== 'false') g.line('}');
  const canBeNull = x.nul !== 'false' || anyNull || others.length > 0;
  return g.bool(found, canBeNull ? nul : 'false');
}

/** Integers are compared as they are. */
const isInteger = (type: FieldType): boolean =>
  type.tp !== TypeCode.Null &&
  type.tp !== TypeCode.Year &&
  type.tp !== TypeCode.Bit &&
  evalType(type) === 'int';

export function comparedAsTheyAre(args: readonly Expression[]): boolean {
  const types = typesOf(args);
  return types.every(isText) || types.every(isInteger);
}

registerFunction({
  name: 'in',
  minArgs: 2,
  maxArgs: Infinity,
  family: 'comparison',
  internal: true,
  pushdown: 'In',
  pure: true,
  doc: 'expr IN (value, …). Manual: Comparison Functions and Operators.',
  rewrite(args, ctx) {
    checkOperands('in', args);
    const x = args[0]!;
    if (!isRow(x) && args.length > 2 && comparedAsTheyAre(args)) return null;
    const items = args.slice(1);
    if (isRow(x)) {
      let r: Expression | null = null;
      for (const i of items) {
        const e = rewriteRows('eq', x, i as ScalarFunction, ctx);
        r = r === null ? e : newFunction('or', [r, e], ctx);
      }
      return r;
    }
    if (items.length === 1) return newFunction('eq', [x, items[0]!], ctx);
    // Members that need a conversion of the subject of their own are compared apart.
    if (convertedItems(args) !== null) return null;
    const groups = new Map<string, { a: Expression; items: Expression[] }>();
    for (const i of items) {
      const p = comparisonArgs('eq', x, i, ctx);
      const d =
        evalType(p.a.type) === 'int' && evalType(p.b.type) === 'decimal'
          ? 'decimal'
          : p.b.type.tp === TypeCode.Null
            ? ''
            : evalType(p.b.type);
      const k = p.a === x ? 'same' : `${evalType(p.a.type)} ${d}`;
      const g = groups.get(k);
      if (g === undefined) groups.set(k, { a: p.a, items: [p.b] });
      else g.items.push(p.b);
    }
    if (groups.size <= 1) return null;
    let r: Expression | null = null;
    for (const g of groups.values()) {
      const e: Expression =
        g.items.length === 1
          ? newFunction('eq', [g.a, g.items[0]!], ctx)
          : newFunction('in', [g.a, ...g.items], ctx);
      r = r === null ? e : newFunction('or', [r, e], ctx);
    }
    return r;
  },
  resolve(given, ctx): Resolved {
    let args = given;
    const x = given[0]!;
    const converted = convertedItems(given);
    if (converted !== null) args = [x, ...converted];
    else if (!comparedAsTheyAre(given)) {
      let subject = x;
      const items: Expression[] = [];
      for (let i = 1; i < given.length; i++) {
        const p = comparisonArgs('eq', x, given[i]!, ctx);
        if (p.a !== x) subject = p.a;
        items.push(p.b);
      }
      args = [subject, ...items];
    }
    let c = 'binary';
    const types = typesOf(args);
    if (types.some(isStringType) && evalType(args[0]!.type) === 'string') {
      const d = deriveCollation(args, 'IN', {
        charset: ctx.connectionCharset,
        collate: ctx.connectionCollation,
      });
      args = args.map((a) => inCharset(a, d, ctx));
      c = d.collate;
    }
    return { args, type: boolOf(typesOf(args).map((type) => ({ type }))), collation: c };
  },
  emit: emitIn,
});
