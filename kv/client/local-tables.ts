import type { Awaitable } from '../../types/awaitable.js';
import { decodeTableKey } from '../codec/table-key.js';
import type { PageCursor, PagedReader, PageOptions } from '../paged-reader.js';
import type { KvPair } from '../rpc.js';
import type { IterateOptions, KvIterator, LocalKeys, MemBuffer, Snapshot } from '../storage.js';
import { TxnMemBuffer } from './mem-buffer.js';

/** Deleted rows of a table that are kept before it is built anew. */
const MAX_DELETED = 1024;

/** Rows of one table: what was committed last. */
class LocalTable {
  data = new TxnMemBuffer();
  private deleted = 0;

  put(key: Uint8Array, value: Uint8Array | null): void {
    if (value === null && ++this.deleted > MAX_DELETED && this.deleted > this.data.count / 2) this.compact();
    this.data.put(key, value, 0);
  }

  private compact(): void {
    const data = new TxnMemBuffer();
    for (const { key, value } of this.data.iterate(NOTHING, NOTHING))
      if (value !== null) data.put(key, value, 0);
    this.data = data;
    this.deleted = 0;
  }
}

const NOTHING = new Uint8Array(0);

/**
 * Tables that a session has for itself, by id. Their keys are in a transaction's membuffer as all others are, so that statements and
 * savepoints are undone alike, but a commit takes them here instead of to the store. Tables without rows that outlast a
 * transaction have no place here: what is committed of them is forgotten.
 */
export class LocalTables implements LocalKeys {
  /** Null: rows are forgotten. Ids stay when the table is dropped: a transaction may still hold its keys. */
  private readonly tables = new Map<number, LocalTable | null>();

  /** `keeps`: rows outlast the transaction. */
  add(id: number, keeps: boolean): void {
    if (!this.tables.has(id)) this.tables.set(id, keeps ? new LocalTable() : null);
  }
  drop(id: number): void {
    this.tables.set(id, null);
  }

  has(key: Uint8Array): boolean {
    return this.tables.has(idOf(key));
  }
  get(key: Uint8Array): Uint8Array | null {
    return this.tables.get(idOf(key))?.data.get(key) ?? null;
  }
  over(snapshot: Snapshot): Snapshot {
    return new LocalSnapshot(this, snapshot);
  }
  absorb(buffer: MemBuffer): void {
    for (const { key, value } of buffer.iterate(NOTHING, NOTHING))
      this.tables.get(idOf(key))?.put(key, value);
  }

  /** Pairs of a range, which lies in one table. */
  *pairs(startKey: Uint8Array, endKey: Uint8Array, reverse: boolean): Generator<KvPair> {
    const table = this.tables.get(idOf(startKey));
    if (!table) return;
    for (const { key, value } of table.data.iterate(startKey, endKey, reverse))
      if (value !== null) yield { key, value };
  }
}

const idOf = (key: Uint8Array): number => decodeTableKey(key)?.tableId ?? -1;

class LocalIterator implements KvIterator {
  constructor(private readonly pairs: Generator<KvPair>) {}
  next(): KvPair | null {
    const r = this.pairs.next();
    return r.done === true ? null : r.value;
  }
  close(): void {
    this.pairs.return(undefined);
  }
}

/** The session's own tables over a snapshot of the store. */
class LocalSnapshot implements Snapshot {
  constructor(
    private readonly local: LocalTables,
    private readonly stored: Snapshot,
  ) {}

  get ts(): bigint {
    return this.stored.ts;
  }
  get(key: Uint8Array): Awaitable<Uint8Array | null> {
    return this.local.has(key) ? this.local.get(key) : this.stored.get(key);
  }
  batchGet(keys: readonly Uint8Array[]): Awaitable<(Uint8Array | null)[]> {
    const { local } = this;
    const others = keys.filter((k) => !local.has(k));
    if (others.length === keys.length) return this.stored.batchGet(keys);
    const fill = (values: readonly (Uint8Array | null)[]): (Uint8Array | null)[] => {
      let at = 0;
      return keys.map((k) => (local.has(k) ? local.get(k) : (values[at++] ?? null)));
    };
    if (others.length === 0) return fill([]);
    const values = this.stored.batchGet(others);
    return values instanceof Promise ? values.then(fill) : fill(values);
  }
  iterate(startKey: Uint8Array, endKey: Uint8Array, options?: IterateOptions): KvIterator {
    return this.local.has(startKey)
      ? new LocalIterator(this.local.pairs(startKey, endKey, options?.reverse === true))
      : this.stored.iterate(startKey, endKey, options);
  }
}

/** What a coprocessor reads the session's own tables by. */
export class LocalReader implements PagedReader {
  constructor(
    private readonly local: LocalTables,
    readonly ts: bigint,
  ) {}

  batchGet(keys: readonly Uint8Array[]): (Uint8Array | null)[] {
    return keys.map((k) => this.local.get(k));
  }
  pages(startKey: Uint8Array, endKey: Uint8Array, options: PageOptions): PageCursor {
    const pairs = this.local.pairs(startKey, endKey, options.reverse);
    return {
      nextPage() {
        const page: KvPair[] = [];
        while (page.length < options.maxRows) {
          const r = pairs.next();
          if (r.done === true) break;
          page.push(r.value);
        }
        return page.length === 0 ? null : page;
      },
      close: () => void pairs.return(undefined),
    };
  }
}
