import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { ColumnLoader } from './column-loader.js';
import { KEY_LIST_ID, type ColumnSegment } from './column-segment.js';
import type { ColumnTable } from './column-table.js';

/** Columns of segments that are read at once. */
const AT_ONCE = 4;
/** How long reading gives way to statements, ms. */
const BUSY_MS = 10;

/**
 * Reads columns back from disk that scans asked for before a restart, between other work, up to so many bytes. Whoever asks for a column
 * finds out that its file is not readable, and reads rows.
 */
export async function restoreColumns(
  tables: readonly ColumnTable[],
  loader: ColumnLoader | null,
  maxBytes: number,
  closed: () => boolean,
): Promise<void> {
  let bytes = 0;
  const wanted = askedFor(tables);
  const reader = async (): Promise<void> => {
    for (const { segment, id } of wanted) {
      if (closed() || bytes > maxBytes) return;
      await readBack(segment, id, loader, closed);
      bytes += segment.columnBytes(id);
    }
  };
  await Promise.allSettled(Array.from({ length: AT_ONCE }, reader));
}

/** Waits for threads that statements keep busy; a thread has one column to read at a time, behind which no statement waits for long. */
async function readBack(
  segment: ColumnSegment,
  id: number,
  loader: ColumnLoader | null,
  closed: () => boolean,
): Promise<void> {
  while (!closed() && segment.onDisk(id)) {
    if (loader === null) segment.fetch(id);
    else {
      const read = loader.idle ? segment.prefetch(id) : null;
      if (read !== null) return read;
      await pause(BUSY_MS, undefined, { ref: false });
    }
    await nextTurn();
  }
}

/** Columns of segments that scans asked for; first what a scan would read itself, holding the thread. */
function* askedFor(
  tables: readonly ColumnTable[],
): Generator<{ readonly segment: ColumnSegment; readonly id: number }> {
  const of = function* (table: ColumnTable, id: number): Generator<{ segment: ColumnSegment; id: number }> {
    for (const segment of table.segments) yield { segment, id };
  };
  for (const table of tables) if (table.asked.has(KEY_LIST_ID)) yield* of(table, KEY_LIST_ID);
  for (const table of tables) for (const id of table.asked) if (id !== KEY_LIST_ID) yield* of(table, id);
}
