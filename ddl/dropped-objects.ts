import { metaHashKey, metaHashPrefix } from '../kv/codec/meta-key.js';
import { prefixNext } from '../kv/codec/byte-writer.js';
import type { MetaReader } from '../catalog/meta/meta.js';
import type { DbInfo, TableInfo } from '../catalog/model.js';
import type { Transaction } from '../kv/storage.js';

/**
 * What was dropped and when, so that it can come back: its definition is in meta as of that time, and its rows are where they were
 * until garbage collection has passed it.
 */
const HASH = Buffer.from('RutileDropped');

export interface DroppedObject {
  /** Start of the transaction that dropped it: a snapshot at this timestamp has it still. */
  readonly ts: bigint;
  readonly dbId: number;
  readonly db: string;
  /** 0: the database itself. */
  readonly tableId: number;
  readonly table: string;
}

const keyOf = (ts: bigint, dbId: number, tableId: number): Uint8Array =>
  metaHashKey(HASH, Buffer.from(`${ts}/${dbId}/${tableId}`));

/** Remembers a table, or a database (null), in the transaction that drops it. */
export function noteDropped(txn: Transaction, db: DbInfo, table: TableInfo | null): void {
  putNote(txn, {
    ts: txn.startTs,
    dbId: db.id,
    db: db.name,
    tableId: table?.id ?? 0,
    table: table?.name ?? '',
  });
}

function putNote(txn: Transaction, o: DroppedObject): void {
  const value = Buffer.from(JSON.stringify({ ...o, ts: o.ts.toString() }));
  txn.set(keyOf(o.ts, o.dbId, o.tableId), value);
}

/** Everything that may still be there, what was dropped last first. */
export async function droppedObjects(reader: MetaReader): Promise<DroppedObject[]> {
  const prefix = metaHashPrefix(HASH);
  const iterator = reader.iterate(prefix, prefixNext(prefix));
  const found: DroppedObject[] = [];
  try {
    for (let pair = await iterator.next(); pair !== null; pair = await iterator.next()) {
      const v = JSON.parse(Buffer.from(pair.value).toString()) as Omit<DroppedObject, 'ts'> & { ts: string };
      found.push({ ...v, ts: BigInt(v.ts) });
    }
  } finally {
    iterator.close();
  }
  return found.sort((a, b) => (a.ts < b.ts ? 1 : a.ts > b.ts ? -1 : b.tableId - a.tableId));
}

/** The object is back, or gone for good. */
export function forgetDropped(txn: Transaction, o: DroppedObject): void {
  txn.delete(keyOf(o.ts, o.dbId, o.tableId));
}

/**
 * The notes as they were at `ts`. Of objects that are noted no more, only those that came back meanwhile (`there`) are noted again:
 * of others nothing is left.
 */
export async function restoreDropped(
  txn: Transaction,
  then: MetaReader,
  ts: bigint,
  there: (dbId: number, tableId: number) => boolean,
): Promise<void> {
  const now = await droppedObjects(txn);
  for (const o of now) if (o.ts > ts) forgetDropped(txn, o);
  for (const o of await droppedObjects(then)) {
    const again = now.some((n) => n.ts > ts && n.dbId === o.dbId && n.tableId === o.tableId);
    if (again || there(o.dbId, o.tableId)) putNote(txn, o);
  }
}
