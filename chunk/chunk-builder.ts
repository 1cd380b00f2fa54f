import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { Chunk } from './chunk.js';
import type { VectorBuilder } from './vector-builder.js';
import { newVectorBuilder } from './vector-builder.js';

/** Rows gathered one by one into a chunk. */
export class ChunkBuilder {
  readonly columns: readonly VectorBuilder[];
  /** Rows of a chunk without columns; otherwise the columns know. */
  private count = 0;

  constructor(types: readonly FieldType[], capacity = 64, shared = false) {
    this.columns = types.map((t) => newVectorBuilder(t, capacity, shared));
  }

  get rows(): number {
    return this.columns.length === 0 ? this.count : this.columns[0]!.length;
  }

  appendRow(row: readonly Datum[]): void {
    const c = this.columns;
    for (let i = 0; i < c.length; i++) c[i]!.append(row[i]!);
    this.count++;
  }

  /** Physical row `i` of a chunk with the same types. */
  appendFrom(chunk: Chunk, i: number): void {
    const c = this.columns;
    for (let k = 0; k < c.length; k++) c[k]!.appendFrom(chunk.columns[k]!, i);
    this.count++;
  }

  /** Counts a row whose cells the caller appended to `columns`. Needed only for chunks without columns. */
  endRow(): void {
    this.count++;
  }

  finish(): Chunk {
    const n = this.rows;
    this.count = 0;
    return new Chunk(
      this.columns.map((c) => c.finish()),
      n,
    );
  }
}

/** A chunk of the given rows. */
export function chunkOf(rows: readonly (readonly Datum[])[], types: readonly FieldType[]): Chunk {
  const b = new ChunkBuilder(types, Math.max(1, rows.length));
  for (const r of rows) b.appendRow(r);
  return b.finish();
}

/** Datums of the selected rows; for tests, metadata and small results only. */
export function chunkRows(chunk: Chunk): Datum[][] {
  const out: Datum[][] = [];
  for (let k = 0; k < chunk.rows; k++) out.push(chunkRow(chunk, k));
  return out;
}

/** The kth selected row of a chunk. */
export function chunkRow(chunk: Chunk, k: number): Datum[] {
  const i = chunk.sel === null ? k : chunk.sel[k]!;
  return chunk.columns.map((c) => c.get(i));
}
