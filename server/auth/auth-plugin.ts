import type { Account } from '../../session/client-session.js';
import type { Awaitable } from '../../types/awaitable.js';

/** The conversation with the client that a plugin may prolong (protocol: AuthMoreData). */
export interface AuthExchange {
  /** TLS or a Unix socket: a password may cross it in clear. */
  readonly secure: boolean;
  sendMoreData(data: Uint8Array): void;
  readReply(): Promise<Buffer>;
}

/** One authentication method; the names are those of MySQL's plugins. */
export interface AuthPlugin {
  readonly name: string;
  /** Whether `reply`, the client's answer to `nonce`, proves the account's password. */
  verify(exchange: AuthExchange, account: Account, reply: Buffer, nonce: Buffer): Awaitable<boolean>;
  /** Whether the account has this password, for interfaces that get it in clear. */
  verifyPassword(account: Account, password: string): boolean;
}
