import type { IndexInfo, TableInfo } from '../catalog/model.js';
import { indexedType } from '../catalog/table-layout.js';
import { IndexBatchDecoder } from '../kv/codec/index-batch-decoder.js';
import type { ZoneOffsets } from '../kv/codec/time-codec.js';
import type { Datum } from '../types/datum.js';

const NO_VALUE = Uint8Array.of(0x30);

/** The indexed values in an entry, originals where its value keeps them and sort keys otherwise. */
export function decodeIndexKeyValues(
  table: TableInfo,
  index: IndexInfo,
  key: Uint8Array,
  value: Uint8Array | null,
  zone: ZoneOffsets,
): Datum[] {
  const columns = index.columns.map((c) => ({
    id: table.columns[c.offset]!.id,
    ft: indexedType(table, c),
  }));
  const decoder = new IndexBatchDecoder(
    { columns },
    columns.map((c, position) => ({ from: 'index' as const, position, ft: c.ft })),
    { zone, initialRows: 1 },
  );
  const v = value ?? NO_VALUE;
  decoder.append(key, key.length, v, 0, v.length);
  return decoder.take().columns.map((c) => c.get(0));
}
