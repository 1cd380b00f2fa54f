import type { SqlWarning } from '../types/error.js';
import type { RuntimeStats } from '../executor/exec-context.js';
import type { Statement } from '../parser/ast/index.js';
import type { PlannedStatement } from '../planner/plan-context.js';
import type { RunawayCheck } from './engine/runaway-queries.js';
import type { PlanSlot } from './plan-cache.js';
import type { StatementIds } from './statement-ids.js';
import type { Awaitable } from '../types/awaitable.js';
import { loopShare } from './loop-share.js';
import { mysqlError } from '../types/error-table.js';

/** Warnings kept of one statement; further ones are counted only (max_error_count of TiDB: 64). */
const MAX_KEPT = 1024;

/** State of one running statement. A session has one at a time (cursors keep theirs). */
export class StatementContext {
  readonly warnings: SqlWarning[] = [];
  warningCount = 0;
  errorCount = 0;
  /** Set by KILL QUERY, MAX_EXECUTION_TIME and a closed connection; the error to raise. */
  private reason: Error | null = null;
  private controller: AbortController | null = null;
  private timer: NodeJS.Timeout | null = null;
  /** When max_execution_time is over, of performance.now(); 0 = never. */
  deadline = 0;
  runtimeStats: RuntimeStats | null = null;
  affectedRows = 0;
  foundRows = 0;
  lastInsertId: number | bigint = 0;
  info = '';
  /** Set where the statement may have to be run again as part of its transaction. */
  ids: StatementIds | null = null;
  /** Where plans of the statement's text are kept; null when they are not. */
  planSlot: PlanSlot | null = null;
  /** State column of SHOW PROCESSLIST, e.g. LOAD DATA's progress. */
  state = 'executing';
  /** What runs; null for what is no statement of a client. */
  stmt: Statement | null = null;
  /** Its plan, once there is one. */
  planned: PlannedStatement | null = null;
  /** What planning took, where the plan was not there already. */
  compileMs = 0;
  /** Where its resource group has a QUERY_LIMIT. */
  runaway: RunawayCheck | null = null;
  /** Memory that operators held at most. */
  memory: { readonly peak: number } | null = null;
  /** performance.now() at the start. */
  readonly began = performance.now();
  private lastYield: number;
  /** How long the thread had worked in all then (LoopShare.activeMs); negative before the first time. */
  private activeThen = -1;
  private cleanups: (() => void)[] | null = null;

  constructor(
    private readonly source: string | Uint8Array,
    /** Statement start, ms since the epoch. */
    readonly startedAt: number,
    /** For how long the thread was held before that, by the parser. */
    heldMs = 0,
  ) {
    this.lastYield = this.began - heldMs;
  }

  get text(): string {
    return typeof this.source === 'string' ? this.source : Buffer.from(this.source).toString();
  }

  /** The text as the client sent it. */
  get bytes(): Uint8Array {
    return typeof this.source === 'string' ? Buffer.from(this.source) : this.source;
  }

  warn(warning: SqlWarning): void {
    this.warningCount++;
    if (warning.level === 'Error') this.errorCount++;
    if (this.warnings.length < MAX_KEPT) this.warnings.push(warning);
  }

  /** Leaves the first `count` warnings. */
  takeBackWarnings(count: number): void {
    this.warningCount = count;
    if (this.warnings.length > count) this.warnings.length = count;
  }

  /** Runs what is done only to see whether it can be: of what it warns nobody is told. */
  async withoutWarnings(run: () => Awaitable<unknown>): Promise<void> {
    const { warningCount, errorCount } = this;
    try {
      await run();
    } finally {
      this.takeBackWarnings(warningCount);
      this.errorCount = errorCount;
    }
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.reason !== null && !this.controller.signal.aborted) this.controller.abort(this.reason);
    return this.controller.signal;
  }

  /** Why the statement is to end. */
  get interruption(): Error | null {
    return this.reason;
  }

  interrupt(reason: Error): void {
    this.reason ??= reason;
    this.controller?.abort(this.reason);
  }

  limitTime(ms: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.deadline = performance.now() + ms;
    this.timer = setTimeout(() => this.interrupt(mysqlError('ER_QUERY_TIMEOUT')), ms);
    this.timer.unref();
  }

  throwIfInterrupted(): void {
    if (this.reason !== null) throw this.reason;
  }

  /** Work that nobody waits for: it takes a small share of the thread while there is other work. */
  background = false;

  /** See ExecContext.checkpoint. Lets the event loop run after some milliseconds of continuous work. */
  checkpoint(): Promise<void> | undefined {
    if (this.reason !== null) throw this.reason;
    const now = performance.now();
    const held = now - this.lastYield;
    if (held < loopShare.sliceMs) return undefined;
    let worked = 0;
    // The first time nobody knows whether it has worked.
    if (this.activeThen >= 0) {
      worked = Math.min(held, loopShare.activeMs() - this.activeThen);
      if (worked < loopShare.sliceMs) {
        // It waited for something: others had the thread.
        this.lastYield = now - worked;
        return undefined;
      }
    }
    const pause = loopShare.pause(now, worked, this.background);
    return pause.then(() => {
      this.lastYield = performance.now();
      this.activeThen = loopShare.activeMs();
      this.throwIfInterrupted();
    });
  }

  /** Runs when the statement ends, however it does. */
  onFinish(cleanup: () => void): void {
    (this.cleanups ??= []).push(cleanup);
  }

  finish(): void {
    if (this.cleanups !== null) for (const cleanup of this.cleanups.splice(0)) cleanup();
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
