import { metaHashKey, metaHashPrefix } from '../kv/codec/meta-key.js';
import { prefixNext } from '../kv/codec/byte-writer.js';
import type { Storage, Transaction } from '../kv/storage.js';

/**
 * Ranges of dropped objects: they stay readable for older snapshots until garbage collection has passed the time of the
 * drop, then they are removed physically (TiDB: mysql.gc_delete_range).
 */
const HASH = Buffer.from('RutileDeleteRanges');

interface DeleteRange {
  readonly ts: string;
  readonly start: string;
  readonly end: string;
}

/** Remembers a range in the transaction that drops its object. */
export function queueDeleteRange(txn: Transaction, startKey: Uint8Array, endKey: Uint8Array): void {
  const start = Buffer.from(startKey).toString('hex');
  const range: DeleteRange = { ts: txn.startTs.toString(), start, end: Buffer.from(endKey).toString('hex') };
  txn.set(metaHashKey(HASH, Buffer.from(`${txn.startTs}/${start}`)), Buffer.from(JSON.stringify(range)));
}

/** Removes the ranges dropped before the safe point. */
export async function runDeleteRanges(storage: Storage, safePoint: bigint): Promise<void> {
  const txn = await storage.begin();
  const prefix = metaHashPrefix(HASH);
  const iterator = txn.iterate(prefix, prefixNext(prefix));
  const due: { key: Uint8Array; range: DeleteRange }[] = [];
  for (let pair = await iterator.next(); pair !== null; pair = await iterator.next()) {
    const range = JSON.parse(Buffer.from(pair.value).toString()) as DeleteRange;
    if (BigInt(range.ts) < safePoint) due.push({ key: pair.key, range });
  }
  iterator.close();
  for (const { key, range } of due) {
    await storage.deleteRange(Buffer.from(range.start, 'hex'), Buffer.from(range.end, 'hex'));
    txn.delete(key);
  }
  if (due.length > 0) await txn.commit();
  else await txn.rollback();
}
