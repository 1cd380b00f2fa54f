import type { Expression } from '../../expression/expression.js';
import { coveredBy, idsOf, isVolatile, substitute } from '../logical/expression-walk.js';
import type { Limit, Lock, LogicalPlan, TopN } from '../logical/plan.js';
import { intConstant, ZERO } from '../resolve/literal.js';
import type { Rule } from './rule.js';

/** Makes a TopN of LIMIT over ORDER BY and moves limits below projections, locks, unions and outer joins. */
export const topNPushdown: Rule = { name: 'topn_push_down', apply: (plan) => push(plan) };

function push(p: LogicalPlan): LogicalPlan {
  if (p.op === 'Limit' && p.children[0]!.op === 'Sort') {
    const sort = p.children[0]!;
    return push({
      op: 'TopN',
      schema: sort.schema,
      children: sort.children,
      by: (sort as Extract<LogicalPlan, { op: 'Sort' }>).by,
      offset: p.offset,
      count: p.count,
    });
  }
  if (p.op === 'Limit' || p.op === 'TopN') {
    const child = p.children[0]!;
    if (child.op === 'Projection' && !child.exprs.some((e) => e.kind === 'function' && isVolatile(e))) {
      const map = new Map<number, Expression>();
      child.schema.forEach((c, i) => map.set(c.id, child.exprs[i]!));
      const below = child.children[0]!;
      const inner: Limit | TopN =
        p.op === 'Limit'
          ? { ...p, schema: below.schema, children: [below] }
          : {
              ...p,
              schema: below.schema,
              children: [below],
              by: p.by
                .map((b) => ({ ...b, expr: substitute(b.expr, map) }))
                .filter((b) => b.expr.kind !== 'constant'),
            };
      if (inner.op === 'Limit' || inner.by.length > 0) return { ...child, children: [push(inner)] };
    }
    if (child.op === 'Lock') return belowLock(p, child);
    if (child.op === 'UnionAll') copyIntoUnion(p, child);
    if (
      child.op === 'Join' &&
      !child.apply &&
      (child.joinType === 'leftOuter' || child.joinType === 'rightOuter')
    )
      copyIntoOuter(p, child);
  }
  p.children = p.children.map(push);
  return p;
}

/**
 * Only rows that come out are locked. Where locked ones are passed over, those that come out are known by their locks alone: then the
 * order is made below, and the lock takes row by row until the limit above has enough.
 */
function belowLock(p: Limit | TopN, lock: Lock): LogicalPlan {
  const below = lock.children[0]!;
  if (lock.lock.wait !== 'skipLocked')
    return { ...lock, children: [push({ ...p, schema: below.schema, children: [below] })] };
  const ordered: LogicalPlan =
    p.op === 'Limit' ? below : { op: 'Sort', schema: below.schema, children: [below], by: p.by };
  const { offset, count } = p;
  return {
    op: 'Limit',
    schema: lock.schema,
    children: [{ ...lock, children: [push(ordered)] }],
    offset,
    count,
  };
}

/** offset + count as one number; null when a parameter decides. */
function total(p: Limit | TopN): Expression | null {
  const value = (e: Expression): number | null =>
    e.kind === 'constant' && e.param === undefined && e.value !== null && !(e.value instanceof Uint8Array)
      ? Number(e.value)
      : null;
  const o = value(p.offset);
  const c = value(p.count);
  return o === null || c === null || !Number.isSafeInteger(o + c) ? null : intConstant(o + c);
}

/** No branch needs to give more rows than the whole. */
function copyIntoUnion(p: Limit | TopN, union: Extract<LogicalPlan, { op: 'UnionAll' }>): void {
  const count = total(p);
  if (count === null) return;
  union.children = union.children.map((child): LogicalPlan => {
    if (child.op === 'Limit' || child.op === 'TopN') return child;
    if (p.op === 'Limit')
      return { op: 'Limit', schema: child.schema, children: [child], offset: ZERO, count };
    const map = new Map<number, Expression>();
    union.schema.forEach((c, i) => map.set(c.id, child.schema[i]!));
    return {
      op: 'TopN',
      schema: child.schema,
      children: [child],
      by: p.by.map((b) => ({ ...b, expr: substitute(b.expr, map) })),
      offset: ZERO,
      count,
    };
  });
}

/** Rows of the preserved side all come out, in the order of their own columns: its first rows are enough. */
function copyIntoOuter(p: Limit | TopN, join: Extract<LogicalPlan, { op: 'Join' }>): void {
  const count = total(p);
  const side = join.joinType === 'leftOuter' ? 0 : 1;
  const outer = join.children[side]!;
  if (count === null || outer.op === 'TopN' || outer.op === 'Limit') return;
  if (p.op === 'Limit') {
    join.children[side] = { op: 'Limit', schema: outer.schema, children: [outer], offset: ZERO, count };
    return;
  }
  const ids = idsOf(outer.schema);
  if (!p.by.every((b) => coveredBy(b.expr, ids) && !isVolatile(b.expr))) return;
  join.children[side] = {
    op: 'TopN',
    schema: outer.schema,
    children: [outer],
    by: p.by,
    offset: ZERO,
    count,
  };
}
