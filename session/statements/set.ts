import { resourceGroups } from '../../ddl/resource-group.js';
import type { Expr, SetItem, SetTransactionStmt, VariableScope } from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { charset as findCharset } from '../../types/charset.js';
import { collation as findCollation } from '../../types/collation.js';
import { timeZone } from '../../types/timezone.js';
import { datumToString } from '../../types/format.js';
import { historical, pointInTime, setSnapshot } from '../historical-read.js';
import { commitTransaction } from '../run-statement.js';
import type { Session } from '../session.js';
import { forgetGlobal, persistGlobal } from '../engine/global-store.js';
import { settable } from '../variables/variable-store.js';
import { INSTANCE_VARIABLES, isRemoved } from '../variables/removed-variables.js';
import type { SystemVariable } from '../variables/system-variable.js';
import { findVariable, normalizeValue } from '../variables/system-variable.js';
import { evaluate } from './query.js';
import { registerStatement } from './statement-handler.js';

registerStatement('Set', {
  run: async (session, stmt) => {
    for (const item of stmt.items) await setItem(session, item);
    return null;
  },
});

async function setItem(session: Session, item: SetItem): Promise<void> {
  switch (item.kind) {
    case 'UserVariable': {
      const [v] = await evaluate(session, [item.value]);
      session.evalContext.session.setUserVariable(item.name, v!.type, v!.value);
      return;
    }
    case 'Names':
      return setNames(session, item.charset, item.collate);
    case 'Charset':
      return setCharset(session, item.charset);
    case 'SystemVariable':
      return setSystemVariable(session, item.scope, item.name, item.value);
  }
}

/** The text of the value of SET; null for DEFAULT. A bare name (`utf8`, `ON`) has arrived as a string. */
async function valueText(session: Session, value: Expr): Promise<string> {
  const plain = stripParens(value);
  if (plain.kind === 'StringLiteral' && plain.bytes === null) return plain.value;
  const [v] = await evaluate(session, [value]);
  return v!.value === null ? 'NULL' : datumToString(v!.value, v!.type);
}

async function setSystemVariable(
  session: Session,
  scope: VariableScope | null,
  name: string,
  value: Expr | null,
): Promise<void> {
  if (isRemoved(name)) return;
  const v = settable(name);
  warnOfNoop(session, v);
  const text =
    value === null || stripParens(value).kind === 'DefaultExpr' ? null : await valueText(session, value);
  if (text === 'NULL' && v.name !== 'character_set_results')
    throw mysqlError('ER_WRONG_VALUE_FOR_VAR', v.name, 'NULL');
  checkMeaning(v.name, text);
  if ((v.aliasOf ?? v.name) === 'transaction_isolation' && text !== null)
    checkIsolation(session, normalizeValue(v, text, session.statement));
  if (
    scope === 'GLOBAL' ||
    scope === 'PERSIST' ||
    scope === 'PERSIST_ONLY' ||
    (scope === 'INSTANCE' && v.scope !== 'session')
  ) {
    if (v.scope === 'session') throw mysqlError('ER_LOCAL_VARIABLE', v.name);
    session.privileges.requireGlobal('SUPER', 'SYSTEM_VARIABLES_ADMIN');
    return setGlobal(session, v, text, scope);
  }
  if (v.scope === 'global' && (await setOfInstance(session, v, text))) return;
  if (v.name === 'autocommit') return setAutocommit(session, text);
  if (v.name === 'tidb_snapshot') await setSnapshot(session, text ?? '');
  if (GLOBAL_ALONE.has(v.name)) throw mysqlError('ER_VARIABLE_IS_READONLY', v.name);
  const before = v.name === PRUNE_MODE ? session.vars.get(v.name) : '';
  const kept = session.vars.set(v.name, text, session.statement);
  if (before === 'static' && kept === 'dynamic') advise(session, ANALYZE_AGAIN, SET_GLOBALLY);
  checkNoop(session, v, kept, session.vars.get('tidb_enable_noop_functions'));
  if (v.name === 'tidb_read_staleness') historical(session).staleness = Number(kept);
  if (v.name === 'tidb_enable_external_ts_read') historical(session).external = kept === 'ON';
  followUp(session, v.aliasOf ?? v.name, kept);
}

const PRUNE_MODE = 'tidb_partition_prune_mode';
/** What TiDB says of dynamic pruning, which goes by statistics of whole tables. */
const ANALYZE_AGAIN =
  'Please analyze all partition tables again for consistency between partition and global stats';
const SET_GLOBALLY =
  'Please avoid setting partition prune mode to dynamic at session level and set partition prune mode to dynamic at global level';

function advise(session: Session, ...messages: readonly string[]): void {
  for (const message of messages) session.statement.warn({ level: 'Warning', code: 1105, message });
}

async function setGlobal(
  session: Session,
  v: SystemVariable,
  text: string | null,
  scope: VariableScope,
): Promise<void> {
  const { globals } = session.engine;
  const kept = text === null ? v.default : normalizeValue(v, text, session.statement);
  if (scope === 'PERSIST_ONLY') return persistGlobal(session.engine, v.name, kept);
  checkNoop(session, v, kept, globals.get('tidb_enable_noop_functions'));
  if (v.name === PRUNE_MODE && kept === 'dynamic') advise(session, ANALYZE_AGAIN);
  if (
    v.name === 'tidb_super_read_only' &&
    kept === 'OFF' &&
    globals.get('tidb_restricted_read_only') === 'ON'
  )
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      "can't turn off tidb_super_read_only when tidb_restricted_read_only is on",
    );
  if (v.name === 'tidb_enable_ddl' && kept === 'OFF' && !session.engine.cluster.shared)
    throw mysqlError(
      'ER_DDL_SETTING',
      'disabling',
      'can not disable ddl owner when it is the only one tidb instance',
    );
  const put = async (each: SystemVariable, value: string): Promise<void> => {
    globals.set(each, value);
    await persistGlobal(session.engine, each.name, value);
    await session.engine.cluster.tellGlobal(each.name, value);
  };
  const least = leastPasswordLength(v.name, kept, (name) => globals.get(name));
  if (v.name === PASSWORD_LENGTH) return put(v, String(Math.max(least, Number(kept))));
  await put(v, kept);
  if (least > Number(globals.get(PASSWORD_LENGTH))) await put(settable(PASSWORD_LENGTH), String(least));
  // The stricter of the two read-only modes brings the other with it.
  if (v.name === 'tidb_restricted_read_only' && kept === 'ON')
    await put(settable('tidb_super_read_only'), 'ON');
}

const PASSWORD_LENGTH = 'validate_password.length';

/** The length that the counts of validate_password ask for, one of them perhaps being set; 0 where no rule of passwords is set. */
function leastPasswordLength(set: string, value: string, kept: (name: string) => string): number {
  if (!set.startsWith('validate_password.')) return 0;
  const count = (name: string): number => Number(set === name ? value : kept(name));
  return (
    count('validate_password.number_count') +
    count('validate_password.special_char_count') +
    2 * count('validate_password.mixed_case_count')
  );
}

/** Variables whose value a session has from its beginning (MySQL manual: "The session value of this variable is read only"). */
const GLOBAL_ALONE: ReadonlySet<string> = new Set(['max_allowed_packet', 'net_buffer_length']);

/** What MySQL does when these are on, TiDB does not: they are refused unless tidb_enable_noop_functions lets them pass (1235). */
const NOOP_SWITCHES: ReadonlyMap<string, string> = new Map([
  ['read_only', 'READ ONLY'],
  ['super_read_only', 'READ ONLY'],
  ['offline_mode', 'OFFLINE MODE'],
  ['sql_auto_is_null', 'sql_auto_is_null'],
]);

function checkNoop(session: Session, v: SystemVariable, value: string, mode: string): void {
  const what = NOOP_SWITCHES.get(v.name);
  if (what === undefined || value !== 'ON' || mode === 'ON') return;
  const error = mysqlError('ER_FUNCTIONS_NOOP_IMPL', what);
  if (mode === 'WARN') {
    session.statement.warn({ level: 'Warning', code: error.code, message: error.message });
    return;
  }
  if (v.scope !== 'global') session.vars.assign(v.name, 'OFF');
  throw error;
}

/** SET without a scope of a variable of one server, as old TiDB clients do it; false: the variable is none. */
async function setOfInstance(session: Session, v: SystemVariable, text: string | null): Promise<boolean> {
  if (!INSTANCE_VARIABLES.has(v.name) || session.vars.get('tidb_enable_legacy_instance_scope') !== 'ON')
    return false;
  session.privileges.requireGlobal('SUPER', 'SYSTEM_VARIABLES_ADMIN');
  await setGlobal(session, v, text, 'GLOBAL');
  const e = mysqlError('ER_WARN_INSTANCE_SCOPE', v.name);
  session.statement.warn({ level: 'Warning', code: e.code, message: e.message });
  return true;
}

/** What a variable of MySQL's that changes nothing here is said to be, where tidb_enable_noop_variables is OFF. */
function warnOfNoop(session: Session, v: SystemVariable): void {
  if (
    v.noop !== true ||
    v.name.startsWith('ti') ||
    session.engine.globals.get('tidb_enable_noop_variables') === 'ON'
  )
    return;
  const e = mysqlError('ER_WARN_NO_EFFECT_SET', v.name);
  session.statement.warn({ level: 'Warning', code: e.code, message: e.message });
}

/** Checks that need more than the variable's kind. */
function checkMeaning(name: string, value: string | null): void {
  if (value === null) return;
  if (name === 'time_zone' && timeZone(value) === null) throw mysqlError('ER_UNKNOWN_TIME_ZONE', value);
  if (name.startsWith('character_set_') && value !== 'NULL' && findCharset(value) === undefined)
    throw mysqlError('ER_UNKNOWN_CHARACTER_SET', value);
  if (name.startsWith('collation_') && findCollation(value) === undefined)
    throw mysqlError('ER_UNKNOWN_COLLATION', value);
}

/** Variables that move together. */
function followUp(session: Session, name: string, value: string): void {
  if (name === 'character_set_connection')
    session.vars.assign('collation_connection', findCharset(value)!.defaultCollation);
  if (name === 'collation_connection')
    session.vars.assign('character_set_connection', findCollation(value)!.charset);
  if (name === 'character_set_server')
    session.vars.assign('collation_server', findCharset(value)!.defaultCollation);
  if (name === 'collation_server') session.vars.assign('character_set_server', findCollation(value)!.charset);
}

/** Turning autocommit on commits what is open (MySQL manual, "autocommit, Commit, and Rollback"). */
async function setAutocommit(session: Session, value: string | null): Promise<void> {
  const kept = session.vars.set('autocommit', value, session.statement);
  if (kept === 'ON') await commitTransaction(session);
}

function setNames(session: Session, charset: string | null, collate: string | null): void {
  const name = charset ?? findVariable('character_set_client')!.default;
  const found = findCharset(name);
  if (found === undefined) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', name);
  const chosen =
    collate ??
    (found.name === 'utf8mb4' ? session.vars.get('default_collation_for_utf8mb4') : found.defaultCollation);
  const collation = findCollation(chosen);
  if (collation === undefined) throw mysqlError('ER_UNKNOWN_COLLATION', chosen);
  if (collation.charset !== found.name) throw mysqlError('ER_COLLATION_CHARSET_MISMATCH', chosen, found.name);
  for (const v of ['character_set_client', 'character_set_connection', 'character_set_results'])
    session.vars.assign(v, found.name);
  session.vars.assign('collation_connection', collation.name);
}

function setCharset(session: Session, charset: string | null): void {
  const name = charset ?? findVariable('character_set_client')!.default;
  const found = findCharset(name);
  if (found === undefined) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', name);
  session.vars.assign('character_set_client', found.name);
  session.vars.assign('character_set_results', found.name);
  const database = session.vars.get('character_set_database');
  session.vars.assign('character_set_connection', database);
  session.vars.assign('collation_connection', session.vars.get('collation_database'));
}

registerStatement('SetResourceGroup', {
  run: async (session, stmt) => {
    const { storage } = session.engine;
    if (session.vars.get('tidb_enable_resource_control') !== 'ON')
      throw mysqlError('ER_RESOURCE_GROUP_SUPPORT_DISABLED');
    if (session.vars.get('tidb_resource_control_strict_mode') === 'ON')
      session.privileges.requireGlobal('SUPER', 'RESOURCE_GROUP_ADMIN', 'RESOURCE_GROUP_USER');
    const name = stmt.name === '' ? 'default' : stmt.name;
    const groups = await resourceGroups(storage.snapshot(await storage.currentTs()));
    const group = groups.find((g) => g.lower === name.toLowerCase());
    if (group === undefined) throw mysqlError('ER_RESOURCE_GROUP_NOT_EXISTS', name);
    session.resourceGroup = group.name;
    return null;
  },
});

registerStatement('SetTransaction', {
  run: async (session, stmt) => {
    if (stmt.scope === null && session.transaction.lasting)
      throw mysqlError('ER_CANT_CHANGE_TX_CHARACTERISTICS');
    if (stmt.asOf !== null) {
      historical(session).next = await pointInTime(session, stmt.asOf);
      return null;
    }
    if (stmt.isolation !== null) checkIsolation(session, stmt.isolation);
    if (stmt.scope === null) {
      const { isolation, readOnly } = session.nextTransaction ?? { isolation: null, readOnly: null };
      session.nextTransaction = {
        isolation: stmt.isolation ?? isolation,
        readOnly: stmt.readOnly ?? readOnly,
      };
    } else await setCharacteristics(session, stmt);
    return null;
  },
});

/** MySQL manual, "RESET PERSIST Statement": what SET kept for the next start of the server is forgotten. Throws 3615. */
registerStatement('ResetPersist', {
  run: async (session, stmt): Promise<null> => {
    session.privileges.requireGlobal('SUPER', 'SYSTEM_VARIABLES_ADMIN');
    const name = stmt.name?.toLowerCase() ?? null;
    const known = await forgetGlobal(
      session.engine,
      name === null ? null : (findVariable(name)?.name ?? name),
    );
    if (known || name === null) return null;
    const unknown = mysqlError('ER_VAR_DOES_NOT_EXIST', stmt.name!);
    if (!stmt.ifExists) throw unknown;
    session.statement.warn({ level: 'Warning', code: unknown.code, message: unknown.message });
    return null;
  },
});

async function setCharacteristics(session: Session, stmt: SetTransactionStmt): Promise<void> {
  const set = async (name: string, value: string): Promise<void> => {
    if (stmt.scope !== 'GLOBAL') {
      session.vars.set(name, value, session.statement);
      return;
    }
    const v = settable(name);
    session.engine.globals.set(v, normalizeValue(v, value, session.statement));
    await persistGlobal(session.engine, v.name, value);
    await session.engine.cluster.tellGlobal(v.name, session.engine.globals.get(v.name));
  };
  if (stmt.isolation !== null) await set('transaction_isolation', stmt.isolation);
  if (stmt.readOnly !== null) await set('transaction_read_only', stmt.readOnly ? 'ON' : 'OFF');
}

/** TiDB has snapshot isolation and READ COMMITTED; the other two levels are refused unless the check is off (8048). */
function checkIsolation(session: Session, level: string): void {
  if (level !== 'SERIALIZABLE' && level !== 'READ-UNCOMMITTED') return;
  const error = mysqlError('ER_UNSUPPORTED_ISOLATION_LEVEL', level);
  if (session.vars.get('tidb_skip_isolation_level_check') !== 'ON') throw error;
  session.statement.warn({ level: 'Warning', code: error.code, message: error.message });
}
