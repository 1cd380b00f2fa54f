import type { IndexInfo, TableInfo } from '../catalog/model.js';
import { cutToPrefix } from '../catalog/table-layout.js';
import { ByteWriter } from '../kv/codec/byte-writer.js';
import { decodeKeyDatum, encodeKeyDatum, keyDatumLength } from '../kv/codec/datum-codec.js';
import type { Datum } from '../types/datum.js';
import { datumToString } from '../types/format.js';
import type { FieldType } from '../types/field-type.js';

const writer = new ByteWriter(64);

/** The memory-comparable form of one value, as TopN and the CM-sketch are kept by. */
export function valueKey(v: Datum, type: FieldType): Uint8Array {
  const w = writer.reset();
  encodeKeyDatum(w, v, type);
  return w.toBytes();
}

/** The memory-comparable form of an index's columns, prefixes cut, without the handle. `row`: datums by column offset. */
export function indexValueKey(table: TableInfo, index: IndexInfo, row: readonly Datum[]): Uint8Array {
  const w = writer.reset();
  for (const c of index.columns) {
    const { type } = table.columns[c.offset]!;
    const v = row[c.offset] ?? null;
    encodeKeyDatum(w, c.length >= 0 && v !== null ? cutToPrefix(v, type, c.length) : v, type);
  }
  return w.toBytes();
}

export const indexTypes = (table: TableInfo, index: IndexInfo): FieldType[] =>
  index.columns.map((c) => table.columns[c.offset]!.type);

/** The value behind a key of one column; strings of collations with sort keys come back as those. */
export const valueOfKey = (key: Uint8Array, type: FieldType): Datum => decodeKeyDatum(key, 0, type);

/** Values of an index key as TiDB's SHOW STATS_TOPN prints them: `1`, `(1, abc)`. */
export function keyText(key: Uint8Array, types: readonly FieldType[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const t of types) {
    if (at >= key.length) break;
    const v = decodeKeyDatum(key, at, t);
    parts.push(v === null ? 'NULL' : datumToString(v, t));
    at += keyDatumLength(key, at);
  }
  return parts.length === 1 ? parts[0]! : `(${parts.join(', ')})`;
}
