import type { FieldType } from '../../types/field-type.js';
import { Chunk } from '../../chunk/chunk.js';
import type { BatchDecoderOptions } from './row-batch-decoder.js';
import { ColumnBuilder } from './column-builder.js';
import { keyDatumLength } from './datum-codec.js';
import { indexValueParts, partitionIdAt, readIndexValue } from './index-value.js';
import { readCompactInt, readU32be } from './number-codec.js';
import { findColumnId, readRowLayout, rowLayout, rowOffset } from './row-v2.js';
import { isBinCollation, needsRestoredData } from './sort-key.js';
import { INDEX_PREFIX_LENGTH } from './table-key.js';
import { UTC_OFFSETS } from './time-codec.js';

/** The entries of one index as the decoder must know them. */
export interface IndexShape {
  /** Columns of the index in key order. */
  readonly columns: readonly { readonly id: number; readonly ft: FieldType }[];
  /** Columns of the table's clustered key in order; absent when handles are integers. */
  readonly handleColumns?: readonly { readonly id: number; readonly ft: FieldType }[];
  /** A global index: entries of other partitions than these are passed over. */
  readonly partitions?: ReadonlySet<number>;
  /** The partition stands before an integer handle in the key. */
  readonly partitionInKey?: boolean;
}

/** An output column of an index scan: one of the index, the integer handle, or one of the clustered key. */
export type IndexScanColumn =
  | { readonly from: 'index'; readonly position: number; readonly ft: FieldType }
  | { readonly from: 'handle'; readonly ft: FieldType }
  /** Id of the partition that the row is in, of a global index. */
  | { readonly from: 'partition'; readonly ft: FieldType }
  | { readonly from: 'commonHandle'; readonly position: number; readonly ft: FieldType };

const Source = { Index: 0, Handle: 1, Common: 2, Partition: 3 } as const;
const SOURCES = {
  index: Source.Index,
  handle: Source.Handle,
  commonHandle: Source.Common,
  partition: Source.Partition,
};
/** How the original of a string is got. */
const Restore = { None: 0, Whole: 1, Spaces: 2 } as const;

/** Decodes index entries straight into column arrays; the counterpart of RowBatchDecoder. */
export class IndexBatchDecoder {
  private readonly builders: readonly ColumnBuilder[];
  private readonly sources: Uint8Array;
  private readonly positions: Int32Array;
  private readonly ids: Int32Array;
  private readonly restores: Uint8Array;
  /** Index datums to step over: all of them when the handle behind them is wanted. */
  private readonly steps: number;
  private readonly handleSteps: number;
  private readonly partitions: ReadonlySet<number> | null;
  private readonly partitionInKey: boolean;
  private readonly wantsHandle: boolean;
  private readonly needsParts: boolean;
  private readonly offsets: Int32Array;
  private readonly handleOffsets: Int32Array;

  readonly needsValue = true;
  rows = 0;

  constructor(shape: IndexShape, columns: readonly IndexScanColumn[], options: BatchDecoderOptions = {}) {
    const zone = options.zone ?? UTC_OFFSETS;
    this.builders = columns.map((c) => new ColumnBuilder(c.ft, zone, options.initialRows));
    this.sources = Uint8Array.from(columns, (c) => SOURCES[c.from]);
    this.positions = Int32Array.from(columns, (c) =>
      c.from === 'index' || c.from === 'commonHandle' ? c.position : 0,
    );
    this.partitions = shape.partitions ?? null;
    this.partitionInKey = shape.partitionInKey === true;
    const stored = columns.map((c) =>
      c.from === 'index'
        ? shape.columns[c.position]!
        : c.from === 'commonHandle'
          ? shape.handleColumns![c.position]!
          : null,
    );
    this.ids = Int32Array.from(stored, (c) => (c === null ? -1 : c.id));
    this.restores = Uint8Array.from(stored, (c) =>
      c === null || !needsRestoredData(c.ft)
        ? Restore.None
        : isBinCollation(c.ft.collate)
          ? Restore.Spaces
          : Restore.Whole,
    );
    this.wantsHandle = this.sources.some((s) => s !== Source.Index);
    this.needsParts =
      this.wantsHandle || this.partitions !== null || this.restores.some((r) => r !== Restore.None);
    let last = -1;
    let lastHandle = -1;
    columns.forEach((c) => {
      if (c.from === 'index') last = Math.max(last, c.position);
      else if (c.from === 'commonHandle') lastHandle = Math.max(lastHandle, c.position);
    });
    this.steps = this.wantsHandle ? shape.columns.length : last + 1;
    this.handleSteps = lastHandle + 1;
    this.offsets = new Int32Array(this.steps + 1);
    this.handleOffsets = new Int32Array(this.handleSteps + 1);
  }

  get byteSize(): number {
    let n = 0;
    for (const b of this.builders) n += b.byteSize;
    return n;
  }

  /** Appends the wanted columns of the entry with key `key[0, keyLength)` and value `b[start, end)`. */
  append(key: Uint8Array, keyLength: number, b: Uint8Array, start: number, end: number): void {
    const { builders, sources, positions, restores, offsets, handleOffsets } = this;
    let p = INDEX_PREFIX_LENGTH;
    for (let i = 0; i < this.steps; i++) {
      offsets[i] = p;
      p += keyDatumLength(key, p);
    }
    let handleBytes = key;
    let handleAt = p;
    let valueHandleAt = -1;
    let restoredAt = -1;
    let version = 0;
    let partition = 0;
    if (this.needsParts) {
      readIndexValue(b, start, end);
      const parts = indexValueParts;
      if (this.partitions !== null) {
        partition = parts.partitionAt < 0 ? 0 : partitionIdAt(b, parts.partitionAt);
        if (!this.partitions.has(partition)) return;
        if (this.partitionInKey && parts.intHandleAt < 0) handleAt += keyDatumLength(key, handleAt);
      }
      version = parts.version;
      valueHandleAt = parts.intHandleAt;
      restoredAt = parts.restoredAt;
      if (parts.commonHandleAt >= 0) {
        handleBytes = b;
        handleAt = parts.commonHandleAt;
      }
      if (restoredAt >= 0) readRowLayout(b, restoredAt);
      for (let i = 0, q = handleAt; i < this.handleSteps; i++) {
        handleOffsets[i] = q;
        q += keyDatumLength(handleBytes, q);
      }
    }
    this.rows++;
    for (let i = 0; i < builders.length; i++) {
      const builder = builders[i]!;
      const source = sources[i]!;
      if (source === Source.Partition) {
        builder.appendNumber(partition);
        continue;
      }
      if (source === Source.Handle) {
        if (valueHandleAt >= 0) this.appendValueHandle(builder, b, valueHandleAt);
        else if (handleAt < keyLength) builder.appendKeyDatum(key, handleAt);
        else throw new Error('index entry without a handle');
        continue;
      }
      const restore = restores[i]!;
      if (restore !== Restore.None && restoredAt >= 0 && this.appendRestored(i, builder, b, version))
        continue;
      if (source === Source.Index) builder.appendKeyDatum(key, offsets[positions[i]!]!);
      else builder.appendKeyDatum(handleBytes, handleOffsets[positions[i]!]!);
      if (restore === Restore.Spaces && restoredAt >= 0 && version !== 0) this.padSpaces(i, builder, b);
    }
  }

  /** Eight bytes big-endian, two's complement (not the comparable form). */
  private appendValueHandle(builder: ColumnBuilder, b: Uint8Array, p: number): void {
    const hi = readU32be(b, p);
    const lo = readU32be(b, p + 4);
    if (hi < 0x20_0000) builder.appendNumber(hi * 0x1_0000_0000 + lo);
    else {
      const unsigned = (builder.ft.flag & 32) !== 0;
      const v = (BigInt(unsigned ? hi : hi | 0) << 32n) | BigInt(lo);
      builder.appendNumeric(v >= -0x1f_ffff_ffff_ffffn && v < 0n ? Number(v) : v);
    }
  }

  /** Appends the whole original when the restored data holds it; false when it is to be taken from the key. */
  private appendRestored(i: number, builder: ColumnBuilder, b: Uint8Array, version: number): boolean {
    if (version !== 0 && this.restores[i] === Restore.Spaces) return false;
    const { large, notNull, nulls, idsAt, nullIdsAt, offsetsAt, valuesAt } = rowLayout;
    const slot = findColumnId(b, idsAt, notNull, large, this.ids[i]!);
    if (slot < 0) {
      if (findColumnId(b, nullIdsAt, nulls, large, this.ids[i]!) < 0) return false;
      builder.appendNull();
      return true;
    }
    const from = slot === 0 ? 0 : rowOffset(b, offsetsAt, slot - 1, large);
    builder.appendRowValue(b, valuesAt + from, valuesAt + rowOffset(b, offsetsAt, slot, large));
    return true;
  }

  private padSpaces(i: number, builder: ColumnBuilder, b: Uint8Array): void {
    const { large, notNull, idsAt, offsetsAt, valuesAt } = rowLayout;
    const slot = findColumnId(b, idsAt, notNull, large, this.ids[i]!);
    if (slot < 0) return;
    const from = slot === 0 ? 0 : rowOffset(b, offsetsAt, slot - 1, large);
    const n = Number(readCompactInt(b, valuesAt + from, valuesAt + rowOffset(b, offsetsAt, slot, large)));
    if (n > 0) builder.padLast(n);
  }

  take(): Chunk {
    const rows = this.rows;
    this.rows = 0;
    return new Chunk(
      this.builders.map((b) => b.take()),
      rows,
    );
  }
}
