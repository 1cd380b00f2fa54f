import type { TableInfo } from '../../catalog/model.js';
import { costOf } from '../../planner/explain/plan-costs.js';
import type { LogicalPlan } from '../../planner/logical/plan.js';
import type { PhysicalPlan } from '../../planner/physical/plan.js';
import type { PlannedStatement } from '../../planner/plan-context.js';
import { planStatement } from '../../planner/planner.js';
import type { Query } from '../../parser/ast/index.js';
import type { Datum } from '../../types/datum.js';
import { indexOverColumns } from '../hypothetical-indexes.js';
import type { Session } from '../session.js';
import { SessionPlanContext } from '../session-plan.js';
import type { Candidate } from './candidates.js';

/** Planning as if there were indexes. */
class WhatIfContext extends SessionPlanContext {
  /** What the subqueries that are run while planning cost. */
  subqueryCost = 0;
  readonly logical: LogicalPlan[] = [];
  private nth = 0;

  constructor(
    session: Session,
    private readonly indexes: readonly Candidate[],
    /** Rows of the subqueries in the order in which they are asked for. */
    private readonly answers: Datum[][][],
    isPrepared: boolean,
  ) {
    super(session, session.schema, isPrepared ? null : []);
  }

  override withHypothetical(table: TableInfo): TableInfo {
    const own = this.indexes.filter((i) => i.table.id === table.id);
    if (own.length === 0) return table;
    const made = own.map(({ columns }, n) =>
      indexOverColumns(table, `whatif_${columns.join('_')}`.slice(0, 64), columns, n),
    );
    return { ...table, indices: [...table.indices, ...made] };
  }
  rewritten(plan: LogicalPlan): void {
    this.logical.push(plan);
  }
  /** The first time, without any indexes that are not there, the subquery is run. */
  override async runSubquery(plan: PhysicalPlan, maxRows: number): Promise<Datum[][]> {
    this.subqueryCost += costOf(plan) ?? 0;
    return (this.answers[this.nth++] ??= await super.runSubquery(plan, maxRows));
  }
  override warn(): void {
    // What planning warns of says nothing to whoever asked for indexes.
  }
}

/** A query whose costs under different indexes are compared. */
export class WhatIfQuery {
  private readonly answers: Datum[][][] = [];
  private readonly costs = new Map<string, number>();
  /** The logical plans that its plan is made of. */
  plans: readonly LogicalPlan[] = [];
  /** Ids of the tables that it reads. */
  private tables: ReadonlySet<number> = new Set();

  constructor(
    private readonly session: Session,
    private readonly stmt: Query,
    /** The statement with its tables' databases. */
    readonly text: string,
    readonly frequency: number,
    private readonly isPrepared: boolean,
  ) {}

  /** Plans it as it is; to be called first. Throws what planning throws. */
  async look(): Promise<void> {
    const context = new WhatIfContext(this.session, [], this.answers, this.isPrepared);
    const planned = await planStatement(this.stmt, context);
    // Statistics that were not in memory yet.
    if (context.missing.size > 0) {
      await this.session.engine.statistics.load(...context.missing);
      this.answers.length = 0;
      const again = new WhatIfContext(this.session, [], this.answers, this.isPrepared);
      this.note(again, await planStatement(this.stmt, again));
    } else this.note(context, planned);
  }

  private note(context: WhatIfContext, planned: PlannedStatement): void {
    this.tables = new Set(planned.tables.map((t) => t.table.id));
    this.costs.set('', (costOf(planned.plan) ?? 0) + context.subqueryCost);
    this.plans = context.logical;
  }

  /** Whether indexes of the table can make a difference. */
  reads(table: TableInfo): boolean {
    return this.tables.has(table.id);
  }

  /** What it costs with the indexes. */
  async cost(indexes: readonly Candidate[]): Promise<number> {
    const own = indexes.filter((i) => this.reads(i.table));
    const key = own
      .map((i) => `${i.table.id}:${i.columns.join(',')}`)
      .sort()
      .join(';');
    const known = this.costs.get(key);
    if (known !== undefined) return known;
    await this.session.statement.checkpoint();
    const context = new WhatIfContext(this.session, own, this.answers, this.isPrepared);
    const { plan } = await planStatement(this.stmt, context);
    const cost = (costOf(plan) ?? 0) + context.subqueryCost;
    this.costs.set(key, cost);
    return cost;
  }
}
