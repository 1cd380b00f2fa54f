import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { ByteSlices } from '../../chunk/byte-slices.js';
import { Chunk } from '../../chunk/chunk.js';
import type { Vector } from '../../chunk/vector.js';
import { ColumnBuilder } from './column-builder.js';
import { keyDatumLength } from './datum-codec.js';
import { findColumnId, ROW_FLAG_LARGE, ROW_VERSION, rowOffset, readRowLayout, rowLayout } from './row-v2.js';
import { RECORD_KEY_LENGTH, TABLE_PREFIX_LENGTH } from './table-key.js';
import { UTC_OFFSETS, type ZoneOffsets } from './time-codec.js';
import { ValueKind, valueKindOf } from './value-kind.js';

/** One output column of a record scan. */
export interface ScanColumn {
  /** Column id in the row. Ignored for the integer handle. */
  readonly id: number;
  readonly ft: FieldType;
  /** The column is the integer handle of the key (integer primary key, or `_tidb_rowid`). */
  readonly isHandle?: boolean;
  /** Position in the clustered primary key: the value is there when the row does not hold it. */
  readonly handlePart?: number;
  readonly originDefault?: Datum;
}

export interface BatchDecoderOptions {
  /** Zone that TIMESTAMP values are shown in; default UTC. */
  readonly zone?: ZoneOffsets;
  /** Rows that the column arrays start with. */
  readonly initialRows?: number;
  /** Strings stay where the rows are: see `takeSlices`. */
  readonly slices?: boolean;
}

/**
 * Decodes stored rows straight into column arrays: `append` per row, `take` per batch. Rows of one table nearly always share their
 * header, so each column remembers the slot it was found in and looks there first.
 */
export class RowBatchDecoder {
  private readonly builders: readonly ColumnBuilder[];
  private readonly slices: readonly (ByteSlices | null)[];
  private readonly ids: Int32Array;
  private readonly isHandle: Uint8Array;
  private readonly handleParts: Int32Array;
  private readonly defaults: readonly Datum[];
  private readonly guesses: Int32Array;
  /** Leading parts of a clustered key to locate; 0 = none wanted. */
  private readonly partCount: number;
  private readonly partOffsets: Int32Array;
  /** Whether any column needs the row's value at all: a scan of handles can be key-only. */
  readonly needsValue: boolean;

  /** Rows appended since the last `take`. */
  rows = 0;

  constructor(columns: readonly ScanColumn[], options: BatchDecoderOptions = {}) {
    const zone = options.zone ?? UTC_OFFSETS;
    this.slices = columns.map((c) =>
      options.slices === true && valueKindOf(c.ft) >= ValueKind.Bytes ? new ByteSlices() : null,
    );
    this.builders = columns.map((c, i) => new ColumnBuilder(c.ft, zone, options.initialRows, this.slices[i]));
    this.ids = Int32Array.from(columns, (c) => c.id);
    this.isHandle = Uint8Array.from(columns, (c) => (c.isHandle === true ? 1 : 0));
    this.handleParts = Int32Array.from(columns, (c) => c.handlePart ?? -1);
    this.defaults = columns.map((c) => c.originDefault ?? null);
    this.guesses = new Int32Array(columns.length);
    this.partCount = Math.max(0, ...columns.map((c) => (c.handlePart ?? -1) + 1));
    this.partOffsets = new Int32Array(this.partCount + 1);
    this.needsValue = columns.some((c) => c.isHandle !== true);
  }

  /** String bytes gathered: a measure for cutting batches of long rows. */
  get byteSize(): number {
    let n = 0;
    for (const b of this.builders) n += b.byteSize;
    return n;
  }

  /** Appends the wanted columns of the row with record key `key[0, keyLength)` and value `b[start, end)`. */
  append(key: Uint8Array, keyLength: number, b: Uint8Array, start: number, end: number): void {
    this.rows++;
    const builders = this.builders;
    const n = builders.length;
    if (end - start >= 6 && b[start] === ROW_VERSION && (b[start + 1]! & ROW_FLAG_LARGE) === 0) {
      this.appendSmall(key, keyLength, b, start);
      return;
    }
    if (!this.needsValue) {
      for (let i = 0; i < n; i++) builders[i]!.appendInt64Key(key, TABLE_PREFIX_LENGTH);
      return;
    }
    readRowLayout(b, start);
    const { large, notNull, nulls, idsAt, nullIdsAt, offsetsAt, valuesAt } = rowLayout;
    if (this.partCount > 0) this.locateParts(key, keyLength);
    for (let i = 0; i < n; i++) {
      if (this.isHandle[i] === 1) {
        builders[i]!.appendInt64Key(key, TABLE_PREFIX_LENGTH);
        continue;
      }
      const slot = findColumnId(b, idsAt, notNull, large, this.ids[i]!);
      if (slot >= 0) {
        const from = slot === 0 ? 0 : rowOffset(b, offsetsAt, slot - 1, large);
        builders[i]!.appendRowValue(b, valuesAt + from, valuesAt + rowOffset(b, offsetsAt, slot, large));
      } else if (findColumnId(b, nullIdsAt, nulls, large, this.ids[i]!) >= 0) builders[i]!.appendNull();
      else this.appendAbsent(i, key);
    }
  }

  private appendSmall(key: Uint8Array, keyLength: number, b: Uint8Array, start: number): void {
    const notNull = b[start + 2]! | (b[start + 3]! << 8);
    const nulls = b[start + 4]! | (b[start + 5]! << 8);
    const idsAt = start + 6;
    const nullIdsAt = idsAt + notNull;
    const offsetsAt = nullIdsAt + nulls;
    const valuesAt = offsetsAt + notNull * 2;
    const { builders, ids, guesses, isHandle } = this;
    if (this.partCount > 0) this.locateParts(key, keyLength);
    for (let i = 0; i < builders.length; i++) {
      const builder = builders[i]!;
      if (isHandle[i] === 1) {
        builder.appendInt64Key(key, TABLE_PREFIX_LENGTH);
        continue;
      }
      const id = ids[i]!;
      let slot = guesses[i]!;
      if (slot >= notNull || b[idsAt + slot] !== id) {
        slot = findColumnId(b, idsAt, notNull, false, id);
        if (slot < 0) {
          if (findColumnId(b, nullIdsAt, nulls, false, id) >= 0) builder.appendNull();
          else this.appendAbsent(i, key);
          continue;
        }
        guesses[i] = slot;
      }
      const o = offsetsAt + slot * 2;
      const from = slot === 0 ? 0 : b[o - 2]! | (b[o - 1]! << 8);
      builder.appendRowValue(b, valuesAt + from, valuesAt + (b[o]! | (b[o + 1]! << 8)));
    }
  }

  private locateParts(key: Uint8Array, keyLength: number): void {
    let p = TABLE_PREFIX_LENGTH;
    for (let i = 0; i < this.partCount && p < keyLength; i++) {
      this.partOffsets[i] = p;
      p += keyDatumLength(key, p);
    }
  }

  /** A column that the row does not hold: from the clustered key, or its origin default. */
  private appendAbsent(i: number, key: Uint8Array): void {
    const part = this.handleParts[i]!;
    if (part >= 0) this.builders[i]!.appendKeyDatum(key, this.partOffsets[part]!);
    else this.builders[i]!.appendDatum(this.defaults[i]!);
  }

  /**
   * The columns of the rows appended since the last call, strings as slices of the values that were given. They hold until the next
   * row is appended.
   */
  takeSlices(): (Vector | ByteSlices)[] {
    this.rows = 0;
    return this.builders.map((b, i) => (this.slices[i] === null ? b.take() : b.takeSlices()));
  }

  /** Lets go of the strings that were left where they are. */
  clearSlices(): void {
    for (const s of this.slices) s?.clear();
  }

  /** The rows appended since the last call. */
  take(): Chunk {
    const rows = this.rows;
    this.rows = 0;
    return new Chunk(
      this.builders.map((b) => b.take()),
      rows,
    );
  }
}

/** Whether a record key carries an integer handle. */
export const hasIntHandle = (keyLength: number): boolean => keyLength === RECORD_KEY_LENGTH;
