import type { EvalContext } from '../../expression/eval-context.js';
import { evalDatum } from '../../expression/compile.js';
import type { Expression } from '../../expression/expression.js';
import { pow10 } from '../../types/decimal.js';
import { evalType, type FieldType } from '../../types/field-type.js';
import type { BlockFilter } from './block-filter.js';
import { lowerBound } from './lower-bound.js';

type Bound = (value: number) => (min: number, max: number) => boolean;

/** What comparisons of a column with a value leave possible in a block. */
const BOUNDS: ReadonlyMap<string, Bound> = new Map<string, Bound>([
  ['eq', (v) => (min, max) => min <= v && v <= max],
  ['lt', (v) => (min) => min < v],
  ['le', (v) => (min) => min <= v],
  ['gt', (v) => (_, max) => max > v],
  ['ge', (v) => (_, max) => max >= v],
]);
const MIRRORED: ReadonlyMap<string, string> = new Map([
  ['eq', 'eq'],
  ['lt', 'gt'],
  ['le', 'ge'],
  ['gt', 'lt'],
  ['ge', 'le'],
]);

/** The conditions, all of which rows must meet, as filters of blocks; those that say nothing of bounds are left out. */
export function blockFilters(conditions: readonly Expression[], ctx: EvalContext): BlockFilter[] {
  return conditions.flatMap((c) => blockFilter(c, ctx) ?? []);
}

function blockFilter(e: Expression, ctx: EvalContext): BlockFilter | null {
  if (e.kind !== 'function') return null;
  if (e.name === 'in') {
    const [column, ...list] = e.args;
    if (column === undefined || column.kind !== 'column' || list.length === 0) return null;
    const values = new Float64Array(list.length);
    let last = -Infinity;
    let ascending = true;
    for (let i = 0; i < list.length; i++) {
      const v = valueFor(list[i]!, column.type, ctx);
      if (v === null) return null;
      if (v < last) ascending = false;
      values[i] = last = v;
    }
    if (!ascending) values.sort();
    return {
      column: column.index,
      mayPass: (min, max) => {
        const at = lowerBound(values, min);
        return at < values.length && values[at]! <= max;
      },
    };
  }
  if (!BOUNDS.has(e.name)) return null;
  let [a, b] = e.args;
  let name = e.name;
  if (a?.kind === 'constant') {
    [a, b] = [b, a];
    name = MIRRORED.get(name)!;
  }
  if (a === undefined || b === undefined || a.kind !== 'column') return null;
  const value = valueFor(b, a.type, ctx);
  return value === null ? null : { column: a.index, mayPass: BOUNDS.get(name)!(value) };
}

/** A constant in the terms of a column's vector; null where it is not a plain number there. */
function valueFor(e: Expression, type: FieldType, ctx: EvalContext): number | null {
  if (e.kind !== 'constant') return null;
  const domain = evalType(type);
  if (domain !== evalType(e.type)) return null;
  const v = evalDatum(e, ctx);
  if (typeof v !== 'number') return null;
  switch (domain) {
    case 'int':
    case 'real':
    case 'duration':
      return v;
    case 'decimal': {
      const scaled = v * pow10(type.decimal);
      return Math.abs(scaled) < 2 ** 52 ? scaled / pow10(e.type.decimal) : null;
    }
    case 'datetime':
      return type.tp === e.type.tp && type.decimal === e.type.decimal ? v : null;
    default:
      return null;
  }
}
