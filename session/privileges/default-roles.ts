import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';
import { type AccountName, quote, sameAccount, shownRole } from './account-name.js';

/** Throws 3530 unless the account holds the role itself. */
export function requireGranted(session: Session, role: AccountName, account: AccountName): void {
  const granted = session.engine.accounts.rolesOf(account);
  if (!granted.some((g) => sameAccount(g, role)))
    throw mysqlError('ER_ROLE_NOT_GRANTED', shownRole(role), `${account.user}@${account.host}`);
}

/** Replaces the default roles of accounts. */
export async function setDefaultRoles(
  query: (sql: string) => Promise<unknown>,
  users: readonly AccountName[],
  rolesFor: (user: AccountName) => readonly AccountName[],
): Promise<void> {
  for (const user of users) {
    await query(
      `DELETE FROM mysql.default_roles WHERE USER = ${quote(user.user)} AND HOST = ${quote(user.host)}`,
    );
    for (const role of rolesFor(user))
      await query(
        `INSERT IGNORE INTO mysql.default_roles (HOST, USER, DEFAULT_ROLE_HOST, DEFAULT_ROLE_USER) VALUES (${quote(user.host)}, ${quote(user.user)}, ${quote(role.host)}, ${quote(role.user)})`,
      );
  }
}
