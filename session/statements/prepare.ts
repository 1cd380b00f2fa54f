import { mysqlError } from '../../types/error-table.js';
import { datumToString } from '../../types/format.js';
import type { ParamValue } from '../client-session.js';
import type { Session } from '../session.js';
import { newFieldType, TypeCode } from '../../types/field-type.js';
import type { ExecuteStmt } from '../../parser/ast/index.js';
import type { Prepared } from '../prepared-statements.js';
import { registerStatement } from './statement-handler.js';

registerStatement('Prepare', {
  run: async (session, stmt) => {
    let sql = stmt.sql;
    if (stmt.variable !== null) {
      const v = session.userVariables.get(stmt.variable.name.toLowerCase());
      sql = v === undefined || v.value === null ? 'NULL' : datumToString(v.value, v.type);
    }
    await session.prepared.prepareNamed(stmt.name, sql ?? '');
    return null;
  },
});

const NULL_PARAM: ParamValue = { type: newFieldType(TypeCode.Null), value: null };

/** The statement and the values that EXECUTE stands for. Throws 8111, 8112. */
export function resolveExecute(
  session: Session,
  stmt: ExecuteStmt,
): { prepared: Prepared; params: readonly ParamValue[] } {
  const prepared = session.prepared.named(stmt.name);
  if (stmt.using.length !== prepared.statement.paramCount) throw mysqlError('ER_WRONG_PARAM_COUNT');
  const params = stmt.using.map((u) => session.userVariables.get(u.name.toLowerCase()) ?? NULL_PARAM);
  return { prepared, params };
}

registerStatement('Deallocate', {
  run: (session, stmt) => {
    session.prepared.deallocate(stmt.name);
    return null;
  },
});
