import type { Awaitable } from '../../types/awaitable.js';
import { compareBytes } from '../codec/byte-writer.js';
import type { KvPair } from '../rpc.js';
import type { KvIterator } from '../storage.js';
import { EntryCursor, type TxnMemBuffer } from './mem-buffer.js';

/** Own writes over a snapshot: where both have a key the write counts, and a deletion hides it. */
export class UnionIterator implements KvIterator {
  private readonly cursor: EntryCursor;
  private own: KvPair | null = null;
  private ownDeleted = false;
  private ownKey: Uint8Array | null = null;
  private stored: KvPair | null = null;
  private storedReady = false;
  private ownReady = false;

  constructor(
    buffer: TxnMemBuffer,
    private readonly snapshot: KvIterator,
    startKey: Uint8Array,
    endKey: Uint8Array,
    private readonly reverse: boolean,
    private readonly beforeStage: number | undefined,
  ) {
    this.cursor = new EntryCursor(buffer, startKey, endKey, reverse);
  }

  private advanceOwn(): void {
    this.ownReady = true;
    for (let e = this.cursor.next(); e !== null; e = this.cursor.next()) {
      const value = this.beforeStage === undefined ? e.value : e.valueBefore(this.beforeStage);
      if (value === undefined) continue;
      this.ownKey = e.key;
      this.ownDeleted = value === null;
      this.own = value === null ? null : { key: e.key, value };
      return;
    }
    this.ownKey = null;
  }

  next(): Awaitable<KvPair | null> {
    for (;;) {
      if (!this.storedReady) {
        const p = this.snapshot.next();
        if (p instanceof Promise) {
          return p.then((pair) => {
            this.stored = pair;
            this.storedReady = true;
            return this.next();
          });
        }
        this.stored = p;
        this.storedReady = true;
      }
      if (!this.ownReady) this.advanceOwn();
      const stored = this.stored;
      if (this.ownKey === null) {
        this.storedReady = stored === null;
        return stored;
      }
      let c = stored === null ? -1 : compareBytes(this.ownKey, stored.key);
      if (this.reverse && stored !== null) c = -c;
      if (c > 0) {
        this.storedReady = false;
        return stored;
      }
      if (c === 0) this.storedReady = false;
      this.ownReady = false;
      if (!this.ownDeleted) return this.own;
    }
  }

  close(): void {
    this.snapshot.close();
  }
}
