import { hostname } from 'node:os';
import { runDeleteRanges } from '../../ddl/delete-range.js';
import { composeTs, physicalOf } from '../../kv/client/oracle.js';
import { MysqlError } from '../../types/error.js';
import { normalizeValue } from '../variables/system-variable.js';
import { settable } from '../variables/variable-store.js';
import { durationMs } from '../variables/go-duration.js';
import { announceSafePoint, keptSince } from './gc-safe-point.js';
import { persistGlobal } from './global-store.js';
import { changedByRow, formatTime, writeTidbRows } from './tidb-rows.js';
import { BackgroundWork } from './background-work.js';
import type { EngineCore } from './engine-core.js';

/** Longer than a pass takes; a node that died holds collection up for so long. */
const LEASE_MS = 5 * 60_000;

/**
 * Collects versions older than tidb_gc_life_time, every tidb_gc_run_interval, but none that a running transaction or
 * snapshot may still read, until that has run for tidb_gc_max_wait_time.
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
    const { core } = this;
    await this.takeOverRows();
    if (core.globals.get('tidb_gc_enable') !== 'ON' || !(await this.holdsOffice())) return;
    const now = physicalOf(await core.storage.currentTs());
    await writeTidbRows(core, [
      ['tikv_gc_leader_uuid', core.cluster.nodeId],
      ['tikv_gc_leader_desc', `host:${hostname()}, pid:${process.pid}`],
      ['tikv_gc_leader_lease', formatTime(now + LEASE_MS)],
    ]);
    const wanted = now - durationMs(core.globals.get('tidb_gc_life_time'));
    const waited = now - Number(core.globals.get('tidb_gc_max_wait_time')) * 1000;
    await this.collect(composeTs(wanted), composeTs(Math.min(waited, wanted)), now);
  }

  /** Collects up to `safePoint` or what is still read, provided that it began at `waitedFor` or later. */
  async collect(safePoint: bigint, waitedFor: bigint, nowMs: number): Promise<void> {
    const { core } = this;
    const allowed = async (): Promise<bigint> => {
      const oldest = await core.cluster.oldestTs(waitedFor);
      // What is announced has the precision of milliseconds.
      return oldest !== null && oldest <= safePoint ? composeTs(physicalOf(oldest)) - 1n : safePoint;
    };
    safePoint = await allowed();
    // It never goes back, whoever announced the last one and whatever the life time was then.
    if (
      safePoint <= 0n ||
      physicalOf(safePoint) < (await keptSince(core)) ||
      (await this.flashbackUnderWay())
    )
      return;
    await announceSafePoint(core, safePoint, nowMs);
    // Who reads the past pins it before looking at what was announced: those who did not see it are seen now.
    safePoint = await allowed();
    await runDeleteRanges(core.storage, core.schemaLoader.current, await core.storage.gc(safePoint));
  }

  /** Settings may be changed by their rows of mysql.tidb. A value that the variable would not take is put right. */
  private async takeOverRows(): Promise<void> {
    const { core } = this;
    for (const [name, text] of await changedByRow(core, core.globals)) {
      const variable = settable(name);
      let value = core.globals.get(name);
      try {
        value = normalizeValue(variable, text, { warn: () => undefined });
      } catch (e) {
        if (!(e instanceof MysqlError)) throw e;
      }
      core.globals.set(variable, value);
      await persistGlobal(core, name, value);
      await core.cluster.tellGlobal(name, value);
    }
  }

  /** A flashback reads what was long ago, on whichever node it goes on. */
  private async flashbackUnderWay(): Promise<boolean> {
    const { storage, ddl } = this.core;
    const queue = await ddl.jobs.queue(storage.snapshot(await storage.currentTs()));
    return queue.some((job) => job.flashback !== undefined);
  }
}
