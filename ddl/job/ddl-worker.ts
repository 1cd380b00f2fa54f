import type { DbInfo, InfoSchema, TableInfo } from '../../catalog/model.js';
import { physicalOf } from '../../kv/client/oracle.js';
import { OwnerLease } from '../../kv/owner-lease.js';
import { isWriteConflict, type Storage } from '../../kv/storage.js';
import { mysqlError } from '../../types/error-table.js';
import { MysqlError } from '../../types/error.js';
import type { DdlContext } from '../ddl-context.js';
import { runFlashback } from '../flashback-cluster.js';
import { changeSchema } from '../schema-change.js';
import {
  droppedPartitions,
  phasesOf,
  schemaStateOf,
  tableAt,
  type Phase,
  type TableTransition,
} from '../table-transition.js';
import { passesOf } from './fill-table.js';
import {
  HEARTBEAT_MS,
  LEASE_MS,
  isEnded,
  progressText,
  type DdlJob,
  type JobSession,
  type JobSettings,
} from './job.js';
import { alterStored, askStored, askWaiting, type AdminOutcome, type JobWish } from './job-admin.js';
import { JobDriver, StoppedError, TakenOverError, type JobContext, type RunningJob } from './job-driver.js';
import { settingsOf } from './job-settings.js';
import { JobTable } from './job-table.js';
import { countersSetBy, partitionRanges, setAutoIncrement } from './transition-effects.js';
import { WaitingStatements } from './waiting-statements.js';

/** What the worker needs of the server around it. */
export interface WorkerEnvironment {
  readonly storage: Storage;
  readonly nodeId: string;
  schema(): InfoSchema;
  /** A context of the server's own in which a job runs with the settings of the session that asked for it. */
  contextFor(session: JobSession, query: string): JobContext;
  onError(error: unknown, what: string): void;
}

/** How often a statement that waits for its job looks whether it was killed. */
const LOOK_MS = 10;
const ELSEWHERE_MS = 100;

/** What ALTER TABLE makes of a statement. */
export interface PlannedChange {
  readonly transition: TableTransition;
  readonly type: string;
  readonly parts: readonly string[];
}

/**
 * Runs schema changes of several steps. The session that asks makes the first step together with the job's row, and the
 * node goes on with it; a job whose node has died is found by the owner (a lease that one node holds) and taken over at the
 * phase that its row names. Jobs of one table run one after another, others side by side.
 */
export class DdlWorker {
  readonly jobs: JobTable;
  readonly owner: OwnerLease;
  private readonly running = new Map<number, RunningJob>();
  private readonly waiting: WaitingStatements;
  private readonly flashbacks = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | null = null;
  private readonly driver: JobDriver;
  private lastScan = 0;

  constructor(private readonly env: WorkerEnvironment) {
    this.jobs = new JobTable(() => env.schema());
    this.driver = new JobDriver(env, this.jobs);
    this.waiting = new WaitingStatements(env, this.jobs, (id) => this.running.get(id)?.ended);
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
    this.driver.stopping = true;
    if (this.timer !== null) clearInterval(this.timer);
    for (const r of this.running.values()) r.context.interrupt();
    await Promise.allSettled([...[...this.running.values()].map((r) => r.ended), ...this.flashbacks]);
    await this.owner.stop();
  }

  runningHere(id: number): RunningJob | null {
    return this.running.get(id) ?? null;
  }

  /** Waits until no job works on the table. */
  awaitTable(ctx: DdlContext, tableId: number): Promise<void> {
    return this.waiting.awaitTable(ctx, tableId);
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
    const version = await changeSchema(ctx, async (meta, _txn, next) => {
      const now = await meta.table(db.id, base.id);
      stale = now?.version !== base.version;
      if (stale) return {};
      meta.putTable(db.id, {
        ...target,
        ...countersSetBy(change.transition, next),
        version: next,
        previousVersion: base.version,
      });
      await setAutoIncrement(meta, db.id, change.transition);
      return {
        dropped: partitionRanges(droppedPartitions(change.transition)),
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
        id: this.waiting.idOf(ctx) ?? (await meta.allocateGlobalIds(1)),
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
    for (const w of end.warnings ?? []) ctx.warn(w);
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
        new Promise((resolve) => setTimeout(resolve, LOOK_MS).unref()),
      ]);
      if (ended || running.wish === 'cancel') continue;
      try {
        ctx.throwIfInterrupted();
      } catch (e) {
        if (this.driver.stopping) throw e;
        running.wish = 'cancel';
        running.context.interrupt();
      }
    }
    return end.catch((e: unknown) => {
      if (e instanceof TakenOverError) return this.awaitElsewhere(ctx, running.job.id);
      throw e;
    });
  }

  /** Waits for a job that another node has taken over. */
  private async awaitElsewhere(ctx: DdlContext, id: number): Promise<DdlJob> {
    for (let cancelled = false; ;) {
      const reader = this.env.storage.snapshot(await this.env.storage.currentTs());
      const ended = await this.jobs.ended(reader, id);
      if (ended !== null) {
        // The definition that the job left may not have reached this node and others yet: who left it may still wait for its commit's sync.
        await ctx.reload();
        await ctx.tellSchema();
        return ended;
      }
      if ((await this.jobs.running(reader, id)) === null) throw mysqlError('ER_DDL_JOB_NOT_FOUND', id);
      try {
        ctx.throwIfInterrupted();
      } catch (e) {
        if (this.driver.stopping) throw e;
        if (!cancelled) await this.ask(id, 'cancel');
        cancelled = true;
      }
      await new Promise((resolve) => setTimeout(resolve, ELSEWHERE_MS));
    }
  }

  /** A job has one driver: this node may have taken it over from itself while it was still telling others of its first step. */
  private begin(job: DdlJob): RunningJob {
    const there = this.running.get(job.id);
    if (there !== undefined) return there;
    const context = this.env.contextFor(job.session, job.query);
    const running: RunningJob = {
      job,
      context,
      wish: job.state === 'cancelling' ? 'cancel' : job.state === 'paused' ? 'pause' : 'none',
      ended: Promise.resolve().then(() => this.driver.drive(running)),
    };
    this.running.set(job.id, running);
    running.ended
      .catch((e: unknown) => {
        if (!(e instanceof StoppedError || e instanceof TakenOverError))
          this.env.onError(e, `DDL job ${job.id}`);
      })
      .finally(() => {
        this.running.delete(job.id);
        context.close().catch(() => undefined);
      });
    return running;
  }

  private async beat(): Promise<void> {
    if (this.driver.stopping || !this.jobs.ready) return;
    for (const r of [...this.running.values()]) {
      // A job between two steps is saved by them.
      if (!isEnded(r.job.state)) await this.driver.save(r).catch(() => undefined);
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
  async ask(id: number, wish: JobWish): Promise<AdminOutcome> {
    const waiting = this.waiting.get(id);
    if (waiting !== undefined) return askWaiting(waiting, wish);
    const outcome = await askStored(this.env.storage, this.jobs, id, wish);
    const here = this.running.get(id);
    if (outcome === 'successful' && here !== undefined) here.wish = wish === 'resume' ? 'none' : wish;
    return outcome;
  }

  /** ADMIN ALTER DDL JOBS. Throws 8224. */
  async alter(id: number, settings: Partial<JobSettings>): Promise<void> {
    const altered = await alterStored(this.env.storage, this.jobs, id, settings);
    const here = this.running.get(id);
    if (here !== undefined) here.job = { ...here.job, settings: altered };
  }

  /** Running jobs, newest first, then ended ones. */
  async list(historyLimit: number): Promise<{ queue: DdlJob[]; history: DdlJob[] }> {
    const { storage } = this.env;
    const snapshot = storage.snapshot(await storage.currentTs());
    const queue = (await this.jobs.queue(snapshot)).map((j) => this.running.get(j.id)?.job ?? j);
    return {
      queue: [...queue.filter((j) => !isEnded(j.state)), ...this.waiting.jobs].reverse(),
      history: await this.jobs.history(snapshot, historyLimit),
    };
  }
}
