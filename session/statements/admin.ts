import { mysqlError } from '../../types/error-table.js';
import { bdrRole, setBdrRole, type BdrRole } from '../../ddl/bdr.js';
import { checkTable } from '../../executor/check-table.js';
import { cleanupIndex, recoverIndex } from '../../executor/repair-index.js';
import { tableChecksum } from '../../executor/table-checksum.js';
import { evolveBindings } from '../bindings/evolution.js';
import { isBlacklist, reloadBlacklist } from '../engine/optimizer-blacklists.js';
import { slowRows } from '../slow-log/slow-query-tables.js';
import type { Outcome } from '../run-statement.js';
import type { Session } from '../session.js';
import { intColumn, staticRows, text, textColumn } from '../static-rows.js';
import { alterJob, askJobs, jobText, showJobQueries, showJobs } from './ddl-jobs.js';
import { indexEntries, indexNamed, requireStored } from './admin-index.js';
import { nextRowIdColumns, nextRowIds } from '../show/tables.js';
import { refuseOwn } from '../temporary-ddl.js';
import { registerStatement } from './statement-handler.js';
import { tableNamed } from './table-named.js';

async function changeRole(session: Session, role: BdrRole): Promise<void> {
  const txn = await session.storage.begin();
  setBdrRole(txn, role);
  await txn.commit();
}

registerStatement('Admin', {
  transactional: 'read',
  run: async (session, stmt): Promise<Outcome> => {
    session.privileges.requireGlobal('SUPER');
    switch (stmt.action) {
      case 'CHECK TABLE':
        for (const name of stmt.tables) {
          const { table } = tableNamed(session, name);
          requireStored(table, 'admin check table');
          await checkTable(table, await session.readContext());
        }
        return null;
      case 'CHECK INDEX': {
        const { table } = tableNamed(session, stmt.table);
        requireStored(table, 'admin check index');
        if (stmt.ranges.length > 0) return indexEntries(session, stmt);
        await checkTable(table, await session.readContext(), indexNamed(table, stmt.index));
        return null;
      }
      case 'RECOVER INDEX': {
        const { table } = tableNamed(session, stmt.table);
        requireStored(table, 'admin recover index');
        const done = await recoverIndex(table, indexNamed(table, stmt.index), await session.readContext());
        return staticRows([intColumn('ADDED_COUNT'), intColumn('SCAN_COUNT')], [[done.added, done.scanned]]);
      }
      case 'CLEANUP INDEX': {
        const { table } = tableNamed(session, stmt.table);
        requireStored(table, 'admin cleanup index');
        const removed = await cleanupIndex(table, indexNamed(table, stmt.index), await session.readContext());
        return staticRows([intColumn('REMOVED_COUNT')], [[removed]]);
      }
      case 'CLEANUP TABLE LOCK':
        refuseOwn(session, stmt.tables, 'ADMIN CLEANUP TABLE LOCK');
        for (const name of stmt.tables) {
          const { table } = tableNamed(session, name);
          session.engine.tableLocks.forget(table.id);
        }
        return null;
      case 'REPAIR TABLE':
        // A mode of the server in which tables of broken definitions are left alone.
        throw mysqlError('ER_REPAIR_TABLE', 'TiDB is not in REPAIR MODE');
      case 'FLUSH PLAN_CACHE':
        if (stmt.scope === 'GLOBAL')
          throw mysqlError('ER_UNKNOWN_ERROR', "Do not support the 'admin flush global scope.'");
        session.engine.planCache.clear();
        session.engine.textPlans.clear();
        return null;
      case 'CHECKSUM TABLE': {
        const rows = [];
        for (const name of stmt.tables) {
          const { db, table } = tableNamed(session, name);
          requireStored(table, 'admin checksum table');
          const sum = await tableChecksum(table, await session.readContext());
          rows.push([text(db.name), text(table.name), text(String(sum.crc64Xor)), sum.kvs, sum.bytes]);
        }
        return staticRows(
          [
            textColumn('Db_name', 64),
            textColumn('Table_name', 64),
            textColumn('Checksum_crc64_xor', 22),
            intColumn('Total_kvs'),
            intColumn('Total_bytes'),
          ],
          rows,
        );
      }
      case 'SHOW SLOW':
        return slowRows(session.engine.slowLog.admin(stmt.kind2, stmt.scope, stmt.count));
      case 'FLUSH BINDINGS':
        await session.engine.bindings.reload();
        return null;
      case 'CAPTURE BINDINGS':
        await session.engine.baselineCapture.capture();
        return null;
      case 'EVOLVE BINDINGS':
        await evolveBindings(session);
        return null;
      case 'RELOAD':
        if (stmt.what === 'BINDINGS') await session.engine.bindings.reload();
        else if (isBlacklist(stmt.what)) {
          await reloadBlacklist(session.engine, stmt.what);
          await session.engine.cluster.tellBlacklist(stmt.what);
        }
        return null;
      case 'SET BDR ROLE':
        await changeRole(session, stmt.role === 'PRIMARY' ? 'primary' : 'secondary');
        return null;
      case 'UNSET BDR ROLE':
        await changeRole(session, 'none');
        return null;
      case 'SHOW BDR ROLE': {
        const { storage } = session.engine;
        const role = await bdrRole(storage.snapshot(await storage.currentTs()));
        return staticRows([textColumn('BDR_ROLE', 1)], [[text(role === 'none' ? '' : role)]]);
      }
      case 'SHOW DDL JOBS':
        return showJobs(session, stmt);
      case 'SHOW DDL JOB QUERIES':
        return showJobQueries(session, stmt);
      case 'CANCEL DDL JOBS':
      case 'PAUSE DDL JOBS':
      case 'RESUME DDL JOBS':
        return askJobs(session, stmt);
      case 'ALTER DDL JOBS':
        await alterJob(session, stmt);
        return null;
      case 'SHOW DDL': {
        const { queue } = await session.engine.ddl.list(0);
        return staticRows(
          [
            intColumn('SCHEMA_VER'),
            textColumn('OWNER_ID', 64),
            textColumn('OWNER_ADDRESS', 32),
            textColumn('RUNNING_JOBS'),
            textColumn('SELF_ID', 64),
            textColumn('QUERY'),
          ],
          [
            [
              session.schema.version,
              text(session.engine.globals.get('server_uuid')),
              text(`${session.engine.globals.get('hostname')}:${session.engine.globals.get('port')}`),
              text(queue.map((j) => jobText(j)).join('\n')),
              text(session.engine.globals.get('server_uuid')),
              text(queue.map((j) => j.query).join('\n')),
            ],
          ],
        );
      }
      case 'SHOW NEXT_ROW_ID': {
        const { db, table } = tableNamed(session, stmt.table);
        return staticRows(nextRowIdColumns(), await nextRowIds(session, db.name, table.name));
      }
      default:
        throw mysqlError('ER_NOT_SUPPORTED_YET', `ADMIN ${stmt.action}`);
    }
  },
});
