import { localCoprocessor } from '../executor/coprocessor/handler.js';
import type { ChunkSource } from '../chunk/chunk.js';
import { LocalReader, type LocalTables } from '../kv/client/local-tables.js';
import type { RegionAdmin } from '../kv/region-admin.js';
import type { KeyRange, WaitForEntry } from '../kv/rpc.js';
import type {
  BulkLoading,
  CopTask,
  FlashbackTimes,
  RequestAttributes,
  Snapshot,
  SnapshotOptions,
  Storage,
  Transaction,
  TxnOptions,
} from '../kv/storage.js';
import type { Awaitable } from '../types/awaitable.js';

const LOCAL_CONTEXT = { regionId: 0, regionEpoch: { confVer: 0, version: 0 } };

/** The data as a session with temporary tables sees it: the store, and its own tables, which are in its memory. */
export class SessionStorage implements Storage {
  constructor(
    private readonly stored: Storage,
    private readonly local: LocalTables,
  ) {}

  get bulk(): BulkLoading | undefined {
    return this.stored.bulk;
  }
  get loads(): Storage['loads'] {
    return this.stored.loads;
  }
  get inProcess(): boolean {
    return this.stored.inProcess === true;
  }
  get regions(): RegionAdmin {
    return this.stored.regions;
  }
  currentTs(): Awaitable<bigint> {
    return this.stored.currentTs();
  }
  begin(options?: TxnOptions): Awaitable<Transaction> {
    const started = (txn: Transaction): Transaction => {
      txn.keepLocal(this.local);
      return txn;
    };
    const txn = this.stored.begin(options);
    return txn instanceof Promise ? txn.then(started) : started(txn);
  }
  snapshot(ts: bigint, options?: SnapshotOptions): Snapshot {
    return this.local.over(this.stored.snapshot(ts, options));
  }
  coprocessor(task: CopTask): ChunkSource {
    const first = task.ranges[0];
    if (first === undefined || !this.local.has(first.startKey)) return this.stored.coprocessor(task);
    const { startTs, pagingSize = 0, ...rest } = task;
    const request = { ...rest, context: LOCAL_CONTEXT, startTs, pagingSize };
    return localCoprocessor.run(request, new LocalReader(this.local, startTs));
  }
  deleteRange(startKey: Uint8Array, endKey: Uint8Array): Awaitable<void> {
    return this.stored.deleteRange(startKey, endKey);
  }
  gc(safePoint: bigint): Awaitable<bigint> {
    return this.stored.gc(safePoint);
  }
  prepareFlashback(ranges: readonly KeyRange[], at: Omit<FlashbackTimes, 'commitTs'>): Promise<void> {
    return this.stored.prepareFlashback(ranges, at);
  }
  flashback(ranges: readonly KeyRange[], at: FlashbackTimes): Promise<void> {
    return this.stored.flashback(ranges, at);
  }
  oldestActiveTs(): bigint | null {
    return this.stored.oldestActiveTs();
  }
  ignoreReadsBefore(ts: bigint): void {
    this.stored.ignoreReadsBefore(ts);
  }
  pinTs(ts: bigint): () => void {
    return this.stored.pinTs(ts);
  }
  lockWaits(): Awaitable<readonly WaitForEntry[]> {
    return this.stored.lockWaits();
  }
  forSession(attributes: RequestAttributes): Storage {
    return new SessionStorage(this.stored.forSession(attributes), this.local);
  }
  close(): Promise<void> {
    return this.stored.close();
  }
}
