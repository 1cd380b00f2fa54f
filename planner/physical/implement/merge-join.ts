import type { Column } from '../../../expression/expression.js';
import { mergeFactor } from '../../cost/factors.js';
import { Work } from '../../cost/work.js';
import type { Join } from '../../logical/plan.js';
import { naturalOrders } from '../natural-orders.js';
import type { Optimizer } from '../optimizer.js';
import type { MergeJoin } from '../plan.js';
import type { OrderItem, Property, RootTask } from '../task.js';
import { conditionsOf, outputOf, sameLayout } from './join-parts.js';

interface Key {
  /** Which of the join's equalities. */
  readonly at: number;
  readonly left: Column;
  readonly right: Column;
}

/** The equalities that rows can be merged by: of plain columns whose orders agree. */
function mergeKeys(p: Join): Key[] {
  return p.eq.flatMap((k, at) =>
    k.left.kind === 'column' && k.right.kind === 'column' && sameLayout(k.left.type, k.right.type)
      ? [{ at, left: k.left, right: k.right }]
      : [],
  );
}

/** Joins of inputs that come in the order of the keys; of others only where a hint asks for it, with sorts. */
export function mergeJoins(opt: Optimizer, p: Join, prop: Property, wished: boolean): RootTask[] {
  if (p.nullAware || p.eq.some((k) => k.nullEq)) return [];
  const keys = mergeKeys(p);
  if (keys.length === 0) return [];
  const found = sequences(p, keys);
  const out: RootTask[] = [];
  for (const by of found) {
    const task = mergeBy(opt, p, by, prop, false);
    if (task !== null) out.push(task);
  }
  if (out.length === 0 && wished) {
    const task = mergeBy(opt, p, found[0] ?? inOrder(keys, prop), prop, true);
    if (task !== null) out.push(task);
  }
  return out;
}

/** Keys in the order that the parent wants of them, the others behind. */
function inOrder(keys: readonly Key[], prop: Property): Key[] {
  const first = prop.order.flatMap((o) => {
    const k = keys.find((x) => x.left.id === o.column.id || x.right.id === o.column.id);
    return k === undefined ? [] : [k];
  });
  return [...new Set([...first, ...keys])];
}

/** The sequences of keys that both inputs may come ordered by. */
function sequences(p: Join, keys: readonly Key[]): Key[][] {
  const prefixes = (side: 'left' | 'right'): Key[][] =>
    naturalOrders(p.children[side === 'left' ? 0 : 1]!).flatMap((order) => {
      const by: Key[] = [];
      for (const c of order) {
        const k = keys.find((x) => x[side].id === c.id && !by.includes(x));
        if (k === undefined) break;
        by.push(k);
      }
      return by.length === 0 ? [] : [by];
    });
  const out: Key[][] = [];
  const rights = prefixes('right');
  for (const l of prefixes('left')) {
    // Rows that agree in some of the keys only would all be put together before the rest is compared.
    if (l.length < p.eq.length) continue;
    for (const r of rights) {
      let n = 0;
      while (n < l.length && n < r.length && l[n] === r[n]) n++;
      const by = l.slice(0, n);
      if (n > 0 && !out.some((o) => o.length === n && o.every((k, i) => k === by[i]))) out.push(by);
    }
  }
  return out;
}

function mergeBy(
  opt: Optimizer,
  p: Join,
  by: readonly Key[],
  prop: Property,
  sorted: boolean,
): RootTask | null {
  const outer = p.joinType === 'rightOuter' ? 'right' : 'left';
  const desc = prop.order[0]?.desc ?? false;
  let outerOrder = by.map((k): OrderItem => ({ column: k[outer], desc }));
  const innerOrder = by.map((k): OrderItem => ({ column: k[outer === 'left' ? 'right' : 'left'], desc }));
  if (prop.order.length > 0) {
    // What comes out is in the order of the outer rows; those of an inner join are equal to the others' keys.
    const wanted = prop.order.map((o): OrderItem => {
      const k = p.joinType === 'inner' ? by.find((x) => x.right.id === o.column.id) : undefined;
      return k === undefined ? o : { ...o, column: k[outer] };
    });
    const n = Math.min(wanted.length, outerOrder.length);
    for (let i = 0; i < n; i++)
      if (wanted[i]!.column.id !== outerOrder[i]!.column.id || wanted[i]!.desc !== desc) return null;
    const ids = new Set(p.children[outer === 'left' ? 0 : 1]!.schema.map((c) => c.id));
    if (!wanted.every((o) => ids.has(o.column.id))) return null;
    if (wanted.length > n) outerOrder = wanted;
  }
  const child = (side: 'left' | 'right'): RootTask | null => {
    const plan = p.children[side === 'left' ? 0 : 1]!;
    const want: Property = { order: side === outer ? outerOrder : innerOrder, limit: Infinity };
    return sorted ? opt.findRoot(plan, want) : opt.tryFindRoot(plan, want);
  };
  const left = child('left');
  const right = left === null ? null : child('right');
  if (left === null || right === null) return null;
  const rows = opt.stats(p).rows;
  const work = new Work()
    .input(left)
    .input(right)
    .add('open')
    .add(mergeFactor(left.rows), left.rows)
    .add(mergeFactor(right.rows), right.rows)
    .add('joinOutputRow', rows);
  const used = new Set(by.map((k) => k.at));
  const others = p.eq.flatMap((k, i) => (used.has(i) ? [] : [opt.state.call('eq', k.left, k.right)]));
  const plan: MergeJoin = {
    op: 'MergeJoin',
    id: opt.nextId(),
    schema: outputOf(p, left.plan.schema, right.plan.schema),
    estRows: rows,
    task: 'root',
    left: left.plan,
    right: right.plan,
    ...conditionsOf(p),
    otherConditions: [...p.otherConds, ...others],
    leftKeys: by.map((k) => k.left),
    rightKeys: by.map((k) => k.right),
    desc,
  };
  return { kind: 'root', plan: work.on(plan), rows, cost: work.total };
}
