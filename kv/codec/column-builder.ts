import { decodeVector } from '../../types/vector.js';
import type { Datum } from '../../types/datum.js';
import { isUnsigned, TypeCode, type FieldType } from '../../types/field-type.js';
import type { ByteSlices } from '../../chunk/byte-slices.js';
import { BytesVector, NumVector, WideVector, type Vector } from '../../chunk/vector.js';
import { bytesKeyContentLength, copyBytesKey } from './bytes-codec.js';
import { readDecimal } from './decimal-codec.js';
import { decodeKeyDatum, DatumFlag } from './datum-codec.js';
import { readCompactInt, readCompactUint, readFloatKey, readU32be, readU32le } from './number-codec.js';
import { narrowTimeOf, timeDatumOf, UTC_OFFSETS, type ZoneOffsets } from './time-codec.js';
import { float64s, int32s, uint8s } from './small-arrays.js';
import { decimalScale, ValueKind, valueKindOf } from './value-kind.js';

const EMPTY_I32 = new Int32Array(0);
const EMPTY_F64 = new Float64Array(0);
const EMPTY_U8 = new Uint8Array(0);
/** Most bytes a batch's strings start with, however long the last batch's were. */
const MAX_INITIAL_BYTES = 1 << 20;
const TWO32 = 0x1_0000_0000;

/** Whether every cell of the type fits 32 bits signed, so that its vectors are Int32Arrays. */
function fitsInt32(ft: FieldType): boolean {
  switch (ft.tp) {
    case TypeCode.Tiny:
    case TypeCode.Short:
    case TypeCode.Int24:
    case TypeCode.Year:
    case TypeCode.Date:
    case TypeCode.NewDate:
    case TypeCode.Enum:
      return true;
    case TypeCode.Long:
      return !isUnsigned(ft);
    default:
      return false;
  }
}

/**
 * Collects the cells of one column from stored bytes into typed arrays. One class for all types, so that the loops that
 * feed it stay monomorphic; which of its arrays is in use depends on the type:
 *
 *     int32   small integers, YEAR, DATE, ENUM        i32
 *     double  numbers within 2^53                     f64, until a cell does not fit: then `wide` takes over
 *     bytes   strings                                 offsets, bytes
 *
 * With `slices` strings stay where they are, and only those that are in another form there are made in `bytes`.
 */
export class ColumnBuilder {
  readonly kind: ValueKind;
  private readonly int32: boolean;
  private readonly unsigned: boolean;
  /** DATETIME/TIMESTAMP whose cells may exceed 2^53. */
  private readonly wideTime: boolean;
  private readonly scale: number;
  private readonly bytesLayout: boolean;

  length = 0;
  private capacity: number;
  private i32: Int32Array = EMPTY_I32;
  private f64: Float64Array = EMPTY_F64;
  private wide: bigint[] | null = null;
  private nulls: Uint8Array | null = null;
  private offsets: Int32Array = EMPTY_I32;
  private bytes: Uint8Array = EMPTY_U8;
  private bytesLength = 0;
  /** Bytes the strings start with; 0 until a batch tells. */
  private initialBytes = 0;

  constructor(
    readonly ft: FieldType,
    private readonly zone: ZoneOffsets = UTC_OFFSETS,
    /** Cells the arrays start with; from the first batch on, as many as the batch before had. */
    private initialCapacity = 64,
    private readonly slices: ByteSlices | null = null,
  ) {
    this.kind = valueKindOf(ft);
    this.int32 = fitsInt32(ft);
    this.unsigned = isUnsigned(ft) || this.kind === ValueKind.Uint;
    this.wideTime = this.kind === ValueKind.Time && ft.tp !== TypeCode.Date && ft.decimal > 4;
    this.scale = decimalScale(ft);
    this.bytesLayout = this.kind >= ValueKind.Bytes;
    this.capacity = 0;
  }

  /** Bytes held by strings so far: what bounds a batch of long rows. */
  get byteSize(): number {
    return this.bytesLength;
  }

  private grow(): void {
    const n = this.capacity === 0 ? this.initialCapacity : Math.max(64, this.capacity * 2);
    if (this.bytesLayout) {
      const offsets = int32s(n + 1);
      offsets.set(this.offsets);
      this.offsets = offsets;
      if (this.bytes.length === 0) this.bytes = uint8s(this.initialBytes === 0 ? n * 16 : this.initialBytes);
    } else if (this.int32) {
      const i32 = int32s(n);
      i32.set(this.i32);
      this.i32 = i32;
    } else {
      const f64 = float64s(n);
      f64.set(this.f64);
      this.f64 = f64;
    }
    if (this.nulls !== null) {
      const nulls = uint8s(n);
      nulls.set(this.nulls);
      this.nulls = nulls;
    }
    this.capacity = n;
  }

  private growBytes(n: number): void {
    const grown = uint8s(Math.max(this.bytes.length * 2, this.bytesLength + n));
    grown.set(this.bytes.subarray(0, this.bytesLength));
    this.bytes = grown;
  }

  appendNull(): void {
    const i = this.length;
    if (this.slices !== null) {
      this.slices.setNull(i);
      this.length = i + 1;
      return;
    }
    if (i === this.capacity) this.grow();
    if (this.nulls === null) this.nulls = uint8s(this.capacity);
    this.nulls[i] = 1;
    if (this.bytesLayout) this.offsets[i + 1] = this.bytesLength;
    else if (this.wide !== null) this.wide.push(0n);
    this.length = i + 1;
  }

  appendNumber(v: number): void {
    const i = this.length;
    if (i === this.capacity) this.grow();
    if (this.int32) this.i32[i] = v;
    else if (this.wide === null) this.f64[i] = v;
    else this.wide.push(BigInt(v));
    this.length = i + 1;
  }

  private appendBig(v: bigint): void {
    const i = this.length;
    if (i === this.capacity) this.grow();
    if (this.wide === null) {
      this.wide = new Array<bigint>(i);
      for (let k = 0; k < i; k++) this.wide[k] = BigInt(this.f64[k]!);
    }
    this.wide.push(v);
    this.length = i + 1;
  }

  appendNumeric(v: number | bigint): void {
    if (typeof v === 'number') this.appendNumber(v);
    else this.appendBig(v);
  }

  /** Appends src[start, end) as a string. */
  appendBytes(src: Uint8Array, start: number, end: number): void {
    const i = this.length;
    if (this.slices !== null) {
      this.slices.set(i, src, start, end);
      this.length = i + 1;
      return;
    }
    if (i === this.capacity) this.grow();
    const n = end - start;
    let p = this.bytesLength;
    if (p + n > this.bytes.length) this.growBytes(n);
    const dest = this.bytes;
    if (n <= 48) for (let k = start; k < end; k++) dest[p++] = src[k]!;
    else {
      dest.set(src.subarray(start, end), p);
      p += n;
    }
    this.bytesLength = p;
    this.offsets[i + 1] = p;
    this.length = i + 1;
  }

  appendDatum(v: Datum): void {
    if (v === null) this.appendNull();
    else if (typeof v === 'object') this.appendBytes(v, 0, v.length);
    else this.appendNumeric(v);
  }

  /** Appends the row-format value at [start, end) (row-v2.ts). */
  appendRowValue(b: Uint8Array, start: number, end: number): void {
    switch (this.kind) {
      case ValueKind.Int:
        this.appendCompactInt(b, start, end);
        return;
      case ValueKind.Uint:
        if (end - start === 8) {
          const hi = readU32le(b, start + 4);
          if (hi < 0x20_0000) this.appendNumber(hi * TWO32 + readU32le(b, start));
          else this.appendNumeric(readCompactUint(b, start, end));
        } else {
          this.appendNumber(readCompactUint(b, start, end) as number);
        }
        return;
      case ValueKind.Float:
        this.appendNumber(readFloatKey(b, start));
        return;
      case ValueKind.Decimal:
        this.appendNumeric(readDecimal(b, start, this.scale));
        return;
      case ValueKind.Time: {
        let hi = 0;
        let lo: number;
        if (end - start === 8) {
          lo = readU32le(b, start);
          hi = readU32le(b, start + 4);
        } else {
          lo = readCompactUint(b, start, end) as number;
        }
        this.appendTime(hi, lo);
        return;
      }
      case ValueKind.Duration:
        this.appendNumber(Math.trunc((readCompactInt(b, start, end) as number) / 1000));
        return;
      case ValueKind.Vector: {
        const cell = decodeVector(b.subarray(start, end));
        this.appendBytes(cell, 0, cell.length);
        return;
      }
      default:
        this.appendBytes(b, start, end);
    }
  }

  private appendCompactInt(b: Uint8Array, start: number, end: number): void {
    switch (end - start) {
      case 1:
        this.appendNumber((b[start]! << 24) >> 24);
        return;
      case 2:
        this.appendNumber(((b[start]! | (b[start + 1]! << 8)) << 16) >> 16);
        return;
      case 4:
        this.appendNumber(b[start]! | (b[start + 1]! << 8) | (b[start + 2]! << 16) | (b[start + 3]! << 24));
        return;
      default: {
        const hi = readU32le(b, start + 4) | 0;
        if (hi < 0x20_0000 && hi >= -0x1f_ffff) this.appendNumber(hi * TWO32 + readU32le(b, start));
        else this.appendNumeric(readCompactInt(b, start, end));
      }
    }
  }

  private appendTime(hi: number, lo: number): void {
    if (this.wideTime) this.appendNumeric(timeDatumOf(hi, lo, this.ft, this.zone));
    else this.appendNumber(narrowTimeOf(hi, lo, this.ft, this.zone));
  }

  /** Appends the integer of a comparable encoding at `p` (a handle): as the column's signedness says. */
  appendInt64Key(b: Uint8Array, p: number): void {
    let hi = (readU32be(b, p) ^ 0x8000_0000) | 0;
    const lo = readU32be(b, p + 4);
    if (this.unsigned && hi < 0) hi = hi >>> 0;
    if (hi < 0x20_0000 && hi >= -0x1f_ffff) this.appendNumber(hi * TWO32 + lo);
    else this.appendNumeric((BigInt(hi) << 32n) | BigInt(lo));
  }

  /** Appends the datum of a key at `p` (datum-codec.ts); strings as their sort key. */
  appendKeyDatum(b: Uint8Array, p: number): void {
    switch (b[p]) {
      case DatumFlag.Nil:
        this.appendNull();
        return;
      case DatumFlag.Int:
        this.appendInt64Key(b, p + 1);
        return;
      case DatumFlag.Uint: {
        const hi = readU32be(b, p + 1);
        const lo = readU32be(b, p + 5);
        if (this.kind === ValueKind.Time) this.appendTime(hi, lo);
        else if (hi < 0x20_0000) this.appendNumber(hi * TWO32 + lo);
        else this.appendNumeric((BigInt(hi) << 32n) | BigInt(lo));
        return;
      }
      case DatumFlag.Float:
        this.appendNumber(readFloatKey(b, p + 1));
        return;
      case DatumFlag.Decimal:
        this.appendNumeric(readDecimal(b, p + 1, this.scale));
        return;
      case DatumFlag.Bytes: {
        const i = this.length;
        if (i === this.capacity) this.grow();
        const n = bytesKeyContentLength(b, p + 1);
        if (this.bytesLength + n > this.bytes.length) this.growBytes(n);
        copyBytesKey(b, p + 1, this.bytes, this.bytesLength);
        this.slices?.set(i, this.bytes, this.bytesLength, this.bytesLength + n);
        this.bytesLength += n;
        this.offsets[i + 1] = this.bytesLength;
        this.length = i + 1;
        return;
      }
      default:
        this.appendDatum(decodeKeyDatum(b, p, this.ft, this.zone));
    }
  }

  /** Adds `n` spaces to the last string: what a `_bin` sort key cut off. */
  padLast(n: number): void {
    if (this.bytesLength + n > this.bytes.length) this.growBytes(n);
    this.bytes.fill(0x20, this.bytesLength, this.bytesLength + n);
    this.bytesLength += n;
    this.offsets[this.length] = this.bytesLength;
    const last = this.length - 1;
    this.slices?.set(last, this.bytes, this.slices.starts[last]!, this.bytesLength);
  }

  /** The strings that were left where they are; the builder starts anew, which ends what it gave before. */
  takeSlices(): ByteSlices {
    this.length = 0;
    this.bytesLength = 0;
    return this.slices!;
  }

  /** The collected column; the builder starts anew with arrays of its own. */
  take(): Vector {
    const n = this.length;
    const nulls = this.nulls;
    let v: Vector;
    if (this.capacity === 0) this.grow();
    if (this.bytesLayout) {
      v = new BytesVector(
        this.bytes,
        n + 1 === this.offsets.length ? this.offsets : this.offsets.subarray(0, n + 1),
        n,
        nulls,
      );
    } else if (this.wide !== null) {
      if (this.kind === ValueKind.Decimal) v = new WideVector(this.wide, n, nulls);
      else
        v = new WideVector(
          this.unsigned ? BigUint64Array.from(this.wide) : BigInt64Array.from(this.wide),
          n,
          nulls,
        );
    } else if (this.int32) {
      v = new NumVector(n === this.capacity ? this.i32 : this.i32.subarray(0, n), n, nulls);
    } else {
      v = new NumVector(n === this.capacity ? this.f64 : this.f64.subarray(0, n), n, nulls);
    }
    if (n > 0) {
      this.initialCapacity = n;
      this.initialBytes = Math.min(this.bytesLength + (this.bytesLength >> 4) + 1, MAX_INITIAL_BYTES);
    }
    this.i32 = EMPTY_I32;
    this.f64 = EMPTY_F64;
    this.wide = null;
    this.nulls = null;
    this.offsets = EMPTY_I32;
    this.bytes = EMPTY_U8;
    this.bytesLength = 0;
    this.length = 0;
    this.capacity = 0;
    return v;
  }
}
