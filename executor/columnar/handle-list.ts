import { BytesVector, NumVector, type Vector } from '../../chunk/vector.js';
import { RECORD_KEY_LENGTH, recordKey, TABLE_PREFIX_LENGTH } from '../../kv/codec/table-key.js';
import { readIntKey } from '../../kv/codec/number-codec.js';
import { shareBytes, sharedFloat64, sharedInt32 } from './shared-array.js';

/** The record keys of a table's rows in order, without their common prefix. Integer handles are kept as numbers. */
export class HandleList {
  length = 0;
  /** An integer handle beyond 2^53 was met: the list is of no use. */
  broken = false;
  private ints: Float64Array | null = null;
  private bytes: Uint8Array = new Uint8Array(0);
  private offsets: Int32Array | null = null;

  get memory(): number {
    return (this.ints?.byteLength ?? 0) + this.bytes.byteLength + (this.offsets?.byteLength ?? 0);
  }

  append(key: Uint8Array, keyLength: number): void {
    const i = this.length++;
    if (keyLength === RECORD_KEY_LENGTH) {
      if (this.offsets !== null) this.broken = true;
      if (this.ints === null || i >= this.ints.length) this.growInts(i);
      const h = readIntKey(key, TABLE_PREFIX_LENGTH);
      if (typeof h !== 'number') this.broken = true;
      else this.ints![i] = h;
      return;
    }
    if (this.ints !== null) this.broken = true;
    if (this.offsets === null || i + 1 >= this.offsets.length) this.growOffsets(i);
    const offsets = this.offsets!;
    const at = offsets[i]!;
    const n = keyLength - TABLE_PREFIX_LENGTH;
    if (at + n > this.bytes.length) {
      const next = new Uint8Array(Math.max(this.bytes.length * 2, at + n, 4096));
      next.set(this.bytes.subarray(0, at));
      this.bytes = next;
    }
    for (let p = 0; p < n; p++) this.bytes[at + p] = key[TABLE_PREFIX_LENGTH + p]!;
    offsets[i + 1] = at + n;
  }

  private growInts(n: number): void {
    const next = new Float64Array(Math.max(1024, n * 2));
    if (this.ints !== null) next.set(this.ints);
    this.ints = next;
  }

  private growOffsets(n: number): void {
    const next = new Int32Array(Math.max(1024, n * 2) + 1);
    if (this.offsets !== null) next.set(this.offsets);
    this.offsets = next;
  }

  /** The handles as a vector: numbers, or the bytes of clustered keys. */
  toVector(): Vector {
    const n = this.length;
    if (this.ints !== null) return new NumVector(this.ints.subarray(0, n), n);
    return new BytesVector(this.bytes, (this.offsets ?? new Int32Array(1)).subarray(0, n + 1), n);
  }

  static of(v: Vector): HandleList {
    const list = new HandleList();
    list.length = v.length;
    if (v.kind === 'num') list.ints = v.data instanceof Float64Array ? v.data : Float64Array.from(v.data);
    else if (v.kind === 'bytes') {
      list.bytes = v.bytes;
      list.offsets = v.offsets;
    }
    return list;
  }

  /** The same in memory that threads can share. */
  shared(): HandleList {
    const { ints, bytes, offsets } = this;
    if ((ints ?? offsets)?.buffer instanceof SharedArrayBuffer) return this;
    const n = this.length;
    const list = new HandleList();
    list.length = n;
    if (ints !== null) {
      list.ints = sharedFloat64(n);
      list.ints.set(ints.subarray(0, n));
    }
    if (offsets !== null) {
      list.bytes = shareBytes(bytes.subarray(0, offsets[n]));
      list.offsets = sharedInt32(n + 1);
      list.offsets.set(offsets.subarray(0, n + 1));
    }
    return list;
  }

  /** The record key of row `i`. */
  keyOf(i: number, physicalId: number): Uint8Array {
    if (this.ints !== null) return recordKey(physicalId, this.ints[i]!);
    return recordKey(physicalId, this.bytes.slice(this.offsets![i], this.offsets![i + 1]));
  }

  /** Gives back what growth left over. */
  trim(): void {
    if (this.ints !== null) this.ints = this.ints.slice(0, this.length);
    if (this.offsets !== null) {
      this.bytes = this.bytes.slice(0, this.offsets[this.length]);
      this.offsets = this.offsets.slice(0, this.length + 1);
    }
  }

  /** Position of the first row whose record key is >= `key` (a key with the table's record prefix, or beyond it). */
  lowerBound(key: Uint8Array): number {
    const beyond = comparePrefix(key);
    if (beyond !== 0) return beyond < 0 ? 0 : this.length;
    return this.ints !== null ? this.lowerBoundInt(key) : this.lowerBoundBytes(key);
  }

  /** Position of the row with this record key, -1 when there is none. */
  find(key: Uint8Array): number {
    const i = this.lowerBound(key);
    if (i >= this.length) return -1;
    if (this.ints !== null) {
      return key.length === RECORD_KEY_LENGTH && readIntKey(key, TABLE_PREFIX_LENGTH) === this.ints[i]
        ? i
        : -1;
    }
    return this.compareAt(i, key) === 0 ? i : -1;
  }

  private lowerBoundInt(key: Uint8Array): number {
    let h: number;
    let after = false;
    if (key.length >= RECORD_KEY_LENGTH) {
      h = Number(readIntKey(key, TABLE_PREFIX_LENGTH));
      after = key.length > RECORD_KEY_LENGTH;
    } else {
      // A prefix of a handle: as if filled up with zeros.
      const padded = new Uint8Array(RECORD_KEY_LENGTH);
      padded.set(key);
      h = Number(readIntKey(padded, TABLE_PREFIX_LENGTH));
    }
    const ints = this.ints!;
    let lo = 0;
    let hi = this.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (ints[mid]! < h || (after && ints[mid] === h)) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  private lowerBoundBytes(key: Uint8Array): number {
    let lo = 0;
    let hi = this.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (this.compareAt(mid, key) < 0) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  private compareAt(i: number, key: Uint8Array): number {
    const { bytes } = this;
    const start = this.offsets![i]!;
    const n = this.offsets![i + 1]! - start;
    const m = key.length - TABLE_PREFIX_LENGTH;
    const min = n < m ? n : m;
    for (let p = 0; p < min; p++) {
      const d = bytes[start + p]! - key[TABLE_PREFIX_LENGTH + p]!;
      if (d !== 0) return d;
    }
    return n - m;
  }
}

/**
 * Whether a bound lies before (-1) or behind (1) all rows, or among them (0). Bounds come from ranges over one table, so that
 * one without `_r` can only be the end of its rows.
 */
function comparePrefix(key: Uint8Array): number {
  if (key.length === 0) return 1;
  if (key.length < TABLE_PREFIX_LENGTH) return 1;
  const kind = key[TABLE_PREFIX_LENGTH - 1]!;
  return kind === 0x72 ? 0 : kind < 0x72 ? -1 : 1;
}
