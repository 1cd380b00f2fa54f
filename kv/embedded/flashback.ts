import { compareBytes } from '../codec/byte-writer.js';
import type { MvccCursor } from '../mvcc-reader.js';
import type { FlashbackRequest } from '../rpc.js';
import type { CommitPath } from './commit-path.js';
import type { Reads } from './reads.js';
import { VersionKind } from './record.js';
import type { VersionWrite } from './version-store.js';

/** Keys looked at, and bytes written, before the event loop runs. */
const STEP_KEYS = 2048;
const STEP_BYTES = 1 << 20;
const PAST_LOCKS = { regionId: 0, regionEpoch: { confVer: 0, version: 0 }, isolationLevel: 'RC' } as const;

/**
 * TiKV's flashback. Nobody else may read or write the range while it works; locks in it are rolled back first. Done again
 * after a crash it goes on where it was, since what is as it was needs no new version. Each step is a transaction of its own
 * that `commit` makes, so that whoever follows commits (column segments) meets nothing out of order.
 */
export async function flashback(
  path: CommitPath,
  reads: Reads,
  req: Pick<FlashbackRequest, 'startKey' | 'endKey' | 'version' | 'commitTs'>,
  commit: (writes: readonly VersionWrite[]) => void,
): Promise<void> {
  const { startKey, endKey, version, commitTs } = req;
  path.locks.section(() => rollBackLocks(path, startKey, endKey));
  const now = new Side(reads.cursor(startKey, endKey, false, commitTs, PAST_LOCKS));
  const then = new Side(reads.cursor(startKey, endKey, false, version, PAST_LOCKS));
  try {
    now.advance();
    then.advance();
    for (;;) {
      const writes: VersionWrite[] = [];
      let bytes = 0;
      for (let n = 0; n < STEP_KEYS && bytes < STEP_BYTES; n++) {
        const order = now.done ? (then.done ? 0 : 1) : then.done ? -1 : compareBytes(now.key, then.key);
        if (now.done && then.done) break;
        if (order < 0) {
          writes.push({ kind: VersionKind.del, key: now.key, value: undefined });
          now.advance();
        } else {
          if (order > 0 || compareBytes(now.value, then.value) !== 0) {
            writes.push({ kind: VersionKind.put, key: then.key, value: then.value });
            bytes += then.value.length;
          }
          if (order === 0) now.advance();
          then.advance();
        }
      }
      now.cursor.pause();
      then.cursor.pause();
      commit(writes);
      if (now.done && then.done) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    now.cursor.close();
    then.cursor.close();
  }
}

function rollBackLocks(path: CommitPath, startKey: Uint8Array, endKey: Uint8Array): void {
  path.locks.dropShared();
  for (const lock of path.locks.all()) {
    if (compareBytes(lock.key, startKey) < 0) continue;
    if (endKey.length > 0 && compareBytes(lock.key, endKey) >= 0) continue;
    if (lock.type === 'pessimisticLock') path.locks.remove(lock);
    else path.rollback(lock.startTs, [lock.key]);
  }
  path.locks.wake();
}

/** A cursor's current row, copied: it outlives the cursor's next step. */
class Side {
  key = new Uint8Array(0);
  value = new Uint8Array(0);
  done = false;

  constructor(readonly cursor: MvccCursor) {}

  advance(): void {
    const { cursor } = this;
    if (!cursor.next()) {
      this.done = true;
      return;
    }
    this.key = Uint8Array.prototype.slice.call(cursor.keyBuffer, 0, cursor.keyLength);
    this.value = Uint8Array.prototype.slice.call(cursor.valueBuffer, cursor.valueStart, cursor.valueEnd);
  }
}
