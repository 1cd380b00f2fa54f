import { compareBytes, prefixNext } from '../codec/byte-writer.js';
import { decodeMetaHashKey, metaHashKey, metaHashPrefix, metaStringKey } from '../codec/meta-key.js';
import type { RegionAdmin, RegionStatus, StoreStatus } from '../region-admin.js';
import type { Snapshot, Storage, Transaction } from '../storage.js';
import { transact } from '../transact.js';

const EMPTY = new Uint8Array(0);
const STORE_ID = 1;
/** Id of the region that is there from the beginning; each border makes one more. */
const FIRST_ID = 2;

/** Hash of ids of regions, by the key that they begin with; and the id last given. */
const BORDERS = Buffer.from('RutileRegions');
const LAST_ID = metaStringKey(Buffer.from('RutileRegionsLastId'));

interface Part {
  readonly id: number;
  readonly startKey: Uint8Array;
}

/**
 * The regions of a store that is one piece: borders are kept in it, for all threads that have it open, and everything stays where it
 * is. A table made for a cluster is thus pre-split here with the same statements.
 */
export class LocalRegions implements RegionAdmin {
  constructor(private readonly storage: Storage) {}

  async list(startKey: Uint8Array, endKey: Uint8Array): Promise<readonly RegionStatus[]> {
    const parts: Part[] = [{ id: FIRST_ID, startKey: EMPTY }];
    parts.push(...(await bordersOf(this.storage.snapshot(await this.storage.currentTs()))));
    const out: RegionStatus[] = [];
    for (let i = lastAtOrBelow(parts, startKey); i < parts.length; i++) {
      const { id, startKey: start } = parts[i]!;
      if (endKey.length > 0 && compareBytes(start, endKey) >= 0) break;
      out.push({
        id,
        startKey: start,
        endKey: parts[i + 1]?.startKey ?? EMPTY,
        leaderId: id,
        leaderStoreId: STORE_ID,
        peerIds: [id],
        peers: [{ id, storeId: STORE_ID, learner: false }],
        epoch: { confVer: 1, version: 1 },
      });
    }
    return out;
  }

  storeStatus(): Promise<readonly StoreStatus[]> {
    const startedAt = Date.now() - performance.now();
    return Promise.resolve([
      {
        id: STORE_ID,
        address: '',
        statusAddress: '',
        state: 'Up',
        version: '',
        gitHash: '',
        labels: [],
        startedAt,
        heartbeatAt: Date.now(),
        capacity: 0n,
        available: 0n,
      },
    ]);
  }

  pdMembers(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  split(keys: readonly Uint8Array[]): Promise<number> {
    return transact(this.storage, async (txn) => {
      const first = await lastId(txn);
      let id = first;
      for (const key of keys) {
        const border = metaHashKey(BORDERS, key);
        if (key.length === 0 || (await txn.get(border)) !== null) continue;
        txn.set(border, Buffer.from(String(++id)));
      }
      if (id > first) txn.set(LAST_ID, Buffer.from(String(id)));
      return id - first;
    });
  }

  /** The range is nobody's any more: regions in it become one with the one before. */
  async merge(startKey: Uint8Array, endKey: Uint8Array): Promise<void> {
    const within = ({ startKey: key }: Part): boolean =>
      compareBytes(key, startKey) >= 0 && (endKey.length === 0 || compareBytes(key, endKey) < 0);
    const snapshot = this.storage.snapshot(await this.storage.currentTs());
    if (!(await bordersOf(snapshot)).some(within)) return;
    await transact(this.storage, async (txn) => {
      for (const part of (await bordersOf(txn)).filter(within))
        txn.delete(metaHashKey(BORDERS, part.startKey));
    });
  }
}

function lastAtOrBelow(parts: readonly Part[], key: Uint8Array): number {
  let i = parts.length - 1;
  while (i > 0 && compareBytes(parts[i]!.startKey, key) > 0) i--;
  return i;
}

async function lastId(txn: Transaction): Promise<number> {
  const stored = await txn.get(LAST_ID);
  return stored === null ? FIRST_ID : Number(Buffer.from(stored).toString());
}

/** Borders in key order. */
async function bordersOf(reader: Pick<Snapshot, 'iterate'>): Promise<Part[]> {
  const start = metaHashPrefix(BORDERS);
  const pairs = reader.iterate(start, prefixNext(start));
  const parts: Part[] = [];
  for (let p = await pairs.next(); p !== null; p = await pairs.next())
    parts.push({
      id: Number(Buffer.from(p.value).toString()),
      startKey: Uint8Array.from(decodeMetaHashKey(p.key)!.field),
    });
  pairs.close();
  return parts;
}
