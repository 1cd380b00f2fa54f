import { mysqlError } from '../../types/error-table.js';
import { accountKey, type AccountName, sameAccount, shownRole } from './account-name.js';
import type { AccountStore } from './account-store.js';
import type { ColumnGrant, DatabaseGrant, GrantTables, TableGrant } from './grant-tables.js';
import { likeMatches } from './host-pattern.js';
import type { PrivilegeChecker } from './privilege-checker.js';
import { impliedBySuper } from './privilege-names.js';

/** What an account and the roles it has active hold together. */
export interface EffectiveGrants {
  readonly tables: GrantTables;
  readonly global: ReadonlySet<string>;
  /** With the grant option of each. */
  readonly dynamic: ReadonlyMap<string, boolean>;
  readonly databaseGrants: readonly DatabaseGrant[];
  readonly tableGrants: readonly TableGrant[];
  readonly columnGrants: readonly ColumnGrant[];
}

/** Global privileges that let everything be seen. */
const SEES_ALL: readonly string[] = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'DROP',
  'ALTER',
  'INDEX',
  'REFERENCES',
  'CREATE VIEW',
  'SHOW VIEW',
  'SUPER',
  'SHOW DATABASES',
];

/** Union of the grants of several accounts. */
export function effectiveGrants(tables: GrantTables, holders: readonly AccountName[]): EffectiveGrants {
  const global = new Set<string>();
  const dynamic = new Map<string, boolean>();
  const keys = new Set(holders.map(accountKey));
  for (const key of keys) {
    for (const p of tables.byAccount.get(key)?.global ?? []) global.add(p);
    for (const [p, option] of tables.dynamic.get(key) ?? [])
      dynamic.set(p, option || (dynamic.get(p) ?? false));
  }
  const held = <T extends AccountName & { privileges: ReadonlySet<string> }>(list: readonly T[]): T[] =>
    list.filter((g) => g.privileges.size > 0 && keys.has(accountKey(g)));
  return {
    tables,
    global,
    dynamic,
    databaseGrants: held(tables.databases),
    tableGrants: held(tables.tables),
    columnGrants: held(tables.columns),
  };
}

const isSchema = (name: string): boolean => name.toLowerCase() === 'information_schema';
/** Who reads what there is to read in it: what an account may not see, its rows leave out. */
const isOpenSchema = (name: string): boolean => isSchema(name);

const isTable = (g: { db: string; table: string }, db: string, table: string): boolean =>
  g.table.toLowerCase() === table.toLowerCase() && g.db.toLowerCase() === db.toLowerCase();

/** Privileges of a session: those of its account and of the roles that are active. */
export class AccountPrivileges implements PrivilegeChecker {
  private roles: readonly AccountName[] = [];
  private effective: EffectiveGrants | null = null;

  constructor(
    private readonly account: AccountName,
    private readonly store: AccountStore,
  ) {}

  /** Roles that are active, without those that were taken away meanwhile. */
  get activeRoles(): readonly AccountName[] {
    if (this.roles.length === 0) return this.roles;
    const granted = this.store.rolesOf(this.account);
    return this.roles.filter((role) => granted.some((g) => sameAccount(g, role)));
  }

  setRoles(roles: readonly AccountName[]): void {
    this.roles = roles;
    this.effective = null;
  }

  /** CURRENT_ROLE(). */
  get currentRole(): string {
    const active = this.activeRoles.map(shownRole).sort();
    return active.length === 0 ? 'NONE' : active.join(',');
  }

  private get grants(): EffectiveGrants {
    const { tables } = this.store;
    if (this.effective === null || this.effective.tables !== tables) {
      const holders = [this.account, ...this.store.closure(this.activeRoles)];
      this.effective = effectiveGrants(tables, holders);
    }
    return this.effective;
  }

  require(privilege: string, db: string, table: string): void {
    if (this.has(privilege, db, table)) return;
    const { user, host } = this.account;
    if (table === '') throw mysqlError('ER_DBACCESS_DENIED_ERROR', user, host, db);
    throw mysqlError('ER_TABLEACCESS_DENIED_ERROR', privilege, user, host, table);
  }

  requireGlobal(...alternatives: readonly string[]): void {
    if (!alternatives.some((p) => this.has(p, null, null)))
      throw mysqlError('ER_SPECIFIC_ACCESS_DENIED_ERROR', alternatives.join(' or '));
  }

  requireDatabase(db: string): void {
    if (!this.visible(db, null))
      throw mysqlError('ER_DBACCESS_DENIED_ERROR', this.account.user, this.account.host, db);
  }

  hasOwn(privilege: string): boolean {
    return this.grants.dynamic.has(privilege);
  }

  has(privilege: string, db: string | null, table: string | null): boolean {
    const { global, dynamic, databaseGrants, tableGrants } = this.grants;
    if (global.has(privilege) || dynamic.has(privilege)) return true;
    if (global.has('SUPER') && impliedBySuper(privilege)) return true;
    if (db === null) return false;
    if (isOpenSchema(db)) return privilege === 'SELECT';
    for (const g of databaseGrants) if (g.privileges.has(privilege) && likeMatches(g.db, db)) return true;
    if (table === null) return false;
    for (const g of tableGrants) if (g.privileges.has(privilege) && isTable(g, db, table)) return true;
    return false;
  }

  get limited(): boolean {
    return this.grants.columnGrants.length > 0;
  }

  columns(privilege: string, db: string, table: string): ReadonlySet<string> | null {
    const { columnGrants } = this.grants;
    if (columnGrants.length === 0) return null;
    const names = columnGrants
      .filter((g) => g.privileges.has(privilege) && isTable(g, db, table))
      .map((g) => g.column.toLowerCase());
    return names.length === 0 ? null : new Set(names);
  }

  /** Whether a dynamic privilege may be passed on. */
  mayGrantDynamic(privilege: string): boolean {
    const { dynamic, global } = this.grants;
    return dynamic.get(privilege) === true || (global.has('GRANT OPTION') && this.has(privilege, null, null));
  }

  visible(db: string, table: string | null): boolean {
    if (isSchema(db)) return true;
    const { global, databaseGrants, tableGrants, columnGrants } = this.grants;
    if (SEES_ALL.some((p) => global.has(p))) return true;
    const within = (g: { db: string; table: string }): boolean =>
      table === null ? g.db.toLowerCase() === db.toLowerCase() : isTable(g, db, table);
    return (
      databaseGrants.some((g) => likeMatches(g.db, db)) ||
      tableGrants.some(within) ||
      columnGrants.some(within)
    );
  }
}
