import type { DbInfo, InfoSchema, IndexInfo, TableInfo } from '../../catalog/model.js';
import { Meta, MetaMutator } from '../../catalog/meta/meta.js';
import { indexIds } from '../../catalog/table-layout.js';
import { incrementCounter } from '../../catalog/auto-columns.js';
import { physicalOf } from '../../kv/client/oracle.js';
import { OwnerLease } from '../../kv/owner-lease.js';
import { indexRange, tableRange } from '../../kv/codec/table-key.js';
import { isWriteConflict, type Storage, type Transaction } from '../../kv/storage.js';
import { mysqlError } from '../../types/error-table.js';
import { MysqlError } from '../../types/error.js';
import type { DdlContext } from '../ddl-context.js';
import { queueDeleteRange } from '../delete-range.js';
import { runFlashback } from '../flashback-cluster.js';
import { changeSchema } from '../schema-change.js';
import {
  addedIndexes,
  addedPartitions,
  droppedIndexes,
  droppedPartitions,
  isRevertible,
  leavesOwnId,
  phasesOf,
  schemaStateOf,
  tableAt,
  takesOwnId,
  undoPhases,
  type Phase,
  type TableTransition,
} from '../table-transition.js';
import { fillTable, passesOf } from './fill-table.js';
import { clearPhysical } from './move-rows.js';
import {
  HEARTBEAT_MS,
  LEASE_MS,
  isEnded,
  rowsDone,
  type DdlJob,
  type JobSession,
  type JobSettings,
} from './job.js';
import { JobTable } from './job-table.js';

/** What the worker needs of the server around it. */
export interface WorkerEnvironment {
  readonly storage: Storage;
  readonly nodeId: string;
  schema(): InfoSchema;
  /** A context of the server's own in which a job runs with the settings of the session that asked for it. */
  contextFor(session: JobSession, query: string): JobContext;
  onError(error: unknown, what: string): void;
}

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

/** A statement that waits until other jobs of its table are done. */
interface WaitingJob {
  job: DdlJob;
  wish: 'none' | 'cancel' | 'pause';
}

/** The worker stops: the job stays where it is, for another node or for the next start. */
class StoppedError extends Error {}

const WAIT_MS = 20;

/** What ALTER TABLE makes of a statement. */
export interface PlannedChange {
  readonly transition: TableTransition;
  readonly type: string;
  readonly parts: readonly string[];
}

export type AdminOutcome = 'successful' | MysqlError;

/**
 * Runs schema changes of several steps. The session that asks makes the first step together with the job's row, and the
 * node goes on with it; a job whose node has died is found by the owner (a lease that one node holds) and taken over at the
 * phase that its row names. Jobs of one table run one after another, others side by side.
 */
export class DdlWorker {
  readonly jobs: JobTable;
  readonly owner: OwnerLease;
  private readonly running = new Map<number, RunningJob>();
  /** Statements of this node that have not become jobs of the store yet. */
  private readonly waiting = new Map<number, WaitingJob>();
  /** The ids under which statements have waited: their jobs go on with them. */
  private readonly reserved = new WeakMap<DdlContext, number>();
  private readonly flashbacks = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | null = null;
  private stopping = false;
  private lastScan = 0;

  constructor(private readonly env: WorkerEnvironment) {
    this.jobs = new JobTable(() => env.schema());
    this.owner = new OwnerLease(env.storage, 'ddl', env.nodeId, {
      onError: (e) => env.onError(e, 'campaign for the DDL owner'),
    });
  }

  /**
   * Begins to renew leases and to look for jobs left behind. `alone`: no other node can be on the store, so that jobs found there
   * are nobody's.
   */
  async start(alone: boolean): Promise<void> {
    if (alone) await this.takeOver(true);
    await this.owner.start();
    this.timer = setInterval(() => {
      this.beat().catch((e: unknown) => this.env.onError(e, 'DDL worker'));
    }, HEARTBEAT_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.timer !== null) clearInterval(this.timer);
    for (const r of this.running.values()) r.context.interrupt();
    await Promise.allSettled([...[...this.running.values()].map((r) => r.ended), ...this.flashbacks]);
    await this.owner.stop();
  }

  runningHere(id: number): RunningJob | null {
    return this.running.get(id) ?? null;
  }

  /** Waits until no job works on the table. */
  async awaitTable(ctx: DdlContext, tableId: number): Promise<void> {
    if (!this.jobs.ready) return;
    let own: WaitingJob | null = null;
    try {
      for (;;) {
        const queue = await this.jobs.queue(this.env.storage.snapshot(await this.env.storage.currentTs()));
        const before = queue.find((j) => j.tableId === tableId);
        if (before === undefined && (own === null || own.wish === 'none')) return;
        if (own === null) this.waiting.set((own = await this.waitingJob(ctx, before!)).job.id, own);
        if (before !== undefined) ctx.progress(`waiting for DDL job ${before.id}`);
        const here = before === undefined ? undefined : this.running.get(before.id);
        await Promise.race([
          ...(here === undefined ? [] : [here.ended.catch(() => undefined)]),
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

  private async newId(): Promise<number> {
    for (;;) {
      const txn = await this.env.storage.begin();
      try {
        const id = await new MetaMutator(txn).allocateGlobalIds(1);
        await txn.commit();
        return id;
      } catch (e) {
        if (txn.valid) await txn.rollback();
        if (!isWriteConflict(e)) throw e;
      }
    }
  }

  /**
   * Makes the change that `plan` works out for the table, and waits for its end. It is worked out anew when the table changed
   * in the meantime. Throws the job's error after it was undone.
   */
  async change(
    ctx: DdlContext,
    find: () => { db: DbInfo; table: TableInfo },
    plan: (db: DbInfo, table: TableInfo) => Promise<PlannedChange | null>,
  ): Promise<void> {
    for (;;) {
      await ctx.reload();
      const found = find();
      await this.awaitTable(ctx, found.table.id);
      await ctx.reload();
      const { db, table } = find();
      if (table.id !== found.table.id) continue;
      const change = await plan(db, table);
      if (change === null) return;
      const phases = phasesOf(change.transition);
      const done =
        phases.length === 2
          ? await this.changeAtOnce(ctx, db, change)
          : await this.submit(ctx, db, table, change, phases[1]!);
      if (done) return;
    }
  }

  /** One step suffices. False when the table is not what was planned for. */
  private async changeAtOnce(ctx: DdlContext, db: DbInfo, change: PlannedChange): Promise<boolean> {
    const { base, target } = change.transition;
    let stale = false;
    const version = await changeSchema(ctx, async (meta, txn, next) => {
      const now = await meta.table(db.id, base.id);
      stale = now?.version !== base.version;
      if (stale) return {};
      meta.putTable(db.id, { ...target, version: next, previousVersion: base.version });
      queuePartitions(txn, droppedPartitions(change.transition));
      await setAutoIncrement(meta, db.id, change.transition);
      return {
        tables: [{ dbId: db.id, tableId: base.id }],
        job: { type: change.type, parts: change.parts },
      };
    });
    if (stale) return false;
    await ctx.awaitVersion(base.id, version);
    ctx.forgetTable(target);
    return true;
  }

  private async submit(
    ctx: DdlContext,
    db: DbInfo,
    table: TableInfo,
    change: PlannedChange,
    first: Phase,
  ): Promise<boolean> {
    const { transition } = change;
    const session = ctx.jobSession();
    let job: DdlJob | null = null;
    await changeSchema(ctx, async (meta, txn, next) => {
      const now = await meta.table(db.id, table.id);
      job = null;
      if (now?.version !== table.version) return { job: null };
      const ms = physicalOf(txn.startTs);
      job = {
        id: this.reserved.get(ctx) ?? (await meta.allocateGlobalIds(1)),
        type: change.type,
        parts: change.parts,
        state: 'running',
        schemaState: schemaStateOf(first),
        dbId: db.id,
        tableId: table.id,
        dbName: db.name,
        tableName: table.name,
        query: ctx.statementText,
        createTime: ms,
        startTime: ms,
        endTime: 0,
        error: null,
        progress: {
          rows: 0,
          total: ctx.rowCount(table.id) * passesOf(transition),
          passes: 0,
          nextKey: '',
        },
        session,
        settings: settingsOf(ctx),
        work: { transition, phase: first },
        node: this.env.nodeId,
        leaseUntil: ms + LEASE_MS,
      };
      meta.putTable(db.id, {
        ...tableAt(transition, first),
        version: next,
        previousVersion: table.version,
      });
      this.jobs.put(txn, job);
      return { tables: [{ dbId: db.id, tableId: table.id }], job: null };
    });
    if (job === null) return false;
    const running = this.begin(job);
    const end = await this.awaitEnd(ctx, running);
    if (end.error !== null) throw new MysqlError(end.error.code, end.error.sqlState, end.error.message);
    ctx.forgetTable(transition.target);
    return true;
  }

  /** Waits for the job; a statement that is killed takes its job with it. */
  private async awaitEnd(ctx: DdlContext, running: RunningJob): Promise<DdlJob> {
    let ended = false;
    const end = running.ended.finally(() => (ended = true));
    end.catch(() => undefined);
    while (!ended) {
      ctx.progress(progressText(running.job));
      await Promise.race([
        end.catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, 100).unref()),
      ]);
      if (ended || running.wish === 'cancel') continue;
      try {
        ctx.throwIfInterrupted();
      } catch (e) {
        if (this.stopping) throw e;
        running.wish = 'cancel';
        running.context.interrupt();
      }
    }
    return end;
  }

  private begin(job: DdlJob): RunningJob {
    const context = this.env.contextFor(job.session, job.query);
    const running: RunningJob = {
      job,
      context,
      wish: job.state === 'cancelling' ? 'cancel' : job.state === 'paused' ? 'pause' : 'none',
      ended: Promise.resolve().then(() => this.drive(running)),
    };
    this.running.set(job.id, running);
    running.ended
      .catch((e: unknown) => {
        if (!(e instanceof StoppedError)) this.env.onError(e, `DDL job ${job.id}`);
      })
      .finally(() => {
        this.running.delete(job.id);
        context.close().catch(() => undefined);
      });
    return running;
  }

  private async drive(running: RunningJob): Promise<DdlJob> {
    try {
      const now = await this.tableVersion(running.job);
      await this.settle(running, now);
      if (running.job.state === 'rollingback') await this.undo(running, null);
      else await this.forward(running);
    } catch (e) {
      if (e instanceof StoppedError || this.stopping) throw new StoppedError();
      if (!isRevertible(running.job.work!.phase) || running.job.state === 'rollingback') throw e;
      await this.undo(running, e);
    }
    return running.job;
  }

  private async forward(running: RunningJob): Promise<void> {
    const phases = phasesOf(running.job.work!.transition);
    for (;;) {
      const phase = running.job.work!.phase;
      if (phase === 'writeReorg') await this.fill(running);
      if (phase === 'leavingDeleteOnly' && leavesOwnId(running.job.work!.transition))
        await clearPhysical(running.context.ctx, running.job.tableId);
      const next = phases[phases.indexOf(phase) + 1]!;
      if (phase === 'writeReorg') await this.awaitSnapshots(running);
      await this.obey(running, isRevertible(phase));
      await this.step(running, next, next === 'done' ? 'synced' : 'running', null);
      if (next === 'done') return;
    }
  }

  private async fill(running: RunningJob): Promise<void> {
    const { ctx } = running.context;
    let saved = Date.now();
    await fillTable(ctx, running.job.work!.transition, {
      progress: () => running.job.progress,
      settings: () => running.job.settings,
      reached: async (progress) => {
        running.job = { ...running.job, progress };
        if (Date.now() - saved > 500) {
          saved = Date.now();
          await this.save(running);
        }
      },
      obey: () => this.obey(running, true),
    });
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
    for (const phase of undoPhases(job.work!.phase)) {
      const last = phase === 'none';
      if (last && takesOwnId(job.work!.transition)) await clearPhysical(running.context.ctx, job.tableId);
      await this.step(
        running,
        phase,
        last ? (cancelled ? 'cancelled' : 'rollback done') : 'rollingback',
        stored,
      );
    }
  }

  /** One step: the table in its next phase, the job's row and the schema version in one transaction. */
  private async step(
    running: RunningJob,
    phase: Phase,
    state: DdlJob['state'],
    error: DdlJob['error'],
  ): Promise<void> {
    const { ctx } = running.context;
    const { job } = running;
    const { transition } = job.work!;
    const tableId = job.tableId;
    let next: DdlJob = job;
    const version = await changeSchema(ctx, async (meta, txn, nextVersion) => {
      const stored = await this.ours(txn, job);
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
        version: nextVersion,
        previousVersion: table.version,
      });
      if (phase === 'done') {
        await setAutoIncrement(meta, job.dbId, transition);
        queueIndexes(txn, transition, droppedIndexes(transition));
        queuePartitions(txn, droppedPartitions(transition));
      } else if (phase === 'none') {
        queueIndexes(txn, transition, addedIndexes(transition));
        queuePartitions(txn, addedPartitions(transition));
      }
      return { tables: [{ dbId: job.dbId, tableId }], job: null };
    });
    running.job = next;
    await this.settle(running, version);
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
        if (isRevertible(running.job.work!.phase) && running.job.state === 'running') throw e;
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
        if (shown) await this.save(running, 'running');
        return;
      }
      if (!shown) await this.save(running, 'paused');
      shown = true;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }

  /** The job's row as it is in the store, which must still be this node's. */
  private async ours(txn: Transaction, job: DdlJob): Promise<DdlJob> {
    const stored = await this.jobs.running(txn, job.id);
    if (stored?.node !== this.env.nodeId) throw new StoppedError();
    return stored;
  }

  /** Writes progress and renews the lease, and reads what was asked for on other nodes. */
  private async save(running: RunningJob, state?: 'running' | 'paused'): Promise<void> {
    for (;;) {
      const txn = await this.env.storage.begin();
      try {
        const stored = await this.ours(txn, running.job);
        if (stored.state === 'cancelling') running.wish = 'cancel';
        running.job = {
          ...running.job,
          state: state ?? running.job.state,
          settings: stored.settings,
          leaseUntil: physicalOf(txn.startTs) + LEASE_MS,
        };
        this.jobs.put(
          txn,
          stored.state === 'cancelling' ? { ...running.job, state: 'cancelling' } : running.job,
        );
        await txn.commit();
        return;
      } catch (e) {
        if (txn.valid) await txn.rollback();
        if (!isWriteConflict(e)) throw e;
      }
    }
  }

  private async beat(): Promise<void> {
    if (this.stopping || !this.jobs.ready) return;
    for (const r of [...this.running.values()]) {
      // A job between two steps is saved by them.
      if (!isEnded(r.job.state)) await this.save(r).catch(() => undefined);
    }
    if (!this.owner.held || Date.now() - this.lastScan < HEARTBEAT_MS) return;
    this.lastScan = Date.now();
    await this.takeOver();
  }

  /** Goes on with jobs whose node shows no sign of life. */
  async takeOver(all = false): Promise<void> {
    const { storage } = this.env;
    const ts = await storage.currentTs();
    for (const job of await this.jobs.queue(storage.snapshot(ts))) {
      if (this.running.has(job.id) || (job.work === null && job.flashback === undefined)) continue;
      // Also one of this node's own: between its first commit and its start here other nodes are told of the schema.
      if (!all && job.leaseUntil > physicalOf(ts)) continue;
      const txn = await storage.begin();
      try {
        const now = await this.jobs.running(txn, job.id);
        if (now === null || now.leaseUntil !== job.leaseUntil) {
          await txn.rollback();
          continue;
        }
        const mine = {
          ...now,
          node: this.env.nodeId,
          leaseUntil: physicalOf(txn.startTs) + LEASE_MS,
        };
        this.jobs.put(txn, mine);
        await txn.commit();
        if (mine.flashback === undefined) this.begin(mine);
        else this.resumeFlashback(mine);
      } catch (e) {
        if (txn.valid) await txn.rollback();
        if (!isWriteConflict(e)) throw e;
      }
    }
  }

  private resumeFlashback(job: DdlJob): void {
    const context = this.env.contextFor(job.session, job.query);
    const ended = runFlashback(context.ctx, job)
      .catch((e: unknown) => this.env.onError(e, `DDL job ${job.id}`))
      .then(() => context.close())
      .finally(() => this.flashbacks.delete(ended));
    this.flashbacks.add(ended);
  }

  /** ADMIN CANCEL, PAUSE and RESUME DDL JOBS for one job. */
  async ask(id: number, wish: 'cancel' | 'pause' | 'resume'): Promise<AdminOutcome> {
    const waiting = this.waiting.get(id);
    if (waiting !== undefined) return askWaiting(waiting, wish);
    for (;;) {
      const txn = await this.env.storage.begin();
      try {
        const job = await this.jobs.running(txn, id);
        const refused = refusal(job, id, wish);
        if (refused !== null) {
          await txn.rollback();
          return refused;
        }
        const state = wish === 'cancel' ? 'cancelling' : wish === 'pause' ? 'paused' : 'running';
        this.jobs.put(txn, { ...job!, state });
        await txn.commit();
        const here = this.running.get(id);
        if (here !== undefined) here.wish = wish === 'resume' ? 'none' : wish;
        return 'successful';
      } catch (e) {
        if (txn.valid) await txn.rollback();
        if (!isWriteConflict(e)) throw e;
      }
    }
  }

  /** ADMIN ALTER DDL JOBS. Throws 8224. */
  async alter(id: number, settings: Partial<JobSettings>): Promise<void> {
    for (;;) {
      const txn = await this.env.storage.begin();
      try {
        const job = await this.jobs.running(txn, id);
        if (job === null) throw mysqlError('ER_DDL_JOB_NOT_FOUND', id);
        const next = { ...job, settings: { ...job.settings, ...settings } };
        this.jobs.put(txn, next);
        await txn.commit();
        const here = this.running.get(id);
        if (here !== undefined) here.job = { ...here.job, settings: next.settings };
        return;
      } catch (e) {
        if (txn.valid) await txn.rollback();
        if (!isWriteConflict(e)) throw e;
      }
    }
  }

  /** Running jobs, newest first, then ended ones. */
  async list(historyLimit: number): Promise<{ queue: DdlJob[]; history: DdlJob[] }> {
    const { storage } = this.env;
    const snapshot = storage.snapshot(await storage.currentTs());
    const queue = (await this.jobs.queue(snapshot)).map((j) => this.running.get(j.id)?.job ?? j);
    return {
      queue: [
        ...queue.filter((j) => !isEnded(j.state)),
        ...[...this.waiting.values()].map((w) => w.job),
      ].reverse(),
      history: await this.jobs.history(snapshot, historyLimit),
    };
  }
}

/** The same for a statement that waits for its turn. */
function askWaiting(waiting: WaitingJob, wish: 'cancel' | 'pause' | 'resume'): AdminOutcome {
  const { id, state } = waiting.job;
  if (wish === 'pause' && waiting.wish !== 'none') return mysqlError('ER_PAUSED_DDL_JOB', id);
  if (wish === 'resume' && waiting.wish !== 'pause')
    return mysqlError('ER_CANNOT_RESUME_DDL_JOB', id, `job state is ${state}, not paused`);
  waiting.wish = wish === 'resume' ? 'none' : wish;
  const next = wish === 'cancel' ? 'cancelling' : wish === 'pause' ? 'paused' : 'queueing';
  waiting.job = { ...waiting.job, state: next };
  return 'successful';
}

/** State of what the job was about, once it is done. */
const endState = (job: DdlJob): DdlJob['schemaState'] => (job.type.startsWith('drop') ? 'none' : 'public');

/** Why a job cannot be cancelled, paused or resumed; null when it can. */
function refusal(job: DdlJob | null, id: number, wish: 'cancel' | 'pause' | 'resume'): MysqlError | null {
  if (job === null) return mysqlError('ER_DDL_JOB_NOT_FOUND', id);
  const late =
    job.state === 'rollingback' ||
    (job.work !== null && !isRevertible(job.work.phase)) ||
    (job.flashback !== undefined && (wish === 'pause' || job.flashback.begun));
  if (wish === 'cancel') return late ? mysqlError('ER_CANNOT_CANCEL_DDL_JOB', id) : null;
  if (wish === 'pause') {
    if (job.state === 'paused') return mysqlError('ER_PAUSED_DDL_JOB', id);
    return late || job.state !== 'running'
      ? mysqlError('ER_CANNOT_PAUSE_DDL_JOB', id, `state [${job.state}] is not pausable`)
      : null;
  }
  return job.state === 'paused'
    ? null
    : mysqlError('ER_CANNOT_RESUME_DDL_JOB', id, 'job has not been paused');
}

const progressText = (job: DdlJob): string =>
  job.progress.total === 0
    ? `${job.type}: ${job.schemaState}`
    : `${job.type}: ${rowsDone(job.progress)} rows (${percentage(job).toFixed(1)}%)`;

/** How far the job is, in hundredths. */
export const percentage = (job: DdlJob): number =>
  job.progress.total === 0 ? 0 : Math.min(100, (100 * rowsDone(job.progress)) / job.progress.total);

function settingsOf(ctx: DdlContext): JobSettings {
  return {
    thread: Number(ctx.variable('tidb_ddl_reorg_worker_cnt')),
    batchSize: Number(ctx.variable('tidb_ddl_reorg_batch_size')),
    maxWriteSpeed: byteSize(ctx.variable('tidb_ddl_reorg_max_write_speed')),
  };
}

/** Bytes of a size such as `16MiB`, as tidb_ddl_reorg_max_write_speed takes it. */
export function byteSize(text: string): number {
  const m = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*$/i.exec(text);
  if (m === null) return 0;
  const power = ['', 'k', 'm', 'g', 't'].indexOf(m[2]!.toLowerCase());
  return Math.round(Number(m[1]) * 1024 ** power);
}

async function setAutoIncrement(meta: MetaMutator, dbId: number, t: TableTransition): Promise<void> {
  if (t.randomFromIncrement === true) {
    const given = await meta.autoId(incrementCounter(t.base), dbId, t.base.id);
    meta.setAutoId('auto_random', dbId, t.target.id, given);
  }
  if (t.autoIncrement === '') return;
  const kind = t.target.autoRandom === undefined ? incrementCounter(t.target) : 'auto_random';
  const next = BigInt(t.autoIncrement);
  if (t.forceAutoIncrement === true || next > (await meta.autoId(kind, dbId, t.target.id)))
    meta.setAutoId(kind, dbId, t.target.id, next - 1n);
}

function queuePartitions(txn: Transaction, ids: readonly number[]): void {
  for (const id of ids) {
    const range = tableRange(id);
    queueDeleteRange(txn, range.startKey, range.endKey);
  }
}

function queueIndexes(txn: Transaction, t: TableTransition, indexes: readonly IndexInfo[]): void {
  for (const index of indexes) {
    for (const physicalId of new Set([...indexIds(t.base, index), ...indexIds(t.target, index)])) {
      const range = indexRange(physicalId, index.id);
      queueDeleteRange(txn, range.startKey, range.endKey);
    }
  }
}
