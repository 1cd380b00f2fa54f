import { metaStringKey } from '../../kv/codec/meta-key.js';
import type { Storage, Transaction } from '../../kv/storage.js';
import { MysqlError } from '../../types/error.js';

/** As good as for ever, for a timer. */
const FOREVER_MS = 2 ** 31 - 1;
const NOWAIT = -1;

/**
 * GET_LOCK's names held by this node as against the other nodes: each is a pessimistic lock on a key of its own, in a transaction that
 * writes nothing and is rolled back to release it. The lock's life ends with the node's.
 */
export class StoreLocks {
  private readonly held = new Map<string, Transaction>();

  constructor(private readonly storage: Storage) {}

  holds(name: string): boolean {
    return this.held.has(name);
  }

  /** True when granted, false on time-out, null when interrupted. Negative: waits for ever. */
  async lock(name: string, timeoutMs: number, signal: AbortSignal): Promise<boolean | null> {
    const txn = await this.storage.begin({ pessimistic: true });
    const waitTimeoutMs = timeoutMs < 0 ? FOREVER_MS : timeoutMs === 0 ? NOWAIT : timeoutMs;
    try {
      await txn.lockKeys([metaStringKey(Buffer.from(`RutileUserLock/${name}`))], { waitTimeoutMs, signal });
    } catch (e) {
      await txn.rollback();
      if (signal.aborted) return null;
      // Waited too long, or would have had to wait.
      if (e instanceof MysqlError && (e.code === 1205 || e.code === 3572)) return false;
      throw e;
    }
    this.held.set(name, txn);
    return true;
  }

  async unlock(name: string): Promise<void> {
    const txn = this.held.get(name);
    if (txn === undefined) return;
    this.held.delete(name);
    await txn.rollback();
  }
}
