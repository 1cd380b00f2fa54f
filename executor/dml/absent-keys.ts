import { keyString } from '../../kv/codec/key-string.js';
import { KeyExistsError } from '../../kv/storage.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import type { ExecContext } from '../exec-context.js';
import { StatementLock } from '../read-key.js';
import type { TableWriter, UniqueKey } from '../table-writer.js';

/** Throws 1062 for a key that is taken; with `lock` it stays free. `rowOf`: the row that wants the key at a position. */
export function requireAbsent(
  keys: readonly UniqueKey[],
  rowOf: (at: number) => readonly Datum[],
  writer: TableWriter,
  lock: boolean,
  ctx: ExecContext,
): Awaitable<void> {
  const failed = (e: unknown): never => {
    if (!(e instanceof KeyExistsError)) throw e;
    const name = keyString(e.key);
    const at = keys.findIndex((u) => keyString(u.key) === name);
    throw at < 0 ? e : writer.duplicate(keys[at]!, rowOf(at));
  };
  const locked = (values: readonly (Uint8Array | null)[]): void => {
    const taken = values.findIndex((v) => v !== null && v !== undefined);
    if (taken >= 0) throw writer.duplicate(keys[taken]!, rowOf(taken));
  };
  const names = keys.map((u) => u.key);
  let values: Awaitable<(Uint8Array | null)[]>;
  try {
    values = lock
      ? ctx.txn!.lockKeys(names, new StatementLock(ctx, true, null, true))
      : ctx.txn!.batchGet(names);
  } catch (e) {
    return failed(e);
  }
  return values instanceof Promise ? values.then(locked, failed) : locked(values);
}
