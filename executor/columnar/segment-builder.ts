import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import { handleColumn, ROWID_TYPE } from '../../catalog/table-layout.js';
import type { Chunk } from '../../chunk/chunk.js';
import type { Vector } from '../../chunk/vector.js';
import type { MvccReader } from '../../kv/mvcc-reader.js';
import type { KeyRange } from '../../kv/rpc.js';
import type { TimeZone } from '../../types/timezone.js';
import { RecordScan, type BatchDecoder } from '../coprocessor/record-scan.js';
import { recordDecoder } from '../coprocessor/scan-decoders.js';
import { ColumnSegment } from './column-segment.js';
import { HANDLE_ID, type ColumnTable } from './column-table.js';
import { HandleList } from './handle-list.js';
import { seal } from './seal.js';

/** Rows of a segment: 64 blocks. */
export const SEGMENT_ROWS = 1 << 18;

export interface BuildTarget {
  /** Whose dictionaries are used and extended. */
  readonly table: ColumnTable;
  readonly info: TableInfo;
  readonly columns: readonly ColumnInfo[];
  readonly zone: TimeZone;
  readonly segmentRows: number;
  /** Most bytes that the segments may take in memory while they are made. */
  readonly maxBytes: number;
}

/** Milliseconds that sealing holds the thread. */
const SLICE_MS = 1.5;

/**
 * Makes segments of the rows of a key range, read in order at one version. Rows of a segment are gathered as they are read; when all of
 * them are there, columns are made of them in steps, which whoever reads has done in between (`work`, `settle`).
 */
export class SegmentBuilder {
  readonly segments: ColumnSegment[] = [];
  /** The rows can not be kept as columns, or are too many. */
  abandoned = false;
  rows = 0;
  private handles = new HandleList();
  private parts: Vector[][];
  private handleParts: Vector[] = [];
  private segmentStart: Uint8Array;
  /** Segments whose rows are all there, in order. */
  private sealing: Generator<void>[] = [];
  private readonly withHandle: boolean;

  constructor(
    private readonly target: BuildTarget,
    private readonly range: KeyRange,
    private readonly reader: MvccReader,
  ) {
    this.parts = target.columns.map(() => []);
    this.withHandle = !target.info.isCommonHandle;
    this.segmentStart = range.startKey;
  }

  /** A scan of the row store that leaves what it gives in segments. */
  scan(): RecordScan {
    const { target, withHandle } = this;
    const inner = recordDecoder(target.info, target.columns, withHandle, target.zone);
    const builder = this;
    const decoder: BatchDecoder = {
      needsValue: inner.needsValue,
      get rows() {
        return inner.rows;
      },
      get byteSize() {
        return inner.byteSize;
      },
      append(key, keyLength, b, start, end) {
        inner.append(key, keyLength, b, start, end);
        if (!builder.abandoned) builder.handles.append(key, keyLength);
      },
      take() {
        const chunk = inner.take();
        if (!builder.abandoned) builder.keep(chunk);
        return chunk;
      },
    };
    return new RecordScan(this.reader, decoder, [this.range], false, !inner.needsValue);
  }

  private keep(chunk: Chunk): void {
    const n = this.target.columns.length;
    for (let i = 0; i < n; i++) this.parts[i]!.push(chunk.columns[i]!);
    if (this.withHandle) this.handleParts.push(chunk.columns[n]!);
    this.rows += chunk.length;
    if (this.handles.broken) this.abandon();
    else if (this.handles.length >= this.target.segmentRows) this.cut(null);
  }

  /** Bytes that the segments made so far take in memory. */
  get memory(): number {
    let n = 0;
    for (const s of this.segments) n += s.bytes;
    return n;
  }

  private abandon(): void {
    this.abandoned = true;
    this.segments.length = 0;
    this.sealing = [];
    this.parts = [];
    this.handleParts = [];
    this.handles = new HandleList();
  }

  /** Ends a segment before the rows to come: `endKey` is the end of the range, null for where the segment's rows end. */
  private cut(endKey: Uint8Array | null): void {
    const { target, handles, parts, handleParts, segmentStart } = this;
    handles.trim();
    // The next segment begins right behind the last row.
    const end = endKey ?? behind(handles.keyOf(handles.length - 1, target.table.physicalId));
    const segment = new ColumnSegment(segmentStart, end, this.reader.startTs, handles.length, handles);
    this.sealing.push(this.seal(segment, parts, handleParts));
    this.segmentStart = end;
    this.parts = target.columns.map(() => []);
    this.handleParts = [];
    this.handles = new HandleList();
  }

  private *seal(
    segment: ColumnSegment,
    parts: readonly (readonly Vector[])[],
    handleParts: readonly Vector[],
  ): Generator<void> {
    const { table, info, columns } = this.target;
    for (let i = 0; i < columns.length; i++) {
      const { id, type } = columns[i]!;
      const dictionary = table.dictionary(id);
      segment.add(id, type, dictionary, yield* seal(parts[i]!, type, dictionary));
    }
    if (this.withHandle) {
      const type = handleColumn(info)?.type ?? ROWID_TYPE;
      const dictionary = table.dictionary(HANDLE_ID);
      segment.add(HANDLE_ID, type, dictionary, yield* seal(handleParts, type, dictionary));
    }
    this.segments.push(segment);
    if (this.memory > this.target.maxBytes) this.abandon();
  }

  /** Brings segments whose rows are all there into their lasting form, for a slice of time; false when there is nothing left to do. */
  work(): boolean {
    const from = performance.now();
    for (let next = this.sealing[0]; next !== undefined; next = this.sealing[0]) {
      if (performance.now() - from > SLICE_MS) return true;
      if (next.next().done === true) this.sealing.shift();
    }
    return false;
  }

  /** The same between other work, until nothing is left to do. */
  async settle(): Promise<void> {
    while (this.work()) await nextTurn();
  }

  /** After the last row. What it leaves to do, `settle` does. */
  end(): void {
    if (!this.abandoned) this.cut(this.range.endKey);
  }

  /** The segments of the whole range, null when they are of no use. */
  get result(): readonly ColumnSegment[] | null {
    return this.abandoned ? null : this.segments;
  }
}

/** The least key above this one. */
function behind(key: Uint8Array): Uint8Array {
  const out = new Uint8Array(key.length + 1);
  out.set(key);
  return out;
}
