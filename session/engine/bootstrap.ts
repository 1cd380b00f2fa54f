import { OwnerLease } from '../../kv/owner-lease.js';
import { Meta, MetaMutator } from '../../catalog/meta/meta.js';
import { createTables } from '../../ddl/table.js';
import type { CreateTableStmt } from '../../parser/ast/index.js';
import { parseOne } from '../../parser/parser.js';
import { SessionDdlContext } from '../session-ddl.js';
import { FIRST_ACCOUNT, MDL_VIEW, SYSTEM_TABLES, UPGRADE_TO_4 } from './system-tables.js';
import { announceSafePoint } from './gc-safe-point.js';
import type { EngineCore } from './engine-core.js';
import { loadGlobals } from './global-store.js';
import { writeServerRows } from './tidb-rows.js';

/** Raised when SYSTEM_TABLES changes; older stores get the tables that they lack. */
const BOOTSTRAP_VERSION = 10;

const WAIT_MS = 100;

/** Sees to it that the store has the system tables, then takes over the global variables that were kept. */
export async function bootstrap(core: EngineCore): Promise<void> {
  if ((await storedVersion(core)) < BOOTSTRAP_VERSION) {
    if (core.cluster.shared) await makeTablesAsOne(core);
    else await makeTables(core);
  }
  await loadGlobals(core);
}

async function storedVersion(core: EngineCore): Promise<number> {
  return new Meta(core.storage.snapshot(await core.storage.currentTs())).bootstrapVersion();
}

/** Of nodes that start together one makes the tables; if it dies, another goes on. */
async function makeTablesAsOne(core: EngineCore): Promise<void> {
  const office = new OwnerLease(core.storage, 'bootstrap', core.cluster.nodeId);
  await office.start();
  try {
    while ((await storedVersion(core)) < BOOTSTRAP_VERSION) {
      if (await office.campaign()) await makeTables(core);
      else await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  } finally {
    await office.stop();
  }
  await core.refreshSchema();
}

async function makeTables(core: EngineCore): Promise<void> {
  const version = await storedVersion(core);
  if (version === 0)
    for (const name of ['mysql', 'test'])
      await core.internalQuery(`CREATE DATABASE IF NOT EXISTS ${name}`, '');
  await makeMissing(core);
  await core.internalQuery(MDL_VIEW, '');
  if (version === 0) await core.internalQuery(FIRST_ACCOUNT, '');
  if (version > 0 && version < 4) for (const sql of UPGRADE_TO_4) await core.internalQuery(sql, '');
  // There is nothing to be read from before.
  if (version === 0) {
    await writeServerRows(core, BOOTSTRAP_VERSION);
    await announceSafePoint(core, await core.storage.currentTs(), Date.now());
  }
  const txn = await core.storage.begin();
  new MetaMutator(txn).setBootstrapVersion(BOOTSTRAP_VERSION);
  await txn.commit();
}

/** In one step, since each is told to all nodes. */
async function makeMissing(core: EngineCore): Promise<void> {
  const session = core.internalSession('mysql');
  try {
    const tables = SYSTEM_TABLES.map((sql) => parseOne(sql).stmt as CreateTableStmt);
    session.evalContext.startStatement(core.nowMicros(), true);
    await createTables(new SessionDdlContext(session), tables);
  } finally {
    await session.close();
  }
}
