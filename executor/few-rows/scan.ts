import type { Chunk } from '../../chunk/chunk.js';
import type { MvccReader } from '../../kv/mvcc-reader.js';
import type { KeyRange } from '../../kv/rpc.js';
import type { MemBuffer } from '../../kv/storage.js';
import type { IndexScan, PhysicalPlan, TableScan } from '../../planner/physical/plan.js';
import { scanKeyRanges, scanRanges, zoneOf } from '../cop-reader.js';
import { isPoint, type BatchDecoder } from '../coprocessor/record-scan.js';
import { giveDecoder, takeDecoder } from '../coprocessor/scan-decoders.js';
import type { ExecContext } from '../exec-context.js';
import { noteScan } from '../feedback.js';
import { countRequests, countRows, ofPoints } from '../scan-counts.js';
import { ownWrites, type TakeRow, walkOwn } from '../short-read/own-rows.js';
import { MAX_BYTES, MAX_ROWS } from '../short-read/short-rows.js';
import { type FewRows, NOT_FEW } from './few-rows.js';

/** Where the statement's snapshot is read; for the operators where the store is elsewhere. */
export function readerOf(ctx: ExecContext): MvccReader {
  const reader = ctx.storage.mvccReader?.(ctx.snapshot.ts) ?? null;
  if (reader === null) throw NOT_FEW;
  return reader;
}

/** Neighbouring records or entries, from the ranges of a scan. */
export class FewScanned implements FewRows {
  constructor(
    private readonly scan: TableScan | IndexScan,
    private readonly desc: boolean,
    /** The transaction has written rows of the table, which are to be seen. */
    private readonly laidOver: boolean,
  ) {}

  rows(ctx: ExecContext, wanted: number): Chunk {
    const { scan, desc } = this;
    const reader = readerOf(ctx);
    const zone = zoneOf(ctx);
    const ranges = scanKeyRanges(scan, ctx);
    const own = this.laidOver ? ownWrites(ranges, ctx) : null;
    const decoder = takeDecoder(scan, zone);
    let bytes = 0;
    for (let k = 0; k < ranges.length && decoder.rows < wanted; k++) {
      const range = ranges[desc ? ranges.length - 1 - k : k]!;
      bytes +=
        own === null
          ? readRange(range, desc, decoder, reader, wanted)
          : readOver(range, desc, decoder, reader, wanted, own, ctx);
      if (decoder.rows > MAX_ROWS || bytes > MAX_BYTES) throw NOT_FEW;
    }
    const chunk = decoder.take();
    giveDecoder(scan, zone, decoder);
    countRequests(scan, ranges.length, ctx);
    if (!ofPoints(ranges)) countRows(scan, chunk.rows, ctx);
    return chunk;
  }
}

/** Decodes the rows of a range, or of them as many as are wanted and one more than may be held; gives their bytes. */
function readRange(
  range: KeyRange,
  desc: boolean,
  decoder: BatchDecoder,
  reader: MvccReader,
  wanted: number,
): number {
  if (isPoint(range)) {
    const value = reader.get(range.startKey);
    if (value === null) return 0;
    decoder.append(range.startKey, range.startKey.length, value, 0, value.length);
    return value.length;
  }
  const cursor = reader.scan(range.startKey, range.endKey, desc, !decoder.needsValue);
  let bytes = 0;
  while (decoder.rows < wanted && decoder.rows <= MAX_ROWS && bytes <= MAX_BYTES && cursor.next()) {
    const { keyBuffer, keyLength, valueBuffer, valueStart, valueEnd } = cursor;
    decoder.append(keyBuffer, keyLength, valueBuffer, valueStart, valueEnd);
    bytes += valueEnd - valueStart;
  }
  cursor.close();
  return bytes;
}

/** The same with own writes in the place of what is stored. */
function readOver(
  range: KeyRange,
  desc: boolean,
  decoder: BatchDecoder,
  reader: MvccReader,
  wanted: number,
  own: MemBuffer,
  ctx: ExecContext,
): number {
  let bytes = 0;
  const take: TakeRow = (key, keyLength, value, start, end) => {
    decoder.append(key, keyLength, value, start, end);
    bytes += end - start;
    return decoder.rows < wanted && decoder.rows <= MAX_ROWS && bytes <= MAX_BYTES;
  };
  if (!walkOwn(range, desc, !decoder.needsValue, reader, own, ctx.ownBefore, take)) throw NOT_FEW;
  return bytes;
}

/** What a reader's plan gives, of which statistics are told. */
export class FewNoted implements FewRows {
  constructor(
    private readonly child: FewRows,
    private readonly plan: PhysicalPlan,
  ) {}

  rows(ctx: ExecContext, wanted: number): Chunk {
    const chunk = this.child.rows(ctx, wanted);
    if (wanted === Infinity && ctx.feedback !== null) noteScan(ctx, this.plan, chunk.rows, scanRanges);
    return chunk;
  }
}
