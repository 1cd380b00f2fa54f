import type { Expression } from '../../expression/expression.js';
import type { PlanContext } from '../plan-context.js';
import { columnsOf } from './expression-walk.js';
import type { LogicalPlan } from './plan.js';
import { forEachNode } from './walk.js';

/** Tells which columns of base tables conditions, joins, groups and orders use (TiDB's predicate columns). */
export function notePredicateColumns(plan: LogicalPlan, ctx: PlanContext): void {
  if (ctx.noteColumn === undefined) return;
  const used = new Set<number>();
  const add = (list: readonly Expression[]): void => void columnsOf(list, used);
  const owners = new Map<number, readonly [table: number, column: number]>();
  forEachNode(plan, (p) => {
    switch (p.op) {
      case 'DataSource':
        add(p.conditions);
        if (p.db.lower === 'mysql') break;
        for (const [id, info] of p.infos) if (info !== null) owners.set(id, [p.table.id, info.id]);
        break;
      case 'Selection':
        add(p.conditions);
        break;
      case 'Join':
        add(p.eq.flatMap((k) => [k.left, k.right]));
        add([...p.leftConds, ...p.rightConds, ...p.otherConds]);
        break;
      case 'Aggregation':
        add(p.groupBy);
        break;
      case 'Sort':
      case 'TopN':
        add(p.by.map((b) => b.expr));
        break;
    }
  });
  for (const id of used) {
    const owner = owners.get(id);
    if (owner !== undefined) ctx.noteColumn(owner[0], owner[1]);
  }
}
