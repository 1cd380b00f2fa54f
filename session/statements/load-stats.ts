import { mysqlError } from '../../types/error-table.js';
import { okResult } from '../ok-result.js';
import { loadStatistics } from '../statistics/dump.js';
import { registerStatement } from './statement-handler.js';

/** LOAD STATS 'file': the client sends a file that /stats/dump gave, as LOAD DATA LOCAL has it send one. */
registerStatement('LoadStats', {
  run: (session, stmt) => {
    session.privileges.requireGlobal('SUPER');
    if (stmt.path === '') throw mysqlError('ER_UNKNOWN_ERROR', 'Load Stats: file path is empty');
    if (!session.connection.localFiles || session.engine.globals.get('local_infile') !== 'ON')
      throw mysqlError('ER_CLIENT_LOCAL_FILES_DISABLED');
    return {
      kind: 'localInfile',
      fileName: stmt.path,
      supply: async (content) => {
        const parts: Uint8Array[] = [];
        for await (const part of content) parts.push(part);
        await loadStatistics(session.engine, Buffer.concat(parts).toString());
        return okResult(session);
      },
    };
  },
});
