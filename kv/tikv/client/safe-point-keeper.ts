import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { PD } from '../generated/pdpb.js';
import type { PdClient } from './pd-client.js';

const INTERVAL_MS = 20_000;
/** Seconds after which PD forgets a process that is gone. */
const TTL = 300n;

/** What is asked of the storage whose reads are to be kept. */
export interface ActiveReads {
  currentTs(): bigint | Promise<bigint>;
  oldestActiveTs(): bigint | null;
}

/**
 * Keeps PD's safe point below everything that this process reads, whichever process of the cluster collects garbage. What begins
 * after one report is newer than what it said.
 */
export class SafePointKeeper {
  private readonly serviceId = Buffer.from(
    `rutile_${hostname()}_${process.pid}_${randomBytes(4).toString('hex')}`,
  );
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly pd: PdClient,
    private readonly reads: ActiveReads,
  ) {}

  async start(): Promise<void> {
    await this.report();
    this.timer = setInterval(() => {
      // PD's trouble is found by those who wait for it; the TTL bears a few reports that fail.
      this.report().catch(() => undefined);
    }, INTERVAL_MS);
    this.timer.unref();
  }

  private async report(): Promise<void> {
    const now = await this.reads.currentTs();
    await this.update(this.reads.oldestActiveTs() ?? now, TTL);
  }

  private async update(safePoint: bigint, ttl: bigint): Promise<void> {
    await this.pd.call(PD.UpdateServiceGCSafePoint, (header) => ({
      header,
      serviceId: this.serviceId,
      ttl,
      safePoint,
    }));
  }

  /** Leaves at once, so that nobody waits for the TTL. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.update(0n, 0n).catch(() => undefined);
  }
}
