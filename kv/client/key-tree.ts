import { SortedKeys } from './sorted-keys.js';

export const FANOUT = 64;

/** A tree's leaf: entries in key order. */
export interface TreeLeaf<L> {
  next: L | null;
  prev: L | null;
  readonly length: number;
  /** Position of the first key >= `key`. */
  lowerBound(key: Uint8Array): number;
  keyAt(i: number): Uint8Array;
  /** Moves the entries from `cut` on to a new leaf. */
  splitAt(cut: number): L;
}

class Inner<L> {
  readonly children: (Inner<L> | L)[] = [];
  /** The key at i is the smallest under children[i + 1]. */
  readonly keys = new SortedKeys();

  childFor(key: Uint8Array): number {
    const i = this.keys.lowerBound(key);
    return this.keys.isAt(i, key) ? i + 1 : i;
  }
}

/** A B+tree over leaves that hold their entries as they like. Nothing is ever taken out. */
export class KeyTree<L extends TreeLeaf<L>> {
  private root: Inner<L> | L;
  last: L;

  constructor(readonly first: L) {
    this.last = first;
    this.root = first;
  }

  leafOf(key: Uint8Array): L {
    let node = this.root;
    while (node instanceof Inner) node = node.children[node.childFor(key)]!;
    return node;
  }

  /** Splits a leaf that an entry at `at` has made too long. */
  split(leaf: L, at: number): void {
    // A leaf filled in key order is left full.
    const right = leaf.splitAt(at === FANOUT ? FANOUT : FANOUT >> 1);
    right.next = leaf.next;
    right.prev = leaf;
    if (leaf.next !== null) leaf.next.prev = right;
    else this.last = right;
    leaf.next = right;
    const up = this.addChild(this.root, right, right.keyAt(0));
    if (up !== null) {
      const root = new Inner<L>();
      root.children.push(this.root, up.node);
      root.keys.insert(0, up.key);
      this.root = root;
    }
  }

  /** Hangs `right` under `node`, which covers `key`; gives what splits off `node`, or `right` itself when `node` is a leaf. */
  private addChild(
    node: Inner<L> | L,
    right: L,
    key: Uint8Array,
  ): { node: Inner<L> | L; key: Uint8Array } | null {
    if (!(node instanceof Inner)) return { node: right, key };
    const i = node.childFor(key);
    const up = this.addChild(node.children[i]!, right, key);
    if (up === null) return null;
    node.children.splice(i + 1, 0, up.node);
    node.keys.insert(i, up.key);
    if (node.children.length <= FANOUT) return null;
    const cut = i + 2 === node.children.length ? FANOUT - 1 : FANOUT >> 1;
    const half = new Inner<L>();
    half.children.push(...node.children.splice(cut));
    node.keys.splitTo(cut, half.keys);
    return { node: half, key: node.keys.pop() };
  }
}
