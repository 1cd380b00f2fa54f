import type { DbInfo, PartitionDefinition, TableInfo } from '../../catalog/model.js';
import { physicalOf } from '../../kv/client/oracle.js';
import { DEFAULT_ANALYZE, hasIndexStatistics } from '../../statistics/builder.js';
import { isAnalyzed } from '../../statistics/table-statistics.js';
import { analyzeRequest } from '../statistics/analyze-request.js';
import { analyzeTable } from '../statistics/analyze-table.js';
import { BackgroundWork } from './background-work.js';
import type { EngineCore } from './engine-core.js';
import { remainingPartitions } from './interrupted-analyses.js';
import { makesReplica } from './replica-watch.js';
import { isWithin } from './time-window.js';

/** Tables with fewer rows are left to feedback: any plan does for them (TiDB's AutoAnalyzeMinCnt). */
const LEAST_ROWS = 1000;
const INTERVAL_MS = 5000;
const LEASE_MS = 60_000;
const RETRY_MS = 60_000;
/** Passes between two that clear away what is kept of tables that are gone. */
const TIDY_EVERY = 120;
/** Passes between two that store which columns conditions used. */
const USAGE_EVERY = 12;

interface Candidate {
  readonly db: DbInfo;
  readonly table: TableInfo;
  readonly priority: number;
  /** Of these partitions alone; null: of the whole table. */
  readonly partitions: readonly PartitionDefinition[] | null;
}

/**
 * How urgent it is to analyze a table: the more of it changed, the smaller it is and the longer ago it was done, in TiDB's
 * weights (TiDB manual, "Introduction to Statistics", priority queue).
 */
export function priorityOf(changed: number, rows: number, secondsSince: number, newIndex: boolean): number {
  const change = 0.6 * Math.log10(1 + Math.sqrt(changed));
  const size = 0.1 * (1 - Math.log10(1 + Math.sqrt(rows)));
  const age = 0.3 * Math.log10(1 + Math.sqrt(secondsSince));
  return change + size + age + (newIndex ? 2 : 0);
}

/** Analyzes tables of which enough has changed, one after the other, the most urgent first. */
export class AutoAnalyzer extends BackgroundWork {
  private passes = 0;
  /** When tables were last tried: one that fails is not tried again at once. */
  private readonly tried = new Map<number, number>();

  /** `interrupted`: ids of tables that this node was analyzing when it went down. */
  constructor(
    core: EngineCore,
    private readonly interrupted: Set<number> = new Set(),
  ) {
    super(core, { name: 'statistics', leaseMs: LEASE_MS, failure: 'automatic analysis failed' });
  }

  protected pauseMs(): number {
    return INTERVAL_MS;
  }

  /** One pass: the most urgent table. */
  async run(): Promise<void> {
    if (this.passes % USAGE_EVERY === 0) await this.core.columnUsage.save();
    this.passes++;
    if (!(await this.holdsOffice())) return;
    if (this.passes % TIDY_EVERY === 1) await this.tidy();
    if (this.core.globals.get('tidb_enable_auto_analyze') !== 'ON' || !this.isOpen()) return;
    const [most] = this.candidates();
    if (most !== undefined) await this.analyze(most);
  }

  private isOpen(): boolean {
    return isWithin(this.core, 'tidb_auto_analyze_start_time', 'tidb_auto_analyze_end_time');
  }

  /** Tables to analyze, the most urgent first: those that were begun with, where they stopped, then those that changed. */
  candidates(): Candidate[] {
    return [...this.begun(), ...this.changed()];
  }

  private begun(): Candidate[] {
    const out: Candidate[] = [];
    for (const id of this.interrupted) {
      const found = this.core.schemaLoader.current.tableById(id);
      const { statistics } = this.core;
      if (found === null || statistics.isLocked(id)) this.interrupted.delete(id);
      else if (!statistics.taking.has(id))
        out.push({ ...found, priority: Infinity, partitions: remainingPartitions(this.core, found.table) });
    }
    return out;
  }

  private changed(): Candidate[] {
    const { rowCounts, statistics, schemaLoader, globals } = this.core;
    const ratio = Number(globals.get('tidb_auto_analyze_ratio'));
    if (ratio <= 0) return [];
    const schema = schemaLoader.current;
    const out: Candidate[] = [];
    for (const id of rowCounts.tables()) {
      const rows = rowCounts.get(id) ?? 0;
      if (rows < LEAST_ROWS) continue;
      const found = schema.tableById(id);
      if (found === null || found.table.id !== id || found.db.lower === 'mysql') continue;
      const { db, table } = found;
      if (table.virtual === true || statistics.isLocked(id) || statistics.taking.has(id)) continue;
      // Two readers of all rows take each other's time, and the columns are read in a fraction of it.
      if (makesReplica(this.core, table)) continue;
      const stats = statistics.taken(id);
      const analyzed = statistics.has(id) && (stats === null || isAnalyzed(stats));
      const changed = analyzed ? rowCounts.modified(id) / Math.max(1, rows) : 1;
      const newIndex =
        stats !== null &&
        analyzed &&
        table.indices.some((i) => hasIndexStatistics(table, i) && !stats.indexes.has(i.id));
      if (changed <= ratio && analyzed && !newIndex) continue;
      if (performance.now() - (this.tried.get(id) ?? -RETRY_MS) < RETRY_MS) continue;
      const since = stats === null ? 0 : (Date.now() - physicalOf(stats.version)) / 1000;
      out.push({
        db,
        table,
        priority: priorityOf(changed, rows, Math.max(0, since), newIndex),
        partitions: null,
      });
    }
    return out.sort((a, b) => b.priority - a.priority);
  }

  private async analyze({ db, table, partitions }: Candidate): Promise<void> {
    const session = this.core.internalSession(db.name);
    session.statement.background = true;
    this.tried.set(table.id, performance.now());
    this.interrupted.delete(table.id);
    try {
      const given = { columns: null, indexes: null, histogram: null, given: {} };
      const request = await analyzeRequest(session, table, given);
      const options = { ...DEFAULT_ANALYZE, ...request.options };
      await analyzeTable(session, db, table, { ...request, options }, partitions);
      this.core.logger.info({ db: db.name, table: table.name }, 'analyzed automatically');
    } finally {
      await session.close();
    }
  }

  /** Clears away what is kept of tables that are gone, and jobs older than a week. */
  private async tidy(): Promise<void> {
    const { core } = this;
    const schema = core.schemaLoader.current;
    const gone = new Set<number>();
    for (const [id] of await core.internalQuery('SELECT table_id FROM mysql.stats_meta'))
      if (schema.tableById(Number(id)) === null) gone.add(Number(id));
    for (const id of gone) {
      core.rowCounts.drop(id);
      await core.statistics.forget(id);
    }
    await core.internalQuery('DELETE FROM mysql.analyze_jobs WHERE update_time < NOW() - INTERVAL 7 DAY');
  }
}
