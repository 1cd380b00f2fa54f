import type { Column, Expression } from '../../expression/expression.js';
import { deriveCollation, withCollation } from '../../expression/collation-derivation.js';
import { aggregateTypes, isStringType } from '../../expression/type-inference.js';
import { mysqlError } from '../../types/error-table.js';
import { Flag, isNotNull, TypeCode, type FieldType } from '../../types/field-type.js';
import type { BuildState } from '../resolve/build-state.js';
import { castTo, newAggregate } from '../resolve/functions.js';
import { projection, type LogicalPlan } from './plan.js';

/** Concatenates plans of equal width: values cast to the types the columns merge to. */
export function unionOf(state: BuildState, parts: readonly LogicalPlan[]): LogicalPlan {
  const width = parts[0]!.schema.length;
  if (parts.some((p) => p.schema.length !== width)) throw mysqlError('ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT');
  const types: FieldType[] = [];
  for (let i = 0; i < width; i++)
    types.push(
      mergedType(
        state,
        parts.map((p) => p.schema[i]!),
      ),
    );
  const children = parts.map((p) => {
    const exprs: Expression[] = p.schema.map((c, i) => castTo(c, types[i]!, state.ctx.eval));
    return projection(
      p,
      exprs,
      exprs.map((_, i) => state.column(types[i]!)),
    );
  });
  return { op: 'UnionAll', schema: types.map((t) => state.column(t)), children };
}

/**
 * Type of a set operation's column: what holds every branch's (manual, "UNION Clause"). Texts of several collations have the one that
 * coercibility decides for; errors 1267, 1270 and 1271 where it does not.
 */
export function mergedType(state: BuildState, columns: readonly Column[]): FieldType {
  const type = mergeTypes(columns.map((c) => c.type));
  const texts = columns.filter((c) => isStringType(c.type) && c.type.tp !== TypeCode.Null);
  if (!isStringType(type) || texts.every((c) => c.type.collate === texts[0]!.type.collate)) return type;
  const { connectionCharset, connectionCollation } = state.ctx.eval;
  const d = deriveCollation(texts, 'UNION', { charset: connectionCharset, collate: connectionCollation });
  const merged = withCollation(type, d);
  return d.charset === 'binary' ? { ...merged, flag: merged.flag | Flag.Binary } : merged;
}

function mergeTypes(types: readonly FieldType[]): FieldType {
  const t = types.every(
    (x) =>
      x.tp === types[0]!.tp &&
      x.flen === types[0]!.flen &&
      x.decimal === types[0]!.decimal &&
      x.flag === types[0]!.flag &&
      x.collate === types[0]!.collate &&
      x.elems === undefined,
  )
    ? types[0]!
    : aggregateTypes(types);
  return types.every(isNotNull) ? t : { ...t, flag: t.flag & ~1 };
}

export function distinctOf(state: BuildState, plan: LogicalPlan): LogicalPlan {
  return {
    op: 'Aggregation',
    schema: [...plan.schema],
    children: [plan],
    groupBy: [...plan.schema],
    aggs: plan.schema.map((c) => newAggregate('first_row', [c], false, state.ctx.eval)),
  };
}
