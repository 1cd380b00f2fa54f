import type { Chunk } from '../../chunk/chunk.js';
import type { ShortRows } from '../../executor/short-read/short-rows.js';
import type { ResultColumn } from '../../session/client-session.js';
import type { PacketWriter } from './packet-writer.js';
import { writeLenenc } from './packet-writer.js';
import { WRITE_BUFFER_BYTES } from './buffer-pool.js';
import { ColumnCells } from './column-cells.js';

/** A row writer stops for a flush once a buffer holds this much. */
export const FLUSH_BYTES = WRITE_BUFFER_BYTES - 8 * 1024;

/** Up to this length a byte loop beats making a view for TypedArray.set. */
const SHORT_COPY = 32;

/** Writes the rows of chunks as packets, straight from the vectors. One a result set. */
export abstract class RowWriter {
  protected readonly cells: readonly ColumnCells[];
  /** What all fixed-size cells of a row take at most. */
  protected readonly fixedBytes: number;
  private bound: Chunk | null = null;

  constructor(columns: readonly ResultColumn[], resultsCharset: string | null, rowOverhead: number) {
    this.cells = columns.map((c) => new ColumnCells(c.type, resultsCharset));
    this.fixedBytes = this.cells.reduce((n, c) => n + c.maxBytes, rowOverhead);
  }

  /**
   * Writes rows of `chunk` from the `from`-th selected one on, at most up to the `to`-th, and returns where it stopped:
   * at `to`, or earlier because the buffer wants flushing.
   */
  write(w: PacketWriter, chunk: Chunk, from: number, to: number): number {
    if (this.bound !== chunk) {
      for (let c = 0; c < this.cells.length; c++) this.cells[c]!.bind(chunk.columns[c]!);
      this.bound = chunk;
    }
    const stopped = this.writeRows(w, chunk.sel, from, to);
    if (stopped === chunk.rows) this.unbind();
    return stopped;
  }

  /** Writes all rows of a short read. They are few: buffers that fill go out without a look at how far the client is. */
  writeShort(w: PacketWriter, { columns, rows, order }: ShortRows): void {
    for (let c = 0; c < this.cells.length; c++) this.cells[c]!.bind(columns[c]!);
    for (let at = 0; at < rows;) {
      at = this.writeRows(w, order, at, rows);
      if (w.pos >= FLUSH_BYTES) w.flush();
    }
    this.unbind();
  }

  unbind(): void {
    this.bound = null;
    for (const c of this.cells) c.unbind();
  }

  protected abstract writeRows(w: PacketWriter, sel: Int32Array | null, from: number, to: number): number;
}

/** Writes a cell of CellClass.Bytes as `writeBytesCell` does. */
export function writeStringCell(w: PacketWriter, col: ColumnCells, row: number, reserve: number): void {
  const { slices } = col;
  if (slices !== null) {
    writeBytesCell(w, slices.sources[row]!, slices.starts[row]!, slices.ends[row]!, reserve);
    return;
  }
  const e = col.codes === null ? row : col.codes[row]!;
  writeBytesCell(w, col.bytes, col.offsets[e]!, col.offsets[e + 1]!, reserve);
}

/**
 * Writes bytes[start, end) with its length before it at w.pos, which the caller has brought up to date, keeping
 * `reserve` more bytes free behind it.
 */
export function writeBytesCell(
  w: PacketWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
  reserve: number,
): void {
  const n = end - start;
  w.ensure(n + 9 + reserve);
  const b = w.buf;
  let p = w.pos;
  if (n < SHORT_COPY) {
    b[p++] = n;
    for (let i = start; i < end; i++) b[p++] = bytes[i]!;
  } else {
    p = writeLenenc(b, p, n);
    b.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), p);
    p += n;
  }
  w.pos = p;
}
