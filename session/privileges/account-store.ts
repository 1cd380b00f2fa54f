import type { Account } from '../client-session.js';
import type { EngineCore } from '../engine/engine-core.js';
import { accountKey, type AccountName, sameAccount } from './account-name.js';
import { AccountPrivileges } from './account-privileges.js';
import { type GrantTables, NO_GRANTS, readGrantTables, type UserRow } from './grant-tables.js';
import { hostMatches } from './host-pattern.js';

/** Accounts, roles and grants, kept in memory and read again when they change. */
export class AccountStore {
  private current: GrantTables = NO_GRANTS;

  constructor(private readonly core: EngineCore) {}

  get tables(): GrantTables {
    return this.current;
  }

  async reload(): Promise<void> {
    this.current = await readGrantTables(this.core);
  }

  find(user: string, host: string): Account | null {
    return (
      this.current.users.find((u) => (u.user === user || u.user === '') && hostMatches(u.host, host)) ?? null
    );
  }

  exact(user: string, host: string): UserRow | null {
    return this.current.byAccount.get(accountKey({ user, host })) ?? null;
  }

  /** Roles given to the account itself. */
  rolesOf(account: AccountName): readonly AccountName[] {
    return this.current.edges.filter((e) => sameAccount(e.to, account)).map((e) => e.role);
  }

  /** The roles and the roles that those hold in turn. */
  closure(roles: readonly AccountName[]): readonly AccountName[] {
    const found = new Map<string, AccountName>();
    const visit = (role: AccountName): void => {
      if (found.has(accountKey(role))) return;
      found.set(accountKey(role), role);
      for (const inner of this.rolesOf(role)) visit(inner);
    };
    roles.forEach(visit);
    return [...found.values()];
  }

  defaultRolesOf(account: AccountName): readonly AccountName[] {
    return (this.current.defaultRoles.get(accountKey(account)) ?? []).filter((role) =>
      this.rolesOf(account).some((r) => sameAccount(r, role)),
    );
  }

  /** Whether the name stands for a role: an account that nobody can log in to. */
  isRole(a: UserRow): boolean {
    return a.locked && a.passwordExpired && a.authString === '';
  }

  checkerFor(account: AccountName): AccountPrivileges {
    return new AccountPrivileges(account, this);
  }
}
