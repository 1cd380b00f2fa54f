import { mysqlError } from '../../types/error-table.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Account } from '../client-session.js';
import type { EngineCore } from '../engine/engine-core.js';
import { quote, rowsOf } from './account-name.js';
import type { UserRow } from './grant-tables.js';

const DAY_SECONDS = 86400;

/** Failed logins of an account, kept in mysql.user.User_attributes as TiDB keeps them. */
interface PasswordLocking {
  readonly attempts: number;
  /** -1: until an ALTER USER … ACCOUNT UNLOCK. */
  readonly days: number;
  readonly count: number;
  readonly locked: boolean;
  readonly since: number;
}

function lockingOf(user: UserRow): PasswordLocking | null {
  const kept = user.attributes.Password_locking;
  if (typeof kept !== 'object' || kept === null) return null;
  const l = kept as Record<string, unknown>;
  const attempts = Number(l.failed_login_attempts ?? 0);
  const days = Number(l.password_lock_time_days ?? 0);
  // Both rules are needed for accounts to be locked (MySQL manual, "Failed-Login Tracking").
  if (attempts === 0 || days === 0) return null;
  return {
    attempts,
    days,
    count: Number(l.failed_login_count ?? 0),
    locked: l.auto_account_locked === 'Y',
    since: Date.parse(String(l.auto_locked_last_changed ?? '')) || 0,
  };
}

function blocked(user: UserRow, l: PasswordLocking): Error | null {
  if (!l.locked) return null;
  const left =
    l.days === -1 ? 'unlimited' : String(Math.ceil(l.days - (Date.now() - l.since) / (DAY_SECONDS * 1000)));
  if (l.days !== -1 && Number(left) <= 0) return null;
  const days = l.days === -1 ? 'unlimited' : String(l.days);
  return mysqlError('ER_TOO_MANY_LOGIN_FAILURES', user.user, user.host, days, left, l.attempts);
}

/** Throws 3955 while failed logins block the account. */
export function admitLogin(core: EngineCore, account: Account): void {
  const user = core.accounts.exact(account.user, account.host);
  const locking = user === null ? null : lockingOf(user);
  const error = locking === null ? null : blocked(user!, locking);
  if (error !== null) throw error;
}

/** Counts a failed login, forgets those before one that succeeded. Throws 3955 for the one that locks the account. */
export function noteLogin(core: EngineCore, account: Account, proved: boolean): Awaitable<void> {
  const user = core.accounts.exact(account.user, account.host);
  const locking = user === null ? null : lockingOf(user);
  if (user === null || locking === null || (proved && locking.count === 0 && !locking.locked)) return;
  return countLogin(core, user, proved);
}

async function countLogin(core: EngineCore, user: UserRow, proved: boolean): Promise<void> {
  const where = rowsOf(user);
  const error = await core.internalTransaction(async (query): Promise<Error | null> => {
    const [row] = await query(
      `SELECT CAST(JSON_EXTRACT(User_attributes, '$.Password_locking.failed_login_count') AS CHAR) FROM mysql.user WHERE ${where} FOR UPDATE`,
    );
    if (row === undefined) return null;
    const before = row[0] instanceof Uint8Array ? Number(Buffer.from(row[0]).toString()) : 0;
    const locking = lockingOf(user)!;
    // A lock that ran out leaves the counting to begin anew.
    const expired = locking.locked && blocked(user, locking) === null;
    const count = proved ? 0 : (expired ? 0 : before) + 1;
    const lock = count >= locking.attempts;
    const patch = {
      failed_login_count: count,
      auto_account_locked: lock ? 'Y' : 'N',
      auto_locked_last_changed: new Date().toISOString(),
    };
    await query(
      `UPDATE mysql.user SET User_attributes = JSON_MERGE_PATCH(User_attributes, CAST(${quote(JSON.stringify({ Password_locking: patch }))} AS JSON)) WHERE ${where}`,
    );
    return lock ? blocked(user, { ...locking, locked: true, since: Date.now() }) : null;
  });
  await core.accounts.reload();
  await core.cluster.tellAccounts();
  if (error !== null) throw error;
}

/** Whether the password is older than the account's rule, or the global one, allows (MySQL manual, "Password Expiration Policy"). */
export function passwordOutlived(core: EngineCore, account: Account): boolean {
  const user = core.accounts.exact(account.user, account.host);
  if (user === null || user.authString === '') return false;
  const days = user.passwordLifetime ?? Number(core.globals.get('default_password_lifetime'));
  return days > 0 && Date.now() / 1000 - user.passwordChanged > days * DAY_SECONDS;
}

/** Throws 1203 when the account has as many connections as it may. */
export function checkConnectionLimit(core: EngineCore, account: Account): void {
  const own = core.accounts.exact(account.user, account.host)?.maxConnections ?? 0;
  const limit = own > 0 ? own : Number(core.globals.get('max_user_connections'));
  if (limit <= 0) return;
  let open = 0;
  for (const s of core.sessions.values()) {
    const a = s.connection.account;
    if (a.user === account.user && a.host === account.host) open++;
  }
  if (open >= limit) throw mysqlError('ER_TOO_MANY_USER_CONNECTIONS', account.user);
}
