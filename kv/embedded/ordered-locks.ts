import type { Lock } from './lock-table.js';

/** Locks in one leaf, at most. */
const LEAF = 256;

/**
 * Locks in the order of their keys, for who looks out for those of a range: a large transaction holds hundreds of thousands, which a
 * scan elsewhere must not walk. Names (`keyString`) order as keys do. Leaves of neighbours in one list: two searches by halves find
 * a place, and what an insertion moves is short.
 */
export class OrderedLocks {
  private readonly leaves: Lock[][] = [];

  add(lock: Lock): void {
    const { leaves } = this;
    if (leaves.length === 0) {
      leaves.push([lock]);
      return;
    }
    const l = Math.max(0, this.leafOf(lock.id));
    const leaf = leaves[l]!;
    leaf.splice(position(leaf, lock.id), 0, lock);
    if (leaf.length <= LEAF) return;
    // Large transactions come in the order of keys: what is behind them stays full.
    const cut = leaf[leaf.length - 1] === lock ? LEAF : LEAF >> 1;
    leaves.splice(l + 1, 0, leaf.splice(cut));
  }

  remove(lock: Lock): void {
    const l = this.leafOf(lock.id);
    const leaf = this.leaves[l];
    if (leaf === undefined) return;
    const i = position(leaf, lock.id);
    if (leaf[i]?.id !== lock.id) return;
    if (leaf.length === 1) this.leaves.splice(l, 1);
    else leaf.splice(i, 1);
  }

  /** The first lock whose key is not below `id`. */
  from(id: string): Lock | undefined {
    const l = Math.max(0, this.leafOf(id));
    const leaf = this.leaves[l];
    return leaf === undefined ? undefined : (leaf[position(leaf, id)] ?? this.leaves[l + 1]?.[0]);
  }

  /** The first lock behind that of this name, which may have gone. */
  after(id: string): Lock | undefined {
    const lock = this.from(id);
    // No name lies between one and the same with a zero behind it.
    return lock?.id === id ? this.from(`${id}\0`) : lock;
  }

  /** The last lock whose key is below `id`; the last of all without. */
  before(id: string | null): Lock | undefined {
    if (id === null) return this.leaves[this.leaves.length - 1]?.at(-1);
    const l = this.leafOf(id);
    if (l < 0) return undefined;
    const leaf = this.leaves[l]!;
    return leaf[position(leaf, id) - 1] ?? this.leaves[l - 1]?.at(-1);
  }

  /** The last leaf that begins at or below `id`; -1 where all begin above it. */
  private leafOf(id: string): number {
    const { leaves } = this;
    let lo = 0;
    let hi = leaves.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (leaves[mid]![0]!.id <= id) lo = mid + 1;
      else hi = mid;
    }
    return lo - 1;
  }
}

/** Of the first lock in the leaf that is not below `id`. */
function position(leaf: readonly Lock[], id: string): number {
  let lo = 0;
  let hi = leaf.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (leaf[mid]!.id < id) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
