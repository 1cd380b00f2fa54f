import type { Awaitable } from '../types/awaitable.js';
import type { LockSpec } from '../planner/physical/plan.js';
import type { LockOptions } from '../kv/storage.js';
import type { ExecContext } from './exec-context.js';

/** Point reads as a statement sees them: the transaction's own writes, then the statement's snapshot. */

export function readKey(key: Uint8Array, ctx: ExecContext): Awaitable<Uint8Array | null> {
  const own = ctx.txn?.memBuffer.get(key);
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
    const own = buffer.get(keys[i]!);
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

/** How FOR UPDATE's options reach the store. */
export function lockOptions(lock: LockSpec): LockOptions {
  if (lock.wait === 'nowait') return { waitTimeoutMs: -1 };
  if (lock.wait === 'skipLocked') return { skipLocked: true };
  return typeof lock.wait === 'number' ? { waitTimeoutMs: lock.wait === 0 ? -1 : lock.wait * 1000 } : {};
}

/**
 * Locks keys of a pessimistic transaction and reads them as they are now; without one (or outside a transaction)
 * just reads them. Own writes count as the current value.
 */
export function readKeysLocked(
  keys: readonly Uint8Array[],
  lock: LockSpec | null,
  ctx: ExecContext,
): Awaitable<(Uint8Array | null)[]> {
  const txn = ctx.txn;
  if (lock === null || txn === null || keys.length === 0) return readKeys(keys, ctx);
  if (!txn.pessimistic) {
    const locked = txn.lockKeys(keys, lockOptions(lock));
    return locked instanceof Promise ? locked.then(() => readKeys(keys, ctx)) : readKeys(keys, ctx);
  }
  const own = (values: (Uint8Array | null)[]): (Uint8Array | null)[] => {
    if (txn.memBuffer.count === 0) return values;
    return values.map((v, i) => {
      const w = txn.memBuffer.get(keys[i]!);
      return w === undefined ? v : w;
    });
  };
  const r = txn.lockKeys(keys, { ...lockOptions(lock), returnValues: true });
  return r instanceof Promise ? r.then(own) : own(r);
}
