import { createHash } from 'node:crypto';

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Order in which the digest's bytes are taken, three at a time. */
const ORDER = [
  0, 10, 20, 21, 1, 11, 12, 22, 2, 3, 13, 23, 24, 4, 14, 15, 25, 5, 6, 16, 26, 27, 7, 17, 18, 28, 8, 9, 19,
  29,
];

/** The first `n` bytes of `b` repeated. */
function repeatTo(b: Buffer, n: number): Buffer {
  const out = Buffer.alloc(n);
  for (let i = 0; i < n; i += b.length) b.copy(out, i, 0, Math.min(b.length, n - i));
  return out;
}

/**
 * SHA-crypt (U. Drepper, "Unix crypt using SHA-256 and SHA-512"): the 43 characters after the salt. The digest may be
 * another one of 32 bytes: TiDB's tidb_sm3_password puts SM3 in SHA-256's place.
 */
export function sha256Crypt(
  password: Uint8Array,
  salt: Uint8Array,
  rounds: number,
  digest: 'sha256' | 'sm3' = 'sha256',
): string {
  const sha256 = (data: Uint8Array): Buffer => createHash(digest).update(data).digest();
  const pw = Buffer.from(password);
  const b = sha256(Buffer.concat([pw, salt, pw]));
  const parts: Uint8Array[] = [pw, salt, repeatTo(b, pw.length)];
  for (let n = pw.length; n > 0; n >>= 1) parts.push((n & 1) === 1 ? b : pw);
  let a = sha256(Buffer.concat(parts));
  const p = repeatTo(sha256(Buffer.concat(Array.from({ length: pw.length }, () => pw))), pw.length);
  const s = repeatTo(sha256(Buffer.concat(Array.from({ length: 16 + a[0]! }, () => salt))), salt.length);
  const scratch = Buffer.alloc(64 + 2 * p.length + s.length);
  for (let i = 0; i < rounds; i++) {
    const odd = (i & 1) === 1;
    let n = (odd ? p : a).copy(scratch, 0);
    if (i % 3 !== 0) n += s.copy(scratch, n);
    if (i % 7 !== 0) n += p.copy(scratch, n);
    n += (odd ? a : p).copy(scratch, n);
    a = sha256(scratch.subarray(0, n));
  }
  let out = '';
  const encode = (value: number, chars: number): void => {
    for (let v = value, i = 0; i < chars; i++, v >>= 6) out += ALPHABET[v & 63];
  };
  for (let i = 0; i < ORDER.length; i += 3)
    encode((a[ORDER[i]!]! << 16) | (a[ORDER[i + 1]!]! << 8) | a[ORDER[i + 2]!]!, 4);
  encode((a[31]! << 8) | a[30]!, 3);
  return out;
}
