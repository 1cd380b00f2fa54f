import type { Awaitable } from '../types/awaitable.js';
import type { LockSpec } from '../planner/physical/plan.js';
import { SKIPPED_LOCKED, type LockOptions } from '../kv/storage.js';
import type { ExecContext } from './exec-context.js';
import { Work } from './work-counts.js';

/** Point reads as a statement sees them: the transaction's own writes, then the statement's snapshot. */

export function readKey(key: Uint8Array, ctx: ExecContext): Awaitable<Uint8Array | null> {
  const own = ctx.txn?.memBuffer.get(key, ctx.ownBefore);
  return own === undefined ? ctx.snapshot.get(key) : own;
}

/** Values in the order of keys, null where there is none. */
export function readKeys(keys: readonly Uint8Array[], ctx: ExecContext): Awaitable<(Uint8Array | null)[]> {
  const buffer = ctx.txn?.memBuffer;
  if (buffer === undefined || buffer.count === 0) return ctx.snapshot.batchGet(keys);
  const out = new Array<Uint8Array | null>(keys.length).fill(null);
  const missing: Uint8Array[] = [];
  const places: number[] = [];
  for (let i = 0; i < keys.length; i++) {
    const own = buffer.get(keys[i]!, ctx.ownBefore);
    if (own !== undefined) out[i] = own;
    else {
      missing.push(keys[i]!);
      places.push(i);
    }
  }
  if (missing.length === 0) return out;
  const place = (values: (Uint8Array | null)[]): (Uint8Array | null)[] => {
    for (let i = 0; i < values.length; i++) out[places[i]!] = values[i]!;
    return out;
  };
  const r = ctx.snapshot.batchGet(missing);
  return r instanceof Promise ? r.then(place) : place(r);
}

/**
 * How a statement's locks reach the store. The signal is asked for only when a lock has to be waited for, as an AbortController per
 * statement would cost more than most locks.
 */
export class StatementLock implements LockOptions {
  readonly waitTimeoutMs: number | undefined;
  readonly skipLocked: boolean;

  constructor(
    private readonly ctx: ExecContext,
    readonly returnValues: boolean,
    lock: LockSpec | null = null,
    readonly presumeNotExists = false,
    readonly newest = false,
  ) {
    const wait = lock?.wait ?? 'default';
    this.skipLocked = wait === 'skipLocked';
    this.waitTimeoutMs =
      wait === 'nowait' ? -1 : typeof wait === 'number' ? (wait === 0 ? -1 : wait * 1000) : undefined;
  }

  get signal(): AbortSignal {
    return this.ctx.signal;
  }

  waited(ms: number): void {
    this.ctx.noteWork?.(Work.lockWaits, 1);
    this.ctx.noteWork?.(Work.lockWaitMs, ms);
  }
}

/**
 * Locks keys of a pessimistic transaction and reads them as they are now; without one (or outside a transaction)
 * just reads them. Own writes count as the current value; keys that SKIP LOCKED passes over give null, as if there were no row.
 */
export function readKeysLocked(
  keys: readonly Uint8Array[],
  lock: LockSpec | null,
  ctx: ExecContext,
  newest = false,
): Awaitable<(Uint8Array | null)[]> {
  const txn = ctx.txn;
  if (lock === null || txn === null || keys.length === 0) return readKeys(keys, ctx);
  if (!txn.pessimistic) {
    const locked = txn.lockKeys(keys, new StatementLock(ctx, false, lock));
    return locked instanceof Promise ? locked.then(() => readKeys(keys, ctx)) : readKeys(keys, ctx);
  }
  const own = (values: (Uint8Array | null)[]): (Uint8Array | null)[] => {
    if (txn.memBuffer.count === 0 && lock.wait !== 'skipLocked') return values;
    return values.map((v, i) => {
      if (v === SKIPPED_LOCKED) return null;
      const w = txn.memBuffer.get(keys[i]!, ctx.ownBefore);
      return w === undefined ? v : w;
    });
  };
  const r = txn.lockKeys(keys, new StatementLock(ctx, true, lock, false, newest));
  return r instanceof Promise ? r.then(own) : own(r);
}
