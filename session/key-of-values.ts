import { handleColumn, primaryIndex } from '../catalog/table-layout.js';
import { TableMutations } from '../catalog/table-mutations.js';
import type { IndexInfo, InfoSchema, TableInfo } from '../catalog/model.js';
import type { TypedDatum } from '../expression/eval-context.js';
import type { Handle } from '../kv/codec/table-key.js';
import { PlainConvertContext } from '../types/convert-context.js';
import { convertDatum } from '../types/convert.js';
import type { Datum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import type { TimeZone } from '../types/timezone.js';

/** Keys of rows and index entries from values as a user writes them (TIDB_ENCODE_RECORD_KEY, TIDB_ENCODE_INDEX_KEY). */
export interface KeySource {
  readonly table: TableInfo;
  readonly physicalId: number;
  readonly zone: TimeZone;
}

/** `name` may be that of a partition: `t(p0)`. */
export function keySource(schema: InfoSchema, database: string, name: string, zone: TimeZone): KeySource {
  const [, own, partition] = /^([^(]*)(?:\((.*)\))?$/s.exec(name)!;
  const table = schema.table(database, own!);
  if (table === null) throw mysqlError('ER_NO_SUCH_TABLE', database, own!);
  if (partition === undefined) return { table, physicalId: table.id, zone };
  const found = table.partition?.definitions.find((d) => d.name.toLowerCase() === partition.toLowerCase());
  if (found === undefined) throw mysqlError('ER_UNKNOWN_PARTITION', partition, table.name);
  return { table, physicalId: found.id, zone };
}

/** Columns of the handle, by offset; null where rows have a hidden one. */
function handleOffsets(table: TableInfo): readonly number[] | null {
  if (table.isCommonHandle) return primaryIndex(table)!.columns.map((c) => c.offset);
  const own = handleColumn(table);
  return own === null ? null : [own.offset];
}

/** Puts the value into its column of the row. */
function assign(row: Datum[], source: KeySource, offset: number, v: TypedDatum): void {
  const ctx = new PlainConvertContext(0, true, source.zone);
  row[offset] = convertDatum(v.value, v.type, source.table.columns[offset]!.type, ctx);
}

function handleOf(row: Datum[], source: KeySource, m: TableMutations, values: readonly TypedDatum[]): Handle {
  const columns = handleOffsets(source.table);
  if (columns === null) return Number(values[0]!.value);
  columns.forEach((offset, i) => assign(row, source, offset, values[i]!));
  return m.handleOf(row);
}

const handleWidth = (table: TableInfo): number => handleOffsets(table)?.length ?? 1;

export function recordKeyOf(source: KeySource, handle: readonly TypedDatum[]): Uint8Array {
  const { table, physicalId, zone } = source;
  const width = handleWidth(table);
  if (handle.length !== width)
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      `handle column count mismatch, expect ${width}, got ${handle.length}`,
    );
  const m = TableMutations.of(table, physicalId, zone);
  return m.recordKey(handleOf(new Array<Datum>(table.columns.length).fill(null), source, m, handle));
}

/** `values`: those of the index's columns, then the handle's. */
export function indexKeyOf(source: KeySource, name: string, values: readonly TypedDatum[]): Uint8Array {
  const { table, physicalId, zone } = source;
  const index: IndexInfo | undefined = table.indices.find((i) => i.name.toLowerCase() === name.toLowerCase());
  if (index === undefined) throw mysqlError('ER_UNKNOWN_ERROR', 'index not found');
  const expected = index.columns.length + handleWidth(table);
  if (values.length !== expected)
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      `column count mismatch, expected ${expected} (index length + pk/rowid length), got ${values.length}`,
    );
  const m = TableMutations.of(table, physicalId, zone);
  const row = new Array<Datum>(table.columns.length).fill(null);
  const handle = handleOf(row, source, m, values.slice(index.columns.length));
  index.columns.forEach((c, i) => assign(row, source, c.offset, values[i]!));
  const writer = m.indexes.find((i) => i.index.id === index.id);
  if (writer === undefined) throw mysqlError('ER_UNKNOWN_ERROR', 'index not found');
  return writer.key(row, handle);
}
