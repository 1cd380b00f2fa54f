import type { ByItem, Expression } from '../../../expression/expression.js';
import { evalType } from '../../../types/field-type.js';
import type { LeadingBound, PhysicalPlan, Window } from '../plan.js';

/** Functions that give a row the same value whether or not there are rows behind it. */
const NUMBERING: ReadonlySet<string> = new Set(['row_number', 'rank', 'dense_rank']);
/** Those of them of which a bound leaves so many rows and their peers. */
const COUNTING: ReadonlySet<string> = new Set(['row_number', 'rank']);
const MIRRORED: Readonly<Record<string, string>> = { ge: 'le', gt: 'lt', eq: 'eq' };

/** Below conditions like `ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) <= n` the sort needs the first n rows of each partition only. */
export function boundedWindow(plan: PhysicalPlan, conditions: readonly Expression[]): PhysicalPlan {
  if (plan.op !== 'Window' || plan.child.op !== 'Sort') return plan;
  const { partitionBy, orderBy, child: sort } = plan;
  if (partitionBy.length === 0 || orderBy.length === 0) return plan;
  if (!plan.functions.every((f) => NUMBERING.has(f.name))) return plan;
  const keys = [...partitionBy, orderBy[0]!];
  if (!keys.every((k, i) => sameItem(k, sort.by[i]))) return plan;
  for (const c of conditions) {
    const bound = boundOf(c, plan);
    if (bound === null) continue;
    return { ...plan, child: { ...sort, leading: { partitionKeys: partitionBy.length, bound } } };
  }
  return plan;
}

function sameItem(a: ByItem, b: ByItem | undefined): boolean {
  if (a.expr.kind !== 'column' || b?.expr.kind !== 'column') return false;
  return a.expr.id === b.expr.id && a.desc === b.desc;
}

/** `number <= n`, `n > number`, `number = n`; null for any other condition. */
function boundOf(c: Expression, window: Window): LeadingBound | null {
  if (c.kind !== 'function' || c.args.length !== 2) return null;
  let [column, rows] = c.args as [Expression, Expression];
  let name: string | undefined = c.name;
  if (column.kind === 'constant') {
    [column, rows] = [rows, column];
    name = MIRRORED[c.name];
  }
  if (name !== 'le' && name !== 'lt' && name !== 'eq') return null;
  if (column.kind !== 'column' || rows.kind !== 'constant' || evalType(rows.type) !== 'int') return null;
  const { id } = column;
  const first = window.schema.length - window.functions.length;
  const at = window.schema.findIndex((s, k) => k >= first && s.id === id);
  if (at < 0 || !COUNTING.has(window.functions[at - first]!.name)) return null;
  return { rows, strict: name === 'lt' };
}
