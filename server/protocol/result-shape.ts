import type { ResultColumn } from '../../session/client-session.js';
import { BinaryRowWriter } from './binary-rows.js';
import { writeColumnDefinition } from './column-definition.js';
import type { PacketWriter } from './packet-writer.js';
import type { RowWriter } from './row-writer.js';
import { TextRowWriter } from './text-rows.js';

/**
 * What the columns of a result mean on the wire: their definitions and the writer of their rows. Kept by a prepared
 * statement (or a connection, for text) while the session gives the very same columns array, so that a repeated
 * statement copies its metadata as one block.
 */
export class ResultShape {
  readonly rows: RowWriter;
  private uses = 0;
  private block: Buffer | null = null;

  constructor(
    readonly columns: readonly ResultColumn[],
    readonly resultsCharset: string | null,
    binary: boolean,
  ) {
    this.rows = binary
      ? new BinaryRowWriter(columns, resultsCharset)
      : new TextRowWriter(columns, resultsCharset);
  }

  fits(columns: readonly ResultColumn[], resultsCharset: string | null): boolean {
    return this.columns === columns && this.resultsCharset === resultsCharset;
  }

  /** Column count and definitions, without the EOF that older clients want after them. */
  writeMetadata(w: PacketWriter): void {
    const n = this.columns.length;
    if (this.block !== null && w.sequence === 1) {
      w.finishedPackets(this.block, n + 1);
      return;
    }
    const before = w.pending;
    const first = w.sequence;
    const written = w.bytesWritten;
    w.begin();
    w.lenenc(n);
    w.end();
    for (const c of this.columns) writeColumnDefinition(w, c, this.resultsCharset);
    // Sequence ids are part of the block, so it serves only where a first result set begins, after one packet of request.
    if (++this.uses === 2 && first === 1 && w.bytesWritten === written && n < 250) {
      this.block = Buffer.from(w.buf.subarray(before, w.pending));
    }
  }
}
