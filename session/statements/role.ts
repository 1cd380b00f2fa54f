import { mysqlError } from '../../types/error-table.js';
import {
  accountOf,
  type AccountName,
  quote,
  sameAccount,
  shownAccount,
  shownRole,
} from '../privileges/account-name.js';
import { requireGranted, setDefaultRoles } from '../privileges/default-roles.js';
import type { Session } from '../session.js';
import {
  accountsChanged,
  dropAccounts,
  insertAccount,
  requireAccountRight,
  requireReach,
} from './account.js';
import { registerStatement } from './statement-handler.js';

const exists = (session: Session, a: AccountName): boolean =>
  session.engine.accounts.exact(a.user, a.host) !== null;
const plain = (a: AccountName): string => `${a.user}@${a.host}`;

registerStatement('CreateRole', {
  implicitCommit: true,
  run: async (session, stmt) => {
    requireAccountRight(session, 'CREATE ROLE', 'INSERT');
    const existing = stmt.roles.map((r) => accountOf(session, r)).filter((a) => exists(session, a));
    if (existing.length > 0 && !stmt.ifNotExists)
      throw mysqlError('ER_CANNOT_USER', 'CREATE ROLE', existing.map(shownAccount).join(','));
    for (const a of existing)
      session.statement.warn({
        level: 'Note',
        code: 3163,
        message: `User ${shownAccount(a)} already exists.`,
      });
    await session.engine.internalTransaction(async (query) => {
      for (const role of stmt.roles) {
        if (exists(session, accountOf(session, role))) continue;
        // Nobody logs in to a role: it is a locked account whose password has expired.
        const set = ["account_locked = 'Y'", "Password_expired = 'Y'"];
        const auth = { ...ROLE_AUTH, plugin: session.engine.globals.get('default_authentication_plugin') };
        await insertAccount(session, query, { user: role, auth }, { set, patch: {} }, []);
      }
    });
    await accountsChanged(session);
    return null;
  },
});

/** An empty authentication_string, given as such: no rule for passwords applies. */
const ROLE_AUTH = {
  password: null,
  hash: '',
  randomPassword: false,
  replace: null,
  retainCurrent: false,
  discardOld: false,
};

registerStatement('DropRole', {
  implicitCommit: true,
  run: async (session, stmt) => {
    requireAccountRight(session, 'DROP ROLE', 'DELETE');
    const roles = stmt.roles.map((r) => accountOf(session, r));
    const missing = roles.filter((a) => !exists(session, a));
    if (missing.length > 0 && !stmt.ifExists)
      throw mysqlError('ER_CANNOT_USER', 'DROP ROLE', missing.map(plain).join(','));
    for (const a of missing)
      session.statement.warn({
        level: 'Note',
        code: 3162,
        message: `User ${shownAccount(a)} does not exist.`,
      });
    const found = roles.filter((a) => exists(session, a));
    for (const a of found) requireReach(session, a);
    await dropAccounts(session, found);
    return null;
  },
});

/** Roles are handed on by ROLE_ADMIN, or by who holds them WITH ADMIN OPTION. */
function requireAdmin(session: Session, roles: readonly AccountName[]): void {
  const { edges } = session.engine.accounts.tables;
  const own = session.connection.account;
  const held = (role: AccountName): boolean =>
    edges.some((e) => e.admin && sameAccount(e.role, role) && sameAccount(e.to, own));
  if (!roles.every(held)) session.privileges.requireGlobal('SUPER', 'ROLE_ADMIN');
}

registerStatement('GrantRole', {
  implicitCommit: true,
  run: async (session, stmt) => {
    const roles = stmt.roles.map((r) => accountOf(session, r));
    const users = stmt.users.map((u) => accountOf(session, u));
    requireAdmin(session, roles);
    for (const a of [...roles, ...users])
      if (!exists(session, a)) throw mysqlError('ER_UNKNOWN_AUTHID', a.user, a.host);
    const { accounts } = session.engine;
    for (const role of roles) {
      const within = accounts.closure([role]);
      const loop = users.find((u) => within.some((r) => sameAccount(r, u)));
      if (loop !== undefined) throw mysqlError('ER_ROLE_GRANTED_TO_ITSELF', shownRole(role));
    }
    const option = stmt.adminOption ? 'Y' : 'N';
    await session.engine.internalTransaction(async (query) => {
      for (const role of roles)
        for (const user of users)
          await query(
            `INSERT INTO mysql.role_edges (FROM_HOST, FROM_USER, TO_HOST, TO_USER, WITH_ADMIN_OPTION)
              VALUES (${quote(role.host)}, ${quote(role.user)}, ${quote(user.host)}, ${quote(user.user)}, '${option}')
              ON DUPLICATE KEY UPDATE WITH_ADMIN_OPTION = IF('${option}' = 'Y', 'Y', WITH_ADMIN_OPTION)`,
          );
    });
    await accountsChanged(session);
    return null;
  },
});

registerStatement('RevokeRole', {
  implicitCommit: true,
  run: async (session, stmt) => {
    const roles = stmt.roles.map((r) => accountOf(session, r));
    const users = stmt.users.map((u) => accountOf(session, u));
    requireAdmin(session, roles);
    for (const a of users)
      if (!exists(session, a)) throw mysqlError('ER_CANNOT_USER', 'REVOKE ROLE', plain(a));
    for (const a of roles) if (!exists(session, a)) throw mysqlError('ER_UNKNOWN_AUTHID', a.user, a.host);
    await session.engine.internalTransaction(async (query) => {
      for (const role of roles)
        for (const user of users) {
          await query(
            `DELETE FROM mysql.role_edges WHERE FROM_USER = ${quote(role.user)} AND FROM_HOST = ${quote(role.host)} AND TO_USER = ${quote(user.user)} AND TO_HOST = ${quote(user.host)}`,
          );
          await query(
            `DELETE FROM mysql.default_roles WHERE DEFAULT_ROLE_USER = ${quote(role.user)} AND DEFAULT_ROLE_HOST = ${quote(role.host)} AND USER = ${quote(user.user)} AND HOST = ${quote(user.host)}`,
          );
        }
    });
    await accountsChanged(session);
    return null;
  },
});

registerStatement('SetRole', {
  run: (session, stmt) => {
    const { accounts } = session.engine;
    const { account } = session.connection;
    const named = stmt.roles.map((r) => accountOf(session, r));
    const all = accounts.rolesOf(account);
    switch (stmt.mode) {
      case 'NONE':
        session.privileges.setRoles([]);
        break;
      case 'DEFAULT':
        session.privileges.setRoles(accounts.defaultRolesOf(account));
        break;
      case 'ALL':
        session.privileges.setRoles(all);
        break;
      case 'ALL EXCEPT':
        session.privileges.setRoles(all.filter((r) => !named.some((n) => sameAccount(n, r))));
        break;
      case 'LIST':
        for (const role of named) requireGranted(session, role, account);
        session.privileges.setRoles(named);
    }
    return null;
  },
});

registerStatement('SetDefaultRole', {
  implicitCommit: true,
  run: async (session, stmt) => {
    const users = stmt.users.map((u) => accountOf(session, u));
    const { accounts } = session.engine;
    if (!users.every((u) => sameAccount(u, session.connection.account)))
      if (!session.privileges.has('UPDATE', 'mysql', 'default_roles'))
        session.privileges.requireGlobal('CREATE USER');
    for (const user of users)
      if (!exists(session, user)) throw mysqlError('ER_CANNOT_USER', 'SET DEFAULT ROLE', plain(user));
    const named = stmt.roles.map((r) => accountOf(session, r));
    for (const user of users) for (const role of named) requireGranted(session, role, user);
    await session.engine.internalTransaction((query) =>
      setDefaultRoles(query, users, (user) =>
        stmt.mode === 'ALL' ? accounts.rolesOf(user) : stmt.mode === 'NONE' ? [] : named,
      ),
    );
    await accountsChanged(session);
    return null;
  },
});
