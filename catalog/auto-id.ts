import type { Storage } from '../kv/storage.js';
import { transact } from '../kv/transact.js';
import type { Awaitable } from '../types/awaitable.js';
import { intDatum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import { firstAbove, type AutoIds } from './auto-columns.js';
import type { AutoIdKind } from './meta/meta.js';
import { MetaMutator } from './meta/meta.js';

/** Values that the only node of a store reserves of a counter whose values are to follow one another. */
const CENTRAL_BATCH = 4000n;

interface Cached {
  readonly kind: AutoIdKind;
  readonly dbId: number;
  readonly tableId: number;
  /** Last value given out and last value reserved. */
  given: bigint;
  reserved: bigint;
  /** Values are to follow one another without gaps (AUTO_ID_CACHE = 1). */
  central: boolean;
  /** AutoIds.since of the reservation. */
  readonly since: number;
  /** Reservations in flight are serialised. */
  pending: Promise<void> | null;
}

/**
 * AUTO_INCREMENT and AUTO_RANDOM values and hidden row ids, reserved in batches from meta so that an insert rarely touches the
 * store for them (TiDB's autoid allocator). Values are never given twice; they are not rolled back. What a crash loses is a gap.
 */
export class AutoIdAllocator {
  private readonly cache = new Map<string, Cached>();
  /** The same by what asks for it most often. */
  private byDefinition = new WeakMap<AutoIds, Cached>();

  /** `alone`: no other node gives values of the same counters. */
  constructor(
    private readonly storage: Storage,
    private readonly alone = true,
  ) {}

  /** First of `count` fresh values, `increment` apart. Throws 1467. */
  allocate(
    ids: AutoIds,
    dbId: number,
    tableId: number,
    count: number,
    increment = 1,
    offset = 1,
  ): Awaitable<number | bigint> {
    const c = this.cached(ids, dbId, tableId);
    if (c.pending === null) {
      const first =
        increment === 1
          ? c.given + 1n
          : firstAbove(c.given, BigInt(increment), BigInt(offset), ids.keepsOffset);
      const last = count === 1 ? first : first + BigInt((count - 1) * increment);
      if (last <= c.reserved) {
        c.given = last;
        return intDatum(first);
      }
    }
    return this.reserveThen(c, ids, BigInt(count), BigInt(increment), BigInt(offset));
  }

  /** Later values are above `value`. */
  rebase(ids: AutoIds, dbId: number, tableId: number, value: number | bigint): Awaitable<void> {
    // AUTO_INCREMENT on FLOAT and DOUBLE: the next whole number is above.
    const v = BigInt(typeof value === 'number' ? Math.floor(value) : value);
    const c = this.cached(ids, dbId, tableId);
    if (v <= c.given) return;
    if (c.pending === null && v <= c.reserved) {
      c.given = v;
      return;
    }
    return this.rebaseStore(c, ids, v);
  }

  /** The next value that a node which has none reserved would give (SHOW CREATE TABLE, TABLE STATUS); reserves nothing. */
  async peek(kind: AutoIdKind, dbId: number, tableId: number): Promise<bigint> {
    const c = this.cache.get(`${kind}/${tableId}`);
    if (c?.central === true && c.reserved > 0n) return c.given + 1n;
    const txn = await this.storage.begin();
    try {
      return (await new MetaMutator(txn).autoId(kind, dbId, tableId)) + 1n;
    } finally {
      await txn.rollback();
    }
  }

  forget(tableId: number): void {
    this.byDefinition = new WeakMap();
    for (const kind of ['rowid', 'auto_increment', 'auto_random'] as const)
      this.cache.delete(`${kind}/${tableId}`);
  }

  /** Gives back what was reserved and not given of counters without gaps, before the node stops or the counter is set. */
  async giveBack(tableId?: number): Promise<void> {
    for (const c of this.cache.values()) {
      if (!c.central || c.given >= c.reserved || (tableId !== undefined && c.tableId !== tableId)) continue;
      await this.exclusively(c, async () => {
        await this.inStore(c, (stored) => ({ base: c.given, top: stored === c.reserved ? c.given : stored }));
        c.reserved = c.given;
      });
    }
  }

  private cached(ids: AutoIds, dbId: number, tableId: number): Cached {
    const known = this.byDefinition.get(ids);
    if (known !== undefined && known.tableId === tableId) return known;
    const c = this.cachedByName(ids, dbId, tableId);
    this.byDefinition.set(ids, c);
    return c;
  }

  private cachedByName(ids: AutoIds, dbId: number, tableId: number): Cached {
    const key = `${ids.counter}/${tableId}`;
    let c = this.cache.get(key);
    // What is reserved under a newer definition serves statements that still have an older one.
    if (c === undefined || c.since < ids.since) {
      const central = ids.batch === 1n;
      const { since } = ids;
      c = { kind: ids.counter, dbId, tableId, given: 0n, reserved: 0n, central, since, pending: null };
      this.cache.set(key, c);
      this.byDefinition = new WeakMap();
    }
    return c;
  }

  private async reserveThen(
    c: Cached,
    ids: AutoIds,
    count: bigint,
    increment: bigint,
    offset: bigint,
  ): Promise<number | bigint> {
    const lastFrom = (base: bigint): bigint =>
      firstAbove(base, increment, offset, ids.keepsOffset) + (count - 1n) * increment;
    const batch = this.batchOf(ids);
    await this.exclusively(c, async () => {
      if (lastFrom(c.given) <= c.reserved) return;
      const range = await this.inStore(c, (stored) => {
        // A batch that follows our own is used up seamlessly; otherwise another node took ids in between.
        const base = stored === c.reserved ? c.given : stored;
        const last = lastFrom(base);
        if (last >= ids.max) throw mysqlError('ER_AUTOINC_READ_FAILED');
        return { base, top: max(last, min(stored + batch, ids.max)) };
      });
      c.given = range.base;
      c.reserved = range.top;
    });
    const last = lastFrom(c.given);
    if (last > c.reserved) return this.reserveThen(c, ids, count, increment, offset);
    const first = firstAbove(c.given, increment, offset, ids.keepsOffset);
    c.given = last;
    return intDatum(first);
  }

  private batchOf(ids: AutoIds): bigint {
    return ids.batch === 1n && this.alone ? CENTRAL_BATCH : ids.batch;
  }

  private async rebaseStore(c: Cached, ids: AutoIds, v: bigint): Promise<void> {
    const batch = ids.batch === 1n ? 0n : ids.batch;
    await this.exclusively(c, async () => {
      if (v <= c.reserved) {
        if (v > c.given) c.given = v;
        return;
      }
      const range = await this.inStore(c, (stored) => {
        // Values below those taken reserve none: what a dump of the table shows is what its reload shows.
        if (v <= stored) return { base: stored, top: stored };
        return { base: v, top: max(v, min(v + batch, ids.max)) };
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

  /** Sets the stored high-water mark to what `step` says, in a transaction of its own, again upon conflicts. */
  private inStore(
    c: Cached,
    step: (stored: bigint) => { base: bigint; top: bigint },
  ): Promise<{ base: bigint; top: bigint }> {
    return transact(this.storage, async (txn) => {
      const meta = new MetaMutator(txn);
      const range = step(await meta.autoId(c.kind, c.dbId, c.tableId));
      meta.setAutoId(c.kind, c.dbId, c.tableId, range.top);
      return range;
    });
  }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
