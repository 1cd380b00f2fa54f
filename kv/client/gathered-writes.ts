import { compareBytes } from '../codec/byte-writer.js';
import type { Mutation } from '../rpc.js';
import { KeyExistsError } from '../storage.js';
import type { Mutations } from './mutations.js';

/** Writes that are sorted sooner by hand: those of one row. */
const FEW = 8;

function sortFew(list: Mutation[]): void {
  for (let i = 1; i < list.length; i++) {
    const m = list[i]!;
    let j = i;
    while (j > 0 && compareBytes(list[j - 1]!.key, m.key) > 0) {
      list[j] = list[j - 1]!;
      j--;
    }
    list[j] = m;
  }
}

/**
 * Writes of a transaction that reads none of them before it commits: new rows of a bulk load, or of an INSERT that is a transaction by
 * itself. They need no tree, only an order,
 * which they mostly come in.
 */
export class GatheredWrites {
  private readonly list: Mutation[] = [];
  private last: Uint8Array | null = null;
  private ascending = true;
  bytes = 0;

  get count(): number {
    return this.list.length;
  }

  add(key: Uint8Array, value: Uint8Array, presumeNotExists: boolean): void {
    if (this.ascending && this.last !== null && compareBytes(this.last, key) >= 0) this.ascending = false;
    this.last = key;
    this.bytes += key.length + value.length;
    this.list.push({ op: presumeNotExists ? 'insert' : 'put', key, value, assertion: 'none' });
  }

  /** Of the last write under the key, found by looking at all. */
  valueOf(key: Uint8Array): Uint8Array | null {
    for (let i = this.list.length - 1; i >= 0; i--) {
      const m = this.list[i]!;
      if (compareBytes(m.key, key) === 0) return m.op === 'del' ? null : (m.value ?? null);
    }
    return null;
  }

  /** In key order. Throws KeyExistsError for a key that was written twice. */
  mutations(): Mutations {
    const { list } = this;
    if (!this.ascending) {
      if (list.length <= FEW) sortFew(list);
      else list.sort((a, b) => compareBytes(a.key, b.key));
      for (let i = 1; i < list.length; i++)
        if (compareBytes(list[i - 1]!.key, list[i]!.key) === 0)
          throw new KeyExistsError(list[i]!.key, list[i]!.value);
      this.ascending = true;
    }
    return { list, actions: null, bytes: this.bytes, writes: list.length > 0 };
  }
}
