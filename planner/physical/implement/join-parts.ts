import type { Column } from '../../../expression/expression.js';
import { evalType, TypeCode, type FieldType } from '../../../types/field-type.js';
import { idsOf } from '../../logical/expression-walk.js';
import { joinSchema } from '../../logical/join-condition.js';
import type { Join } from '../../logical/plan.js';
import type { HashJoin } from '../plan.js';

const VALUE_JOINS: ReadonlySet<string> = new Set(['leftOuterSemi', 'antiLeftOuterSemi']);

/** Output columns of the join over what its children really give: those that something above reads. */
export function outputOf(p: Join, left: readonly Column[], right: readonly Column[]): Column[] {
  const wanted = idsOf(p.schema);
  const made = joinSchema(p.joinType, left, right);
  const out = p.apply ? made : made.filter((c) => wanted.has(c.id));
  if (VALUE_JOINS.has(p.joinType)) out.push(p.schema[p.schema.length - 1]!);
  return out;
}

export const conditionsOf = (
  p: Join,
): Pick<HashJoin, 'joinType' | 'leftConditions' | 'rightConditions' | 'otherConditions'> => ({
  joinType: p.joinType,
  leftConditions: p.leftConds,
  rightConditions: p.rightConds,
  otherConditions: p.otherConds,
});

/** Types whose values have one form: a key of type `a` can be looked up among those of `b` without conversion. */
export function sameLayout(a: FieldType, b: FieldType): boolean {
  const d = evalType(a);
  if (d !== evalType(b)) return false;
  if (d === 'decimal') return a.decimal === b.decimal && a.flen <= b.flen;
  if (d === 'duration') return a.decimal === b.decimal;
  if (d === 'datetime')
    return (a.tp === TypeCode.Date) === (b.tp === TypeCode.Date) && a.decimal === b.decimal;
  if (d === 'string') return a.collate === b.collate && a.elems === undefined && b.elems === undefined;
  if (d === 'real') return a.tp === b.tp;
  return d === 'int' && a.tp !== TypeCode.Bit && b.tp !== TypeCode.Bit;
}
