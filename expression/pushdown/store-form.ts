import { collation, collations } from '../../types/collation.js';
import { decToNumber } from '../../types/decimal.js';
import { evalType, TypeCode, type EvalType, type FieldType } from '../../types/field-type.js';
import { partialTypes } from '../aggregate/create.js';
import type { AggFunc, Expression } from '../expression.js';
import { decimalType, exactDigits, realType } from '../type-inference.js';
import { argDomain, findSignature, type Signature } from './signatures.js';

/**
 * What TiKV's coprocessor can be told, in tipb's terms. The planner leaves at the root what has no form here, so that EXPLAIN shows
 * where things run, and requests (executor/coprocessor/wire) are made of what has one.
 */

/** Charsets whose strings the store keeps and compares as we do. */
const CHARSETS: ReadonlySet<string> = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'ascii', 'binary']);

/** Collations that TiDB has: stores refuse all others. */
export function collationHasForm(name: string): boolean {
  const c = collation(name);
  return c !== undefined && collations().includes(c);
}

export const typeHasForm = (ft: FieldType): boolean =>
  (evalType(ft) !== 'string' || CHARSETS.has(ft.charset)) && collationHasForm(ft.collate);

/** Types whose cells are not what the domain's operators work on. */
const isOfItsOwn = (ft: FieldType): boolean =>
  ft.tp === TypeCode.Enum ||
  ft.tp === TypeCode.Set ||
  ft.tp === TypeCode.Bit ||
  ft.tp === TypeCode.Geometry ||
  ft.arrayOf !== undefined;

type Call = Expression & { readonly kind: 'function' };

/** A call as the store knows it. */
export interface CallForm {
  readonly signature: Signature;
  /** Of the domains that the implementation takes. */
  readonly args: readonly Expression[];
}

/** Null when the store has no implementation. */
export function callForm(e: Call): CallForm | null {
  const domains = e.args.map((a) => evalType(a.type));
  const signature = findSignature(e.name, domains, evalType(e.type), e.args[0]?.type.charset === 'binary');
  if (signature === null) return null;
  const args = e.args.map((a, i) => widened(a, argDomain(signature, i, e.args.length)!));
  return { signature, args };
}

/** A number in the domain of its call: TiKV's functions take arguments of one domain and convert none themselves. */
function widened(e: Expression, to: EvalType): Expression {
  const from = evalType(e.type);
  if (from === to) return e;
  const type = to === 'real' ? realType() : decimalType(exactDigits(e.type).precision, 0);
  if (e.kind === 'constant' && e.param === undefined) {
    if (e.value === null || to === 'decimal') return { ...e, type };
    const v = e.value as number | bigint;
    return { ...e, type, value: from === 'int' ? Number(v) : decToNumber(v, Math.max(0, e.type.decimal)) };
  }
  return { kind: 'function', name: 'cast', type, args: [e], collation: type.collate };
}

/** Whether an expression has a form, its arguments aside. */
export function nodeHasForm(e: Expression): boolean {
  if (isOfItsOwn(e.type) || !typeHasForm(e.type)) return false;
  switch (e.kind) {
    case 'column':
      return true;
    case 'constant':
    case 'correlated': {
      // TiDB sends no constants of JSON, and stores do not agree on their form.
      const domain = evalType(e.type);
      return domain !== 'json' && domain !== 'vector';
    }
    case 'function':
      return collationHasForm(e.collation) && callForm(e) !== null;
  }
}

export const hasStoreForm = (e: Expression): boolean =>
  nodeHasForm(e) && (e.kind !== 'function' || callForm(e)!.args.every(hasStoreForm));

/** tipb's ExprType of aggregates. */
export const AGGREGATES: ReadonlyMap<string, number> = new Map([
  ['count', 3001],
  ['sum', 3002],
  ['avg', 3003],
  ['min', 3004],
  ['max', 3005],
  ['first_row', 3006],
  ['bit_and', 3008],
  ['bit_or', 3009],
  ['bit_xor', 3010],
]);

/** A function of the store whose result is a state of an aggregate. */
export interface StateFunction {
  readonly number: number;
  readonly type: FieldType;
}

/**
 * The functions whose results are the states of an aggregate: those of AVG are a count and a sum, as TiDB asks for them. Null where the
 * store computes no such states.
 */
export function statesFor(a: AggFunc): StateFunction[] | null {
  const states = partialTypes(a);
  const names = a.name === 'avg' ? ['count', 'sum'] : [a.name];
  if (states?.length !== names.length || a.args.length !== 1) return null;
  const domain = evalType(a.args[0]!.type);
  const found: StateFunction[] = [];
  for (const [i, name] of names.entries()) {
    const number = AGGREGATES.get(name);
    const type = states[i]!;
    if (number === undefined || evalType(type) !== stateDomain(name, domain) || !typeHasForm(type))
      return null;
    found.push({ number, type });
  }
  return found;
}

/** The domain of a state that TiKV computes over arguments of `domain`; it refuses requests that expect another. */
function stateDomain(name: string, domain: EvalType): EvalType | null {
  if (domain === 'json' || domain === 'vector') return null;
  switch (name) {
    case 'min':
    case 'max':
    case 'first_row':
      return domain;
    case 'sum':
      return domain === 'int' || domain === 'decimal' ? 'decimal' : 'real';
    default:
      return 'int';
  }
}

export const aggregateHasStoreForm = (a: AggFunc): boolean =>
  statesFor(a) !== null && a.args.every(hasStoreForm);
