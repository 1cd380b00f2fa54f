import type { Chunk } from '../chunk/chunk.js';
import type { Operator } from '../executor/exec-context.js';
import type { ShortRows } from '../executor/short-read/short-rows.js';
import type { PlannedStatement } from '../planner/plan-context.js';
import type { ResultColumn, RowsResult } from './client-session.js';

/** Columns of a planned query as the protocol reports them. */
export function resultColumns(planned: PlannedStatement): readonly ResultColumn[] {
  let columns = COLUMNS.get(planned);
  if (columns === undefined) {
    columns = planned.names.map((n, i) => ({ ...n, type: planned.plan.schema[i]!.type }));
    COLUMNS.set(planned, columns);
  }
  return columns;
}

/** A plan from the cache has the same columns each time, so that the protocol sees at a glance that they are the same. */
const COLUMNS = new WeakMap<PlannedStatement, readonly ResultColumn[]>();

/** A result set that is there at once. */
export function shortRows(planned: PlannedStatement, atOnce: ShortRows): RowsResult {
  return {
    kind: 'rows',
    columns: resultColumns(planned),
    atOnce,
    nextChunk: () => null,
    close: () => atOnce.release(),
    warnings: () => 0,
  };
}

/** A result set pulled from an opened operator. Columns that the plan carries beyond the visible ones are dropped. */
export function operatorRows(planned: PlannedStatement, operator: Operator): RowsResult {
  const visible = planned.names.length;
  const cut = (chunk: Chunk | null): Chunk | null =>
    chunk === null || chunk.columns.length === visible
      ? chunk
      : chunk.withColumns(chunk.columns.slice(0, visible));
  let closed = false;
  return {
    kind: 'rows',
    columns: resultColumns(planned),
    nextChunk: () => {
      const chunk = operator.next();
      return chunk instanceof Promise ? chunk.then(cut) : cut(chunk);
    },
    close: () => {
      if (closed) return;
      closed = true;
      return operator.close();
    },
    warnings: () => 0,
  };
}
