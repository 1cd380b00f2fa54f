import type { JoinHints } from '../hints/join-hints.js';
import type { QueryBlocks } from '../hints/query-blocks.js';
import type { ConstantsApart } from '../../expression/constants-apart.js';
import type { Column, Constant, Expression } from '../../expression/expression.js';
import type { DbInfo, TableInfo } from '../../catalog/model.js';
import type { AggregateCall, Expr, Hint, Query, SelectStmt } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { coercibilityOf } from '../../expression/collation-derivation.js';
import { isStringType } from '../../expression/type-inference.js';
import { newFunction } from './functions.js';
import type { PlanContext } from '../plan-context.js';
import type { DataSource, LogicalPlan } from '../logical/plan.js';
import type { CheckScope, WrittenView } from '../logical/written-view.js';
import type { CteScope, QueryScope, Relation } from './scope.js';

/** Thrown out of the builder when it lacks what must be known before it starts; planStatement sees to that and starts it again. */
export abstract class BuilderRestart {}

/** The rows of an uncorrelated subquery are needed. */
export class SubqueryNeeded extends BuilderRestart {
  constructor(
    readonly query: Query,
    readonly plan: LogicalPlan,
    readonly maxRows: number,
    readonly state: BuildState,
  ) {
    super();
  }
}

/** An aggregate call in a subquery turned out to be computed by an enclosing block, which is remembered. */
export class AggregateMoved extends BuilderRestart {
  constructor(call: AggregateCall, owner: SelectStmt, memory: StatementMemory) {
    super();
    memory.aggregateOwners.set(call, owner);
  }
}

/** Constants are to be made of the literals of a long list, in steps: the builder starts again. */
export class LiteralsNeeded extends BuilderRestart {
  constructor(readonly list: readonly Expr[]) {
    super();
  }
}

/** Something is to be made in steps that the builder finds when it starts again. */
export class StepsNeeded extends BuilderRestart {
  constructor(readonly steps: Generator<void, void>) {
    super();
  }
}

/** The condition of a long list of rows is to be made in steps: the builder starts again. */
export class RowListNeeded extends BuilderRestart {
  constructor(
    readonly list: readonly Expr[],
    /** The columns that are compared with the rows. */
    readonly left: readonly Column[],
    readonly steps: Generator<void, Expression>,
  ) {
    super();
  }
}

/** What a long list of rows came to: of these columns, whose numbers are the same in each run of the builder as long as it gets the same way. */
export interface KnownRowList {
  readonly left: readonly Column[];
  readonly condition: Expression;
}

/** Constants of the statement take long to compute: it is done elsewhere, then the builder starts again. */
export class ConstantsNeeded extends BuilderRestart {}

/** Rows of a subquery run while planning. */
export interface SubqueryRows {
  readonly rows: readonly (readonly Datum[])[];
  readonly columns: readonly Column[];
}

/** What survives a restart of the builder within one statement. */
export class StatementMemory {
  /** The statement's query blocks and their hints on joins; null where hints play no part. */
  blocks: QueryBlocks | null = null;
  joinHints: JoinHints | null = null;
  /** NTH_PLAN. */
  nthPlan: number | null = null;
  readonly subqueries = new Map<Query, SubqueryRows>();
  /** Aggregate calls in subqueries that a block around computes. */
  readonly aggregateOwners = new Map<AggregateCall, SelectStmt>();
  /** Blocks whose hints were told to be out of place. */
  readonly misplaced = new Set<Query>();
  /** Constants of the literals in long lists, null for items that are none; null where the builder must not start again. */
  literals: Map<readonly Expr[], readonly (Constant | null)[]> | null = null;
  /** Long lists whose items were brought into the type of what they are compared with. */
  readonly converted = new Set<readonly Expr[]>();
  /** Conditions of long lists of rows. */
  readonly rowLists = new Map<readonly Expr[], KnownRowList>();
  /** Constants that take long to compute; null where they are computed as they are met. */
  constants: ConstantsApart | null = null;
  /** How often they were. */
  settled = 0;
  /** Parsed text of views by table id. */
  readonly views = new Map<number, Query>();
}

export interface ExpandedView {
  readonly id: number;
  readonly db: string;
  readonly name: string;
  /** Whose privileges count inside; null for SQL SECURITY INVOKER. */
  readonly definer: string | null;
}

/** Whether a query block asks for something with a hint of its own. */
export const hasHint = (query: Query, name: string): boolean =>
  query.kind === 'Select' && query.hints.some((h) => h.name === name);

/** The state of one run of the builder over one statement. */
export class BuildState {
  private lastColumn = 0;
  private lastCte = 0;
  cacheable = true;
  /** The FROM clause being built is one of a writer: its tables give columns in every schema state. */
  writing = false;
  readonly tables: { readonly db: string; readonly table: TableInfo; readonly write: boolean }[] = [];
  /** Views being expanded, against endless recursion. */
  readonly viewStack: ExpandedView[] = [];
  /** Columns of stored tables that are part of a key. */
  readonly indexed = new Set<number>();
  /** Tables of the writer's FROM clause, those of the views in it included; not what derived tables and subqueries read. */
  readonly writable = new Set<DataSource>();
  /** Those of them that the statement writes through views. */
  readonly written = new Map<DataSource, WrittenView>();
  checkScope: CheckScope | null = null;
  /** Recursive common tables whose step is being built. */
  recursiveSteps = 0;
  /** Database in which unqualified names of the query being built are looked up. */
  database: string;
  /** Number of the query block being built. */
  block = 0;
  /** Query blocks that are subqueries of expressions, and those that define common tables. */
  readonly subqueryBlocks = new WeakSet<Query>();
  readonly commonTableBlocks = new WeakSet<Query>();
  /** What columns of quotients keep beside them for computing while the query is built (hidden-digits.ts). */
  readonly hiddenDigits: { column: Column | null }[] = [];
  /** SELECT STRAIGHT_JOIN, or the hint of that name: the block's tables are joined as they are written. */
  straight = false;
  /** Hints of the enclosing query blocks, innermost last. */
  readonly hints: (readonly Hint[])[] = [];
  constructor(
    readonly ctx: PlanContext,
    readonly memory: StatementMemory,
    readonly buildQuery: (
      state: BuildState,
      query: Query,
      outer: QueryScope | null,
      ctes: CteScope | null,
    ) => Relation,
  ) {
    this.database = ctx.currentDatabase;
  }

  get blocks(): QueryBlocks | null {
    return this.memory.blocks;
  }

  get joinHints(): JoinHints | null {
    return this.memory.joinHints;
  }

  nextColumnId(): number {
    return ++this.lastColumn;
  }

  nextCteId(): number {
    return ++this.lastCte;
  }

  /** A new column for a value that has no name of its own. */
  column(type: FieldType, name?: string): Column {
    const id = ++this.lastColumn;
    return { kind: 'column', id, type, index: -1, name: name ?? `Column#${id}` };
  }

  /** The column an expression gives when projected: itself when it is one already. */
  columnFor(e: Expression): Column {
    if (e.kind === 'column') return e;
    const column = this.column(e.type);
    return isStringType(e.type) ? { ...column, coercibility: coercibilityOf(e) } : column;
  }

  /** A function call, typed and folded. */
  call(name: string, ...args: Expression[]): Expression {
    return newFunction(name, args, this.ctx.eval);
  }

  /** A table is read or written: by the view around it, on its definer's behalf. */
  checkPrivilege(privilege: string, db: string, table: string): void {
    const view = this.viewStack.at(-1);
    if (view === undefined || view.definer === null) {
      this.ctx.checkPrivilege(privilege, db, table);
      return;
    }
    if (!this.ctx.holdsPrivilege(view.definer, privilege, db, table))
      throw mysqlError('ER_VIEW_INVALID', view.db, view.name);
  }

  /** A table is read: gives the columns that may be read when those are not all. */
  checkRead(db: string, table: string): ReadonlySet<string> | null {
    const limited = this.viewStack.length > 0 ? null : this.ctx.limitedColumns('SELECT', db, table);
    if (limited === null) this.checkPrivilege('SELECT', db, table);
    else this.cacheable = false;
    return limited;
  }

  /** Columns of a table are written. Throws 1142, 1143. */
  checkWrite(privilege: 'INSERT' | 'UPDATE', db: string, table: string, columns: readonly string[]): void {
    const limited = this.viewStack.length > 0 ? null : this.ctx.limitedColumns(privilege, db, table);
    if (limited === null) return this.checkPrivilege(privilege, db, table);
    this.cacheable = false;
    for (const c of columns) if (!limited.has(c.toLowerCase())) this.ctx.denyColumn(privilege, c, table);
  }

  noteTable(db: DbInfo, table: TableInfo, write: boolean): void {
    this.tables.push({ db: db.name, table, write });
  }
}
