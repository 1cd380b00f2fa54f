import { blacklists } from '../../planner/blacklists.js';
import { decodeUtf8 } from '../../types/charset.js';
import type { EngineCore } from './engine-core.js';

/** Which blacklist of the optimizer an ADMIN RELOAD names. */
export type BlacklistName = 'OPT_RULE_BLACKLIST' | 'EXPR_PUSHDOWN_BLACKLIST';

export const isBlacklist = (word: string): word is BlacklistName =>
  word === 'OPT_RULE_BLACKLIST' || word === 'EXPR_PUSHDOWN_BLACKLIST';

/** Takes what a blacklist's table holds for granted in this process. */
export async function reloadBlacklist(core: EngineCore, which: BlacklistName): Promise<void> {
  const names = async (sql: string): Promise<string[]> =>
    (await core.internalQuery(sql)).flatMap(([n]) => (n instanceof Uint8Array ? [decodeUtf8(n)] : []));
  if (which === 'OPT_RULE_BLACKLIST')
    blacklists.blockRules(await names('SELECT name FROM mysql.opt_rule_blacklist'));
  else
    blacklists.blockFunctions(
      await names(
        "SELECT name FROM mysql.expr_pushdown_blacklist WHERE FIND_IN_SET('tikv', REPLACE(store_type, ' ', ''))",
      ),
    );
}

/** What was on the lists when the process started holds from then on. */
export async function loadBlacklists(core: EngineCore): Promise<void> {
  await reloadBlacklist(core, 'OPT_RULE_BLACKLIST');
  await reloadBlacklist(core, 'EXPR_PUSHDOWN_BLACKLIST');
}
