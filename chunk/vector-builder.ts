import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { isUnsigned, layoutOf, mayBeWide, TypeCode } from '../types/field-type.js';
import { BytesVector, NumVector, WideVector } from './vector.js';
import type { Vector } from './vector.js';

const MAX = Number.MAX_SAFE_INTEGER;

/** Growable column. `finish` gives the narrowest vector that holds the values and leaves the builder empty for reuse. */
export interface VectorBuilder {
  readonly length: number;
  append(v: Datum): void;
  appendNull(): void;
  /** Row `i` of a vector of the same type. */
  appendFrom(v: Vector, i: number): void;
  finish(): Vector;
}

const INT32_TYPES: ReadonlySet<number> = new Set<number>([
  TypeCode.Tiny,
  TypeCode.Short,
  TypeCode.Int24,
  TypeCode.Long,
  TypeCode.Year,
  TypeCode.Date,
  TypeCode.Enum,
]);

/** Whether every value of the type fits an Int32Array. */
export const fitsInt32 = (ft: FieldType): boolean =>
  INT32_TYPES.has(ft.tp) && !(ft.tp === TypeCode.Long && isUnsigned(ft));

/** What wide values of a type are held in: decimals (and unsized values) as bigint[], others as 64-bit typed arrays. */
export type WideStorage = 'i64' | 'u64' | 'big';

export function wideStorageOf(ft: FieldType): WideStorage {
  switch (ft.tp) {
    case TypeCode.LongLong:
      return isUnsigned(ft) ? 'u64' : 'i64';
    case TypeCode.Bit:
    case TypeCode.Set:
      return 'u64';
    case TypeCode.DateTime:
    case TypeCode.Timestamp:
      return 'i64';
    default:
      return 'big';
  }
}

export function newVectorBuilder(ft: FieldType, capacity = 64, shared = false): VectorBuilder {
  if (layoutOf(ft) === 'bytes') return new BytesVectorBuilder(capacity, shared);
  if (mayBeWide(ft)) return new WideVectorBuilder(wideStorageOf(ft), capacity, shared);
  return new NumVectorBuilder(fitsInt32(ft), capacity, shared);
}

const buffer = (bytes: number, shared: boolean): ArrayBufferLike =>
  shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);

/** What builders hold between two vectors: many make a single one. */
const NO_NUMBERS = new Float64Array(0);
const NO_BYTES = new Uint8Array(0);
const NO_OFFSETS = new Int32Array(1);

/** Null mask that comes into being at the first NULL. */
class NullBuilder {
  mask: Uint8Array | null = null;

  constructor(private readonly shared: boolean) {}

  set(i: number, capacity: number): void {
    if (this.mask === null || this.mask.length <= i) {
      const next = new Uint8Array(buffer(Math.max(capacity, i + 1), this.shared));
      if (this.mask !== null) next.set(this.mask);
      this.mask = next;
    }
    this.mask[i] = 1;
  }

  /** At least `length` long, or null. */
  take(length: number): Uint8Array | null {
    const m = this.mask;
    this.mask = null;
    if (m === null || m.length >= length) return m;
    const next = new Uint8Array(buffer(length, this.shared));
    next.set(m);
    return next;
  }
}

/** Columns whose values always fit a double exactly. */
export class NumVectorBuilder implements VectorBuilder {
  length = 0;
  private data: Float64Array | Int32Array;
  private readonly nulls: NullBuilder;

  constructor(
    private readonly int32: boolean,
    private readonly initial = 64,
    private readonly shared = false,
  ) {
    this.data = this.alloc(initial);
    this.nulls = new NullBuilder(shared);
  }

  private alloc(n: number): Float64Array | Int32Array {
    return this.int32
      ? new Int32Array(buffer(n * 4, this.shared))
      : new Float64Array(buffer(n * 8, this.shared));
  }

  private grow(): void {
    const next = this.alloc(Math.max(16, this.initial, this.data.length * 2));
    next.set(this.data);
    this.data = next;
  }

  append(v: Datum): void {
    if (v === null) this.appendNull();
    else this.appendNumber(typeof v === 'number' ? v : Number(v));
  }

  appendNumber(v: number): void {
    if (this.length === this.data.length) this.grow();
    this.data[this.length++] = v;
  }

  appendNull(): void {
    if (this.length === this.data.length) this.grow();
    this.nulls.set(this.length, this.data.length);
    this.data[this.length++] = 0;
  }

  appendFrom(v: Vector, i: number): void {
    if (v.nulls !== null && v.nulls[i] === 1) this.appendNull();
    else this.appendNumber(Number((v as NumVector).data[i]!));
  }

  finish(): NumVector {
    const n = this.length;
    const v = new NumVector(this.data.subarray(0, n), n, this.nulls.take(n));
    this.length = 0;
    this.data = NO_NUMBERS;
    return v;
  }
}

/** Columns that may exceed 2^53: narrow until a value does not fit. */
export class WideVectorBuilder implements VectorBuilder {
  length = 0;
  private data: Float64Array;
  private wide: BigInt64Array | BigUint64Array | bigint[] | null = null;
  private readonly nulls: NullBuilder;

  constructor(
    private readonly storage: WideStorage,
    private readonly initial = 64,
    private readonly shared = false,
  ) {
    this.data = new Float64Array(buffer(initial * 8, shared));
    this.nulls = new NullBuilder(shared);
  }

  append(v: Datum): void {
    if (v === null) this.appendNull();
    else if (typeof v === 'number') this.appendNumber(v);
    else this.appendBigInt(v as bigint);
  }

  appendNumber(v: number): void {
    if (this.wide !== null) {
      this.appendBigInt(BigInt(v));
      return;
    }
    if (this.length === this.data.length) this.growNarrow();
    this.data[this.length++] = v;
  }

  appendBigInt(v: bigint): void {
    if (this.wide === null) {
      if (v <= MAX && v >= -MAX) {
        this.appendNumber(Number(v));
        return;
      }
      this.widen();
    }
    const w = this.wide!;
    if (Array.isArray(w)) w.push(v);
    else {
      if (this.length === w.length) this.growWide();
      (this.wide as BigInt64Array)[this.length] = v;
    }
    this.length++;
  }

  appendNull(): void {
    this.nulls.set(this.length, Math.max(this.data.length, this.length + 1));
    if (this.wide !== null) this.appendBigInt(0n);
    else this.appendNumber(0);
  }

  appendFrom(v: Vector, i: number): void {
    if (v.nulls !== null && v.nulls[i] === 1) this.appendNull();
    else if (v.kind === 'num') this.appendNumber(v.data[i]!);
    else this.appendBigInt((v as WideVector).data[i]!);
  }

  finish(): NumVector | WideVector {
    const n = this.length;
    const nulls = this.nulls.take(n);
    let v: NumVector | WideVector;
    if (this.wide === null) v = new NumVector(this.data.subarray(0, n), n, nulls);
    else v = new WideVector(Array.isArray(this.wide) ? this.wide : this.wide.subarray(0, n), n, nulls);
    this.length = 0;
    this.wide = null;
    this.data = NO_NUMBERS;
    return v;
  }

  private growNarrow(): void {
    const next = new Float64Array(buffer(Math.max(16, this.initial, this.data.length * 2) * 8, this.shared));
    next.set(this.data);
    this.data = next;
  }

  private growWide(): void {
    const old = this.wide as BigInt64Array | BigUint64Array;
    const next = this.allocWide(Math.max(16, old.length * 2));
    next.set(old);
    this.wide = next;
  }

  private allocWide(n: number): BigInt64Array | BigUint64Array {
    const b = buffer(n * 8, this.shared);
    return this.storage === 'u64' ? new BigUint64Array(b) : new BigInt64Array(b);
  }

  private widen(): void {
    const n = this.length;
    if (this.storage === 'big') {
      const w: bigint[] = new Array<bigint>(n);
      for (let i = 0; i < n; i++) w[i] = BigInt(this.data[i]!);
      this.wide = w;
      return;
    }
    const w = this.allocWide(Math.max(this.data.length, n + 1));
    for (let i = 0; i < n; i++) w[i] = BigInt(this.data[i]!);
    this.wide = w;
  }
}

/** Byte strings, plain (not dictionary-coded). */
export class BytesVectorBuilder implements VectorBuilder {
  length = 0;
  private bytes: Uint8Array;
  private offsets: Int32Array;
  private used = 0;
  private readonly nulls: NullBuilder;

  constructor(
    private readonly initial = 64,
    private readonly shared = false,
  ) {
    this.bytes = new Uint8Array(buffer(initial * 16, shared));
    this.offsets = new Int32Array(buffer((initial + 1) * 4, shared));
    this.nulls = new NullBuilder(shared);
  }

  append(v: Datum): void {
    if (v === null) this.appendNull();
    else {
      const b = v as Uint8Array;
      this.appendBytes(b, 0, b.length);
    }
  }

  /** The bytes src[from, to). */
  appendBytes(src: Uint8Array, from: number, to: number): void {
    const n = to - from;
    const at = this.reserve(n);
    const dst = this.bytes;
    // A short copy is cheaper than the subarray that `set` needs.
    if (n <= 24) for (let i = 0; i < n; i++) dst[at + i] = src[from + i]!;
    else dst.set(from === 0 && to === src.length ? src : src.subarray(from, to), at);
    this.used = at + n;
    this.endRow();
  }

  /**
   * Room for `n` bytes of the row being written; returns where it begins in `buffer`. Follow with `commit`. For kernels that
   * write their result in place.
   */
  reserve(n: number): number {
    if (this.used + n > this.bytes.length) {
      const next = new Uint8Array(
        buffer(Math.max(this.bytes.length * 2, this.used + n, this.initial * 16, 256), this.shared),
      );
      next.set(this.bytes.subarray(0, this.used));
      this.bytes = next;
    }
    return this.used;
  }

  /** Where `reserve` points into; changes with every `reserve`. */
  get buffer(): Uint8Array {
    return this.bytes;
  }

  /** Ends the row at `end`, a position in `buffer`. */
  commit(end: number): void {
    this.used = end;
    this.endRow();
  }

  appendNull(): void {
    this.nulls.set(this.length, this.offsets.length);
    this.endRow();
  }

  appendFrom(v: Vector, i: number): void {
    if (v.nulls !== null && v.nulls[i] === 1) {
      this.appendNull();
      return;
    }
    const s = v as BytesVector;
    const e = s.codes === null ? i : s.codes[i]!;
    this.appendBytes(s.bytes, s.offsets[e]!, s.offsets[e + 1]!);
  }

  finish(): BytesVector {
    const n = this.length;
    const v = new BytesVector(
      this.bytes.subarray(0, this.used),
      this.offsets.subarray(0, n + 1),
      n,
      this.nulls.take(n),
    );
    this.length = 0;
    this.used = 0;
    this.bytes = NO_BYTES;
    this.offsets = NO_OFFSETS;
    return v;
  }

  private endRow(): void {
    const i = ++this.length;
    if (i >= this.offsets.length) {
      const next = new Int32Array(buffer(Math.max(this.initial + 1, i * 2) * 4, this.shared));
      next.set(this.offsets);
      this.offsets = next;
    }
    this.offsets[i] = this.used;
  }
}

/** A vector of `n` copies of one datum, sized by the type. */
export function constantVector(v: Datum, ft: FieldType, n: number): Vector {
  if (layoutOf(ft) === 'bytes') {
    const b = v === null ? new Uint8Array(0) : (v as Uint8Array);
    return new BytesVector(
      b,
      Int32Array.of(0, b.length),
      n,
      v === null ? new Uint8Array(n).fill(1) : null,
      new Int32Array(n),
    );
  }
  if (v === null)
    return new NumVector(
      fitsInt32(ft) ? new Int32Array(n) : new Float64Array(n),
      n,
      new Uint8Array(n).fill(1),
    );
  if (typeof v === 'bigint' && (v > MAX || v < -MAX)) {
    const storage = wideStorageOf(ft);
    if (storage === 'i64') return new WideVector(new BigInt64Array(n).fill(v), n);
    if (storage === 'u64') return new WideVector(new BigUint64Array(n).fill(v), n);
    return new WideVector(new Array<bigint>(n).fill(v), n);
  }
  return new NumVector((fitsInt32(ft) ? new Int32Array(n) : new Float64Array(n)).fill(Number(v)), n);
}

/** A vector of the given datums. */
export function vectorOf(values: readonly Datum[], ft: FieldType): Vector {
  const b = newVectorBuilder(ft, Math.max(1, values.length));
  for (const v of values) b.append(v);
  return b.finish();
}
