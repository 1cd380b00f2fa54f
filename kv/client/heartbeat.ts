import type { Router } from './router.js';
import { physicalOf, type TimestampOracle } from './oracle.js';

/** Life of a lock without a heartbeat (TiDB's ManagedLockTTL). */
export const MANAGED_LOCK_TTL = 20_000;

export interface HeartbeatSubject {
  readonly startTs: bigint;
  /** The transaction's primary, locked in the store. */
  readonly primary: Uint8Array | null;
  /** The store no longer knows the primary's lock. */
  onLockLost(): void;
}

/** Prolongs the primary locks of long transactions, all from one timer that runs only while there are any. */
export class HeartbeatKeeper {
  private readonly subjects = new Set<HeartbeatSubject>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly router: Router,
    private readonly oracle: TimestampOracle,
    private readonly interval = MANAGED_LOCK_TTL / 2,
  ) {}

  add(s: HeartbeatSubject): void {
    this.subjects.add(s);
    if (this.timer === null) {
      this.timer = setInterval(() => void this.beat(), this.interval);
      this.timer.unref();
    }
  }

  delete(s: HeartbeatSubject): void {
    this.subjects.delete(s);
  }

  close(): void {
    this.subjects.clear();
    this.stop();
  }

  private stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private async beat(): Promise<void> {
    if (this.subjects.size === 0) {
      this.stop();
      return;
    }
    const now = physicalOf(await this.oracle.timestamp());
    for (const s of [...this.subjects]) {
      const primary = s.primary;
      if (primary === null) continue;
      const age = now - physicalOf(s.startTs);
      // A lock that is younger than one interval has its first TTL still.
      if (age < this.interval) continue;
      try {
        const route = await this.router.locate(primary);
        const res = await route.rpc.txnHeartBeat({
          context: route.context,
          primaryLock: primary,
          startVersion: s.startTs,
          adviseLockTtl: age + MANAGED_LOCK_TTL,
        });
        if (res.regionError !== undefined) this.router.onRegionError(route, res.regionError);
        else if (res.error !== undefined && this.subjects.has(s)) {
          this.subjects.delete(s);
          s.onLockLost();
        }
      } catch {
        // The transport's trouble is found by the requests that need an answer; the next beat tries again.
      }
    }
  }
}
