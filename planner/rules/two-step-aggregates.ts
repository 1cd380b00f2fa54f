import { partialTypes } from '../../expression/aggregate/create.js';
import type { AggFunc, Column } from '../../expression/expression.js';
import { nullableColumn } from '../logical/join-condition.js';
import type { BuildState } from '../resolve/build-state.js';

/** An aggregate computed in two steps: over groups of a finer grouping, then over these groups. */
export interface TwoSteps {
  /** What the finer groups give: plain aggregates, with their columns. */
  readonly partial: readonly AggFunc[];
  readonly columns: readonly Column[];
  /** The aggregate over the columns. */
  readonly final: AggFunc;
}

/** Functions that keep their form over values of their own. */
const SELF: ReadonlySet<string> = new Set([
  'min',
  'max',
  'first_row',
  'any_value',
  'bit_and',
  'bit_or',
  'bit_xor',
]);

/** Whether it matters to an aggregate how often a row occurs. */
export const countsRows = (a: AggFunc): boolean => !a.distinct && !IDEMPOTENT.has(a.name);

const IDEMPOTENT: ReadonlySet<string> = new Set([
  'min',
  'max',
  'first_row',
  'any_value',
  'bit_and',
  'bit_or',
]);

/**
 * Cuts an aggregate in two; null when it cannot be. `nullable`: the columns of the first step may be missing when they
 * reach the second (they come from the side of an outer join that may have no row).
 */
export function inTwoSteps(a: AggFunc, state: BuildState, nullable = false): TwoSteps | null {
  if (a.mode !== 'complete') return null;
  const types = partialTypes(a);
  const names = SELF.has(a.name) ? [a.name] : PARTIALS[a.name];
  if (types === null || names === undefined || types.length !== names.length) return null;
  const partial = names.map((name, i): AggFunc => ({ ...a, name, type: types[i]!, distinct: false }));
  const columns = types.map((t) => {
    const arg = a.args[0]!;
    return a.name === 'first_row' && arg.kind === 'column' ? arg : state.column(t);
  });
  const args = nullable ? columns.map(nullableColumn) : columns;
  return { partial, columns, final: { ...a, args, distinct: false, mode: 'final' } };
}

const PARTIALS: Readonly<Record<string, readonly string[]>> = {
  count: ['count'],
  sum: ['sum'],
  avg: ['count', 'sum'],
};
