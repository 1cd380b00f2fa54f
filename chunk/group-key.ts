import { touched } from './touched.js';
import type { FieldType } from '../types/field-type.js';
import { layoutOf } from '../types/field-type.js';
import { hashColumns } from './hash.js';
import { powerOf2 } from './hash-slots.js';
import { KeyProduct, suitsProduct } from './key-product.js';
import type { KeyStore, NumKeyStore } from './key-store.js';
import { newKeyStore } from './key-store.js';
import { NumberTable } from './number-table.js';
import type { Vector } from './vector.js';
import { BytesVector, NumVector } from './vector.js';

/** What a row with a NULL among its keys is: a group like any other (GROUP BY, `<=>`), or none (-1; equi-joins). */
export type NullKeys = 'group' | 'skip';

/** Tables of fewer groups grow at once; and groups that are entered in one step otherwise. */
const GROWN_AT_ONCE = 1 << 16;
const ENTERED_AT_ONCE = 1 << 13;

/**
 * Dense ids, 0, 1, 2, …, for the distinct key rows of successive chunks, in order of first appearance (hash collisions aside).
 * The heart of hash aggregation and hash joins; allocates per chunk at most, never per row.
 *
 * Strategies, each falling back to the next when the data outgrow it (keys are kept by id, so the tables can be rebuilt):
 *  - one numeric column: NumberTable;
 *  - one dictionary-coded column: codes resolved once per dictionary;
 *  - several columns with few distinct values each: KeyProduct;
 *  - anything: hashes of the whole row, candidates by hash, then verified column by column.
 */
export class GroupTable {
  /** Groups so far. */
  size = 0;

  private readonly stores: KeyStore[];
  /** Of the only column as long as it is numbers; null where it is not, or there are several. */
  private numbers: NumberTable | null;

  /** Row hash table: id + 1 by slot. */
  private slots = new Int32Array(0);
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
  /** Rows that came with this dictionary. */
  private memoRows = 0;

  private product: KeyProduct | null = null;
  private productDone = false;

  constructor(
    private readonly types: readonly FieldType[],
    private readonly nullKeys: NullKeys = 'group',
  ) {
    this.stores = types.map(newKeyStore);
    const numeric = types.length === 1 && layoutOf(types[0]!) === 'num';
    this.numbers = numeric ? new NumberTable(types[0]!, this.stores[0] as NumKeyStore, nullKeys) : null;
  }

  /** Bytes held by keys and tables. */
  get bytes(): number {
    let n = this.slots.byteLength + this.hashes.byteLength + this.memo.byteLength;
    n += (this.numbers?.bytes ?? 0) + (this.product?.bytes ?? 0);
    for (const s of this.stores) n += s.bytes;
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
    if (this.size < GROWN_AT_ONCE || this.product !== null) return null;
    if (this.numbers !== null) return this.numbers.growth(more);
    if (!this.hashed) return null;
    const size = this.size + more;
    let full = size * 2 >= this.slots.length;
    if (size > this.hashes.length) full = true;
    for (const s of this.stores) if (!full && s.growth(more) !== null) full = true;
    return full ? this.growing(more) : null;
  }

  private *growing(more: number): Generator<void> {
    const size = this.size + more;
    for (const s of this.stores) {
      const steps = s.growth(more);
      if (steps !== null) yield* steps;
    }
    if (size > this.hashes.length) {
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
    yield* touched(slots);
    for (let from = 0; from < this.size; from += ENTERED_AT_ONCE) {
      this.enter(slots, from, Math.min(this.size, from + ENTERED_AT_ONCE));
      yield;
    }
    this.slots = slots;
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
    if (this.numbers !== null) {
      if (first instanceof NumVector) {
        this.numbers.run(first, sel, n, out, insert);
        this.size = this.numbers.size;
        return;
      }
      // A wide vector came: the value-keyed table gives way to the row hash table.
      this.numbers = null;
      this.rehash(Math.max(1024, this.size * 2));
    }
    if (
      columns.length === 1 &&
      first instanceof BytesVector &&
      first.codes !== null &&
      this.isMemoWorth(first, n)
    ) {
      this.runCodes(first, sel, n, out, insert);
      return;
    }
    if (
      columns.length > 1 &&
      !this.productDone &&
      (this.product !== null || (insert && this.size === 0 && suitsProduct(columns, this.types)))
    ) {
      if (this.runProduct(columns, sel, n, out, insert)) return;
    }
    this.runGeneral(columns, sel, n, out, insert);
  }

  // One dictionary-coded column.

  /** Whether enough rows have come with the vector's dictionary to look at an array of its length. */
  private isMemoWorth(v: BytesVector, n: number): boolean {
    if (this.memoOf !== v.bytes || this.memoOffsets !== v.offsets) {
      this.memoOf = v.bytes;
      this.memoOffsets = v.offsets;
      this.memo = new Int32Array(0);
      this.memoRows = 0;
    }
    this.memoRows += n;
    return v.offsets.length - 1 <= 4 * this.memoRows + 1024;
  }

  private runCodes(
    v: BytesVector,
    sel: Int32Array | null,
    n: number,
    out: Int32Array,
    insert: boolean,
  ): void {
    if (this.memo.length < v.offsets.length) this.memo = new Int32Array(v.offsets.length);
    const { memo } = this;
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
    this.product ??= new KeyProduct(
      this.types.map((t) => new GroupTable([t], this.nullKeys)),
      () => this.keys(),
    );
    const at = this.product.places(columns, sel, n, this.size, insert);
    if (at === null) {
      this.productDone = true;
      this.product = null;
      return false;
    }
    const { ids } = this.product;
    for (let k = 0; k < n; k++) {
      const p = at[k]!;
      if (p < 0) {
        out[k] = -1;
        continue;
      }
      const g = ids[p]!;
      if (g > 0) {
        out[k] = g - 1;
      } else if (insert) {
        const i = sel === null ? k : sel[k]!;
        for (let c = 0; c < columns.length; c++) this.stores[c]!.append(columns[c]!, i);
        ids[p] = this.size + 1;
        out[k] = this.size++;
      } else {
        out[k] = -1;
      }
    }
    return true;
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

const ROW = new Int32Array(1);
const ONE_HASH = new Int32Array(1);
