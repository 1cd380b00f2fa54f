import type { Awaitable } from '../../types/awaitable.js';

/** Gives timestamps, each larger than all before (TSO: physical ms << 18 | logical). */
export interface TimestampOracle {
  timestamp(): Awaitable<bigint>;
  /** The last one given, to whomever, where that is known at once: no commit that was answered has a later one. */
  latest?(): bigint;
}

/** Later than every timestamp that is given. */
export const MAX_TS = (1n << 64n) - 1n;

export const physicalOf = (ts: bigint): number => Number(ts >> 18n);

export const composeTs = (physicalMs: number, logical = 0): bigint =>
  (BigInt(physicalMs) << 18n) | BigInt(logical);

/** Timestamps that nobody else is given. `step` apart: 1, except where the lower bits tell several allocators apart. */
export interface ReservedTimestamps {
  readonly first: bigint;
  readonly step: bigint;
}

/**
 * Puts the requests that come while one is under way into the next one: a remote oracle is asked for many
 * timestamps at a time.
 */
export class BatchingOracle implements TimestampOracle {
  private waiting: { resolve: (ts: bigint) => void; reject: (e: unknown) => void }[] = [];
  private busy = false;

  constructor(private readonly fetch: (n: number) => Promise<ReservedTimestamps>) {}

  timestamp(): Promise<bigint> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      if (!this.busy) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.busy = true;
    // Let the requests of this tick join.
    await null;
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        const { first, step } = await this.fetch(batch.length);
        for (let i = 0; i < batch.length; i++) batch[i]!.resolve(first + BigInt(i) * step);
      } catch (e) {
        for (const w of batch) w.reject(e);
      }
    }
    this.busy = false;
  }
}
