import type { InfoSchema } from '../catalog/model.js';
import { decodeIndexKeyValues } from '../executor/index-entry.js';
import { decodeRecordHandle, decodeTableKey } from '../kv/codec/table-key.js';
import type { ZoneOffsets } from '../kv/codec/time-codec.js';
import { datumToString } from '../types/format.js';

const hex = (b: Uint8Array): string =>
  Buffer.from(b.buffer, b.byteOffset, b.length).toString('hex').toUpperCase();

/** What a key of the store stands for, as the JSON of KEY_INFO (TiDB, "DATA_LOCK_WAITS"); null for a key of no table. */
export function describeKey(key: Uint8Array, schema: InfoSchema, zone: ZoneOffsets): string | null {
  const parsed = decodeTableKey(key);
  if (parsed === null) return null;
  const found = schema.tableById(parsed.tableId);
  const partition = found?.table.partition?.definitions.find((p) => p.id === parsed.tableId);
  const info: Record<string, unknown> = {
    ...(found !== null && { db_id: found.db.id, db_name: found.db.name }),
    table_id: found?.table.id ?? parsed.tableId,
    ...(found !== null && { table_name: found.table.name }),
    ...(partition !== undefined && { partition_id: partition.id, partition_name: partition.name }),
  };
  if (parsed.indexId === null) {
    const handle = decodeRecordHandle(key);
    info['handle_type'] = typeof handle === 'object' ? 'common' : 'int';
    info['handle_value'] = typeof handle === 'object' ? hex(handle) : String(handle);
    return JSON.stringify(info);
  }
  info['index_id'] = parsed.indexId;
  const index = found?.table.indices.find((i) => i.id === parsed.indexId);
  if (found !== null && index !== undefined) {
    const types = index.columns.map((c) => found.table.columns[c.offset]!.type);
    info['index_name'] = index.name;
    info['index_values'] = decodeIndexKeyValues(found.table, index, key, null, zone).map((v, i) =>
      v === null ? 'NULL' : datumToString(v, types[i]!),
    );
  }
  return JSON.stringify(info);
}
