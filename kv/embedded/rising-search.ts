import type { TreeCursor } from './page-tree.js';
import { compareRanges } from './record.js';

/** Entries that are stepped over before a search is cheaper. */
const NEAR = 4;

/**
 * Looks for keys that rise in a tree that does not change meanwhile: where the next lies near the last, or before the entry that was met
 * behind it, no search is made.
 */
export class RisingSearch {
  private begun = false;
  private ended = false;

  constructor(private readonly tree: TreeCursor) {}

  /** Goes to the entry with exactly this key. */
  find(key: Uint8Array): boolean {
    if (this.ended) return false;
    const { tree } = this;
    if (this.begun)
      for (let steps = 0; steps < NEAR; steps++) {
        const order = compareRanges(tree.u8, tree.keyStart, tree.keyEnd, key, 0, key.length);
        if (order >= 0) return order === 0;
        if (!tree.next()) {
          this.ended = true;
          return false;
        }
      }
    this.begun = true;
    this.ended = !tree.seek(key, 0, key.length);
    return !this.ended && compareRanges(tree.u8, tree.keyStart, tree.keyEnd, key, 0, key.length) === 0;
  }
}
