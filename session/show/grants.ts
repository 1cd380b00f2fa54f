import { mysqlError } from '../../types/error-table.js';
import {
  accountKey,
  accountOf,
  type AccountName,
  sameAccount,
  shownAccount,
} from '../privileges/account-name.js';
import { effectiveGrants } from '../privileges/account-privileges.js';
import { requireGranted } from '../privileges/default-roles.js';
import type { UserRow } from '../privileges/grant-tables.js';
import {
  COLUMN_PRIVILEGES,
  DATABASE_PRIVILEGES,
  DYNAMIC_PRIVILEGES,
  GLOBAL_PRIVILEGES,
  TABLE_PRIVILEGES,
} from '../privileges/privilege-names.js';
import type { Session } from '../session.js';
import { text, textColumn } from '../static-rows.js';
import { registerShow } from './show-registry.js';

/** The GRANT statements that give an account what it holds, with the privileges of `roles` as if they were its own. */
export function grantLines(session: Session, a: AccountName, roles: readonly AccountName[]): string[] {
  const { accounts } = session.engine;
  const { tables } = accounts;
  const g = effectiveGrants(tables, [a, ...accounts.closure(roles)]);
  const to = ` TO ${shownAccount(a)}`;
  const lines: string[] = [];
  const line = (held: ReadonlySet<string>, known: readonly string[], on: string, usage: boolean): void => {
    const names = known.filter((p) => p !== 'GRANT OPTION' && held.has(p));
    const option = held.has('GRANT OPTION') ? ' WITH GRANT OPTION' : '';
    if (names.length === 0 && !usage && option === '') return;
    const shown =
      names.length === known.length - 1 ? 'ALL PRIVILEGES' : names.length === 0 ? 'USAGE' : names.join(',');
    lines.push(`GRANT ${shown} ON ${on}${to}${option}`);
  };
  line(g.global, GLOBAL_PRIVILEGES, '*.*', true);
  for (const [on, held] of merged(g.databaseGrants, (d) => `\`${d.db}\`.*`))
    line(held, DATABASE_PRIVILEGES, on, false);
  for (const [on, held] of merged(g.tableGrants, (t) => `\`${t.db}\`.\`${t.table}\``))
    line(held, TABLE_PRIVILEGES, on, false);
  for (const [on, columns] of columnsByTable(g.columnGrants)) {
    const names = COLUMN_PRIVILEGES.filter((p) => columns.has(p)).map(
      (p) => `${p}(${[...columns.get(p)!].sort().join(', ')})`,
    );
    lines.push(`GRANT ${names.join(', ')} ON ${on}${to}`);
  }
  const own = accounts.rolesOf(a).map(shownAccount).sort();
  if (own.length > 0) lines.push(`GRANT ${own.join(', ')}${to}`);
  for (const option of [false, true]) {
    const names = [...g.dynamic].filter(([, o]) => o === option).map(([p]) => p);
    if (names.length > 0)
      lines.push(`GRANT ${names.sort().join(',')} ON *.*${to}${option ? ' WITH GRANT OPTION' : ''}`);
  }
  return lines;
}

function merged<T extends { readonly privileges: ReadonlySet<string> }>(
  grants: readonly T[],
  on: (grant: T) => string,
): [string, ReadonlySet<string>][] {
  const by = new Map<string, Set<string>>();
  for (const g of grants) {
    const set = by.get(on(g)) ?? new Set();
    for (const p of g.privileges) set.add(p);
    by.set(on(g), set);
  }
  return [...by].sort(([x], [y]) => (x < y ? -1 : 1));
}

function columnsByTable(
  grants: readonly { db: string; table: string; column: string; privileges: ReadonlySet<string> }[],
): [string, Map<string, Set<string>>][] {
  const by = new Map<string, Map<string, Set<string>>>();
  for (const g of grants) {
    const on = `\`${g.db}\`.\`${g.table}\``;
    const columns = by.get(on) ?? new Map<string, Set<string>>();
    for (const p of g.privileges) columns.set(p, (columns.get(p) ?? new Set()).add(g.column));
    by.set(on, columns);
  }
  return [...by].sort(([x], [y]) => (x < y ? -1 : 1));
}

registerShow('GRANTS', (session, stmt) => {
  const { account } = session.connection;
  const current = stmt.user === null || stmt.user.current;
  const a = stmt.user === null ? account : accountOf(session, stmt.user);
  const own = sameAccount(a, account);
  const using = stmt.roles.map((r) => accountOf(session, r));
  if (!own && !using.some((r) => sameAccount(r, a)) && !heldRole(session, a))
    session.privileges.require('SELECT', 'mysql', 'user');
  const { accounts } = session.engine;
  if (accounts.exact(a.user, a.host) === null) throw mysqlError('ER_NONEXISTING_GRANT', a.user, a.host);
  for (const role of using) requireGranted(session, role, a);
  const roles = using.length === 0 && own ? session.privileges.activeRoles : using;
  return {
    columns: [textColumn(`Grants for ${current ? 'User' : `${a.user}@${a.host}`}`, 1024)],
    rows: grantLines(session, a, roles).map((l) => [text(l)]),
  };
});

/** An account may look at the roles that it was given. */
function heldRole(session: Session, a: AccountName): boolean {
  const held = session.engine.accounts.closure([session.connection.account]);
  return held.some((r) => accountKey(r) === accountKey(a));
}

/** Privilege, context and comment (MySQL manual, "SHOW PRIVILEGES Statement"). */
const PRIVILEGE_NOTES: Readonly<Record<string, readonly [context: string, comment: string]>> = {
  ALTER: ['Tables', 'To alter the table'],
  'ALTER ROUTINE': ['Functions,Procedures', 'To alter or drop stored functions/procedures'],
  CONFIG: ['Server Admin', 'To use SHOW CONFIG and SET CONFIG statements'],
  CREATE: ['Databases,Tables,Indexes', 'To create new databases and tables'],
  'CREATE ROUTINE': ['Databases', 'To use CREATE FUNCTION/PROCEDURE'],
  'CREATE ROLE': ['Server Admin', 'To create new roles'],
  'CREATE TABLESPACE': ['Server Admin', 'To create/alter/drop tablespaces'],
  'CREATE TEMPORARY TABLES': ['Databases', 'To use CREATE TEMPORARY TABLE'],
  'CREATE USER': ['Server Admin', 'To create new users'],
  'CREATE VIEW': ['Tables', 'To create new views'],
  DELETE: ['Tables', 'To delete existing rows'],
  DROP: ['Databases,Tables', 'To drop databases, tables, and views'],
  'DROP ROLE': ['Server Admin', 'To drop roles'],
  EVENT: ['Server Admin', 'To create, alter, drop and execute events'],
  EXECUTE: ['Functions,Procedures', 'To execute stored routines'],
  FILE: ['File access on server', 'To read and write files on the server'],
  'GRANT OPTION': [
    'Databases,Tables,Functions,Procedures',
    'To give to other users those privileges you possess',
  ],
  INDEX: ['Tables', 'To create or drop indexes'],
  INSERT: ['Tables', 'To insert data into tables'],
  'LOCK TABLES': ['Databases', 'To use LOCK TABLES (together with SELECT privilege)'],
  PROCESS: ['Server Admin', 'To view the plain text of currently executing queries'],
  REFERENCES: ['Databases,Tables', 'To have references on tables'],
  RELOAD: ['Server Admin', 'To reload or refresh tables, logs and privileges'],
  'REPLICATION CLIENT': ['Server Admin', 'To ask where the slave or master servers are'],
  'REPLICATION SLAVE': ['Server Admin', 'To read binary log events from the master'],
  SELECT: ['Tables', 'To retrieve rows from table'],
  'SHOW DATABASES': ['Server Admin', 'To see all databases with SHOW DATABASES'],
  'SHOW VIEW': ['Tables', 'To see views with SHOW CREATE VIEW'],
  SHUTDOWN: ['Server Admin', 'To shut down the server'],
  SUPER: ['Server Admin', 'To use KILL thread, SET GLOBAL, CHANGE MASTER, etc.'],
  TRIGGER: ['Tables', 'To use triggers'],
  UPDATE: ['Tables', 'To update existing rows'],
};

const titled = (name: string): string => name.replace(/\w+/g, (w) => w.charAt(0) + w.slice(1).toLowerCase());

registerShow('PRIVILEGES', () => ({
  columns: ['Privilege', 'Context', 'Comment'].map((n) => textColumn(n, 64)),
  rows: [
    ...Object.entries(PRIVILEGE_NOTES).map(([name, notes]) => [titled(name), ...notes]),
    ['Usage', 'Server Admin', 'No privileges - allow connect only'],
    ...[...DYNAMIC_PRIVILEGES].map((name) => [name, 'Server Admin', '']),
  ].map((row) => row.map((v) => text(v))),
}));

const optional = (name: string, value: number | null): string =>
  value === null ? `${name} DEFAULT` : `${name} ${value}`;

/** The statement that makes the account again. */
function createStatement(u: UserRow): string {
  const { require } = u;
  const asked = [
    ['CIPHER', require?.cipher ?? ''],
    ['ISSUER', require?.issuer ?? ''],
    ['SUBJECT', require?.subject ?? ''],
    ['SAN', require?.san ?? ''],
  ]
    .filter(([, v]) => v !== '')
    .map(([k, v]) => `${k} '${v}'`);
  const requirement = require?.type === 'SPECIFIED' ? asked.join(' ') : (require?.type ?? 'NONE');
  const token = u.tokenIssuer === '' ? '' : ` token_issuer ${u.tokenIssuer}`;
  const limit = u.maxConnections > 0 ? ` WITH MAX_USER_CONNECTIONS ${u.maxConnections}` : '';
  const expire = u.passwordExpired
    ? 'PASSWORD EXPIRE'
    : u.passwordLifetime === null
      ? 'PASSWORD EXPIRE DEFAULT'
      : u.passwordLifetime === 0
        ? 'PASSWORD EXPIRE NEVER'
        : `PASSWORD EXPIRE INTERVAL ${u.passwordLifetime} DAY`;
  const locking = (u.attributes.Password_locking ?? {}) as Record<string, unknown>;
  const attempts = Number(locking.failed_login_attempts ?? 0);
  const days = Number(locking.password_lock_time_days ?? 0);
  const failed = attempts > 0 ? ` FAILED_LOGIN_ATTEMPTS ${attempts}` : '';
  const lockTime = days === 0 ? '' : ` PASSWORD_LOCK_TIME ${days === -1 ? 'UNBOUNDED' : days}`;
  const metadata = u.attributes.metadata;
  const attribute = metadata === undefined ? '' : ` ATTRIBUTE '${JSON.stringify(metadata)}'`;
  const group =
    typeof u.attributes.resource_group === 'string' ? ` RESOURCE GROUP ${u.attributes.resource_group}` : '';
  const interval = u.reuseDays === null ? 'DEFAULT' : `${u.reuseDays} DAY`;
  return (
    `CREATE USER ${shownAccount(u)} IDENTIFIED WITH '${u.plugin}' AS '${u.authString}' REQUIRE ${requirement}${token}${limit} ${expire} ` +
    `ACCOUNT ${u.locked ? 'LOCK' : 'UNLOCK'} ${optional('PASSWORD HISTORY', u.reuseHistory)} PASSWORD REUSE INTERVAL ${interval}${failed}${lockTime}${attribute}${group}`
  );
}

registerShow('CREATE USER', (session, stmt) => {
  const a = stmt.user === null ? session.connection.account : accountOf(session, stmt.user);
  if (!sameAccount(a, session.connection.account)) session.privileges.require('SELECT', 'mysql', 'user');
  const found = session.engine.accounts.exact(a.user, a.host);
  if (found === null) throw mysqlError('ER_CANNOT_USER', 'SHOW CREATE USER', shownAccount(a));
  return {
    columns: [textColumn(`CREATE USER for ${a.user}@${a.host}`, 4096)],
    rows: [[text(createStatement(found))]],
  };
});
