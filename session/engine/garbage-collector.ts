import { runDeleteRanges } from '../../ddl/delete-range.js';
import { composeTs, physicalOf } from '../../kv/client/oracle.js';
import { OwnerLease } from '../../kv/owner-lease.js';
import type { EngineCore } from './engine-core.js';

/** Longer than a pass takes; a node that died holds collection up for so long. */
const LEASE_MS = 5 * 60_000;

/** Milliseconds of a Go-like duration such as '10m0s', as tidb_gc_life_time and tidb_gc_run_interval hold it. */
export function durationMs(text: string): number {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  let total = 0;
  for (const [, n, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) total += Number(n) * units[unit!]!;
  return total;
}

/**
 * Collects versions older than tidb_gc_life_time, every tidb_gc_run_interval, but none that a running transaction or
 * snapshot may still read.
 */
export class GarbageCollector {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  /** Of several nodes one collects. */
  private readonly owner: OwnerLease | null;

  constructor(private readonly core: EngineCore) {
    const { storage, cluster } = core;
    this.owner = cluster.shared ? new OwnerLease(storage, 'gc', cluster.nodeId, { ttlMs: LEASE_MS }) : null;
  }

  start(): void {
    const wait = Math.max(1000, durationMs(this.core.globals.get('tidb_gc_run_interval')));
    this.timer = setTimeout(() => {
      this.running = this.run()
        .catch((err: unknown) => this.core.logger.error({ err }, 'garbage collection failed'))
        .finally(() => {
          if (!this.stopped) this.start();
        });
    }, wait);
    this.timer.unref();
  }

  /** One pass. */
  async run(): Promise<void> {
    if (this.core.globals.get('tidb_gc_enable') !== 'ON') return;
    const { storage } = this.core;
    const now = physicalOf(await storage.currentTs());
    let safePoint = composeTs(now - durationMs(this.core.globals.get('tidb_gc_life_time')));
    if (this.owner !== null && !(await this.owner.campaign())) return;
    const oldest = await this.core.cluster.oldestTs();
    if (oldest !== null && oldest <= safePoint) safePoint = oldest - 1n;
    if (safePoint <= 0n) return;
    await storage.gc(safePoint);
    await runDeleteRanges(storage, safePoint);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
    await this.owner?.stop();
  }
}
