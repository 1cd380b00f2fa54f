import { metaHashKey, metaHashPrefix } from '../kv/codec/meta-key.js';
import { prefixNext } from '../kv/codec/byte-writer.js';
import type { MetaReader } from '../catalog/meta/meta.js';
import type { Storage, Transaction } from '../kv/storage.js';
import { droppedObjects, forgetDropped } from './dropped-objects.js';

/**
 * Ranges of dropped objects: they stay readable for older snapshots, and may come back, until garbage collection has passed the time
 * of the drop, then they are removed physically (TiDB: mysql.gc_delete_range). Those about to be removed are in a list of
 * their own, so that nobody takes back what is half gone.
 */
const HASH = Buffer.from('RutileDeleteRanges');
const RUNNING = Buffer.from('RutileDeletingRanges');

interface DeleteRange {
  readonly ts: string;
  readonly start: string;
  readonly end: string;
}

const fieldOf = (ts: bigint | string, start: string): Uint8Array => Buffer.from(`${ts}/${start}`);

/** Remembers a range in the transaction that drops its object. */
export function queueDeleteRange(txn: Transaction, startKey: Uint8Array, endKey: Uint8Array): void {
  const start = Buffer.from(startKey).toString('hex');
  const range: DeleteRange = { ts: txn.startTs.toString(), start, end: Buffer.from(endKey).toString('hex') };
  txn.set(metaHashKey(HASH, fieldOf(txn.startTs, start)), Buffer.from(JSON.stringify(range)));
}

/** Takes a range that was dropped at `ts` off the list; false when it is not there any more. */
export async function unqueueDeleteRange(
  txn: Transaction,
  ts: bigint,
  startKey: Uint8Array,
): Promise<boolean> {
  const key = metaHashKey(HASH, fieldOf(ts, Buffer.from(startKey).toString('hex')));
  if ((await txn.get(key)) === null) return false;
  txn.delete(key);
  return true;
}

async function ranges(
  reader: MetaReader,
  hash: Uint8Array,
): Promise<{ readonly key: Uint8Array; readonly range: DeleteRange }[]> {
  const prefix = metaHashPrefix(hash);
  const iterator = reader.iterate(prefix, prefixNext(prefix));
  const found: { key: Uint8Array; range: DeleteRange }[] = [];
  try {
    for (let pair = await iterator.next(); pair !== null; pair = await iterator.next())
      found.push({ key: pair.key, range: JSON.parse(Buffer.from(pair.value).toString()) as DeleteRange });
  } finally {
    iterator.close();
  }
  return found;
}

/** Removes the ranges dropped before the safe point, and what a pass that did not end left. */
export async function runDeleteRanges(storage: Storage, safePoint: bigint): Promise<void> {
  const claim = await storage.begin();
  const due = (await ranges(claim, HASH)).filter((r) => BigInt(r.range.ts) < safePoint);
  const gone = (await droppedObjects(claim)).filter((o) => o.ts < safePoint);
  for (const { key, range } of due) {
    claim.delete(key);
    claim.set(metaHashKey(RUNNING, fieldOf(range.ts, range.start)), Buffer.from(JSON.stringify(range)));
  }
  for (const o of gone) forgetDropped(claim, o);
  if (due.length + gone.length > 0) await claim.commit();
  else await claim.rollback();
  const txn = await storage.begin();
  const running = await ranges(txn, RUNNING);
  for (const { key, range } of running) {
    await storage.deleteRange(Buffer.from(range.start, 'hex'), Buffer.from(range.end, 'hex'));
    txn.delete(key);
  }
  if (running.length > 0) await txn.commit();
  else await txn.rollback();
}

/**
 * The list as it was at `ts`, for objects that are again what they were then: what was dropped later is not, and what came back
 * later is dropped again. What has been removed meanwhile does no harm in the list.
 */
export async function restoreDeleteRanges(txn: Transaction, then: MetaReader, ts: bigint): Promise<void> {
  for (const { key, range } of await ranges(txn, HASH)) if (BigInt(range.ts) > ts) txn.delete(key);
  for (const { key, range } of await ranges(then, HASH)) txn.set(key, Buffer.from(JSON.stringify(range)));
}
