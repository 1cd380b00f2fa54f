import type { Account } from '../client-session.js';
import { loadStatistics } from '../statistics/dump.js';
import type { EngineCore } from './engine-core.js';

/** Takes what /stats/dump/{db}/{table} gave, on this server or another, as LOAD STATS does. */
export async function uploadStatistics(core: EngineCore, account: Account, dump: string): Promise<void> {
  core.accounts.checkerFor(account).requireGlobal('SUPER');
  await loadStatistics(core, dump);
}
