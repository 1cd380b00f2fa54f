import type { Column } from '../../expression/expression.js';
import { hasEntries, arrayPart } from '../../catalog/table-layout.js';
import type { DataSource, LogicalPlan } from '../logical/plan.js';
import { keysOf } from './access-path.js';

type Order = readonly Column[];

/**
 * Orders in which the rows of a plan may come without a sort, as lists of its columns (TiDB's possible properties). Which of them
 * it really gives, and at what cost, is for the search to find out.
 */
export function naturalOrders(p: LogicalPlan): Order[] {
  switch (p.op) {
    case 'DataSource':
      return sourceOrders(p);
    case 'Selection':
    case 'Window':
    case 'Lock':
    case 'Limit':
      return naturalOrders(p.children[0]!);
    case 'Sort':
    case 'TopN': {
      const order: Column[] = [];
      for (const b of p.by) {
        if (b.expr.kind !== 'column' || b.desc) break;
        order.push(b.expr);
      }
      return order.length === 0 ? [] : [order];
    }
    case 'Projection':
      return renamed(naturalOrders(p.children[0]!), (c) => {
        const at = p.exprs.findIndex((e) => e.kind === 'column' && e.id === c.id);
        return p.schema[at];
      });
    case 'Aggregation': {
      const keys = new Set(p.groupBy.flatMap((g) => (g.kind === 'column' ? [g.id] : [])));
      return renamed(naturalOrders(p.children[0]!), (c) => {
        if (!keys.has(c.id)) return undefined;
        const at = p.aggs.findIndex(
          (a) => a.name === 'first_row' && a.args[0]!.kind === 'column' && a.args[0]!.id === c.id,
        );
        return p.schema[at];
      });
    }
    case 'Join': {
      const left = p.joinType === 'rightOuter' ? [] : naturalOrders(p.children[0]!);
      const right =
        p.joinType === 'inner' || p.joinType === 'rightOuter' ? naturalOrders(p.children[1]!) : [];
      return [...left, ...right];
    }
    default:
      return [];
  }
}

function sourceOrders(ds: DataSource): Order[] {
  const fixed = new Set(
    ds.conditions.flatMap((c) => {
      if (c.kind !== 'function' || c.name !== 'eq') return [];
      const [a, b] = c.args;
      return a?.kind === 'column' && b?.kind === 'constant'
        ? [a.id]
        : b?.kind === 'column' && a?.kind === 'constant'
          ? [b.id]
          : [];
    }),
  );
  const out: Order[] = [];
  const indexes = ds.table.indices.filter(
    (i) =>
      i.state === 'public' &&
      !i.invisible &&
      i.condition === undefined &&
      hasEntries(ds.table, i) &&
      arrayPart(ds.table, i) < 0,
  );
  for (const index of [null, ...indexes]) {
    const order: Column[] = [];
    const keys = keysOf(ds, index);
    for (const k of keys) {
      // Orders are asked for in one direction.
      if (k.length >= 0 || k.desc !== keys[0]!.desc) break;
      order.push(k.column);
    }
    if (order.length === 0) continue;
    out.push(order);
    // Columns that have one value only are in any order.
    const free = order.filter((c) => !fixed.has(c.id));
    if (free.length > 0 && free.length < order.length) out.push(free);
  }
  return out;
}

/** Orders in terms of other columns, each as far as its columns have a name there. */
function renamed(orders: readonly Order[], name: (c: Column) => Column | undefined): Order[] {
  const out: Order[] = [];
  for (const o of orders) {
    const order: Column[] = [];
    for (const c of o) {
      const n = name(c);
      if (n === undefined) break;
      order.push(n);
    }
    if (order.length > 0) out.push(order);
  }
  return out;
}
