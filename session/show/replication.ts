import { intDatum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { noSuchObject, noTiProxy } from '../statements/routines.js';
import { doubleColumn, intColumn, text, textColumn } from '../static-rows.js';
import { registerShow } from './show-registry.js';

/**
 * There is no binary log here. Backup tools ask for its position to know which snapshot they have: like TiDB, the server
 * answers with its present timestamp, which `tidb_snapshot` takes.
 */
registerShow(['MASTER STATUS', 'BINARY LOG STATUS'], async (session) => {
  session.privileges.requireGlobal('SUPER', 'REPLICATION CLIENT');
  return {
    columns: [
      textColumn('File', 64),
      intColumn('Position'),
      textColumn('Binlog_Do_DB', 64),
      textColumn('Binlog_Ignore_DB', 64),
      textColumn('Executed_Gtid_Set', 64),
    ],
    rows: [
      [text('tidb-binlog'), intDatum(await session.engine.storage.currentTs()), text(''), text(''), text('')],
    ],
  };
});

registerShow(['BINARY LOGS', 'BINLOG EVENTS', 'RELAYLOG EVENTS'], () => {
  throw mysqlError('ER_NO_BINARY_LOGGING');
});

/** A server that replicates from nobody has nothing to tell. */
registerShow('REPLICA STATUS', () => ({
  columns: ['Replica_IO_State', 'Source_Host', 'Source_User', 'Source_Log_File'].map((n) =>
    textColumn(n, 64),
  ),
  rows: [],
}));
registerShow('REPLICAS', () => ({
  columns: [
    intColumn('Server_Id'),
    textColumn('Host', 64),
    intColumn('Port'),
    intColumn('Source_Id'),
    textColumn('Replica_UUID', 64),
  ],
  rows: [],
}));

registerShow('TRAFFIC JOBS', (session) => {
  session.privileges.requireGlobal('SUPER', 'TRAFFIC_CAPTURE_ADMIN', 'TRAFFIC_REPLAY_ADMIN');
  throw noTiProxy();
});

/** Statements are not profiled: TRACE and EXPLAIN ANALYZE tell more. */
registerShow('PROFILE', () => ({ columns: [textColumn('Status', 64), doubleColumn('Duration')], rows: [] }));

for (const object of ['PROCEDURE', 'FUNCTION', 'TRIGGER', 'EVENT'] as const)
  registerShow(`CREATE ${object}`, (session, stmt) => {
    throw noSuchObject(
      session,
      object,
      stmt.table?.schema ?? stmt.schema,
      stmt.table?.name ?? stmt.name ?? '',
    )!;
  });
