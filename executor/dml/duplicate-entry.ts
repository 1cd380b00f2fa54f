import type { IndexInfo, InfoSchema, TableInfo } from '../../catalog/model.js';
import { handleColumn, indexedType, isInKeyOnly, primaryIndex } from '../../catalog/table-layout.js';
import { decodeIndexKeyValues } from '../index-entry.js';
import { decodeKeyDatum, keyDatumLength } from '../../kv/codec/datum-codec.js';
import { decodeRecordHandle, decodeTableKey, TABLE_PREFIX_LENGTH } from '../../kv/codec/table-key.js';
import { decodeRowToDatums } from '../../kv/codec/row-v2.js';
import type { ZoneOffsets } from '../../kv/codec/time-codec.js';
import { uint64Of } from '../../kv/codec/number-codec.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { MysqlError } from '../../types/error.js';
import { isUnsigned, TypeCode, type FieldType } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';

/** Error 1062 as MySQL words it: values joined by '-', the key as `table.index`. */
export function duplicateEntry(
  table: TableInfo,
  index: IndexInfo | null,
  values: readonly Datum[],
  types: readonly FieldType[],
): MysqlError {
  const text = values.map((v, i) => keyPartText(v, types[i]!)).join('-');
  return mysqlError('ER_DUP_ENTRY', text, `${table.name}.${index === null ? 'PRIMARY' : index.name}`);
}

/** A part of the key as messages show it: bytes that are no text in the form of `ErrConvString`. */
function keyPartText(v: Datum, type: FieldType): string {
  if (v === null) return 'NULL';
  if (type.tp === TypeCode.Bit) {
    const bytes: number[] = [];
    let rest = BigInt(v as number | bigint);
    for (let n = (type.flen + 7) >> 3; n > 0; n--, rest >>= 8n) bytes.unshift(Number(rest & 255n));
    return escapedBytes(Uint8Array.from(bytes));
  }
  if (!(v instanceof Uint8Array) || type.charset !== 'binary' || type.tp === TypeCode.Json)
    return datumToString(v, type);
  let end = v.length;
  // BINARY is filled up with zeros.
  if (type.tp === TypeCode.String) while (end > 1 && v[end - 1] === 0) end--;
  return escapedBytes(v.subarray(0, end));
}

const escapedBytes = (b: Uint8Array): string =>
  Array.from(b, (c) =>
    c >= 0x20 && c < 0x7f ? String.fromCharCode(c) : `\\x${c.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');

/**
 * Error 1062 for a key of the store that turned out to have a value (at commit, or in a lock request). The values are read
 * back from the key, or from the value that was to be written where the key keeps only a sort key. Null when the key is
 * none of a table in the schema.
 */
export function duplicateEntryOfKey(
  key: Uint8Array,
  schema: InfoSchema,
  value: Uint8Array | null,
  zone: ZoneOffsets,
): MysqlError | null {
  const parsed = decodeTableKey(key);
  if (parsed === null) return null;
  const table = schema.tableById(parsed.tableId)?.table;
  if (table === undefined) return null;
  if (parsed.indexId === null) {
    const primary = primaryIndex(table);
    if (!table.isCommonHandle) {
      const type = handleColumn(table)?.type;
      let handle = decodeRecordHandle(key) as number | bigint;
      if (type !== undefined && isUnsigned(type) && handle < 0) {
        const u = BigInt.asUintN(64, BigInt(handle));
        handle = uint64Of(Number(u >> 32n), Number(u & 0xffff_ffffn));
      }
      return mysqlError('ER_DUP_ENTRY', String(handle), `${table.name}.PRIMARY`);
    }
    const columns = primary!.columns.map((c) => table.columns[c.offset]!);
    const types = columns.map((c) => c.type);
    const stored =
      value === null
        ? null
        : decodeRowToDatums(
            value,
            columns.map((c) => ({ id: c.id, ft: c.type })),
            zone,
          );
    const values: Datum[] = [];
    for (let i = 0, p = TABLE_PREFIX_LENGTH; i < types.length; i++) {
      values.push(
        stored !== null && !isInKeyOnly(table, columns[i]!)
          ? stored[i]!
          : decodeKeyDatum(key, p, types[i]!, zone),
      );
      p += keyDatumLength(key, p);
    }
    return duplicateEntry(table, null, values, types);
  }
  const index = table.indices.find((i) => i.id === parsed.indexId);
  if (index === undefined) return null;
  const types = index.columns.map((c) => indexedType(table, c));
  return duplicateEntry(table, index, decodeIndexKeyValues(table, index, key, value, zone), types);
}
