import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthPlugin } from './auth-plugin.js';

const sha1 = (...parts: readonly Uint8Array[]): Buffer => {
  const h = createHash('sha1');
  for (const p of parts) h.update(p);
  return h.digest();
};

/** Stage-2 hash out of `*HEX40`, or null when the string is no such hash. */
function storedHash(authString: string): Buffer | null {
  return /^\*[0-9A-Fa-f]{40}$/.test(authString) ? Buffer.from(authString.slice(1), 'hex') : null;
}

/**
 * Whether `reply` = SHA1(password) XOR SHA1(nonce + SHA1(SHA1(password))) belongs to the stored SHA1(SHA1(password))
 * (protocol: Old and Native Password Authentication).
 */
export function verifyNativeReply(authString: string, nonce: Uint8Array, reply: Uint8Array): boolean {
  if (authString === '') return reply.length === 0;
  const stored = storedHash(authString);
  if (stored === null || reply.length !== 20) return false;
  const stage1 = sha1(nonce, stored);
  for (let i = 0; i < 20; i++) stage1[i]! ^= reply[i]!;
  return timingSafeEqual(sha1(stage1), stored);
}

/** What a client answers; here for tests and for drivers of our own. */
export function nativeReply(password: string, nonce: Uint8Array): Buffer {
  if (password === '') return Buffer.alloc(0);
  const stage1 = sha1(Buffer.from(password));
  const mask = sha1(nonce, sha1(stage1));
  for (let i = 0; i < 20; i++) mask[i]! ^= stage1[i]!;
  return mask;
}

/** authentication_string of a password: `*` and the hex of SHA1(SHA1(password)). */
export function nativeAuthString(password: string): string {
  return password === ''
    ? ''
    : '*' +
        sha1(sha1(Buffer.from(password)))
          .toString('hex')
          .toUpperCase();
}

export const nativePassword: AuthPlugin = {
  name: 'mysql_native_password',
  verify: (_exchange, account, reply, nonce) => verifyNativeReply(account.authString, nonce, reply),
  verifyPassword: (account, password) => {
    if (account.authString === '' || password === '') return account.authString === '' && password === '';
    const stored = storedHash(account.authString);
    return stored !== null && timingSafeEqual(sha1(sha1(Buffer.from(password))), stored);
  },
};
