import { mix32 } from '../types/collation-bytes.js';
import type { FieldType } from '../types/field-type.js';
import { layoutOf, TypeCode } from '../types/field-type.js';
import { hashColumns, hashNumber } from './hash.js';
import type { KeyStore, NumKeyStore } from './key-store.js';
import { newKeyStore } from './key-store.js';
import type { Vector } from './vector.js';
import { BytesVector, NumVector } from './vector.js';

/** What a row with a NULL among its keys is: a group like any other (GROUP BY, `<=>`), or none (-1; equi-joins). */
export type NullKeys = 'group' | 'skip';

/** Largest domain of integers mapped by an array instead of a hash table. */
const DIRECT_LIMIT = 1 << 18;
/** Of inputs shorter than this many rows nothing tells that more follow: their array has no more places a row than DIRECT_SPARSE. */
const DIRECT_INPUT = 1000;
const DIRECT_SPARSE = 16;
/** Largest product of dictionary sizes mapped by an array. */
const PRODUCT_LIMIT = 1 << 16;
/** Tables of fewer groups grow at once; and groups that are entered in one step otherwise. */
const GROWN_AT_ONCE = 1 << 16;
const ENTERED_AT_ONCE = 1 << 13;

/**
 * Dense ids, 0, 1, 2, …, for the distinct key rows of successive chunks, in order of first appearance (hash collisions aside).
 * The heart of hash aggregation and hash joins; allocates per chunk at most, never per row.
 *
 * Strategies, each falling back to the next when the data outgrow it (keys are kept by id, so the tables can be rebuilt):
 *  - one integer column of a small domain: an array indexed by value - base;
 *  - one numeric column: open addressing on the value;
 *  - one dictionary-coded column: codes resolved once per dictionary;
 *  - several columns with few distinct values each: an id per column, the ids combined into an array index;
 *  - anything: hashes of the whole row, candidates by hash, then verified column by column.
 */
export class GroupTable {
  /** Groups so far. */
  size = 0;

  private readonly stores: KeyStore[];
  private readonly numeric: boolean;

  /** Array strategy: id + 1 by value - base. */
  private direct: Int32Array | null = null;
  private base = 0;
  private directDone = false;
  private nullGroup = -1;

  /** Hash strategies: id + 1 by slot. */
  private slots = new Int32Array(0);
  private slotKeys = new Float64Array(0);
  private mask = 0;
  private hashes = new Int32Array(64);
  private hashed = false;

  private hashBuf = new Int32Array(0);
  private bad = new Uint8Array(0);
  /** Of a batch: groups found that were there before (else -1), and rows that make new ones. */
  private found = new Int32Array(0);
  private newRows = new Int32Array(0);

  /** Dictionary memo: id + 1 by code, for the dictionary `memoOf`. */
  private memo = new Int32Array(0);
  private memoOf: Uint8Array | null = null;
  private memoOffsets: Int32Array | null = null;

  /** Product strategy. */
  private parts: GroupTable[] | null = null;
  private partIds: Int32Array[] = [];
  private product = new Int32Array(0);
  private strides: number[] = [];
  private caps: number[] = [];
  private productDone = false;

  constructor(
    private readonly types: readonly FieldType[],
    private readonly nullKeys: NullKeys = 'group',
  ) {
    this.stores = types.map(newKeyStore);
    this.numeric = types.length === 1 && layoutOf(types[0]!) === 'num';
  }

  /** Bytes held by keys and tables. */
  get bytes(): number {
    let n =
      this.slots.byteLength +
      this.slotKeys.byteLength +
      this.hashes.byteLength +
      (this.direct?.byteLength ?? 0) +
      this.product.byteLength +
      this.memo.byteLength;
    for (const s of this.stores) n += s.bytes;
    for (const p of this.parts ?? []) n += p.bytes;
    return n;
  }

  /** Key columns by group id. Shares memory with the table: copy before the next `assign` if it must last. */
  keys(): Vector[] {
    return this.stores.map((s) => s.toVector(this.size));
  }

  /** out[k] = group of the k-th selected row, new groups made as needed; -1 for rows with a NULL key under 'skip'. */
  assign(columns: readonly Vector[], sel: Int32Array | null, n: number, out: Int32Array): void {
    this.run(columns, sel, n, out, true);
  }

  /**
   * Steps that make room for `more` groups where all that are there have to be visited for it; null where there is room, or few. Without
   * them `assign` makes room at once.
   */
  growth(more: number): Generator<void> | null {
    if (this.size < GROWN_AT_ONCE || this.direct !== null || this.parts !== null) return null;
    if (!this.hashed && !this.numeric) return null;
    const size = this.size + more;
    let full = size * 2 >= this.slots.length;
    if (this.hashed && size > this.hashes.length) full = true;
    for (const s of this.stores) if (!full && s.growth(more) !== null) full = true;
    return full ? this.growing(more) : null;
  }

  private *growing(more: number): Generator<void> {
    const size = this.size + more;
    for (const s of this.stores) {
      const steps = s.growth(more);
      if (steps !== null) yield* steps;
    }
    if (this.hashed && size > this.hashes.length) {
      const next = new Int32Array(Math.max(this.hashes.length * 2, size));
      for (let from = 0; from < this.size; from += 1 << 20) {
        next.set(this.hashes.subarray(from, Math.min(this.size, from + (1 << 20))), from);
        yield;
      }
      this.hashes = next;
    }
    if (size * 2 < this.slots.length) return;
    const cap = powerOf2(size * 4);
    const slots = new Int32Array(cap);
    const keys = this.hashed ? null : new Float64Array(cap);
    for (let from = 0; from < this.size; from += ENTERED_AT_ONCE) {
      const to = Math.min(this.size, from + ENTERED_AT_ONCE);
      if (keys === null) this.enter(slots, from, to);
      else this.enterNumbers(slots, keys, from, to);
      yield;
    }
    this.slots = slots;
    if (keys !== null) this.slotKeys = keys;
    this.mask = cap - 1;
  }

  /** The same without making groups: -1 for unknown keys. */
  find(columns: readonly Vector[], sel: Int32Array | null, n: number, out: Int32Array): void {
    this.run(columns, sel, n, out, false);
  }

  private run(
    columns: readonly Vector[],
    sel: Int32Array | null,
    n: number,
    out: Int32Array,
    insert: boolean,
  ): void {
    if (columns.length === 0) {
      if (this.size === 0 && insert && n > 0) this.size = 1;
      out.fill(this.size > 0 ? 0 : -1, 0, n);
      return;
    }
    const first = columns[0]!;
    if (this.numeric && !this.hashed && first instanceof NumVector) {
      this.runNumber(first, sel, n, out, insert);
      return;
    }
    if (this.numeric) this.leaveNumeric();
    if (
      columns.length === 1 &&
      first instanceof BytesVector &&
      first.codes !== null &&
      first.offsets.length - 1 <= 4 * n + 1024
    ) {
      this.runCodes(first, sel, n, out, insert);
      return;
    }
    if (
      columns.length > 1 &&
      !this.productDone &&
      (this.parts !== null || (insert && this.size === 0 && suitsProduct(columns, this.types)))
    ) {
      if (this.runProduct(columns, sel, n, out, insert)) return;
    }
    this.runGeneral(columns, sel, n, out, insert);
  }

  // One numeric column.

  private runNumber(v: NumVector, sel: Int32Array | null, n: number, out: Int32Array, insert: boolean): void {
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
    if (this.slots.length === 0) this.rehashNumbers(1024);
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
      (this.stores[0] as NumKeyStore).appendNull();
      this.nullGroup = this.size++;
    }
    return this.nullGroup;
  }

  /** Makes `direct` cover the batch, or gives the array strategy up. */
  private fitDirect(v: NumVector, sel: Int32Array | null, n: number): void {
    let min = Infinity;
    let max = -Infinity;
    const d = v.data;
    const nulls = v.nulls;
    const type = this.types[0]!;
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
      this.rehashNumbers(Math.max(1024, this.size * 2));
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
    (this.stores[0] as NumKeyStore).appendNumber(x);
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
      this.rehashNumbers(this.slots.length * 4);
      p = hashNumber(x) & this.mask;
      while (this.slots[p] !== 0) p = (p + 1) & this.mask;
    }
    (this.stores[0] as NumKeyStore).appendNumber(x);
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

  private rehashNumbers(atLeast: number): void {
    const cap = powerOf2(Math.max(atLeast, this.size * 2 + 2));
    this.mask = cap - 1;
    this.slots = new Int32Array(cap);
    this.slotKeys = new Float64Array(cap);
    this.enterNumbers(this.slots, this.slotKeys, 0, this.size);
  }

  /** Puts groups from … to-1 into slots of their numbers. */
  private enterNumbers(slots: Int32Array, keys: Float64Array, from: number, to: number): void {
    const { data } = this.stores[0] as NumKeyStore;
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

  /** A wide vector came: the value-keyed tables give way to the row hash table. */
  private leaveNumeric(): void {
    if (this.hashed) return;
    this.direct = null;
    this.directDone = true;
    this.slotKeys = new Float64Array(0);
    this.rehash(Math.max(1024, this.size * 2));
  }

  // One dictionary-coded column.

  private runCodes(
    v: BytesVector,
    sel: Int32Array | null,
    n: number,
    out: Int32Array,
    insert: boolean,
  ): void {
    if (this.memoOf !== v.bytes || this.memoOffsets !== v.offsets) {
      this.memoOf = v.bytes;
      this.memoOffsets = v.offsets;
      this.memo = new Int32Array(v.offsets.length);
    }
    const memo = this.memo;
    const codes = v.codes!;
    const nulls = v.nulls;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      if (nulls !== null && nulls[i] === 1) {
        out[k] = this.nullKeys === 'skip' ? -1 : this.rowOne([v], i, insert);
        continue;
      }
      let g = memo[codes[i]!]!;
      if (g === 0) {
        g = this.rowOne([v], i, insert) + 1;
        memo[codes[i]!] = g;
      }
      out[k] = g - 1;
    }
  }

  // Several columns of small domains.

  /** False when the domains have outgrown the array: the table then holds every group in the row hash table. */
  private runProduct(
    columns: readonly Vector[],
    sel: Int32Array | null,
    n: number,
    out: Int32Array,
    insert: boolean,
  ): boolean {
    if (this.parts === null) {
      this.parts = this.types.map((t) => new GroupTable([t], this.nullKeys));
      this.caps = this.types.map(() => 4);
      this.rebuildProduct();
    }
    const parts = this.parts;
    for (let c = 0; c < parts.length; c++) {
      let ids = this.partIds[c];
      if (ids === undefined || ids.length < n) ids = this.partIds[c] = new Int32Array(n);
      parts[c]!.run([columns[c]!], sel, n, ids, insert);
    }
    let grown = false;
    let total = 1;
    for (let c = 0; c < parts.length; c++) {
      while (this.caps[c]! < parts[c]!.size) {
        this.caps[c]! *= 2;
        grown = true;
      }
      total *= this.caps[c]!;
    }
    if (total > PRODUCT_LIMIT) {
      this.productDone = true;
      this.parts = null;
      this.partIds = [];
      this.product = new Int32Array(0);
      return false;
    }
    if (grown) this.rebuildProduct();
    const at = this.partIds[0]!;
    // Fold the ids into one index in the first column's buffer; -1 (NULL under 'skip', unknown in find) stays negative.
    for (let c = 1; c < parts.length; c++) {
      const ids = this.partIds[c]!;
      const stride = this.strides[c]!;
      for (let k = 0; k < n; k++) {
        const a = at[k]!;
        const b = ids[k]!;
        at[k] = a < 0 || b < 0 ? -1 : a + b * stride;
      }
    }
    const table = this.product;
    for (let k = 0; k < n; k++) {
      const p = at[k]!;
      if (p < 0) {
        out[k] = -1;
        continue;
      }
      const g = table[p]!;
      if (g > 0) {
        out[k] = g - 1;
      } else if (insert) {
        const i = sel === null ? k : sel[k]!;
        for (let c = 0; c < columns.length; c++) this.stores[c]!.append(columns[c]!, i);
        table[p] = this.size + 1;
        out[k] = this.size++;
      } else {
        out[k] = -1;
      }
    }
    return true;
  }

  private rebuildProduct(): void {
    this.strides = [];
    let total = 1;
    for (const c of this.caps) {
      this.strides.push(total);
      total *= c;
    }
    this.product = new Int32Array(total);
    const n = this.size;
    if (n === 0) return;
    const at = new Int32Array(n);
    const ids = new Int32Array(n);
    this.stores.forEach((s, c) => {
      this.parts![c]!.run([s.toVector(n)], null, n, ids, false);
      for (let g = 0; g < n; g++) at[g]! += ids[g]! * this.strides[c]!;
    });
    for (let g = 0; g < n; g++) this.product[at[g]!] = g + 1;
  }

  // Any columns.

  private runGeneral(
    columns: readonly Vector[],
    sel: Int32Array | null,
    n: number,
    out: Int32Array,
    insert: boolean,
  ): void {
    if (!this.hashed) this.rehash(Math.max(1024, this.size * 2));
    if (this.hashBuf.length < n) {
      this.hashBuf = new Int32Array(Math.max(n, 1024));
      this.found = new Int32Array(this.hashBuf.length);
      this.newRows = new Int32Array(this.hashBuf.length);
      this.bad = new Uint8Array(this.hashBuf.length);
    }
    const hs = this.hashBuf;
    hashColumns(columns, this.types, sel, n, hs);
    if (this.nullKeys === 'skip') this.dropNulls(columns, sel, n, out);
    else out.fill(0, 0, n);
    // Room for all rows to be new, so that the tables stay where they are during the batch.
    if (insert) this.makeRoom(n);
    const { slots, hashes, mask, found } = this;
    let fresh = 0;
    for (let k = 0; k < n; k++) {
      if (out[k]! < 0) {
        found[k] = -1;
        continue;
      }
      const h = hs[k]!;
      let p = h & mask;
      let g = slots[p]!;
      while (g !== 0 && hashes[g - 1] !== h) {
        p = (p + 1) & mask;
        g = slots[p]!;
      }
      if (g !== 0) {
        out[k] = found[k] = g - 1;
        continue;
      }
      found[k] = -1;
      if (!insert) {
        out[k] = -1;
        continue;
      }
      this.newRows[fresh++] = sel === null ? k : sel[k]!;
      g = this.size++;
      hashes[g] = h;
      slots[p] = g + 1;
      out[k] = g;
    }
    const bad = this.bad;
    let any = false;
    for (let c = 0; c < columns.length; c++) {
      const store = this.stores[c]!;
      if (fresh > 0) store.appendRows(columns[c]!, this.newRows, fresh);
      if (fresh < n && store.verify(columns[c]!, sel, n, found, bad)) any = true;
    }
    if (!any) return;
    // Equal hashes of unequal keys: walk on from the candidate.
    for (let k = 0; k < n; k++) {
      if (bad[k] === 0) continue;
      bad[k] = 0;
      out[k] = this.probe(columns, sel === null ? k : sel[k]!, hs[k]!, insert);
    }
  }

  private makeRoom(more: number): void {
    const size = this.size + more;
    if (size > this.hashes.length) {
      const next = new Int32Array(Math.max(this.hashes.length * 2, size));
      next.set(this.hashes.subarray(0, this.size));
      this.hashes = next;
    }
    // Growth visits every group: where there is any, it tends to go on.
    if (size * 2 > this.slots.length) this.resizeSlots(Math.min(size, this.size * 2 + 1024) * 4);
    if (size * 2 > this.slots.length) this.resizeSlots(size * 2);
  }

  private dropNulls(columns: readonly Vector[], sel: Int32Array | null, n: number, out: Int32Array): void {
    out.fill(0, 0, n);
    for (const v of columns) {
      const nulls = v.nulls;
      if (nulls === null) continue;
      for (let k = 0; k < n; k++) if (nulls[sel === null ? k : sel[k]!] === 1) out[k] = -1;
    }
  }

  private probe(columns: readonly Vector[], i: number, h: number, insert: boolean): number {
    let p = h & this.mask;
    for (;;) {
      const g = this.slots[p]!;
      if (g === 0) return insert ? this.insertAt(columns, i, h, p) : -1;
      if (this.hashes[g - 1] === h && this.equalsGroup(columns, i, g - 1)) return g - 1;
      p = (p + 1) & this.mask;
    }
  }

  private equalsGroup(columns: readonly Vector[], i: number, gid: number): boolean {
    for (let c = 0; c < columns.length; c++) if (!this.stores[c]!.equals(columns[c]!, i, gid)) return false;
    return true;
  }

  private insertAt(columns: readonly Vector[], i: number, h: number, slot: number): number {
    const g = this.size++;
    for (let c = 0; c < columns.length; c++) this.stores[c]!.append(columns[c]!, i);
    if (g >= this.hashes.length) {
      const next = new Int32Array(this.hashes.length * 2);
      next.set(this.hashes);
      this.hashes = next;
    }
    this.hashes[g] = h;
    this.slots[slot] = g + 1;
    if (this.size * 2 >= this.slots.length) this.resizeSlots(this.slots.length * 2);
    return g;
  }

  /** One row, by the row hash table. */
  private rowOne(columns: readonly Vector[], i: number, insert: boolean): number {
    if (!this.hashed) this.rehash(1024);
    const one = ROW;
    one[0] = i;
    hashColumns(columns, this.types, one, 1, ONE_HASH);
    return this.probe(columns, i, ONE_HASH[0]!, insert);
  }

  /** Builds the row hash table from the stored keys. */
  private rehash(atLeast: number): void {
    const n = this.size;
    if (this.hashes.length < n) this.hashes = new Int32Array(n * 2);
    if (n > 0) hashColumns(this.keys(), this.types, null, n, this.hashes);
    this.hashed = true;
    this.resizeSlots(atLeast);
  }

  private resizeSlots(atLeast: number): void {
    const cap = powerOf2(Math.max(atLeast, this.size * 2 + 2));
    this.mask = cap - 1;
    this.slots = new Int32Array(cap);
    this.enter(this.slots, 0, this.size);
  }

  /** Puts groups from … to-1 into slots of their hashes. */
  private enter(slots: Int32Array, from: number, to: number): void {
    const { hashes } = this;
    const mask = slots.length - 1;
    for (let g = from; g < to; g++) {
      let p = hashes[g]! & mask;
      while (slots[p] !== 0) p = (p + 1) & mask;
      slots[p] = g + 1;
    }
  }
}

/** The power of two that is `n` or the next above it, at least 1024. */
function powerOf2(n: number): number {
  let cap = 1024;
  while (cap < n) cap *= 2;
  return cap;
}

const ROW = new Int32Array(1);
const ONE_HASH = new Int32Array(1);

/** Whether an id per column is likely cheap: dictionary codes or numbers in every column. */
function suitsProduct(columns: readonly Vector[], types: readonly FieldType[]): boolean {
  return columns.every((v, c) =>
    v instanceof BytesVector
      ? v.codes !== null && v.offsets.length <= 4096
      : v instanceof NumVector && types[c]!.tp !== TypeCode.Double,
  );
}
