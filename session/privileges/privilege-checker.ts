/** Privileges of one account as a session checks them. */
export interface PrivilegeChecker {
  /** Throws 1142 unless the account holds the privilege ('SELECT', 'INSERT', 'CREATE', …) for the table, its database or globally. */
  require(privilege: string, db: string, table: string): void;
  /** Throws 1227 unless the account holds the privilege globally ('SUPER', 'PROCESS', 'CREATE USER', …). */
  requireGlobal(privilege: string): void;
  /** Throws 1044 unless the account holds any privilege in the database. */
  requireDatabase(db: string): void;
  has(privilege: string, db: string | null, table: string | null): boolean;
  /** Whether the database, or the table in it, may be seen at all. */
  visible(db: string, table: string | null): boolean;
}

/** The server itself. */
export const ALL_PRIVILEGES: PrivilegeChecker = {
  require: () => undefined,
  requireGlobal: () => undefined,
  requireDatabase: () => undefined,
  has: () => true,
  visible: () => true,
};
