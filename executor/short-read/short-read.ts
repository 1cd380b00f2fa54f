import type { ByteSlices } from '../../chunk/byte-slices.js';
import type { Vector } from '../../chunk/vector.js';
import { scanColumns } from '../../catalog/table-layout.js';
import { RowBatchDecoder } from '../../kv/codec/row-batch-decoder.js';
import type { ZoneOffsets } from '../../kv/codec/time-codec.js';
import { LockedError, type MvccReader } from '../../kv/mvcc-reader.js';
import type { KeyRange } from '../../kv/rpc.js';
import type { MemBuffer } from '../../kv/storage.js';
import type { PhysicalPlan } from '../../planner/physical/plan.js';
import { evalDatum } from '../../expression/compile.js';
import { Aggregation } from '../aggregation.js';
import { scanKeyRanges, scanRanges, zoneOf } from '../cop-reader.js';
import { isPoint, type BatchDecoder } from '../coprocessor/record-scan.js';
import { giveDecoder, takeDecoder } from '../coprocessor/scan-decoders.js';
import type { ExecContext } from '../exec-context.js';
import { noteScan } from '../feedback.js';
import { rowCount } from '../operator.js';
import { readFew } from '../few-rows/read-few.js';
import { countRequests, countRows, ofPoints } from '../scan-counts.js';
import { Work } from '../work-counts.js';
import { dropEqual, sortRows } from './short-order.js';
import { ownWrites, type TakeRow, walkOwn } from './own-rows.js';
import { shortPlanOf, type ShortPlan } from './short-plan.js';
import { readPoint } from './short-point.js';
import { MAX_BYTES, MAX_ROWS, type ShortRows } from './short-rows.js';

/** Times that a plan may find too many rows before it is no longer tried, less those when it did not. */
const MAX_MISSES = 4;

/** What is kept of a plan between its runs. */
interface Memory {
  readonly zone: ZoneOffsets;
  readonly decoder: RowBatchDecoder | null;
  misses: number;
}
const MEMORIES = new WeakMap<ShortPlan, Memory>();

const nothing = (): void => {};

/**
 * Runs a plan that reads a few neighbouring rows at once, from the range of keys to columns that the protocol writes from: no
 * operators, no chunks handed on, strings not copied from where they are stored. Null when the plan or the moment is not of that kind (many
 * rows, a lock in the way): it is then for the operators, nothing having happened.
 */
export function readShort(plan: PhysicalPlan, ctx: ExecContext): ShortRows | null {
  if (ctx.runtimeStats !== null) return null;
  if (plan.op === 'PointGet') return readPoint(plan, ctx);
  const short = shortPlanOf(plan);
  if (short === null) return readFew(plan, ctx);
  const reader = ctx.storage.mvccReader?.(ctx.snapshot.ts) ?? null;
  if (reader === null) return null;
  const memory = memoryOf(short, zoneOf(ctx));
  if (memory.misses >= MAX_MISSES) return null;
  return memory.decoder === null
    ? readVectors(short, reader, memory, ctx)
    : readSlices(short, memory.decoder, reader, memory, ctx);
}

function memoryOf(short: ShortPlan, zone: ZoneOffsets): Memory {
  let memory = MEMORIES.get(short);
  if (memory?.zone !== zone) {
    const { scan } = short;
    const slices = scan.op === 'TableScan' && short.aggs === null;
    const decoder = slices
      ? new RowBatchDecoder(scanColumns(scan.table, scan.columns, scan.handleOut), { zone, slices: true })
      : null;
    MEMORIES.set(short, (memory = { zone, decoder, misses: memory?.misses ?? 0 }));
  }
  return memory;
}

function readSlices(
  short: ShortPlan,
  decoder: RowBatchDecoder,
  reader: MvccReader,
  memory: Memory,
  ctx: ExecContext,
): ShortRows | null {
  // What a read that failed has left.
  if (decoder.rows > 0) decoder.takeSlices();
  decoder.clearSlices();
  const read = readRows(short, decoder, reader, memory, ctx);
  const { rows } = decoder;
  const columns = decoder.takeSlices();
  if (!read) {
    decoder.clearSlices();
    return null;
  }
  return arranged(short, columns, rows, ctx, () => decoder.clearSlices());
}

function readVectors(
  short: ShortPlan,
  reader: MvccReader,
  memory: Memory,
  ctx: ExecContext,
): ShortRows | null {
  const { scan, aggs } = short;
  const decoder = takeDecoder(scan, memory.zone);
  const read = readRows(short, decoder, reader, memory, ctx);
  const chunk = decoder.take();
  giveDecoder(scan, memory.zone, decoder);
  if (!read) return null;
  if (aggs === null) return arranged(short, chunk.columns, chunk.rows, ctx, nothing);
  const aggregation = new Aggregation([], aggs, ctx.eval);
  aggregation.resize(1);
  if (chunk.rows > 0) {
    const inputs = aggregation.inputs(chunk);
    if (inputs instanceof Promise) return null;
    aggregation.update(null, inputs);
  }
  const values = aggregation.result(0, 1);
  return { columns: short.output.map((i) => values[i]!), rows: 1, order: null, release: nothing };
}

/** Reads all rows of the plan's ranges, or as many as it gives; false when they are too many or not to be had now. */
function readRows(
  short: ShortPlan,
  decoder: BatchDecoder,
  reader: MvccReader,
  memory: Memory,
  ctx: ExecContext,
): boolean {
  const { desc, child } = short.reader;
  const ranges = scanKeyRanges(short.scan, ctx);
  const own = short.laidOver ? ownWrites(ranges, ctx) : null;
  const enough = rowsWanted(short, ctx);
  try {
    let bytes = 0;
    for (let k = 0; k < ranges.length && decoder.rows < enough; k++) {
      const range = ranges[desc ? ranges.length - 1 - k : k]!;
      bytes =
        own === null
          ? readRange(range, desc, decoder, reader, enough, bytes)
          : readOver(range, desc, decoder, reader, enough, bytes, own, ctx);
      if (bytes < 0) {
        memory.misses++;
        return false;
      }
    }
  } catch (error) {
    if (error instanceof LockedError) return false;
    throw error;
  }
  if (memory.misses > 0) memory.misses--;
  if (decoder.rows < enough && own === null) noteScan(ctx, child, decoder.rows, scanRanges);
  countRequests(short.scan, ranges.length, ctx);
  if (!ofPoints(ranges)) countRows(short.scan, decoder.rows, ctx);
  return true;
}

/** Appends the rows of a range to those before, of `bytes` bytes; gives their bytes with these, -1 when it is too much. */
function readRange(
  range: KeyRange,
  desc: boolean,
  decoder: BatchDecoder,
  reader: MvccReader,
  enough: number,
  bytes: number,
): number {
  if (isPoint(range)) {
    const value = reader.get(range.startKey);
    if (value === null) return bytes;
    decoder.append(range.startKey, range.startKey.length, value, 0, value.length);
    return decoder.rows > MAX_ROWS || bytes + value.length > MAX_BYTES ? -1 : bytes + value.length;
  }
  const cursor = reader.scan(range.startKey, range.endKey, desc, !decoder.needsValue);
  let total = bytes;
  while (decoder.rows < enough && cursor.next()) {
    let value = cursor.valueBuffer;
    let start = cursor.valueStart;
    let end = cursor.valueEnd;
    if (cursor.valuesStay !== true) {
      value = Uint8Array.prototype.slice.call(value, start, end);
      end -= start;
      start = 0;
    }
    decoder.append(cursor.keyBuffer, cursor.keyLength, value, start, end);
    total += end - start;
    if (decoder.rows > MAX_ROWS || total > MAX_BYTES) {
      total = -1;
      break;
    }
  }
  cursor.close();
  return total;
}

/** The same with own writes in the place of what is stored. */
function readOver(
  range: KeyRange,
  desc: boolean,
  decoder: BatchDecoder,
  reader: MvccReader,
  enough: number,
  bytes: number,
  own: MemBuffer,
  ctx: ExecContext,
): number {
  let total = bytes;
  const take: TakeRow = (key, keyLength, value, start, end, stays) => {
    if (stays) decoder.append(key, keyLength, value, start, end);
    else decoder.append(key, keyLength, Uint8Array.prototype.slice.call(value, start, end), 0, end - start);
    total += end - start;
    if (decoder.rows > MAX_ROWS || total > MAX_BYTES) total = -1;
    return total >= 0 && decoder.rows < enough;
  };
  return walkOwn(range, desc, !decoder.needsValue, reader, own, ctx.ownBefore, take) ? total : -1;
}

const countOf = (short: ShortPlan, which: 'offset' | 'count', ctx: ExecContext): number =>
  short.limit === null ? Infinity : rowCount(evalDatum(short.limit[which], ctx.eval));

/** Rows after which the scan may end. */
function rowsWanted(short: ShortPlan, ctx: ExecContext): number {
  if (short.limit === null || short.ordered || short.distinct) return Infinity;
  return countOf(short, 'offset', ctx) + countOf(short, 'count', ctx);
}

/** Rows as the plan gives them: each once, in order, cut by LIMIT. */
function arranged(
  short: ShortPlan,
  columns: readonly (Vector | ByteSlices)[],
  rows: number,
  ctx: ExecContext,
  release: () => void,
): ShortRows {
  const { keys, distinct, ordered, limit, output } = short;
  let order: Int32Array | null = null;
  if (keys.length > 0 && rows > 1) {
    order = sortRows(columns, rows, keys);
    ctx.noteWork?.(Work.sortRows, rows);
    if (distinct) order = dropEqual(columns, order, keys);
    if (!ordered) order.sort();
  }
  let count = order === null ? rows : order.length;
  if (limit !== null) {
    const offset = Math.min(count, countOf(short, 'offset', ctx));
    const to = Math.min(count, offset + countOf(short, 'count', ctx));
    order = (order ?? Int32Array.from({ length: count }, (_, i) => i)).subarray(offset, to);
    count = to - offset;
  }
  return { columns: output.map((i) => columns[i]!), rows: count, order, release };
}
