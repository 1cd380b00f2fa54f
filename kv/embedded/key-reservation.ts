import { compareBytes } from '../codec/byte-writer.js';
import type { Mutation } from '../rpc.js';

/**
 * The keys that a large commit has to itself while it is made piece by piece, in key order. A lock object for each would cost more
 * than the rest of the commit: the lock table makes one when somebody meets the key (LockTable.heldAs), to wait for it.
 */
export class KeyReservation {
  /** The transaction itself looks at its keys: to it they are not reserved. */
  suspended = false;

  constructor(
    readonly startTs: bigint,
    readonly primary: Uint8Array,
    private readonly mutations: readonly Mutation[],
  ) {}

  get size(): number {
    return this.mutations.length;
  }

  has(key: Uint8Array): boolean {
    const at = this.lowerBound(key);
    return at < this.mutations.length && compareBytes(this.mutations[at]!.key, key) === 0;
  }

  /** Reserved keys in [start, end). */
  *keysIn(start: Uint8Array, end: Uint8Array): Generator<Uint8Array> {
    for (let at = this.lowerBound(start); at < this.mutations.length; at++) {
      const { key } = this.mutations[at]!;
      if (compareBytes(key, end) >= 0) return;
      yield key;
    }
  }

  private lowerBound(key: Uint8Array): number {
    let lo = 0;
    let hi = this.mutations.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (compareBytes(this.mutations[mid]!.key, key) < 0) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }
}
