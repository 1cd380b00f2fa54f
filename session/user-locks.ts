import { mysqlError } from '../types/error-table.js';

interface Waiter {
  readonly owner: number;
  readonly wake: (got: boolean) => void;
}
interface Lock {
  owner: number;
  depth: number;
  readonly waiters: Waiter[];
}

/** The same names as against other nodes. */
export interface NodeLocks {
  holds(name: string): boolean;
  lock(name: string, timeoutMs: number, signal: AbortSignal): Promise<boolean | null>;
  unlock(name: string): Promise<void>;
}

/** GET_LOCK and its kin (MySQL manual, "Locking Functions"): named, re-entrant, granted in order of arrival. */
export class UserLocks {
  private readonly locks = new Map<string, Lock>();
  /** Set where other nodes share the store: a name is taken here first, then there. */
  nodes: NodeLocks | null = null;

  /** True when granted, false on time-out, null when interrupted. A negative time-out waits for ever. Throws 3058 where two of this node wait for each other. */
  async acquire(
    name: string,
    owner: number,
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<boolean | null> {
    const { nodes } = this;
    if (nodes === null) return this.acquireHere(name, owner, timeoutSeconds, signal);
    const began = performance.now();
    const here = await this.acquireHere(name, owner, timeoutSeconds, signal);
    const key = name.toLowerCase();
    if (here !== true || nodes.holds(key)) return here;
    const left =
      timeoutSeconds < 0 ? -1 : Math.max(0, Math.round(timeoutSeconds * 1000 - (performance.now() - began)));
    let there: boolean | null = false;
    try {
      there = await nodes.lock(key, left, signal);
    } finally {
      if (there !== true) this.release(name, owner);
    }
    return there;
  }

  private async acquireHere(
    name: string,
    owner: number,
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<boolean | null> {
    const key = name.toLowerCase();
    const lock = this.locks.get(key);
    if (lock === undefined) {
      this.locks.set(key, { owner, depth: 1, waiters: [] });
      return true;
    }
    if (lock.owner === owner) {
      lock.depth++;
      return true;
    }
    if (timeoutSeconds === 0) return false;
    if (this.waitsFor(lock.owner, owner)) throw mysqlError('ER_USER_LOCK_DEADLOCK');
    return new Promise((resolve) => {
      const settle = (result: boolean | null): void => {
        if (timer !== null) clearTimeout(timer);
        signal.removeEventListener('abort', interrupt);
        const at = lock.waiters.indexOf(waiter);
        if (at >= 0) lock.waiters.splice(at, 1);
        resolve(result);
      };
      const waiter: Waiter = { owner, wake: settle };
      const interrupt = (): void => settle(null);
      const timer =
        timeoutSeconds < 0
          ? null
          : setTimeout(() => settle(false), Math.min(timeoutSeconds * 1000, 2 ** 31 - 1));
      signal.addEventListener('abort', interrupt);
      lock.waiters.push(waiter);
    });
  }

  /** Whether one connection of this node waits for the other, by way of any number of locks. */
  private waitsFor(waiting: number, owner: number): boolean {
    let at: number | undefined = waiting;
    // Each waits for one lock at a time, and there is no ring as yet.
    while (at !== undefined && at !== owner) {
      const of: number = at;
      at = [...this.locks.values()].find((l) => l.waiters.some((w) => w.owner === of))?.owner;
    }
    return at === owner;
  }

  /** True when released, false when another holds it, null when nobody does. */
  release(name: string, owner: number): boolean | null {
    const lock = this.locks.get(name.toLowerCase());
    if (lock === undefined) return null;
    if (lock.owner !== owner) return false;
    if (--lock.depth === 0) this.pass(name.toLowerCase(), lock);
    return true;
  }

  /** Releases what the connection holds; gives the number of acquisitions undone. */
  releaseAll(owner: number): number {
    let count = 0;
    for (const [key, lock] of [...this.locks]) {
      if (lock.owner !== owner) continue;
      count += lock.depth;
      this.pass(key, lock);
    }
    return count;
  }

  /** Connection of this node that holds the lock, or null. */
  holder(name: string): number | null {
    return this.locks.get(name.toLowerCase())?.owner ?? null;
  }

  /** The same where other nodes share the store: one that still waits for a name there does not hold it. */
  confirmedHolder(name: string): number | null {
    const held = this.nodes === null || this.nodes.holds(name.toLowerCase());
    return held ? this.holder(name) : null;
  }

  private pass(key: string, lock: Lock): void {
    const next = lock.waiters[0];
    if (next === undefined) {
      this.locks.delete(key);
      // Should that fail, the lock ends with its time to live.
      this.nodes?.unlock(key).catch(() => undefined);
      return;
    }
    lock.owner = next.owner;
    lock.depth = 1;
    next.wake(true);
  }
}
