import { runDeleteRanges } from '../../ddl/delete-range.js';
import { composeTs, physicalOf } from '../../kv/client/oracle.js';
import { durationMs } from '../variables/go-duration.js';
import { announceSafePoint } from './gc-safe-point.js';
import { BackgroundWork } from './background-work.js';
import type { EngineCore } from './engine-core.js';

/** Longer than a pass takes; a node that died holds collection up for so long. */
const LEASE_MS = 5 * 60_000;

/**
 * Collects versions older than tidb_gc_life_time, every tidb_gc_run_interval, but none that a running transaction or
 * snapshot may still read.
 */
export class GarbageCollector extends BackgroundWork {
  constructor(core: EngineCore) {
    super(core, { name: 'gc', leaseMs: LEASE_MS, failure: 'garbage collection failed' });
  }

  protected pauseMs(): number {
    return Math.max(1000, durationMs(this.core.globals.get('tidb_gc_run_interval')));
  }

  /** One pass. */
  async run(): Promise<void> {
    if (this.core.globals.get('tidb_gc_enable') !== 'ON') return;
    const { storage } = this.core;
    const now = physicalOf(await storage.currentTs());
    let safePoint = composeTs(now - durationMs(this.core.globals.get('tidb_gc_life_time')));
    if (!(await this.holdsOffice())) return;
    const oldest = await this.core.cluster.oldestTs();
    if (oldest !== null && oldest <= safePoint) safePoint = oldest - 1n;
    if (safePoint <= 0n || (await this.flashbackUnderWay())) return;
    await announceSafePoint(this.core, safePoint, now);
    await runDeleteRanges(storage, await storage.gc(safePoint));
  }
  /** A flashback reads what was long ago, on whichever node it goes on. */
  private async flashbackUnderWay(): Promise<boolean> {
    const { storage, ddl } = this.core;
    const queue = await ddl.jobs.queue(storage.snapshot(await storage.currentTs()));
    return queue.some((job) => job.flashback !== undefined);
  }
}
