import type { Column, Expression } from '../../../expression/expression.js';
import type { AccessPath } from '../access-path.js';
import type { OrderItem } from '../task.js';

/** Whether the rows that conditions keep have one value of a column. */
export const isFixed = (column: Column, conditions: readonly Expression[]): boolean =>
  conditions.some((c) => {
    if (c.kind !== 'function' || c.name !== 'eq') return false;
    const [a, b] = c.args as [Expression, Expression];
    const [x, y] = a.kind === 'column' ? [a, b] : [b, a];
    return x.kind === 'column' && x.id === column.id && y.kind === 'constant';
  });

/** Whether a path gives its rows in an order, and in which direction. */
export function matchOrder(
  path: Pick<AccessPath, 'keys' | 'access'>,
  order: readonly OrderItem[],
  conditions: readonly Expression[] = [],
): { desc: boolean } | null {
  if (order.length === 0) return { desc: false };
  let desc: boolean | null = null;
  // Key columns fixed to one value do not disturb the order of those behind them.
  const fixed = new Set<number>();
  for (let i = 0; i < path.access.singlePoints; i++) fixed.add(path.keys[i]!.column.id);
  // A column that the rows kept have one value of is in any order, wherever it stands in the key.
  for (const { column } of [...path.keys, ...order]) if (isFixed(column, conditions)) fixed.add(column.id);
  const several = path.access.ranges.length > 1 || path.access.rebuild !== null;
  if (several && path.access.equalColumns > path.access.singlePoints) {
    // Several points on one column: in order of that column still, not of the next.
    const multi = path.keys[path.access.singlePoints]!.column.id;
    if (order.filter((o) => !fixed.has(o.column.id))[0]?.column.id !== multi) return null;
  }
  let k = 0;
  for (const o of order) {
    if (fixed.has(o.column.id)) continue;
    while (k < path.keys.length && fixed.has(path.keys[k]!.column.id)) k++;
    const key = path.keys[k];
    if (key === undefined || key.length >= 0 || key.column.id !== o.column.id) return null;
    // All parts must be wanted in their own order, or all in the other one.
    const backwards = o.desc !== (key.desc === true);
    if (desc !== null && backwards !== desc) return null;
    desc = backwards;
    k++;
  }
  return { desc: desc ?? order[0]!.desc };
}
