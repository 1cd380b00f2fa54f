import type { ColumnInfo, DbInfo, TableInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import { MysqlError } from '../types/error.js';
import type { DdlContext } from './ddl-context.js';
import { flagKeyColumns } from './build-index.js';
import { withColumnName } from './column-name.js';
import { requireColumn } from './column-order.js';
import { checkImplicitPrimary } from './implicit-primary.js';
import type { PlannedChange } from './job/ddl-worker.js';

/**
 * What the clauses of an ALTER TABLE make of a table, one after another, before anything is done: `table` is the form they lead
 * to, all of it public. Columns and indexes that the clauses add have fresh ids; the transition is the difference.
 */
export class AlterPlan {
  table: TableInfo;
  autoIncrement = '';
  forceAutoIncrement = false;
  /** An AUTO_INCREMENT column becomes AUTO_RANDOM. */
  randomFromIncrement = false;
  /** Rows go from one division into partitions to another. */
  movesRows = false;
  /** What the clauses are, in TiDB's names for jobs. */
  readonly parts: string[] = [];
  /** Foreign keys whose rows are to be checked. */
  readonly foreignKeys = new Set<string>();
  /** CHECK constraints that the rows are to be checked for. */
  readonly checks = new Set<string>();
  /** Columns to be found without NULL, by id. */
  readonly notNull = new Set<number>();
  /** The column that was dropped last. */
  dropped = '';
  /** New names of columns by their old ones in lower case. */
  readonly renamed = new Map<string, string>();
  /** Columns that a later clause gives another name, in lower case: what comes before it may take theirs. */
  private readonly toBeRenamed = new Set<string>();
  private readonly columns = new Set<string>();
  private readonly indexes = new Set<string>();

  constructor(
    readonly ctx: DdlContext,
    readonly db: DbInfo,
    readonly base: TableInfo,
  ) {
    this.table = base;
  }

  /** The column that a clause means by a name: that which had it before the statement, whoever has it now. Throws 1054. */
  column(name: string): ColumnInfo {
    const before = this.base.columns.find((c) => c.lower === name.toLowerCase());
    const found = this.table.columns.find((c) => before !== undefined && (c.changing ?? c.id) === before.id);
    if (found !== undefined && !found.hidden) return found;
    if ([...this.renamed.values()].some((to) => to.toLowerCase() === name.toLowerCase()))
      throw mysqlError('ER_BAD_FIELD_ERROR', name, this.base.name);
    return requireColumn(this.table, name);
  }

  /** Another column is to be called so: a column that has the name waits for one of its own, if a later clause gives it one. Throws 1060. */
  freeName(name: string): void {
    const holder = this.table.columns.find((c) => c.lower === name.toLowerCase());
    if (holder === undefined) return;
    if (!this.toBeRenamed.has(holder.lower)) throw mysqlError('ER_DUP_FIELDNAME', name);
    this.table = withColumnName(this.table, holder, `_Col$_${holder.name}_${holder.id}`);
  }

  willRename(from: string, to: string): void {
    if (from.toLowerCase() !== to.toLowerCase()) this.toBeRenamed.add(from.toLowerCase());
  }

  /** The column has its name of after the statement. */
  noteRename(from: string, to: string): void {
    this.renamed.set(from.toLowerCase(), to);
    this.toBeRenamed.delete(from.toLowerCase());
  }

  /** A clause changes the column: each may be changed by one only. Throws 8200. */
  touchColumn(name: string): void {
    const lower = name.toLowerCase();
    if (this.columns.has(lower))
      throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', `operate same column '${lower}'`);
    this.columns.add(lower);
  }

  /** Whether a clause before made a column of the name. */
  isNew(name: string): boolean {
    return !this.base.columns.some((c) => c.lower === name.toLowerCase());
  }

  /** A clause changes the index: each may be changed by one only. Throws 8200. */
  touchIndex(name: string): void {
    const lower = name.toLowerCase();
    if (this.indexes.has(lower))
      throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', `operate same index '${lower}'`);
    this.indexes.add(lower);
  }

  /** An IF [NOT] EXISTS that applies. */
  note(error: { readonly code: number; readonly message: string }): void {
    this.ctx.warn({ level: 'Note', code: error.code, message: error.message });
  }

  /** A table keeps a column that can be seen. Throws 1090, 1113. */
  private checkColumnsLeft(): void {
    const { base, table, dropped } = this;
    if (table.columns.some((c) => !c.hidden)) return;
    if (table.columns.length > 0) throw mysqlError('ER_TABLE_MUST_HAVE_COLUMNS');
    const all = mysqlError('ER_CANT_REMOVE_ALL_FIELDS');
    if (base.columns.length > 1) throw all;
    throw new MysqlError(all.code, all.sqlState, `can't drop only column ${dropped} in table ${base.name}`);
  }

  /** Null when the clauses ask for nothing. */
  finish(): PlannedChange | null {
    const { base, table, parts } = this;
    if (parts.length === 0) return null;
    this.checkColumnsLeft();
    const target = { ...table, columns: flagKeyColumns(table.columns, table.indices) };
    const checks = (target.checks ?? [])
      .filter((c) => c.enforced && this.checks.has(c.name))
      .map((c) => c.name);
    if (base.indices !== table.indices || base.columns !== table.columns) checkImplicitPrimary(target);
    const several = parts.length > 1;
    if (several && base.partition !== table.partition)
      throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', `multi schema change for ${parts[parts.length - 1]!}`);
    return {
      transition: {
        base,
        target,
        notNull: [...this.notNull].filter((id) => base.columns.some((c) => c.id === id)),
        autoIncrement: this.autoIncrement,
        ...(this.randomFromIncrement ? { randomFromIncrement: true } : {}),
        ...(this.forceAutoIncrement ? { forceAutoIncrement: true } : {}),
        movesRows: this.movesRows,
        ...(this.foreignKeys.size > 0 ? { foreignKeys: [...this.foreignKeys] } : {}),
        ...(checks.length > 0 ? { checks } : {}),
      },
      type: several ? 'alter table multi-schema change' : parts[0]!,
      parts: several ? parts : [],
    };
  }
}
