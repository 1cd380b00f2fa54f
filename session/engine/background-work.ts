import { OwnerLease } from '../../kv/owner-lease.js';
import type { EngineCore } from './engine-core.js';

/** What an engine does beside the statements, pass after pass; what only one of several nodes may do asks for the office first. */
export abstract class BackgroundWork {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  protected stopped = false;
  private readonly owner: OwnerLease | null;

  constructor(
    protected readonly core: EngineCore,
    /** The office, how long it stays with a node that died, and what the log says when a pass fails. */
    office: { readonly name: string; readonly leaseMs: number; readonly failure: string },
  ) {
    const { storage, cluster } = core;
    this.failure = office.failure;
    this.owner = cluster.shared
      ? new OwnerLease(storage, office.name, cluster.nodeId, { ttlMs: office.leaseMs })
      : null;
  }

  private readonly failure: string;

  /** One pass. */
  abstract run(): Promise<void>;

  /** Milliseconds from the end of a pass to the next. */
  protected abstract pauseMs(): number;

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.run()
        .catch((err: unknown) => this.core.logger.error({ err }, this.failure))
        .finally(() => {
          if (!this.stopped) this.start();
        });
    }, this.pauseMs());
    this.timer.unref();
  }

  /** Ends with the pass under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
    await this.owner?.stop();
  }

  /** Whether this node has the office. */
  protected async holdsOffice(): Promise<boolean> {
    return this.owner === null || (await this.owner.campaign());
  }
}
