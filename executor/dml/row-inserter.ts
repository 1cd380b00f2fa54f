import type { ColumnInfo } from '../../catalog/model.js';
import { autoColumn } from '../../catalog/auto-columns.js';
import { isWritable, rowIdColumn, scanColumns } from '../../catalog/table-layout.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { decodeIndexValueHandle, decodeIndexValuePartition } from '../../kv/codec/index-value.js';
import { RowBatchDecoder } from '../../kv/codec/row-batch-decoder.js';
import { decodeRecordHandle, recordRange, type Handle, recordKey } from '../../kv/codec/table-key.js';
import type { Insert, ViewCheck } from '../../planner/physical/plan.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import { MysqlError } from '../../types/error.js';
import { zoneOf } from '../cop-reader.js';
import type { ExecContext, RowObserver } from '../exec-context.js';
import type { TableWriter, UniqueKey } from '../table-writer.js';
import { andThen } from '../operator.js';
import { StatementLock } from '../read-key.js';
import { TableWriters } from '../table-writers.js';
import { requireAbsent } from './absent-keys.js';
import { type Assigner, sameDatum, sameHandle } from './assignment.js';
import { AutoIds } from './auto-ids.js';
import { CurrentValues } from './current-values.js';
import { keyString } from '../../kv/codec/key-string.js';
import { runRowQuery } from './row-query.js';
import { evalOnRow } from './row-input.js';
import { CheckConstraints } from './check-constraints.js';
import { GeneratedColumns } from './generated-columns.js';

/** What INSERT, REPLACE and LOAD DATA do with a row whose key is taken. */
export type OnDuplicate = 'error' | 'ignore' | 'replace' | 'update';

/**
 * Inserts full rows (datums by column offset, `undefined` nowhere) batch by batch: AUTO_INCREMENT values, NULL checks,
 * handles, unique keys, counters. INSERT, REPLACE and LOAD DATA feed it.
 */
export class RowInserter {
  affected = 0;
  found = 0;
  /** Rows given, rows deleted by REPLACE, updated by ON DUPLICATE KEY UPDATE. */
  records = 0;
  deleted = 0;
  updated = 0;
  /** AUTO_INCREMENT value of the last row that ON DUPLICATE KEY UPDATE changed. */
  lastUpdated: number | bigint = 0;
  /** Rows probably come in the order of their keys, behind those stored (a bulk load). */
  ascending = false;
  private endKnown = false;
  /** Largest record key inserted, where nothing else of the table is in the membuffer: higher ones are free. */
  private lastKey: Uint8Array | null = null;
  private fresh: boolean;
  private inserted = 0;
  private leftOut = 0;

  /** For what does not depend on the partition. */
  readonly writer: TableWriter;
  private readonly writers: TableWriters;
  private readonly generated: GeneratedColumns | null;
  private readonly checks: CheckConstraints | null;
  private readonly autoColumn: ColumnInfo | null;
  private readonly ids: AutoIds | null;
  private readonly current: CurrentValues;
  private storedDecoder: RowBatchDecoder | null = null;
  /** Columns of INSERT … SELECT's query that only ON DUPLICATE KEY UPDATE reads: their values by row. */
  private queryValues: WeakMap<Datum[], Datum[]> | null = null;

  constructor(
    private readonly table: Insert['table'],
    private readonly onDuplicate: OnDuplicate,
    private readonly assigner: Assigner,
    private readonly ctx: ExecContext,
    private readonly updates: Insert['onDuplicate'] = [],
    partitions: ReadonlySet<string> | null = null,
    viewCheck: ViewCheck | null = null,
    /** Rows may bring their hidden handle, behind the columns. */
    private readonly givenHandles = false,
  ) {
    this.generated = GeneratedColumns.of(table, ctx);
    this.checks = CheckConstraints.of(table, ctx, viewCheck);
    this.writers = new TableWriters(table, ctx, partitions, givenHandles);
    this.writer = this.writers.whole;
    this.autoColumn = autoColumn(table);
    this.ids =
      this.autoColumn === null
        ? null
        : new AutoIds(table, this.autoColumn, assigner, ctx, onDuplicate === 'update');
    this.current = new CurrentValues(ctx);
    this.fresh = ctx.txn!.memBuffer.count === 0;
  }

  get insertedRows(): number {
    return this.inserted;
  }

  /** Rows that IGNORE left out. */
  get skipped(): number {
    return this.leftOut + (this.ids?.leftOut ?? 0);
  }

  get firstGenerated(): number | bigint {
    return this.ids?.firstGenerated ?? 0;
  }

  get lastExplicit(): number | bigint {
    return this.ids?.lastExplicit ?? 0;
  }

  /** Whether unique keys are looked at before the commit does. */
  private get checksInPlace(): boolean {
    return this.ctx.variable('tidb_constraint_check_in_place') === 'ON';
  }

  /** Rows take nothing but their values and a place in the table, and a taken key is an error. */
  get plain(): boolean {
    const { onDuplicate, generated, checks, writers, givenHandles, assigner } = this;
    return (
      onDuplicate === 'error' &&
      generated === null &&
      checks === null &&
      !writers.partitioned &&
      !givenHandles &&
      !assigner.ignore
    );
  }

  noteQueryValues(row: Datum[], values: Datum[]): void {
    (this.queryValues ??= new WeakMap()).set(row, values);
  }

  private get publicColumns(): readonly ColumnInfo[] {
    return this.table.columns.filter((c) => c.state === 'public');
  }

  /** Of rows that are there already. */
  private get decoder(): RowBatchDecoder {
    const { table, ctx } = this;
    this.storedDecoder ??= new RowBatchDecoder(scanColumns(table, table.columns, false), {
      zone: zoneOf(ctx),
      initialRows: 4,
    });
    return this.storedDecoder;
  }

  /**
   * Inserts the rows in order. `laxNulls`: NULL for a NOT NULL column is a warning (a lax sql_mode with several
   * rows, IGNORE).
   */
  insert(rows: Datum[][], laxNulls: boolean): Awaitable<void> {
    const first = this.records + 1;
    this.records += rows.length;
    const { assigner } = this;
    const examined =
      this.generated !== null ||
      this.checks !== null ||
      (assigner.ignore && (this.writers.partitioned || this.writer.observer !== null));
    return andThen(this.ids?.generate(rows, 0), () => {
      assigner.row = first;
      if (examined) return this.insertExamined(rows, first, laxNulls);
      this.checkNulls(rows, first, laxNulls);
      return andThen(this.handlesOf(rows), (handles) => this.insertWith(rows, handles, first, laxNulls));
    });
  }

  private async insertExamined(rows: Datum[][], first: number, laxNulls: boolean): Promise<void> {
    if (this.generated !== null) await this.generated.write(rows, this.assigner);
    this.checkNulls(rows, first, laxNulls);
    if (this.checks !== null) rows = await this.withinChecks(this.checks, rows);
    if (this.writers.partitioned && this.assigner.ignore) rows = this.withPartition(rows);
    if (this.writer.observer !== null && this.assigner.ignore)
      rows = await this.withParents(this.writer.observer, rows);
    await this.insertWith(rows, await this.handlesOf(rows), first, laxNulls);
  }

  /**
   * What `insert` does to rows before it writes them, for who writes them another way: values of AUTO_INCREMENT, NULLs where none may
   * be. Gives their handles. Of tables without generated columns, checks and partitions.
   */
  complete(rows: Datum[][], laxNulls: boolean): Awaitable<Handle[]> {
    const { row } = this.assigner;
    return andThen(this.ids?.generate(rows, 0), () => {
      this.checkNulls(rows, row, laxNulls);
      return this.handlesOf(rows);
    });
  }

  /** `complete` of the rows that come next in a statement, which are written another way and count as inserted. */
  completeNext(rows: Datum[][], laxNulls: boolean): Awaitable<Handle[]> {
    this.assigner.row = this.records + 1;
    this.records += rows.length;
    return andThen(this.complete(rows, laxNulls), (handles) => {
      this.noteInserted(rows.length);
      return handles;
    });
  }

  private insertWith(rows: Datum[][], handles: Handle[], first: number, laxNulls: boolean): Awaitable<void> {
    return this.onDuplicate === 'error'
      ? this.insertNew(rows, handles)
      : this.insertChecked(rows, handles, first, laxNulls);
  }

  private checkNulls(rows: Datum[][], first: number, laxNulls: boolean): void {
    const { columns } = this.table;
    for (let r = 0; r < rows.length; r++) {
      const row = rows[r]!;
      this.assigner.row = first + r;
      for (let i = 0; i < columns.length; i++) {
        if (row[i] === null && isWritable(columns[i]!.state))
          row[i] = this.assigner.checkNull(null, columns[i]!, laxNulls);
      }
    }
  }

  /** IGNORE leaves out rows that a CHECK constraint refuses, with a warning for each. */
  private async withinChecks(checks: CheckConstraints, rows: Datum[][]): Promise<Datum[][]> {
    if (!this.assigner.ignore) {
      await checks.check(rows);
      return rows;
    }
    const broken = await checks.broken(rows);
    return rows.filter((_, r) => {
      const e = broken[r];
      if (e === null || e === undefined) return true;
      this.leaveOut(e);
      return false;
    });
  }

  /** IGNORE leaves out rows that belong to no partition, with a warning for each. */
  private withPartition(rows: Datum[][]): Datum[][] {
    return rows.filter((row) => {
      try {
        this.writers.of(row);
        return true;
      } catch (e) {
        if (!(e instanceof MysqlError)) throw e;
        this.leaveOut(e);
        return false;
      }
    });
  }

  /** IGNORE leaves out rows without a referenced row, with a warning for each. */
  private async withParents(observer: RowObserver, rows: Datum[][]): Promise<Datum[][]> {
    const errors = await observer.problems(rows.map((after) => ({ before: null, after })));
    return rows.filter((_, r) => {
      const e = errors[r];
      if (!e) return true;
      this.leaveOut(e);
      return false;
    });
  }

  finish(): void {
    this.ctx.noteModified(this.table.id, this.inserted, this.updated, this.deleted);
    this.writers.noteModified();
  }

  private handlesOf(rows: Datum[][]): Awaitable<Handle[]> {
    const { writer } = this;
    if (!writer.mutations.hiddenHandle) return rows.map((row) => writer.handleOf(row));
    if (this.givenHandles) return this.listedHandles(rows);
    const number = (first: number | bigint): Handle[] =>
      rows.map((_, i) => (typeof first === 'number' ? first + i : first + BigInt(i)));
    const got = this.ctx.allocateIds(this.table, 'rowid', rows.length);
    return got instanceof Promise ? got.then(number) : number(got);
  }

  /** Handles that the statement lists as `_tidb_rowid`; those made later come after them. */
  private async listedHandles(rows: Datum[][]): Promise<Handle[]> {
    const { ctx, table } = this;
    const { offset } = rowIdColumn(table);
    const handles: Handle[] = [];
    for (const row of rows) {
      let handle = (row[offset] ?? null) as number | bigint | null;
      if (handle === null) handle = await ctx.allocateIds(table, 'rowid', 1);
      else await ctx.rebaseAutoId(table, handle, 'rowid');
      row.length = table.columns.length;
      handles.push(handle);
    }
    return handles;
  }

  /** Plain INSERT: keys are presumed free; locks (pessimistic) or the commit (optimistic) prove it. */
  private insertNew(rows: Datum[][], handles: Handle[]): Awaitable<void> {
    const { writer } = this;
    const txn = this.ctx.txn!;
    if (txn.gathers) {
      for (let r = 0; r < rows.length; r++) this.writers.of(rows[r]!).insert(rows[r]!, handles[r]!, true);
      this.noteInserted(rows.length);
      return;
    }
    if (this.ascending && this.fresh && this.appends) {
      const done = this.appendPresumed(rows, handles);
      if (done === rows.length) return;
      rows = rows.slice(done);
      handles = handles.slice(done);
      this.fresh = false;
    }
    const unique: UniqueKey[] = [];
    const owner: number[] = [];
    for (let r = 0; r < rows.length; r++) {
      this.writers.of(rows[r]!).uniqueKeys(rows[r]!, handles[r]!, unique);
      while (owner.length < unique.length) owner.push(r);
    }
    const checked: UniqueKey[] = [];
    const checkedOwner: number[] = [];
    // No commit looks at keys that do not go to the store.
    const locks = txn.pessimistic || this.table.temporary !== undefined;
    const now = locks || this.checksInPlace;
    const seen = rows.length > 1 && now ? new Set<string>() : null;
    for (let u = 0; u < unique.length; u++) {
      const own = txn.memBuffer.get(unique[u]!.key);
      if (own !== undefined && own !== null) throw writer.duplicate(unique[u]!, rows[owner[u]!]!);
      if (own === undefined && now) {
        if (seen !== null) {
          const name = keyString(unique[u]!.key);
          if (seen.has(name)) continue;
          seen.add(name);
        }
        checked.push(unique[u]!);
        checkedOwner.push(owner[u]!);
      }
    }
    if (checked.length === 0) return this.putNew(rows, handles, unique, owner);
    const absent = requireAbsent(checked, (at) => rows[checkedOwner[at]!]!, writer, locks, this.ctx);
    return andThen(absent, () => this.putNew(rows, handles, unique, owner));
  }

  private putNew(
    rows: Datum[][],
    handles: Handle[],
    unique: readonly UniqueKey[],
    owner: readonly number[],
  ): void {
    const txn = this.ctx.txn!;
    for (let r = 0, u = 0; r < rows.length; r++) {
      const first = u;
      // A row before it in the same statement may have taken the key.
      for (; u < unique.length && owner[u] === r; u++) {
        const own = rows.length > 1 ? txn.memBuffer.get(unique[u]!.key) : null;
        if (own !== undefined && own !== null) throw this.writer.duplicate(unique[u]!, rows[r]!);
      }
      this.writers.of(rows[r]!).insert(rows[r]!, handles[r]!, true, unique, first);
    }
    this.noteInserted(rows.length);
  }

  /** Rows were inserted. */
  noteInserted(rows: number): void {
    this.affected += rows;
    this.found += rows;
    this.inserted += rows;
  }

  /** IGNORE, REPLACE, ON DUPLICATE KEY UPDATE: what the keys hold is read for the whole batch, then rows go one by one. */
  private async insertChecked(
    rows: Datum[][],
    handles: Handle[],
    first: number,
    laxNulls: boolean,
  ): Promise<void> {
    const { writer, current } = this;
    if (this.ascending && !this.endKnown && !this.ctx.txn!.pessimistic && !this.writers.partitioned) {
      const range = recordRange(this.table.id);
      await current.findEnd(range.startKey, range.endKey);
      this.endKnown = true;
    }
    if (this.endKnown && this.fresh && !writer.mutations.indexes.some((i) => i.index.unique)) {
      const done = this.appendAscending(rows, handles);
      rows = rows.slice(done);
      handles = handles.slice(done);
      first += done;
      if (rows.length === 0) return;
      // Out of order: from here on the membuffer is asked.
      this.fresh = false;
    }
    const unique = rows.map((row, r) => this.writers.of(row).uniqueKeys(row, handles[r]!));
    current.nextPiece();
    await current.load(unique.flatMap((us) => us.map((u) => u.key)));
    if (this.onDuplicate !== 'ignore') {
      // The rows in the way are needed too.
      const records: Uint8Array[] = [];
      unique.forEach((us, r) => {
        for (const u of us) if (u.index !== null) this.recordOf(u, this.writers.of(rows[r]!), records);
      });
      await current.load(records);
    }
    for (let r = 0; r < rows.length; r++) {
      this.assigner.row = first + r;
      const row = rows[r]!;
      const taken = unique[r]!.find((u) => current.get(u.key) !== null);
      if (taken === undefined) {
        this.writers.of(row).insert(row, handles[r]!, false);
        this.noteInserted(1);
      } else if (this.onDuplicate === 'ignore') {
        this.leaveOut(writer.duplicate(taken, row));
      } else if (this.onDuplicate === 'replace') await this.replaceRow(row, handles[r]!, unique[r]!);
      else await this.updateRow(row, taken, laxNulls);
    }
  }

  /** Whether the record's key is the only one that may be taken, and the commit looks at it. */
  private get appends(): boolean {
    return (
      !this.ctx.txn!.pessimistic &&
      !this.checksInPlace &&
      this.table.temporary === undefined &&
      !this.writers.partitioned &&
      !this.writer.mutations.indexes.some((i) => i.index.unique)
    );
  }

  /** Inserts leading rows whose keys rise above those inserted before; returns how many. */
  private appendPresumed(rows: Datum[][], handles: Handle[]): number {
    const { writer } = this;
    let n = 0;
    for (; n < rows.length; n++) {
      const key = writer.mutations.recordKey(handles[n]!);
      if (this.lastKey !== null && compareBytes(key, this.lastKey) <= 0) break;
      writer.insert(rows[n]!, handles[n]!, true);
      this.lastKey = key;
    }
    this.noteInserted(n);
    return n;
  }

  /** Inserts leading rows whose keys rise above every key there is; returns how many. */
  private appendAscending(rows: Datum[][], handles: Handle[]): number {
    const { writer } = this;
    let n = 0;
    for (; n < rows.length; n++) {
      const key = writer.mutations.recordKey(handles[n]!);
      if (this.lastKey === null ? !this.current.knownAbsent(key) : compareBytes(key, this.lastKey) <= 0)
        break;
      writer.insert(rows[n]!, handles[n]!, false);
      this.lastKey = key;
    }
    this.noteInserted(n);
    return n;
  }

  /** Record key of the row that holds a unique key. */
  private recordOf(u: UniqueKey, writer: TableWriter, out: Uint8Array[]): void {
    const value = this.current.get(u.key);
    if (value === null) return;
    const handle = u.index === null ? null : decodeIndexValueHandle(value);
    if (u.index === null || handle === null) out.push(u.key);
    else if (u.index.index.global === true) out.push(recordKey(decodeIndexValuePartition(value)!, handle));
    else out.push(writer.mutations.recordKey(handle));
  }

  /** The row that holds a unique key. */
  private async holder(u: UniqueKey, writer: TableWriter): Promise<{ row: Datum[]; handle: Handle }> {
    const keys: Uint8Array[] = [];
    this.recordOf(u, writer, keys);
    const key = keys[0]!;
    await this.current.load([key]);
    const value = this.current.get(key);
    if (value === null) throw new Error('index entry without a row');
    this.decoder.append(key, key.length, value, 0, value.length);
    const row = this.decoder.take().columns.map((c) => c.get(0));
    if (this.generated !== null) await this.generated.read([row]);
    return {
      row,
      handle: this.writer.mutations.hiddenHandle ? decodeRecordHandle(key) : this.writer.handleOf(row),
    };
  }

  private async replaceRow(row: Datum[], handle: Handle, unique: readonly UniqueKey[]): Promise<void> {
    const { current } = this;
    const writer = this.writers.of(row);
    let removed = 0;
    for (const u of unique) {
      if (current.get(u.key) === null) continue;
      const old = await this.holder(u, writer);
      if (removed === 0 && old.row.every((v, i) => sameDatum(v, row[i]!))) {
        // The same row again: nothing to write (handler::ha_update_row's HA_ERR_RECORD_IS_THE_SAME).
        this.affected++;
        this.found++;
        return;
      }
      const holder = this.writers.of(old.row);
      await this.lock((keys) => holder.lockedKeys(old.row, old.handle, keys));
      holder.remove(old.row, old.handle);
      removed++;
    }
    writer.insert(row, handle, false);
    this.affected += removed + 1;
    this.found += removed + 1;
    this.deleted += removed;
    this.inserted++;
  }

  /** Locks what a row in the way has beside the key that it was found by. */
  private lock(collect: (keys: Uint8Array[]) => void): Awaitable<unknown> {
    const { txn } = this.ctx;
    if (!txn!.pessimistic) return;
    const keys: Uint8Array[] = [];
    collect(keys);
    return txn!.lockKeys(keys, new StatementLock(this.ctx, false));
  }

  private async updateRow(row: Datum[], taken: UniqueKey, laxNulls: boolean): Promise<void> {
    const { current, assigner, publicColumns } = this;
    const old = await this.holder(taken, this.writers.of(row));
    const before = this.writers.of(old.row);
    const next = old.row.slice();
    const shown = publicColumns.length;
    const fromQuery = this.queryValues?.get(row) ?? [];
    /** The row as it is so far, then the one proposed, then what else a query gave with that. */
    const cell = (place: number): Datum => {
      if (place < shown) return next[publicColumns[place]!.offset]!;
      return place < 2 * shown ? row[publicColumns[place - shown]!.offset]! : fromQuery[place - 2 * shown]!;
    };
    const assigned = new Set<number>();
    for (const { column, value, query } of this.updates) {
      assigned.add(column.offset);
      if (value === null) next[column.offset] = assigner.defaultOf(column);
      else {
        const r =
          query === undefined
            ? evalOnRow(value, cell, this.ctx)
            : runRowQuery(
                query,
                Array.from({ length: 2 * shown + fromQuery.length }, (_, i) => cell(i)),
                this.ctx.reading ?? this.ctx,
              );
        next[column.offset] = assigner.assign(r instanceof Promise ? await r : r, value.type, column);
      }
      next[column.offset] = assigner.checkNull(next[column.offset]!, column, laxNulls);
    }
    if (next.every((v, i) => sameDatum(v, old.row[i]!))) {
      this.found++;
      return;
    }
    for (const c of publicColumns)
      if (c.onUpdateNow && !assigned.has(c.offset)) next[c.offset] = assigner.now(c);
    if (this.generated !== null) await this.generated.write([next], assigner);
    if (this.checks !== null) {
      const e = (await this.checks.broken([next]))[0] ?? null;
      if (e !== null) {
        this.failOrWarn(e);
        return;
      }
    }
    const writer = this.writers.of(next);
    const handle = writer.mutations.hiddenHandle ? old.handle : writer.handleOf(next);
    const same = writer === before && sameHandle(handle, old.handle);
    const keys =
      writer === before
        ? writer.changedUniqueKeys(old.row, old.handle, next, handle, same)
        : writer.movedUniqueKeys(before, old.row, old.handle, next, handle);
    await this.lock((locks) => before.changedKeys(old.row, old.handle, next, !same, locks));
    await current.load(keys.map((u) => u.key));
    const conflict = keys.find((u) => current.get(u.key) !== null);
    if (conflict !== undefined) {
      this.failOrWarn(writer.duplicate(conflict, next));
      return;
    }
    if (writer.observer !== null && assigner.ignore) {
      const [problem] = await writer.observer.problems([{ before: old.row, after: next }]);
      if (problem) {
        this.failOrWarn(problem);
        return;
      }
    }
    if (this.autoColumn !== null && assigned.has(this.autoColumn.offset)) {
      await this.ctx.rebaseAutoId(this.table, next[this.autoColumn.offset] as number | bigint);
    }
    if (same) writer.update(old.row, next, handle);
    else before.move(old.row, old.handle, writer, next, handle);
    this.affected += 2;
    this.found += 2;
    this.updated++;
    if (this.autoColumn !== null) this.lastUpdated = next[this.autoColumn.offset] as number | bigint;
  }

  /** IGNORE: what would be an error is a warning, and the row is not there. */
  private leaveOut(e: MysqlError): void {
    this.warn(e);
    this.leftOut++;
  }

  private failOrWarn(e: MysqlError): void {
    if (!this.assigner.ignore) throw e;
    this.warn(e);
  }

  private warn(e: MysqlError): void {
    this.assigner.warn({ level: 'Warning', code: e.code, message: e.message });
  }
}
