import { scanColumns } from '../../catalog/table-layout.js';
import { RowBatchDecoder } from '../../kv/codec/row-batch-decoder.js';
import { LockedError, type MvccReader } from '../../kv/mvcc-reader.js';
import type { PointGet } from '../../planner/physical/plan.js';
import type { ExecContext } from '../exec-context.js';
import { pointKey, preparePoint, recordKeyOfEntry, type PreparedPoint } from '../point-get.js';
import { Work } from '../work-counts.js';
import { MAX_BYTES, type ShortRows } from './short-rows.js';

/** Decoders that leave strings where they are, by what point reads of the same columns share. */
const DECODERS = new WeakMap<PreparedPoint, RowBatchDecoder>();

function decoderOf(plan: PointGet, prepared: PreparedPoint): RowBatchDecoder {
  let decoder = DECODERS.get(prepared);
  if (decoder === undefined) {
    const columns = scanColumns(plan.table, plan.columns, plan.handleOut);
    decoder = new RowBatchDecoder(columns, { zone: prepared.zone, initialRows: 4, slices: true });
    DECODERS.set(prepared, decoder);
  }
  return decoder;
}

/** The one row that a point read finds, or none, from where it is stored. Null where it locks, is in the way of a lock, or long. */
export function readPoint(plan: PointGet, ctx: ExecContext): ShortRows | null {
  if ((plan.lock !== null && ctx.txn !== null) || plan.table.temporary !== undefined) return null;
  const reader = ctx.storage.mvccReader?.(ctx.snapshot.ts) ?? null;
  if (reader === null) return null;
  const prepared = preparePoint(plan, ctx);
  const decoder = decoderOf(plan, prepared);
  // What a read that failed has left.
  if (decoder.rows > 0) decoder.takeSlices();
  decoder.clearSlices();
  try {
    if (!append(plan, prepared, decoder, reader, ctx)) return null;
  } catch (error) {
    if (error instanceof LockedError) return null;
    throw error;
  }
  ctx.noteWork?.(Work.readKey, 1);
  const { rows } = decoder;
  return { columns: decoder.takeSlices(), rows, order: null, release: () => decoder.clearSlices() };
}

/** Finds the row and decodes it; false when it is too long to be written in one go. */
function append(
  plan: PointGet,
  prepared: PreparedPoint,
  decoder: RowBatchDecoder,
  reader: MvccReader,
  ctx: ExecContext,
): boolean {
  let key = pointKey(plan.table, plan.physicalId, plan.key, prepared, ctx);
  if (key === null) return true;
  let value = valueOf(key, reader, ctx);
  if (prepared.index !== null && value !== null) {
    key = recordKeyOfEntry(plan.physicalId, plan.globalIn, value);
    if (key === null) return true;
    value = valueOf(key, reader, ctx);
  }
  if (value === null) return true;
  if (value.length > MAX_BYTES) return false;
  decoder.append(key, key.length, value, 0, value.length);
  return true;
}

/** As readKey gives it, not copied. */
function valueOf(key: Uint8Array, reader: MvccReader, ctx: ExecContext): Uint8Array | null {
  const own = ctx.txn?.memBuffer.get(key, ctx.ownBefore);
  return own === undefined ? reader.get(key) : own;
}
