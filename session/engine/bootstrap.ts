import { Meta, MetaMutator } from '../../catalog/meta/meta.js';
import { SYSTEM_TABLES, UPGRADE_TO_4 } from './system-tables.js';
import { announceSafePoint } from './gc-safe-point.js';
import type { EngineCore } from './engine-core.js';
import { loadGlobals } from './global-store.js';

/** Raised when SYSTEM_TABLES changes; older stores get the tables that they lack. */
const BOOTSTRAP_VERSION = 7;

/** Makes the system tables of a new store, then takes over the global variables that were kept. */
export async function bootstrap(core: EngineCore): Promise<void> {
  const meta = new Meta(core.storage.snapshot(await core.storage.currentTs()));
  const version = await meta.bootstrapVersion();
  if (version < BOOTSTRAP_VERSION) {
    const statements =
      version === 0 ? SYSTEM_TABLES : SYSTEM_TABLES.filter((sql) => sql.startsWith('CREATE'));
    for (const sql of statements) await core.internalQuery(sql, '');
    if (version > 0 && version < 4) for (const sql of UPGRADE_TO_4) await core.internalQuery(sql, '');
    // There is nothing to be read from before.
    if (version === 0) await announceSafePoint(core, await core.storage.currentTs());
    const txn = await core.storage.begin();
    new MetaMutator(txn).setBootstrapVersion(BOOTSTRAP_VERSION);
    await txn.commit();
  }
  await loadGlobals(core);
}
