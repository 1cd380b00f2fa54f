import type { Chunk } from '../../chunk/chunk.js';
import { compact } from '../../chunk/gather.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Operator, Spillable } from '../exec-context.js';
import type { OperatorContext } from '../operator.js';
import { rowBytes } from '../row-bytes.js';
import { ChunkSpool } from './chunk-spool.js';
import type { TempFile } from './temp-storage.js';

/**
 * Rows kept to be read again, any number of times and by several readers at once: in memory, or in a temporary file from the
 * moment that the statement holds too much. Readers go on by chunk number, so that a spill passes under them unseen.
 */
export class RowContainer implements Spillable {
  private readonly chunks: (Chunk | null)[] = [];
  private readonly unregister: () => void;
  private file: TempFile | null = null;
  private spilling: Promise<void> | null = null;
  private spilled: ChunkSpool[] = [];
  private held = 0;
  private wanted = false;
  private closed = false;
  rows = 0;

  constructor(private readonly ctx: OperatorContext) {
    this.unregister = ctx.disk === null ? () => {} : ctx.memory.addSpillable(this);
  }

  get chunkCount(): number {
    return this.chunks.length;
  }

  /** Adds the selected rows; never loses them: an error is thrown before. */
  append(input: Chunk): Awaitable<void> {
    if (input.rows === 0) return;
    const chunk = compact(input);
    const bytes = rowBytes(chunk);
    this.held += bytes;
    this.rows += chunk.rows;
    this.chunks.push(chunk);
    this.ctx.memory.consume(bytes);
    // Rows keep coming while older ones go: the writer must not fall behind.
    if (this.wanted) return this.moveAll();
  }

  spillableBytes(): number {
    return this.closed ? 0 : this.held;
  }

  /** Nobody may call for a while, so it goes on by itself. */
  spill(): void {
    this.wanted = true;
    // The error shows to the next who appends or reads.
    this.moveAll().catch(() => {});
  }

  private moveAll(): Promise<void> {
    this.spilling ??= this.move().finally(() => (this.spilling = null));
    return this.spilling;
  }

  private async move(): Promise<void> {
    this.file ??= this.ctx.disk!.create();
    for (let k = this.spilled.length; k < this.chunks.length && !this.closed; k++) {
      const chunk = this.chunks[k]!;
      const spool = new ChunkSpool(this.file);
      await spool.append(chunk);
      await spool.flush();
      this.spilled.push(spool);
      this.chunks[k] = null;
      const bytes = rowBytes(chunk);
      this.held -= bytes;
      this.ctx.memory.release(bytes);
    }
  }

  /** Chunks from number `from` up to `to` (as many as there are when null). */
  reader(from = 0, to: number | null = null): Operator {
    return new ContainerReader(this, from, to);
  }

  /** Chunk `k`; of a spilled one at most the rows of one read. */
  chunk(k: number): Awaitable<Chunk> {
    const chunk = this.chunks[k];
    if (chunk !== null && chunk !== undefined) return chunk;
    return this.spilled[k]!.reader()
      .nextBlock()
      .then((c) => c!);
  }

  /** Empties the container. */
  clear(): void {
    this.ctx.memory.release(this.held);
    this.held = 0;
    this.rows = 0;
    this.chunks.length = 0;
    this.spilled = [];
    this.file?.close();
    this.file = null;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.unregister();
    this.clear();
  }
}

class ContainerReader implements Operator {
  private at: number;

  constructor(
    private readonly container: RowContainer,
    from: number,
    private readonly to: number | null,
  ) {
    this.at = from;
  }

  open(): void {}

  next(): Awaitable<Chunk | null> {
    if (this.at >= (this.to ?? this.container.chunkCount)) return null;
    return this.container.chunk(this.at++);
  }

  close(): void {}
}
