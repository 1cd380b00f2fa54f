import type { Awaitable } from '../types/awaitable.js';
import { andThen } from '../executor/operator.js';
import { newFieldType, TypeCode } from '../types/field-type.js';
import { mysqlError } from '../types/error-table.js';
import type { ParsedStatement } from '../parser/ast/index.js';
import type { ParamValue, PreparedInfo, ResultColumn, StatementResult } from './client-session.js';
import { describe } from './plan-statement.js';
import type { Plannable } from './text-plan-reasons.js';
import type { PlanSlot } from './plan-cache.js';
import { cacheGates, uncacheableReason } from './plan-cache-reasons.js';
import type { Session } from './session.js';
import { staticRows, unnamedColumn } from './static-rows.js';
import { statementBytes } from './statement-text.js';
import { ownRows } from './own-rows.js';

export interface Prepared {
  readonly statement: ParsedStatement;
  /** Where its plans are kept; null when they are not. */
  readonly planSlot: PlanSlot | null;
  /** Current at PREPARE: names without a database belong to it whenever the statement is executed. */
  readonly database: string;
}

/** Statements that may not be prepared (MySQL manual, "SQL Syntax Permitted in Prepared Statements"). */
const NOT_PREPARABLE: ReadonlySet<string> = new Set([
  'Prepare',
  'Execute',
  'Deallocate',
  'LoadData',
  'ImportInto',
]);

/** Statements whose plans may serve again. */
const REUSABLE: ReadonlySet<string> = new Set(['Select', 'SetOperation', 'Insert', 'Update', 'Delete']);

/** Statements that are planned. */
const PLANNED: ReadonlySet<string> = new Set([...REUSABLE, 'TableStmt', 'Values']);

/** A session's prepared statements: those of the binary protocol by number, those of PREPARE by name. */
export class PreparedStatements {
  private readonly byId = new Map<number, Prepared>();
  private readonly byName = new Map<string, Prepared>();
  private nextId = 1;

  constructor(private readonly session: Session) {}

  async prepareBinary(sql: Uint8Array): Promise<PreparedInfo> {
    const statement = this.parse(statementBytes(sql, this.session.vars.get('character_set_client')));
    const id = this.nextId++;
    const planSlot = this.slotOf(statement);
    const columns = await this.columnsOf(statement, planSlot);
    if (columns.length === 0) await this.checkPlannable(statement, planSlot);
    const database = this.session.currentDatabase;
    this.byId.set(id, { statement, planSlot, database });
    const param = unnamedColumn('?', newFieldType(TypeCode.VarString));
    return { id, params: Array.from({ length: statement.paramCount }, () => param), columns, warnings: 0 };
  }

  execute(id: number, params: readonly ParamValue[], cursor: boolean): Awaitable<StatementResult> {
    const prepared = this.byId.get(id);
    if (prepared === undefined) throw mysqlError('ER_UNKNOWN_STMT_HANDLER', String(id), 'stmt_execute');
    const result = this.session.run(
      prepared.statement,
      inServerCharset(params, this.session.vars.get('character_set_client')),
      prepared.planSlot,
      prepared.database,
    );
    if (!cursor) return result;
    return andThen(result, (r) => (r.kind === 'rows' ? materialize(r) : r));
  }

  close(id: number): void {
    this.byId.delete(id);
  }
  get count(): number {
    return this.byId.size + this.byName.size;
  }

  async prepareNamed(name: string, sql: string): Promise<void> {
    this.byName.delete(name.toLowerCase());
    const statement = this.parse(sql);
    await this.checkPlannable(statement, this.slotOf(statement));
    const database = this.session.currentDatabase;
    this.byName.set(name.toLowerCase(), { statement, planSlot: this.slotOf(statement, true), database });
  }
  named(name: string): Prepared {
    const prepared = this.byName.get(name.toLowerCase());
    if (prepared === undefined) throw mysqlError('ER_PREPARE_STMT_NOT_FOUND');
    return prepared;
  }
  deallocate(name: string): void {
    if (!this.byName.delete(name.toLowerCase())) throw mysqlError('ER_PREPARE_STMT_NOT_FOUND');
  }

  clear(): void {
    this.byId.clear();
    this.byName.clear();
  }

  /** `told`: PREPARE warns of plans that cannot be kept. */
  private slotOf(statement: ParsedStatement, told = false): PlanSlot | null {
    if (
      !REUSABLE.has(statement.stmt.kind) ||
      this.session.vars.get('tidb_enable_prepared_plan_cache') !== 'ON'
    )
      return null;
    const reason = uncacheableReason(statement, this.session.vars, this.session.currentDatabase);
    if (reason === null) {
      const slot = this.session.engine.planCache.slot(statement.text);
      slot.gates = cacheGates(statement);
      return slot;
    }
    if (told)
      this.session.statement.warn({
        level: 'Warning',
        code: 1105,
        message: `skip prepared plan-cache: ${reason}`,
      });
    return null;
  }

  private parse(sql: string | Uint8Array): ParsedStatement {
    const statements = this.session.parse(sql);
    if (statements.length === 0) throw mysqlError('ER_EMPTY_QUERY');
    if (statements.length > 1) throw mysqlError('ER_PREPARE_MULTI');
    const statement = statements[0]!;
    if (NOT_PREPARABLE.has(statement.stmt.kind)) throw mysqlError('ER_UNSUPPORTED_PS');
    if (statement.paramCount > 65535) throw mysqlError('ER_PS_MANY_PARAM');
    return statement;
  }

  /** Names that a statement has wrong are told at PREPARE, as in MySQL; what it is warned of when it is executed. */
  private async checkPlannable({ stmt }: ParsedStatement, slot: PlanSlot | null): Promise<void> {
    if (!PLANNED.has(stmt.kind)) return;
    await this.session.statement.withoutWarnings(() => describe(this.session, stmt as Plannable, slot));
  }

  /** Columns of a query's result; errors of planning surface at PREPARE, as in MySQL. */
  private async columnsOf(
    statement: ParsedStatement,
    slot: PlanSlot | null,
  ): Promise<readonly ResultColumn[]> {
    const { stmt } = statement;
    if (
      stmt.kind !== 'Select' &&
      stmt.kind !== 'SetOperation' &&
      stmt.kind !== 'TableStmt' &&
      stmt.kind !== 'Values'
    )
      return [];
    return describe(this.session, stmt, slot);
  }
}

/** Character parameters come in character_set_client, as the statement's text does. */
function inServerCharset(params: readonly ParamValue[], clientCharset: string): readonly ParamValue[] {
  if (clientCharset.startsWith('utf8') || clientCharset === 'binary') return params;
  return params.map((p) =>
    p.value instanceof Uint8Array && p.type.charset !== 'binary'
      ? { type: p.type, value: statementBytes(p.value, clientCharset) }
      : p,
  );
}

/** Reads a result to its end so that it outlives its statement (cursors). */
async function materialize(result: Extract<StatementResult, { kind: 'rows' }>): Promise<StatementResult> {
  const rows = await ownRows(result);
  const warnings = result.warnings();
  return {
    ...staticRows(
      result.columns.map((c) => ({ name: c.name, type: c.type })),
      rows,
    ),
    columns: result.columns,
    warnings: () => warnings,
  };
}
