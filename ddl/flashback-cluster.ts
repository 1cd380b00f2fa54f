import type { DbInfo, InfoSchema, TableInfo } from '../catalog/model.js';
import { Meta, type AutoIdKind, type MetaMutator } from '../catalog/meta/meta.js';
import { physicalIds } from '../catalog/table-layout.js';
import { composeTs, physicalOf } from '../kv/client/oracle.js';
import { tablePrefix } from '../kv/codec/table-key.js';
import type { KeyRange } from '../kv/rpc.js';
import type { Transaction } from '../kv/storage.js';
import { transact } from '../kv/transact.js';
import { mysqlError } from '../types/error-table.js';
import { MysqlError } from '../types/error.js';
import type { DdlContext } from './ddl-context.js';
import { restoreDeleteRanges } from './delete-range.js';
import { droppedObjects, restoreDropped } from './dropped-objects.js';
import { HEARTBEAT_MS, LEASE_MS, type DdlJob } from './job/job.js';
import { changeSchema } from './schema-change.js';

/**
 * FLASHBACK CLUSTER TO TIMESTAMP (TiDB manual, "FLASHBACK CLUSTER"): rows and definitions of all databases but those of the server
 * are again what they were. Accounts, variables and jobs stay as they are.
 *
 * 1. One transaction takes the job in and marks every table. Statements refuse marked tables, and transactions planned with older
 *    definitions do not commit.
 * 2. Other clients' connections end, and with them what had begun before.
 * 3. The store writes the versions of then anew over the rows' ranges.
 * 4. One transaction puts the definitions of then in the place of those of now, marks and all.
 *
 * From 3 on there is only forwards: a node that takes the job over does the same again. Counters of AUTO_INCREMENT and of
 * sequences do not go back, since any node may hold values that it has reserved.
 */
export async function flashbackCluster(ctx: DdlContext, ts: bigint): Promise<void> {
  ctx.requireGlobal('SUPER');
  const { storage } = ctx;
  if (ts > (await storage.currentTs()))
    throw mysqlError('ER_UNKNOWN_ERROR', 'cannot set flashback timestamp to future time');
  await ctx.checkSafePoint(ts);
  const release = storage.pinTs(ts);
  try {
    await checkHistory(ctx, ts);
    const job = await markTables(ctx, ts);
    const failed = await runFlashback(ctx, job);
    if (failed !== null) throw failed;
  } finally {
    release();
  }
}

/** Changes that a flashback does not undo, as the history of jobs names them. */
const UNDOABLE: ReadonlySet<string> = new Set([
  'set tiflash replica',
  'update tiflash replica status',
  'create placement policy',
  'alter placement policy',
  'drop placement policy',
  'alter table placement',
  'alter table partition placement',
  'modify schema default placement',
  'alter table attributes',
  'alter table partition attributes',
]);
const SYSTEM_DATABASES: ReadonlySet<string> = new Set(['mysql', 'sys', 'metrics_schema']);
const isSystem = (db: DbInfo): boolean => SYSTEM_DATABASES.has(db.lower);

const at = (ts: bigint): string => new Date(physicalOf(ts)).toISOString().replace('T', ' ').replace('Z', '');

/** Throws 1105 when something happened since that cannot be undone. */
async function checkHistory(ctx: DdlContext, ts: bigint): Promise<void> {
  const then = ctx.storage.snapshot(ts);
  const now = ctx.storage.snapshot(await ctx.storage.currentTs());
  const refuse = (what: string): never => {
    throw mysqlError('ER_UNKNOWN_ERROR', `${what}, can't do flashback`);
  };
  const [versionThen, versionNow] = [
    await new Meta(then).bootstrapVersion(),
    await new Meta(now).bootstrapVersion(),
  ];
  if (versionThen === 0) refuse('Get history `tidb_server_version` failed');
  if (versionThen !== versionNow) refuse(`Detected TiDB upgrade during [${at(ts)}, now)`);
  const { jobs } = ctx.jobs;
  if ((await jobs.queue(then)).length > 0) refuse(`Detected another DDL job at ${at(ts)}`);
  for (const job of await jobs.history(now, Infinity)) {
    if (composeTs(job.endTime) < ts) continue;
    if (UNDOABLE.has(job.type))
      refuse(`Detected unsupported DDL job type(${job.type}) during [${at(ts)}, now)`);
    if (SYSTEM_DATABASES.has(job.dbName.toLowerCase()))
      refuse(`Detected modified system table during [${at(ts)}, now)`);
  }
}

/** Step 1. Gives the job as it is in the store. */
async function markTables(ctx: DdlContext, ts: bigint): Promise<DdlJob> {
  const { jobs } = ctx.jobs;
  let job: DdlJob | null = null;
  await changeSchema(ctx, async (meta, txn, version) => {
    const [other] = await jobs.queue(txn);
    if (other !== undefined)
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        `have other ddl jobs(jobID: ${other.id}) in queue, can't do flashback`,
      );
    const ms = physicalOf(txn.startTs);
    job = {
      id: await meta.allocateGlobalIds(1),
      type: 'flashback cluster',
      parts: [],
      state: 'running',
      schemaState: 'writeOnly',
      dbId: 0,
      tableId: 0,
      dbName: '',
      tableName: '',
      query: ctx.statementText,
      createTime: ms,
      startTime: ms,
      endTime: 0,
      error: null,
      progress: { rows: 0, total: 0, passes: 0, nextKey: '' },
      session: ctx.jobSession(),
      settings: { thread: 0, batchSize: 0, maxWriteSpeed: 0 },
      work: null,
      flashback: { ts: String(ts), startTs: String(txn.startTs), commitTs: null, begun: false },
      node: ctx.jobs.owner.nodeId,
      leaseUntil: ms + LEASE_MS,
    };
    jobs.put(txn, job);
    meta.setFlashbackJob(job.id);
    return markAll(meta, version, String(txn.startTs));
  });
  return job!;
}

/** Gives every table a new version, of which no transaction planned with an older one is one step behind, with or without the mark. */
async function markAll(
  meta: MetaMutator,
  version: number,
  flashback: string | undefined,
): Promise<{ tables: { dbId: number; tableId: number }[]; job: null }> {
  const tables: { dbId: number; tableId: number }[] = [];
  for (const db of await meta.databases()) {
    if (isSystem(db)) continue;
    for (const { flashback: _, ...table } of await meta.tables(db.id)) {
      const mark = flashback === undefined ? {} : { flashback };
      meta.putTable(db.id, { ...table, ...mark, version, previousVersion: 0 });
      tables.push({ dbId: db.id, tableId: table.id });
    }
  }
  return { tables, job: null };
}

/** Another node has taken the job over. */
class LostJobError extends Error {}

/**
 * Steps 2 to 4 of a job that this node has. Gives the error of one that was cancelled. Throws when it could not be brought to its end: it
 * stays in the queue, for whoever takes it over.
 */
export async function runFlashback(ctx: DdlContext, job: DdlJob): Promise<MysqlError | null> {
  let current = job;
  const release = ctx.storage.pinTs(BigInt(job.flashback!.ts));
  const beat = setInterval(() => {
    save(ctx, job.id, (j) => j).catch(() => undefined);
  }, HEARTBEAT_MS);
  beat.unref();
  try {
    if (!current.flashback!.begun) {
      try {
        await ctx.reload();
        await ctx.endOthers(ctx.schema().version);
        ctx.throwIfInterrupted();
        current = await save(ctx, job.id, begun);
      } catch (e) {
        if (!(e instanceof MysqlError)) throw e;
        return await giveUp(ctx, current, e);
      }
    }
    const { ts, startTs } = current.flashback!;
    const times = { version: BigInt(ts), startTs: BigInt(startTs) };
    const ranges = rowRanges(ctx.schema());
    await ctx.storage.prepareFlashback(ranges, times);
    current = await save(ctx, job.id, withCommitTs(String(await ctx.storage.currentTs())));
    const commitTs = BigInt(current.flashback!.commitTs!);
    await ctx.storage.flashback(ranges, { ...times, commitTs });
    await restoreSchema(ctx, current);
    await ctx.rowsReplaced();
    return null;
  } finally {
    clearInterval(beat);
    release();
  }
}

const begun = (job: DdlJob): DdlJob => ({
  ...job,
  schemaState: 'writeReorg',
  flashback: { ...job.flashback!, begun: true },
});

/** The first that a node has written stays. */
const withCommitTs =
  (commitTs: string) =>
  (job: DdlJob): DdlJob => ({
    ...job,
    flashback: { ...job.flashback!, commitTs: job.flashback!.commitTs ?? commitTs },
  });

/** Writes the job's row and renews its lease. Throws 8214 when it is to be cancelled and can be. */
function save(ctx: DdlContext, id: number, edit: (job: DdlJob) => DdlJob): Promise<DdlJob> {
  return transact(ctx.storage, async (txn) => {
    const job = await ours(ctx, txn, id);
    if (job.state === 'cancelling' && !job.flashback!.begun) throw mysqlError('ER_CANCELLED_DDL_JOB');
    const next = edit({ ...job, leaseUntil: physicalOf(txn.startTs) + LEASE_MS });
    ctx.jobs.jobs.put(txn, next);
    return next;
  });
}

async function ours(ctx: DdlContext, txn: Transaction, id: number): Promise<DdlJob> {
  const job = await ctx.jobs.jobs.running(txn, id);
  if (job === null || job.node !== ctx.jobs.owner.nodeId)
    throw new LostJobError(`DDL job ${id} is another node's`);
  return job;
}

/** Everything stays as it is. */
async function giveUp(ctx: DdlContext, job: DdlJob, error: MysqlError): Promise<MysqlError> {
  const { code, sqlState, message } = error;
  await changeSchema(
    ctx,
    async (meta, txn, version) => {
      const stored = await ours(ctx, txn, job.id);
      ctx.jobs.jobs.put(txn, {
        ...stored,
        state: 'cancelled',
        schemaState: 'none',
        endTime: physicalOf(txn.startTs),
        error: { code, sqlState, message },
      });
      meta.setFlashbackJob(0);
      return markAll(meta, version, undefined);
    },
    true,
  );
  return error;
}

/** Everything under `t` but the server's own tables; statistics are the users' tables'. */
function rowRanges(schema: InfoSchema): KeyRange[] {
  const kept: number[] = [];
  for (const db of schema.databases()) {
    if (!isSystem(db)) continue;
    for (const table of schema.tables(db.name))
      if (table.virtual !== true && !table.lower.startsWith('stats_'))
        kept.push(table.id, ...physicalIds(table));
  }
  const ranges: KeyRange[] = [];
  let from = 1;
  for (const id of [...new Set(kept)].sort((a, b) => a - b)) {
    if (id > from) ranges.push({ startKey: tablePrefix(from), endKey: tablePrefix(id) });
    from = id + 1;
  }
  ranges.push({ startKey: tablePrefix(from), endKey: Uint8Array.of(0x75) });
  return ranges;
}

const COUNTERS = ['rowid', 'auto_increment', 'auto_random'] as const satisfies AutoIdKind[];

interface Place {
  readonly db: DbInfo;
  readonly table: TableInfo;
}

async function placesOf(meta: Meta): Promise<Map<number, Place>> {
  const places = new Map<number, Place>();
  for (const db of await meta.databases())
    if (!isSystem(db)) for (const table of await meta.tables(db.id)) places.set(table.id, { db, table });
  return places;
}

/** Step 4. */
async function restoreSchema(ctx: DdlContext, job: DdlJob): Promise<void> {
  const ts = BigInt(job.flashback!.ts);
  const snapshot = ctx.storage.snapshot(ts);
  const then = new Meta(snapshot);
  await changeSchema(
    ctx,
    async (meta, txn, version) => {
      const stored = await ours(ctx, txn, job.id);
      const [now, was] = [await placesOf(meta), await placesOf(then)];
      const dbsNow = (await meta.databases()).filter((db) => !isSystem(db));
      const dbsThen = (await then.databases()).filter((db) => !isSystem(db));
      const counters = new Map<number, Counters>();
      const dropped = await droppedObjects(txn);
      for (const [id, { db }] of was) {
        const here = now.get(id);
        const drop = dropped.find((o) => o.tableId === id && o.ts > ts);
        counters.set(
          id,
          here !== undefined
            ? await countersOf(meta, here.db.id, id)
            : drop !== undefined
              ? await countersOf(new Meta(ctx.storage.snapshot(drop.ts)), drop.dbId, id)
              : await countersOf(then, db.id, id),
        );
      }
      for (const { db, table } of now.values()) meta.deleteTable(db.id, table.id);
      for (const db of dbsNow) meta.deleteDatabase(db.id);
      for (const db of dbsThen) meta.putDatabase(db);
      for (const [id, { db, table }] of was) {
        meta.putTable(db.id, { ...table, version, previousVersion: 0 });
        putCounters(meta, db.id, id, counters.get(id)!);
      }
      await restoreDeleteRanges(txn, ctx.schema(), snapshot, ts);
      await restoreDropped(txn, snapshot, ts, (dbId, tableId) =>
        tableId === 0 ? dbsNow.some((db) => db.id === dbId) : now.has(tableId),
      );
      meta.setFlashbackJob(0);
      const endTime = physicalOf(txn.startTs);
      ctx.jobs.jobs.put(txn, { ...stored, state: 'synced', schemaState: 'public', endTime });
      const places = [...now.values(), ...was.values()];
      return {
        dbIds: [...new Set([...dbsNow, ...dbsThen].map((db) => db.id))],
        tables: places.map(({ db, table }) => ({ dbId: db.id, tableId: table.id })),
        job: null,
      };
    },
    true,
  );
}

interface Counters {
  readonly ids: readonly bigint[];
  readonly sequence: Awaited<ReturnType<Meta['sequencePosition']>>;
}

async function countersOf(meta: Meta, dbId: number, tableId: number): Promise<Counters> {
  const ids: bigint[] = [];
  for (const kind of COUNTERS) ids.push(await meta.autoId(kind, dbId, tableId));
  return { ids, sequence: await meta.sequencePosition(dbId, tableId) };
}

function putCounters(meta: MetaMutator, dbId: number, tableId: number, { ids, sequence }: Counters): void {
  for (const [i, kind] of COUNTERS.entries()) if (ids[i]! > 0n) meta.setAutoId(kind, dbId, tableId, ids[i]!);
  if (sequence.last !== null || sequence.round !== 0n) meta.setSequencePosition(dbId, tableId, sequence);
}
