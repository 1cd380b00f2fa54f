import type { Chunk } from '../../chunk/chunk.js';
import { sliceChunk } from '../../chunk/slice.js';
import { recordKey } from '../../kv/codec/table-key.js';
import type { IndexScan, TableScan } from '../../planner/physical/plan.js';
import { zoneOf } from '../cop-reader.js';
import { giveDecoder, takeDecoder } from '../coprocessor/scan-decoders.js';
import type { ExecContext } from '../exec-context.js';
import { compareHandles, handlesOf } from '../handle-reader.js';
import { MAX_BYTES, MAX_ROWS } from '../short-read/short-rows.js';
import { type FewRows, NOT_FEW } from './few-rows.js';
import { readerOf } from './scan.js';

/** Which rows of which entries are looked up. */
export interface LookUp {
  readonly entries: FewRows;
  readonly index: IndexScan;
  readonly rows: TableScan;
  /** Rows come in the order of their entries; else in that of their handles. */
  readonly keepOrder: boolean;
  /** Entries that are left out, and as many as are looked up at most. */
  readonly limit: { readonly offset: number; readonly count: number } | undefined;
}

/** The rows that entries of an index point to. */
export class FewLookedUp implements FewRows {
  constructor(private readonly lookUp: LookUp) {}

  rows(ctx: ExecContext, wanted: number): Chunk {
    const { entries, index, rows: scan, keepOrder, limit } = this.lookUp;
    const { offset, count } = limit ?? { offset: 0, count: wanted };
    const found = sliceChunk(entries.rows(ctx, offset + count), offset, offset + count);
    const zone = zoneOf(ctx);
    const decoder = takeDecoder(scan, zone);
    if (found.rows > 0) {
      if (found.rows > MAX_ROWS) throw NOT_FEW;
      const reader = readerOf(ctx);
      const handles = handlesOf(index, found, zone);
      if (!keepOrder && handles.length > 1) handles.sort(compareHandles);
      let bytes = 0;
      for (const handle of handles) {
        const key = recordKey(scan.physicalId, handle);
        const value = reader.get(key);
        if (value === null) continue;
        decoder.append(key, key.length, value, 0, value.length);
        bytes += value.length;
        if (bytes > MAX_BYTES) throw NOT_FEW;
      }
    }
    const chunk = decoder.take();
    giveDecoder(scan, zone, decoder);
    return chunk;
  }
}
