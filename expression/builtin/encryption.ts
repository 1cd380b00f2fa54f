import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import { intDatum } from '../../types/datum.js';
import type { DecInt } from '../../types/decimal.js';
import { mysqlError } from '../../types/error-table.js';
import { UNSPECIFIED } from '../../types/field-type.js';
import { binaryType, intType, isStringType } from '../type-inference.js';
import { vitessHash } from '../vitess-hash.js';
import type { Runtime } from '../runtime.js';
import { PasswordCipher } from './password-cipher.js';
import { bytesOf, connectionString, defineAll, toNumber } from './scalar.js';

/** Encryption, hashing and compression (manual, "Encryption and Compression Functions"). */

const hexHash = (algorithm: string, b: Uint8Array): Uint8Array =>
  encodeUtf8(createHash(algorithm).update(b).digest('hex'));

const SHA2: Readonly<Record<number, string>> = {
  0: 'sha256',
  224: 'sha224',
  256: 'sha256',
  384: 'sha384',
  512: 'sha512',
};

/** AES keys of any length are folded by XOR into the cipher's. */
function foldKey(key: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  key.forEach((b, i) => (out[i % size] = out[i % size]! ^ b));
  return out;
}

interface Mode {
  readonly cipher: string;
  readonly size: number;
  readonly iv: boolean;
  readonly stream: boolean;
}

const MODE = /^aes-(128|192|256)-(ecb|cbc|cfb1|cfb8|cfb128|ofb|ctr)$/;

/** block_encryption_mode; cfb128 is OpenSSL's cfb. */
function modeOf(rt: Runtime): Mode {
  const text = rt.ctx.session.systemVariable('block_encryption_mode', 'session') || 'aes-128-ecb';
  const m = MODE.exec(text.toLowerCase());
  if (m === null) throw mysqlError('ER_WRONG_ARGUMENTS', 'aes_encrypt');
  const kind = m[2]!;
  return {
    cipher: `aes-${m[1]}-${kind === 'cfb128' ? 'cfb' : kind}`,
    size: Number(m[1]) / 8,
    iv: kind !== 'ecb',
    stream: kind !== 'ecb' && kind !== 'cbc',
  };
}

function ivOf(mode: Mode, iv: Uint8Array | null | undefined, name: string): Uint8Array | null {
  if (!mode.iv) return null;
  if (iv === undefined || iv === null) throw mysqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', name);
  if (iv.length < 16) throw mysqlError('ER_AES_INVALID_IV', name);
  return iv.subarray(0, 16);
}

function length32(b: Uint8Array): number {
  return (b[0]! | (b[1]! << 8) | (b[2]! << 16) | (b[3]! << 24)) & 0x3fffffff;
}

defineAll('encryption', [
  {
    name: 'md5',
    args: ['bytes'],
    type: connectionString(32),
    kernel: (_rt, b: Uint8Array) => hexHash('md5', b),
    total: true,
    pure: true,
    pushdown: 'MD5',
    doc: 'MD5(s). Manual: Encryption and Compression Functions.',
  },
  {
    name: 'sha1',
    aliases: ['sha'],
    args: ['bytes'],
    type: connectionString(40),
    kernel: (_rt, b: Uint8Array) => hexHash('sha1', b),
    total: true,
    pure: true,
    pushdown: 'SHA1',
    doc: 'SHA1(s), SHA(s). Manual: Encryption and Compression Functions.',
  },
  {
    name: 'sha2',
    args: ['bytes', 'int'],
    type: connectionString(128),
    kernel: (_rt, b: Uint8Array, n: DecInt) => {
      const a = SHA2[toNumber(n)];
      return a === undefined ? null : hexHash(a, b);
    },
    pure: true,
    pushdown: 'SHA2',
    doc: 'SHA2(s, 224|256|384|512). Manual: Encryption and Compression Functions.',
  },
  {
    name: 'sm3',
    args: ['bytes'],
    type: connectionString(64),
    kernel: (_rt, b: Uint8Array) => hexHash('sm3', b),
    pure: true,
    doc: 'SM3(s) (TiDB).',
  },
  {
    name: 'password',
    args: ['bytes'],
    type: connectionString(41),
    kernel: (_rt, b: Uint8Array) => {
      if (b.length === 0) return new Uint8Array(0);
      const h = createHash('sha1').update(createHash('sha1').update(b).digest()).digest('hex');
      return encodeUtf8(`*${h.toUpperCase()}`);
    },
    doc: 'PASSWORD(s): mysql_native_password hash. Manual of 5.7: Encryption and Compression Functions.',
  },
  {
    name: 'random_bytes',
    args: ['int'],
    type: bytesOf(1024),
    deterministic: false,
    kernel: (_rt, n: DecInt) => {
      if (n < 1 || n > 1024) throw mysqlError('ER_DATA_OUT_OF_RANGE', 'length', 'random_bytes');
      return new Uint8Array(randomBytes(Number(n)));
    },
    doc: 'RANDOM_BYTES(n). Manual: Encryption and Compression Functions.',
  },
  {
    name: 'aes_encrypt',
    args: ['bytes', 'bytes', 'bytes'],
    min: 2,
    // Whole blocks of 16 bytes, one more for the padding.
    type: ([s]) => {
      const from = s!.kind === 'function' && s!.name === 'cast' ? s!.args[0]! : s!;
      const n = isStringType(from.type) ? from.type.flen : Math.max(20, from.type.flen);
      return binaryType(n < 0 ? UNSPECIFIED : 16 * (Math.floor(n / 16) + 1));
    },
    stable: false,
    nullAware: true,
    kernel: (rt: Runtime, s: Uint8Array | null, key: Uint8Array | null, iv?: Uint8Array | null) => {
      if (s === null || key === null) return null;
      const mode = modeOf(rt);
      const c = createCipheriv(mode.cipher, foldKey(key, mode.size), ivOf(mode, iv, 'aes_encrypt'));
      return new Uint8Array(Buffer.concat([c.update(s), c.final()]));
    },
    doc: 'AES_ENCRYPT(s, key[, iv]) in block_encryption_mode. Manual: Encryption and Compression Functions.',
  },
  {
    name: 'aes_decrypt',
    args: ['bytes', 'bytes', 'bytes'],
    min: 2,
    type: bytesOf(),
    stable: false,
    nullAware: true,
    kernel: (rt: Runtime, s: Uint8Array | null, key: Uint8Array | null, iv?: Uint8Array | null) => {
      if (s === null || key === null) return null;
      const mode = modeOf(rt);
      const vector = ivOf(mode, iv, 'aes_decrypt');
      try {
        const c = createDecipheriv(mode.cipher, foldKey(key, mode.size), vector);
        return new Uint8Array(Buffer.concat([c.update(s), c.final()]));
      } catch {
        return null;
      }
    },
    doc: 'AES_DECRYPT(b, key[, iv]); NULL where the data does not fit the key. Manual: Encryption and Compression Functions.',
  },
  {
    name: 'encode',
    args: ['bytes', 'bytes'],
    type: bytesOf(),
    kernel: (_rt, b: Uint8Array, key: Uint8Array) => new PasswordCipher(key).encode(b),
    pure: true,
    doc: 'ENCODE(s, password): the weak cipher of old; DECODE undoes it. MySQL 5.7 manual: Encryption and Compression Functions.',
  },
  {
    name: 'decode',
    args: ['bytes', 'bytes'],
    type: bytesOf(),
    kernel: (_rt, b: Uint8Array, key: Uint8Array) => new PasswordCipher(key).decode(b),
    pure: true,
    doc: 'DECODE(b, password). MySQL 5.7 manual: Encryption and Compression Functions.',
  },
  {
    name: 'compress',
    args: ['bytes'],
    type: bytesOf(),
    kernel: (_rt, b: Uint8Array) => {
      if (b.length === 0) return new Uint8Array(0);
      const z = deflateSync(b);
      const dot = z[z.length - 1] === 0x20;
      const out = new Uint8Array(4 + z.length + (dot ? 1 : 0));
      new DataView(out.buffer).setUint32(0, b.length, true);
      out.set(z, 4);
      if (dot) out[out.length - 1] = 0x2e;
      return out;
    },
    pure: true,
    pushdown: 'Compress',
    doc: 'COMPRESS(s): length and zlib stream. Manual: Encryption and Compression Functions.',
  },
  {
    name: 'uncompress',
    args: ['bytes'],
    type: bytesOf(),
    kernel: (rt: Runtime, b: Uint8Array) => {
      if (b.length === 0) return b;
      const limit = rt.ctx.maxAllowedPacket;
      if (b.length > 4 && length32(b) > limit) {
        rt.warning('ER_TOO_BIG_FOR_UNCOMPRESS', limit);
        return null;
      }
      try {
        if (b.length > 4) {
          const out = inflateSync(b.subarray(4), { maxOutputLength: limit });
          if (length32(b) >= out.length) return new Uint8Array(out);
        }
      } catch {
        // Falls through to the warning: the data is no zlib stream.
      }
      rt.warning('ER_ZLIB_Z_DATA_ERROR');
      return null;
    },
    pushdown: 'Uncompress',
    doc: 'UNCOMPRESS(b). Manual: Encryption and Compression Functions.',
  },
  {
    name: 'uncompressed_length',
    args: ['bytes'],
    type: () => intType(false, 10),
    kernel: (rt: Runtime, b: Uint8Array) => {
      if (b.length === 0) return 0;
      if (b.length <= 4) {
        rt.warning('ER_ZLIB_Z_DATA_ERROR');
        return 0;
      }
      return length32(b);
    },
    total: true,
    pushdown: 'UncompressedLength',
    doc: 'UNCOMPRESSED_LENGTH(b). Manual: Encryption and Compression Functions.',
  },
  {
    name: 'vitess_hash',
    args: ['int'],
    type: () => intType(true, 20),
    kernel: (_rt, v: DecInt) => intDatum(vitessHash(BigInt(v))),
    total: true,
    pushdown: 'VitessHash',
    doc: 'VITESS_HASH(n): the keyspace id of a 64-bit number (TiDB).',
  },
  {
    name: 'validate_password_strength',
    args: ['string'],
    type: () => intType(false, 3),
    stable: false,
    kernel: (rt, b: Uint8Array) => rt.ctx.session.passwordStrength(decodeUtf8(b)),
    doc: 'VALIDATE_PASSWORD_STRENGTH(s). Manual: Encryption and Compression Functions.',
  },
]);
