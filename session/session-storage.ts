import { localCoprocessor } from '../executor/coprocessor/handler.js';
import type { ChunkSource } from '../chunk/chunk.js';
import { LocalReader, type LocalTables } from '../kv/client/local-tables.js';
import type {
  CopTask,
  RequestAttributes,
  Snapshot,
  SnapshotOptions,
  Storage,
  Transaction,
  TxnOptions,
} from '../kv/storage.js';
import type { Awaitable } from '../types/awaitable.js';
import { StorageOver } from './storage-over.js';

const LOCAL_CONTEXT = { regionId: 0, regionEpoch: { confVer: 0, version: 0 } };

/** What a store would answer, from tables in memory. */
export function runLocally(task: CopTask, local: LocalTables): ChunkSource {
  const { startTs, pagingSize = 0, ...rest } = task;
  const request = { ...rest, context: LOCAL_CONTEXT, startTs, pagingSize };
  return localCoprocessor.run(request, new LocalReader(local, startTs));
}

/** The data as a session with temporary tables sees it: the store, and its own tables, which are in its memory. */
export class SessionStorage extends StorageOver {
  constructor(
    stored: Storage,
    private readonly local: LocalTables,
  ) {
    super(stored);
  }

  override begin(options?: TxnOptions): Awaitable<Transaction> {
    const started = (txn: Transaction): Transaction => {
      txn.keepLocal(this.local);
      return txn;
    };
    const txn = this.stored.begin(options);
    return txn instanceof Promise ? txn.then(started) : started(txn);
  }
  override snapshot(ts: bigint, options?: SnapshotOptions): Snapshot {
    return this.local.over(this.stored.snapshot(ts, options));
  }
  override coprocessor(task: CopTask): ChunkSource {
    const first = task.ranges[0];
    if (first === undefined || !this.local.has(first.startKey)) return this.stored.coprocessor(task);
    return runLocally(task, this.local);
  }
  forSession(attributes: RequestAttributes): Storage {
    return new SessionStorage(this.stored.forSession(attributes), this.local);
  }
}
