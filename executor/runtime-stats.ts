import type { Chunk } from '../chunk/chunk.js';
import type { Awaitable } from '../types/awaitable.js';
import type { MemoryTracker, Operator, OperatorStats, Spillable, TempFiles } from './exec-context.js';
import type { OperatorContext } from './operator.js';
import type { TempFile } from './spill/temp-storage.js';

/** The context for one operator, in which what it holds and writes is noted in its figures. */
export function measuredContext<C extends OperatorContext>(ctx: C, stats: OperatorStats): C {
  const disk = ctx.disk;
  return Object.create(ctx, {
    memory: { value: new MeasuredMemory(ctx.memory.root, stats) },
    disk: { value: disk === null ? null : measuredFiles(disk, stats) },
  }) as C;
}

/** Peak of what an operator holds. */
class MeasuredMemory implements MemoryTracker {
  private held = 0;

  constructor(
    readonly root: MemoryTracker,
    private readonly stats: OperatorStats,
  ) {}

  get quota(): number {
    return this.root.quota;
  }

  consume(bytes: number): void {
    this.held += bytes;
    if (this.held > this.stats.memoryBytes) this.stats.memoryBytes = this.held;
    this.root.consume(bytes);
  }

  release(bytes: number): void {
    this.held -= bytes;
    this.root.release(bytes);
  }

  addSpillable(operator: Spillable): () => void {
    return this.root.addSpillable(operator);
  }
}

/** The file methods of `disk` with writes counted. A context of an operator inside another's counts for the inner one alone. */
function measuredFiles(disk: TempFiles, stats: OperatorStats): TempFiles {
  return {
    create(): TempFile {
      const file = disk.create();
      file.onWrite = (bytes) => (stats.diskBytes += bytes);
      return file;
    },
  };
}

/** Measures the operator it wraps. Times include children, as TiDB's do. */
export class MeasuredOperator implements Operator {
  constructor(
    private readonly inner: Operator,
    private readonly stats: OperatorStats,
  ) {}

  open(): Awaitable<void> {
    const start = performance.now();
    if (this.stats.openedAt === 0) this.stats.openedAt = start;
    const r = this.inner.open();
    if (r instanceof Promise) return r.finally(() => this.add(start));
    this.add(start);
  }

  next(): Awaitable<Chunk | null> {
    const start = performance.now();
    const r = this.inner.next();
    if (r instanceof Promise) return r.then((chunk) => this.note(start, chunk));
    return this.note(start, r);
  }

  close(): Awaitable<void> {
    this.stats.closedAt = performance.now();
    return this.inner.close();
  }

  private add(start: number): void {
    this.stats.timeMs += performance.now() - start;
  }

  private note(start: number, chunk: Chunk | null): Chunk | null {
    this.add(start);
    if (chunk === null) {
      this.stats.closedAt = performance.now();
    } else {
      this.stats.loops++;
      this.stats.rows += chunk.rows;
    }
    return chunk;
  }
}
