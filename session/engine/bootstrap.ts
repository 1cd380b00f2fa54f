import { Meta, MetaMutator } from '../../catalog/meta/meta.js';
import { SYSTEM_TABLES } from './system-tables.js';
import type { EngineCore } from './engine-core.js';
import { loadGlobals } from './global-store.js';

/** Raised when SYSTEM_TABLES changes; older stores run the statements added since. */
const BOOTSTRAP_VERSION = 1;

/** Makes the system tables of a new store, then takes over the global variables that were kept. */
export async function bootstrap(core: EngineCore): Promise<void> {
  const meta = new Meta(core.storage.snapshot(await core.storage.currentTs()));
  if ((await meta.bootstrapVersion()) < BOOTSTRAP_VERSION) {
    for (const sql of SYSTEM_TABLES) await core.internalQuery(sql, '');
    const txn = await core.storage.begin();
    new MetaMutator(txn).setBootstrapVersion(BOOTSTRAP_VERSION);
    await txn.commit();
  }
  await loadGlobals(core);
}
