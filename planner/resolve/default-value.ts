import type { ColumnInfo } from '../../catalog/model.js';
import type { Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { isNotNull } from '../../types/field-type.js';
import type { BuildState } from './build-state.js';
import { constant, intConstant } from './literal.js';
import { findName, refText, type QueryScope } from './scope.js';

/** DEFAULT(col) and a bare DEFAULT as a value: the column's default, or error 1364. */
export function defaultValue(state: BuildState, info: ColumnInfo): Expression {
  const d = info.default;
  switch (d.kind) {
    case 'value':
      return constant(info.type, d.value);
    case 'now':
      return state.call('now', ...(d.fsp > 0 ? [intConstant(d.fsp)] : []));
    case 'none':
      if (info.generated !== '') return constant(info.type, null);
      if (isNotNull(info.type)) throw mysqlError('ER_NO_DEFAULT_FOR_FIELD', info.name);
      return constant(info.type, null);
    case 'expr':
      throw mysqlError('ER_DEFAULT_AS_VAL_GENERATED');
  }
}

/** DEFAULT(col) in a query, of a column of its tables or of one around it. Throws 1054, 1364, 3773. */
export function defaultInQuery(
  state: BuildState,
  scope: QueryScope,
  ref: ast.ColumnRef | null,
  clause: string,
): Expression {
  if (ref === null) throw mysqlError('ER_NO_DEFAULT_FOR_FIELD', '');
  for (let s: QueryScope | null = scope; s !== null; s = s.outer) {
    const name = findName(s.relation.names, ref, clause);
    if (name === null) continue;
    const table = name.orgTable === '' ? null : state.ctx.schema.table(name.db, name.orgTable);
    const info = table?.columns.find((c) => c.lower === name.orgName.toLowerCase());
    // What is computed has no default.
    if (info === undefined) throw mysqlError('ER_NO_DEFAULT_FOR_FIELD', ref.name);
    return defaultValue(state, info);
  }
  throw mysqlError('ER_BAD_FIELD_ERROR', refText(ref), clause);
}
