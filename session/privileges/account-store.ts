import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { Account } from '../client-session.js';
import type { EngineCore } from '../engine/engine-core.js';
import { DATABASE_PRIVILEGES, GLOBAL_PRIVILEGES, privilegeColumn } from './privilege-names.js';
import type { PrivilegeChecker } from './privilege-checker.js';

interface UserRow extends Account {
  readonly global: ReadonlySet<string>;
}
interface ScopedGrant {
  readonly user: string;
  readonly host: string;
  readonly db: string;
  readonly table: string | null;
  readonly privileges: ReadonlySet<string>;
}

const str = (v: Datum | undefined): string =>
  v instanceof Uint8Array ? Buffer.from(v).toString() : v === null || v === undefined ? '' : String(v);

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Whether a host pattern ('%', '10.0.%', 'localhost', '10.0.0.0/255.0.0.0') matches (MySQL manual, "Specifying Account Names"). */
export function hostMatches(pattern: string, host: string): boolean {
  if (pattern === '%' || pattern === '' || pattern.toLowerCase() === host.toLowerCase()) return true;
  // The loopback addresses are resolved to their name, as servers that resolve names do.
  if (pattern.toLowerCase() === 'localhost') return LOOPBACK.has(host);
  const mask = /^(\d+\.\d+\.\d+\.\d+)\/(\d+\.\d+\.\d+\.\d+)$/.exec(pattern);
  if (mask !== null) {
    const value = ipv4(host);
    return value !== null && (value & ipv4(mask[2]!)!) >>> 0 === ipv4(mask[1]!)! >>> 0;
  }
  return likeMatches(pattern, host);
}

function ipv4(text: string): number | null {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((p) => !Number.isInteger(p) || p < 0 || p > 255)) return null;
  return parts.reduce((n, p) => (n << 8) | p, 0);
}

function likeMatches(pattern: string, text: string): boolean {
  const source = pattern.replace(/\\([%_])|[.*+?^${}()|[\]\\]|%|_/g, (m, escaped: string | undefined) =>
    escaped !== undefined ? escaped : m === '%' ? '.*' : m === '_' ? '.' : `\\${m}`,
  );
  return new RegExp(`^${source}$`, 'i').test(text);
}

/** The most specific pattern first: literal hosts, then patterns by the position of their first wildcard. */
function hostRank(pattern: string): number {
  const wildcard = pattern.search(/[%_]/);
  return wildcard < 0 ? Number.MAX_SAFE_INTEGER : wildcard;
}

/** Accounts and grants of mysql.user, db and tables_priv, kept in memory; reloaded when they change. */
export class AccountStore {
  private users: readonly UserRow[] = [];
  private scoped: readonly ScopedGrant[] = [];

  constructor(private readonly core: EngineCore) {}

  async reload(): Promise<void> {
    const schema = this.core.schemaLoader.current;
    const privileges = (table: string): string[] =>
      (schema.table('mysql', table)?.columns ?? [])
        .filter((c) => c.lower.endsWith('_priv'))
        .map((c) => c.name);
    const userPrivileges = privileges('user');
    const dbPrivileges = privileges('db');
    const users = await this.core.internalQuery(
      `SELECT User, Host, plugin, authentication_string, account_locked, password_expired, ssl_type, ${userPrivileges.join(', ')} FROM mysql.user`,
    );
    this.users = users
      .map((row): UserRow => ({
        user: str(row[0]),
        host: str(row[1]),
        plugin: str(row[2]),
        authString: str(row[3]),
        locked: isYes(row[4]),
        passwordExpired: isYes(row[5]),
        requireTls: str(row[6]) !== '',
        global: granted(userPrivileges, row.slice(7)),
      }))
      .sort(
        (a, b) => hostRank(b.host) - hostRank(a.host) || (a.user === '' ? 1 : 0) - (b.user === '' ? 1 : 0),
      );
    const dbs = await this.core.internalQuery(
      `SELECT User, Host, DB, ${dbPrivileges.join(', ')} FROM mysql.db`,
    );
    const tables = await this.core.internalQuery(
      'SELECT User, Host, DB, Table_name, CAST(Table_priv AS CHAR) FROM mysql.tables_priv',
    );
    this.scoped = [
      ...dbs.map((row) => ({
        user: str(row[0]),
        host: str(row[1]),
        db: str(row[2]),
        table: null,
        privileges: granted(dbPrivileges, row.slice(3)),
      })),
      ...tables.map((row) => ({
        user: str(row[0]),
        host: str(row[1]),
        db: str(row[2]),
        table: str(row[3]),
        privileges: new Set(
          str(row[4])
            .split(',')
            .map((p) => (p === 'Grant' ? 'GRANT OPTION' : p.toUpperCase())),
        ),
      })),
    ];
  }

  find(user: string, host: string): Account | null {
    return this.users.find((u) => (u.user === user || u.user === '') && hostMatches(u.host, host)) ?? null;
  }

  exact(user: string, host: string): Account | null {
    return this.users.find((u) => u.user === user && u.host.toLowerCase() === host.toLowerCase()) ?? null;
  }

  /** What SHOW GRANTS lists: global first (db ''), then databases (table ''), then tables; null for no such account. */
  grantsOf(
    user: string,
    host: string,
  ): { db: string; table: string; privileges: ReadonlySet<string> }[] | null {
    const account = this.users.find((u) => u.user === user && u.host.toLowerCase() === host.toLowerCase());
    if (account === undefined) return null;
    const own = this.scoped.filter(
      (g) => g.user === account.user && g.host === account.host && g.privileges.size > 0,
    );
    return [
      { db: '', table: '', privileges: account.global },
      ...own.filter((g) => g.table === null).map((g) => ({ db: g.db, table: '', privileges: g.privileges })),
      ...own
        .filter((g) => g.table !== null)
        .map((g) => ({ db: g.db, table: g.table ?? '', privileges: g.privileges })),
    ];
  }

  checkerFor(account: Account): PrivilegeChecker {
    return new AccountPrivileges(account, {
      global: () =>
        this.users.find((u) => u.user === account.user && u.host === account.host)?.global ?? NONE,
      scoped: () => this.scoped.filter((g) => g.user === account.user && g.host === account.host),
    });
  }
}

const BY_COLUMN: ReadonlyMap<string, string> = new Map(
  [...GLOBAL_PRIVILEGES, ...DATABASE_PRIVILEGES].map((p) => [privilegeColumn(p).toLowerCase(), p]),
);
const NONE: ReadonlySet<string> = new Set();
const isYes = (v: Datum | undefined): boolean => str(v) === 'Y' || v === 2;

/** Names as GRANT spells them, of the columns `Create_view_priv` and so on that say Y (the second member of their ENUM). */
function granted(columns: readonly string[], values: readonly Datum[]): ReadonlySet<string> {
  const set = new Set<string>();
  columns.forEach((name, i) => {
    if (isYes(values[i])) set.add(BY_COLUMN.get(name.toLowerCase()) ?? name);
  });
  return set;
}

interface Grants {
  global(): ReadonlySet<string>;
  scoped(): readonly ScopedGrant[];
}

class AccountPrivileges implements PrivilegeChecker {
  constructor(
    private readonly account: Account,
    private readonly grants: Grants,
  ) {}

  require(privilege: string, db: string, table: string): void {
    if (this.has(privilege, db, table)) return;
    const { user, host } = this.account;
    if (table === '') throw mysqlError('ER_DBACCESS_DENIED_ERROR', user, host, db);
    throw mysqlError('ER_TABLEACCESS_DENIED_ERROR', privilege, user, host, table);
  }

  requireGlobal(privilege: string): void {
    if (!this.has(privilege, null, null)) throw mysqlError('ER_SPECIFIC_ACCESS_DENIED_ERROR', privilege);
  }

  requireDatabase(db: string): void {
    if (!this.visible(db, null))
      throw mysqlError('ER_DBACCESS_DENIED_ERROR', this.account.user, this.account.host, db);
  }

  has(privilege: string, db: string | null, table: string | null): boolean {
    if (this.grants.global().has(privilege)) return true;
    if (db === null) return false;
    if (db.toLowerCase() === 'information_schema') return privilege === 'SELECT';
    return this.grants
      .scoped()
      .some(
        (g) =>
          likeMatches(g.db, db) &&
          g.privileges.has(privilege) &&
          (g.table === null || (table !== null && g.table.toLowerCase() === table.toLowerCase())),
      );
  }

  visible(db: string, table: string | null): boolean {
    if (db.toLowerCase() === 'information_schema') return true;
    const global = this.grants.global();
    for (const p of [
      'SELECT',
      'INSERT',
      'UPDATE',
      'DELETE',
      'CREATE',
      'DROP',
      'ALTER',
      'INDEX',
      'SUPER',
      'SHOW DATABASES',
    ])
      if (global.has(p)) return true;
    return this.grants
      .scoped()
      .some(
        (g) =>
          likeMatches(g.db, db) &&
          g.privileges.size > 0 &&
          (table === null || g.table === null || g.table.toLowerCase() === table.toLowerCase()),
      );
  }
}
