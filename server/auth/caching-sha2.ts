import {
  constants,
  createHash,
  generateKeyPair,
  privateDecrypt,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { promisify } from 'node:util';
import { LRUCache } from 'lru-cache';
import type { Account } from '../../session/client-session.js';
import type { AuthPlugin } from './auth-plugin.js';
import { sha256Crypt } from './sha256-crypt.js';

/** Bytes of the conversation (protocol: caching_sha2_password, fast and complete authentication). */
const REQUEST_PUBLIC_KEY = 0x02;
const FAST_AUTH_SUCCESS = 0x03;
const PERFORM_FULL_AUTHENTICATION = 0x04;
const SALT_BYTES = 20;

/** The hash that everything is made with: caching_sha2_password's, or that of TiDB's tidb_sm3_password, which is else the same. */
type Digest = 'sha256' | 'sm3';

const digestOf = (digest: Digest, ...parts: readonly Uint8Array[]): Buffer => {
  const h = createHash(digest);
  for (const p of parts) h.update(p);
  return h.digest();
};
const sha256 = (...parts: readonly Uint8Array[]): Buffer => digestOf('sha256', ...parts);

/** `$A$005$` + 20 bytes of salt + 43 characters of hash; the middle part counts thousands of rounds in hex. */
function parseAuthString(
  authString: string,
): { readonly rounds: number; readonly salt: Buffer; readonly hash: string } | null {
  const m = /^\$A\$([0-9A-Fa-f]{3})\$([\s\S]{20})([./0-9A-Za-z]{43})$/.exec(authString);
  return m === null
    ? null
    : { rounds: parseInt(m[1]!, 16) * 1000, salt: Buffer.from(m[2]!, 'latin1'), hash: m[3]! };
}

function matches(digest: Digest, authString: string, password: Uint8Array): boolean {
  const stored = parseAuthString(authString);
  if (stored === null) return false;
  return timingSafeEqual(
    Buffer.from(sha256Crypt(password, stored.salt, stored.rounds, digest)),
    Buffer.from(stored.hash),
  );
}

/** A nonce or salt without zero bytes, without `$`, in seven bits. */
export function randomSalt(n: number): Buffer {
  const out = randomBytes(n);
  for (let i = 0; i < n; i++) {
    out[i]! &= 0x7f;
    if (out[i] === 0 || out[i] === 0x24) out[i]! += 1;
  }
  return out;
}

/** authentication_string of a password. */
export const cachingSha2AuthString = (password: string): string => authStringOf('sha256', password);
export const sm3AuthString = (password: string): string => authStringOf('sm3', password);

function authStringOf(digest: Digest, password: string): string {
  if (password === '') return '';
  const salt = randomSalt(SALT_BYTES);
  return `$A$005$${salt.toString('latin1')}${sha256Crypt(Buffer.from(password), salt, 5000, digest)}`;
}

/** What a client answers to `nonce`: SHA256(pw) XOR SHA256(SHA256(SHA256(pw)) + nonce). */
export function cachingSha2Reply(password: string, nonce: Uint8Array): Buffer {
  if (password === '') return Buffer.alloc(0);
  const stage1 = sha256(Buffer.from(password));
  const mask = sha256(sha256(stage1), nonce);
  for (let i = 0; i < 32; i++) mask[i]! ^= stage1[i]!;
  return mask;
}

/**
 * SHA256(SHA256(password)) by account. The key holds the authentication string, so that a changed password finds nothing.
 */
const fastCache = new LRUCache<string, Buffer>({ max: 10_000 });
const cacheKey = (a: Account): string => `${a.plugin}\0${a.user}\0${a.host}\0${a.authString}`;

let keyPair: Promise<{ readonly publicKey: string; readonly privateKey: string }> | null = null;

/** The process's RSA pair, made when the first client asks for it. */
function rsaKeys(): Promise<{ readonly publicKey: string; readonly privateKey: string }> {
  return (keyPair ??= promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }));
}

function withoutNul(b: Buffer): Buffer {
  return b.length > 0 && b[b.length - 1] === 0 ? b.subarray(0, b.length - 1) : b;
}

async function decryptPassword(sealed: Buffer, nonce: Buffer): Promise<Buffer | null> {
  const { privateKey } = await rsaKeys();
  let open: Buffer;
  try {
    open = privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, sealed);
  } catch {
    return null;
  }
  for (let i = 0; i < open.length; i++) open[i]! ^= nonce[i % nonce.length]!;
  return withoutNul(open);
}

const cachingPlugin = (name: string, digest: Digest): AuthPlugin => ({
  name,
  async verify(exchange, account, reply, nonce) {
    // Some clients send a single zero byte for the empty password.
    const empty = reply.length === 0 || (reply.length === 1 && reply[0] === 0);
    if (empty || account.authString === '') return empty && account.authString === '';
    const key = cacheKey(account);
    const cached = fastCache.get(key);
    if (cached !== undefined && reply.length === 32) {
      const stage1 = digestOf(digest, cached, nonce);
      for (let i = 0; i < 32; i++) stage1[i]! ^= reply[i]!;
      if (timingSafeEqual(digestOf(digest, stage1), cached)) {
        exchange.sendMoreData(Buffer.of(FAST_AUTH_SUCCESS));
        return true;
      }
    }
    exchange.sendMoreData(Buffer.of(PERFORM_FULL_AUTHENTICATION));
    let answer = await exchange.readReply();
    let password: Buffer | null;
    if (exchange.secure) {
      password = withoutNul(answer);
    } else {
      if (answer.length === 1 && answer[0] === REQUEST_PUBLIC_KEY) {
        exchange.sendMoreData(Buffer.from((await rsaKeys()).publicKey));
        answer = await exchange.readReply();
      }
      password = await decryptPassword(answer, nonce);
    }
    if (password === null || !matches(digest, account.authString, password)) return false;
    fastCache.set(key, digestOf(digest, digestOf(digest, password)));
    return true;
  },
  verifyPassword(account, password) {
    if (account.authString === '' || password === '') return account.authString === '' && password === '';
    const key = cacheKey(account);
    const twice = digestOf(digest, digestOf(digest, Buffer.from(password)));
    const cached = fastCache.get(key);
    if (cached !== undefined && timingSafeEqual(cached, twice)) return true;
    if (!matches(digest, account.authString, Buffer.from(password))) return false;
    fastCache.set(key, twice);
    return true;
  },
});

export const cachingSha2Password = cachingPlugin('caching_sha2_password', 'sha256');
export const sm3Password = cachingPlugin('tidb_sm3_password', 'sm3');
