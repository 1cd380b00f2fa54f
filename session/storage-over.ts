import type { ChunkSource } from '../chunk/chunk.js';
import type { RegionAdmin } from '../kv/region-admin.js';
import type { KeyRange, MvccInfo, WaitForEntry } from '../kv/rpc.js';
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

/** A storage with another beneath, to which it leaves what a subclass does not do itself. */
export abstract class StorageOver implements Storage {
  constructor(protected readonly stored: Storage) {}

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
    return this.stored.begin(options);
  }
  snapshot(ts: bigint, options?: SnapshotOptions): Snapshot {
    return this.stored.snapshot(ts, options);
  }
  coprocessor(task: CopTask): ChunkSource {
    return this.stored.coprocessor(task);
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
  mvccInfo(key: Uint8Array): Awaitable<MvccInfo> {
    return this.stored.mvccInfo(key);
  }
  lockWaits(): Awaitable<readonly WaitForEntry[]> {
    return this.stored.lockWaits();
  }
  abstract forSession(attributes: RequestAttributes): Storage;
  close(): Promise<void> {
    return this.stored.close();
  }
}
