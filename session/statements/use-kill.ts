import { mysqlError } from '../../types/error-table.js';
import { killConnection } from '../engine/kill.js';
import { evaluate } from './query.js';
import { registerStatement } from './statement-handler.js';

registerStatement('Use', {
  run: (session, stmt) => {
    session.useDatabase(stmt.schema);
    return null;
  },
});

registerStatement('Kill', {
  run: async (session, stmt) => {
    const [{ value } = { value: null }] = await evaluate(session, [stmt.id]);
    if (value === null || value instanceof Uint8Array) throw mysqlError('ER_NO_SUCH_THREAD', String(value));
    killConnection(session, Number(value), stmt.query);
    return null;
  },
});
