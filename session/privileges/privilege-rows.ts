import type { Datum } from '../../types/datum.js';
import type { EngineCore } from '../engine/engine-core.js';
import type { Session } from '../session.js';
import { text } from '../static-rows.js';
import { type AccountName, sameAccount, shownAccount } from './account-name.js';
import {
  COLUMN_PRIVILEGES,
  DATABASE_PRIVILEGES,
  GLOBAL_PRIVILEGES,
  TABLE_PRIVILEGES,
} from './privilege-names.js';

type Row = readonly (string | null)[];

/** Whose grants the session may see: everybody's with SELECT on the grant tables, else the own ones. */
function seen<T extends AccountName>(session: Session, list: readonly T[]): readonly T[] {
  if (session.privileges.has('SELECT', 'mysql', 'user')) return list;
  return list.filter((a) => sameAccount(a, session.connection.account));
}

const yes = (v: boolean): string => (v ? 'YES' : 'NO');

/** One row per privilege held; one that says USAGE where there is none. */
function rows(head: Row, held: ReadonlySet<string>, known: readonly string[], usage: boolean): Row[] {
  const option = yes(held.has('GRANT OPTION'));
  const names = known.filter((p) => p !== 'GRANT OPTION' && held.has(p));
  if (names.length === 0) return usage ? [[...head, 'USAGE', option]] : [];
  return names.map((p) => [...head, p, option]);
}

const PROVIDERS: Readonly<Record<string, (session: Session) => Row[]>> = {
  user_privileges: (session) => {
    const { tables } = session.engine.accounts;
    return seen(session, tables.users).flatMap((u) => [
      ...rows([shownAccount(u), 'def'], u.global, GLOBAL_PRIVILEGES, true),
      ...[...(tables.dynamic.get(`${u.user}\0${u.host.toLowerCase()}`) ?? [])].map(([p, option]): Row => [
        shownAccount(u),
        'def',
        p,
        yes(option),
      ]),
    ]);
  },
  schema_privileges: (session) =>
    seen(session, session.engine.accounts.tables.databases).flatMap((g) =>
      rows([shownAccount(g), 'def', g.db], g.privileges, DATABASE_PRIVILEGES, false),
    ),
  table_privileges: (session) =>
    seen(session, session.engine.accounts.tables.tables).flatMap((g) =>
      rows([shownAccount(g), 'def', g.db, g.table], g.privileges, TABLE_PRIVILEGES, false),
    ),
  column_privileges: (session) =>
    seen(session, session.engine.accounts.tables.columns).flatMap((g) =>
      rows([shownAccount(g), 'def', g.db, g.table, g.column], g.privileges, COLUMN_PRIVILEGES, false),
    ),
  enabled_roles: (session) => {
    const defaults = session.engine.accounts.defaultRolesOf(session.connection.account);
    return session.engine.accounts
      .closure(session.privileges.activeRoles)
      .map((r) => [r.user, r.host, yes(defaults.some((d) => sameAccount(d, r))), 'NO']);
  },
  applicable_roles: (session) => roleRows(session, false),
  administrable_role_authorizations: (session) => roleRows(session, true),
  role_table_grants: (session) => {
    const roles = session.engine.accounts.closure(session.privileges.activeRoles);
    return session.engine.accounts.tables.tables
      .filter((g) => roles.some((r) => sameAccount(r, g)))
      .flatMap((g) =>
        rows([null, null, g.user, g.host, 'def', g.db, g.table], g.privileges, TABLE_PRIVILEGES, false),
      );
  },
  role_column_grants: (session) => {
    const roles = session.engine.accounts.closure(session.privileges.activeRoles);
    return session.engine.accounts.tables.columns
      .filter((g) => roles.some((r) => sameAccount(r, g)))
      .flatMap((g) =>
        rows(
          [null, null, g.user, g.host, 'def', g.db, g.table, g.column],
          g.privileges,
          COLUMN_PRIVILEGES,
          false,
        ),
      );
  },
};

/** Roles that the account, or a role that it has, was given. */
function roleRows(session: Session, administrable: boolean): Row[] {
  const { accounts } = session.engine;
  const { account } = session.connection;
  const holders = [account, ...accounts.closure(accounts.rolesOf(account))];
  const defaults = accounts.defaultRolesOf(account);
  return accounts.tables.edges
    .filter((e) => holders.some((h) => sameAccount(h, e.to)) && (e.admin || !administrable))
    .map((e) => [
      account.user,
      account.host,
      e.to.user,
      e.to.host,
      e.role.user,
      e.role.host,
      yes(e.admin),
      yes(defaults.some((d) => sameAccount(d, e.role))),
      'NO',
    ]);
}

/** Rows of the virtual tables of accounts, roles and grants. */
export function registerPrivilegeTables(core: EngineCore): void {
  for (const [name, provide] of Object.entries(PROVIDERS))
    core.virtualProviders.set(name, (session) =>
      provide(session).map((row) => row.map((v): Datum => text(v))),
    );
  // What is said of accounts is for everybody, as in TiDB; mysql.user is not.
  core.virtualProviders.set('user_attributes', () =>
    core.internalQuery(
      "SELECT User, Host, CAST(JSON_EXTRACT(User_attributes, '$.metadata') AS CHAR) FROM mysql.user ORDER BY User, Host",
    ),
  );
}
