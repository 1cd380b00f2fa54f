import type { FeedbackSink } from '../executor/feedback.js';
import type { Awaitable } from '../types/awaitable.js';
import { intDatum, type Datum } from '../types/datum.js';
import { columnIds, rowIds, type AutoIds } from '../catalog/auto-columns.js';
import { andThen } from '../executor/operator.js';
import type { InfoSchema, TableInfo } from '../catalog/model.js';
import type { EvalContext } from '../expression/eval-context.js';
import type {
  ContextChanges,
  Evaluator,
  ExecContext,
  ForeignKeyChecks,
  MemoryTracker,
  RuntimeStats,
  StatementThreads,
  TempFiles,
} from '../executor/exec-context.js';
import { StatementEvaluator } from '../executor/parallel/statement-evaluator.js';
import type { BulkOptions } from '../executor/load-data/bulk-load.js';
import { LAST_READ } from '../executor/work-counts.js';
import { JoinFilters } from '../executor/join-filter.js';
import type { MemTableScan } from '../planner/physical/plan.js';
import type { Snapshot, Storage, Transaction } from '../kv/storage.js';
import { bulkOptions } from './bulk-options.js';
import type { Session } from './session.js';
import type { StatementContext } from './statement-context.js';
import { Count, FIRST_WORK } from './status/counts.js';
import { StatementFiles } from './statement-files.js';
import { StatementMemory } from './statement-memory.js';
import { sampledRows } from './table-sample.js';

/** A number of so many bits that hardly any other transaction has (a finalizer of MurmurHash3 over the start timestamp). */
function shardOf(startTs: bigint, bits: number): bigint {
  let h = BigInt.asUintN(64, startTs);
  h = BigInt.asUintN(64, (h ^ (h >> 33n)) * 0xff51afd7ed558ccdn);
  h = BigInt.asUintN(64, (h ^ (h >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return (h ^ (h >> 33n)) & ((1n << BigInt(bits)) - 1n);
}

/** What a running statement asks of its session. */
export class SessionExecContext implements ExecContext {
  readonly storage: Storage;
  readonly eval: EvalContext;
  readonly memory: MemoryTracker;
  foreignKeys: ForeignKeyChecks | null;
  readonly joinFilters: JoinFilters;
  scanOverrides: ExecContext['scanOverrides'] = undefined;
  ownBefore: ExecContext['ownBefore'] = undefined;
  reading: ExecContext['reading'] = undefined;
  private files: TempFiles | null | undefined = undefined;

  constructor(
    readonly session: Session,
    private readonly statement: StatementContext,
    readonly schema: InfoSchema,
    readonly txn: Transaction | null,
    readonly snapshot: Snapshot,
    readonly currentReadTs: bigint,
    /** What it is made of, `with` other facts. */
    private readonly base: SessionExecContext | null = null,
  ) {
    this.storage = session.storage;
    this.eval = session.evalContext;
    this.foreignKeys = base === null ? null : base.foreignKeys;
    this.joinFilters = base === null ? new JoinFilters() : base.joinFilters;
    this.memory =
      base === null
        ? new StatementMemory(session.memoryQuota, session, statement, session.engine.memory)
        : base.memory;
  }

  with(changes: ContextChanges): ExecContext {
    const { session, statement, schema, txn, currentReadTs } = this;
    const { snapshot = this.snapshot } = changes;
    const made = new SessionExecContext(session, statement, schema, txn, snapshot, currentReadTs, this);
    made.scanOverrides = changes.scanOverrides ?? this.scanOverrides;
    made.ownBefore = changes.ownBefore ?? this.ownBefore;
    made.reading = changes.reading ?? this.reading;
    return made;
  }

  /** Decided at the first operator that asks. */
  get disk(): TempFiles | null {
    if (this.base !== null) return this.base.disk;
    if (this.files === undefined) {
      const { session, statement } = this;
      const { engine } = session;
      const on = engine.tempStorage !== null && engine.globals.get('tidb_enable_tmp_storage_on_oom') === 'ON';
      const opened = (): void => engine.count(session, Count.temporaryFiles);
      this.files = on ? new StatementFiles(engine.tempStorage!, statement, opened) : null;
    }
    return this.files;
  }

  get threads(): StatementThreads | null {
    const { threads } = this.session.engine;
    if (threads === null) return null;
    const count = Math.min(threads.size, Number(this.session.vars.get('tidb_executor_concurrency')));
    return count > 1 ? { pool: threads, count } : null;
  }
  get evaluator(): Evaluator | null {
    const { evaluators } = this.session.engine;
    return evaluators?.available === true
      ? new StatementEvaluator(evaluators, this.eval, this.statement)
      : null;
  }
  get alone(): boolean {
    return this.session.autocommit && !this.session.transaction.explicit;
  }
  bulkOptions(table: TableInfo): BulkOptions | null {
    const { session, txn } = this;
    if (txn === null || txn.pessimistic || !this.alone) return null;
    if (txn.memBuffer.count > 0 || (this.foreignKeys?.observer(table) ?? null) !== null) return null;
    return bulkOptions(session, table);
  }
  get signal(): AbortSignal {
    return this.statement.signal;
  }
  get runtimeStats(): RuntimeStats | null {
    return this.statement.runtimeStats;
  }
  get warningCount(): number {
    return this.statement.warningCount;
  }
  takeBackWarnings(count: number): void {
    this.statement.takeBackWarnings(count);
  }
  checkpoint(): Promise<void> | undefined {
    return this.statement.checkpoint();
  }
  variable(name: string): string {
    return this.session.vars.get(name);
  }
  allocateIds(table: TableInfo, kind: 'rowid' | 'column', count: number): Awaitable<number | bigint> {
    const { ids } = this.statement;
    return ids === null
      ? this.newIds(table, kind, count)
      : ids.allocate(count, () => this.newIds(table, kind, count));
  }
  private newIds(table: TableInfo, kind: 'rowid' | 'column', count: number): Awaitable<number | bigint> {
    const { vars, engine } = this.session;
    if (kind === 'rowid') {
      const ids = rowIds(table);
      if (table.temporary !== undefined)
        return this.session.useTemporaryTables().allocate(ids, table, this.txn, count, 1, 1);
      const first = engine.autoIds.allocate(ids, this.dbIdOf(table), table.id, count);
      if (ids.shardBits > 0) return andThen(first, (f) => this.sharded(f, ids));
      // Values of an unsigned column are taken from the same counter.
      return ids.max < 2n ** 63n ? first : andThen(first, (f) => intDatum(BigInt.asIntN(64, BigInt(f))));
    }
    const ids = columnIds(table);
    const increment = Number(vars.get('auto_increment_increment'));
    const offset = Number(vars.get('auto_increment_offset'));
    if (table.temporary !== undefined)
      return this.session.useTemporaryTables().allocate(ids, table, this.txn, count, increment, offset);
    const first = engine.autoIds.allocate(ids, this.dbIdOf(table), table.id, count, increment, offset);
    return ids.shardBits === 0 ? first : andThen(first, (f) => this.sharded(f, ids));
  }
  rebaseAutoId(
    table: TableInfo,
    value: number | bigint,
    kind: 'rowid' | 'column' = 'column',
  ): Awaitable<void> {
    const ids = kind === 'rowid' ? rowIds(table) : columnIds(table);
    const counted = ids.shardBits === 0 ? value : BigInt.asUintN(ids.countBits, BigInt(value));
    if (table.temporary !== undefined)
      return this.session.useTemporaryTables().rebase(ids, table, this.txn, counted);
    return this.session.engine.autoIds.rebase(ids, this.dbIdOf(table), table.id, counted);
  }

  /** Puts the transaction's shard above the counted part, so that rows of different transactions lie apart. */
  private sharded(first: number | bigint, ids: AutoIds): number | bigint {
    const shard = shardOf(this.txn?.startTs ?? 0n, ids.shardBits);
    return intDatum((shard << BigInt(ids.countBits)) | BigInt(first));
  }
  memTable(scan: MemTableScan): Awaitable<Datum[][]> {
    if (scan.sample !== undefined) return sampledRows(scan, scan.sample.partitions, this);
    return this.session.virtualRows(scan);
  }
  get feedback(): FeedbackSink | null {
    return this.session.engine.feedback;
  }
  noteWork(place: number, by: number): void {
    this.session.engine.count(this.session, FIRST_WORK + place, by);
    if (place <= LAST_READ) this.statement.runaway?.read(by);
  }
  noteModified(tableId: number, inserted: number, updated: number, deleted: number): void {
    this.session.noteModified(tableId, inserted, updated, deleted);
  }

  private dbIdOf(table: TableInfo): number {
    return this.schema.tableById(table.id)?.db.id ?? 0;
  }
}
