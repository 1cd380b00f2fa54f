import type { ActiveReader, ActiveTimestamps } from './active-timestamps.js';
import { Backoffer } from './backoff.js';
import { physicalOf, type TimestampOracle } from './oracle.js';
import { sendToKey, type Router } from './router.js';

/**
 * Prolongs the primary locks of long transactions, all from one timer that runs only while there are any. As one timer serves
 * transactions that began at any time between two beats, it beats twice as often as one of each transaction's own would
 * (client-go: after half of a lock's life): so no lock ever has less than half of its life left when it is prolonged.
 */
export class HeartbeatKeeper {
  private timer: NodeJS.Timeout | null = null;
  /** Whose heartbeat has no answer yet. */
  private readonly waiting = new Set<ActiveReader>();

  constructor(
    private readonly router: Router,
    private readonly oracle: TimestampOracle,
    private readonly active: ActiveTimestamps,
    /** Life of a lock without a heartbeat. */
    private readonly lockTtl: number,
  ) {}

  private get interval(): number {
    return this.lockTtl / 4;
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
    let now: number;
    try {
      now = physicalOf(await this.oracle.timestamp());
    } catch {
      // PD's trouble is found by the requests that need an answer; the next beat tries again.
      return;
    }
    for (const s of subjects) {
      const age = now - physicalOf(s.ts);
      // A lock that is younger than one interval has most of its first life still.
      if (age >= this.interval && this.active.has(s) && !this.waiting.has(s))
        void this.prolong(s, age + this.lockTtl);
    }
  }

  /** One store that does not answer keeps no lock of another from being prolonged. */
  private async prolong(s: ActiveReader, ttl: number): Promise<void> {
    const primary = s.heartbeatKey!;
    this.waiting.add(s);
    try {
      // A lock that is gone is found by the prewrite, which fails then.
      await sendToKey(this.router, primary, new Backoffer(this.lockTtl), (route) =>
        route.rpc.txnHeartBeat({
          context: route.context,
          primaryLock: primary,
          startVersion: s.ts,
          adviseLockTtl: ttl,
        }),
      );
    } catch {
      // What keeps it is found by the transaction's own requests.
    } finally {
      this.waiting.delete(s);
    }
  }
}
