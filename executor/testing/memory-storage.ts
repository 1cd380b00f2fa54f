import type { Awaitable } from '../../types/awaitable.js';
import type { MvccInfo } from '../../kv/rpc.js';
import type { ChunkSource } from '../../chunk/chunk.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { GatheredWrites } from '../../kv/client/gathered-writes.js';
import { TxnMemBuffer } from '../../kv/client/mem-buffer.js';
import type { RegionAdmin } from '../../kv/region-admin.js';
import { LocalRegions } from '../../kv/client/local-regions.js';
import type { CoprocessorHandler, DataWatch, MvccCursor, MvccReader } from '../../kv/mvcc-reader.js';
import type { KvPair } from '../../kv/rpc.js';
import {
  KeyExistsError,
  type CopTask,
  type IterateOptions,
  type KvIterator,
  type LockOptions,
  type PutFlags,
  type Snapshot,
  type Storage,
  type Transaction,
  type TxnOptions,
} from '../../kv/storage.js';

interface Version {
  readonly ts: bigint;
  readonly value: Uint8Array | null;
}
interface Row {
  readonly key: Uint8Array;
  /** Newest first. */
  versions: Version[];
}

/**
 * A multi-version store in memory for tests: sorted keys, whole versions, one writer at a time. It checks unique keys at commit
 * and gives the coprocessor what the embedded store gives.
 */
export class MemoryStorage implements Storage {
  private rows: Row[] = [];
  private clock = 1n;
  private lastCommit = 0n;
  private readonly listeners = new Set<(ts: bigint, keys: readonly Uint8Array[]) => void>();
  private readonly rangeListeners = new Set<(start: Uint8Array, end: Uint8Array) => void>();
  /** Rows read through cursors and gets, for tests of what was skipped. */
  reads = 0;

  constructor(
    private readonly handler: CoprocessorHandler,
    /** Lends readers for work in the background. */
    private readonly background = false,
  ) {}

  get watch(): DataWatch {
    return this.background ? this.backgroundWatch : this.plainWatch;
  }

  private readonly plainWatch: DataWatch = {
    onCommit: (l) => {
      this.listeners.add(l);
      return () => this.listeners.delete(l);
    },
    lastCommitTs: () => this.lastCommit,
    onRangeChange: (l) => {
      this.rangeListeners.add(l);
      return () => this.rangeListeners.delete(l);
    },
  };

  private readonly backgroundWatch: DataWatch = {
    ...this.plainWatch,
    freshReader: () => this.reader(this.currentTs()),
  };

  currentTs(): bigint {
    return ++this.clock;
  }

  begin(options?: TxnOptions): MemoryTransaction {
    return new MemoryTransaction(this, options?.startTs ?? this.currentTs(), options?.pessimistic === true);
  }

  snapshot(ts: bigint): Snapshot {
    return {
      ts,
      get: (key) => this.valueAt(key, ts),
      batchGet: (keys) => keys.map((k) => this.valueAt(k, ts)),
      iterate: (start, end, options) => this.iterate(start, end, ts, options),
    };
  }

  coprocessor(task: CopTask): ChunkSource {
    const res = this.handler.handle(
      {
        context: { regionId: 1, regionEpoch: { confVer: 1, version: 1 } },
        ...task,
        pagingSize: task.pagingSize ?? 0,
      },
      this.reader(task.startTs),
      this.watch,
    );
    if (res instanceof Promise || res.chunks === undefined)
      throw new Error('the handler answers at once here');
    return res.chunks;
  }

  prepareFlashback(): Promise<void> {
    return Promise.reject(new Error('no flashback here'));
  }
  flashback(): Promise<void> {
    return this.prepareFlashback();
  }

  deleteRange(start: Uint8Array, end: Uint8Array): void {
    this.rows = this.rows.filter(
      (r) => compareBytes(r.key, start) < 0 || (end.length > 0 && compareBytes(r.key, end) >= 0),
    );
    for (const l of this.rangeListeners) l(start, end);
  }

  gc(safePoint: bigint): bigint {
    return safePoint;
  }
  mvccInfo(): MvccInfo {
    return { lock: null, versions: [] };
  }
  lockWaits(): [] {
    return [];
  }
  oldestActiveTs(): bigint | null {
    return null;
  }
  ignoreReadsBefore(): void {}
  pinTs(): () => void {
    return () => {};
  }
  readonly regions: RegionAdmin = new LocalRegions(this);

  forSession(): Storage {
    return this;
  }

  async close(): Promise<void> {}

  private lowerBound(key: Uint8Array): number {
    let lo = 0;
    let hi = this.rows.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (compareBytes(this.rows[mid]!.key, key) < 0) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  valueAt(key: Uint8Array, ts: bigint): Uint8Array | null {
    const row = this.rows[this.lowerBound(key)];
    if (row === undefined || compareBytes(row.key, key) !== 0) return null;
    return visible(row, ts);
  }

  commit(writes: readonly { key: Uint8Array; value: Uint8Array | null; presumed: boolean }[]): bigint {
    for (const w of writes) {
      if (w.presumed && this.valueAt(w.key, this.clock) !== null) throw new KeyExistsError(w.key);
    }
    const ts = this.currentTs();
    const fresh: Row[] = [];
    for (const w of writes) {
      const at = this.lowerBound(w.key);
      const row = this.rows[at];
      if (row !== undefined && compareBytes(row.key, w.key) === 0)
        row.versions.unshift({ ts, value: w.value });
      else fresh.push({ key: w.key, versions: [{ ts, value: w.value }] });
    }
    if (fresh.length > 0) {
      this.rows = this.rows.concat(fresh);
      this.rows.sort((a, b) => compareBytes(a.key, b.key));
    }
    this.lastCommit = ts;
    const keys = writes.map((w) => w.key);
    for (const l of this.listeners) l(ts, keys);
    return ts;
  }

  private iterate(start: Uint8Array, end: Uint8Array, ts: bigint, options?: IterateOptions): KvIterator {
    const found: KvPair[] = [];
    for (let i = this.lowerBound(start); i < this.rows.length; i++) {
      const row = this.rows[i]!;
      if (end.length > 0 && compareBytes(row.key, end) >= 0) break;
      const value = visible(row, ts);
      if (value !== null) found.push({ key: row.key, value });
    }
    if (options?.reverse === true) found.reverse();
    let at = 0;
    return { next: () => found[at++] ?? null, close: () => {} };
  }

  reader(ts: bigint): MvccReader {
    return {
      startTs: ts,
      get: (key) => {
        this.reads++;
        return this.valueAt(key, ts);
      },
      scan: (start, end, reverse) => this.cursor(start, end, reverse, ts),
      checkLocks: () => {},
    };
  }

  private cursor(start: Uint8Array, end: Uint8Array, reverse: boolean, ts: bigint): MvccCursor {
    let last: Uint8Array | null = null;
    const store = this;
    const cursor = {
      keyBuffer: new Uint8Array(0) as Uint8Array,
      keyLength: 0,
      valueBuffer: new Uint8Array(0) as Uint8Array,
      valueStart: 0,
      valueEnd: 0,
      next(): boolean {
        // Found anew at each step: commits in between must not disturb it.
        let i: number;
        if (reverse)
          i =
            (last === null
              ? end.length === 0
                ? store.rows.length
                : store.lowerBound(end)
              : store.lowerBound(last)) - 1;
        else if (last === null) i = store.lowerBound(start);
        else {
          i = store.lowerBound(last);
          if (i < store.rows.length && compareBytes(store.rows[i]!.key, last) === 0) i++;
        }
        for (; i >= 0 && i < store.rows.length; i += reverse ? -1 : 1) {
          const row = store.rows[i]!;
          if (reverse ? compareBytes(row.key, start) < 0 : end.length > 0 && compareBytes(row.key, end) >= 0)
            return false;
          const value = visible(row, ts);
          if (value === null) continue;
          store.reads++;
          last = row.key;
          cursor.keyBuffer = row.key;
          cursor.keyLength = row.key.length;
          cursor.valueBuffer = value;
          cursor.valueEnd = value.length;
          return true;
        }
        return false;
      },
      pause(): void {},
      close(): void {},
    };
    return cursor;
  }
}

function visible(row: Row, ts: bigint): Uint8Array | null {
  for (const v of row.versions) if (v.ts <= ts) return v.value;
  return null;
}

class MemoryTransaction implements Transaction {
  givesWayToLocks = false;
  readonly assertionLevel = 'off';
  readonly memBuffer = new TxnMemBuffer();
  readonly snapshot: Snapshot;
  forUpdateTs: bigint;
  lockWaitTimeoutMs = 0;
  readonly waitingSince = 0;
  valid = true;
  readonly locked: Uint8Array[] = [];

  constructor(
    private readonly store: MemoryStorage,
    readonly startTs: bigint,
    readonly pessimistic: boolean,
  ) {
    this.snapshot = store.snapshot(startTs);
    this.forUpdateTs = startTs;
  }

  get(key: Uint8Array): Uint8Array | null {
    const own = this.memBuffer.get(key);
    return own === undefined ? this.store.valueAt(key, this.startTs) : own;
  }
  batchGet(keys: readonly Uint8Array[]): (Uint8Array | null)[] {
    return keys.map((k) => this.get(k));
  }
  iterate(start: Uint8Array, end: Uint8Array, options?: IterateOptions): KvIterator {
    return this.snapshot.iterate(start, end, options);
  }
  set(key: Uint8Array, value: Uint8Array, flags?: PutFlags): void {
    if (this.gathered !== null) return this.gathered.add(key, value, flags?.presumeNotExists === true);
    const presume = flags?.presumeNotExists === true && this.memBuffer.get(key) !== null;
    this.memBuffer.put(key, value, presume ? 1 : 0);
  }
  private gathered: GatheredWrites | null = null;
  get gathers(): boolean {
    return this.gathered !== null;
  }
  gather(): void {
    this.gathered = new GatheredWrites();
  }
  delete(key: Uint8Array): void {
    this.memBuffer.put(key, null, 0);
  }
  lockKeys(keys: readonly Uint8Array[], options?: LockOptions): (Uint8Array | null)[] {
    const values = keys.map((k) => this.memBuffer.get(k) ?? this.store.valueAt(k, this.store.currentTs()));
    this.locked.push(...keys);
    if (options?.presumeNotExists === true) {
      const taken = keys.findIndex((k, i) => values[i] !== null && this.memBuffer.get(k) === undefined);
      if (taken >= 0) throw new KeyExistsError(keys[taken]!);
    }
    return values;
  }
  releaseUnwanted(): void {}
  keepLocal(): void {}
  stage(): number {
    return this.memBuffer.stage();
  }
  releaseStage(id: number): Awaitable<void> {
    return this.memBuffer.release(id);
  }
  rollbackStage(id: number): Awaitable<void> {
    return this.memBuffer.rollback(id);
  }
  onBeforeCommit(): void {}
  commit(): bigint {
    if (this.gathered !== null) {
      this.valid = false;
      const { list } = this.gathered.mutations();
      return this.store.commit(
        list.map((m) => ({ key: m.key, value: m.value ?? null, presumed: m.op === 'insert' })),
      );
    }
    const writes = [...this.memBuffer.iterate(new Uint8Array(0), new Uint8Array(0))].map(
      ({ key, value }) => ({
        key,
        value,
        presumed: (this.memBuffer.flagsOf(key) & 1) !== 0 && value !== null,
      }),
    );
    this.valid = false;
    return writes.length === 0 ? 0n : this.store.commit(writes);
  }
  rollback(): void {
    this.valid = false;
  }
}
