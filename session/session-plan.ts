import { hasReplica, keepsColumns } from './engine/replica-watch.js';
import { mysqlError } from '../types/error-table.js';
import { MysqlError, type SqlWarning } from '../types/error.js';
import { indexOverColumns } from './hypothetical-indexes.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import type { ColumnInfo, IndexInfo, InfoSchema, TableInfo } from '../catalog/model.js';
import type { EvalContext } from '../expression/eval-context.js';
import type { TableStatistics } from '../statistics/table-statistics.js';
import type { OptimizerTrace } from '../planner/optimizer-trace.js';
import type { PlanContext, PlanReuse } from '../planner/plan-context.js';
import type { PhysicalPlan } from '../planner/physical/plan.js';
import { StatementEvaluator } from '../executor/parallel/statement-evaluator.js';
import type { Session } from './session.js';

/** What planning a statement asks of its session. */
export class SessionPlanContext implements PlanContext {
  readonly eval: EvalContext;
  /** Set for TRACE PLAN. */
  trace: OptimizerTrace | null = null;
  readonly constantsApart: PlanContext['constantsApart'];
  /** Tables whose own writes the plan merges, or need not. */
  readonly dirty = new Map<number, boolean>();
  /** Large tables that the plan may scan, with whether their columns were in memory. */
  readonly kept = new Map<TableInfo, boolean>();
  /** Tables whose statistics were asked for and have yet to be read. */
  readonly missing = new Set<number>();
  /** What was checked while planning, to be checked again whenever a plan is reused. */
  readonly privileges: (readonly [string, string, string])[] = [];
  /** What definers of views were found to hold: [account, privilege, db, table]. */
  readonly definers: (readonly [string, string, string, string])[] = [];

  constructor(
    private readonly session: Session,
    readonly schema: InfoSchema,
    readonly params: readonly { readonly type: FieldType; readonly value: Datum }[] | null,
    readonly reuse: PlanReuse | null = null,
  ) {
    this.eval = session.evalContext;
    const { evaluators } = session.engine;
    if (evaluators?.available === true)
      this.constantsApart = (calls) =>
        new StatementEvaluator(evaluators, this.eval, session.statement).constants(calls);
  }

  get currentDatabase(): string {
    return this.session.currentDatabase;
  }
  get pessimistic(): boolean {
    return this.session.transaction.txn?.pessimistic ?? false;
  }
  get inTransaction(): boolean {
    // A plan for later executions asks of each table whether it is dirty; without a transaction none is.
    return this.reuse !== null || this.session.transaction.active;
  }
  get readsThePast(): boolean {
    return (this.session.past ?? this.session.transaction.past) !== null;
  }
  variable(name: string): string {
    return this.session.vars.get(name);
  }
  statistics(table: TableInfo): TableStatistics | null {
    const { statistics, statisticsFeedback } = this.session.engine;
    if (statisticsFeedback.waiting) statisticsFeedback.apply(table);
    const found = statistics.get(table.id);
    if (statistics.isBehind(table)) this.missing.add(table.id);
    return found;
  }
  withHypothetical(table: TableInfo): TableInfo {
    const { hypothetical } = this.session;
    return hypothetical === null || !this.onlyExplains ? table : hypothetical.over(table);
  }
  hypotheticalIndex(table: TableInfo, name: string, columns: readonly string[]): IndexInfo | null {
    if (!this.onlyExplains) return null;
    try {
      return indexOverColumns(table, name, columns);
    } catch (error) {
      // A hint never fails a statement.
      if (!(error instanceof MysqlError)) throw error;
      this.warn({ level: 'Warning', code: error.code, message: error.message });
      return null;
    }
  }
  private get onlyExplains(): boolean {
    const { stmt } = this.session.statement;
    return stmt?.kind === 'Explain' && !stmt.analyze;
  }
  noteColumn(tableId: number, columnId: number): void {
    this.session.engine.columnUsage.note(tableId, columnId);
  }
  rowCountHint(tableId: number): number | null {
    return this.session.engine.rowCounts.get(tableId);
  }
  keepsColumns(table: TableInfo, columns: readonly ColumnInfo[]): boolean {
    const { engine } = this.session;
    if (this.reuse !== null) this.kept.set(table, keepsColumns(engine, table));
    return keepsColumns(engine, table, columns);
  }
  get remoteStore(): boolean {
    return this.session.engine.storage.inProcess === false;
  }
  hasReplica(table: TableInfo): boolean {
    return hasReplica(this.session.engine, table);
  }
  checkPrivilege(privilege: string, db: string, table: string): void {
    // Who made a temporary table may do anything with it (MySQL manual, "CREATE TEMPORARY TABLE Statement").
    if (this.session.temporary?.find(db, table)) return;
    this.session.privileges.require(privilege, db, table);
    this.privileges.push([privilege, db, table]);
  }
  limitedColumns(privilege: string, db: string, table: string): ReadonlySet<string> | null {
    const { privileges } = this.session;
    return privileges.has(privilege, db, table) ? null : privileges.columns(privilege, db, table);
  }
  denyColumn(privilege: string, column: string, table: string): never {
    const { user, host } = this.session.connection.account;
    throw mysqlError('ER_COLUMNACCESS_DENIED_ERROR', privilege, user, host, column, table);
  }
  holdsPrivilege(account: string, privilege: string, db: string, table: string): boolean {
    this.definers.push([account, privilege, db, table]);
    return accountHolds(this.session, account, privilege, db, table);
  }
  hasDirtyWrites(tableId: number): boolean {
    const dirty = this.session.transaction.isDirty(tableId);
    if (this.reuse !== null) this.dirty.set(tableId, dirty);
    return dirty;
  }
  warn(warning: SqlWarning): void {
    this.session.statement.warn(warning);
  }
  runSubquery(plan: PhysicalPlan, maxRows: number): Promise<Datum[][]> {
    return this.session.collect(plan, maxRows);
  }
  checkpoint(): Promise<void> | undefined {
    return this.session.statement.checkpoint();
  }

  span<T>(name: string, fn: () => T): T {
    return this.session.tracer === null ? fn() : this.session.tracer.span(name, fn);
  }
}

/** Whether an account ('`user`@`host`') holds a privilege. */
export function accountHolds(
  { engine: { accounts } }: Session,
  account: string,
  privilege: string,
  db: string,
  table: string,
): boolean {
  const [user, host] = account.slice(1, -1).split('`@`');
  const found = accounts.find(user ?? '', host ?? '');
  return found !== null && accounts.checkerFor(found).has(privilege, db, table);
}
