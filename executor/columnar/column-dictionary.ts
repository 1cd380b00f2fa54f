import { GroupTable } from '../../chunk/group-key.js';
import { BytesVector } from '../../chunk/vector.js';
import { newFieldType, TypeCode } from '../../types/field-type.js';
import { shareBytes, sharedInt32 } from './shared-array.js';

/** Largest dictionary, and how many rows an entry must stand for on average. */
const MAX_DICTIONARY = 1 << 16;
const MIN_REPETITION = 4;
/** Rows of a step, after each of which the size is looked at. */
const STEP = 8192;
const BYTES_TYPE = newFieldType(TypeCode.VarString, { charset: 'binary', collate: 'binary' });

/**
 * The distinct values of a string column, one dictionary for all segments of a table, so that codes of different segments
 * compare. It only ever grows: a code stands for the same value in every later state, and a segment coded long ago is shown with
 * the newest entries.
 */
export class ColumnDictionary {
  bytes: Uint8Array = new Uint8Array(0);
  offsets: Int32Array = new Int32Array(1);
  private table: GroupTable | null = null;
  /** New values no longer fit: later segments keep their strings as they are. */
  full = false;
  private isBorrowed = false;

  static of(entries: BytesVector): ColumnDictionary {
    const d = new ColumnDictionary();
    d.take(entries);
    return d;
  }

  /** Entries in the memory of another thread, which counts it. */
  static borrowed(bytes: Uint8Array, offsets: Int32Array): ColumnDictionary {
    const d = new ColumnDictionary();
    d.bytes = bytes;
    d.offsets = offsets;
    d.isBorrowed = true;
    return d;
  }

  get size(): number {
    return this.offsets.length - 1;
  }

  get memory(): number {
    return this.isBorrowed ? 0 : this.bytes.byteLength + this.offsets.byteLength;
  }

  entries(): BytesVector {
    return new BytesVector(this.bytes, this.offsets, this.size);
  }

  vector(codes: Int32Array, nulls: Uint8Array | null): BytesVector {
    return new BytesVector(this.bytes, this.offsets, codes.length, nulls, codes);
  }

  /**
   * The codes of a plain vector's cells, new values added; null when they do not repeat enough. Comes in steps; what a call that was
   * not brought to its end has added is of use to the next.
   */
  *encode(v: BytesVector): Generator<void, Int32Array | null> {
    if (this.full) return null;
    const known = this.size;
    const limit = Math.min(MAX_DICTIONARY, known + Math.floor(v.length / MIN_REPETITION));
    const table = this.groups();
    const codes = sharedInt32(v.length);
    for (let from = 0; from < v.length; from += STEP) {
      const to = Math.min(v.length, from + STEP);
      const part = new BytesVector(v.bytes, v.offsets.subarray(from, to + 1), to - from);
      table.assign([part], null, to - from, codes.subarray(from, to));
      const added = table.size - known;
      if (table.size > limit || (from === 0 && added * MIN_REPETITION > (to - from) * 3)) {
        this.full = true;
        this.table = null;
        return null;
      }
      yield;
    }
    if (table.size > known) this.take(table.keys()[0] as BytesVector);
    return codes;
  }

  private take(entries: BytesVector): void {
    const n = entries.length;
    this.isBorrowed = false;
    this.bytes = shareBytes(entries.bytes.subarray(0, entries.offsets[n]!));
    this.offsets = sharedInt32(n + 1);
    this.offsets.set(entries.offsets.subarray(0, n + 1));
  }

  private groups(): GroupTable {
    if (this.table === null) {
      this.table = new GroupTable([BYTES_TYPE]);
      if (this.size > 0) this.table.assign([this.entries()], null, this.size, new Int32Array(this.size));
    }
    return this.table;
  }
}
