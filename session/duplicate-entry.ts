import { mysqlError } from '../types/error-table.js';
import type { MysqlError } from '../types/error.js';
import { decodeTableKey } from '../kv/codec/table-key.js';
import type { InfoSchema } from '../catalog/model.js';

/**
 * Error 1062 for a key that turned out to exist at commit, when the values are no longer at hand (optimistic
 * transactions): the key stands for them in hexadecimal.
 */
export function duplicateEntryError(schema: InfoSchema, key: Uint8Array): MysqlError {
  const parts = decodeTableKey(key);
  const found = parts === null ? null : schema.tableById(parts.tableId);
  const shown = Buffer.from(key).toString('hex');
  if (parts === null || found === null) return mysqlError('ER_DUP_ENTRY', shown, 'UNKNOWN');
  const index = found.table.indices.find((i) => i.id === parts.indexId);
  return mysqlError('ER_DUP_ENTRY', shown, `${found.table.name}.${index?.name ?? 'PRIMARY'}`);
}
