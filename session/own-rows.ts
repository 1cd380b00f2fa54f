import { chunkRows } from '../chunk/chunk-builder.js';
import { type Datum, ownDatum } from '../types/datum.js';
import type { RowsResult } from './client-session.js';

/** All rows of a result, which outlive its statement; the result is closed. */
export async function ownRows(result: RowsResult): Promise<Datum[][]> {
  const rows: Datum[][] = [];
  try {
    for (;;) {
      const chunk = await result.nextChunk();
      if (chunk === null) return rows;
      for (const row of chunkRows(chunk)) rows.push(row.map(ownDatum));
    }
  } finally {
    await result.close();
  }
}
