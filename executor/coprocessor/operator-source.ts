import type { Chunk, ChunkSource } from '../../chunk/chunk.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Operator } from '../exec-context.js';

/** The result of an operator as a stream; it is opened at the first pull. */
export class OperatorSource implements ChunkSource {
  private opened = false;

  constructor(
    private readonly root: Operator,
    private readonly signal: AbortSignal | undefined,
  ) {}

  next(): Awaitable<Chunk | null> {
    this.signal?.throwIfAborted();
    if (!this.opened) {
      this.opened = true;
      const r = this.root.open();
      if (r instanceof Promise) return r.then(() => this.root.next());
    }
    return this.root.next();
  }

  close(): Awaitable<void> {
    return this.root.close();
  }
}
