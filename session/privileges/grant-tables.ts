import type { Datum } from '../../types/datum.js';
import type { Account } from '../client-session.js';
import type { EngineCore } from '../engine/engine-core.js';
import { accountKey, type AccountName } from './account-name.js';
import { hostRank } from './host-pattern.js';
import { DATABASE_PRIVILEGES, GLOBAL_PRIVILEGES, privilegeColumn } from './privilege-names.js';

/** A row of mysql.user. */
export interface UserRow extends Account {
  readonly global: ReadonlySet<string>;
  /** User_attributes: `metadata`, `Password_locking`, `resource_group`. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 0: no limit of its own. */
  readonly maxConnections: number;
  /** Days; 0: never expires, null: as default_password_lifetime says. */
  readonly passwordLifetime: number | null;
  /** Seconds since the epoch. */
  readonly passwordChanged: number;
  /** Null: as the global variables say. */
  readonly reuseHistory: number | null;
  readonly reuseDays: number | null;
  readonly tokenIssuer: string;
}

export interface DatabaseGrant extends AccountName {
  /** A LIKE pattern. */
  readonly db: string;
  readonly privileges: ReadonlySet<string>;
}

export interface TableGrant extends AccountName {
  readonly db: string;
  readonly table: string;
  readonly privileges: ReadonlySet<string>;
}

export interface ColumnGrant extends AccountName {
  readonly db: string;
  readonly table: string;
  readonly column: string;
  readonly privileges: ReadonlySet<string>;
}

/** A role given to an account or to another role. */
export interface RoleEdge {
  readonly role: AccountName;
  readonly to: AccountName;
  readonly admin: boolean;
}

/** The grant tables of the `mysql` database as they were read last. Never changed: a newer state is another object. */
export interface GrantTables {
  /** Most specific host first, as a login looks for its account. */
  readonly users: readonly UserRow[];
  readonly byAccount: ReadonlyMap<string, UserRow>;
  readonly databases: readonly DatabaseGrant[];
  readonly tables: readonly TableGrant[];
  readonly columns: readonly ColumnGrant[];
  /** Dynamic privileges of an account, each with its grant option. */
  readonly dynamic: ReadonlyMap<string, ReadonlyMap<string, boolean>>;
  readonly edges: readonly RoleEdge[];
  readonly defaultRoles: ReadonlyMap<string, readonly AccountName[]>;
}

export const NO_GRANTS: GrantTables = {
  users: [],
  byAccount: new Map(),
  databases: [],
  tables: [],
  columns: [],
  dynamic: new Map(),
  edges: [],
  defaultRoles: new Map(),
};

const str = (v: Datum | undefined): string =>
  v instanceof Uint8Array ? Buffer.from(v).toString() : v === null || v === undefined ? '' : String(v);
const isYes = (v: Datum | undefined): boolean => str(v) === 'Y' || v === 2;
const count = (v: Datum | undefined): number | null => (v === null || v === undefined ? null : Number(v));

const BY_COLUMN: ReadonlyMap<string, string> = new Map(
  [...GLOBAL_PRIVILEGES, ...DATABASE_PRIVILEGES].map((p) => [privilegeColumn(p).toLowerCase(), p]),
);

/** Names as GRANT spells them, of the columns `Create_view_priv` and so on that say Y (the second member of their ENUM). */
function granted(columns: readonly string[], values: readonly Datum[]): ReadonlySet<string> {
  const set = new Set<string>();
  columns.forEach((name, i) => {
    if (isYes(values[i])) set.add(BY_COLUMN.get(name.toLowerCase()) ?? name);
  });
  return set;
}

/** Members of a SET column, as GRANT spells them. */
const members = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .split(',')
      .filter((p) => p !== '')
      .map((p) => (p === 'Grant' ? 'GRANT OPTION' : p.toUpperCase())),
  );

const parsed = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

export async function readGrantTables(core: EngineCore): Promise<GrantTables> {
  const schema = core.schemaLoader.current;
  const privileges = (table: string): string[] =>
    (schema.table('mysql', table)?.columns ?? []).filter((c) => c.lower.endsWith('_priv')).map((c) => c.name);
  const userPrivileges = privileges('user');
  const dbPrivileges = privileges('db');
  const query = (sql: string): Promise<Datum[][]> => core.internalQuery(sql);
  const requirements = new Map(
    (await query('SELECT User, Host, Priv FROM mysql.global_priv')).map((row) => [
      accountKey({ user: str(row[0]), host: str(row[1]) }),
      parsed(str(row[2])),
    ]),
  );
  const users = (
    await query(
      `SELECT User, Host, plugin, authentication_string, account_locked, Password_expired, CAST(User_attributes AS CHAR), Max_user_connections,
        Password_lifetime, UNIX_TIMESTAMP(Password_last_changed), Password_reuse_history, Password_reuse_time, Token_issuer, ${userPrivileges.join(', ')} FROM mysql.user`,
    )
  )
    .map((row): UserRow => {
      const name = { user: str(row[0]), host: str(row[1]) };
      const requirement = requirements.get(accountKey(name)) ?? {};
      const tls = Number(requirement.ssl_type ?? 0);
      const plugin = str(row[2]);
      return {
        ...name,
        plugin: plugin === '' ? core.globals.get('default_authentication_plugin') : plugin,
        authString: str(row[3]),
        locked: isYes(row[4]),
        passwordExpired: isYes(row[5]),
        requireTls: tls > 0,
        require: {
          type: tls === 1 ? 'SSL' : tls === 2 ? 'X509' : tls === 3 ? 'SPECIFIED' : 'NONE',
          cipher: textOf(requirement.ssl_cipher),
          issuer: textOf(requirement.x509_issuer),
          subject: textOf(requirement.x509_subject),
          san: textOf(requirement.san),
        },
        attributes: parsed(str(row[6])),
        maxConnections: count(row[7]) ?? 0,
        passwordLifetime: count(row[8]),
        passwordChanged: count(row[9]) ?? 0,
        reuseHistory: count(row[10]),
        reuseDays: count(row[11]),
        tokenIssuer: str(row[12]),
        global: granted(userPrivileges, row.slice(13)),
      };
    })
    .sort((a, b) => hostRank(b.host) - hostRank(a.host) || (a.user === '' ? 1 : 0) - (b.user === '' ? 1 : 0));
  const dynamic = new Map<string, Map<string, boolean>>();
  for (const row of await query('SELECT USER, HOST, PRIV, WITH_GRANT_OPTION FROM mysql.global_grants')) {
    const key = accountKey({ user: str(row[0]), host: str(row[1]) });
    if (!dynamic.has(key)) dynamic.set(key, new Map());
    dynamic.get(key)!.set(str(row[2]).toUpperCase(), isYes(row[3]));
  }
  const defaultRoles = new Map<string, AccountName[]>();
  for (const row of await query(
    'SELECT USER, HOST, DEFAULT_ROLE_USER, DEFAULT_ROLE_HOST FROM mysql.default_roles',
  )) {
    const key = accountKey({ user: str(row[0]), host: str(row[1]) });
    const roles = defaultRoles.get(key) ?? [];
    roles.push({ user: str(row[2]), host: str(row[3]) });
    defaultRoles.set(key, roles);
  }
  return {
    users,
    byAccount: new Map(users.map((u) => [accountKey(u), u])),
    databases: (await query(`SELECT User, Host, DB, ${dbPrivileges.join(', ')} FROM mysql.db`)).map(
      (row) => ({
        user: str(row[0]),
        host: str(row[1]),
        db: str(row[2]),
        privileges: granted(dbPrivileges, row.slice(3)),
      }),
    ),
    tables: (
      await query('SELECT User, Host, DB, Table_name, CAST(Table_priv AS CHAR) FROM mysql.tables_priv')
    ).map((row) => ({
      user: str(row[0]),
      host: str(row[1]),
      db: str(row[2]),
      table: str(row[3]),
      privileges: members(str(row[4])),
    })),
    columns: (
      await query(
        'SELECT User, Host, DB, Table_name, Column_name, CAST(Column_priv AS CHAR) FROM mysql.columns_priv',
      )
    ).map((row) => ({
      user: str(row[0]),
      host: str(row[1]),
      db: str(row[2]),
      table: str(row[3]),
      column: str(row[4]),
      privileges: members(str(row[5])),
    })),
    dynamic,
    edges: (
      await query(
        'SELECT FROM_USER, FROM_HOST, TO_USER, TO_HOST, WITH_ADMIN_OPTION FROM mysql.role_edges ORDER BY FROM_USER, FROM_HOST',
      )
    ).map((row) => ({
      role: { user: str(row[0]), host: str(row[1]) },
      to: { user: str(row[2]), host: str(row[3]) },
      admin: isYes(row[4]),
    })),
    defaultRoles,
  };
}

const textOf = (v: unknown): string => (typeof v === 'string' ? v : '');
