import { resourceGroups } from '../../ddl/resource-group.js';
import { randomInt } from 'node:crypto';
import type {
  AccountSpec,
  AlterUserStmt,
  AuthOption,
  CreateUserStmt,
  PasswordOption,
  RequireOption,
  ResourceLimit,
  UserSpec,
} from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import {
  accountOf,
  type AccountName,
  quote,
  rowsOf,
  sameAccount,
  shownAccount,
} from '../privileges/account-name.js';
import { requireGranted, setDefaultRoles } from '../privileges/default-roles.js';
import type { UserRow } from '../privileges/grant-tables.js';
import {
  checkHash,
  hashPassword,
  keepHistory,
  knownPlugin,
  randomPassword,
  type ServerQuery,
} from '../privileges/password-policy.js';
import type { Outcome } from '../run-statement.js';
import type { Session } from '../session.js';
import { staticRows, text, textColumn } from '../static-rows.js';
import { registerStatement } from './statement-handler.js';

/** Every grant table with the columns that name an account. */
export const ACCOUNT_COLUMNS: readonly (readonly [table: string, user: string, host: string])[] = [
  ['user', 'User', 'Host'],
  ['db', 'User', 'Host'],
  ['tables_priv', 'User', 'Host'],
  ['columns_priv', 'User', 'Host'],
  ['global_priv', 'User', 'Host'],
  ['global_grants', 'USER', 'HOST'],
  ['password_history', 'User', 'Host'],
  ['role_edges', 'FROM_USER', 'FROM_HOST'],
  ['role_edges', 'TO_USER', 'TO_HOST'],
  ['default_roles', 'USER', 'HOST'],
  ['default_roles', 'DEFAULT_ROLE_USER', 'DEFAULT_ROLE_HOST'],
];

const exists = (session: Session, a: AccountName): boolean =>
  session.engine.accounts.exact(a.user, a.host) !== null;

/** All nodes read the grant tables again. */
export async function accountsChanged(session: Session): Promise<void> {
  await session.engine.accounts.reload();
  await session.engine.cluster.tellAccounts();
}

/** Rights over mysql.user stand for those of CREATE USER and its kin, as in TiDB. */
export function requireAccountRight(session: Session, right: string, tableRight: string): void {
  if (session.privileges.has(tableRight, 'mysql', 'user')) return;
  session.privileges.requireGlobal(...(right === 'CREATE USER' ? [right] : [right, 'CREATE USER']));
}

/** Accounts that hold SYSTEM_USER are changed only by their like (MySQL manual, "Account Categories"). */
export function requireReach(session: Session, a: AccountName): void {
  if (session.engine.accounts.checkerFor(a).has('SYSTEM_USER', null, null))
    session.privileges.requireGlobal('SYSTEM_USER', 'SUPER');
}

interface GeneratedPassword {
  readonly account: AccountName;
  readonly password: string;
}

/** The password that IDENTIFIED BY gives; a random one is told to the client. */
function passwordOf(auth: AuthOption, account: AccountName, generated: GeneratedPassword[]): string {
  if (!auth.randomPassword) return auth.password ?? '';
  const password = randomPassword(20, (below) => randomInt(below));
  generated.push({ account, password });
  return password;
}

function generatedRows(generated: readonly GeneratedPassword[]): Outcome {
  if (generated.length === 0) return null;
  return staticRows(
    [
      textColumn('user', 32),
      textColumn('host', 255),
      textColumn('generated password', 255),
      textColumn('auth_factor', 1),
    ],
    generated.map((g) => [text(g.account.user), text(g.account.host), text(g.password), text('1')]),
  );
}

/** Assignments of a new password, or of another plugin. */
async function credentialAssignments(
  session: Session,
  query: ServerQuery,
  a: AccountName,
  auth: AuthOption,
  plugin: string,
  rules: Pick<UserRow, 'reuseHistory' | 'reuseDays'>,
  generated: GeneratedPassword[],
): Promise<string[]> {
  const { engine } = session;
  if (!knownPlugin(engine, plugin)) throw mysqlError('ER_PLUGIN_IS_NOT_LOADED', plugin);
  let authString: string;
  let isSame = (old: string): boolean => old === authString;
  if (auth.hash !== null) {
    checkHash(plugin, auth.hash);
    authString = auth.hash;
  } else {
    const password = passwordOf(auth, a, generated);
    authString = hashPassword(engine, plugin, password, a);
    isSame = (old) => engine.passwordMatches(plugin, old, password);
  }
  if (engine.passwordHashers.has(plugin)) await keepHistory(engine, query, a, rules, authString, isSame);
  return [
    `plugin = ${quote(plugin)}`,
    `authentication_string = ${quote(authString)}`,
    "Password_expired = 'N'",
    'Password_last_changed = CURRENT_TIMESTAMP()',
  ];
}

const PASSWORD_EXPIRE: Readonly<Record<string, string>> = { NEVER: '0', DEFAULT: 'NULL' };
const MAX_LOGIN_RULE = 32767;

/** Assignments for options of accounts, and what they change in User_attributes. */
function optionAssignments(stmt: CreateUserStmt | AlterUserStmt): {
  set: string[];
  patch: Record<string, unknown>;
} {
  const set: string[] = [];
  const patch: Record<string, unknown> = {};
  const locking: Record<string, unknown> = {};
  for (const limit of stmt.limits) applyLimit(limit, set);
  for (const option of stmt.passwordOptions) applyOption(option, set, locking);
  if (Object.keys(locking).length > 0) patch.Password_locking = locking;
  if (stmt.attribute !== null) patch.metadata = attributeObject(stmt.attribute);
  if (stmt.comment !== null) patch.metadata = { comment: stmt.comment };
  if (stmt.resourceGroup !== null) patch.resource_group = stmt.resourceGroup;
  const issuer = stmt.require.find((r) => r.kind === 'TOKEN_ISSUER');
  if (issuer !== undefined && 'value' in issuer) set.push(`Token_issuer = ${quote(issuer.value)}`);
  return { set, patch };
}

function applyLimit(limit: ResourceLimit, set: string[]): void {
  // The hourly limits are MySQL's; TiDB takes and forgets them.
  if (limit.name === 'MAX_USER_CONNECTIONS') set.push(`Max_user_connections = ${limit.value}`);
}

function applyOption(o: PasswordOption, set: string[], locking: Record<string, unknown>): void {
  switch (o.name) {
    case 'ACCOUNT LOCK':
      set.push("account_locked = 'Y'");
      return;
    case 'ACCOUNT UNLOCK':
      set.push("account_locked = 'N'");
      locking.auto_account_locked = 'N';
      locking.failed_login_count = 0;
      return;
    case 'PASSWORD EXPIRE':
      if (o.value === null) set.push("Password_expired = 'Y'");
      else if (o.value === 0) throw mysqlError('ER_WRONG_VALUE', 'DAY', '0');
      else set.push(`Password_lifetime = ${PASSWORD_EXPIRE[o.value] ?? o.value}`);
      return;
    case 'PASSWORD HISTORY':
      set.push(`Password_reuse_history = ${o.value === 'DEFAULT' ? 'NULL' : o.value}`);
      return;
    case 'PASSWORD REUSE INTERVAL':
      set.push(`Password_reuse_time = ${o.value === 'DEFAULT' ? 'NULL' : o.value}`);
      return;
    case 'FAILED_LOGIN_ATTEMPTS':
      locking.failed_login_attempts = Math.min(Number(o.value), MAX_LOGIN_RULE);
      return;
    case 'PASSWORD_LOCK_TIME':
      locking.password_lock_time_days =
        o.value === 'UNBOUNDED' ? -1 : Math.min(Number(o.value), MAX_LOGIN_RULE);
      return;
    case 'PASSWORD REQUIRE CURRENT':
      if (o.value !== 'DEFAULT' && o.value !== 'OPTIONAL')
        throw mysqlError('ER_NOT_SUPPORTED_YET', 'PASSWORD REQUIRE CURRENT');
  }
}

function attributeObject(source: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw mysqlError('ER_INVALID_JSON_TEXT', 'The document root must not be followed by other values.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw mysqlError('ER_INVALID_JSON_TEXT', 'The document root must be an object.');
  return value as Record<string, unknown>;
}

/** mysql.global_priv holds what REQUIRE asks, in TiDB's numbers. */
export async function writeRequirement(
  query: ServerQuery,
  a: AccountName,
  require: readonly RequireOption[],
): Promise<void> {
  const asked = require.filter((r) => r.kind !== 'TOKEN_ISSUER');
  if (asked.length === 0) return;
  const priv: Record<string, unknown> = {};
  for (const r of asked) {
    if (r.kind === 'SSL') priv.ssl_type = 1;
    else if (r.kind === 'X509') priv.ssl_type = 2;
    else if (r.kind !== 'NONE' && 'value' in r) {
      priv.ssl_type = 3;
      if (r.kind === 'SAN') checkSan(r.value);
      priv[r.kind === 'CIPHER' ? 'ssl_cipher' : r.kind === 'SAN' ? 'san' : `x509_${r.kind.toLowerCase()}`] =
        r.value;
    }
  }
  await query(
    `REPLACE INTO mysql.global_priv (Host, User, Priv) VALUES (${quote(a.host)}, ${quote(a.user)}, ${quote(JSON.stringify(priv))})`,
  );
}

function checkSan(san: string): void {
  for (const part of san.split(','))
    if (!/^\s*(URI|DNS|IP):.+$/.test(part))
      throw mysqlError('ER_UNKNOWN_ERROR', `invalid san type ${part.trim()}`);
}

const patched = (patch: Record<string, unknown>): string[] =>
  Object.keys(patch).length === 0
    ? []
    : [
        `User_attributes = JSON_MERGE_PATCH(COALESCE(User_attributes, JSON_OBJECT()), CAST(${quote(JSON.stringify(patch))} AS JSON))`,
      ];

function checkName(a: AccountName): void {
  if ([...a.user].length > 32) throw mysqlError('ER_WRONG_STRING_LENGTH', a.user, 'user name', 32);
  if ([...a.host].length > 255) throw mysqlError('ER_WRONG_STRING_LENGTH', a.host, 'host name', 255);
}

/** Adds an account's row. */
export async function insertAccount(
  session: Session,
  query: ServerQuery,
  spec: AccountSpec,
  more: { readonly set: readonly string[]; readonly patch: Record<string, unknown> },
  generated: GeneratedPassword[],
): Promise<void> {
  const a = accountOf(session, spec.user);
  checkName(a);
  const plugin = spec.auth?.plugin ?? session.engine.globals.get('default_authentication_plugin');
  const history = ruleOf(more.set, 'Password_reuse_history');
  const days = ruleOf(more.set, 'Password_reuse_time');
  const set = [`Host = ${quote(a.host)}`, `User = ${quote(a.user)}`, 'User_attributes = JSON_OBJECT()'];
  await query(`INSERT INTO mysql.user SET ${set.join(', ')}`);
  const credentials = await credentialAssignments(
    session,
    query,
    a,
    spec.auth ?? NO_AUTH,
    plugin,
    { reuseHistory: history, reuseDays: days },
    generated,
  );
  await query(
    `UPDATE mysql.user SET ${[...credentials, ...more.set, ...patched(more.patch)].join(', ')} WHERE ${rowsOf(a)}`,
  );
}

const NO_AUTH: AuthOption = {
  plugin: null,
  password: '',
  hash: null,
  randomPassword: false,
  replace: null,
  retainCurrent: false,
  discardOld: false,
};

/** The value that an assignment gives to a column, null for none. */
function ruleOf(set: readonly string[], column: string): number | null {
  const found = set.findLast((s) => s.startsWith(`${column} = `))?.slice(column.length + 3);
  return found === undefined || found === 'NULL' ? null : Number(found);
}

registerStatement('CreateUser', {
  implicitCommit: true,
  run: async (session, stmt) => {
    requireAccountRight(session, 'CREATE USER', 'INSERT');
    const { engine } = session;
    const existing = stmt.users.map((u) => accountOf(session, u.user)).filter((a) => exists(session, a));
    if (existing.length > 0 && !stmt.ifNotExists)
      throw mysqlError('ER_CANNOT_USER', 'CREATE USER', existing.map(shownAccount).join(','));
    for (const a of existing) {
      session.statement.warn({
        level: 'Note',
        code: 3163,
        message: `User ${shownAccount(a)} already exists.`,
      });
    }
    if (stmt.resourceGroup !== null) await checkResourceGroup(session, stmt.resourceGroup);
    const roles = stmt.defaultRoles.map((r) => accountOf(session, r));
    for (const r of roles) if (!exists(session, r)) throw mysqlError('ER_UNKNOWN_AUTHID', r.user, r.host);
    const generated: GeneratedPassword[] = [];
    const options = optionAssignments(stmt);
    await engine.internalTransaction(async (query) => {
      for (const spec of stmt.users) {
        const a = accountOf(session, spec.user);
        if (exists(session, a)) continue;
        await insertAccount(session, query, spec, options, generated);
        await writeRequirement(query, a, stmt.require);
        for (const r of roles) {
          await query(
            `INSERT INTO mysql.role_edges (FROM_HOST, FROM_USER, TO_HOST, TO_USER) VALUES (${quote(r.host)}, ${quote(r.user)}, ${quote(a.host)}, ${quote(a.user)})`,
          );
          await query(
            `INSERT INTO mysql.default_roles (HOST, USER, DEFAULT_ROLE_HOST, DEFAULT_ROLE_USER) VALUES (${quote(a.host)}, ${quote(a.user)}, ${quote(r.host)}, ${quote(r.user)})`,
          );
        }
      }
    });
    await accountsChanged(session);
    return generatedRows(generated);
  },
});

registerStatement('AlterUser', {
  implicitCommit: true,
  run: async (session, stmt) => {
    const { accounts } = session.engine;
    const own = (u: UserSpec): boolean => sameAccount(accountOf(session, u), session.connection.account);
    if (!stmt.users.every((u) => own(u.user)) || !onlyPassword(stmt))
      requireAccountRight(session, 'CREATE USER', 'UPDATE');
    const missing = stmt.users.map((u) => accountOf(session, u.user)).filter((a) => !exists(session, a));
    if (missing.length > 0 && !stmt.ifExists)
      throw mysqlError('ER_CANNOT_USER', 'ALTER USER', missing.map(shownAccount).join(','));
    for (const a of missing)
      session.statement.warn({
        level: 'Note',
        code: 3162,
        message: `User ${shownAccount(a)} does not exist.`,
      });
    const generated: GeneratedPassword[] = [];
    const { set, patch } = optionAssignments(stmt);
    await session.engine.internalTransaction(async (query) => {
      for (const spec of stmt.users) {
        const a = accountOf(session, spec.user);
        const user = accounts.exact(a.user, a.host);
        if (user === null) continue;
        if (!own(spec.user)) requireReach(session, a);
        if (stmt.resourceGroup !== null) {
          if (accounts.isRole(user)) throw mysqlError('ER_RESOURCE_GROUP_INVALID_FOR_ROLE');
          await checkResourceGroup(session, stmt.resourceGroup);
        }
        const all: string[] = [];
        if (spec.auth?.retainCurrent === true)
          throw mysqlError('ER_NOT_SUPPORTED_YET', 'RETAIN CURRENT PASSWORD');
        if (spec.auth !== null && !spec.auth.discardOld) {
          const rules = {
            reuseHistory: ruleOf(set, 'Password_reuse_history') ?? user.reuseHistory,
            reuseDays: ruleOf(set, 'Password_reuse_time') ?? user.reuseDays,
          };
          const plugin = spec.auth.plugin ?? user.plugin;
          if (
            spec.auth.replace !== null &&
            !session.engine.passwordMatches(user.plugin, user.authString, spec.auth.replace)
          )
            throw mysqlError('ER_INCORRECT_CURRENT_PASSWORD');
          all.push(...(await credentialAssignments(session, query, a, spec.auth, plugin, rules, generated)));
        }
        all.push(...set, ...patched(patch));
        if (all.length > 0) await query(`UPDATE mysql.user SET ${all.join(', ')} WHERE ${rowsOf(a)}`);
        await writeRequirement(query, a, stmt.require);
        if (stmt.defaultRole === null) continue;
        const { mode, roles } = stmt.defaultRole;
        const named = roles.map((r) => accountOf(session, r));
        for (const role of named) requireGranted(session, role, a);
        await setDefaultRoles(query, [a], () =>
          mode === 'ALL' ? accounts.rolesOf(a) : mode === 'NONE' ? [] : named,
        );
      }
    });
    await accountsChanged(session);
    if (stmt.users.some((u) => own(u.user) && u.auth !== null)) session.sandboxed = false;
    return generatedRows(generated);
  },
});

/** What everybody may do to the own account. */
function onlyPassword(stmt: AlterUserStmt): boolean {
  return (
    stmt.require.length === 0 &&
    stmt.limits.length === 0 &&
    stmt.passwordOptions.length === 0 &&
    stmt.attribute === null &&
    stmt.comment === null &&
    stmt.resourceGroup === null
  );
}

/** Throws 8249. */
async function checkResourceGroup(session: Session, name: string): Promise<void> {
  const { storage } = session.engine;
  const groups = await resourceGroups(storage.snapshot(await storage.currentTs()));
  if (!groups.some((g) => g.lower === name.toLowerCase()))
    throw mysqlError('ER_RESOURCE_GROUP_NOT_EXISTS', name);
}

registerStatement('SetPassword', {
  implicitCommit: true,
  run: async (session, stmt) => {
    const a = stmt.user === null ? session.connection.account : accountOf(session, stmt.user);
    const own = sameAccount(a, session.connection.account);
    if (!own) {
      session.privileges.requireGlobal('SUPER', 'CREATE USER');
      requireReach(session, a);
    }
    const user = session.engine.accounts.exact(a.user, a.host);
    if (user === null) throw mysqlError('ER_PASSWORD_NO_MATCH');
    if (
      stmt.auth.replace !== null &&
      !session.engine.passwordMatches(user.plugin, user.authString, stmt.auth.replace)
    )
      throw mysqlError('ER_INCORRECT_CURRENT_PASSWORD');
    const generated: GeneratedPassword[] = [];
    await session.engine.internalTransaction(async (query) => {
      const set = await credentialAssignments(session, query, a, stmt.auth, user.plugin, user, generated);
      await query(`UPDATE mysql.user SET ${set.join(', ')} WHERE ${rowsOf(a)}`);
    });
    await accountsChanged(session);
    if (own) session.sandboxed = false;
    return generatedRows(generated);
  },
});

/** Takes accounts or roles out of all grant tables. */
export async function dropAccounts(session: Session, dropped: readonly AccountName[]): Promise<void> {
  await session.engine.internalTransaction(async (query) => {
    for (const a of dropped) {
      for (const [table, user, host] of ACCOUNT_COLUMNS)
        await query(
          `DELETE FROM mysql.${table} WHERE ${user} = ${quote(a.user)} AND ${host} = ${quote(a.host)}`,
        );
    }
  });
  await accountsChanged(session);
}

registerStatement('DropUser', {
  implicitCommit: true,
  run: async (session, stmt) => {
    requireAccountRight(session, 'CREATE USER', 'DELETE');
    const accounts = stmt.users.map((u) => accountOf(session, u));
    const missing = accounts.filter((a) => !exists(session, a));
    if (missing.length > 0 && !stmt.ifExists)
      throw mysqlError('ER_CANNOT_USER', 'DROP USER', missing.map((a) => `${a.user}@${a.host}`).join(','));
    for (const a of missing)
      session.statement.warn({
        level: 'Note',
        code: 3162,
        message: `User ${shownAccount(a)} does not exist.`,
      });
    const found = accounts.filter((a) => exists(session, a));
    for (const a of found) requireReach(session, a);
    await dropAccounts(session, found);
    return null;
  },
});

registerStatement('RenameUser', {
  implicitCommit: true,
  run: async (session, stmt) => {
    requireAccountRight(session, 'CREATE USER', 'UPDATE');
    for (const r of stmt.renames) {
      const [from, to] = [accountOf(session, r.from), accountOf(session, r.to)];
      checkName(to);
      const failed = (why: string): Error =>
        mysqlError('ER_CANNOT_USER', 'RENAME USER', `${shownAccount(from)} TO ${shownAccount(to)} ${why}`);
      if (!exists(session, from)) throw failed('old did not exist');
      if (exists(session, to)) throw failed('new did exist');
      requireReach(session, from);
      await session.engine.internalTransaction(async (query) => {
        for (const [table, user, host] of ACCOUNT_COLUMNS) {
          await query(
            `UPDATE mysql.${table} SET ${user} = ${quote(to.user)}, ${host} = ${quote(to.host)} WHERE ${user} = ${quote(from.user)} AND ${host} = ${quote(from.host)}`,
          );
        }
      });
      await accountsChanged(session);
    }
    return null;
  },
});
