import type { Account, Engine } from '../../session/client-session.js';
import { AUTH_PLUGINS } from '../auth/plugins.js';

export interface AuthenticatedUser {
  readonly user: string;
  readonly account: Account;
}

/** The database account that the header's user and password belong to, or null (RFC 7617). */
export async function basicAuth(
  engine: Engine,
  header: string | undefined,
  host: string,
): Promise<AuthenticatedUser | null> {
  const m = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? '');
  if (m === null) return null;
  const credentials = Buffer.from(m[1]!, 'base64').toString('utf8');
  const colon = credentials.indexOf(':');
  if (colon < 0) return null;
  const user = credentials.slice(0, colon);
  const account = await engine.findAccount(user, host);
  if (account === null || account.locked || account.passwordExpired) return null;
  const plugin = AUTH_PLUGINS.get(account.plugin);
  if (plugin === undefined || !plugin.verifyPassword(account, credentials.slice(colon + 1))) return null;
  return { user, account };
}
