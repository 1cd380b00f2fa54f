import type { Chunk } from '../../chunk/chunk.js';
import type { Handle } from '../../kv/codec/table-key.js';
import type { DmlTarget } from '../../planner/physical/plan.js';
import type { Datum } from '../../types/datum.js';
import type { TableWriter } from '../table-writer.js';

/** The handle of a target's row in physical row `i`; null when an outer join left the table out. */
export function rowHandle(
  target: DmlTarget,
  writer: TableWriter,
  row: readonly Datum[],
  chunk: Chunk,
  i: number,
): Handle | null {
  if (target.handle >= 0) return chunk.columns[target.handle]!.get(i) as Handle | null;
  if (!target.table.isCommonHandle && !target.table.pkIsHandle)
    throw new Error('no handle column in the rows to change');
  const primary = target.table.indices.find((x) => x.primary);
  // A primary key column is never NULL but where there is no row.
  const offset =
    primary?.columns[0]?.offset ?? target.table.columns.find((c) => (c.type.flag & 2) !== 0)!.offset;
  return row[offset] === null ? null : writer.handleOf(row);
}

/** The full row of a target, by column offset. */
export function targetRow(target: DmlTarget, chunk: Chunk, i: number): Datum[] {
  const out = new Array<Datum>(target.columns.length);
  for (let c = 0; c < out.length; c++) {
    const at = target.columns[c]!;
    out[c] = at < 0 ? null : chunk.columns[at]!.get(i);
  }
  return out;
}
