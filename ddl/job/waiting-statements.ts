import { MetaMutator } from '../../catalog/meta/meta.js';
import type { Storage } from '../../kv/storage.js';
import { transact } from '../../kv/transact.js';
import { mysqlError } from '../../types/error-table.js';
import type { DdlContext } from '../ddl-context.js';
import type { DdlJob } from './job.js';
import { settingsOf } from './job-settings.js';
import type { JobTable } from './job-table.js';

const WAIT_MS = 20;

/** A statement that waits until other jobs of its table are done. */
export interface WaitingJob {
  job: DdlJob;
  wish: 'none' | 'cancel' | 'pause';
}

/** Statements of this node that have not become jobs of the store yet, since others work on their tables. */
export class WaitingStatements {
  private readonly waiting = new Map<number, WaitingJob>();
  /** The ids under which statements have waited: their jobs go on with them. */
  private readonly reserved = new WeakMap<DdlContext, number>();

  constructor(
    private readonly env: { readonly storage: Storage; readonly nodeId: string },
    private readonly table: JobTable,
    /** The end of a job that runs on this node. */
    private readonly endOf: (id: number) => Promise<unknown> | undefined,
  ) {}

  get(id: number): WaitingJob | undefined {
    return this.waiting.get(id);
  }

  get jobs(): DdlJob[] {
    return [...this.waiting.values()].map((w) => w.job);
  }

  idOf(ctx: DdlContext): number | undefined {
    return this.reserved.get(ctx);
  }

  /** Waits until no job works on the table. */
  async awaitTable(ctx: DdlContext, tableId: number): Promise<void> {
    if (!this.table.ready) return;
    let own: WaitingJob | null = null;
    try {
      for (;;) {
        const queue = await this.table.queue(this.env.storage.snapshot(await this.env.storage.currentTs()));
        const before = queue.find((j) => j.tableId === tableId);
        if (before === undefined && (own === null || own.wish === 'none')) return;
        if (own === null) this.waiting.set((own = await this.waitingJob(ctx, before!)).job.id, own);
        if (before !== undefined) ctx.progress(`waiting for DDL job ${before.id}`);
        const here = before === undefined ? undefined : this.endOf(before.id);
        await Promise.race([
          ...(here === undefined ? [] : [here.catch(() => undefined)]),
          new Promise((resolve) => setTimeout(resolve, WAIT_MS * (here === undefined ? 5 : 1))),
        ]);
        ctx.throwIfInterrupted();
        if (own.wish === 'cancel') throw mysqlError('ER_CANCELLED_DDL_JOB');
      }
    } finally {
      if (own !== null) this.waiting.delete(own.job.id);
    }
  }

  private async waitingJob(ctx: DdlContext, before: DdlJob): Promise<WaitingJob> {
    let id = this.reserved.get(ctx);
    if (id === undefined) {
      id = await this.newId();
      this.reserved.set(ctx, id);
    }
    return {
      wish: 'none',
      job: {
        ...before,
        id,
        type: ctx.jobType === '' ? 'alter table' : ctx.jobType,
        parts: [],
        state: 'queueing',
        schemaState: 'none',
        query: ctx.statementText,
        createTime: Date.now(),
        startTime: 0,
        endTime: 0,
        error: null,
        progress: { rows: 0, total: 0, passes: 0, nextKey: '' },
        session: ctx.jobSession(),
        settings: settingsOf(ctx),
        work: null,
        node: this.env.nodeId,
        leaseUntil: 0,
      },
    };
  }

  private newId(): Promise<number> {
    return transact(this.env.storage, (txn) => new MetaMutator(txn).allocateGlobalIds(1), Infinity);
  }
}
