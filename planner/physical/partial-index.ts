import { conditionExpression } from '../../catalog/index-condition.js';
import type { IndexCondition } from '../../catalog/model.js';
import type { Expression } from '../../expression/expression.js';
import { isNotNull } from '../../types/field-type.js';
import { timeZone, UTC } from '../../types/timezone.js';
import { evaluator, isKnown } from '../cost/selectivity.js';
import { sameExpr } from '../logical/expression-walk.js';
import type { DataSource } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';
import { intervalsOf, shapeOf } from '../ranger/condition.js';
import { compareEnds, datumCompare, intersect, type Compare, type Interval } from '../ranger/interval.js';
import { rejectsNull } from '../rules/null-reject.js';

/**
 * Whether every row that the conjunction keeps meets the condition of a partial index, so that the index has them all: the values
 * that it leaves of the column lie within those of the condition.
 */
export function isImplied(
  ctx: PlanContext,
  ds: DataSource,
  condition: IndexCondition,
  conditions: readonly Expression[],
): boolean {
  const name = condition.column.toLowerCase();
  const column = ds.all.find((c) => ds.infos.get(c.id)?.lower === name);
  if (column === undefined) return false;
  if (condition.test === 'notnull') {
    const ids = new Set([column.id]);
    return isNotNull(column.type) || conditions.some((c) => rejectsNull(c, ids));
  }
  const zone = timeZone(ctx.eval.timeZone) ?? UTC;
  const wanted = conditionExpression(condition, column, zone);
  if (conditions.some((c) => sameExpr(c, wanted))) return true;
  const key = { column, length: -1 };
  const limits = conditions.filter((c) => isKnown(c, ctx) && shapeOf(c, key) !== null);
  if (limits.length === 0 || shapeOf(wanted, key) === null) return false;
  const evaluate = evaluator(ctx);
  const compare = datumCompare(column.type);
  const left = intersect(
    limits.map((c) => intervalsOf(c, key, evaluate, compare)),
    compare,
  );
  const within = intervalsOf(wanted, key, evaluate, compare);
  return left.every((i) => within.some((w) => isWithin(i, w, compare)));
}

function isWithin(inner: Interval, outer: Interval, compare: Compare): boolean {
  const low = compareEnds(outer.low, inner.low, compare);
  const high = compareEnds(inner.high, outer.high, compare);
  return (
    (low < 0 || (low === 0 && (!outer.lowEx || inner.lowEx))) &&
    (high < 0 || (high === 0 && (!outer.highEx || inner.highEx)))
  );
}
