import { LRUCache } from 'lru-cache';
import type { Digest } from '../../parser/digest.js';
import type { PlannedStatement } from '../../planner/plan-context.js';
import { datumToString } from '../../types/format.js';
import { layoutOf } from '../../types/field-type.js';
import type { MysqlError } from '../../types/error.js';
import type { ParamValue } from '../client-session.js';
import type { Session } from '../session.js';
import type { StatementContext } from '../statement-context.js';
import type { GlobalVariables } from '../variables/variable-store.js';
import { recordedDigest } from './recorded-digest.js';
import { secureText } from './secure-text.js';
import { planDigest, SummaryRecord, type Execution } from './summary-record.js';

/** Texts whose digests are remembered: BEGIN, COMMIT, SET … come again and again. */
const SHORT_TEXT = 128;

/** One interval of figures. */
export interface SummaryWindow {
  /** ms since the epoch. */
  readonly begin: number;
  readonly end: number;
  readonly records: Map<string, SummaryRecord>;
  /** The sum of those that had to go; null while all have found room. */
  evicted: SummaryRecord | null;
  evictedCount: number;
}

/** Where a statement's figures go next time, kept with its plans so that nothing is looked up. */
export interface SummaryHandle {
  readonly database: string;
  readonly planned: PlannedStatement | null;
  readonly record: SummaryRecord;
}

/**
 * Figures of the statements that ran, by digest, plan and database (TiDB's statement summary tables), for the current
 * interval and some before it. An execution of a cached plan costs a few additions.
 */
export class StatementSummaries {
  enabled = true;
  private internal = false;
  private intervalMs = 1_800_000;
  private historySize = 24;
  private maxCount = 3000;
  private maxText = 4096;
  private current: SummaryWindow;
  private readonly past: SummaryWindow[] = [];
  private readonly digests = new LRUCache<string, Digest>({ max: 256 });
  /** performance.now() from which another interval begins. */
  private rollAt = 0;
  private readonly execution = {
    ms: 0,
    parseMs: 0,
    compileMs: 0,
    failed: false,
    warnings: 0,
    affectedRows: 0,
    resultRows: 0,
    memory: 0,
    fromCache: false,
    fromBinding: false,
    at: 0,
  };

  constructor(globals: GlobalVariables) {
    this.current = this.newWindow();
    const number = (name: string, set: (n: number) => void): void =>
      globals.onChange(name, (value) => set(Number(value)));
    globals.onChange('tidb_enable_stmt_summary', (value) => {
      this.enabled = value === 'ON';
      if (!this.enabled) this.clear();
    });
    globals.onChange('tidb_stmt_summary_internal_query', (value) => (this.internal = value === 'ON'));
    number('tidb_stmt_summary_refresh_interval', (n) => {
      this.intervalMs = n * 1000;
      if (this.current.records.size === 0) this.current = this.newWindow();
    });
    number('tidb_stmt_summary_history_size', (n) => {
      this.historySize = n;
      this.trimHistory();
    });
    number('tidb_stmt_summary_max_stmt_count', (n) => {
      this.maxCount = n;
      this.evict();
    });
    number('tidb_stmt_summary_max_sql_length', (n) => (this.maxText = n));
  }

  /** The current interval, and with `history` those before it, newest first. */
  windows(history: boolean): SummaryWindow[] {
    this.rollOver();
    return history ? [this.current, ...this.past.toReversed()] : [this.current];
  }

  /** Normalized texts of those digests that are known. */
  statementsOf(digests: readonly string[]): Map<string, string> {
    const wanted = new Set(digests);
    const out = new Map<string, string>();
    for (const { records } of this.windows(true))
      for (const { identity } of records.values())
        if (identity !== null && wanted.has(identity.digest)) out.set(identity.digest, identity.normalized);
    return out;
  }

  /** What is known of executions with a plan, the newest; null when there were none. */
  ofPlan(planDigest: string): SummaryRecord | null {
    for (const { records } of this.windows(true))
      for (const r of records.values())
        if (r.identity?.planDigest === planDigest && r.sample !== null) return r;
    return null;
  }

  /** Counts a statement that has just ended. */
  note(session: Session, statement: StatementContext, error: MysqlError | null): void {
    if (session.connection.id === 0 && !this.internal) return;
    const now = performance.now();
    if (now >= this.rollAt) this.rollOver();
    const e = this.execution;
    e.ms = now - statement.began;
    e.parseMs = 0;
    e.compileMs = statement.compileMs;
    e.failed = error !== null;
    e.warnings = statement.warningCount - statement.errorCount;
    e.affectedRows = error === null ? statement.affectedRows : 0;
    e.resultRows = statement.affectedRows < 0 ? statement.foundRows : 0;
    e.memory = statement.memory === null ? 0 : statement.memory.peak;
    e.fromCache = session.planFromCache;
    e.fromBinding = session.planBinding !== null;
    e.at = statement.startedAt;
    const { planSlot: slot, planned } = statement;
    const known = slot === null ? null : slot.summary;
    if (
      known !== null &&
      known.record.live &&
      known.planned === planned &&
      known.database === session.currentDatabase
    ) {
      known.record.add(e, session.connection.user);
      return;
    }
    if (slot === null) e.parseMs = session.parseMs;
    const record = this.recordOf(session, statement, e);
    if (slot !== null && record !== null)
      slot.summary = { database: session.currentDatabase, planned, record };
  }

  private recordOf(session: Session, statement: StatementContext, e: Execution): SummaryRecord | null {
    const { stmt } = statement;
    // EXECUTE is counted as what it executes, PREPARE and DEALLOCATE not at all (as in TiDB).
    if (stmt === null || stmt.kind === 'Prepare' || stmt.kind === 'Deallocate') return null;
    const { planned } = statement;
    const text = statement.text;
    const { digest, normalized } = this.digestOf(text);
    const plan = planDigest(planned);
    const database = session.currentDatabase;
    const key = `${database}\0${digest}\0${plan}`;
    let record = this.current.records.get(key);
    if (record === undefined) {
      record = new SummaryRecord(
        {
          database,
          digest,
          normalized: cut(normalized, this.maxText),
          planDigest: plan,
          statementType: statementType(stmt.kind),
        },
        {
          user: session.connection.user,
          text: this.sampleText(secureText(stmt) ?? text, session.evalContext.params, statement),
          prepared: isPrepared(statement),
          charset: session.vars.get('character_set_client'),
          collation: session.vars.get('collation_connection'),
        },
        planned,
      );
      this.current.records.set(key, record);
      this.evict();
    }
    record.add(e, session.connection.user);
    return record;
  }

  private sampleText(text: string, params: readonly ParamValue[], statement: StatementContext): string {
    const kept = cut(text, this.maxText);
    if (params.length === 0 || !isPrepared(statement)) return kept;
    const shown = params.map(({ type, value }) =>
      value === null
        ? 'NULL'
        : layoutOf(type) === 'bytes'
          ? JSON.stringify(datumToString(value, type))
          : datumToString(value, type),
    );
    return `${kept} [arguments: ${shown.length === 1 ? shown[0]! : `(${shown.join(', ')})`}]`;
  }

  private digestOf(text: string): Digest {
    if (text.length > SHORT_TEXT) return recordedDigest(text);
    let digest = this.digests.get(text);
    if (digest === undefined) this.digests.set(text, (digest = recordedDigest(text)));
    return digest;
  }

  /** Makes room: those not used since they were last looked at go first. */
  private evict(): void {
    const { records } = this.current;
    while (records.size > this.maxCount) {
      for (const [key, record] of records) {
        records.delete(key);
        if (record.used && this.maxCount > 1) {
          record.used = false;
          records.set(key, record);
          continue;
        }
        record.live = false;
        this.current.evicted ??= new SummaryRecord(null, null, null);
        this.current.evicted.absorb(record);
        this.current.evictedCount++;
        break;
      }
    }
  }

  private clear(): void {
    for (const r of this.current.records.values()) r.live = false;
    this.past.length = 0;
    this.current = this.newWindow();
  }

  private rollOver(): void {
    if (performance.now() < this.rollAt) return;
    const { records } = this.current;
    for (const r of records.values()) r.live = false;
    if (records.size > 0) {
      this.past.push(this.current);
      settle([...records.values()], 0);
    }
    this.trimHistory();
    this.current = this.newWindow();
  }

  private trimHistory(): void {
    while (this.past.length > this.historySize) this.past.shift();
  }

  private newWindow(): SummaryWindow {
    const begin = Math.floor(Date.now() / this.intervalMs) * this.intervalMs;
    this.rollAt = performance.now() + (begin + this.intervalMs - Date.now());
    return { begin, end: begin + this.intervalMs, records: new Map(), evicted: null, evictedCount: 0 };
  }
}

/** Records described at a time, so that no statement waits for all of them. */
const SETTLED_AT_ONCE = 20;

function settle(records: readonly SummaryRecord[], from: number): void {
  const until = Math.min(records.length, from + SETTLED_AT_ONCE);
  for (let i = from; i < until; i++) records[i]!.settle();
  if (until < records.length) setTimeout(() => settle(records, until), 1).unref();
}

const cut = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max)}(len:${text.length})`;

const isPrepared = (statement: StatementContext): boolean =>
  statement.planSlot !== null && !statement.planSlot.ofText;

/** TiDB's labels of statements. */
const TYPES: Readonly<Record<string, string>> = {
  SetOperation: 'Select',
  TableStmt: 'Select',
  Values: 'Select',
  Set: 'Set',
};
const statementType = (kind: string): string => TYPES[kind] ?? kind;
