import type { Chunk } from '../../chunk/chunk.js';
import { CHUNK_ROWS } from '../../chunk/chunk.js';
import { concatChunks } from '../../chunk/concat.js';
import { compact } from '../../chunk/gather.js';
import { sliceChunk } from '../../chunk/slice.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Operator, Spillable } from '../exec-context.js';
import { andThen, type OperatorContext } from '../operator.js';
import { rowBytes } from '../row-bytes.js';
import { Work } from '../work-counts.js';
import { decodeChunk, encodeChunk } from './chunk-codec.js';
import type { TempFile } from './temp-storage.js';

/** Bytes of neighbouring rows that are written together. */
const BLOCK_BYTES = 128 << 10;
/** Shorter chunks are put together: whoever reads them makes shorter ones of them. */
const SMALL_ROWS = 256;

/** Rows next to each other, the first of them row number `start`: a chunk in memory, or a block of the file. */
interface Piece {
  readonly start: number;
  readonly rows: number;
  readonly bytes: number;
  readonly at: Chunk | { readonly offset: number; readonly length: number };
}

/**
 * Rows kept to be read again, any number of times and by several readers at once: in memory, or in a temporary file from the
 * moment that the statement holds too much. Readers go on by row number, so that a spill passes under them unseen.
 */
export class RowContainer implements Spillable {
  /** On disk first, in memory after. */
  private pieces: Piece[] = [];
  private onDisk = 0;
  /** Small chunks behind the last piece. */
  private tail: Chunk[] = [];
  private tailRows = 0;
  private readonly unregister: () => void;
  private file: TempFile | null = null;
  private spilling: Promise<void> | null = null;
  private held = 0;
  private wanted = false;
  private closed = false;
  rows = 0;

  constructor(private readonly ctx: OperatorContext) {
    this.unregister = ctx.disk === null ? () => {} : ctx.memory.addSpillable(this);
  }

  /** Adds the selected rows; never loses them: an error is thrown before. */
  append(input: Chunk): Awaitable<void> {
    if (input.rows === 0) return;
    const chunk = compact(input);
    this.tail.push(chunk);
    this.tailRows += chunk.rows;
    this.rows += chunk.rows;
    if (chunk.rows >= SMALL_ROWS || this.tailRows >= CHUNK_ROWS) this.endPiece();
    const bytes = rowBytes(chunk);
    this.held += bytes;
    this.ctx.memory.consume(bytes);
    // Rows keep coming while older ones go: the writer must not fall behind.
    if (this.wanted && this.held >= BLOCK_BYTES) return this.moveAll();
  }

  private endPiece(): void {
    const { tail, tailRows } = this;
    if (tailRows === 0) return;
    const bytes = tail.reduce((n, c) => n + rowBytes(c), 0);
    this.pieces.push({ start: this.rows - tailRows, rows: tailRows, bytes, at: concatChunks(tail) });
    this.tail = [];
    this.tailRows = 0;
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
    if (this.file === null) this.ctx.noteWork?.(Work.tmpDiskTables, 1);
    this.file ??= this.ctx.disk!.create();
    this.endPiece();
    while (this.onDisk < this.pieces.length) {
      const { start } = this.pieces[this.onDisk]!;
      const chunks: Chunk[] = [];
      let bytes = 0;
      let rows = 0;
      for (let k = this.onDisk; k < this.pieces.length && bytes < BLOCK_BYTES; k++) {
        const piece = this.pieces[k]!;
        chunks.push(piece.at as Chunk);
        bytes += piece.bytes;
        rows += piece.rows;
      }
      const data = encodeChunk(concatChunks(chunks));
      const offset = await this.file.append(data);
      if (this.closed) return;
      const block = { start, rows, bytes, at: { offset, length: data.length } };
      this.pieces.splice(this.onDisk++, chunks.length, block);
      this.held -= bytes;
      this.ctx.memory.release(bytes);
    }
  }

  /** Rows from number `from` up to `to`. */
  reader(from: number, to: number): Operator {
    this.endPiece();
    return new ContainerReader(this, from, to);
  }

  /** The piece that has row `row`. */
  pieceOf(row: number): Piece {
    let low = 0;
    let high = this.pieces.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >>> 1;
      if (this.pieces[mid]!.start <= row) low = mid;
      else high = mid - 1;
    }
    return this.pieces[low]!;
  }

  load(piece: Piece): Awaitable<Chunk> {
    const { at } = piece;
    if (!('offset' in at)) return at;
    return this.file!.read(at.offset, at.length).then(decodeChunk);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.unregister();
    this.ctx.memory.release(this.held);
    this.held = 0;
    this.rows = 0;
    this.pieces = [];
    this.tail = [];
    this.tailRows = 0;
    this.file?.close();
    this.file = null;
  }
}

class ContainerReader implements Operator {
  private piece: Piece | null = null;
  private chunk: Chunk | null = null;

  constructor(
    private readonly container: RowContainer,
    private at: number,
    private readonly to: number,
  ) {}

  open(): void {}

  next(): Awaitable<Chunk | null> {
    if (this.at >= this.to) return null;
    const { piece, chunk } = this;
    if (piece !== null && chunk !== null && this.at < piece.start + piece.rows) return this.cut(piece, chunk);
    const next = this.container.pieceOf(this.at);
    return andThen(this.container.load(next), (loaded) => {
      this.piece = next;
      this.chunk = loaded;
      return this.cut(next, loaded);
    });
  }

  private cut({ start, rows }: Piece, chunk: Chunk): Chunk {
    const from = this.at - start;
    const to = Math.min(rows, this.to - start, from + CHUNK_ROWS);
    this.at = start + to;
    return from === 0 && to === rows ? chunk : sliceChunk(chunk, from, to);
  }

  close(): void {
    this.chunk = null;
    this.at = this.to;
  }
}
