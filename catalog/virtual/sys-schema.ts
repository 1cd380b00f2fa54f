import { str } from './columns.js';
import type { Datum } from '../../types/datum.js';
import { decodeUtf8 } from '../../types/charset.js';
import { registerVirtualTable } from './virtual-table.js';

/** The views of `sys` that TiDB has (TiDB docs, "sys Schema"). */

const nameOf = (v: Datum): string => (v instanceof Uint8Array ? decodeUtf8(v) : '');

registerVirtualTable({
  db: 'sys',
  name: 'schema_unused_indexes',
  columns: [str('object_schema'), str('object_name'), str('index_name')],
  rows: async (ctx) => {
    const rows = await ctx.internalQuery(
      `SELECT table_schema, table_name, index_name FROM information_schema.cluster_tidb_index_usage
       WHERE table_schema NOT IN ('sys', 'mysql', 'INFORMATION_SCHEMA', 'PERFORMANCE_SCHEMA') AND index_name <> 'PRIMARY'
       GROUP BY table_schema, table_name, index_name HAVING SUM(last_access_time) IS NULL`,
    );
    return rows.filter(([db, table]) => ctx.visible(nameOf(db!), nameOf(table!)));
  },
  doc: 'Indexes that no statement has used since the server started.',
});
