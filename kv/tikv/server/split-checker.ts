import type { EmbeddedStore, StoreLogger } from '../../embedded/engine.js';
import { MAX_TS } from '../../embedded/timestamp.js';
import type { Region, RegionTable } from './region-table.js';

/** A region is looked at when this part of its greatest size was written to it (TiKV's region-split-check-diff). */
const CHECK_PART = 16;
/** Rows measured before the event loop runs again. */
const STEP = 4096;
const INTERVAL_MS = 1000;
/** Locks are no reason not to measure. */
const PAST_LOCKS = { regionId: 0, regionEpoch: { confVer: 0, version: 0 }, isolationLevel: 'RC' } as const;

/**
 * Splits regions that have grown beyond the size: into parts of about that size each. What commits write is
 * counted by key alone, so that counting costs the write path next to nothing; a region that was written to enough is measured.
 */
export class SplitChecker {
  /** Keys written since the region was last measured. */
  private readonly written = new Map<number, number>();
  private timer: NodeJS.Timeout | null = null;
  private busy = false;
  private stopped = false;
  private unwatch: (() => void) | null = null;

  constructor(
    private readonly store: EmbeddedStore,
    private readonly regions: RegionTable,
    private readonly size: number,
    private readonly log: StoreLogger,
  ) {}

  start(): void {
    this.unwatch = this.store.dataWatch.onCommit((_, keys) => {
      let region: Region | null = null;
      for (const key of keys) {
        // Keys of a transaction mostly share a region.
        if (region === null || !contains(region, key)) region = this.regions.find(key);
        this.written.set(region.id, (this.written.get(region.id) ?? 0) + 1);
      }
    });
    this.timer = setInterval(() => void this.run(), INTERVAL_MS);
    this.timer.unref();
  }

  stop(): void {
    this.stopped = true;
    this.unwatch?.();
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Looks at the regions that were written to. */
  async run(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      for (const [id, keys] of [...this.written]) {
        // Rows are rarely smaller than 64 bytes, so fewer keys than this cannot fill the part.
        if (keys * this.rowBytes < this.size / CHECK_PART) continue;
        const region = this.regions.get(id);
        this.written.delete(id);
        if (region !== undefined) await this.check(region);
        if (this.stopped) return;
      }
    } catch (e) {
      this.log.error({ error: String(e) }, 'looking for regions to split failed');
    } finally {
      this.busy = false;
    }
  }

  /** Average of the rows measured so far. */
  private rowBytes = 128;

  private async check(region: Region): Promise<void> {
    const borders: Uint8Array[] = [];
    const cursor = this.store
      .mvccReader(MAX_TS, PAST_LOCKS)
      .scan(region.startKey, region.endKey, false, false);
    let total = 0;
    let part = 0;
    let rows = 0;
    try {
      while (cursor.next()) {
        const bytes = cursor.keyLength + cursor.valueEnd - cursor.valueStart;
        // The border is wanted only if what lies behind it is worth a region.
        if (part + bytes > this.size) {
          borders.push(cursor.keyBuffer.slice(0, cursor.keyLength));
          part = 0;
        }
        part += bytes;
        total += bytes;
        if (++rows % STEP !== 0) continue;
        cursor.pause();
        await new Promise((resolve) => setImmediate(resolve));
        if (this.stopped) return;
      }
    } finally {
      cursor.close();
    }
    if (rows > 0) this.rowBytes = total / rows;
    // A last part of less than half the size stays with the one before it.
    if (borders.length > 0 && part < this.size / 2) borders.pop();
    const current = this.regions.get(region.id);
    if (borders.length === 0 || current !== region) return;
    const parts = this.regions.split(region, borders);
    this.log.info({ region: region.id, bytes: total, parts: parts.length }, 'split a region');
  }
}

function contains(r: Region, key: Uint8Array): boolean {
  return Buffer.compare(key, r.startKey) >= 0 && (r.endKey.length === 0 || Buffer.compare(key, r.endKey) < 0);
}
