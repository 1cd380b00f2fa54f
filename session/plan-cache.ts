import { LRUCache } from 'lru-cache';
import { keepsColumns } from './engine/replica-watch.js';
import type { InfoSchema, TableInfo } from '../catalog/model.js';
import type { PlannedStatement, PlanReuse } from '../planner/plan-context.js';
import { prefixClass } from '../planner/ranger/like-range.js';
import { paramClass } from '../planner/resolve/param-marker.js';
import type { TableStatistics } from '../statistics/table-statistics.js';
import { isAscii } from '../types/charset.js';
import type { Datum } from '../types/datum.js';
import type { ParamValue } from './client-session.js';
import type { CacheGate } from './plan-cache-reasons.js';
import type { PreparedDescription } from './prepared-description.js';
import type { Session } from './session.js';
import { accountHolds, type SessionPlanContext } from './session-plan.js';
import type { SummaryHandle } from './summary/statement-summaries.js';
import { textPlanReason, type Plannable } from './text-plan-reasons.js';

/** Plans kept of one text: for other parameter classes, databases, settings. */
const MAX_VARIANTS = 8;
/** Texts without a single hit in this many plannings are planned each time without being kept. */
const GIVE_UP_AFTER = 64;

/** How long a plan is kept although feedback corrected the statistics that it was made with. */
const CORRECTED_AFTER_MS = 10_000;

interface PlannedTable {
  readonly db: string;
  readonly table: TableInfo;
  readonly rows: number;
  readonly statistics: TableStatistics | null;
}

/** A parameter that is a pattern of LIKE of one class. */
interface PrefixNeed {
  readonly param: number;
  readonly escape: number;
  readonly prefixClass: number;
}

/** What a plan asks of the values that it is reused for, beyond their classes. */
export class ParamNeeds implements PlanReuse {
  readonly fixed = new Set<number>();
  readonly ascii = new Set<number>();
  readonly prefixes: PrefixNeed[] = [];
  /** Why TiDB keeps no plan for these values, in its words. */
  reason: string | null = null;

  fix(param: number, reason?: string): void {
    this.fixed.add(param);
    this.reason ??= reason ?? null;
  }

  requireAscii(param: number): void {
    this.ascii.add(param);
  }

  requirePrefix(param: number, escape: number, prefixClass: number): void {
    this.prefixes.push({ param, escape, prefixClass });
  }
}

/** A plan and what it was made under. */
export class CachedPlan {
  /** Schema under which the tables were last found to be those planned with. */
  private checkedSchema: InfoSchema;
  private readonly madeAt = performance.now();

  constructor(
    readonly planned: PlannedStatement,
    private readonly environment: number,
    private readonly classes: string,
    private readonly fixed: readonly { readonly param: number; readonly value: Datum }[],
    private readonly ascii: readonly number[],
    private readonly prefixes: readonly PrefixNeed[],
    private readonly tables: readonly PlannedTable[],
    private readonly privileges: readonly (readonly [privilege: string, db: string, table: string])[],
    /** What the definers of views must hold. */
    private readonly definers: readonly (readonly [
      account: string,
      privilege: string,
      db: string,
      table: string,
    ])[],
    private readonly pessimistic: boolean,
    /** Tables that the plan scans, with whether own writes are merged into the scan. */
    private readonly dirty: ReadonlyMap<number, boolean>,
    /** Large tables that it may scan, with whether their columns were in memory. */
    private readonly kept: ReadonlyMap<TableInfo, boolean>,
    schema: InfoSchema,
  ) {
    this.checkedSchema = schema;
  }

  fits(session: Session, environment: number, params: readonly ParamValue[]): boolean {
    if (this.environment !== environment || !areOfClasses(params, this.classes)) return false;
    for (const f of this.fixed) if (!sameDatum(params[f.param]!.value, f.value)) return false;
    for (const param of this.ascii) if (!isAscii(params[param]!.value as Uint8Array)) return false;
    for (const p of this.prefixes)
      if (prefixClass(params[p.param]!.value, p.escape) !== p.prefixClass) return false;
    if (this.pessimistic !== isPessimistic(session)) return false;
    if (this.dirty.size === 0) return true;
    const { transaction } = session;
    for (const [table, dirty] of this.dirty) if (transaction.isDirty(table) !== dirty) return false;
    return true;
  }

  /** Whether tables and what is known of their contents are still those it was made for. */
  current(session: Session): boolean {
    const { schema, engine } = session;
    if (schema !== this.checkedSchema) {
      for (const t of this.tables) if (schema.table(t.db, t.table.name) !== t.table) return false;
      this.checkedSchema = schema;
    }
    if (this.planned.anyStatistics === true) return true;
    for (const t of this.tables) {
      const rows = engine.rowCounts.get(t.table.id) ?? -1;
      // What was best for a few rows need not be for many.
      if (rows !== t.rows && (rows > 2 * t.rows + 512 || 2 * rows + 512 < t.rows)) return false;
      if (this.isOutdated(engine.statistics.taken(t.table.id), t.statistics)) return false;
    }
    if (this.kept.size === 0) return true;
    for (const [table, kept] of this.kept) if (keepsColumns(engine, table) !== kept) return false;
    return true;
  }

  /** Who holds privileges for single columns gets a plan that was made with them. */
  allows(session: Session): boolean {
    const { privileges } = session;
    for (const [account, privilege, db, table] of this.definers)
      if (!accountHolds(session, account, privilege, db, table)) return false;
    return !privileges.limited || this.privileges.every(([p, db, table]) => privileges.has(p, db, table));
  }

  /** Corrections by feedback come all the time: a plan is made anew for them now and then only. */
  private isOutdated(now: TableStatistics | null, then: TableStatistics | null): boolean {
    if (now === then) return false;
    return now?.version !== then?.version || performance.now() - this.madeAt > CORRECTED_AFTER_MS;
  }

  checkPrivileges(session: Session): void {
    for (const [privilege, db, table] of this.privileges) session.privileges.require(privilege, db, table);
  }
}

function sameDatum(a: Datum, b: Datum): boolean {
  if (a === b) return true;
  return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

const isPessimistic = (session: Session): boolean => session.transaction.txn?.pessimistic ?? false;

/** The plans of one statement text, most recently used first. */
export class PlanSlot {
  private readonly variants: CachedPlan[] = [];
  private misses = 0;
  /** Where executions are counted (statement summaries). */
  summary: SummaryHandle | null = null;
  private hits = 0;
  /** What PREPARE found the last time. */
  description: PreparedDescription | null = null;
  /** Variables that may forbid to keep plans when a prepared statement is executed. */
  gates: readonly CacheGate[] = [];
  private told: {
    readonly schema: InfoSchema;
    readonly setting: string;
    readonly reason: string | null;
  } | null = null;

  /** Why TiDB would keep no plan of this text, in its words. */
  textReason(session: Session, stmt: Plannable): string | null {
    const { schema, vars } = session;
    const setting = `${vars.get('tidb_enable_non_prepared_plan_cache_for_dml')} ${vars.get('tidb_enable_plan_cache_for_param_limit')} ${session.currentDatabase}`;
    if (this.told?.schema !== schema || this.told.setting !== setting)
      this.told = { schema, setting, reason: textPlanReason(stmt, vars, schema, session.currentDatabase) };
    return this.told.reason;
  }

  /** `ofText`: plans of a text that was not prepared. */
  constructor(readonly ofText = false) {}

  find(session: Session, environment: number, params: readonly ParamValue[]): CachedPlan | null {
    const { variants } = this;
    for (let i = 0; i < variants.length; i++) {
      const plan = variants[i]!;
      if (!plan.fits(session, environment, params) || !plan.allows(session)) continue;
      if (!plan.current(session)) {
        variants.splice(i, 1);
        break;
      }
      if (i > 0) {
        variants.splice(i, 1);
        variants.unshift(plan);
      }
      this.hits++;
      return plan;
    }
    this.misses++;
    return null;
  }

  /** Whether plans of this text are worth keeping: values that plans depend on may differ in each execution. */
  get worthwhile(): boolean {
    return this.misses < GIVE_UP_AFTER || this.hits >= this.misses;
  }

  /** No plans of this text are kept from now on. */
  giveUp(): void {
    this.misses = Infinity;
  }

  clear(): void {
    this.variants.length = 0;
    this.description = null;
  }

  add(plan: CachedPlan): void {
    this.variants.unshift(plan);
    if (this.variants.length > MAX_VARIANTS) this.variants.pop();
  }
}

/**
 * Plans of statements by their text, shared by the sessions of the process, least recently used texts dropped. What a
 * plan depends on besides its text is kept with it (CachedPlan).
 */
export class PlanCache {
  private readonly slots: LRUCache<string, PlanSlot>;

  constructor(maxTexts: number) {
    this.slots = new LRUCache({ max: maxTexts });
  }

  slot(text: string): PlanSlot {
    let slot = this.slots.get(text);
    if (slot === undefined) this.slots.set(text, (slot = new PlanSlot()));
    return slot;
  }

  clear(): void {
    for (const slot of this.slots.values()) slot.clear();
    this.slots.clear();
  }
}

export function paramClasses(params: readonly ParamValue[]): string {
  let classes = '';
  for (let i = 0; i < params.length; i++) classes += paramClass(params[i]!.type, params[i]!.value);
  return classes;
}

/** Whether `paramClasses` of the values are these: they are joined for plans that are made, and not for each execution. */
function areOfClasses(params: readonly ParamValue[], classes: string): boolean {
  let at = 0;
  for (let i = 0; i < params.length; i++) {
    const name = paramClass(params[i]!.type, params[i]!.value);
    if (!classes.startsWith(name, at)) return false;
    at += name.length;
  }
  return at === classes.length;
}

/** Keeps a plan just made; null when it may not be kept. */
export function cachedPlan(
  session: Session,
  planned: PlannedStatement,
  environment: number,
  params: readonly ParamValue[],
  classes: string,
  needs: ParamNeeds,
  context: SessionPlanContext,
): CachedPlan | null {
  if (!planned.cacheable) return null;
  const { engine, schema } = session;
  const reads = !planned.tables.some((t) => t.write);
  const tables: PlannedTable[] = [];
  for (const { db, table } of planned.tables) {
    // Partial indexes are chosen by the values of this execution.
    if (table.indices.some((i) => i.condition !== undefined)) return null;
    if (
      table.virtual === true ||
      (table.view !== undefined && !reads) ||
      table.sequence !== undefined ||
      schema.table(db, table.name) !== table
    )
      return null;
    tables.push({
      db,
      table,
      rows: engine.rowCounts.get(table.id) ?? -1,
      statistics: engine.statistics.taken(table.id),
    });
  }
  return new CachedPlan(
    planned,
    environment,
    classes,
    [...needs.fixed].map((param) => {
      const { value } = params[param]!;
      return { param, value: value instanceof Uint8Array ? value.slice() : value };
    }),
    [...needs.ascii],
    needs.prefixes,
    tables,
    context.privileges,
    context.definers,
    isPessimistic(session),
    context.dirty,
    context.kept,
    schema,
  );
}
