import type { ColumnInfo, IndexInfo, TableInfo } from '../../catalog/model.js';
import { conditionColumn } from '../../catalog/index-condition.js';
import { TableMutations, type IndexMutations } from '../../catalog/table-mutations.js';
import { arrayPart, indexedType, isVirtual, physicalIds } from '../../catalog/table-layout.js';
import { compareBytes, equalBytes, nextKey } from '../../kv/codec/byte-writer.js';
import { decodeRecordHandle, recordRange, type Handle } from '../../kv/codec/table-key.js';
import type { Transaction } from '../../kv/storage.js';
import { isWriteConflict, KeyExistsError } from '../../kv/storage.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { datumToString } from '../../types/format.js';
import { isNotNull } from '../../types/field-type.js';
import type { DdlContext } from '../ddl-context.js';
import { checkForeignKey } from '../foreign-key.js';
import { addedIndexes, rewrittenColumns, tableAt, type TableTransition } from '../table-transition.js';
import type { JobProgress, JobSettings } from './job.js';
import { movingPasses, otherDivision } from './move-rows.js';
import { DuplicateRowsError, ingestIndexes } from '../ingest/ingest-indexes.js';
import { readRows, readRowsAt, zoneOf, type RowPass as Pass } from './row-pass.js';

/** Rows of one transaction where the machine has nothing else to do: few enough that a killed statement need not wait long for it. */
const IDLE_BATCH_ROWS = 1024;
/** Rows of one transaction while statements run: each holds up the event loop for a millisecond or so. */
const BUSY_BATCH_ROWS = 256;
const CONFLICT_RETRIES = 100;
/** Rows from which on bulk loading is worth its beginnings. */
const BULK_ROWS = 2048;
/** Rows of a transaction that looks at entries of a bulk load again. */
const AGAIN_ROWS = 256;
/** Rows of one transaction that statements keep getting in the way of. */
const LEAST_ROWS = 16;
/** Share of the time that filling takes while statements run. */
const BUSY_SHARE = 0.25;

/** The log is in the order of commits: once the job's next row is durable, so are the batches before it. */
const BATCH_OPTIONS = { durability: 2 } as const;

export interface FillControl {
  progress(): JobProgress;
  settings(): JobSettings;
  /** Commits a batch while the job is this node's to drive. Throws 8028. */
  commit(txn: Transaction): Promise<void>;
  /** Everything up to the progress given is committed. */
  reached(progress: JobProgress): Promise<void>;
  /** Throws when the job is cancelled; waits while it is paused. */
  obey(): Promise<void>;
}

/** How often the rows are gone over. */
export function passesOf(t: TableTransition): number {
  return (
    (t.notNull.length > 0 ? 1 : 0) +
    (t.checks !== undefined ? 1 : 0) +
    (rewrittenColumns(t).length > 0 ? 1 : 0) +
    (addedIndexes(t).length > 0 ? 1 : 0) +
    (t.movesRows ? 1 : 0)
  );
}

/**
 * What a table in state write-reorganisation needs before it may go on: columns found without NULL, columns rewritten, indexes filled. Goes
 * over the rows batch by batch in handle order, from where the progress says.
 *
 * Statements running meanwhile keep columns and indexes themselves. A batch that rewrites a record conflicts with a
 * statement that wrote it since; one that adds entries conflicts on these, since each change of a row writes the
 * entries of its old and its new values. Such a batch is done again. Throws 1062, 1265 and the errors of conversion.
 */
export async function fillTable(ctx: DdlContext, t: TableTransition, control: FillControl): Promise<void> {
  const table = tableAt(t, 'writeReorg');
  const passes = passesFor(ctx, t, table);
  for (let pass = control.progress().passes; pass < passes.length; pass++) {
    await goOver(ctx, table, passes[pass]!, control);
    await control.reached({ ...control.progress(), passes: pass + 1, nextKey: '' });
  }
  for (const name of t.foreignKeys ?? []) await checkForeignKey(ctx, t, name);
}

function passesFor(ctx: DdlContext, t: TableTransition, table: TableInfo): Pass[] {
  const passes: Pass[] = [];
  const rewritten = rewrittenColumns(t).map((c) => table.columns.find((x) => x.id === c.id)!);
  if (t.notNull.length > 0) passes.push(nullCheck(t, table));
  if (rewritten.length > 0) passes.push(rewriting(ctx, table, rewritten));
  const indexes = addedIndexes(t);
  if (indexes.length > 0) {
    if (table.moving === undefined) passes.push(filling(ctx, table, indexes));
    else passes.push(fillingOther(ctx, table, indexes));
  }
  if (t.checks !== undefined) passes.push(checking(ctx, table));
  if (t.movesRows) passes.push(...movingPasses(ctx, table));
  return passes;
}

/** Rows keep the CHECK constraints that come. Throws 3819. */
const checking = (ctx: DdlContext, table: TableInfo): Pass => ({
  needs: null,
  run: async (_txn, _physicalId, _keys, rows) => {
    await ctx.checkRows(table, rows);
    return 0;
  },
});

/** Goes over the rows of all partitions, in the order in which the table names them. */
async function goOver(ctx: DdlContext, table: TableInfo, pass: Pass, control: FillControl): Promise<void> {
  const ids = physicalIds(table).filter((id) => pass.only === undefined || pass.only.has(id));
  const at = control.progress().nextKey;
  let first = 0;
  let from: Uint8Array | null = null;
  if (at !== '') {
    const key = Buffer.from(at, 'hex');
    const inRange = (id: number): boolean => {
      const { startKey, endKey } = recordRange(id);
      return compareBytes(key, startKey) >= 0 && compareBytes(key, endKey) <= 0;
    };
    first = Math.max(0, ids.findIndex(inRange));
    from = key;
  }
  for (let i = first; i < ids.length; i++) {
    await goOverPart(ctx, table, ids[i]!, i === first ? from : null, pass, control);
  }
}

async function goOverPart(
  ctx: DdlContext,
  table: TableInfo,
  physicalId: number,
  start: Uint8Array | null,
  pass: Pass,
  control: FillControl,
): Promise<void> {
  const { startKey, endKey } = recordRange(physicalId);
  let from = start ?? startKey;
  if (
    pass.bulk !== undefined &&
    ctx.storage.bulk !== undefined &&
    (await hasRows(ctx, from, endKey, BULK_ROWS))
  )
    return fillInBulk(ctx, table, physicalId, pass, from, endKey, control);
  const flying: Flying[] = [];
  const land = async (f: Flying): Promise<void> => {
    const error = await f.committed;
    if (error !== null) {
      if (!isConflict(error)) throw error;
      // Rows that were written since it read them: again, fewer at a time, and one after another.
      const limit = Math.max(LEAST_ROWS, f.rows >> 2);
      for (let at = f.from; compareBytes(at, f.to) < 0;) {
        const batch = await oneBatch(ctx, table, physicalId, pass, at, f.to, limit, control);
        if (batch === null) break;
        at = nextKey(batch.lastKey);
      }
    }
    const p = control.progress();
    await control.reached({ ...p, rows: p.rows + f.rows, nextKey: Buffer.from(f.to).toString('hex') });
  };
  try {
    while (compareBytes(from, endKey) < 0) {
      ctx.throwIfInterrupted();
      await control.obey();
      const began = performance.now();
      const busy = ctx.busy();
      const { batchSize, maxWriteSpeed, thread } = control.settings();
      const most = busy ? Math.min(BUSY_BATCH_ROWS, batchSize) : Math.max(IDLE_BATCH_ROWS, batchSize);
      const batch = await launch(ctx, table, physicalId, pass, from, endKey, most, control);
      if (batch === null) break;
      from = batch.to;
      flying.push(batch);
      // While statements run the commit's time counts, too.
      while (flying.length >= (busy ? 1 : thread)) await land(flying.shift()!);
      // A store elsewhere shares out its time itself, and waiting for it keeps nobody up.
      await pause(
        performance.now() - began,
        batch.bytes,
        maxWriteSpeed,
        busy && ctx.storage.inProcess !== false,
      );
    }
    while (flying.length > 0) await land(flying.shift()!);
  } finally {
    await Promise.all(flying.map((f) => f.committed));
  }
}

/** Whether there are so many rows or more in [from, to). */
async function hasRows(ctx: DdlContext, from: Uint8Array, to: Uint8Array, count: number): Promise<boolean> {
  const snapshot = ctx.storage.snapshot(await ctx.storage.currentTs());
  const iterator = snapshot.iterate(from, to, { batchSize: count, keyOnly: true });
  try {
    for (; count > 0; count--) {
      const step = iterator.next();
      if ((step instanceof Promise ? await step : step) === null) return false;
    }
    return true;
  } finally {
    iterator.close();
  }
}

/** Does the rest of a physical table without transactions. */
async function fillInBulk(
  ctx: DdlContext,
  table: TableInfo,
  physicalId: number,
  pass: Pass,
  startKey: Uint8Array,
  endKey: Uint8Array,
  control: FillControl,
): Promise<void> {
  const job = {
    table,
    physicalId,
    indexes: pass.bulk!(physicalId),
    offsets: [...pass.needs!],
    rows: { startKey, endKey },
  };
  const before = control.progress();
  await control.reached({ ...before, loading: 0, ingested: true });
  let again: Uint8Array[];
  try {
    again = await ingestIndexes(ctx, ctx.storage.bulk!, job, {
      settings: () => control.settings(),
      obey: () => control.obey(),
      progressed: (rows) => {
        const p = control.progress();
        return control.reached({ ...p, loading: (p.loading ?? 0) + rows });
      },
    });
  } catch (e) {
    if (!(e instanceof DuplicateRowsError)) throw e;
    const { rows } = await readRowsAt(ctx, ctx.storage.snapshot(e.ts), table, pass.needs, [e.recordKey]);
    throw duplicate(table, e.index, rows[0]!);
  }
  for (let i = 0; i < again.length; i += AGAIN_ROWS) {
    await control.obey();
    await addAgain(ctx, table, physicalId, pass, again.slice(i, i + AGAIN_ROWS), control);
  }
  const { loading = 0, ...progress } = control.progress();
  await control.reached({
    ...progress,
    rows: progress.rows + loading,
    nextKey: Buffer.from(endKey).toString('hex'),
  });
}

async function addAgain(
  ctx: DdlContext,
  table: TableInfo,
  physicalId: number,
  pass: Pass,
  wanted: readonly Uint8Array[],
  control: FillControl,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const txn = await ctx.storage.begin();
    try {
      const { keys, rows } = await readRowsAt(ctx, txn, table, pass.needs, wanted);
      await pass.run(txn, physicalId, keys, rows);
      await control.commit(txn);
      return;
    } catch (error) {
      if (txn.valid) await txn.rollback();
      if (!isConflict(error) || attempt >= CONFLICT_RETRIES) throw error;
    }
  }
}

/** A batch whose commit is under way. */
interface Flying {
  readonly from: Uint8Array;
  /** Where the next batch begins. */
  readonly to: Uint8Array;
  readonly rows: number;
  readonly bytes: number;
  /** What became of the commit: an error, or null. */
  readonly committed: Promise<unknown>;
}

/** Commits; gives the error, or null. */
async function outcomeOf(txn: Transaction, control: FillControl): Promise<unknown> {
  try {
    await control.commit(txn);
    return null;
  } catch (e) {
    return e ?? new Error('the commit failed');
  }
}

/** Reads and writes a batch and begins to commit it; null when there are no more rows. */
async function launch(
  ctx: DdlContext,
  table: TableInfo,
  physicalId: number,
  pass: Pass,
  from: Uint8Array,
  to: Uint8Array,
  limit: number,
  control: FillControl,
): Promise<Flying | null> {
  const txn = await ctx.storage.begin(BATCH_OPTIONS);
  try {
    const { keys, rows } = await readRows(ctx, txn, table, pass.needs, from, to, limit);
    if (keys.length === 0) {
      await txn.rollback();
      return null;
    }
    const bytes = await pass.run(txn, physicalId, keys, rows);
    const committed = outcomeOf(txn, control);
    return { from, to: nextKey(keys[keys.length - 1]!), rows: keys.length, bytes, committed };
  } catch (error) {
    if (txn.valid) await txn.rollback();
    throw error;
  }
}

/** Lets statements have their share, and keeps to the rate asked for. */
async function pause(took: number, bytes: number, maxWriteSpeed: number, busy: boolean): Promise<void> {
  const forOthers = busy ? (took * (1 - BUSY_SHARE)) / BUSY_SHARE : 0;
  const forRate = maxWriteSpeed > 0 ? (bytes / maxWriteSpeed) * 1000 - took : 0;
  const ms = Math.max(forOthers, forRate);
  if (ms >= 1) await new Promise((resolve) => setTimeout(resolve, ms));
  else await new Promise((resolve) => setImmediate(resolve));
}

interface Batch {
  readonly lastKey: Uint8Array;
  readonly rows: number;
  readonly bytes: number;
}

async function oneBatch(
  ctx: DdlContext,
  table: TableInfo,
  physicalId: number,
  pass: Pass,
  from: Uint8Array,
  to: Uint8Array,
  limit: number,
  control: FillControl,
): Promise<Batch | null> {
  for (let attempt = 0; ; attempt++) {
    const txn = await ctx.storage.begin(BATCH_OPTIONS);
    try {
      const { keys, rows } = await readRows(ctx, txn, table, pass.needs, from, to, limit);
      if (keys.length === 0) {
        await txn.rollback();
        return null;
      }
      const bytes = await pass.run(txn, physicalId, keys, rows);
      await control.commit(txn);
      return { lastKey: keys[keys.length - 1]!, rows: keys.length, bytes };
    } catch (error) {
      if (txn.valid) await txn.rollback();
      if (!isConflict(error) || attempt >= CONFLICT_RETRIES) throw error;
      // Rows that are written all the time are met less often by small batches.
      limit = Math.max(LEAST_ROWS, limit >> 1);
    }
  }
}

const isConflict = (error: unknown): boolean => isWriteConflict(error) || error instanceof KeyExistsError;

/** Throws 1265 for a NULL where there may be none, as TiDB does; 1138 where a new primary key wants the column so. */
function nullCheck(t: TableTransition, table: TableInfo): Pass {
  const columns = t.notNull.map((id) => table.columns.find((c) => c.id === id)!);
  const later = columns.map((c) => t.target.columns.find((x) => x.id === c.id || x.changing === c.id)!);
  const had = t.base.indices.some((x) => x.primary);
  const keyed = new Set(
    t.target.indices.filter((x) => x.primary && !had).flatMap((x) => x.columns.map((c) => c.name)),
  );
  const run: Pass['run'] = (_txn, _physicalId, _keys, rows) => {
    for (let r = 0; r < rows.length; r++) {
      for (let i = 0; i < columns.length; i++) {
        if (rows[r]![columns[i]!.offset] !== null) continue;
        if (keyed.has(later[i]!.name)) throw mysqlError('ER_INVALID_USE_OF_NULL');
        throw mysqlError('WARN_DATA_TRUNCATED', later[i]!.name, r + 1);
      }
    }
    return Promise.resolve(0);
  };
  return { needs: columns.some(isVirtual) ? null : new Set(columns.map((c) => c.offset)), run };
}

/** Writes records again with the columns whose values are computed from others. */
function rewriting(ctx: DdlContext, table: TableInfo, rewritten: readonly ColumnInfo[]): Pass {
  const mutations = new TableMutations(table, table.id, zoneOf(ctx));
  const run: Pass['run'] = async (txn, _physicalId, keys, rows) => {
    await ctx.changeColumns(table, rows);
    let bytes = 0;
    for (let r = 0; r < rows.length; r++) {
      const row = rows[r]!;
      for (const c of rewritten) {
        if (row[c.offset] !== null || !isNotNull(c.type)) continue;
        const from = table.columns.find((o) => o.id === c.changing);
        if (from === undefined) throw mysqlError('ER_BAD_NULL_ERROR', c.name);
        throw mysqlError('WARN_DATA_TRUNCATED', from.name, r + 1);
      }
      const value = mutations.encodeRecord(row);
      bytes += keys[r]!.length + value.length;
      txn.set(keys[r]!, value);
    }
    return bytes;
  };
  return { needs: null, run };
}

/** Adds the entries of the rows to all indexes that are new. */
function filling(ctx: DdlContext, table: TableInfo, indexes: readonly IndexInfo[]): Pass {
  const ids = new Set(indexes.map((i) => i.id));
  const buildingIn = (physicalId: number): readonly IndexMutations[] =>
    new TableMutations(table, physicalId, zoneOf(ctx)).indexes.filter((m) => ids.has(m.index.id));
  let building: readonly IndexMutations[] = [];
  let builtFor = -1;
  const run: Pass['run'] = async (txn, physicalId, keys, rows) => {
    if (builtFor !== physicalId) {
      building = buildingIn(physicalId);
      builtFor = physicalId;
    }
    const handles = keys.map((k) => decodeRecordHandle(k));
    let bytes = 0;
    for (const index of building) {
      const { entries, owners } = entriesOf(index, rows, handles);
      if (index.index.unique) bytes += await addUnique(txn, table, index, entries, owners);
      else bytes += addEntries(txn, index, entries, owners);
    }
    return bytes;
  };
  const needs = entryColumns(table, ids);
  // Entries of global indexes come from all partitions at once, those of multi-valued ones are several for a row, and partial ones have
  // none of some.
  const plain =
    needs !== null &&
    indexes.every((i) => i.global !== true && arrayPart(table, i) < 0 && i.condition === undefined);
  return plain ? { needs, run, bulk: buildingIn } : { needs, run };
}

/**
 * The entries of global indexes of the division to come, each naming the partition in which its row will be. Other indexes
 * are filled by what copies the rows.
 */
function fillingOther(ctx: DdlContext, table: TableInfo, indexes: readonly IndexInfo[]): Pass {
  const ids = new Set(indexes.filter((i) => i.global === true).map((i) => i.id));
  const target = otherDivision(table);
  const staying = new Set(physicalIds(target));
  const parts = new Map<number, readonly IndexMutations[]>();
  const indexesAt = (id: number): readonly IndexMutations[] => {
    let found = parts.get(id);
    if (found === undefined) {
      const all = new TableMutations(target, id, zoneOf(ctx)).indexes;
      parts.set(id, (found = all.filter((m) => ids.has(m.index.id))));
    }
    return found;
  };
  const { copies } = table.moving!;
  const run: Pass['run'] = async (txn, physicalId, keys, rows) => {
    if (ids.size === 0) return 0;
    const groups = new Map<number, { rows: Datum[][]; handles: Handle[] }>();
    rows.forEach((row, i) => {
      const id = copies ? ctx.physicalIdOf(target, row) : physicalId;
      let group = groups.get(id);
      if (group === undefined) groups.set(id, (group = { rows: [], handles: [] }));
      group.rows.push(row);
      group.handles.push(decodeRecordHandle(keys[i]!));
    });
    let bytes = 0;
    for (const [id, group] of groups) {
      for (const index of indexesAt(id)) {
        const { entries, owners } = entriesOf(index, group.rows, group.handles);
        if (index.index.unique) bytes += await addUnique(txn, table, index, entries, owners);
        else bytes += addEntries(txn, index, entries, owners);
      }
    }
    return bytes;
  };
  return { needs: null, run, ...(copies ? {} : { only: staying }) };
}

/** Offsets of the columns that the entries of the indexes are made of; null: some are computed, from any. */
function entryColumns(table: TableInfo, ids: ReadonlySet<number>): ReadonlySet<number> | null {
  const offsets = new Set<number>();
  for (const i of table.indices) {
    if (!ids.has(i.id) && !(i.primary && table.isCommonHandle)) continue;
    for (const p of i.columns) offsets.add(p.offset);
    if (i.condition !== undefined) offsets.add(conditionColumn(table, i.condition).offset);
  }
  return [...offsets].some((o) => isVirtual(table.columns[o]!)) ? null : offsets;
}

/** The rows, once for each of their entries, with the handles they belong to. */
function entriesOf(
  index: IndexMutations,
  rows: readonly Datum[][],
  handles: readonly Handle[],
): { entries: readonly (readonly Datum[])[]; owners: readonly Handle[] } {
  if (!index.countVaries) return { entries: rows, owners: handles };
  const entries: (readonly Datum[])[] = [];
  const owners: Handle[] = [];
  rows.forEach((row, i) => {
    for (const entry of index.entryRows(row)) {
      entries.push(entry);
      owners.push(handles[i]!);
    }
  });
  return { entries, owners };
}

function addEntries(
  txn: Transaction,
  index: IndexMutations,
  rows: readonly (readonly Datum[])[],
  handles: readonly Handle[],
): number {
  let bytes = 0;
  const entries = rows.map((row, i) => ({
    key: index.key(row, handles[i]!),
    value: index.value(row, handles[i]!),
  }));
  // In the order in which the store keeps them.
  entries.sort((a, b) => compareBytes(a.key, b.key));
  for (const { key, value } of entries) {
    bytes += key.length + value.length;
    txn.set(key, value);
  }
  return bytes;
}

/** Unique entries must be new, or be the row's own, written by a statement meanwhile. */
async function addUnique(
  txn: Transaction,
  table: TableInfo,
  index: IndexMutations,
  rows: readonly (readonly Datum[])[],
  handles: readonly Handle[],
): Promise<number> {
  const keys = rows.map((row, i) => index.key(row, handles[i]!));
  const values = rows.map((row, i) => index.value(row, handles[i]!));
  const distinct: number[] = [];
  for (let i = 0; i < rows.length; i++) if (index.isDistinct(rows[i]!)) distinct.push(i);
  const present = distinct.length === 0 ? [] : await txn.batchGet(distinct.map((i) => keys[i]!));
  const seen = new Set<string>();
  distinct.forEach((i, n) => {
    const text = Buffer.from(keys[i]!).toString('latin1');
    const there = present[n] ?? null;
    if (seen.has(text) || (there !== null && !equalBytes(there, values[i]!)))
      throw duplicate(table, index, rows[i]!);
    seen.add(text);
  });
  let bytes = 0;
  for (let i = 0; i < rows.length; i++) {
    bytes += keys[i]!.length + values[i]!.length;
    txn.set(keys[i]!, values[i]!);
  }
  return bytes;
}

function duplicate(table: TableInfo, index: IndexMutations, row: readonly Datum[]): Error {
  const shown = index
    .entryValues(row)
    .map((v, c) => (v === null ? 'NULL' : datumToString(v, indexedType(table, index.index.columns[c]!))))
    .join('-');
  const name = /^_Idx\$_(.*)_\d+$/.exec(index.index.name)?.[1] ?? index.index.name;
  return mysqlError('ER_DUP_ENTRY', shown, `${table.name}.${name}`);
}
