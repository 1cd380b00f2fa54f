import type { Collation } from '../../types/collation.js';
import type { Datum } from '../../types/datum.js';
import { evalType, type FieldType } from '../../types/field-type.js';
import type { Emitter, Value } from '../codegen.js';
import type { Constant, Expression, ScalarFunction } from '../expression.js';
import { equals } from '../traverse.js';
import { lookedUp, lookupKey, lookupOf, type Lookup } from './constant-lookup.js';

/**
 * CASE whose conditions all compare one column with constants, as programs write it that change many rows by one statement: the branch
 * is looked up instead of compared for.
 */
export interface CaseTable extends Lookup {
  readonly subject: Expression;
  /** The branch of a value. */
  readonly branches: NumberBranches | TextBranches;
}

/** Branches from which on a table pays. */
const MANY = 8;

/** Branches of numbers and of times as they are stored. */
class NumberBranches {
  private readonly places = new Map<Datum, number>();

  constructor(constants: readonly Constant[], by: number | null) {
    for (const [i, c] of constants.entries()) {
      const key = lookupKey(c, by);
      if (!this.places.has(key)) this.places.set(key, i);
    }
  }

  /** The first branch of an equal number; -1 where there is none. */
  of(x: Datum): number {
    return this.places.get(x) ?? -1;
  }
}

/** Branches of texts by the collation's hash. */
class TextBranches {
  private readonly buckets = new Map<number, { readonly text: Uint8Array; readonly branch: number }[]>();

  constructor(
    constants: readonly Constant[],
    private readonly collation: Collation,
  ) {
    for (const [branch, c] of constants.entries()) {
      const text = c.value as Uint8Array;
      if (this.of(text, 0, text.length) >= 0) continue;
      const hash = collation.hashAt(text, 0, text.length);
      const bucket = this.buckets.get(hash);
      if (bucket === undefined) this.buckets.set(hash, [{ text, branch }]);
      else bucket.push({ text, branch });
    }
  }

  /** The first branch of an equal text; -1 where there is none. */
  of(b: Uint8Array, s: number, e: number): number {
    const bucket = this.buckets.get(this.collation.hashAt(b, s, e));
    if (bucket === undefined) return -1;
    for (const { text, branch } of bucket)
      if (this.collation.equalsAt(b, s, e, text, 0, text.length)) return branch;
    return -1;
  }
}

const isConstant = (e: Expression): e is Constant =>
  e.kind === 'constant' && e.param === undefined && e.value !== null;

/** `column = constant`, in either order. */
function comparison(e: Expression): { readonly subject: Expression; readonly constant: Constant } | null {
  if (e.kind !== 'function' || e.name !== 'eq') return null;
  const [a, b] = e.args as [Expression, Expression];
  const [subject, constant] = isConstant(a) ? [b, a] : [a, b];
  return subject.kind === 'column' && isConstant(constant) ? { subject, constant } : null;
}

function makeTable(node: ScalarFunction): CaseTable | null {
  const constants: Constant[] = [];
  const types = new Set<FieldType>();
  let subject: Expression | null = null;
  let collate = '';
  for (let i = 0; i + 1 < node.args.length; i += 2) {
    const condition = node.args[i] as ScalarFunction;
    const c = comparison(condition);
    if (c === null) return null;
    if (subject === null) [subject, collate] = [c.subject, condition.collation];
    else if (condition.collation !== collate || !equals(c.subject, subject)) return null;
    constants.push(c.constant);
    types.add(c.subject.type).add(c.constant.type);
  }
  if (subject === null) return null;
  const { str, by } = lookupOf(subject.type, [...types], collate);
  if (by === undefined) return null;
  if (by === null || typeof by === 'number')
    return { subject, str, by, branches: new NumberBranches(constants, by) };
  return constants.every((c) => c.value instanceof Uint8Array)
    ? { subject, str, by, branches: new TextBranches(constants, by) }
    : null;
}

const TABLES = new WeakMap<ScalarFunction, CaseTable | null>();

/** The table of a CASE; null where its branches are to be tried one after the other. */
export function caseTable(node: ScalarFunction): CaseTable | null {
  if (node.name !== 'case' || node.args.length < 2 * MANY || comparison(node.args[0]!) === null) return null;
  let table = TABLES.get(node);
  if (table === undefined) TABLES.set(node, (table = makeTable(node)));
  return table;
}

/** Code that looks the branch of a row up: the name of its number, -1 where none is taken. */
export function emitBranch(g: Emitter, { subject, str, by, branches }: CaseTable): string {
  const v = str ? g.operand(subject, 'string') : g.emit(subject);
  if (v.nul === 'true') return g.let('-1');
  const x = g.stable(v);
  const at = g.variable('-1');
  g.line(`if(!(${x.nul})){`);
  const key = str ? `${x.v},${x.s},${x.e}` : lookedUp(g, x, subject.type, by as number | null);
  g.line(`${at}=${g.pool(branches)}.of(${key});}`);
  return at;
}

/**
 * Values of branches that are all constants, as one value that is found by the branch's number `at`; null where they are not of one
 * representation.
 */
export function branchValues(values: readonly Expression[]): ((g: Emitter, at: string) => Value) | null {
  const data: Datum[] = [];
  for (const v of values) {
    if (v.kind !== 'constant' || v.param !== undefined) return null;
    data.push(v.value);
  }
  const known = data.filter((d) => d !== null);
  const first = known[0];
  if (first === undefined) return null;
  const isText = first instanceof Uint8Array;
  if (known.some((d) => d instanceof Uint8Array !== isText)) return null;
  const nulls = known.length < data.length ? Uint8Array.from(data, (d) => (d === null ? 1 : 0)) : null;
  const type = values.find((v) => (v as Constant).value !== null)!.type;
  return (g, at) => {
    const nul = nulls === null ? 'false' : g.let(`${g.pool(nulls)}[${at}]===1`);
    if (isText) {
      const text = g.let(`${g.pool(data.map((d) => d ?? new Uint8Array(0)))}[${at}]`);
      return g.bytes(text, '0', `${text}.length`, nul);
    }
    if (known.some((d) => typeof d === 'bigint'))
      return g.big(g.let(`${g.pool(data.map((d) => BigInt((d ?? 0) as number)))}[${at}]`), nul);
    const numbers = Float64Array.from(data, (d) => (d ?? 0) as number);
    const bound =
      evalType(type) === 'real' ? Infinity : numbers.reduce((most, d) => Math.max(most, Math.abs(d)), 0);
    return g.num(g.let(`${g.pool(numbers)}[${at}]`), nul, bound);
  };
}
