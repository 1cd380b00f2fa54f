import { mysqlError } from '../../types/error-table.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';
import { killConnection } from '../engine/kill.js';
import { evaluate } from './query.js';
import { registerStatement } from './statement-handler.js';

registerStatement('Use', {
  run: (session, stmt) => {
    if (stmt.schema === '') throw mysqlError('ER_NO_DB_ERROR');
    session.useDatabase(stmt.schema);
    return null;
  },
});

registerStatement('Kill', {
  run: async (session, stmt) => {
    // A number needs nothing of the store, which may be what the killed statement waits for.
    const { id } = stmt;
    const number = id.kind === 'IntLiteral' ? id.value : wholeNumber((await evaluate(session, [id]))[0]!);
    await killConnection(session, Number(number), stmt.query);
    return null;
  },
});

/** A value as an integer; 0, which is nobody's number, where it is none. */
function wholeNumber({ type, value }: { readonly type: FieldType; readonly value: Datum }): number {
  const n = value === null ? 0 : Math.round(Number.parseFloat(datumToString(value, type)));
  return Number.isNaN(n) ? 0 : n;
}
