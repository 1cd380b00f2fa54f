import type { InfoSchema, TableInfo } from '../catalog/model.js';
import { readBytesKey } from '../kv/codec/bytes-codec.js';
import { DatumFlag, decodeKeyDatum, keyDatumLength } from '../kv/codec/datum-codec.js';
import { readIntKey } from '../kv/codec/number-codec.js';
import { INDEX_PREFIX_LENGTH, isIndexKey, isRecordKey, TABLE_PREFIX_LENGTH } from '../kv/codec/table-key.js';
import { newFieldType, TypeCode, type FieldType } from '../types/field-type.js';
import { datumToString } from '../types/format.js';

const UNKNOWN = newFieldType(TypeCode.VarString);
/** Of keys of tables that are gone. */
const BIGINT = newFieldType(TypeCode.LongLong);
/** First bytes of integers, in ascending and descending order. */
const INTEGERS: ReadonlySet<number> = new Set(
  [DatumFlag.Int, DatumFlag.Uint].flatMap((flag) => [flag, ~flag & 0xff]),
);
const T = 0x74;

type Cells = Readonly<Record<string, string | number | null | Readonly<Record<string, string | null>>>>;

/** The table, or the partition of one, with rows under an id. */
function tableOf(schema: InfoSchema, id: number): TableInfo | null {
  for (const db of schema.databases())
    for (const t of schema.tables(db.name))
      if (t.id === id || t.partition?.definitions.some((d) => d.id === id) === true) return t;
  return null;
}

/** The encoded values from `p` on: those of `types`, then whatever follows. */
function values(key: Uint8Array, p: number, types: readonly FieldType[]): (string | null)[] {
  const out: (string | null)[] = [];
  while (p < key.length) {
    const type = types[out.length] ?? (INTEGERS.has(key[p]!) ? BIGINT : UNKNOWN);
    const v = decodeKeyDatum(key, p, type);
    out.push(v === null ? null : datumToString(v, type));
    p += keyDatumLength(key, p);
  }
  return out;
}

/** In the order of names, as all objects here. */
const named = (names: readonly string[], list: readonly (string | null)[]): Record<string, string | null> =>
  Object.fromEntries(names.map((n, i) => [n, list[i] ?? null] as const).sort(([a], [b]) => (a < b ? -1 : 1)));

function cellsOf(key: Uint8Array, schema: InfoSchema): Cells | null {
  if (key.length < 9 || key[0] !== T) return null;
  const physical = Number(readIntKey(key, 1));
  if (physical <= 0) return null;
  const table = tableOf(schema, physical);
  const partition: Cells = table !== null && table.id !== physical ? { partition_id: physical } : {};
  const id = table?.id ?? physical;
  if (key.length === 9) return { ...partition, table_id: id };
  const columns = (offsets: readonly number[]): { names: string[]; types: FieldType[] } => ({
    names: offsets.map((o) => table!.columns[o]!.name),
    types: offsets.map((o) => table!.columns[o]!.type),
  });
  if (isRecordKey(key)) {
    if (key.length === TABLE_PREFIX_LENGTH + 8) {
      const pk = table?.pkIsHandle === true ? table.columns.find((c) => (c.type.flag & 2) !== 0) : undefined;
      return {
        [pk?.name ?? '_tidb_rowid']: Number(readIntKey(key, TABLE_PREFIX_LENGTH)),
        ...partition,
        table_id: String(id),
      };
    }
    const primary = table?.isCommonHandle === true ? table.indices.find((i) => i.primary) : undefined;
    if (primary === undefined)
      return {
        ...partition,
        handle: values(key, TABLE_PREFIX_LENGTH, []).join(', '),
        table_id: String(id),
      };
    const { names, types } = columns(primary.columns.map((c) => c.offset));
    return {
      handle: named(names, values(key, TABLE_PREFIX_LENGTH, types)),
      ...partition,
      table_id: String(id),
    };
  }
  if (!isIndexKey(key)) return null;
  const indexId = Number(readIntKey(key, TABLE_PREFIX_LENGTH));
  const index = table?.indices.find((i) => i.id === indexId);
  if (index === undefined)
    return {
      index_id: indexId,
      index_vals: values(key, INDEX_PREFIX_LENGTH, []).join(', '),
      ...partition,
      table_id: String(id),
    };
  const { names, types } = columns(index.columns.map((c) => c.offset));
  return {
    index_id: indexId,
    index_vals: named(names, values(key, INDEX_PREFIX_LENGTH, types)),
    ...partition,
    table_id: String(id),
  };
}

/** Whether a key is in groups of eight bytes and a marker, as regions' boundaries are. */
function isEncoded(key: Uint8Array): boolean {
  if (key.length === 0 || key.length % 9 !== 0 || key[key.length - 1]! < 0xf7) return false;
  for (let i = 8; i < key.length - 1; i += 9) if (key[i] !== 0xff) return false;
  return key[key.length - 1] !== 0xff;
}

/** A key of table data, as it is or in the form of region boundaries, as JSON (TIDB_DECODE_KEY); null when it is none. */
export function keyText(key: Uint8Array, schema: InfoSchema): string | null {
  let plain = key;
  try {
    if (isEncoded(key)) plain = readBytesKey(key, 0);
    const cells = cellsOf(plain, schema);
    if (cells === null) return null;
    const sorted = Object.entries(cells).sort(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify(Object.fromEntries(sorted));
  } catch {
    return null;
  }
}
