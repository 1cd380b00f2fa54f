import { mysqlError } from '../../types/error-table.js';
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
    const value = id.kind === 'IntLiteral' ? id.value : (await evaluate(session, [id]))[0]!.value;
    if (value === null || value instanceof Uint8Array) throw mysqlError('ER_NO_SUCH_THREAD', String(value));
    await killConnection(session, Number(value), stmt.query);
    return null;
  },
});
