import { touched } from './touched.js';
import { mix32 } from '../types/collation-bytes.js';
import { TypeCode, type FieldType } from '../types/field-type.js';
import type { NullKeys } from './group-key.js';
import { hashNumber } from './hash.js';
import { powerOf2 } from './hash-slots.js';
import { isInt32Range } from './int32-range.js';
import type { NumKeyStore } from './key-store.js';
import type { NumVector } from './vector.js';

/** Largest domain of integers mapped by an array instead of a hash table. */
const DIRECT_LIMIT = 1 << 18;
/** Of inputs shorter than this many rows nothing tells that more follow: their array has no more places a row than DIRECT_SPARSE. */
const DIRECT_INPUT = 1000;
const DIRECT_SPARSE = 16;
/** Groups that are entered in one step. */
const ENTERED_AT_ONCE = 1 << 13;

/**
 * Dense ids for the distinct values of one numeric column: by an array indexed by value - base as long as the domain is small, then by
 * open addressing on the value. Keys are in the store, by id.
 */
export class NumberTable {
  /** Groups so far. */
  size = 0;

  /** Array strategy: id + 1 by value - base. */
  private direct: Int32Array | null = null;
  private base = 0;
  private directDone = false;
  private nullGroup = -1;

  /** Hash strategy: id + 1 by slot, and the value there. */
  private slots = new Int32Array(0);
  private slotKeys = new Float64Array(0);
  private mask = 0;

  constructor(
    private readonly type: FieldType,
    private readonly store: NumKeyStore,
    private readonly nullKeys: NullKeys,
  ) {}

  get bytes(): number {
    return this.slots.byteLength + this.slotKeys.byteLength + (this.direct?.byteLength ?? 0);
  }

  /** Steps that make room for `more` groups; null where there is room, or no group would have to be visited. */
  growth(more: number): Generator<void> | null {
    if (this.direct !== null) return null;
    const full = (this.size + more) * 2 >= this.slots.length || this.store.growth(more) !== null;
    return full ? this.growing(more) : null;
  }

  private *growing(more: number): Generator<void> {
    const size = this.size + more;
    const steps = this.store.growth(more);
    if (steps !== null) yield* steps;
    if (size * 2 < this.slots.length) return;
    const cap = powerOf2(size * 4);
    const slots = new Int32Array(cap);
    const keys = new Float64Array(cap);
    yield* touched(slots);
    yield* touched(keys);
    for (let from = 0; from < this.size; from += ENTERED_AT_ONCE) {
      this.enter(slots, keys, from, Math.min(this.size, from + ENTERED_AT_ONCE));
      yield;
    }
    this.slots = slots;
    this.slotKeys = keys;
    this.mask = cap - 1;
  }

  /** As GroupTable's `assign` (`insert`) and `find`. */
  run(v: NumVector, sel: Int32Array | null, n: number, out: Int32Array, insert: boolean): void {
    if (sel === null && v.nulls === null && v.data instanceof Int32Array && this.allKnown(v.data, n, out))
      return;
    if (!this.directDone && insert) this.fitDirect(v, sel, n);
    const nulls = v.nulls;
    const dense = nulls === null && sel === null;
    if (this.direct !== null) {
      if (dense) {
        if (v.data instanceof Int32Array) this.directInt32(v.data, n, out, insert);
        else this.directFloat64(v.data, n, out, insert);
      } else {
        for (let k = 0; k < n; k++) {
          const i = sel === null ? k : sel[k]!;
          out[k] =
            nulls !== null && nulls[i] === 1
              ? this.groupOfNull(insert)
              : this.directOne(v.data[i]! + 0, insert);
        }
      }
      return;
    }
    if (this.slots.length === 0) this.rehash(1024);
    if (dense) {
      if (v.data instanceof Int32Array) this.hashInt32(v.data, n, out, insert);
      else this.hashFloat64(v.data, n, out, insert);
      return;
    }
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      out[k] =
        nulls !== null && nulls[i] === 1 ? this.groupOfNull(insert) : this.numberOne(v.data[i]! + 0, insert);
    }
  }

  private groupOfNull(insert: boolean): number {
    if (this.nullKeys === 'skip') return -1;
    if (this.nullGroup < 0 && insert) {
      this.store.appendNull();
      this.nullGroup = this.size++;
    }
    return this.nullGroup;
  }

  /** Looks the batch up where the array has all of its values: of groups that are few, most batches bring no other. */
  private allKnown(d: Int32Array, n: number, out: Int32Array): boolean {
    const t = this.direct;
    if (t === null || !isInt32Range(this.base, t.length)) return false;
    const base = this.base | 0;
    const len = t.length;
    for (let k = 0; k < n; k++) {
      const p = (d[k]! - base) >>> 0;
      if (p >= len) return false;
      const g = t[p]!;
      if (g === 0) return false;
      out[k] = g - 1;
    }
    return true;
  }

  /** Makes `direct` cover the batch, or gives the array strategy up. */
  private fitDirect(v: NumVector, sel: Int32Array | null, n: number): void {
    let min = Infinity;
    let max = -Infinity;
    const d = v.data;
    const nulls = v.nulls;
    const { type } = this;
    const integral = type.tp !== TypeCode.Double && type.tp !== TypeCode.Float;
    if (integral) {
      if (sel === null && nulls === null) {
        for (let i = 0; i < n; i++) {
          const x = d[i]!;
          if (x < min) min = x;
          if (x > max) max = x;
        }
      } else {
        for (let k = 0; k < n; k++) {
          const i = sel === null ? k : sel[k]!;
          if (nulls !== null && nulls[i] === 1) continue;
          const x = d[i]!;
          if (x < min) min = x;
          if (x > max) max = x;
        }
      }
      if (max < min) return;
    }
    const old = this.direct;
    if (old !== null) {
      if (min >= this.base && max < this.base + old.length) return;
      min = Math.min(min, this.base);
      max = Math.max(max, this.base + old.length - 1);
    }
    const rows = this.size + n;
    const limit = rows < DIRECT_INPUT ? Math.max(DIRECT_INPUT, rows * DIRECT_SPARSE) : DIRECT_LIMIT;
    if (!integral || max - min >= limit || !Number.isSafeInteger(min) || !Number.isSafeInteger(max)) {
      this.direct = null;
      this.directDone = true;
      this.rehash(Math.max(1024, this.size * 2));
      return;
    }
    // Room on both sides, so that a domain discovered gradually is copied a few times only.
    const slack = Math.max(64, max - min);
    const base = min - (old === null || min < this.base ? slack >> 1 : 0);
    const next = new Int32Array(max + slack - base + 1);
    if (old !== null) next.set(old, this.base - base);
    this.direct = next;
    this.base = base;
  }

  private directOne(x: number, insert: boolean): number {
    const t = this.direct!;
    const p = x - this.base;
    const g = t[p];
    if (g === undefined) return -1;
    if (g > 0) return g - 1;
    if (!insert) return -1;
    this.store.appendNumber(x);
    t[p] = this.size + 1;
    return this.size++;
  }

  private directInt32(d: Int32Array, n: number, out: Int32Array, insert: boolean): void {
    const t = this.direct!;
    const base = this.base;
    const len = t.length;
    for (let k = 0; k < n; k++) {
      const p = d[k]! - base;
      const g = p >= 0 && p < len ? t[p]! : 0;
      out[k] = g > 0 ? g - 1 : this.directOne(d[k]!, insert);
    }
  }

  private directFloat64(d: Float64Array, n: number, out: Int32Array, insert: boolean): void {
    const t = this.direct!;
    const base = this.base;
    const len = t.length;
    for (let k = 0; k < n; k++) {
      const p = d[k]! - base;
      const g = p >= 0 && p < len ? t[p | 0]! : 0;
      out[k] = g > 0 ? g - 1 : this.directOne(d[k]! + 0, insert);
    }
  }

  private numberOne(x: number, insert: boolean): number {
    let p = hashNumber(x) & this.mask;
    for (;;) {
      const g = this.slots[p]!;
      if (g === 0) break;
      if (this.slotKeys[p] === x) return g - 1;
      p = (p + 1) & this.mask;
    }
    return insert ? this.insertNumber(x, p) : -1;
  }

  /** A new group for `x`, whose probe ended at the empty slot `p`. */
  private insertNumber(x: number, p: number): number {
    if (this.size * 2 >= this.slots.length) {
      // Fourfold: a table that grows at all tends to grow far, and each growth visits every key.
      this.rehash(this.slots.length * 4);
      p = hashNumber(x) & this.mask;
      while (this.slots[p] !== 0) p = (p + 1) & this.mask;
    }
    this.store.appendNumber(x);
    this.slots[p] = this.size + 1;
    this.slotKeys[p] = x;
    return this.size++;
  }

  private hashInt32(d: Int32Array, n: number, out: Int32Array, insert: boolean): void {
    let slots = this.slots;
    let keys = this.slotKeys;
    let mask = this.mask;
    for (let k = 0; k < n; k++) {
      const x = d[k]!;
      let p = mix32(x) & mask;
      let g = slots[p]!;
      while (g !== 0 && keys[p] !== x) {
        p = (p + 1) & mask;
        g = slots[p]!;
      }
      if (g !== 0) {
        out[k] = g - 1;
      } else if (!insert) {
        out[k] = -1;
      } else {
        out[k] = this.insertNumber(x, p);
        slots = this.slots;
        keys = this.slotKeys;
        mask = this.mask;
      }
    }
  }

  private hashFloat64(d: Float64Array, n: number, out: Int32Array, insert: boolean): void {
    let slots = this.slots;
    let keys = this.slotKeys;
    let mask = this.mask;
    for (let k = 0; k < n; k++) {
      const x = d[k]! + 0;
      let p = hashNumber(x) & mask;
      let g = slots[p]!;
      while (g !== 0 && keys[p] !== x) {
        p = (p + 1) & mask;
        g = slots[p]!;
      }
      if (g !== 0) {
        out[k] = g - 1;
      } else if (!insert) {
        out[k] = -1;
      } else {
        out[k] = this.insertNumber(x, p);
        slots = this.slots;
        keys = this.slotKeys;
        mask = this.mask;
      }
    }
  }

  private rehash(atLeast: number): void {
    const cap = powerOf2(Math.max(atLeast, this.size * 2 + 2));
    this.mask = cap - 1;
    this.slots = new Int32Array(cap);
    this.slotKeys = new Float64Array(cap);
    this.enter(this.slots, this.slotKeys, 0, this.size);
  }

  /** Puts groups from … to-1 into slots of their numbers. */
  private enter(slots: Int32Array, keys: Float64Array, from: number, to: number): void {
    const { data } = this.store;
    const mask = slots.length - 1;
    for (let g = from; g < to; g++) {
      if (g === this.nullGroup) continue;
      const x = data[g]!;
      let p = hashNumber(x) & mask;
      while (slots[p] !== 0) p = (p + 1) & mask;
      slots[p] = g + 1;
      keys[p] = x;
    }
  }
}
