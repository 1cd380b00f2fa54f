import { physicalIds } from '../catalog/table-layout.js';
import type { Expr, Query } from '../parser/ast/index.js';
import { DEFINITION_STYLE, restoreExpr } from '../parser/restore.js';
import { rowIds } from '../catalog/auto-columns.js';
import type { ColumnInfo, InfoSchema, TableInfo } from '../catalog/model.js';
import type { DdlContext } from '../ddl/ddl-context.js';
import type { DdlWorker } from '../ddl/job/ddl-worker.js';
import type { JobSession } from '../ddl/job/job.js';
import { CheckConstraints } from '../executor/dml/check-constraints.js';
import { ColumnConverter, type ConversionWarnings } from '../executor/dml/column-conversion.js';
import { GeneratedColumns } from '../executor/dml/generated-columns.js';
import { buildExpression, parseExpression, rowColumns } from '../planner/resolve/table-expression.js';
import { columnBound, partitionLocator } from '../planner/partition/locator.js';
import { datumCompare } from '../planner/ranger/interval.js';
import type { EvalContext } from '../expression/eval-context.js';
import type { Storage, Transaction } from '../kv/storage.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { mysqlError } from '../types/error-table.js';
import type { SqlWarning } from '../types/error.js';
import { SqlMode } from '../types/sql-mode.js';
import { timeZone, UTC } from '../types/timezone.js';
import { PlainConvertContext } from '../types/convert-context.js';
import { convertDatum } from '../types/convert.js';
import { checkSafePoint } from './engine/gc-safe-point.js';
import { planQuery } from './plan-statement.js';
import type { Session } from './session.js';
import { evaluate } from './statements/query.js';

/** What a schema change asks of the session that runs it. */
export class SessionDdlContext implements DdlContext {
  readonly storage: Storage;
  readonly eval: EvalContext;
  private readonly conversions = new Map<number, ConversionWarnings>();

  constructor(
    private readonly session: Session,
    readonly jobType = '',
    readonly statementText = '',
  ) {
    this.storage = session.storage;
    this.eval = session.evalContext;
  }

  schema(): InfoSchema {
    return this.session.engine.schemaLoader.current;
  }
  reload(): Promise<void> {
    return this.session.engine.refreshSchema();
  }
  async tellSchema(): Promise<void> {
    const { cluster } = this.session.engine;
    if (cluster.shared) await cluster.tellSchema();
  }
  awaitVersion(tableId: number, version: number): Promise<void> {
    return this.session.engine.awaitVersion(this.session, tableId, version);
  }
  async endOthers(version: number): Promise<void> {
    const { engine, connection, statement } = this.session;
    await engine.endOthers(connection.id, version, () => statement.throwIfInterrupted());
  }
  commitAt(txn: Transaction, tableId: number, version: number): Promise<void> {
    return this.session.engine.commitAt(txn, tableId, version);
  }
  switchCaching(tableId: number, change: () => Promise<void>): Promise<void> {
    return this.session.engine.cachedTables.switching(tableId, change);
  }
  rowsReplaced(): Promise<void> {
    return this.session.engine.rowsReplaced();
  }
  checkSafePoint(ts: bigint): Promise<void> {
    return checkSafePoint(this.session.engine, ts);
  }
  hasSnapshotBefore(tableId: number, ts: bigint): boolean {
    for (const s of this.session.engine.sessions.values())
      if (s !== this.session && s.transaction.readsBefore(tableId, ts)) return true;
    return false;
  }
  get currentDatabase(): string {
    return this.session.currentDatabase;
  }
  async queryTypes(query: Query): Promise<readonly FieldType[]> {
    const context = this.session.evalContext;
    const { sqlMode } = context;
    // ONLY_FULL_GROUP_BY is looked at when the view is read, by the mode of then.
    context.sqlMode &= ~SqlMode.OnlyFullGroupBy;
    try {
      const planned = await planQuery(this.session, query, []);
      return planned.names.map((_, i) => planned.plan.schema[i]!.type);
    } finally {
      context.sqlMode = sqlMode;
    }
  }
  databaseOf(schema: string | null): string {
    return this.session.databaseOf(schema);
  }
  variable(name: string): string {
    return this.session.vars.get(name);
  }
  async evaluate(expr: Expr): Promise<{ readonly type: FieldType; readonly value: Datum }> {
    // Bounds of thousands of partitions are literals: no plan for each.
    if (expr.kind === 'IntLiteral' || expr.kind === 'StringLiteral') return this.literal(expr);
    const [v] = await evaluate(this.session, [expr]);
    return v!;
  }
  literal(expr: Expr): { readonly type: FieldType; readonly value: Datum } {
    const e = buildExpression(expr, this.eval, () => null);
    if (e.kind !== 'constant') throw mysqlError('ER_NOT_SUPPORTED_YET', 'expression for a literal');
    return e;
  }
  toColumn(value: Datum, type: FieldType, column: Pick<ColumnInfo, 'name' | 'type'>): Datum {
    const context = new PlainConvertContext(
      this.session.evalContext.sqlMode,
      true,
      timeZone(this.session.evalContext.timeZone) ?? UTC,
    );
    return convertDatum(value, type, column.type, context);
  }
  parse(text: string): Expr {
    return parseExpression(text);
  }
  expressionType(expr: Expr, columns: readonly ColumnInfo[], ofIndex = false): FieldType {
    return buildExpression(expr, this.eval, rowColumns(columns), 'generated column function', ofIndex).type;
  }
  restorePlain(expr: Expr): string {
    return restoreExpr(expr, { bareColumns: true });
  }
  boundCompare(type: FieldType): (a: string, b: string) => number {
    const compare = datumCompare(type);
    const value = (text: string): Datum => columnBound(text, type, this.eval) as Datum;
    return (a, b) => compare(value(a), value(b));
  }
  async fillGenerated(table: TableInfo, rows: readonly Datum[][]): Promise<void> {
    await GeneratedColumns.of(table, this)?.read(rows, true);
  }
  async checkRows(table: TableInfo, rows: readonly Datum[][]): Promise<void> {
    await CheckConstraints.ofTable(table, this)?.check(rows);
  }
  restore(expr: Expr): string {
    return restoreExpr(expr, DEFINITION_STYLE);
  }
  checkPrivilege(privilege: string, db: string, table: string): void {
    this.session.privileges.require(privilege, db, table);
  }
  requireGlobal(...alternatives: readonly string[]): void {
    this.session.privileges.requireGlobal(...alternatives);
  }
  checkTableLock(table: TableInfo): void {
    const { tableLocks } = this.session.engine;
    if (!tableLocks.empty) tableLocks.checkChange(this.session.connection.id, table.id, table.name);
  }
  warn(warning: SqlWarning): void {
    this.session.statement.warn(warning);
  }
  forgetTable(table: TableInfo): void {
    const { engine } = this.session;
    engine.autoIds.forget(table.id);
    if (engine.schemaLoader.current.tableById(table.id) !== null) return;
    engine.tableLocks.forget(table.id);
    for (const id of new Set([table.id, ...physicalIds(table)])) {
      engine.rowCounts.drop(id);
      engine.dropStatistics(id);
    }
  }
  giveBackIds(table: TableInfo): Promise<void> {
    return this.session.engine.autoIds.giveBack(table.id);
  }
  noteRows(tableId: number, rows: number): void {
    this.session.engine.rowCounts.set(tableId, rows);
  }
  async addExtendedStatistics(
    table: TableInfo,
    name: string,
    columns: readonly number[],
    ifNotExists: boolean,
  ): Promise<void> {
    const { statistics, storage } = this.session.engine;
    await statistics.addExtended(table, name, columns, ifNotExists, await storage.currentTs());
  }
  dropExtendedStatistics(table: TableInfo, name: string, ifExists: boolean): Promise<void> {
    return this.session.engine.statistics.dropExtended(table, name, ifExists);
  }
  get jobs(): DdlWorker {
    return this.session.engine.ddl;
  }
  jobSession(): JobSession {
    return {
      database: this.session.currentDatabase,
      sqlMode: this.session.vars.get('sql_mode'),
      timeZone: this.session.vars.get('time_zone'),
    };
  }
  rowCount(tableId: number): number {
    return this.session.engine.rowCounts.get(tableId) ?? 0;
  }
  busy(): boolean {
    return this.session.engine.recentlyBusy();
  }
  statements(): number {
    return this.session.engine.statements;
  }
  async changeColumns(table: TableInfo, rows: readonly Datum[][]): Promise<void> {
    await GeneratedColumns.of(table, this)?.change(rows, new ColumnConverter(this, this.conversions));
  }
  conversionWarnings(): SqlWarning[] {
    return [...this.conversions.values()].map(({ first, count }) =>
      count === 1
        ? first
        : { ...first, message: `${count} warnings with this error code, first warning: ${first.message}` },
    );
  }
  physicalIdOf(table: TableInfo, row: readonly Datum[]): number {
    return table.partition === undefined
      ? table.id
      : partitionLocator(table, this.eval).physicalId(row, this.eval);
  }
  async freshHandle(table: TableInfo): Promise<number | bigint> {
    const { engine } = this.session;
    const dbId = engine.schemaLoader.current.tableById(table.id)!.db.id;
    return engine.autoIds.allocate(rowIds(table), dbId, table.id, 1);
  }
  throwIfInterrupted(): void {
    this.session.statement.throwIfInterrupted();
  }
  progress(text: string): void {
    this.session.statement.state = text;
  }
}
