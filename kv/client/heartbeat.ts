import type { ActiveReader, ActiveTimestamps } from './active-timestamps.js';
import { physicalOf, type TimestampOracle } from './oracle.js';
import type { Router } from './router.js';

/** Prolongs the primary locks of long transactions, all from one timer that runs only while there are any. */
export class HeartbeatKeeper {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly router: Router,
    private readonly oracle: TimestampOracle,
    private readonly active: ActiveTimestamps,
    /** Life of a lock without a heartbeat. */
    private readonly lockTtl: number,
  ) {}

  private get interval(): number {
    return this.lockTtl / 2;
  }

  /** Some active transaction took its first lock. */
  start(): void {
    if (this.timer !== null) return;
    this.timer = setInterval(() => void this.beat(), this.interval);
    this.timer.unref();
  }

  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private async beat(): Promise<void> {
    const subjects = this.active.withLocks();
    if (subjects.length === 0) {
      this.close();
      return;
    }
    try {
      const now = physicalOf(await this.oracle.timestamp());
      for (const s of subjects) {
        const age = now - physicalOf(s.ts);
        // A lock that is younger than one interval has its first TTL still.
        if (age >= this.interval && this.active.has(s)) await this.prolong(s, age + this.lockTtl);
      }
    } catch {
      // The transport's trouble is found by the requests that need an answer; the next beat tries again.
    }
  }

  private async prolong(s: ActiveReader, ttl: number): Promise<void> {
    const primary = s.heartbeatKey!;
    const route = await this.router.locate(primary);
    // A lock that is gone is found by the prewrite, which fails then.
    const res = await route.rpc.txnHeartBeat({
      context: route.context,
      primaryLock: primary,
      startVersion: s.ts,
      adviseLockTtl: ttl,
    });
    if (res.regionError !== undefined) this.router.onRegionError(route, res.regionError);
  }
}
