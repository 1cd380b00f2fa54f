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

/** Makes segments of the rows of a key range, read in order at one version. */
export class SegmentBuilder {
  readonly segments: ColumnSegment[] = [];
  /** The rows can not be kept as columns, or are too many. */
  abandoned = false;
  rows = 0;
  private handles = new HandleList();
  private parts: Vector[][];
  private handleParts: Vector[] = [];
  private segmentStart: Uint8Array;
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
    this.parts = [];
    this.handleParts = [];
    this.handles = new HandleList();
  }

  /** Ends a segment before the rows to come: `endKey` is the end of the range, null for where the segment's rows end. */
  private cut(endKey: Uint8Array | null): void {
    const { target, handles } = this;
    handles.trim();
    // The next segment begins right behind the last row.
    const end = endKey ?? behind(handles.keyOf(handles.length - 1, target.table.physicalId));
    const segment = new ColumnSegment(this.segmentStart, end, this.reader.startTs, handles.length, handles);
    target.columns.forEach((c, i) => {
      const dictionary = target.table.dictionary(c.id);
      segment.add(c.id, c.type, dictionary, seal(this.parts[i]!, c.type, dictionary));
    });
    if (this.withHandle) {
      const type = handleColumn(target.info)?.type ?? ROWID_TYPE;
      const dictionary = target.table.dictionary(HANDLE_ID);
      segment.add(HANDLE_ID, type, dictionary, seal(this.handleParts, type, dictionary));
    }
    this.segments.push(segment);
    this.segmentStart = end;
    this.parts = target.columns.map(() => []);
    this.handleParts = [];
    this.handles = new HandleList();
    if (this.memory > target.maxBytes) this.abandon();
  }

  /** After the last row: the segments of the whole range, null when they are of no use. */
  finish(): readonly ColumnSegment[] | null {
    if (this.abandoned) return null;
    this.cut(this.range.endKey);
    return this.abandoned ? null : this.segments;
  }
}

/** The least key above this one. */
function behind(key: Uint8Array): Uint8Array {
  const out = new Uint8Array(key.length + 1);
  out.set(key);
  return out;
}
