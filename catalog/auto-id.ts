import type { Storage } from '../kv/storage.js';
import { WriteConflictError } from '../kv/storage.js';
import type { Awaitable } from '../types/awaitable.js';
import { intDatum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import type { AutoIdKind } from './meta/meta.js';
import { MetaMutator } from './meta/meta.js';

/** Values reserved from the store at once (TiDB's default auto-id step); what a crash loses is a gap. */
const BATCH = 30_000n;
const MAX_ID = 2n ** 63n - 1n;

interface Cached {
  /** Last value given out and last value reserved. */
  given: bigint;
  reserved: bigint;
  /** Reservations in flight are serialised. */
  pending: Promise<void> | null;
}

/**
 * AUTO_INCREMENT values and hidden row ids, reserved in batches from meta so that an insert rarely touches the store
 * for them (TiDB's autoid allocator). Values are never given twice; they are not rolled back.
 */
export class AutoIdAllocator {
  private readonly cache = new Map<string, Cached>();

  constructor(private readonly storage: Storage) {}

  /** First of `count` consecutive fresh values. */
  allocate(kind: AutoIdKind, dbId: number, tableId: number, count: number): Awaitable<number | bigint> {
    const c = this.cached(kind, tableId);
    const n = BigInt(count);
    if (c.pending === null && c.given + n <= c.reserved) {
      const first = c.given + 1n;
      c.given += n;
      return intDatum(first);
    }
    return this.reserveThen(c, kind, dbId, tableId, n);
  }

  /** Later values are above `value`. */
  rebase(kind: AutoIdKind, dbId: number, tableId: number, value: number | bigint): Awaitable<void> {
    // AUTO_INCREMENT on FLOAT and DOUBLE: the next whole number is above.
    const v = BigInt(typeof value === 'number' ? Math.floor(value) : value);
    const c = this.cached(kind, tableId);
    if (v <= c.given) return;
    if (c.pending === null && v <= c.reserved) {
      c.given = v;
      return;
    }
    return this.rebaseStore(c, kind, dbId, tableId, v);
  }

  /** The next value that would be given (SHOW CREATE TABLE, TABLE STATUS); reserves nothing. */
  async peek(kind: AutoIdKind, dbId: number, tableId: number): Promise<bigint> {
    const c = this.cached(kind, tableId);
    if (c.reserved > 0n) return c.given + 1n;
    const txn = await this.storage.begin();
    try {
      return (await new MetaMutator(txn).autoId(kind, dbId, tableId)) + 1n;
    } finally {
      await txn.rollback();
    }
  }

  forget(tableId: number): void {
    this.cache.delete(`rowid/${tableId}`);
    this.cache.delete(`auto_increment/${tableId}`);
  }

  private cached(kind: AutoIdKind, tableId: number): Cached {
    const key = `${kind}/${tableId}`;
    let c = this.cache.get(key);
    if (c === undefined) this.cache.set(key, (c = { given: 0n, reserved: 0n, pending: null }));
    return c;
  }

  private async reserveThen(
    c: Cached,
    kind: AutoIdKind,
    dbId: number,
    tableId: number,
    n: bigint,
  ): Promise<number | bigint> {
    await this.exclusively(c, async () => {
      if (c.given + n <= c.reserved) return;
      const range = await this.inStore(kind, dbId, tableId, (stored) => {
        const want = n > BATCH ? n : BATCH;
        // A batch that follows our own is used up seamlessly; otherwise another node took ids in between.
        const base = stored === c.reserved ? c.given : stored;
        const top = stored + want > MAX_ID ? MAX_ID : stored + want;
        if (base + n > top) throw mysqlError('ER_AUTOINC_READ_FAILED');
        return { base, top };
      });
      c.given = range.base;
      c.reserved = range.top;
    });
    const first = c.given + 1n;
    if (c.given + n > c.reserved) return this.reserveThen(c, kind, dbId, tableId, n);
    c.given += n;
    return intDatum(first);
  }

  private async rebaseStore(
    c: Cached,
    kind: AutoIdKind,
    dbId: number,
    tableId: number,
    v: bigint,
  ): Promise<void> {
    await this.exclusively(c, async () => {
      if (v <= c.reserved) {
        if (v > c.given) c.given = v;
        return;
      }
      const range = await this.inStore(kind, dbId, tableId, (stored) => {
        const base = stored > v ? stored : v;
        return { base, top: base + BATCH > MAX_ID ? MAX_ID : base + BATCH };
      });
      c.given = range.base;
      c.reserved = range.top;
    });
  }

  /** Runs `work` when no other reservation for the same counter is under way. */
  private async exclusively(c: Cached, work: () => Promise<void>): Promise<void> {
    while (c.pending !== null) await c.pending.catch(() => undefined);
    const run = work();
    c.pending = run;
    try {
      await run;
    } finally {
      c.pending = null;
    }
  }

  /** Raises the stored high-water mark to what `step` says, in a transaction of its own, again upon conflicts. */
  private async inStore(
    kind: AutoIdKind,
    dbId: number,
    tableId: number,
    step: (stored: bigint) => { base: bigint; top: bigint },
  ): Promise<{ base: bigint; top: bigint }> {
    for (let attempt = 0; ; attempt++) {
      const txn = await this.storage.begin();
      try {
        const meta = new MetaMutator(txn);
        const range = step(await meta.autoId(kind, dbId, tableId));
        meta.setAutoId(kind, dbId, tableId, range.top);
        await txn.commit();
        return range;
      } catch (error) {
        if (txn.valid) await txn.rollback();
        const conflict = error instanceof WriteConflictError || (error as { code?: number }).code === 9007;
        if (!conflict || attempt > 20) throw error;
      }
    }
  }
}
