import type { UserSpec } from '../../parser/ast/index.js';
import type { Session } from '../session.js';

/** An account or role: both are rows of mysql.user. */
export interface AccountName {
  readonly user: string;
  readonly host: string;
}

/** A string literal for a statement that the server runs itself. */
export const quote = (s: string): string => `'${s.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;

/** The account meant; CURRENT_USER is the one that is logged in. */
export function accountOf(session: Session, user: UserSpec): AccountName {
  const { account } = session.connection;
  return user.current
    ? { user: account.user, host: account.host }
    : { user: user.name, host: user.host === '' ? '%' : user.host };
}

/** Condition on the columns User and Host of a grant table. */
export const rowsOf = (a: AccountName): string => `User = ${quote(a.user)} AND Host = ${quote(a.host)}`;

export const sameAccount = (a: AccountName, b: AccountName): boolean =>
  a.user === b.user && a.host.toLowerCase() === b.host.toLowerCase();

/** 'u'@'h', as errors and SHOW GRANTS name accounts. */
export const shownAccount = (a: AccountName): string => `'${a.user}'@'${a.host}'`;
/** `r`@`h`, as CURRENT_ROLE() names roles. */
export const shownRole = (a: AccountName): string => `\`${a.user}\`@\`${a.host}\``;
/** A key for maps of accounts. */
export const accountKey = (a: AccountName): string => `${a.user}\0${a.host.toLowerCase()}`;
