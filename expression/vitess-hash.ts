import { createCipheriv } from 'node:crypto';

/** Keyspace id of a 64-bit number: single DES with the null key. Three equal keys make it of triple DES, which OpenSSL 3 still offers. */
export function vitessHash(v: bigint): bigint {
  const block = Buffer.alloc(8);
  block.writeBigUInt64BE(BigInt.asUintN(64, v));
  const c = createCipheriv('des-ede3-ecb', Buffer.alloc(24), null).setAutoPadding(false);
  return Buffer.concat([c.update(block), c.final()]).readBigUInt64BE();
}
