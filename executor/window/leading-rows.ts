import { GroupTable } from '../../chunk/group-key.js';
import type { Vector } from '../../chunk/vector.js';
import type { FieldType } from '../../types/field-type.js';
import type { MemoryTracker } from '../exec-context.js';

/** More rows of a partition than this are not kept track of. */
const MAX_ROWS = 1000;
/** Bytes for the best keys of all partitions, and the share of the statement's quota that they may be. */
const MAX_BYTES = 32 << 20;
const QUOTA_SHARE = 1 / 8;
/** Rows after which it shows whether enough of them are left out: three of four stay, and it is not worth it. */
const TRIAL_ROWS = 1 << 16;
const TRIAL_SHARE = 0.75;

/**
 * Of rows that come in any order, those that may be among the first `wanted` of their partition: a row is left out when that many of its
 * partition were seen whose first order key comes before its own. What is left out comes behind all rows that are wanted, and so
 * changes neither number nor rank of any of them. Order keys that are no numbers leave nothing out.
 */
export class LeadingRows {
  private readonly table: GroupTable;
  private readonly partitionKeys: number;
  /** Per partition a heap of its least keys, the greatest of them first. */
  private heaps = new Float64Array(0);
  private counts = new Int32Array(0);
  private ids = new Int32Array(0);
  private kept = new Int32Array(0);
  private seen = 0;
  private left = 0;
  private heldBytes = 0;
  private active: boolean;

  constructor(
    types: readonly FieldType[],
    private readonly desc: boolean,
    private readonly wanted: number,
    private readonly memory: MemoryTracker,
  ) {
    this.table = new GroupTable(types);
    this.partitionKeys = types.length;
    this.active = wanted > 0 && wanted <= MAX_ROWS;
  }

  /** Row numbers that remain of `n` rows without a selection, good until the next call; null: all of them. `keys`: of partitions, then of the order. */
  select(keys: readonly Vector[], n: number): Int32Array | null {
    const order = keys[this.partitionKeys]!;
    if (!this.active || order.kind !== 'num') return null;
    if (this.ids.length < n) {
      this.ids = new Int32Array(n);
      this.kept = new Int32Array(n);
    }
    const { ids, kept, wanted } = this;
    this.table.assign(keys.slice(0, this.partitionKeys), null, n, ids);
    if (!this.grow(this.table.size)) return null;
    const { heaps, counts } = this;
    const { data, nulls } = order;
    const sign = this.desc ? -1 : 1;
    // NULL sorts below every value.
    const none = sign * -Infinity;
    let m = 0;
    for (let i = 0; i < n; i++) {
      const x = nulls !== null && nulls[i] === 1 ? none : sign * data[i]!;
      const g = ids[i]!;
      const base = g * wanted;
      const count = counts[g]!;
      if (count < wanted) {
        counts[g] = count + 1;
        siftUp(heaps, base, count, x);
      } else if (x > heaps[base]!) continue;
      else if (x < heaps[base]!) siftDown(heaps, base, wanted, x);
      kept[m++] = i;
    }
    this.seen += n;
    this.left += n - m;
    if (this.seen >= TRIAL_ROWS && this.left < this.seen * (1 - TRIAL_SHARE)) this.close();
    return m === n ? null : kept.subarray(0, m);
  }

  /** Room for so many partitions; false when that is too much. */
  private grow(partitions: number): boolean {
    if (partitions > this.counts.length) {
      const room = Math.max(64, 2 * partitions);
      if (room * (this.wanted + 1) * 8 > Math.min(MAX_BYTES, this.memory.quota * QUOTA_SHARE)) {
        this.close();
        return false;
      }
      const heaps = new Float64Array(room * this.wanted);
      heaps.set(this.heaps);
      this.heaps = heaps;
      const counts = new Int32Array(room);
      counts.set(this.counts);
      this.counts = counts;
    }
    const bytes = this.heaps.byteLength + this.counts.byteLength + this.table.bytes;
    if (bytes > this.heldBytes) {
      this.memory.consume(bytes - this.heldBytes);
      this.heldBytes = bytes;
    }
    return true;
  }

  /** From now on all rows remain. */
  close(): void {
    this.active = false;
    this.heaps = new Float64Array(0);
    this.counts = new Int32Array(0);
    this.memory.release(this.heldBytes);
    this.heldBytes = 0;
  }
}

/** Puts `x` behind the `count` keys of the heap at `base`. */
function siftUp(heaps: Float64Array, base: number, count: number, x: number): void {
  let at = count;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const p = heaps[base + parent]!;
    if (p >= x) break;
    heaps[base + at] = p;
    at = parent;
  }
  heaps[base + at] = x;
}

/** Puts `x` in the place of the greatest key of the heap of `count` at `base`. */
function siftDown(heaps: Float64Array, base: number, count: number, x: number): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= count) break;
    if (child + 1 < count && heaps[base + child + 1]! > heaps[base + child]!) child++;
    const c = heaps[base + child]!;
    if (c <= x) break;
    heaps[base + at] = c;
    at = child;
  }
  heaps[base + at] = x;
}
