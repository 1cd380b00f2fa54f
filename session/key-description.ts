import type { InfoSchema } from '../catalog/model.js';
import { decodeIndexKeyValues } from '../executor/index-entry.js';
import { decodeRecordHandle, decodeTableKey } from '../kv/codec/table-key.js';
import type { ZoneOffsets } from '../kv/codec/time-codec.js';
import { datumToString } from '../types/format.js';

const hex = (b: Uint8Array): string =>
  Buffer.from(b.buffer, b.byteOffset, b.length).toString('hex').toUpperCase();

/** What a key of the store stands for, under the names that KEY_INFO has (TiDB, "DATA_LOCK_WAITS"). */
interface KeyFacts {
  db_id?: number;
  db_name?: string;
  table_id: number;
  table_name?: string;
  partition_id?: number;
  partition_name?: string;
  handle_type?: string;
  handle_value?: string;
  index_id?: number;
  index_name?: string;
  index_values?: string[];
}

/** As the JSON of KEY_INFO; null for a key of no table. */
export function describeKey(key: Uint8Array, schema: InfoSchema, zone: ZoneOffsets): string | null {
  const facts = keyFacts(key, schema, zone);
  return facts === null ? null : JSON.stringify(facts);
}

/** Null for a key of no table. */
export function keyFacts(key: Uint8Array, schema: InfoSchema, zone: ZoneOffsets): KeyFacts | null {
  const parsed = decodeTableKey(key);
  if (parsed === null) return null;
  const found = schema.tableById(parsed.tableId);
  const partition = found?.table.partition?.definitions.find((p) => p.id === parsed.tableId);
  const info: KeyFacts = {
    ...(found !== null && { db_id: found.db.id, db_name: found.db.name }),
    table_id: found?.table.id ?? parsed.tableId,
    ...(found !== null && { table_name: found.table.name }),
    ...(partition !== undefined && { partition_id: partition.id, partition_name: partition.name }),
  };
  if (parsed.indexId === null) {
    const handle = decodeRecordHandle(key);
    info.handle_type = typeof handle === 'object' ? 'common' : 'int';
    info.handle_value = typeof handle === 'object' ? hex(handle) : String(handle);
    return info;
  }
  info.index_id = parsed.indexId;
  const index = found?.table.indices.find((i) => i.id === parsed.indexId);
  if (found !== null && index !== undefined) {
    const types = index.columns.map((c) => found.table.columns[c.offset]!.type);
    info.index_name = index.name;
    info.index_values = decodeIndexKeyValues(found.table, index, key, null, zone).map((v, i) =>
      v === null ? 'NULL' : datumToString(v, types[i]!),
    );
  }
  return info;
}
