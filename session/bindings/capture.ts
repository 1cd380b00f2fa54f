import type { Datum } from '../../types/datum.js';
import type { EngineCore } from '../engine/engine-core.js';
import type { SummaryRecord } from '../summary/summary-record.js';
import type { NewBinding } from './binding-store.js';
import { tablesOf } from './binding-text.js';
import { recordedBinding } from './plan-history.js';

/** How often statements are looked through (TiDB's bind-info-lease). */
const LEASE_MS = 3000;
/** Kinds of statements that run by a plan worth keeping. */
const CAPTURED: ReadonlySet<string> = new Set(['Select', 'Update', 'Delete', 'Insert']);
const OWN_DATABASES = /^(mysql|information_schema|performance_schema|metrics_schema|sys)$/i;

/** What mysql.capture_plan_baselines_blacklist keeps from being captured. */
interface Filters {
  /** Statements that ran more often than so many times. */
  readonly frequency: number;
  readonly users: ReadonlySet<string>;
  readonly tables: readonly RegExp[];
}

/**
 * Baseline capturing (TiDB docs, "SQL Plan Management"): with tidb_capture_plan_baselines statements that run more than once are bound to the
 * plan that they ran with, so that they keep it.
 */
export class BaselineCapture {
  private timer: NodeJS.Timeout | null = null;
  private running = false;

  constructor(private readonly core: EngineCore) {
    core.globals.onChange('tidb_capture_plan_baselines', (value) => {
      this.stop();
      if (value === 'ON') this.start();
    });
  }

  private start(): void {
    this.timer = setInterval(() => {
      if (this.running) return;
      this.running = true;
      this.capture()
        .catch((err: unknown) => this.core.logger.error({ err }, 'capturing bindings failed'))
        .finally(() => (this.running = false));
    }, LEASE_MS);
    this.timer.unref();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** Binds what there is to bind. */
  async capture(): Promise<void> {
    const filters = await this.filters();
    const { bindings, summaries } = this.core;
    const found = new Map<string, { readonly binding: NewBinding; readonly count: number }>();
    for (const { records } of summaries.windows(true))
      for (const record of records.values()) {
        if (!isEligible(record, filters)) continue;
        const binding = recordedBinding(record, 'capture');
        if (binding === null || bindings.find(binding.sqlDigest) !== undefined) continue;
        if (!this.isAllowed(binding, filters)) continue;
        // Of several plans the one that ran most.
        if ((found.get(binding.sqlDigest)?.count ?? 0) < record.count)
          found.set(binding.sqlDigest, { binding, count: record.count });
      }
    if (found.size > 0) await bindings.create([...found.values()].map((f) => f.binding));
  }

  private isAllowed(binding: NewBinding, filters: Filters): boolean {
    const tables = tablesOf(binding.hinted, binding.defaultDb);
    const schema = this.core.schemaLoader.current;
    return (
      tables.length > 0 &&
      tables.every(
        ({ db, table }) =>
          !OWN_DATABASES.test(db) &&
          schema.table(db, table) !== null &&
          !filters.tables.some((t) => t.test(`${db}.${table}`)),
      )
    );
  }

  private async filters(): Promise<Filters> {
    const rows = await this.core.internalQuery(
      'SELECT filter_type, filter_value FROM mysql.capture_plan_baselines_blacklist',
    );
    const of = (type: string): string[] =>
      rows.filter((r) => textOf(r[0]).toLowerCase() === type).map((r) => textOf(r[1]));
    return {
      frequency: Math.max(1, ...of('frequency').map(Number).filter(Number.isFinite)),
      users: new Set(of('user')),
      tables: of('table').map(tablePattern),
    };
  }
}

const isEligible = (r: SummaryRecord, filters: Filters): boolean =>
  r.identity !== null &&
  CAPTURED.has(r.identity.statementType) &&
  r.count > filters.frequency &&
  r.plan.hints.length > 0 &&
  ![...r.users].every((u) => filters.users.has(u));

/** `db.t` with the wildcards of LIKE. */
function tablePattern(filter: string): RegExp {
  const body = filter
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${body}$`, 'i');
}

const textOf = (v: Datum | undefined): string => (v instanceof Uint8Array ? Buffer.from(v).toString() : '');
