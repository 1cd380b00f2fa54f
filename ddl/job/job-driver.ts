import { Meta } from '../../catalog/meta/meta.js';
import { physicalOf } from '../../kv/client/oracle.js';
import { isUnreachable, isWriteConflict, type Storage, type Transaction } from '../../kv/storage.js';
import { ERRORS, mysqlError } from '../../types/error-table.js';
import { MysqlError } from '../../types/error.js';
import type { DdlContext } from '../ddl-context.js';
import { changeSchema } from '../schema-change.js';
import {
  addedIndexes,
  addedPartitions,
  clears,
  droppedIndexes,
  droppedPartitions,
  isRevertible,
  ownIdRanges,
  phasesOf,
  schemaStateOf,
  tableAt,
  undoPhases,
  type Phase,
} from '../table-transition.js';
import { fillTable } from './fill-table.js';
import { LEASE_MS, isEnded, type DdlJob } from './job.js';
import type { JobTable } from './job-table.js';
import { clearRanges } from './move-rows.js';
import { countersSetBy, indexRanges, partitionRanges, setAutoIncrement } from './transition-effects.js';

export interface JobContext {
  readonly ctx: DdlContext;
  /** Ends what the context waits for. */
  interrupt(): void;
  close(): Promise<void>;
}

/** A job that this node runs. */
export interface RunningJob {
  job: DdlJob;
  readonly context: JobContext;
  /** Set by ADMIN CANCEL, PAUSE and RESUME; read between batches. */
  wish: 'none' | 'cancel' | 'pause';
  readonly ended: Promise<DdlJob>;
}

/** The worker stops: the job stays where it is, for another node or for the next start. */
export class StoppedError extends Error {}

/** This node gave no sign of life for too long: another goes on with the job. */
export class TakenOverError extends Error {}

const WAIT_MS = 20;
const UNREACHABLE_MS = 200;

/** Takes a job through its phases, or back: each step is a transaction that changes the table and the row of the job. */
export class JobDriver {
  /** The job stays where it is. */
  stopping = false;

  constructor(
    private readonly env: { readonly storage: Storage; readonly nodeId: string },
    private readonly jobs: JobTable,
  ) {}

  async drive(running: RunningJob): Promise<DdlJob> {
    const limit = Number(running.context.ctx.variable('tidb_ddl_error_count_limit'));
    for (let errors = 0; ;) {
      try {
        await this.attempt(running);
        return running.job;
      } catch (e) {
        if (this.stopping) throw new StoppedError();
        if (!isUnreachable(e)) throw e;
        await this.reread(running, ++errors > limit ? e : null);
        if (isEnded(running.job.state)) return running.job;
      }
    }
  }

  /** On to the end, or back. Throws what tells that the store cannot be reached: then there is no way on and no way back. */
  private async attempt(running: RunningJob): Promise<void> {
    try {
      const now = await this.tableVersion(running.job);
      await this.settle(running, now);
      if (running.job.state === 'rollingback') await this.undo(running, null);
      else await this.forward(running);
    } catch (e) {
      if (this.stopping || isUnreachable(e) || e instanceof StoppedError || e instanceof TakenOverError)
        throw e;
      if (!isRevertible(running.job.work!.phase) || running.job.state === 'rollingback') throw e;
      await this.undo(running, e);
    }
  }

  /**
   * Takes the job as the store has it, once that can be reached: a step whose outcome was not told may have taken place, and going on
   * or back from the phase before would be two steps at once. With a cause the job goes back.
   */
  private async reread(running: RunningJob, cause: unknown): Promise<void> {
    const { id } = running.job;
    const { storage } = this.env;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, UNREACHABLE_MS));
      if (this.stopping) throw new StoppedError();
      try {
        const reader = storage.snapshot(await storage.currentTs());
        const stored = (await this.jobs.running(reader, id)) ?? (await this.jobs.ended(reader, id));
        if (stored === null || (!isEnded(stored.state) && stored.node !== this.env.nodeId))
          throw new TakenOverError(`DDL job ${id} is another node's`);
        running.job = isEnded(stored.state) ? stored : { ...stored, progress: running.job.progress };
        if (isEnded(stored.state)) await this.settle(running, await this.tableVersion(stored));
        else if (cause !== null && stored.state === 'running' && isRevertible(stored.work!.phase))
          await this.undo(running, cause);
        return;
      } catch (e) {
        if (!isUnreachable(e)) throw e;
      }
    }
  }

  private async forward(running: RunningJob): Promise<void> {
    const phases = phasesOf(running.job.work!.transition);
    for (;;) {
      const phase = running.job.work!.phase;
      if (phase === 'writeReorg') await this.fill(running);
      if (clears(phase)) await this.clear(running);
      const next = phases[phases.indexOf(phase) + 1]!;
      if (phase === 'writeReorg') await this.awaitSnapshots(running);
      do await this.obey(running, isRevertible(phase));
      while (!(await this.step(running, next, next === 'done' ? 'synced' : 'running', null)));
      if (next === 'done') return;
    }
  }

  private async fill(running: RunningJob): Promise<void> {
    const { ctx } = running.context;
    let saved = Date.now();
    await this.whileOurs(running, (commit) =>
      fillTable(ctx, running.job.work!.transition, {
        progress: () => running.job.progress,
        settings: () => running.job.settings,
        commit,
        reached: async (progress) => {
          running.job = { ...running.job, progress };
          if (Date.now() - saved > 500) {
            saved = Date.now();
            await this.save(running);
          }
        },
        obey: () => this.obey(running, true),
      }),
    );
    const warnings = ctx.conversionWarnings();
    if (warnings.length > 0) running.job = { ...running.job, warnings };
  }

  /**
   * Changes rows in transactions that commit only while the table is in the phase that it is in now. This node may have stood still for so
   * long that another has taken the job over and brought it further: what it would still copy then is no longer kept up to date.
   */
  private async whileOurs(
    running: RunningJob,
    work: (commit: (txn: Transaction) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const { ctx } = running.context;
    const { tableId } = running.job;
    const version = await this.ownVersion(running.job);
    await ctx.reload();
    try {
      await work((txn) => ctx.commitAt(txn, tableId, version));
    } catch (e) {
      if ((e as { code?: number }).code === ERRORS.ER_INFO_SCHEMA_CHANGED.code)
        await this.ownVersion(running.job);
      throw e;
    }
  }

  /** The version of the table, of a job that is this node's. Throws TakenOverError. */
  private async ownVersion(job: DdlJob): Promise<number> {
    const { storage } = this.env;
    const reader = storage.snapshot(await storage.currentTs());
    if ((await this.jobs.running(reader, job.id))?.node !== this.env.nodeId)
      throw new TakenOverError(`DDL job ${job.id} is another node's`);
    return (await new Meta(reader).table(job.dbId, job.tableId))?.version ?? 0;
  }

  /** Waits for transactions whose snapshot is older than what was filled. */
  private async awaitSnapshots(running: RunningJob): Promise<void> {
    const { ctx } = running.context;
    const ts = await this.env.storage.currentTs();
    while (ctx.hasSnapshotBefore(running.job.tableId, ts)) {
      ctx.throwIfInterrupted();
      await this.obey(running, true);
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }

  private clear(running: RunningJob): Promise<void> {
    const ranges = ownIdRanges(running.job.work!.transition);
    return this.whileOurs(running, (commit) => clearRanges(running.context.ctx, ranges, commit));
  }

  /** Takes part and its error back out. */
  private async undo(running: RunningJob, cause: unknown): Promise<void> {
    const { job } = running;
    const cancelled = cause !== null && running.wish === 'cancel';
    const error =
      cause === null
        ? job.error
        : cancelled
          ? mysqlError('ER_CANCELLED_DDL_JOB')
          : cause instanceof MysqlError
            ? cause
            : mysqlError('ER_UNKNOWN_ERROR', cause instanceof Error ? cause.message : String(cause));
    running.wish = 'none';
    const stored =
      error === null ? null : { code: error.code, sqlState: error.sqlState, message: error.message };
    running.job = { ...job, error: stored };
    const { transition } = job.work!;
    for (const phase of undoPhases(transition, job.work!.phase)) {
      const last = phase === 'none';
      if (clears(running.job.work!.phase)) await this.clear(running);
      await this.step(
        running,
        phase,
        last ? (cancelled ? 'cancelled' : 'rollback done') : 'rollingback',
        stored,
      );
    }
  }

  /**
   * One step: the table in its next phase, the job's row and the schema version in one transaction. False where a step forward was not taken, since
   * the row says by now that the job is to be paused or cancelled.
   */
  private async step(
    running: RunningJob,
    phase: Phase,
    state: DdlJob['state'],
    error: DdlJob['error'],
  ): Promise<boolean> {
    const { ctx } = running.context;
    const { job } = running;
    const { transition } = job.work!;
    const tableId = job.tableId;
    let next: DdlJob = job;
    let asked: DdlJob['state'] | null = null;
    const isForward = state === 'running' || state === 'synced';
    const version = await changeSchema(ctx, async (meta, txn, nextVersion) => {
      const stored = await this.ours(txn, job);
      const isAsked = stored.state === 'paused' || stored.state === 'cancelling';
      asked = isAsked && isForward && isRevertible(job.work!.phase) ? stored.state : null;
      if (asked !== null) return { job: null };
      if (stored.work?.phase !== job.work!.phase)
        throw new TakenOverError(`DDL job ${job.id} is in another phase`);
      const table = await meta.table(job.dbId, tableId);
      const ms = physicalOf(txn.startTs);
      next = {
        ...job,
        settings: stored.settings,
        state,
        schemaState: phase === 'done' ? endState(job) : schemaStateOf(phase),
        error,
        endTime: isEnded(state) ? ms : 0,
        leaseUntil: ms + LEASE_MS,
        work: { transition, phase },
      };
      this.jobs.put(txn, next);
      if (table === null) return { job: null };
      meta.putTable(job.dbId, {
        ...tableAt(transition, phase),
        ...(phase === 'done' ? countersSetBy(transition, nextVersion) : {}),
        version: nextVersion,
        previousVersion: table.version,
      });
      if (phase === 'done') await setAutoIncrement(meta, job.dbId, transition);
      const dropped =
        phase === 'done'
          ? [
              ...indexRanges(transition, droppedIndexes(transition)),
              ...partitionRanges(droppedPartitions(transition)),
            ]
          : phase === 'none'
            ? [
                ...indexRanges(transition, addedIndexes(transition)),
                ...partitionRanges(addedPartitions(transition)),
              ]
            : [];
      return { tables: [{ dbId: job.dbId, tableId }], dropped, job: null, jobId: job.id };
    });
    if (asked !== null) {
      follow(running, asked);
      return false;
    }
    running.job = next;
    await this.settle(running, version);
    return true;
  }

  /** Every node's transactions know the table's present version. */
  private async settle(running: RunningJob, version: number): Promise<void> {
    for (;;) {
      try {
        await running.context.ctx.awaitVersion(running.job.tableId, version);
        return;
      } catch (e) {
        if (this.stopping) throw new StoppedError();
        // Cancelled while waiting: what was begun must be settled before the way back begins, too.
        if (running.wish !== 'cancel') throw e;
        await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
        if (running.job.state === 'running' && isRevertible(running.job.work!.phase)) throw e;
      }
    }
  }

  private async tableVersion(job: DdlJob): Promise<number> {
    const { storage } = this.env;
    const meta = new Meta(storage.snapshot(await storage.currentTs()));
    return (await meta.table(job.dbId, job.tableId))?.version ?? 0;
  }

  /** Does what ADMIN CANCEL, PAUSE and RESUME ask for. Throws 8214 when cancelled. */
  private async obey(running: RunningJob, revertible: boolean): Promise<void> {
    for (let shown = false; ;) {
      if (this.stopping) throw new StoppedError();
      if (!revertible) return;
      if (running.wish === 'cancel') throw mysqlError('ER_CANCELLED_DDL_JOB');
      if (running.wish === 'none') {
        if (shown) await this.save(running);
        return;
      }
      if (!shown) await this.save(running);
      shown = true;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }

  /** The job's row as it is in the store, which must still be this node's. */
  private async ours(txn: Transaction, job: DdlJob): Promise<DdlJob> {
    const stored = await this.jobs.running(txn, job.id);
    if (stored?.node !== this.env.nodeId) throw new TakenOverError(`DDL job ${job.id} is another node's`);
    return stored;
  }

  /**
   * Writes progress and renews the lease, and reads what was asked for, here or on other nodes. All else of the row stays: a step that is
   * being taken meanwhile is in the store before this node goes by it.
   */
  async save(running: RunningJob): Promise<void> {
    for (;;) {
      const txn = await this.env.storage.begin();
      try {
        const stored = await this.ours(txn, running.job);
        follow(running, stored.state);
        const leaseUntil = physicalOf(txn.startTs) + LEASE_MS;
        running.job = { ...running.job, settings: stored.settings, leaseUntil };
        const { progress, warnings } = running.job;
        this.jobs.put(txn, { ...stored, progress, warnings, leaseUntil });
        await txn.commit();
        return;
      } catch (e) {
        if (txn.valid) await txn.rollback();
        if (!isWriteConflict(e)) throw e;
      }
    }
  }
}

/** ADMIN PAUSE, RESUME and CANCEL write the state that they ask for. */
function follow(running: RunningJob, state: DdlJob['state']): void {
  if (state === 'cancelling') running.wish = 'cancel';
  else if (state === 'paused' || state === 'running') {
    if (running.wish !== 'cancel') running.wish = state === 'paused' ? 'pause' : 'none';
    running.job = { ...running.job, state };
  }
}

/** State of what the job was about, once it is done. */
const endState = (job: DdlJob): DdlJob['schemaState'] => (job.type.startsWith('drop') ? 'none' : 'public');
