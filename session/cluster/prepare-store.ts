import { openStorage } from '../../kv/client/storage.js';
import { OwnerLease } from '../../kv/owner-lease.js';
import type { EmbeddedStore } from '../../kv/embedded/engine.js';

/** Before any node works on a store that only this process can have open: offices of nodes of an earlier life are vacant. */
export async function prepareStore(store: EmbeddedStore): Promise<void> {
  const storage = openStorage({ rpc: store, oracle: store });
  await OwnerLease.vacateAll(storage);
}
