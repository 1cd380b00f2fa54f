import type { Collation } from '../types/collation.js';
import type { FieldType } from '../types/field-type.js';
import { layoutOf } from '../types/field-type.js';
import { keyCollation } from './hash.js';
import { fitsInt32, wideStorageOf } from './vector-builder.js';
import type { Vector } from './vector.js';
import { BytesVector, NumVector, WideVector } from './vector.js';
import { equalNumbers } from '../types/datum.js';

/** One key column of the groups seen so far, by group id: append, compare, hand out as a vector. */
export interface KeyStore {
  /** Appends the cell of row `i` as the next group's. */
  append(v: Vector, i: number): void;
  /** Appends the cells of the first `n` of `rows`. */
  appendRows(v: Vector, rows: Int32Array, n: number): void;
  /** bad[k] = 1 where the cell of row sel[k] differs from the stored one of group gids[k] (gids[k] < 0 is skipped). */
  verify(v: Vector, sel: Int32Array | null, n: number, gids: Int32Array, bad: Uint8Array): boolean;
  equals(v: Vector, i: number, gid: number): boolean;
  /** The stored cells as a vector of `n` rows; shares memory with the store. */
  toVector(n: number): Vector;
  /** Steps that make room for about `more` cells where all that are there have to be copied for it; null where there is room. */
  growth(more: number): Generator<void> | null;
  /** Bytes held. */
  readonly bytes: number;
}

/** Stores of fewer bytes are copied at once. */
const COPIED_AT_ONCE = 1 << 22;
/** Bytes copied between two steps otherwise: the pages that they go to are new, and cost microseconds each. */
const STEP_BYTES = 1 << 18;

/** Copies what there is in steps; the result is longer by half and `more`. */
function* copied<T extends Uint8Array | Int32Array | Float64Array>(
  a: T,
  used: number,
  more: number,
): Generator<void, T> {
  const next = new (a.constructor as new (n: number) => T)(Math.max(a.length * 2, used + more));
  const step = STEP_BYTES / a.BYTES_PER_ELEMENT;
  for (let from = 0; from < used; from += step) {
    next.set(a.subarray(from, Math.min(used, from + step)), from);
    yield;
  }
  return next;
}

export const newKeyStore = (ft: FieldType): KeyStore =>
  layoutOf(ft) === 'bytes' ? new BytesKeyStore(ft) : new NumKeyStore(ft);

/** Numbers, narrow until a value exceeds 2^53. */
export class NumKeyStore implements KeyStore {
  data = new Float64Array(64);
  nulls: Uint8Array | null = null;
  private wide: bigint[] | null = null;
  private count = 0;

  constructor(private readonly type: FieldType) {}

  get bytes(): number {
    return (
      this.data.byteLength + (this.nulls?.byteLength ?? 0) + (this.wide === null ? 0 : this.wide.length * 32)
    );
  }

  get isWide(): boolean {
    return this.wide !== null;
  }

  growth(more: number): Generator<void> | null {
    const full = this.count + more > this.data.length && this.wide === null;
    return full && this.data.byteLength >= COPIED_AT_ONCE ? this.growing(more) : null;
  }

  private *growing(more: number): Generator<void> {
    const data = yield* copied(this.data, this.count, more);
    if (this.nulls !== null) {
      const nulls = new Uint8Array(Math.max(data.length, this.nulls.length));
      nulls.set(this.nulls);
      this.nulls = nulls;
    }
    this.data = data;
  }

  appendNumber(v: number): void {
    if (this.wide !== null) {
      this.wide.push(BigInt(v));
      this.count++;
      return;
    }
    if (this.count === this.data.length) this.grow();
    this.data[this.count++] = v;
  }

  appendNull(): void {
    if (this.nulls === null) this.nulls = new Uint8Array(this.data.length);
    if (this.count >= this.nulls.length) {
      const next = new Uint8Array(Math.max(this.data.length, this.count * 2 + 1));
      next.set(this.nulls);
      this.nulls = next;
    }
    this.nulls[this.count] = 1;
    this.appendNumber(0);
  }

  append(v: Vector, i: number): void {
    if (v.nulls !== null && v.nulls[i] === 1) this.appendNull();
    else if (v.kind === 'num') this.appendNumber(v.data[i]! + 0);
    else {
      const x = (v as WideVector).data[i]!;
      if (this.wide === null && x <= 9007199254740991n && x >= -9007199254740991n) {
        this.appendNumber(Number(x));
        return;
      }
      if (this.wide === null) this.widen();
      this.wide!.push(x);
      this.count++;
    }
  }

  appendRows(v: Vector, rows: Int32Array, n: number): void {
    if (v.kind !== 'num' || v.nulls !== null || this.wide !== null) {
      for (let k = 0; k < n; k++) this.append(v, rows[k]!);
      return;
    }
    while (this.count + n > this.data.length) this.grow();
    const { data } = this;
    const d = v.data;
    let at = this.count;
    if (d instanceof Int32Array) for (let k = 0; k < n; k++) data[at++] = d[rows[k]!]!;
    else for (let k = 0; k < n; k++) data[at++] = d[rows[k]!]! + 0;
    this.count = at;
  }

  private widen(): void {
    const w = new Array<bigint>(this.count);
    for (let k = 0; k < this.count; k++) w[k] = BigInt(this.data[k]!);
    this.wide = w;
  }

  private grow(): void {
    const next = new Float64Array(this.data.length * 2);
    next.set(this.data);
    this.data = next;
    if (this.nulls !== null) {
      // A NULL being appended may have made the mask longer than the data already.
      const m = new Uint8Array(Math.max(next.length, this.nulls.length));
      m.set(this.nulls);
      this.nulls = m;
    }
  }

  private isNull(gid: number): boolean {
    return this.nulls !== null && this.nulls[gid] === 1;
  }

  equals(v: Vector, i: number, gid: number): boolean {
    const a = v.nulls !== null && v.nulls[i] === 1;
    const b = this.isNull(gid);
    if (a || b) return a && b;
    const x = (v as NumVector | WideVector).data[i]!;
    return equalNumbers(x, this.wide === null ? this.data[gid]! : this.wide[gid]!);
  }

  verify(v: Vector, sel: Int32Array | null, n: number, gids: Int32Array, bad: Uint8Array): boolean {
    let any = false;
    if (v.kind === 'num' && this.wide === null && v.nulls === null && this.nulls === null) {
      return v.data instanceof Int32Array
        ? verifyInt32(v.data, this.data, sel, n, gids, bad)
        : verifyFloat64(v.data, this.data, sel, n, gids, bad);
    }
    for (let k = 0; k < n; k++) {
      const g = gids[k]!;
      if (g >= 0 && !this.equals(v, sel === null ? k : sel[k]!, g)) {
        bad[k] = 1;
        any = true;
      }
    }
    return any;
  }

  toVector(n: number): Vector {
    const nulls = this.nulls === null ? null : fit(this.nulls, n);
    if (this.wide !== null) {
      const storage = wideStorageOf(this.type);
      if (storage === 'big') return new WideVector(this.wide.slice(0, n), n, nulls);
      const out = storage === 'u64' ? new BigUint64Array(n) : new BigInt64Array(n);
      for (let k = 0; k < n; k++) out[k] = this.wide[k]!;
      return new WideVector(out, n, nulls);
    }
    if (fitsInt32(this.type)) return new NumVector(new Int32Array(this.data.subarray(0, n)), n, nulls);
    return new NumVector(this.data.subarray(0, n), n, nulls);
  }
}

function fit(m: Uint8Array, n: number): Uint8Array {
  if (m.length >= n) return m.subarray(0, n);
  const out = new Uint8Array(n);
  out.set(m);
  return out;
}

function verifyInt32(
  d: Int32Array,
  s: Float64Array,
  sel: Int32Array | null,
  n: number,
  gids: Int32Array,
  bad: Uint8Array,
): boolean {
  let any = 0;
  for (let k = 0; k < n; k++) {
    const g = gids[k]!;
    if (g >= 0 && d[sel === null ? k : sel[k]!]! !== s[g]!) {
      bad[k] = 1;
      any = 1;
    }
  }
  return any === 1;
}

function verifyFloat64(
  d: Float64Array,
  s: Float64Array,
  sel: Int32Array | null,
  n: number,
  gids: Int32Array,
  bad: Uint8Array,
): boolean {
  let any = 0;
  for (let k = 0; k < n; k++) {
    const g = gids[k]!;
    if (g >= 0 && d[sel === null ? k : sel[k]!]! !== s[g]!) {
      bad[k] = 1;
      any = 1;
    }
  }
  return any === 1;
}

/** Byte strings, equal under the column's collation; the first spelling seen is kept. */
export class BytesKeyStore implements KeyStore {
  private data = new Uint8Array(1024);
  private offsets = new Int32Array(65);
  private nulls: Uint8Array | null = null;
  private count = 0;
  private readonly collation: Collation;

  constructor(type: FieldType) {
    this.collation = keyCollation(type);
  }

  get bytes(): number {
    return this.data.byteLength + this.offsets.byteLength + (this.nulls?.byteLength ?? 0);
  }

  growth(more: number): Generator<void> | null {
    const used = this.offsets[this.count]!;
    // Cells to come are taken for twice as long as those that are there.
    const bytes = this.count === 0 ? 0 : Math.ceil((used / this.count) * 2 * more);
    const full = used + bytes > this.data.length || this.count + more >= this.offsets.length;
    return full && this.data.length + this.offsets.byteLength >= COPIED_AT_ONCE
      ? this.growing(more, bytes)
      : null;
  }

  private *growing(more: number, bytes: number): Generator<void> {
    const used = this.offsets[this.count]!;
    if (used + bytes > this.data.length) this.data = yield* copied(this.data, used, bytes);
    if (this.count + more >= this.offsets.length)
      this.offsets = yield* copied(this.offsets, this.count + 1, more + 1);
  }

  append(v: Vector, i: number): void {
    const g = this.count++;
    if (g + 1 >= this.offsets.length) {
      const next = new Int32Array(this.offsets.length * 2);
      next.set(this.offsets);
      this.offsets = next;
    }
    const at = this.offsets[g]!;
    if (v.nulls !== null && v.nulls[i] === 1) {
      if (this.nulls === null || g >= this.nulls.length) {
        const next = new Uint8Array(this.offsets.length);
        if (this.nulls !== null) next.set(this.nulls);
        this.nulls = next;
      }
      this.nulls[g] = 1;
      this.offsets[g + 1] = at;
      return;
    }
    const s = v as BytesVector;
    const e = s.codes === null ? i : s.codes[i]!;
    const from = s.offsets[e]!;
    const n = s.offsets[e + 1]! - from;
    if (at + n > this.data.length) {
      const next = new Uint8Array(Math.max(this.data.length * 2, at + n));
      next.set(this.data.subarray(0, at));
      this.data = next;
    }
    for (let p = 0; p < n; p++) this.data[at + p] = s.bytes[from + p]!;
    this.offsets[g + 1] = at + n;
  }

  appendRows(v: Vector, rows: Int32Array, n: number): void {
    const s = v as BytesVector;
    if (s.nulls !== null) {
      for (let k = 0; k < n; k++) this.append(v, rows[k]!);
      return;
    }
    const { codes, bytes, offsets: from } = s;
    let total = this.offsets[this.count]!;
    for (let k = 0; k < n; k++) {
      const e = codes === null ? rows[k]! : codes[rows[k]!]!;
      total += from[e + 1]! - from[e]!;
    }
    if (total > this.data.length) {
      const next = new Uint8Array(Math.max(this.data.length * 2, total));
      next.set(this.data.subarray(0, this.offsets[this.count]));
      this.data = next;
    }
    if (this.count + n >= this.offsets.length) {
      const next = new Int32Array(Math.max(this.offsets.length * 2, this.count + n + 1));
      next.set(this.offsets);
      this.offsets = next;
    }
    const { data, offsets } = this;
    let at = offsets[this.count]!;
    for (let k = 0; k < n; k++) {
      const e = codes === null ? rows[k]! : codes[rows[k]!]!;
      const end = from[e + 1]!;
      for (let p = from[e]!; p < end; p++) data[at++] = bytes[p]!;
      offsets[++this.count] = at;
    }
  }

  equals(v: Vector, i: number, gid: number): boolean {
    const a = v.nulls !== null && v.nulls[i] === 1;
    const b = this.nulls !== null && this.nulls[gid] === 1;
    if (a || b) return a && b;
    const s = v as BytesVector;
    const e = s.codes === null ? i : s.codes[i]!;
    return this.collation.equalsAt(
      s.bytes,
      s.offsets[e]!,
      s.offsets[e + 1]!,
      this.data,
      this.offsets[gid]!,
      this.offsets[gid + 1]!,
    );
  }

  verify(v: Vector, sel: Int32Array | null, n: number, gids: Int32Array, bad: Uint8Array): boolean {
    let any = false;
    for (let k = 0; k < n; k++) {
      const g = gids[k]!;
      if (g >= 0 && !this.equals(v, sel === null ? k : sel[k]!, g)) {
        bad[k] = 1;
        any = true;
      }
    }
    return any;
  }

  toVector(n: number): Vector {
    return new BytesVector(
      this.data.subarray(0, this.offsets[n]!),
      this.offsets.subarray(0, n + 1),
      n,
      this.nulls === null ? null : fit(this.nulls, n),
    );
  }
}
