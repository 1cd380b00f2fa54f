import type { TLSSocket } from 'node:tls';
import type { Account, Engine } from '../../session/client-session.js';
import { mysqlError } from '../../types/error-table.js';
import type { AuthExchange } from '../auth/auth-plugin.js';
import { randomSalt } from '../auth/caching-sha2.js';
import { AUTH_PLUGINS } from '../auth/plugins.js';
import { Capability } from './capabilities.js';
import type { Channel } from './channel.js';
import type { LoginRequest } from './handshake.js';
import { NONCE_BYTES, writeAuthMoreData, writeAuthSwitch } from './handshake.js';

export interface LoginContext {
  readonly engine: Engine;
  readonly channel: Channel;
  /** Host part of the account as the client is seen. */
  readonly host: string;
  /** TLS or a Unix socket. */
  readonly secure: boolean;
  readonly tls: boolean;
  readonly defaultPlugin: string;
}

/**
 * Finds the account of a login request and has the client prove its password, switching to the account's method where
 * the client began with another. Gives the account or throws what the client is told.
 */
export async function authenticate(
  context: LoginContext,
  request: LoginRequest,
  nonce: Buffer,
): Promise<Account> {
  const { engine, channel, host } = context;
  const account = await engine.findAccount(request.user, host);
  const denied = (usedPassword: boolean) =>
    mysqlError('ER_ACCESS_DENIED_ERROR', request.user, host, usedPassword ? 'YES' : 'NO');

  // An unknown user goes through the same motions, so that its absence does not show.
  const pluginName = account?.plugin || context.defaultPlugin;
  const plugin = AUTH_PLUGINS.get(pluginName);
  if (plugin === undefined) throw mysqlError('ER_PLUGIN_IS_NOT_LOADED', pluginName);

  let reply = request.authReply;
  let salt = nonce;
  // A client that names no plugin speaks mysql_native_password.
  const spoken = request.plugin === '' ? 'mysql_native_password' : request.plugin;
  if (spoken !== plugin.name) {
    if ((request.capabilities & Capability.PluginAuth) === 0) throw mysqlError('ER_NOT_SUPPORTED_AUTH_MODE');
    salt = randomSalt(NONCE_BYTES);
    writeAuthSwitch(channel.writer, plugin.name, salt);
    channel.writer.flush();
    reply = await readReply(channel);
  }

  const exchange: AuthExchange = {
    secure: context.secure,
    sendMoreData: (data) => {
      writeAuthMoreData(channel.writer, data);
      channel.writer.flush();
    },
    readReply: () => readReply(channel),
  };
  if (account !== null) await engine.admitLogin?.(account);
  const proved = account !== null && (await plugin.verify(exchange, account, reply, salt));
  if (account !== null) await engine.noteLogin?.(account, proved);
  if (account === null || !proved) throw denied(reply.length > 0);
  if (!meetsRequirement(account, channel.tls)) throw denied(reply.length > 0);
  if (account.locked) throw mysqlError('ER_ACCOUNT_HAS_BEEN_LOCKED', account.user, account.host);
  if (account.passwordExpired && (request.capabilities & Capability.CanHandleExpiredPasswords) === 0)
    throw mysqlError('ER_MUST_CHANGE_PASSWORD_LOGIN');
  return account;
}

/** Whether the connection has what REQUIRE asks of it (MySQL manual, "CREATE USER SSL/TLS Options"). */
function meetsRequirement(account: Account, tls: TLSSocket | null): boolean {
  if (!account.requireTls) return true;
  if (tls === null) return false;
  const { require } = account;
  if (require === undefined || require.type === 'SSL') return true;
  const certificate = tls.getPeerCertificate();
  if (!tls.authorized || Object.keys(certificate).length === 0) return false;
  if (require.type === 'X509') return true;
  const name = (n: object): string =>
    Object.entries(n)
      .map(([k, v]) => `/${k}=${String(v)}`)
      .join('');
  const names = (certificate.subjectaltname ?? '')
    .split(',')
    .map((n: string) => n.trim().replace('IP Address:', 'IP:'));
  return (
    (require.cipher === '' ||
      tls.getCipher().standardName === require.cipher ||
      tls.getCipher().name === require.cipher) &&
    (require.issuer === '' || name(certificate.issuer) === require.issuer) &&
    (require.subject === '' || name(certificate.subject) === require.subject) &&
    (require.san === '' || require.san.split(',').every((n) => names.includes(n.trim())))
  );
}

async function readReply(channel: Channel): Promise<Buffer> {
  await channel.readPacket();
  const { data, start, end } = channel.reader;
  return Buffer.from(data.subarray(start, end));
}
