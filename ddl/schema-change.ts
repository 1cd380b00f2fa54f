import { writeDeleteRanges } from './delete-range.js';
import type { TableInfo } from '../catalog/model.js';
import { MetaMutator } from '../catalog/meta/meta.js';
import { physicalOf } from '../kv/client/oracle.js';
import type { KeyRange } from '../kv/rpc.js';
import type { Transaction } from '../kv/storage.js';
import { transact } from '../kv/transact.js';
import { mysqlError } from '../types/error-table.js';
import type { DdlContext } from './ddl-context.js';

/** What one step of a schema change wrote. */
export interface ChangedObjects {
  readonly dbIds?: readonly number[];
  readonly tables?: readonly { readonly dbId: number; readonly tableId: number }[];
  /** Keys of what is dropped, which go when nobody can read them any more. */
  readonly dropped?: readonly KeyRange[];
  /** What the history says of the step; null: nothing. Without it: what the statement is. */
  readonly job?: { readonly type: string; readonly parts?: readonly string[] } | null;
  /** The job that the step is part of. */
  readonly jobId?: number;
}

const CONFLICT_RETRIES = 30;

/**
 * One step of a schema change: `change` edits meta in a transaction of its own, which also makes the next schema
 * version; afterwards every node sees it. Steps of different sessions conflict on the version key and are run again, so
 * `change` must read what it depends on through `meta` or `ctx.schema()` anew. Gives the new version. While FLASHBACK CLUSTER is at
 * work only its own steps are taken (`flashback`), others throw 1105.
 */
export async function changeSchema(
  ctx: DdlContext,
  change: (meta: MetaMutator, txn: Transaction, version: number) => Promise<ChangedObjects>,
  flashback = false,
): Promise<number> {
  const version = await transact(
    ctx.storage,
    async (txn) => {
      const meta = new MetaMutator(txn);
      if (!flashback && (await meta.flashbackJob()) !== 0)
        throw mysqlError('ER_UNKNOWN_ERROR', 'the cluster is in flashback progress');
      await ctx.reload();
      const next = (await meta.schemaVersion()) + 1;
      const changed = await change(meta, txn, next);
      const job = changed.job === null ? undefined : await recordChange(ctx, meta, txn, changed);
      const { dropped = [] } = changed;
      if (dropped.length > 0) {
        const id = changed.jobId ?? job ?? (await meta.allocateGlobalIds(1));
        await writeDeleteRanges(txn, ctx.schema(), id, dropped);
      }
      await meta.bumpSchemaVersion({ dbIds: changed.dbIds ?? [], tables: changed.tables ?? [] });
      return next;
    },
    CONFLICT_RETRIES,
  );
  await ctx.reload();
  await ctx.tellSchema();
  return version;
}

/** Jobs of the statement in the history, by table: a change of several steps is one. */
const RECORDED = new WeakMap<DdlContext, Map<string, number>>();

/** Puts the change into the history of jobs, in its own transaction; gives the job's id where it has one. */
async function recordChange(
  ctx: DdlContext,
  meta: MetaMutator,
  txn: Transaction,
  changed: ChangedObjects,
): Promise<number | undefined> {
  const { jobs } = ctx.jobs;
  const type = changed.job?.type ?? ctx.jobType;
  if (!jobs.ready || type === '') return undefined;
  const first = changed.tables?.[0];
  const dbId = first?.dbId ?? changed.dbIds?.[0];
  if (dbId === undefined) return undefined;
  const tableId = first?.tableId ?? 0;
  const before = ctx.schema().tableById(tableId);
  const table = before?.table ?? (first === undefined ? null : await meta.table(dbId, tableId));
  const db =
    before?.db ??
    ctx
      .schema()
      .databases()
      .find((d) => d.id === dbId) ??
    (await meta.database(dbId));
  const made = RECORDED.get(ctx) ?? new Map<string, number>();
  RECORDED.set(ctx, made);
  const key = `${dbId}/${tableId}`;
  const id = made.get(key) ?? (await meta.allocateGlobalIds(1));
  made.set(key, id);
  const ms = physicalOf(txn.startTs);
  jobs.put(txn, {
    id,
    type,
    parts: changed.job?.parts ?? [],
    state: 'synced',
    schemaState: type.startsWith('drop') ? 'none' : 'public',
    dbId,
    tableId,
    dbName: db?.name ?? '',
    tableName: table?.name ?? '',
    query: ctx.statementText,
    createTime: ms,
    startTime: ms,
    endTime: ms,
    error: null,
    progress: { rows: 0, total: 0, passes: 0, nextKey: '' },
    session: ctx.jobSession(),
    settings: { thread: 0, batchSize: 0, maxWriteSpeed: 0 },
    work: null,
    node: '',
    leaseUntil: 0,
  });
  return id;
}

/** A step that replaces one table; waits until no job or transaction works with the version before. */
export async function changeTable(
  ctx: DdlContext,
  dbId: number,
  tableId: number,
  edit: (table: TableInfo, meta: MetaMutator) => TableInfo | Promise<TableInfo>,
): Promise<TableInfo> {
  let result: TableInfo | null = null;
  await ctx.jobs.awaitTable(ctx, tableId);
  const version = await changeSchema(ctx, async (meta, _txn, next) => {
    const table = await meta.table(dbId, tableId);
    if (table === null) throw new Error(`table ${tableId} is gone`);
    result = { ...(await edit(table, meta)), version: next, previousVersion: table.version };
    meta.putTable(dbId, result);
    return { tables: [{ dbId, tableId }] };
  });
  await ctx.awaitVersion(tableId, version);
  return result!;
}
