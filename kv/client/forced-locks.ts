import { keyString } from '../codec/key-string.js';
import type { LockedAt, Mutation } from '../rpc.js';

/**
 * A transaction's pessimistic locks that were taken in the forced mode (kvrpcpb's WakeUpModeForceLock): in spite of versions newer than
 * the statement, which runs again then, with the lock held already (TiDB's fair locking).
 */
export class ForcedLocks {
  /** As of when each is held. The prewrite says so: a request that is repeated late may have taken such a lock anew. */
  private readonly times = new Map<string, bigint>();
  /** Taken by a try of the statement that came to nothing, and not asked for since. */
  private readonly unwanted = new Map<string, Uint8Array>();

  /** `conflict`: the statement that locked it runs again. */
  add(key: Uint8Array, forUpdateTs: bigint, conflict: boolean): void {
    const name = keyString(key);
    this.times.set(name, forUpdateTs);
    if (conflict) this.unwanted.set(name, key);
  }

  /** The statement locks the key, which it holds. */
  want(key: Uint8Array): void {
    if (this.unwanted.size > 0) this.unwanted.delete(keyString(key));
  }

  /** The locks that no try has wanted since; they are forgotten. `primary` must stay where others name it. */
  takeUnwanted(primary: Uint8Array | null): Uint8Array[] {
    const { unwanted, times } = this;
    if (primary !== null) unwanted.delete(keyString(primary));
    const keys = [...unwanted.values()];
    for (const name of unwanted.keys()) times.delete(name);
    unwanted.clear();
    return keys;
  }

  /** What the prewrite of mutations has to say of them. */
  placesOf(mutations: readonly Mutation[]): LockedAt[] {
    const places: LockedAt[] = [];
    for (let index = 0; index < mutations.length; index++) {
      const forUpdateTs = this.times.get(keyString(mutations[index]!.key));
      if (forUpdateTs !== undefined) places.push({ index, forUpdateTs });
    }
    return places;
  }
}
