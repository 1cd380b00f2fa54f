import type { Chunk } from '../../chunk/chunk.js';
import { CHUNK_ROWS } from '../../chunk/chunk.js';
import { concatChunks } from '../../chunk/concat.js';
import { compact } from '../../chunk/gather.js';
import { sliceChunk } from '../../chunk/slice.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Operator, TempFiles } from '../exec-context.js';
import { rowBytes } from '../row-bytes.js';
import { decodeChunk, encodeChunk } from './chunk-codec.js';
import type { TempFile } from './temp-storage.js';

/** Bytes gathered before they are written: large enough for one write, small enough for a reader per run. */
const BLOCK_BYTES = 128 << 10;

/** Chunks in a temporary file, in the order in which they were appended. Several spools may share a file. */
export class ChunkSpool {
  private pending: Chunk[] = [];
  private pendingBytes = 0;
  private readonly blocks: { readonly at: number; readonly length: number }[] = [];
  rows = 0;
  /** Bytes as rows in memory, approximately. */
  bytes = 0;

  constructor(
    private readonly file: TempFile,
    private readonly blockBytes = BLOCK_BYTES,
  ) {}

  /** Takes the selected rows of the chunk, which must stay as it is until `flush`. */
  append(chunk: Chunk): Awaitable<void> {
    const rows = chunk.rows;
    if (rows === 0) return;
    const flat = compact(chunk);
    const bytes = rowBytes(flat);
    this.rows += rows;
    this.bytes += bytes;
    this.pending.push(flat);
    this.pendingBytes += bytes;
    if (this.pendingBytes >= this.blockBytes) return this.flush();
  }

  async flush(): Promise<void> {
    if (this.pending.length === 0) return;
    const data = encodeChunk(concatChunks(this.pending));
    this.pending = [];
    this.pendingBytes = 0;
    this.blocks.push({ at: await this.file.append(data), length: data.length });
  }

  /** Reads what has been flushed, from the first chunk on. */
  reader(): SpoolReader {
    return new SpoolReader(this.file, this.blocks);
  }
}

/** Reads a spool; an operator, so that plans run over spools. */
export class SpoolReader implements Operator {
  private block = 0;
  private current: Chunk | null = null;
  private at = 0;

  constructor(
    private readonly file: TempFile,
    private readonly blocks: readonly { readonly at: number; readonly length: number }[],
  ) {}

  open(): void {}

  next(): Awaitable<Chunk | null> {
    if (this.current === null || this.at >= this.current.length) return this.load();
    return this.cut();
  }

  /** The next block as a whole. */
  async nextBlock(): Promise<Chunk | null> {
    if (this.block >= this.blocks.length) return null;
    const { at, length } = this.blocks[this.block++]!;
    return decodeChunk(await this.file.read(at, length));
  }

  close(): void {
    this.current = null;
    this.block = this.blocks.length;
  }

  private async load(): Promise<Chunk | null> {
    this.current = await this.nextBlock();
    this.at = 0;
    return this.current === null ? null : this.cut();
  }

  private cut(): Chunk {
    const rows = this.current!;
    const from = this.at;
    this.at = Math.min(rows.length, from + CHUNK_ROWS);
    return sliceChunk(rows, from, this.at);
  }
}

/** Spools that share one file. */
export function openSpools(files: TempFiles, count: number): { file: TempFile; spools: ChunkSpool[] } {
  const file = files.create();
  // Many spools hold less each before they write.
  const block = Math.max(16 << 10, BLOCK_BYTES / count);
  return { file, spools: Array.from({ length: count }, () => new ChunkSpool(file, block)) };
}
