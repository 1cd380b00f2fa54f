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

/** Bytes that a row takes on disk in a column of numbers or codes, at most: a double, whether it is NULL, statistics. */
const NUMBER_BYTES = 9;

/**
 * Columns of segments that scans asked for. First what a scan would read itself, holding the thread; last strings that do not repeat, any of
 * which takes the time of several other columns and few statements want.
 */
function* askedFor(
  tables: readonly ColumnTable[],
): Generator<{ readonly segment: ColumnSegment; readonly id: number }> {
  const of = function* (
    wanted: (segment: ColumnSegment, id: number) => boolean,
  ): Generator<{ segment: ColumnSegment; id: number }> {
    for (const table of tables)
      for (const id of table.asked)
        for (const segment of table.segments) if (wanted(segment, id)) yield { segment, id };
  };
  const isLarge = ({ file, rows }: ColumnSegment, id: number): boolean =>
    (file?.columns.get(id)?.length ?? 0) > rows * NUMBER_BYTES;
  yield* of((_, id) => id === KEY_LIST_ID);
  yield* of((segment, id) => id !== KEY_LIST_ID && !isLarge(segment, id));
  yield* of((segment, id) => id !== KEY_LIST_ID && isLarge(segment, id));
}
