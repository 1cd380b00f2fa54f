import type { Awaitable } from '../types/awaitable.js';
import { mysqlError } from '../types/error-table.js';
import type { MemoryTracker } from '../executor/exec-context.js';

/** Bytes that one statement holds against tidb_mem_quota_query. */
export class StatementMemory implements MemoryTracker {
  private held = 0;
  peak = 0;
  private readonly spills = new Set<() => Awaitable<number>>();

  /** `quota` in bytes; negative = unlimited. */
  constructor(private readonly quota: number) {}

  consume(bytes: number): void {
    this.held += bytes;
    if (this.held > this.peak) this.peak = this.held;
    if (this.quota >= 0 && this.held > this.quota) this.relieve();
  }

  release(bytes: number): void {
    this.held -= bytes;
  }

  onPressure(spill: () => Awaitable<number>): () => void {
    this.spills.add(spill);
    return () => this.spills.delete(spill);
  }

  private relieve(): void {
    for (const spill of this.spills) {
      void spill();
      if (this.held <= this.quota) return;
    }
    throw mysqlError('ER_QUERY_MEM_EXCEEDED', this.quota);
  }
}
