import type { Chunk } from '../../chunk/chunk.js';
import type { Vector } from '../../chunk/vector.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { BlockStats } from '../columnar/block-stats.js';
import { SegmentReader } from '../columnar/column-scan.js';
import type { Operator } from '../exec-context.js';
import type { OperatorContext } from '../operator.js';
import type { TopNBound } from '../topn-bound.js';
import type { ControlBlock } from './control-block.js';

/** Rows of a segment's columns. */
export interface ScanPart {
  readonly columns: readonly Vector[];
  readonly dropped: Int32Array;
  /** Of the column that a TopN above orders by first. */
  readonly stats: BlockStats | null;
}

/** Results of later morsels than this many beyond the first that is missing wait until it is there. */
const AHEAD = 16;
const RETRY_MS = 1;

/**
 * The rows of a table, of which the threads of a fragment take stretches ("morsels") as they come to them (Leis et al., "Morsel-Driven
 * Parallelism", 2014). Rows outside of the columns come as chunks from the main thread, each a morsel of its own.
 */
export class MorselScan implements Operator {
  private reader: SegmentReader | null = null;
  private chunk: Chunk | null = null;
  /** The morsel that rows come from; -1 before the first. */
  morsel = -1;
  private readonly chunks: { readonly morsel: number; readonly chunk: Chunk }[] = [];
  private ended: boolean;
  private wake: (() => void) | null = null;

  constructor(
    private readonly parts: readonly ScanPart[],
    private readonly morsels: Int32Array,
    private readonly control: ControlBlock,
    private readonly ctx: OperatorContext,
    private readonly bound: TopNBound | null,
    more: boolean,
    /** Results wait for those of morsels before them. */
    private readonly ordered: boolean,
    /** The end of each morsel is an end of the stream. */
    private readonly oneByOne: boolean,
    private readonly onAhead: () => void,
    private readonly onTaken: () => void,
    private readonly onMorselEnd: (morsel: number) => void,
  ) {
    this.ended = !more;
  }

  open(): void {}

  close(): void {}

  /** A chunk of rows outside of the columns; null: there are no more. */
  give(morsel: number, chunk: Chunk | null): void {
    if (chunk === null) this.ended = true;
    else this.chunks.push({ morsel, chunk });
    this.interrupted();
  }

  /** Whoever waits looks again. */
  interrupted(): void {
    this.wake?.();
    this.wake = null;
  }

  /** Turns to the next morsel; false when there is none. */
  claim(): Awaitable<boolean> {
    const m = this.control.takeMorsel();
    if (m * 3 >= this.morsels.length) return this.claimChunk();
    this.morsel = m;
    const part = this.parts[this.morsels[m * 3]!]!;
    this.reader = new SegmentReader(
      part.columns,
      [this.morsels[m * 3 + 1]!, this.morsels[m * 3 + 2]!],
      part.dropped,
      null,
      this.bound,
      part.stats,
    );
    if (this.ordered && m > this.control.released + AHEAD) return this.awaitTurn(m);
    return true;
  }

  private async awaitTurn(m: number): Promise<boolean> {
    this.onAhead();
    while (m > this.control.released + AHEAD) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      await this.ctx.checkpoint();
    }
    return true;
  }

  private claimChunk(): Awaitable<boolean> {
    this.reader = null;
    const next = this.chunks.shift();
    if (next !== undefined) {
      this.morsel = next.morsel;
      this.chunk = next.chunk;
      this.onTaken();
      return true;
    }
    if (this.ended) return false;
    return new Promise<void>((resolve) => (this.wake = resolve)).then(async () => {
      await this.ctx.checkpoint();
      return this.claimChunk();
    });
  }

  private endMorsel(): void {
    const m = this.morsel;
    this.reader = null;
    this.morsel = -1;
    if (m >= 0) this.onMorselEnd(m);
  }

  next(): Awaitable<Chunk | null> {
    for (;;) {
      const chunk = this.fromMorsel();
      if (chunk !== null) {
        const pause = this.ctx.checkpoint();
        return pause === undefined ? chunk : pause.then(() => chunk);
      }
      if (this.oneByOne) return null;
      this.endMorsel();
      const more = this.claim();
      if (more instanceof Promise) return more.then((yes) => (yes ? this.next() : null));
      if (!more) return null;
    }
  }

  private fromMorsel(): Chunk | null {
    if (this.reader !== null) return this.reader.next();
    const { chunk } = this;
    this.chunk = null;
    return chunk;
  }
}
