import { liftedTime } from '../../expression/builtin/compare.js';
import type { Column, Expression, ScalarFunction } from '../../expression/expression.js';
import type { EvalContext } from '../../expression/eval-context.js';
import { decimalType, exactDigits, stringType } from '../../expression/type-inference.js';
import { Flag, evalType, type FieldType, UNSPECIFIED } from '../../types/field-type.js';
import { castTo } from '../resolve/functions.js';
import { columnsOf, coveredBy, idsOf } from './expression-walk.js';
import { type Join, type JoinKey, type LogicalPlan } from './plan.js';
import type { JoinType } from '../physical/plan.js';
import { correlatesWith } from './walk.js';

/** The type with NULL allowed: what an outer join makes of a column. */
export const nullable = (t: FieldType): FieldType =>
  (t.flag & Flag.NotNull) === 0 ? t : { ...t, flag: t.flag & ~Flag.NotNull };

export const nullableColumn = (c: Column): Column =>
  (c.type.flag & Flag.NotNull) === 0 ? c : { ...c, type: nullable(c.type) };

/** Output columns of a join of two schemas, without the extra column of the semi joins that give a value. */
export function joinSchema(type: JoinType, left: readonly Column[], right: readonly Column[]): Column[] {
  switch (type) {
    case 'inner':
      return [...left, ...right];
    case 'leftOuter':
      return [...left, ...right.map(nullableColumn)];
    case 'rightOuter':
      return [...left.map(nullableColumn), ...right];
    default:
      return [...left];
  }
}

/** A join node; it is an Apply when the right side reads columns of the left. */
export function newJoin(
  type: JoinType,
  left: LogicalPlan,
  right: LogicalPlan,
  extra: Column | null = null,
): Join {
  const schema = joinSchema(type, left.schema, right.schema);
  if (extra !== null) schema.push(extra);
  return {
    op: 'Join',
    schema,
    children: [left, right],
    joinType: type,
    apply: correlatesWith(right, idsOf(left.schema)),
    eq: [],
    leftConds: [],
    rightConds: [],
    otherConds: [],
    nullAware: false,
    straight: false,
  };
}

/**
 * Splits an equality into a join key when each side belongs to one child; null when it does not. Both sides come out in
 * one type: an equality has cast them to one domain already, decimals still need one scale to be compared as integers.
 */
export function asJoinKey(
  cond: Expression,
  left: ReadonlySet<number>,
  right: ReadonlySet<number>,
  ctx: EvalContext,
): JoinKey | null {
  if (cond.kind !== 'function' || (cond.name !== 'eq' && cond.name !== 'nulleq') || cond.args.length !== 2)
    return null;
  let [l, r] = cond.args as [Expression, Expression];
  if (columnsOf([l]).size === 0 || columnsOf([r]).size === 0) return null;
  if (!coveredBy(l, left)) [l, r] = [r, l];
  if (!coveredBy(l, left) || !coveredBy(r, right)) return null;
  const aligned = alignedPair(l, r, ctx);
  if (aligned === null) return null;
  return { left: aligned[0], right: aligned[1], nullEq: cond.name === 'nulleq' };
}

/** Two operands of an equality in one type, so that equal values have equal cells; null for texts of two kinds. */
function alignedPair(l: Expression, r: Expression, ctx: EvalContext): [Expression, Expression] | null {
  const lt = l.type;
  const rt = r.type;
  const le = evalType(lt);
  const re = evalType(rt);
  if (le === 'decimal' || re === 'decimal') {
    if (![le, re].every((d) => d === 'decimal' || d === 'int')) return null;
    const a = exactDigits(lt);
    const b = exactDigits(rt);
    const scale = Math.max(a.scale, b.scale);
    const t = decimalType(
      Math.min(65, Math.max(a.precision - a.scale, b.precision - b.scale) + scale),
      scale,
    );
    const cast = (e: Expression, own: number): Expression =>
      own === scale && evalType(e.type) === 'decimal' ? e : castTo(e, t, ctx);
    return [cast(l, a.scale), cast(r, b.scale)];
  }
  if (le !== re) return null;
  switch (le) {
    case 'datetime': {
      if (lt.tp === rt.tp && lt.decimal === rt.decimal) return [l, r];
      const fsp = Math.max(0, lt.decimal, rt.decimal);
      return [liftedTime(l, fsp), liftedTime(r, fsp)];
    }
    case 'string': {
      const members = lt.elems !== undefined || rt.elems !== undefined;
      const same = lt.collate === rt.collate && (lt.tp === rt.tp || !members);
      return same ? [l, r] : null;
    }
    default:
      return [l, r];
  }
}

/** The operands of an equality as a null-aware join's key, which it must be. */
export function nullAwareKey(cond: ScalarFunction, ctx: EvalContext): JoinKey {
  const [l, r] = cond.args as [Expression, Expression];
  const pair = alignedPair(l, r, ctx) ?? [asText(l, cond, ctx), asText(r, cond, ctx)];
  return { left: pair[0], right: pair[1], nullEq: false };
}

/** Text in the collation that a comparison uses. */
function asText(e: Expression, cond: ScalarFunction, ctx: EvalContext): Expression {
  const collate = cond.collation ?? e.type.collate;
  return castTo(e, { ...stringType(UNSPECIFIED), charset: e.type.charset, collate }, ctx);
}

/**
 * Puts conditions where a join evaluates them: keys, filters of one side, the rest. Filters of a side that the join type
 * lets sink are left to predicate pushdown.
 */
export function addJoinConditions(join: Join, conditions: readonly Expression[], ctx: EvalContext): void {
  const left = idsOf(join.children[0]!.schema);
  const right = idsOf(join.children[1]!.schema);
  for (const c of conditions) {
    const key = asJoinKey(c, left, right, ctx);
    // The keys of a null-aware join are those of its IN; everything else is an ordinary condition.
    if (key !== null && !join.nullAware) join.eq.push(key);
    else {
      const used = columnsOf([c]);
      if (used.size > 0 && [...used].every((id) => left.has(id))) join.leftConds.push(c);
      else if (used.size > 0 && [...used].every((id) => right.has(id))) join.rightConds.push(c);
      else join.otherConds.push(c);
    }
  }
}
