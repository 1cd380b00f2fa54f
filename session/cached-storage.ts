import type { ChunkSource } from '../chunk/chunk.js';
import type { LocalTables } from '../kv/client/local-tables.js';
import { decodeTableKey } from '../kv/codec/table-key.js';
import type { CopTask, RequestAttributes, Snapshot, SnapshotOptions, Storage } from '../kv/storage.js';
import type { CachedTables } from './engine/cached-tables.js';
import { runLocally } from './session-storage.js';
import { StorageOver } from './storage-over.js';

/** Statements after which a cached table is kept in memory: those that are about to change it would have to wait for their own lease. */
const READING = /_(Select|With|Table|Values|Execute|Trace)$/;

/** The data as a session with cached tables sees it: of those that are in memory nothing is asked of the store. */
export class CachedStorage extends StorageOver {
  constructor(
    stored: Storage,
    private readonly tables: CachedTables,
    private readonly attributes: RequestAttributes,
  ) {
    super(stored);
  }

  override snapshot(ts: bigint, options?: SnapshotOptions): Snapshot {
    return this.over(this.stored.snapshot(ts, options));
  }
  override coprocessor(task: CopTask): ChunkSource {
    const first = task.ranges[0];
    const local = first === undefined ? null : this.at(first.startKey, task.startTs);
    return local === null ? this.stored.coprocessor(task) : runLocally(task, local);
  }
  forSession(attributes: RequestAttributes): Storage {
    return new CachedStorage(this.stored.forSession(attributes), this.tables, attributes);
  }

  /** A snapshot with the tables in memory over it. */
  over(snapshot: Snapshot): Snapshot {
    const { ts } = snapshot;
    return {
      ts,
      get: (key) => (this.at(key, ts)?.over(snapshot) ?? snapshot).get(key),
      // Keys of one request are those of one table.
      batchGet: (keys) =>
        ((keys[0] === undefined ? null : this.at(keys[0], ts))?.over(snapshot) ?? snapshot).batchGet(keys),
      iterate: (startKey, endKey, options) =>
        (this.at(startKey, ts)?.over(snapshot) ?? snapshot).iterate(startKey, endKey, options),
    };
  }

  private at(key: Uint8Array, ts: bigint): LocalTables | null {
    const { tables } = this;
    const id = decodeTableKey(key)?.tableId ?? -1;
    return tables.isCached(id) ? tables.at(id, ts, READING.test(this.attributes.requestSource)) : null;
  }
}
