import type { ColumnarReplica } from '../../executor/columnar/columnar-replica.js';
import { createCoprocessorHandler, localCoprocessor } from '../../executor/coprocessor/handler.js';
import type { ClientOptions } from '../../kv/client/client-context.js';
import { openStorage } from '../../kv/client/storage.js';
import type { Storage } from '../../kv/storage.js';
import type { TlsFiles } from '../../kv/tikv/tls.js';
import type { AttachedStore } from '../../kv/embedded/attached-store.js';
import type { EmbeddedStore } from '../../kv/embedded/engine.js';
import type { StoreAttachment } from '../../kv/embedded/thread-protocol.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Logger } from './engine-core.js';

const REPLICAS = new WeakMap<Storage, ColumnarReplica>();

/** The columnar replica beside a storage's rows; null where there is none. */
export const replicaOf = (storage: Storage): ColumnarReplica | null => REPLICAS.get(storage) ?? null;

const STORES = new WeakMap<Storage, EmbeddedStore | AttachedStore>();

/** Tells an embedded store how many statements its thread has run, by which it sees whether that does anything but commit. */
export function countStatements(storage: Storage, count: () => number): void {
  STORES.get(storage)?.countStatements(count);
}

export interface DataStoreOptions {
  readonly dataDir: string;
  /** A TiKV cluster or served store to keep the data in; else the embedded store in `dataDir`. */
  readonly tikv?: {
    readonly pd: readonly string[];
    readonly tls: TlsFiles | null;
    readonly zone?: string;
  } | null;
  /** The embedded store that another thread of this process has open. */
  readonly attachment?: StoreAttachment;
  /** The embedded store that this thread has open, for itself and others: `threads` in all. It is not closed here. */
  readonly opened?: { readonly store: EmbeddedStore; readonly threads: number };
  /** innodb_flush_log_at_trx_commit at start, of the embedded store. */
  readonly durability: 0 | 1 | 2;
  /** Of transactions' sizes; the client's own where absent. */
  readonly limits?: Pick<ClientOptions, 'txnTotalSizeLimit' | 'txnEntrySizeLimit' | 'lockTtl'>;
  readonly logger: Logger;
}

/**
 * Opens where the data lives. What is not needed is not loaded: gRPC and LMDB cost start-up time. Throws StoreLockedError, errors of the
 * file system, and 9001 when no PD answers.
 */
export async function openDataStore(options: DataStoreOptions): Promise<Storage> {
  const { tikv, logger, limits } = options;
  if (tikv !== undefined && tikv !== null) {
    const { openTikvStorage } = await import('../../kv/tikv/client/open-tikv-storage.js');
    return openTikvStorage({ ...tikv, coprocessor: localCoprocessor, options: limits ?? {} });
  }
  if (options.attachment !== undefined) {
    const { AttachedStore } = await import('../../kv/embedded/attached-store.js');
    const store = new AttachedStore(options.attachment);
    return storageOf(store, limits, () => store.close());
  }
  if (options.opened !== undefined) {
    const { store } = options.opened;
    return storageOf(store, limits, () => Promise.resolve());
  }
  const { openEmbeddedStore } = await import('../../kv/embedded/engine.js');
  const store = await openEmbeddedStore({
    dataDir: options.dataDir,
    durability: options.durability,
    logger,
  });
  return storageOf(store, limits, () => store.close());
}

function storageOf(
  store: EmbeddedStore | AttachedStore,
  limits: DataStoreOptions['limits'],
  onClose: () => Awaitable<void>,
): Storage {
  const handler = createCoprocessorHandler({});
  store.setCoprocessor(handler);
  const storage = openStorage({ rpc: store, oracle: store, options: limits ?? {}, onClose });
  STORES.set(storage, store);
  const replica = handler.replicaOf(store.dataWatch);
  if (replica !== null) REPLICAS.set(storage, replica);
  return storage;
}
