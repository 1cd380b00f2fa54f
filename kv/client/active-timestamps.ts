/** Something that reads at a timestamp and keeps garbage collection from passing it. */
export interface ActiveReader {
  readonly ts: bigint;
  /** A transaction's primary once it holds locks: kept alive by heartbeats. */
  readonly heartbeatKey?: Uint8Array | null;
  /** Its place among the active ones, which is theirs to set; NOT_ACTIVE: it is none of them. */
  place: number;
}

export const NOT_ACTIVE = -1;

/**
 * Timestamps in use in this process, for the GC worker's safe point. Each short statement comes and goes here: readers know their
 * places in an array, where a Set would hash them and, when it is empty once more, be made anew.
 */
export class ActiveTimestamps {
  private readonly readers: ActiveReader[] = [];

  add(r: ActiveReader): void {
    r.place = this.readers.length;
    this.readers.push(r);
  }

  /** Nothing happens when it is none of them. */
  delete(r: ActiveReader): void {
    const { place } = r;
    if (place === NOT_ACTIVE) return;
    const last = this.readers.pop()!;
    if (last !== r) {
      this.readers[place] = last;
      last.place = place;
    }
    r.place = NOT_ACTIVE;
  }

  /** Those with locks to keep alive. */
  withLocks(): ActiveReader[] {
    return this.readers.filter((r) => r.heartbeatKey !== undefined && r.heartbeatKey !== null);
  }

  has(r: ActiveReader): boolean {
    return r.place !== NOT_ACTIVE;
  }

  /** Readers from before hold nothing back any more; the caller sees to it that they read no further. */
  ignoredBefore = 0n;

  oldest(): bigint | null {
    let min: bigint | null = null;
    for (const r of this.readers) if ((min === null || r.ts < min) && r.ts >= this.ignoredBefore) min = r.ts;
    return min;
  }

  get size(): number {
    return this.readers.length;
  }
}
