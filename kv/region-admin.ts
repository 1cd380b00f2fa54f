/** A region as SHOW TABLE REGIONS lists it. Keys are plain. */
export interface RegionStatus {
  readonly id: number;
  readonly startKey: Uint8Array;
  /** Exclusive; empty = to the end. */
  readonly endKey: Uint8Array;
  readonly leaderId: number;
  readonly leaderStoreId: number;
  readonly peerIds: readonly number[];
  readonly peers: readonly { readonly id: number; readonly storeId: number; readonly learner: boolean }[];
  readonly epoch: { readonly confVer: number; readonly version: number };
}

/** A store of the cluster as PD knows it. */
export interface StoreStatus {
  readonly id: number;
  /** host:port; '' where it is part of this process. */
  readonly address: string;
  readonly statusAddress: string;
  readonly state: 'Up' | 'Offline' | 'Tombstone';
  readonly version: string;
  readonly gitHash: string;
  readonly labels: readonly { readonly key: string; readonly value: string }[];
  /** Milliseconds since the epoch; 0 = not known. */
  readonly startedAt: number;
  readonly heartbeatAt: number;
  /** Bytes; 0n = not known. */
  readonly capacity: bigint;
  readonly available: bigint;
}

/** The regions of the store, for statements that look at them or split them. */
export interface RegionAdmin {
  /** Those that touch [startKey, endKey), in key order. */
  list(startKey: Uint8Array, endKey: Uint8Array): Promise<readonly RegionStatus[]>;
  /** Makes the keys borders of regions, and spreads the new ones where there is a choice; gives the number of new regions. */
  split(keys: readonly Uint8Array[]): Promise<number>;
  /** Nothing is kept in the range any more: borders in it may go. Absent where the cluster sees to that itself. */
  merge?(startKey: Uint8Array, endKey: Uint8Array): Promise<void>;
  storeStatus(): Promise<readonly StoreStatus[]>;
  /** host:port of the members of PD; none where there is no cluster. */
  pdMembers(): Promise<readonly string[]>;
}
