import { compareBytes } from '../../kv/codec/byte-writer.js';
import { readIntKey } from '../../kv/codec/number-codec.js';
import { isRecordKey, recordRange } from '../../kv/codec/table-key.js';
import type { DataWatch } from '../../kv/mvcc-reader.js';
import type { ColumnTable } from './column-table.js';
import type { SegmentFiles, StoredTable } from './segment-files.js';

/**
 * What the thread that writes columns to disk tells others of a table: where it is; 'soon' where it will be; 'none' where others make
 * columns of their own, if they want any.
 */
export type SharedTable = StoredTable | 'soon' | 'none';

/** Tables with their ids, the folder that their files are in, and what the threads that have them share. */
export interface SharedTables {
  readonly directory: string;
  /** See ColumnAccounts. */
  readonly accounts: SharedArrayBuffer;
  readonly tables: readonly (readonly [number, SharedTable])[];
}

/** Keys in a table's range that were written since somebody was asked for it; null once it changed in other ways. */
type Written = Uint8Array[] | null;

/**
 * Takes tables over from the thread that keeps them on disk. It answers with all that was committed until then, as every commit that this
 * thread was told of before it asked is one that the other is told of when it answers; what is committed from the question on, this
 * thread is told of itself. Calls `take` for each table that is there, with no turn of the event loop in between.
 */
export async function takeTables(
  ids: readonly number[],
  ask: () => Promise<SharedTables | null>,
  watch: DataWatch,
  files: (shared: SharedTables) => SegmentFiles,
  take: (table: ColumnTable) => void,
): Promise<ReadonlyMap<number, 'soon' | 'none' | 'taken'>> {
  const written = new Map<number, Written>(ids.map((id) => [id, []]));
  const commits = watch.onCommit((_, keys) => {
    for (const key of keys) if (isRecordKey(key)) written.get(Number(readIntKey(key, 1)))?.push(key);
  });
  const ranges = watch.onRangeChange((start, end) => {
    for (const id of ids) {
      const range = recordRange(id);
      if (compareBytes(range.endKey, start) <= 0) continue;
      if (end.length === 0 || compareBytes(end, range.startKey) > 0) written.set(id, null);
    }
  });
  const out = new Map<number, 'soon' | 'none' | 'taken'>();
  try {
    const shared = await ask();
    watch.drain?.();
    for (const [id, stored] of shared?.tables ?? []) {
      const keys = written.get(id) ?? null;
      if (stored === 'none' || stored === 'soon') out.set(id, stored);
      // Its files may just have been replaced: another question finds the new ones.
      const table = typeof stored === 'string' || keys === null ? null : files(shared!).readTable(stored);
      if (table === null) continue;
      for (const key of keys!) table.touch(key);
      take(table);
      out.set(id, 'taken');
    }
  } finally {
    commits();
    ranges();
  }
  return out;
}
