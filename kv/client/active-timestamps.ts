/** Something that reads at a timestamp and keeps garbage collection from passing it. */
export interface ActiveReader {
  readonly ts: bigint;
  /** A transaction's primary once it holds locks: kept alive by heartbeats. */
  readonly heartbeatKey?: Uint8Array | null;
}

/** Timestamps in use in this process, for the GC worker's safe point. */
export class ActiveTimestamps {
  private readonly readers = new Set<ActiveReader>();

  add(r: ActiveReader): void {
    this.readers.add(r);
  }

  delete(r: ActiveReader): void {
    this.readers.delete(r);
  }

  /** Those with locks to keep alive. */
  withLocks(): ActiveReader[] {
    return [...this.readers].filter((r) => r.heartbeatKey !== undefined && r.heartbeatKey !== null);
  }

  has(r: ActiveReader): boolean {
    return this.readers.has(r);
  }

  /** Readers from before hold nothing back any more; the caller sees to it that they read no further. */
  ignoredBefore = 0n;

  oldest(): bigint | null {
    let min: bigint | null = null;
    for (const r of this.readers) if ((min === null || r.ts < min) && r.ts >= this.ignoredBefore) min = r.ts;
    return min;
  }

  get size(): number {
    return this.readers.size;
  }
}
