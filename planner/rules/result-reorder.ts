import type { ByItem, Column } from '../../expression/expression.js';
import { handleColumns } from '../logical/build-from.js';
import type { DataSource, LogicalPlan } from '../logical/plan.js';

/**
 * tidb_enable_ordered_result_mode: results always come in one order. An ORDER BY is made complete, a query without one
 * is sorted, by the handle where it can be seen and by all columns else.
 */
export function resultReorder(p: LogicalPlan): LogicalPlan {
  return completed(p) ? p : sorted(p);
}

/** Operators that hand their input's order on. */
const KEEPS_ORDER: ReadonlySet<string> = new Set(['Selection', 'Projection', 'Limit', 'Dual', 'Lock']);

function completed(p: LogicalPlan): boolean {
  const child = p.children[0];
  if (p.op === 'Sort') {
    const have = (c: Column): boolean => p.by.some((b) => b.expr.kind === 'column' && b.expr.id === c.id);
    for (const expr of orderColumns(child!)) if (!have(expr)) p.by.push({ expr, desc: false });
    return true;
  }
  return KEEPS_ORDER.has(p.op) && child !== undefined && completed(child);
}

function sorted(p: LogicalPlan): LogicalPlan {
  const child = p.children[0];
  if (KEEPS_ORDER.has(p.op)) {
    if (child !== undefined) p.children = [sorted(child)];
    return p;
  }
  const by: ByItem[] = orderColumns(p).map((expr) => ({ expr, desc: false }));
  return by.length === 0 ? p : { op: 'Sort', schema: p.schema, children: [p], by };
}

function orderColumns(p: LogicalPlan): readonly Column[] {
  const handle = handleOf(p);
  return handle === null ? p.schema : [handle];
}

/** The integer primary key of the table that a plan's rows are those of, when the plan gives it. */
function handleOf(p: LogicalPlan): Column | null {
  let source = p;
  while (source.op === 'Selection' || source.op === 'Limit') source = source.children[0]!;
  if (source.op !== 'DataSource' || !source.table.pkIsHandle) return null;
  const id = handleColumns(source as DataSource)[0]?.id;
  return p.schema.find((c) => c.id === id) ?? null;
}
