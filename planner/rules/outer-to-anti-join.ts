import type { Expression } from '../../expression/expression.js';
import { Flag } from '../../types/field-type.js';
import { idsOf, substitute } from '../logical/expression-walk.js';
import { newJoin } from '../logical/join-condition.js';
import { projection, selection, type Join, type LogicalPlan } from '../logical/plan.js';
import { forEachNode } from '../logical/walk.js';
import type { Rule } from './rule.js';

/**
 * `a LEFT JOIN b ON … WHERE b.x IS NULL`, where x of a partner is never NULL, keeps the rows without a partner: an anti
 * join, which stops at the first partner and makes no joined rows.
 */
export const outerToAntiJoin: Rule = {
  name: 'outer_join_to_semi_join',
  apply: (plan) => visit(plan),
};

function visit(p: LogicalPlan): LogicalPlan {
  p.children = p.children.map(visit);
  if (p.op !== 'Selection') return p;
  const join = p.children[0]!;
  if (join.op !== 'Join' || join.apply || (join.joinType !== 'leftOuter' && join.joinType !== 'rightOuter'))
    return p;
  const inner = join.children[join.joinType === 'leftOuter' ? 1 : 0]!;
  const at = p.conditions.findIndex((c) => isMissing(c, join, inner));
  return at < 0
    ? p
    : antiJoin(
        join,
        p.conditions.filter((_, i) => i !== at),
      );
}

/** `x IS NULL` for an inner column that has a value whenever its row has a partner. */
function isMissing(c: Expression, join: Join, inner: LogicalPlan): boolean {
  if (c.kind !== 'function' || c.name !== 'isnull') return false;
  const x = c.args[0]!;
  if (x.kind !== 'column') return false;
  const own = inner.schema.find((s) => s.id === x.id);
  if (own === undefined) return false;
  const isKey = join.eq.some((k) => {
    const side = join.joinType === 'leftOuter' ? k.right : k.left;
    return !k.nullEq && side.kind === 'column' && side.id === own.id;
  });
  return isKey || ((own.type.flag & Flag.NotNull) !== 0 && givesItsColumns(inner));
}

/** Whether NOT NULL of a plan's columns can be trusted: no outer join below makes them NULL. */
function givesItsColumns(p: LogicalPlan): boolean {
  let safe = true;
  forEachNode(p, (n) => {
    if (n.op === 'Join' && n.joinType !== 'inner') safe = false;
  });
  return safe;
}

function antiJoin(join: Join, rest: readonly Expression[]): LogicalPlan {
  const right = join.joinType === 'rightOuter';
  const [left, inner] = right
    ? [join.children[1]!, join.children[0]!]
    : [join.children[0]!, join.children[1]!];
  const anti = newJoin('antiSemi', left, inner);
  anti.apply = false;
  anti.eq = right ? join.eq.map((k) => ({ ...k, left: k.right, right: k.left })) : join.eq;
  anti.leftConds = right ? join.rightConds : join.leftConds;
  anti.rightConds = right ? join.leftConds : join.rightConds;
  anti.otherConds = join.otherConds;
  const ids = idsOf(inner.schema);
  const values = join.schema.map((c): Expression =>
    ids.has(c.id)
      ? { kind: 'constant', type: { ...c.type, flag: c.type.flag & ~Flag.NotNull }, value: null }
      : c,
  );
  const out = projection(anti, values, join.schema);
  const map = new Map(join.schema.map((c, i) => [c.id, values[i]!]));
  const constant = rest.map((c) => substitute(c, map));
  out.children = [selection(anti, constant)];
  return out;
}
