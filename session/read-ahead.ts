import type { Chunk } from '../chunk/chunk.js';
import { andThen } from '../executor/operator.js';
import type { Awaitable } from '../types/awaitable.js';
import type { RowsResult } from './client-session.js';

/** Reads a result to its end and closes it; gives the same rows, which are there as a whole. Synchronous as long as the result is. */
export function readAhead(rows: RowsResult): Awaitable<RowsResult> {
  const chunks: Chunk[] = [];
  const failed = (error: unknown): Awaitable<never> =>
    andThen(rows.close(), () => {
      throw error;
    });
  const read = (): Awaitable<RowsResult> => {
    for (;;) {
      const chunk = rows.nextChunk();
      if (chunk instanceof Promise) return chunk.then((c) => (kept(c) ? read() : held()));
      if (!kept(chunk)) return held();
    }
  };
  const kept = (chunk: Chunk | null): boolean => {
    if (chunk !== null) chunks.push(chunk);
    return chunk !== null;
  };
  const held = (): Awaitable<RowsResult> => andThen(rows.close(), () => heldRows(rows.columns, chunks));
  try {
    const result = read();
    return result instanceof Promise ? result.catch(failed) : result;
  } catch (error) {
    return failed(error);
  }
}

/** A result whose rows are there. */
export function heldRows(columns: RowsResult['columns'], chunks: readonly Chunk[]): RowsResult {
  let at = 0;
  return {
    kind: 'rows',
    columns,
    nextChunk: () => (at < chunks.length ? chunks[at++]! : null),
    close: () => undefined,
    warnings: () => 0,
  };
}
