import { chunkRows } from '../chunk/chunk-builder.js';
import type { Datum } from '../types/datum.js';
import type { RowsResult } from './client-session.js';

/** All rows of a result, which outlive its statement; the result is closed. */
export async function ownRows(result: RowsResult): Promise<Datum[][]> {
  const rows: Datum[][] = [];
  try {
    for (;;) {
      const chunk = await result.nextChunk();
      if (chunk === null) return rows;
      const own = [...chunkRows(chunk)];
      takeBytes(own);
      for (const row of own) rows.push(row);
    }
  } finally {
    await result.close();
  }
}

/** Copies the strings of rows into memory of their own: one piece for all, since memory for each costs more than its bytes. */
function takeBytes(rows: readonly Datum[][]): void {
  let length = 0;
  for (const row of rows) for (const v of row) if (v instanceof Uint8Array) length += v.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const row of rows)
    for (let i = 0; i < row.length; i++) {
      const v = row[i]!;
      if (!(v instanceof Uint8Array)) continue;
      bytes.set(v, at);
      row[i] = bytes.subarray(at, (at += v.length));
    }
}
