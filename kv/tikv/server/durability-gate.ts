import type { EmbeddedStore } from '../../embedded/engine.js';
import { keyString } from '../../codec/key-string.js';

/** Keys remembered before those that are on disk by now are looked for. */
const MANY = 1 << 16;

/**
 * Keeps answers back that tell of commits which a crash could still undo. In the store a commit is visible from the moment at which its
 * log record is in the buffer, since records behind it are lost with it. But who asks over the network survives the store: what they
 * read, and go by in their next transaction, must still be there when the store is back.
 */
export class DurabilityGate {
  /** Number of the commit that last wrote a key, of those that may not be durable. */
  private readonly written = new Map<string, number>();
  private commits = 0;
  private durable = 0;

  constructor(private readonly store: EmbeddedStore) {
    store.dataWatch.onCommit((_, keys) => this.committed(keys));
  }

  private committed(keys: readonly Uint8Array[]): void {
    const number = ++this.commits;
    for (const key of keys) this.written.set(keyString(key), number);
    this.store.whenDurable(() => {
      this.durable = number;
      if (number === this.commits) this.written.clear();
    });
    if (this.written.size < MANY) return;
    for (const [key, n] of this.written) if (n <= this.durable) this.written.delete(key);
  }

  /** Null when all commits of the keys, or of any key, are durable; otherwise resolves when those so far are. */
  wait(keys: readonly Uint8Array[] | null): Promise<void> | null {
    if (this.durable === this.commits) return null;
    if (keys !== null && !keys.some((key) => (this.written.get(keyString(key)) ?? 0) > this.durable))
      return null;
    return new Promise((resolve) => this.store.whenDurable(resolve));
  }
}
