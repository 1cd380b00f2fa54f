import type { AggFunc, Column } from '../../expression/expression.js';
import { evalType } from '../../types/field-type.js';
import { LARGE_TABLE } from '../cost/factors.js';
import { tableEstimate } from '../cost/selectivity.js';
import { newJoin } from '../logical/join-condition.js';
import type { Aggregation, LogicalPlan } from '../logical/plan.js';
import { selection } from '../logical/plan.js';
import { forEachNode } from '../logical/walk.js';
import { sourceEngines } from '../physical/engines.js';
import type { BuildState } from '../resolve/build-state.js';
import { ONE, ZERO } from '../resolve/literal.js';
import type { Rule } from './rule.js';

/** MAX and MIN of a column that an index has in order read one entry: ORDER BY column LIMIT 1 below the aggregation. */
export const maxMinElimination: Rule = {
  name: 'max_min_eliminate',
  apply: (plan, state) => eliminate(plan, state),
};

function eliminate(p: LogicalPlan, state: BuildState): LogicalPlan {
  p.children = p.children.map((c) => eliminate(c, state));
  if (p.op !== 'Aggregation' || p.groupBy.length > 0) return p;
  const only = p.aggs.length === 1 ? p.aggs[0]! : null;
  if (only !== null) {
    if (indexed(only, p.children[0]!) !== null || isFirstOfFew(only, p.children[0]!, state))
      readFirst(p, state);
    return p;
  }
  const columns = p.aggs.map((a) => indexed(a, p.children[0]!));
  if (columns.length === 0 || columns.includes(null)) return p;
  // Each value is one entry of its own: together they are the product of single rows.
  if (!p.aggs.every((a) => isNextInKey(a.args[0] as Column, p.children[0]!))) return p;
  const single = p.aggs.map((a, i): Aggregation => {
    const child = i === 0 ? p.children[0]! : copy(p.children[0]!);
    const one: Aggregation = {
      op: 'Aggregation',
      schema: [p.schema[i]!],
      children: [child],
      groupBy: [],
      aggs: [a],
    };
    readFirst(one, state);
    return one;
  });
  return single.reduce<LogicalPlan | null>((a, b) => (a === null ? b : newJoin('inner', a, b)), null)!;
}

/** Another reader of the same table; its columns do not come out of the aggregation above it. */
function copy(p: LogicalPlan): LogicalPlan {
  const children = p.children.map(copy);
  switch (p.op) {
    case 'Selection':
      return { ...p, children, conditions: [...p.conditions] };
    case 'DataSource':
      return { ...p, children, conditions: [...p.conditions], schema: [...p.schema] };
    default:
      return { ...p, children };
  }
}

const sourceOf = (p: LogicalPlan): LogicalPlan => (p.op === 'Selection' ? sourceOf(p.children[0]!) : p);

/**
 * Whether a single MAX or MIN is as well had by keeping the first row of an order: of few rows always, as TiDB does. Large tables are
 * aggregated column by column, on several threads. ENUM and SET are ordered by number, but compared by name.
 */
function isFirstOfFew(agg: AggFunc, child: LogicalPlan, state: BuildState): boolean {
  if (agg.name !== 'max' && agg.name !== 'min') return false;
  const e = agg.args[0]!;
  if (e.kind !== 'column' || e.type.elems !== undefined || evalType(e.type) === 'json') return false;
  let few = true;
  forEachNode(child, (n) => {
    if (n.op === 'DataSource')
      few &&=
        tableEstimate(state.ctx, n).rows < LARGE_TABLE && !sourceEngines(state.ctx, n).includes('tiflash');
    else if (n.op !== 'Selection' && n.op !== 'Projection' && n.op !== 'Join') few = false;
  });
  return few;
}

/** The column that a MAX or MIN is of when some index has it in order; null else. */
function indexed(agg: AggFunc, child: LogicalPlan): Column | null {
  if (agg.name !== 'max' && agg.name !== 'min') return null;
  const column = agg.args[0]!;
  const source = sourceOf(child);
  if (column.kind !== 'column' || source.op !== 'DataSource' || source.dirty) return null;
  const info = source.infos.get(column.id);
  // The hidden row id is the order of the table.
  if (info === null) return column;
  if (info === undefined) return null;
  const isPk = source.table.pkIsHandle && (info.type.flag & 2) !== 0;
  const led = source.table.indices.some(
    (i) =>
      i.state === 'public' &&
      !i.invisible &&
      i.condition === undefined &&
      i.columns.some((c, at) => c.offset === info.offset && c.length < 0 && at <= 1),
  );
  return isPk || led ? column : null;
}

/** Whether a column comes first in some key, or right behind one that the only condition fixes. */
function isNextInKey(column: Column, p: LogicalPlan): boolean {
  const source = sourceOf(p);
  if (source.op !== 'DataSource') return false;
  if (p.op !== 'Selection') return true;
  const [c] = p.conditions;
  if (p.conditions.length > 1 || p.children[0] !== source || c?.kind !== 'function' || c.name !== 'eq')
    return false;
  const fixed = c.args.find((a) => a.kind === 'column');
  if (fixed === undefined || !c.args.some((a) => a.kind === 'constant')) return false;
  const offsets = [fixed as Column, column].map((x) => source.infos.get(x.id)?.offset);
  return source.table.indices.some(
    (i) => i.condition === undefined && offsets.every((o, at) => i.columns[at]?.offset === o),
  );
}

function readFirst(p: Aggregation, state: BuildState): void {
  const agg = p.aggs[0]!;
  const column = agg.args[0] as Column;
  const below = p.children[0]!;
  const notNull =
    (column.type.flag & 1) !== 0
      ? below
      : selection(below, [state.call('not', state.call('isnull', column))]);
  const sort: LogicalPlan = {
    op: 'Sort',
    schema: notNull.schema,
    children: [notNull],
    by: [{ expr: column, desc: agg.name === 'max' }],
  };
  p.children = [{ op: 'Limit', schema: sort.schema, children: [sort], offset: ZERO, count: ONE }];
}
