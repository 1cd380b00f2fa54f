import { compareBytes } from '../codec/byte-writer.js';
import type { RegionAdmin, RegionStatus, StoreStatus } from '../region-admin.js';

const EMPTY = new Uint8Array(0);
const STORE_ID = 1;

interface Part {
  readonly id: number;
  readonly startKey: Uint8Array;
}

/**
 * The regions of a store that is one piece: borders are remembered, as long as the process lives, and everything stays where it
 * is. A table made for a cluster is thus pre-split here with the same statements.
 */
export class LocalRegions implements RegionAdmin {
  private nextId = 2;
  private parts: Part[] = [{ id: this.nextId++, startKey: EMPTY }];

  private indexOf(key: Uint8Array): number {
    let i = this.parts.length - 1;
    while (i > 0 && compareBytes(this.parts[i]!.startKey, key) > 0) i--;
    return i;
  }

  list(startKey: Uint8Array, endKey: Uint8Array): Promise<readonly RegionStatus[]> {
    const out: RegionStatus[] = [];
    for (let i = this.indexOf(startKey); i < this.parts.length; i++) {
      const { id, startKey: start } = this.parts[i]!;
      if (endKey.length > 0 && compareBytes(start, endKey) >= 0) break;
      out.push({
        id,
        startKey: start,
        endKey: this.parts[i + 1]?.startKey ?? EMPTY,
        leaderId: id,
        leaderStoreId: STORE_ID,
        peerIds: [id],
        peers: [{ id, storeId: STORE_ID, learner: false }],
        epoch: { confVer: 1, version: 1 },
      });
    }
    return Promise.resolve(out);
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
    let made = 0;
    for (const key of keys) {
      const at = this.indexOf(key);
      if (compareBytes(this.parts[at]!.startKey, key) === 0) continue;
      this.parts.splice(at + 1, 0, { id: this.nextId++, startKey: Uint8Array.from(key) });
      made++;
    }
    return Promise.resolve(made);
  }
}
