import { createHash } from 'node:crypto';
import type { PlannedStatement } from '../../planner/plan-context.js';
import { planHints } from '../../planner/explain/plan-hints.js';
import { isLarge, planOutline, recordedBinary, recordedRows } from '../../planner/explain/explain.js';
import { accessObject } from '../../planner/explain/operator-info.js';

/** What all executions of a record have in common. */
export interface SummaryIdentity {
  readonly database: string;
  readonly digest: string;
  readonly normalized: string;
  readonly planDigest: string;
  readonly statementType: string;
}

/** What is kept of the first execution. */
export interface SummarySample {
  readonly user: string;
  readonly text: string;
  readonly prepared: boolean;
  readonly charset: string;
  readonly collation: string;
}

/** One execution, as it is added. Times in milliseconds. */
export interface Execution {
  readonly ms: number;
  readonly parseMs: number;
  readonly compileMs: number;
  readonly failed: boolean;
  readonly warnings: number;
  /** -1 for a statement that gives rows. */
  readonly affectedRows: number;
  readonly resultRows: number;
  readonly memory: number;
  readonly fromCache: boolean;
  readonly fromBinding: boolean;
  /** Its start, ms since the epoch. */
  readonly at: number;
}

/** A plan's tables, its indexes as `table:index`, both with commas, and its text. */
export interface PlanDescription {
  readonly tables: string;
  readonly indexes: string;
  readonly plan: string;
  readonly binaryPlan: string;
  /** Those that make the plan again. */
  readonly hints: readonly string[];
}

/** Figures of the statements with one digest and one plan within one interval. */
export class SummaryRecord {
  /** False when it is no longer among the current ones: it must be looked up anew. */
  live = true;
  /** Added to since it was last passed over for eviction. */
  used = true;
  count = 0;
  errors = 0;
  warnings = 0;
  sumMs = 0;
  maxMs = 0;
  minMs = Infinity;
  sumParseMs = 0;
  maxParseMs = 0;
  sumCompileMs = 0;
  maxCompileMs = 0;
  sumMemory = 0;
  maxMemory = 0;
  affectedRows = 0;
  sumRows = 0;
  maxRows = 0;
  minRows = Infinity;
  cacheHits = 0;
  lastFromCache = false;
  lastFromBinding = false;
  firstSeen = Infinity;
  lastSeen = 0;
  readonly users: Set<string>;
  private described: PlanDescription | null = null;
  private lastUser: string;

  constructor(
    /** Null for the record of those that were evicted. */
    readonly identity: SummaryIdentity | null,
    readonly sample: SummarySample | null,
    private planned: PlannedStatement | null,
  ) {
    this.lastUser = sample?.user ?? '';
    this.users = new Set(sample === null ? [] : [sample.user]);
  }

  /** What is shown of the plan, made when somebody first asks. */
  get plan(): PlanDescription {
    if (this.described !== null) return this.described;
    const { planned } = this;
    return (this.described = {
      tables: tableNames(planned),
      indexes: indexNames(planned),
      plan: planText(planned),
      binaryPlan: planned === null ? '' : recordedBinary(planned),
      hints: planned === null ? [] : planHints(planned.plan),
    });
  }

  /** Keeps what is shown of the plan instead of the plan: records of the past are many. */
  settle(): void {
    this.described = this.plan;
    this.planned = null;
  }

  add(e: Execution, user: string): void {
    this.used = true;
    this.count++;
    if (e.failed) this.errors++;
    this.warnings += e.warnings;
    const { ms, parseMs, compileMs, memory, resultRows } = e;
    this.sumMs += ms;
    if (ms > this.maxMs) this.maxMs = ms;
    if (ms < this.minMs) this.minMs = ms;
    this.sumParseMs += parseMs;
    if (parseMs > this.maxParseMs) this.maxParseMs = parseMs;
    this.sumCompileMs += compileMs;
    if (compileMs > this.maxCompileMs) this.maxCompileMs = compileMs;
    this.sumMemory += memory;
    if (memory > this.maxMemory) this.maxMemory = memory;
    if (e.affectedRows > 0) this.affectedRows += e.affectedRows;
    this.sumRows += resultRows;
    if (resultRows > this.maxRows) this.maxRows = resultRows;
    if (resultRows < this.minRows) this.minRows = resultRows;
    if (e.fromCache) this.cacheHits++;
    this.lastFromCache = e.fromCache;
    this.lastFromBinding = e.fromBinding;
    if (e.at < this.firstSeen) this.firstSeen = e.at;
    if (e.at > this.lastSeen) this.lastSeen = e.at;
    if (user !== this.lastUser) {
      this.lastUser = user;
      this.users.add(user);
    }
  }

  /** Adds the figures of a record that goes. */
  absorb(r: SummaryRecord): void {
    this.count += r.count;
    this.errors += r.errors;
    this.warnings += r.warnings;
    this.sumMs += r.sumMs;
    this.maxMs = Math.max(this.maxMs, r.maxMs);
    this.minMs = Math.min(this.minMs, r.minMs);
    this.sumParseMs += r.sumParseMs;
    this.maxParseMs = Math.max(this.maxParseMs, r.maxParseMs);
    this.sumCompileMs += r.sumCompileMs;
    this.maxCompileMs = Math.max(this.maxCompileMs, r.maxCompileMs);
    this.sumMemory += r.sumMemory;
    this.maxMemory = Math.max(this.maxMemory, r.maxMemory);
    this.affectedRows += r.affectedRows;
    this.sumRows += r.sumRows;
    this.maxRows = Math.max(this.maxRows, r.maxRows);
    this.minRows = Math.min(this.minRows, r.minRows);
    this.cacheHits += r.cacheHits;
    this.firstSeen = Math.min(this.firstSeen, r.firstSeen);
    this.lastSeen = Math.max(this.lastSeen, r.lastSeen);
    for (const user of r.users) this.users.add(user);
  }
}

function tableNames(planned: PlannedStatement | null): string {
  if (planned === null) return '';
  return [...new Set(planned.tables.map((t) => `${t.db}.${t.table.name}`.toLowerCase()))].join(',');
}

/** `table:index` of each index that the plan reads. */
function indexNames(planned: PlannedStatement | null): string {
  if (planned === null) return '';
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      for (const n of node) visit(n);
      return;
    }
    const plan = node as PlannedStatement['plan'];
    if (typeof plan.op !== 'string' || !('schema' in plan)) return;
    const [, table, index] =
      /table:(\S+?), (?:.*, )?(?:clustered )?index:(\w+)/.exec(accessObject(plan)) ?? [];
    if (table !== undefined && index !== undefined) found.add(`${table}:${index}`);
    for (const child of Object.values(plan)) visit(child);
  };
  visit(planned.plan);
  return [...found].join(',');
}

/** TiDB's mark for a plan that is too long to be kept. */
export const DISCARDED_PLAN = '[discard]';

const DIGESTS = new WeakMap<object, string>();

/** Digest of a plan: its operators and what they read, without values; '' for a statement without a plan. */
export function planDigest(planned: PlannedStatement | null): string {
  if (planned === null) return '';
  let digest = DIGESTS.get(planned.plan);
  if (digest === undefined) {
    const rows = isLarge(planned.plan)
      ? planOutline(planned.plan)
      : recordedRows(planned, 'tree').map((r) => `${r[0]}|${r[1]}|${r[2]}`);
    digest = createHash('sha256').update(rows.join('\n')).digest('hex');
    DIGESTS.set(planned.plan, digest);
  }
  return digest;
}

/** The plan as TiDB's slow log and statement summaries show it: a line per operator, tabs between the columns. */
export function planText(planned: PlannedStatement | null): string {
  if (planned === null) return '';
  if (isLarge(planned.plan)) return DISCARDED_PLAN;
  const shown = recordedRows(planned, 'row').map(([id, estRows, task, access, info]) =>
    [id, task, estRows, [access, info].filter((x) => x !== '').join(', ')].map((c) => c ?? ''),
  );
  const table = [['id', 'task', 'estRows', 'operator info'], ...shown];
  const widths = table[0]!.map((_, c) => Math.max(...table.map((r) => r[c]!.length)));
  return table
    .map((r) => `\t${r.map((cell, c) => (c === 3 ? cell : cell.padEnd(widths[c]!))).join('\t')}`)
    .join('\n');
}
