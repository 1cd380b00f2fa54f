import { Meta } from '../../catalog/meta/meta.js';
import type { TableInfo } from '../../catalog/model.js';
import { LocalTables } from '../../kv/client/local-tables.js';
import { TxnMemBuffer } from '../../kv/client/mem-buffer.js';
import { composeTs, MAX_TS, physicalOf } from '../../kv/client/oracle.js';
import { tableRange } from '../../kv/codec/table-key.js';
import { MAX_CACHED_BYTES } from '../../ddl/cached-table.js';
import { mysqlError } from '../../types/error-table.js';
import type { EngineCore } from './engine-core.js';

/** What the row of a table in mysql.table_cache_meta says: `readLease` is how long readers are still served after a writer has come. */
interface CacheLock {
  readonly type: 'NONE' | 'READ' | 'INTEND' | 'WRITE';
  readonly lease: bigint;
  readonly readLease: bigint;
}

const LOCK_TYPES: readonly CacheLock['type'][] = ['NONE', 'READ', 'INTEND', 'WRITE'];
/** Pause before asking again for a lease of a table that is written. */
const WRITTEN_PAUSE_MS = 50;
/** How long a writer keeps readers out without saying so again. */
const WRITE_LEASE_MS = 5000;
/** The same while a table becomes a cached one or ceases to be one: longer than a node that nobody hears of works with an old schema. */
const SWITCH_LEASE_MS = 15_000;

/** What a commit has of the cached tables that it changes. */
export interface CacheWriteLock {
  /** The timestamp that the commit must stay below. */
  readonly before: bigint;
  /** The commit has taken place: readers may come back, if nobody else has the lock. */
  release(): void;
}

/** What a node holds of a table: as the store has it at every timestamp in [start, lease). */
interface Copy {
  readonly rows: LocalTables;
  readonly start: bigint;
  lease: bigint;
}

const after = (ts: bigint, ms: number): bigint => ts + composeTs(ms);

/**
 * Cached tables (TiDB manual, "Cached Tables") where the store is another process. Who reads one takes a lease for all nodes, within which
 * nobody commits changes of the table, and has the table in memory; who commits a change waits until the lease is over, and
 * keeps readers from taking another meanwhile. A store in this process is read from memory anyhow, without a lease.
 */
export class CachedTables {
  private readonly copies = new Map<number, Copy>();
  /** Tables whose lock this node is about to change. */
  private readonly busy = new Set<number>();
  /** When to ask for the lease of a table again that was being written, of performance.now(). */
  private readonly notBefore = new Map<number, number>();
  /** Tables that outgrew the limit, as of when they were last read. */
  private readonly large = new Set<number>();

  constructor(private readonly core: EngineCore) {}

  /** Whether there are leases. */
  get leased(): boolean {
    return this.core.storage.inProcess !== true;
  }

  isCached(tableId: number): boolean {
    return this.table(tableId)?.cached === true;
  }

  private table(tableId: number): TableInfo | undefined {
    return this.core.schemaLoader.current.tableById(tableId)?.table;
  }

  private get leaseMs(): number {
    return 1000 * Number(this.core.globals.get('tidb_table_cache_lease'));
  }

  /** The table as of a timestamp, if it is here. With `wanted` it comes, and stays. */
  at(tableId: number, ts: bigint, wanted: boolean): LocalTables | null {
    const copy = this.copies.get(tableId);
    if (copy === undefined || ts < copy.start || ts >= copy.lease) {
      if (wanted && (copy === undefined || ts >= copy.lease))
        this.inBackground(tableId, () => this.fetch(tableId));
      return null;
    }
    if (wanted && physicalOf(copy.lease) - physicalOf(ts) <= this.leaseMs / 2)
      this.inBackground(tableId, () => this.renew(tableId, copy));
    return copy.rows;
  }

  private inBackground(tableId: number, work: () => Promise<void>): void {
    if (this.busy.has(tableId) || performance.now() < (this.notBefore.get(tableId) ?? 0)) return;
    this.busy.add(tableId);
    work()
      .catch((err: unknown) => this.core.logger.warn({ err, tableId }, 'a cached table could not be read'))
      .finally(() => this.busy.delete(tableId));
  }

  private async fetch(tableId: number): Promise<void> {
    for (const known of [this.copies, this.notBefore])
      for (const id of known.keys()) if (!this.isCached(id)) known.delete(id);
    const lease = await this.lockForRead(tableId);
    if (lease === null) {
      this.notBefore.set(tableId, performance.now() + WRITTEN_PAUSE_MS);
      return;
    }
    const { storage } = this.core;
    const start = await storage.currentTs();
    const snapshot = storage.snapshot(start);
    // This node may not have heard yet that the table is no longer cached: writers elsewhere would ask for no lock.
    const dbId = this.core.schemaLoader.current.tableById(tableId)?.db.id;
    if (dbId === undefined || (await new Meta(snapshot).table(dbId, tableId))?.cached !== true) return;
    const buffer = new TxnMemBuffer();
    const { startKey, endKey } = tableRange(tableId);
    const pairs = snapshot.iterate(startKey, endKey, {});
    let bytes = 0;
    try {
      for (let pair = await pairs.next(); pair !== null; pair = await pairs.next()) {
        buffer.put(pair.key, pair.value, 0);
        bytes += pair.key.length + pair.value.length;
      }
    } finally {
      pairs.close();
    }
    if (bytes > MAX_CACHED_BYTES) this.large.add(tableId);
    else this.large.delete(tableId);
    const rows = new LocalTables();
    rows.add(tableId, true);
    rows.absorb(buffer);
    this.copies.set(tableId, { rows, start, lease });
  }

  /** Takes the lease for readers; null while somebody writes. */
  private lockForRead(tableId: number): Promise<bigint | null> {
    return this.change(tableId, (lock, now) => {
      const lease = after(now, this.leaseMs);
      if (now <= lock.lease && lock.type !== 'NONE' && lock.type !== 'READ') return { result: null };
      if (now <= lock.lease && lease <= lock.lease) return { result: lock.lease };
      return { result: lease, to: { type: 'READ', lease, readLease: lock.readLease } };
    });
  }

  private async renew(tableId: number, copy: Copy): Promise<void> {
    const lease = await this.change<bigint | null>(tableId, (lock, now) => {
      if (now >= lock.lease || lock.type !== 'READ') return { result: null };
      // Another node has prolonged it. Between the end of ours and its beginning there may have been a change.
      if (lock.lease !== copy.lease) return { result: now < copy.lease ? lock.lease : null };
      const longer = after(now, this.leaseMs);
      if (longer <= lock.lease) return { result: lock.lease };
      return { result: longer, to: { type: 'READ', lease: longer, readLease: lock.readLease } };
    });
    if (lease !== null) copy.lease = lease;
  }

  /** Waits until nobody reads tables from memory any more. `grown`: rows may have been added to a table. Throws 8242. */
  async lockForWrite(
    tables: readonly number[],
    grown: (tableId: number) => boolean,
  ): Promise<CacheWriteLock> {
    const leases: (readonly [tableId: number, lease: bigint])[] = [];
    for (const id of tables) {
      if (this.large.has(id) && grown(id)) throw mysqlError('ER_OPT_ON_CACHE_TABLE', 'table too large');
      leases.push([id, await this.lockOne(id, WRITE_LEASE_MS)]);
    }
    return {
      before: leases.reduce((least, [, lease]) => (lease < least ? lease : least), MAX_TS),
      release: () => {
        // Should it fail, the lease comes to its end.
        for (const [id, lease] of leases) void this.release(id, lease).catch(() => undefined);
      },
    };
  }

  /** Another writer would have made the lease longer: each lease is of its own timestamp. */
  private async release(tableId: number, lease: bigint): Promise<void> {
    await this.change(tableId, (lock) => ({
      result: null,
      ...(lock.type === 'WRITE' && lock.lease === lease
        ? { to: { type: 'NONE', lease: 0n, readLease: 0n } as const }
        : {}),
    }));
  }

  private async lockOne(tableId: number, leaseMs: number): Promise<bigint> {
    for (;;) {
      const { lease, waitMs } = await this.change(tableId, (lock, now) => {
        const lease = after(now, leaseMs);
        const over = now > lock.lease || lock.type === 'NONE' || lock.type === 'WRITE';
        const readLease = lock.type === 'READ' ? lock.lease : lock.readLease;
        if (over || now > readLease)
          return {
            result: { lease, waitMs: 0 },
            to: { type: 'WRITE', lease: lease > lock.lease ? lease : lock.lease, readLease },
          };
        const waitMs = physicalOf(readLease) - physicalOf(now) + 1;
        // The intention outlives the wait, so that no reader comes in between.
        return {
          result: { lease, waitMs },
          to: { type: 'INTEND', lease: after(readLease, leaseMs), readLease },
        };
      });
      if (waitMs === 0) return lease;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  /** Has a table become a cached one, or cease to be one: while nodes do not agree on that nobody reads it from memory. */
  async switching(tableId: number, change: () => Promise<void>): Promise<void> {
    await this.core.internalQuery(
      `INSERT IGNORE INTO mysql.table_cache_meta VALUES (${tableId}, 'NONE', 0, 0)`,
    );
    if (!this.leased) return change();
    await this.lockOne(tableId, SWITCH_LEASE_MS);
    const timer = setInterval(() => {
      this.lockOne(tableId, SWITCH_LEASE_MS).catch(() => undefined);
    }, SWITCH_LEASE_MS / 3);
    try {
      await change();
    } finally {
      clearInterval(timer);
    }
    await this.change(tableId, () => ({ result: null, to: { type: 'NONE', lease: 0n, readLease: 0n } }));
  }

  /** Changes the table's lock as `decide` says, now that it is as given. */
  private change<T>(
    tableId: number,
    decide: (lock: CacheLock, now: bigint) => { readonly result: T; readonly to?: CacheLock },
  ): Promise<T> {
    return this.core.internalTransaction(async (query) => {
      const where = `WHERE tid = ${tableId}`;
      const [row] = await query(
        `SELECT lock_type + 0, lease, oldReadLease FROM mysql.table_cache_meta ${where} FOR UPDATE`,
      );
      if (row === undefined) throw new Error(`no lock of cached table ${tableId}`);
      const lock = {
        type: LOCK_TYPES[Number(row[0]) - 1]!,
        lease: BigInt(row[1] as number | bigint),
        readLease: BigInt(row[2] as number | bigint),
      };
      const { result, to } = decide(lock, await this.core.storage.currentTs());
      if (to !== undefined)
        await query(
          `UPDATE mysql.table_cache_meta SET lock_type = '${to.type}', lease = ${to.lease}, oldReadLease = ${to.readLease} ${where}`,
        );
      return result;
    });
  }
}
