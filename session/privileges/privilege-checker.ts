import type { AccountName } from './account-name.js';

/** Privileges of one account, with the roles that are active, as a session checks them. */
export interface PrivilegeChecker {
  /** Throws 1142 unless the account holds the privilege ('SELECT', 'INSERT', 'CREATE', …) for the table, its database or globally. */
  require(privilege: string, db: string, table: string): void;
  /** Throws 1227 unless the account holds one of the privileges globally ('SUPER', 'PROCESS', 'CREATE USER', 'ROLE_ADMIN', …). */
  requireGlobal(...alternatives: readonly string[]): void;
  /** Throws 1044 unless the account holds any privilege in the database. */
  requireDatabase(db: string): void;
  has(privilege: string, db: string | null, table: string | null): boolean;
  /** Whether a dynamic privilege was granted by its name: SUPER does not stand for it. */
  hasOwn(privilege: string): boolean;
  /** Columns (lower case) for which the account holds the privilege alone; null for none. */
  columns(privilege: string, db: string, table: string): ReadonlySet<string> | null;
  /** Whether some privilege is held for single columns only. */
  readonly limited: boolean;
  /** Whether the database, or the table in it, may be seen at all. */
  visible(db: string, table: string | null): boolean;
  mayGrantDynamic(privilege: string): boolean;
  readonly activeRoles: readonly AccountName[];
  setRoles(roles: readonly AccountName[]): void;
  /** CURRENT_ROLE(). */
  readonly currentRole: string;
}

/** The server itself. */
export const ALL_PRIVILEGES: PrivilegeChecker = {
  require: () => undefined,
  requireGlobal: () => undefined,
  requireDatabase: () => undefined,
  has: () => true,
  hasOwn: () => true,
  columns: () => null,
  limited: false,
  visible: () => true,
  mayGrantDynamic: () => true,
  activeRoles: [],
  setRoles: () => undefined,
  currentRole: 'NONE',
};
