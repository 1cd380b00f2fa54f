import type { Aggregation, LogicalPlan } from '../logical/plan.js';
import { selection } from '../logical/plan.js';
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
  if (p.op === 'Aggregation') rewrite(p, state);
  return p;
}

function rewrite(p: Aggregation, state: BuildState): void {
  const own = p.aggs;
  if (p.groupBy.length > 0 || own.length !== 1) return;
  const agg = own[0]!;
  if (agg.name !== 'max' && agg.name !== 'min') return;
  const column = agg.args[0]!;
  if (column.kind !== 'column') return;
  let source = p.children[0]!;
  while (source.op === 'Selection') source = source.children[0]!;
  if (source.op !== 'DataSource' || source.dirty) return;
  const info = source.infos.get(column.id);
  if (info === null || info === undefined) return;
  const isPk = source.table.pkIsHandle && (info.type.flag & 2) !== 0;
  const led = source.table.indices.some(
    (i) =>
      i.state === 'public' &&
      !i.invisible &&
      i.columns.some((c, at) => c.offset === info.offset && c.length < 0 && at <= 1),
  );
  if (!isPk && !led) return;
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
