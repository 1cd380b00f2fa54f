import type { Awaitable } from '../types/awaitable.js';
import type { Datum } from '../types/datum.js';
import type { InfoSchema, TableInfo } from '../catalog/model.js';
import type { EvalContext } from '../expression/eval-context.js';
import type {
  ExecContext,
  ForeignKeyChecks,
  MemoryTracker,
  RuntimeStats,
  TempFiles,
} from '../executor/exec-context.js';
import type { MemTableScan } from '../planner/physical/plan.js';
import type { Snapshot, Storage, Transaction } from '../kv/storage.js';
import type { Session } from './session.js';
import type { StatementContext } from './statement-context.js';
import { StatementFiles } from './statement-files.js';
import { StatementMemory } from './statement-memory.js';

/** What a running statement asks of its session. */
export class SessionExecContext implements ExecContext {
  readonly storage: Storage;
  readonly eval: EvalContext;
  readonly memory: MemoryTracker;
  foreignKeys: ForeignKeyChecks | null = null;
  private files: TempFiles | null | undefined = undefined;

  constructor(
    private readonly session: Session,
    private readonly statement: StatementContext,
    readonly schema: InfoSchema,
    readonly txn: Transaction | null,
    readonly snapshot: Snapshot,
    readonly currentReadTs: bigint,
  ) {
    this.storage = session.storage;
    this.eval = session.evalContext;
    this.memory = new StatementMemory(session.memoryQuota, session, statement, session.engine.memory);
  }

  /** Decided at the first operator that asks. */
  get disk(): TempFiles | null {
    if (this.files === undefined) {
      const { engine } = this.session;
      const on = engine.tempStorage !== null && engine.globals.get('tidb_enable_tmp_storage_on_oom') === 'ON';
      this.files = on ? new StatementFiles(engine.tempStorage!, this.statement) : null;
    }
    return this.files;
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
  checkpoint(): Promise<void> | undefined {
    return this.statement.checkpoint();
  }
  variable(name: string): string {
    return this.session.vars.get(name);
  }
  allocateIds(table: TableInfo, kind: 'rowid' | 'auto_increment', count: number): Awaitable<number | bigint> {
    if (table.temporary !== undefined) return this.session.useTemporaryTables().allocate(kind, table, count);
    return this.session.engine.autoIds.allocate(kind, this.dbIdOf(table), table.id, count);
  }
  rebaseAutoId(table: TableInfo, value: number | bigint): Awaitable<void> {
    if (table.temporary !== undefined) return this.session.useTemporaryTables().rebase(table, value);
    return this.session.engine.autoIds.rebase('auto_increment', this.dbIdOf(table), table.id, value);
  }
  memTable(scan: MemTableScan): Awaitable<Datum[][]> {
    return this.session.virtualRows(scan);
  }
  noteModified(tableId: number, inserted: number, updated: number, deleted: number): void {
    this.session.noteModified(tableId, inserted, updated, deleted);
  }

  private dbIdOf(table: TableInfo): number {
    return this.schema.tableById(table.id)?.db.id ?? 0;
  }
}
