import type { MemoryTracker, Spillable } from '../executor/exec-context.js';
import type { MemoryLimits, ServerMemory } from './engine/server-memory.js';
import type { StatementContext } from './statement-context.js';

/** Share of the quota from which operators spill: what they do until then comes in leaps. */
const SPILL_SHARE = 0.8;

/** Of statements without an operator that spills: never written. */
const NONE: Spillable[] = [];
const NOT_ASKED: Set<Spillable> = new Set();

/**
 * Bytes that one statement holds against tidb_mem_quota_query. When they are too many, its largest operators are asked to
 * spill; what they are going to free counts as freed. Only when nobody is left to ask, tidb_mem_oom_action is taken.
 */
export class StatementMemory implements MemoryTracker {
  private held = 0;
  peak = 0;
  readonly quota: number;
  private spillables: Spillable[] = NONE;
  /** Those that were asked and have not freed it yet. */
  private asked: Set<Spillable> = NOT_ASKED;
  private logged = false;
  /** Held bytes from which the server's limit is looked at. */
  private serverCheck: number;
  private enlisted = false;
  private readonly softQuota: number;

  constructor(
    /** Bytes; 0 and less = unlimited. */
    quota: number,
    private readonly limits: MemoryLimits,
    private readonly statement: StatementContext,
    private readonly server: ServerMemory,
  ) {
    statement.memory = this;
    this.serverCheck = server.step;
    this.quota = quota > 0 ? quota : Infinity;
    this.softQuota = this.quota * SPILL_SHARE;
  }

  get root(): MemoryTracker {
    return this;
  }

  get bytes(): number {
    return this.held;
  }

  consume(bytes: number): void {
    this.held += bytes;
    if (this.held > this.peak) this.peak = this.held;
    if (this.held > this.softQuota) this.relieve();
    if (this.held >= this.serverCheck) this.checkServer();
  }

  release(bytes: number): void {
    this.held -= bytes;
    if (this.held < 0) this.held = 0;
  }

  addSpillable(operator: Spillable): () => void {
    if (this.spillables === NONE) {
      this.spillables = [];
      this.asked = new Set();
    }
    this.spillables.push(operator);
    return () => {
      const at = this.spillables.indexOf(operator);
      if (at >= 0) this.spillables.splice(at, 1);
      this.asked.delete(operator);
    };
  }

  /** Asks operators to spill until `target` bytes or fewer will be held; gives what will be, more when that cannot be reached. */
  private shrink(target: number): number {
    let expected = this.held - this.pinned();
    for (const s of this.asked) {
      const bytes = s.spillableBytes();
      if (bytes === 0) this.asked.delete(s);
      expected -= bytes;
    }
    while (expected > target) {
      let largest: Spillable | null = null;
      // Crumbs are not worth a file.
      let most = this.softQuota === Infinity ? 0 : this.softQuota / 32;
      for (const s of this.spillables) {
        if (this.asked.has(s)) continue;
        const bytes = s.spillableBytes();
        if (bytes > most) {
          most = bytes;
          largest = s;
        }
      }
      if (largest === null) break;
      this.asked.add(largest);
      expected -= most;
      largest.spill();
    }
    return expected;
  }

  /** Bytes that operators which spill already cannot give up. */
  private pinned(): number {
    let n = 0;
    for (const s of this.spillables) n += s.pinnedBytes?.() ?? 0;
    return Math.min(n, this.softQuota);
  }

  private relieve(): void {
    if (this.shrink(this.softQuota) <= this.quota) return;
    if (this.limits.memoryAction() === 'CANCEL') throw this.limits.memoryExceeded('ER_QUERY_MEM_EXCEEDED');
    if (this.logged) return;
    this.logged = true;
    this.limits.logMemoryExceeded(this.held);
  }

  private checkServer(): void {
    this.serverCheck = this.held + this.server.step;
    if (!this.enlisted) {
      this.enlisted = true;
      this.server.enter(this);
      this.statement.onFinish(() => this.server.leave(this));
    }
    if (!this.server.isLargest(this)) return;
    // Half of what is held here may suffice; what cannot be had must not be held.
    const half = this.held / 2;
    if (this.shrink(half) > half) throw this.limits.memoryExceeded('ER_SERVER_MEM_EXCEEDED');
  }
}
