import { SchemaSnapshot } from '../../catalog/info-schema.js';
import type { DbInfo, TableInfo } from '../../catalog/model.js';
import { restoreExpr } from '../../parser/restore.js';
import { columnBound } from '../partition/locator.js';
import { datumCompare } from '../ranger/interval.js';
import { buildExpression, parseExpression, rowColumns } from '../resolve/table-expression.js';
import { buildTable } from '../../ddl/build-table.js';
import type { DdlContext } from '../../ddl/ddl-context.js';
import { evalDatum } from '../../expression/compile.js';
import { testContext } from '../../expression/test-context.js';
import { parse } from '../../parser/parser.js';
import type { TableStatistics } from '../../statistics/table-statistics.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import type { SqlWarning } from '../../types/error.js';
import { explainRows, type ExplainFormat } from '../explain/explain.js';
import { buildQuery } from '../logical/build-query.js';
import { dual } from '../logical/plan.js';
import type { PhysicalPlan } from '../physical/plan.js';
import type { PlanContext, PlannedStatement } from '../plan-context.js';
import { planStatement, tryPointPlan } from '../planner.js';
import { build } from '../resolve/expression-builder.js';
import { BuildState, StatementMemory } from '../resolve/build-state.js';
import { plainTable } from '../../catalog/plain-objects.js';

/** A schema in memory, made from CREATE TABLE statements, and plans over it: for tests of the planner. */
export class TestSchema {
  private readonly tables = new Map<string, TableInfo>();
  private lastId = 100;
  readonly db: DbInfo = {
    id: 1,
    name: 'test',
    lower: 'test',
    charset: 'utf8mb4',
    collate: 'utf8mb4_bin',
    state: 'public',
  };
  readonly rowCounts = new Map<string, number>();
  readonly statistics = new Map<string, TableStatistics>();
  readonly dirty = new Set<string>();
  /** Tables whose columns are in memory beside the rows. */
  readonly kept = new Set<string>();
  readonly variables = new Map<string, string>();
  /** The store is elsewhere. */
  remoteStore = false;
  readonly warnings: SqlWarning[] = [];
  /** Rows that subqueries run while planning give. */
  subqueryRows: (plan: PhysicalPlan) => Datum[][] = (plan) => [plan.schema.map(() => null)];

  async create(sql: string): Promise<void> {
    for (const { stmt } of parse(sql)) {
      if (stmt.kind === 'CreateView') {
        const text = stmt.queryText;
        const table: TableInfo = {
          ...EMPTY_TABLE,
          id: ++this.lastId,
          name: stmt.view.name,
          lower: stmt.view.name.toLowerCase(),
          view: {
            selectText: text,
            columns: [],
            definer: '',
            security: 'DEFINER',
            algorithm: 'UNDEFINED',
            checkOption: 'NONE',
          },
        };
        this.tables.set(table.lower, table);
        continue;
      }
      if (stmt.kind !== 'CreateTable') throw new Error(`unexpected ${stmt.kind}`);
      const info = await buildTable(this.ddlContext(), stmt, this.db);
      this.tables.set(info.lower, { ...info, id: ++this.lastId });
    }
  }

  /** Gives a table a columnar replica. */
  addReplica(name: string): void {
    this.tables.set(name, { ...this.tables.get(name)!, tiflashReplica: { count: 1, labels: [] } });
  }

  /** See PlanContext. */
  checkpoint: PlanContext['checkpoint'] = () => undefined;

  snapshot(): SchemaSnapshot {
    return new SchemaSnapshot(1, [{ info: this.db, byName: this.tables }]);
  }

  private byId(id: number): TableInfo | undefined {
    return [...this.tables.values()].find((t) => t.id === id);
  }

  context(params: PlanContext['params'] = []): PlanContext {
    const evalContext = testContext();
    const self = this;
    return {
      schema: this.snapshot(),
      currentDatabase: 'test',
      eval: params === null || params.length === 0 ? evalContext : { ...evalContext, params },
      variable: (name) => this.variables.get(name) ?? '',
      statistics: (table) => this.statistics.get(table.lower) ?? null,
      rowCountHint: (id) => this.rowCounts.get(this.byId(id)?.lower ?? '') ?? null,
      keepsColumns: (table) => this.kept.has(table.lower),
      remoteStore: this.remoteStore,
      hasReplica: () => true,
      checkPrivilege: () => {},
      limitedColumns: () => null,
      denyColumn: () => {
        throw new Error('no column is denied');
      },
      holdsPrivilege: () => true,
      hasDirtyWrites: (id) => this.dirty.has(this.byId(id)?.lower ?? ''),
      pessimistic: false,
      inTransaction: this.dirty.size > 0,
      params,
      warn: (w) => void this.warnings.push(w),
      runSubquery: (plan) => Promise.resolve(self.subqueryRows(plan)),
      checkpoint: () => this.checkpoint(),
      span: (_name, fn) => fn(),
    };
  }

  async plan(sql: string, params: PlanContext['params'] = []): Promise<PlannedStatement> {
    const { stmt } = parse(sql)[0]!;
    const ctx = this.context(params);
    return tryPointPlan(stmt, ctx) ?? (await planStatement(stmt, ctx));
  }

  /** EXPLAIN as lines, cells separated by two blanks or more. */
  async explain(sql: string, format: ExplainFormat = 'tree'): Promise<string> {
    const table = explainRows(await this.plan(sql), format);
    return table.rows.map((r) => r.join('\t').trimEnd()).join('\n');
  }

  private ddlContext(): DdlContext {
    const evaluate: DdlContext['evaluate'] = (expr) => {
      const ctx = this.context();
      const state = new BuildState(ctx, new StatementMemory(), buildQuery);
      const e = build(
        {
          state,
          scope: { relation: { plan: dual(1), names: [] }, outer: null, ctes: null, cells: new Map() },
          clause: 'field list',
        },
        expr,
      );
      return Promise.resolve({ type: e.type, value: evalDatum(e, ctx.eval) });
    };
    const unused = (): never => {
      throw new Error('not in tests');
    };
    return {
      storage: {} as DdlContext['storage'],
      eval: testContext(),
      schema: () => this.snapshot(),
      reload: unused,
      tellSchema: unused,
      switchCaching: unused,
      endOthers: unused,
      rowsReplaced: unused,
      commitAt: unused,
      checkSafePoint: unused,
      awaitVersion: unused,
      hasSnapshotBefore: unused,
      databaseOf: () => 'test',
      variable: (name) => this.variables.get(name) ?? '',
      evaluate,
      literal: unused,
      toColumn: (value: Datum, _type: FieldType) => value,
      restore: () => '',
      checkPrivilege: () => {},
      requireGlobal: () => {},
      checkTableLock: () => {},
      warn: () => {},
      forgetTable: () => {},
      noteRows: () => {},
      giveBackIds: unused,
      addExtendedStatistics: () => Promise.resolve(),
      dropExtendedStatistics: () => Promise.resolve(),
      throwIfInterrupted: () => {},
      currentDatabase: 'test',
      queryTypes: () => Promise.resolve([]),
      restorePlain: (expr) => restoreExpr(expr, { bareColumns: true }),
      boundCompare: (type) => {
        const compare = datumCompare(type);
        const value = (text: string) => columnBound(text, type, testContext()) as Datum;
        return (a, b) => compare(value(a), value(b));
      },
      parse: parseExpression,
      expressionType: (expr, columns, ofIndex) =>
        buildExpression(expr, testContext(), rowColumns(columns), 'generated column function', ofIndex).type,
      fillGenerated: () => Promise.resolve(),
      progress: () => {},
      jobs: {} as DdlContext['jobs'],
      jobType: '',
      statementText: '',
      jobSession: unused,
      rowCount: () => 0,
      busy: () => false,
      changeColumns: unused,
      conversionWarnings: unused,
      physicalIdOf: unused,
      checkRows: unused,
      statements: () => 0,
      freshHandle: unused,
    };
  }
}

const EMPTY_TABLE = plainTable({ name: '', version: 1 });
