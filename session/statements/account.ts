import type {
  AccountSpec,
  AuthOption,
  PasswordOption,
  RequireOption,
  UserSpec,
} from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';
import { registerStatement } from './statement-handler.js';

const quote = (s: string): string => `'${s.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;

/** The account meant; CURRENT_USER is the one that is logged in. */
export function accountOf(session: Session, user: UserSpec): { user: string; host: string } {
  const { account } = session.connection;
  return user.current
    ? { user: account.user, host: account.host }
    : { user: user.name, host: user.host === '' ? '%' : user.host };
}
const where = (a: { user: string; host: string }): string =>
  `User = ${quote(a.user)} AND Host = ${quote(a.host)}`;
const shown = (a: { user: string; host: string }): string => `'${a.user}'@'${a.host}'`;

/** `plugin` and `authentication_string` for what IDENTIFIED says. Throws 1524. */
function credentials(session: Session, auth: AuthOption | null): { plugin: string; authString: string } {
  const plugin = auth?.plugin ?? session.engine.globals.get('default_authentication_plugin');
  if (auth !== null && auth.hash !== null) return { plugin, authString: auth.hash };
  const hasher = session.engine.passwordHashers.get(plugin);
  if (hasher === undefined) throw mysqlError('ER_PLUGIN_IS_NOT_LOADED', plugin);
  const password = auth?.password ?? '';
  return { plugin, authString: password === '' ? '' : hasher(password) };
}

/** Assignments for REQUIRE, ACCOUNT LOCK and PASSWORD EXPIRE. */
function optionAssignments(require: readonly RequireOption[], options: readonly PasswordOption[]): string[] {
  const set: string[] = [];
  for (const r of require)
    set.push(`ssl_type = ${quote(r.kind === 'NONE' ? '' : r.kind === 'SSL' ? 'ANY' : 'X509')}`);
  for (const o of options) {
    if (o.name === 'ACCOUNT LOCK') set.push("account_locked = 'Y'");
    if (o.name === 'ACCOUNT UNLOCK') set.push("account_locked = 'N'");
    if (o.name === 'PASSWORD EXPIRE') set.push(`password_expired = ${o.value === null ? "'Y'" : "'N'"}`);
  }
  return set;
}

async function changed(session: Session): Promise<void> {
  await session.engine.accounts.reload();
  await session.engine.cluster.tellAccounts();
}

registerStatement('CreateUser', {
  implicitCommit: true,
  run: async (session, stmt) => {
    session.privileges.requireGlobal('CREATE USER');
    const { accounts } = session.engine;
    const existing = stmt.users
      .map((u) => accountOf(session, u.user))
      .filter((a) => accounts.exact(a.user, a.host) !== null);
    if (existing.length > 0 && !stmt.ifNotExists)
      throw mysqlError('ER_CANNOT_USER', 'CREATE USER', existing.map(shown).join(','));
    for (const a of existing) {
      session.statement.warn({ level: 'Note', code: 3163, message: `User ${shown(a)} already exists.` });
    }
    for (const spec of stmt.users) {
      const a = accountOf(session, spec.user);
      if (accounts.exact(a.user, a.host) !== null) continue;
      await insertAccount(session, a, spec, optionAssignments(stmt.require, stmt.passwordOptions));
    }
    await changed(session);
    return null;
  },
});

async function insertAccount(
  session: Session,
  a: { user: string; host: string },
  spec: AccountSpec,
  more: readonly string[],
): Promise<void> {
  if ([...a.user].length > 32) throw mysqlError('ER_WRONG_STRING_LENGTH', a.user, 'user name', 32);
  if ([...a.host].length > 255) throw mysqlError('ER_WRONG_STRING_LENGTH', a.host, 'host name', 255);
  const { plugin, authString } = credentials(session, spec.auth);
  const set = [
    `Host = ${quote(a.host)}`,
    `User = ${quote(a.user)}`,
    `plugin = ${quote(plugin)}`,
    `authentication_string = ${quote(authString)}`,
    ...more,
  ];
  await session.engine.internalQuery(`INSERT INTO mysql.user SET ${set.join(', ')}`);
}

registerStatement('AlterUser', {
  implicitCommit: true,
  run: async (session, stmt) => {
    const { accounts } = session.engine;
    const own = (u: UserSpec): boolean => {
      const a = accountOf(session, u);
      return a.user === session.connection.account.user && a.host === session.connection.account.host;
    };
    if (!stmt.users.every((u) => own(u.user))) session.privileges.requireGlobal('CREATE USER');
    const missing = stmt.users
      .map((u) => accountOf(session, u.user))
      .filter((a) => accounts.exact(a.user, a.host) === null);
    if (missing.length > 0 && !stmt.ifExists)
      throw mysqlError('ER_CANNOT_USER', 'ALTER USER', missing.map(shown).join(','));
    for (const spec of stmt.users) {
      const a = accountOf(session, spec.user);
      if (accounts.exact(a.user, a.host) === null) continue;
      const set = optionAssignments(stmt.require, stmt.passwordOptions);
      if (spec.auth !== null) {
        const c = credentials(session, spec.auth);
        set.push(
          `plugin = ${quote(c.plugin)}`,
          `authentication_string = ${quote(c.authString)}`,
          "password_expired = 'N'",
        );
      }
      if (set.length > 0)
        await session.engine.internalQuery(`UPDATE mysql.user SET ${set.join(', ')} WHERE ${where(a)}`);
    }
    await changed(session);
    return null;
  },
});

registerStatement('SetPassword', {
  implicitCommit: true,
  run: async (session, stmt) => {
    const a = stmt.user === null ? session.connection.account : accountOf(session, stmt.user);
    const own = a.user === session.connection.account.user && a.host === session.connection.account.host;
    if (!own) session.privileges.requireGlobal('SUPER');
    const account = session.engine.accounts.exact(a.user, a.host);
    if (account === null) throw mysqlError('ER_PASSWORD_NO_MATCH');
    const c = credentials(session, { ...stmt.auth, plugin: account.plugin });
    await session.engine.internalQuery(
      `UPDATE mysql.user SET authentication_string = ${quote(c.authString)} WHERE ${where(a)}`,
    );
    await changed(session);
    return null;
  },
});

registerStatement('DropUser', {
  implicitCommit: true,
  run: async (session, stmt) => {
    session.privileges.requireGlobal('CREATE USER');
    const accounts = stmt.users.map((u) => accountOf(session, u));
    const missing = accounts.filter((a) => session.engine.accounts.exact(a.user, a.host) === null);
    if (missing.length > 0 && !stmt.ifExists)
      throw mysqlError('ER_CANNOT_USER', 'DROP USER', missing.map(shown).join(','));
    for (const a of missing)
      session.statement.warn({ level: 'Note', code: 3162, message: `User ${shown(a)} does not exist.` });
    for (const a of accounts) {
      for (const table of ['user', 'db', 'tables_priv', 'columns_priv']) {
        await session.engine.internalQuery(`DELETE FROM mysql.${table} WHERE ${where(a)}`);
      }
    }
    await changed(session);
    return null;
  },
});

registerStatement('RenameUser', {
  implicitCommit: true,
  run: async (session, stmt) => {
    session.privileges.requireGlobal('CREATE USER');
    for (const r of stmt.renames) {
      const [from, to] = [accountOf(session, r.from), accountOf(session, r.to)];
      const { accounts } = session.engine;
      if (accounts.exact(from.user, from.host) === null || accounts.exact(to.user, to.host) !== null) {
        throw mysqlError('ER_CANNOT_USER', 'RENAME USER', `${shown(from)} TO ${shown(to)}`);
      }
      for (const table of ['user', 'db', 'tables_priv', 'columns_priv']) {
        await session.engine.internalQuery(
          `UPDATE mysql.${table} SET User = ${quote(to.user)}, Host = ${quote(to.host)} WHERE ${where(from)}`,
        );
      }
      await changed(session);
    }
    return null;
  },
});
