import { findVirtualTable } from '../../catalog/virtual/virtual-table.js';
import { text } from '../../catalog/virtual/columns.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import type { EngineCore } from '../engine/engine-core.js';
import type { Session } from '../session.js';
import { factRow, type Fact } from './fact-rows.js';
import { type SummaryRecord } from './summary-record.js';
import type { SummaryWindow } from './statement-summaries.js';

const nanos = (ms: number): number => Math.round(ms * 1e6);
const orNull = (s: string): string | null => (s === '' ? null : s);

function summaryFact(core: EngineCore, window: SummaryWindow, r: SummaryRecord): Fact {
  const { identity, sample } = r;
  const { tables, indexes, plan, binaryPlan } = r.plan;
  const n = Math.max(1, r.count);
  return {
    INSTANCE: core.instance,
    users: [...r.users].join('\0'),
    SUMMARY_BEGIN_TIME: window.begin,
    SUMMARY_END_TIME: window.end,
    STMT_TYPE: identity?.statementType ?? '',
    SCHEMA_NAME: orNull(identity?.database ?? ''),
    DIGEST: identity?.digest ?? null,
    DIGEST_TEXT: identity?.normalized ?? '',
    TABLE_NAMES: orNull(tables),
    INDEX_NAMES: orNull(indexes),
    SAMPLE_USER: orNull(sample?.user ?? ''),
    EXEC_COUNT: r.count,
    SUM_ERRORS: r.errors,
    SUM_WARNINGS: r.warnings,
    SUM_LATENCY: nanos(r.sumMs),
    MAX_LATENCY: nanos(r.maxMs),
    MIN_LATENCY: r.count === 0 ? 0 : nanos(r.minMs),
    AVG_LATENCY: nanos(r.sumMs / n),
    AVG_PARSE_LATENCY: nanos(r.sumParseMs / n),
    MAX_PARSE_LATENCY: nanos(r.maxParseMs),
    AVG_COMPILE_LATENCY: nanos(r.sumCompileMs / n),
    MAX_COMPILE_LATENCY: nanos(r.maxCompileMs),
    AVG_MEM: r.sumMemory / n,
    MAX_MEM: r.maxMemory,
    MAX_RESULT_ROWS: r.maxRows,
    MIN_RESULT_ROWS: r.count === 0 ? 0 : r.minRows,
    AVG_RESULT_ROWS: r.sumRows / n,
    SUM_RESULT_ROWS: r.sumRows,
    PREPARED: sample?.prepared ?? false,
    AVG_AFFECTED_ROWS: r.affectedRows / n,
    SUM_AFFECTED_ROWS: r.affectedRows,
    FIRST_SEEN: r.count === 0 ? window.begin : r.firstSeen,
    LAST_SEEN: r.count === 0 ? window.begin : r.lastSeen,
    PLAN_IN_CACHE: r.lastFromCache,
    PLAN_CACHE_HITS: r.cacheHits,
    PLAN_IN_BINDING: r.lastFromBinding,
    QUERY_SAMPLE_TEXT: sample?.text ?? null,
    PLAN_DIGEST: orNull(identity?.planDigest ?? ''),
    PLAN: orNull(plan),
    BINARY_PLAN: orNull(binaryPlan),
    CHARSET: sample?.charset ?? null,
    COLLATION: sample?.collation ?? null,
    RESOURCE_GROUP: sample === null ? null : 'default',
  };
}

const localFacts = (core: EngineCore, history: boolean): Fact[] =>
  core.summaries
    .windows(history)
    .flatMap((w) =>
      [...w.records.values(), ...(w.evicted === null ? [] : [w.evicted])].map((r) => summaryFact(core, w, r)),
    );

const evictedFacts = (core: EngineCore): Fact[] =>
  core.summaries
    .windows(true)
    .filter((w) => w.evictedCount > 0)
    .map((w) => ({
      INSTANCE: core.instance,
      BEGIN_TIME: w.begin,
      END_TIME: w.end,
      EVICTED_COUNT: w.evictedCount,
    }));

/** Who may not see the statements of others sees the own. */
function visible(session: Session, facts: readonly Fact[]): Fact[] {
  if (session.privileges.has('PROCESS', null, null)) return facts.slice();
  const { user } = session.connection;
  return facts.filter((f) => String(f['users']).split('\0').includes(user));
}

const PICOS_PER_NANO = 1000;

/** A digest's figures over all its plans, as MySQL counts them: times in picoseconds. */
function eventsByDigest(core: EngineCore, session: Session): Fact[] {
  const sums = new Map<string, Record<string, string | number | boolean | null>>();
  for (const f of visible(session, localFacts(core, true))) {
    const key = `${f['SCHEMA_NAME']}\0${f['DIGEST']}`;
    const count = Number(f['EXEC_COUNT']);
    const picos = (name: string): number => Number(f[name]) * PICOS_PER_NANO;
    const sum = sums.get(key);
    const wait = picos('SUM_LATENCY') + Number(sum?.['SUM_TIMER_WAIT'] ?? 0);
    const total = count + Number(sum?.['COUNT_STAR'] ?? 0);
    const plus = (name: string, by: unknown): number => Number(sum?.[name] ?? 0) + Number(by);
    const max = Math.max(picos('MAX_LATENCY'), Number(sum?.['MAX_TIMER_WAIT'] ?? 0));
    sums.set(key, {
      SCHEMA_NAME: f['SCHEMA_NAME'] ?? null,
      DIGEST: f['DIGEST'] ?? null,
      DIGEST_TEXT: f['DIGEST_TEXT'] ?? null,
      COUNT_STAR: total,
      SUM_TIMER_WAIT: wait,
      MIN_TIMER_WAIT: Math.min(picos('MIN_LATENCY'), Number(sum?.['MIN_TIMER_WAIT'] ?? Infinity)),
      AVG_TIMER_WAIT: wait / Math.max(1, total),
      MAX_TIMER_WAIT: max,
      SUM_ERRORS: plus('SUM_ERRORS', f['SUM_ERRORS']),
      SUM_WARNINGS: plus('SUM_WARNINGS', f['SUM_WARNINGS']),
      SUM_ROWS_AFFECTED: plus('SUM_ROWS_AFFECTED', f['SUM_AFFECTED_ROWS']),
      SUM_ROWS_SENT: plus('SUM_ROWS_SENT', f['SUM_RESULT_ROWS']),
      MAX_CONTROLLED_MEMORY: Math.max(Number(f['MAX_MEM']), Number(sum?.['MAX_CONTROLLED_MEMORY'] ?? 0)),
      MAX_TOTAL_MEMORY: Math.max(Number(f['MAX_MEM']), Number(sum?.['MAX_TOTAL_MEMORY'] ?? 0)),
      FIRST_SEEN: Math.min(Number(f['FIRST_SEEN']), Number(sum?.['FIRST_SEEN'] ?? Infinity)),
      LAST_SEEN: Math.max(Number(f['LAST_SEEN']), Number(sum?.['LAST_SEEN'] ?? 0)),
      // No distribution is kept: the longest is an upper bound.
      QUANTILE_95: max,
      QUANTILE_99: max,
      QUANTILE_999: max,
      QUERY_SAMPLE_TEXT: f['QUERY_SAMPLE_TEXT'] ?? null,
      QUERY_SAMPLE_SEEN: Number(f['FIRST_SEEN']),
      QUERY_SAMPLE_TIMER_WAIT: max,
    });
  }
  return [...sums.values()];
}

export function registerSummaryTables(core: EngineCore): void {
  const { virtualProviders: tables, cluster } = core;
  const kinds: readonly (readonly [string, () => Fact[]])[] = [
    ['statements_summary', () => localFacts(core, false)],
    ['statements_summary_history', () => localFacts(core, true)],
    ['statements_summary_evicted', () => evictedFacts(core)],
  ];
  for (const [name, local] of kinds) {
    const { columns } = findVirtualTable('information_schema', name)!;
    const shown = (session: Session, facts: readonly Fact[]): readonly Fact[] =>
      name === 'statements_summary_evicted' ? facts : visible(session, facts);
    cluster.serveFacts(name, local);
    tables.set(name, (session): Awaitable<Datum[][]> =>
      shown(session, local()).map((f) => factRow(columns, f, session)),
    );
    tables.set(`cluster_${name}`, async (session) => {
      const facts = [...local(), ...(await cluster.foreignFacts(name))];
      return shown(session, facts).map((f) => [text(String(f['INSTANCE'])), ...factRow(columns, f, session)]);
    });
  }
  const events = findVirtualTable('performance_schema', 'events_statements_summary_by_digest')!;
  tables.set(events.name, (session) =>
    eventsByDigest(core, session).map((f) => factRow(events.columns, f, session)),
  );
}
