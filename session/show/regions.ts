import {
  decodeRecordHandle,
  decodeTableKey,
  indexRange,
  isRecordKey,
  tableRange,
} from '../../kv/codec/table-key.js';
import type { RegionStatus } from '../../kv/region-admin.js';
import { mysqlError } from '../../types/error-table.js';
import { intColumn, text, textColumn } from '../static-rows.js';
import { physicalIds } from '../statements/split-region.js';
import { tableNamed } from '../statements/table-named.js';
import { registerShow } from './show-registry.js';

const hex = (b: Uint8Array): string => Buffer.from(b).toString('hex');

/** A border as TiDB shows it: `t_52_r_100`, `t_52_i_1_…`, or hex for one that is no table's. */
function borderText(key: Uint8Array): string {
  const k = decodeTableKey(key);
  if (k === null) return hex(key);
  if (k.indexId !== null) return `t_${k.tableId}_i_${k.indexId}_${hex(key.subarray(19))}`;
  if (key.length <= 11) return key.length === 11 && key[10] === 0x72 ? `t_${k.tableId}_r` : `t_${k.tableId}_`;
  if (!isRecordKey(key)) return `t_${k.tableId}_r_${hex(key.subarray(11))}`;
  const handle = decodeRecordHandle(key);
  return `t_${k.tableId}_r_${typeof handle === 'object' ? hex(handle) : String(handle)}`;
}

/** SHOW TABLE t [INDEX i] REGIONS. */
registerShow('TABLE REGIONS', async (session, stmt) => {
  const { table } = tableNamed(session, stmt.table!);
  const ids = physicalIds(table, stmt.partitions);
  let rangeOf = tableRange;
  if (stmt.name !== null && stmt.name !== '') {
    const index = table.indices.find((i) => i.lower === stmt.name!.toLowerCase());
    if (index === undefined) throw mysqlError('ER_KEY_DOES_NOT_EXITS', stmt.name, table.name);
    rangeOf = (id) => indexRange(id, index.id);
  }
  const regions = new Map<number, RegionStatus>();
  for (const id of ids) {
    const { startKey, endKey } = rangeOf(id);
    for (const r of await session.storage.regions.list(startKey, endKey)) regions.set(r.id, r);
  }
  return {
    columns: [
      intColumn('REGION_ID'),
      textColumn('START_KEY'),
      textColumn('END_KEY'),
      intColumn('LEADER_ID'),
      intColumn('LEADER_STORE_ID'),
      textColumn('PEERS'),
      intColumn('SCATTERING'),
      intColumn('WRITTEN_BYTES'),
      intColumn('READ_BYTES'),
      intColumn('APPROXIMATE_SIZE(MB)'),
      intColumn('APPROXIMATE_KEYS'),
      textColumn('SCHEDULING_CONSTRAINTS'),
      textColumn('SCHEDULING_STATE'),
    ],
    rows: [...regions.values()].map((r) => [
      r.id,
      text(borderText(r.startKey)),
      text(borderText(r.endKey)),
      r.leaderId,
      r.leaderStoreId,
      text(r.peerIds.join(', ')),
      0,
      0,
      0,
      0,
      0,
      text(''),
      text(''),
    ]),
  };
});
