/** A region as SHOW TABLE REGIONS lists it. Keys are plain. */
export interface RegionStatus {
  readonly id: number;
  readonly startKey: Uint8Array;
  /** Exclusive; empty = to the end. */
  readonly endKey: Uint8Array;
  readonly leaderId: number;
  readonly leaderStoreId: number;
  readonly peerIds: readonly number[];
}

/** The regions of the store, for statements that look at them or split them. */
export interface RegionAdmin {
  /** Those that touch [startKey, endKey), in key order. */
  list(startKey: Uint8Array, endKey: Uint8Array): Promise<readonly RegionStatus[]>;
  /** Makes the keys borders of regions, and spreads the new ones where there is a choice; gives the number of new regions. */
  split(keys: readonly Uint8Array[]): Promise<number>;
}
