import type { ScanColumn } from '../kv/codec/row-batch-decoder.js';
import { needsRestoredData } from '../kv/codec/sort-key.js';
import type { Descending } from '../kv/codec/table-key.js';
import type { Datum } from '../types/datum.js';
import { evalType, Flag, newFieldType, TypeCode, type FieldType } from '../types/field-type.js';
import { utf8CharLen } from '../types/charset.js';
import type { ColumnInfo, IndexColumn, IndexInfo, SchemaState, TableInfo } from './model.js';
import { plainColumn } from './plain-objects.js';

/** How a table's rows lie in the store: which column is the handle, which are in the row value, which only in the key. */

/** Type of the hidden `_tidb_rowid`. */
export const ROWID_TYPE: FieldType = newFieldType(TypeCode.LongLong, {
  flag: Flag.NotNull | Flag.Binary,
  flen: 20,
});

const ROWID_COLUMNS = new WeakMap<TableInfo, ColumnInfo>();

/** The hidden handle as a column that INSERT lists (`tidb_opt_write_row_id`); its value lies behind those of the columns. */
export function rowIdColumn(table: TableInfo): ColumnInfo {
  const known = ROWID_COLUMNS.get(table);
  if (known !== undefined) return known;
  const column = plainColumn({
    id: ROWID_COLUMN_ID,
    name: '_tidb_rowid',
    offset: table.columns.length,
    type: ROWID_TYPE,
    hidden: true,
  });
  ROWID_COLUMNS.set(table, column);
  return column;
}

/** TiDB's id of the hidden handle (ExtraHandleID). */
const ROWID_COLUMN_ID = -1;

/** Type of the partition ids in entries of global indexes (TiDB's `_tidb_tid`). */
export const PARTITION_ID_TYPE: FieldType = ROWID_TYPE;

/** The integer primary key that is the handle; null when the handle is hidden or made of several columns. */
export function handleColumn(table: TableInfo): ColumnInfo | null {
  if (!table.pkIsHandle) return null;
  const primary = table.indices.find((i) => i.primary);
  if (primary !== undefined) return table.columns[primary.columns[0]!.offset]!;
  return table.columns.find((c) => (c.type.flag & Flag.PriKey) !== 0) ?? null;
}

export function primaryIndex(table: TableInfo): IndexInfo | null {
  return table.indices.find((i) => i.primary) ?? null;
}

/** Whether the index has entries of its own: a clustered primary key has not. */
export const hasEntries = (table: TableInfo, index: IndexInfo): boolean =>
  !(index.primary && (table.pkIsHandle || table.isCommonHandle));

/** Columns and indexes of these states take new values (F1 states); those in other states only lose them. */
export const isWritable = (state: SchemaState): boolean =>
  state === 'public' || state === 'writeOnly' || state === 'writeReorg';

/** Type of the values that an index keeps of one of its columns: of an array its elements'. */
export function indexedType(table: TableInfo, part: IndexColumn): FieldType {
  const { type } = table.columns[part.offset]!;
  return type.arrayOf === undefined ? type : elementKeyType(type.arrayOf);
}

/** Elements that are strings compare as bytes, as JSON strings do. */
const elementKeyType = (element: FieldType): FieldType =>
  evalType(element) === 'string' ? { ...element, charset: 'binary', collate: 'binary' } : element;

/** Position among an index's columns of the one that holds an array; -1 when it is not multi-valued. */
export const arrayPart = (table: TableInfo, index: IndexInfo): number =>
  index.columns.findIndex((c) => table.columns[c.offset]!.type.arrayOf !== undefined);

/** Which parts of an index's keys are in descending order; undefined where none is. */
export const descendingParts = (index: IndexInfo): Descending | undefined =>
  index.columns.some((c) => c.desc === true) ? index.columns.map((c) => c.desc === true) : undefined;

/** An index's columns as they are shown: of a FULLTEXT index those whose words it holds. */
export function shownParts(table: TableInfo, index: IndexInfo): readonly IndexColumn[] {
  if (index.fulltext === undefined) return index.columns;
  return index.fulltext.columns.flatMap((name) => {
    const column = table.columns.find((c) => c.lower === name.toLowerCase() && c.state === 'public');
    return column === undefined ? [] : [{ name: column.name, offset: column.offset, length: -1 }];
  });
}

/** In which order an index keeps a part, as SHOW INDEX says it. */
export const shownOrder = (index: IndexInfo, part: IndexColumn): 'A' | 'D' | null =>
  index.fulltext !== undefined ? null : part.desc === true ? 'D' : 'A';

/** Generated and not stored: computed at read. */
export const isVirtual = (c: ColumnInfo): boolean => c.generated !== '' && !c.generatedStored;

/** Position of the column in the clustered primary key, -1 when it is not part of one. */
export function handlePartOf(table: TableInfo, c: ColumnInfo): number {
  if (!table.isCommonHandle) return -1;
  return primaryIndex(table)?.columns.findIndex((p) => p.offset === c.offset) ?? -1;
}

/** Whether the row value leaves the column out since the key holds all of it (TiDB tables.CanSkip). */
export function isInKeyOnly(table: TableInfo, c: ColumnInfo): boolean {
  if (table.pkIsHandle) return handleColumn(table)?.id === c.id;
  const part = handlePartOf(table, c);
  return part >= 0 && primaryIndex(table)!.columns[part]!.length < 0 && !needsRestoredData(c.type);
}

/** Ids under which the table's rows lie: its own, or its partitions'. */
export const physicalIds = (table: TableInfo): number[] =>
  table.partition === undefined ? [table.id] : table.partition.definitions.map((d) => d.id);

/** Ids under which an index has its entries. */
export const indexIds = (table: TableInfo, index: IndexInfo): number[] =>
  index.global === true ? [table.id] : physicalIds(table);

/** The version of global indexes that are made now. */
export const GLOBAL_INDEX_VERSION = 1;

/**
 * Whether entries of a global index name the partition in their key, too: hidden handles are not unique beyond their
 * partition (EXCHANGE PARTITION brings the same again).
 */
export const partitionInKey = (table: TableInfo, index: IndexInfo): boolean =>
  index.global === true && !table.pkIsHandle && !table.isCommonHandle;

/**
 * Whether the index belongs to the division that the table is read by. While rows change their partitions, indexes that are
 * on their way in or out belong to the other one.
 */
export const ofThisDivision = (table: TableInfo, index: IndexInfo): boolean =>
  table.moving === undefined || index.state === 'public';

/** What a record scan must know of the columns it decodes; `handleOut` appends the integer handle. */
export function scanColumns(
  table: TableInfo,
  columns: readonly ColumnInfo[],
  handleOut: boolean,
): ScanColumn[] {
  const handle = handleColumn(table);
  const out: ScanColumn[] = columns.map((c) => {
    if (handle !== null && handle.id === c.id) return { id: c.id, ft: c.type, isHandle: true };
    const part = isInKeyOnly(table, c) ? handlePartOf(table, c) : -1;
    if (part >= 0) return { id: c.id, ft: c.type, handlePart: part };
    return { id: c.id, ft: c.type, originDefault: c.originDefault };
  });
  if (handleOut && !table.isCommonHandle)
    out.push({ id: -1, ft: handle?.type ?? ROWID_TYPE, isHandle: true });
  return out;
}

/** A value as a prefix index keeps it: the first `length` characters (bytes of a binary string). */
export function cutToPrefix(v: Datum, ft: FieldType, length: number): Datum {
  if (length < 0 || !(v instanceof Uint8Array) || v.length <= length) return v;
  if (ft.charset === 'binary' || ft.charset === 'ascii' || ft.charset === 'latin1')
    return v.subarray(0, length);
  let end = 0;
  for (let n = 0; n < length && end < v.length; n++) end += utf8CharLen(v, end);
  return end >= v.length ? v : v.subarray(0, end);
}
