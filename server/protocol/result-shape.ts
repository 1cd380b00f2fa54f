import type { ResultColumn } from '../../session/client-session.js';
import { BinaryRowWriter } from './binary-rows.js';
import { writeColumnDefinition } from './column-definition.js';
import type { PacketWriter } from './packet-writer.js';
import type { RowWriter } from './row-writer.js';
import { TextRowWriter } from './text-rows.js';

/** Types are compared by identity: a plan keeps its own. */
const sameColumn = (a: ResultColumn, b: ResultColumn): boolean =>
  a === b ||
  (a.type === b.type &&
    a.name === b.name &&
    a.orgName === b.orgName &&
    a.table === b.table &&
    a.orgTable === b.orgTable &&
    a.db === b.db);

/**
 * What the columns of a result mean on the wire: their definitions and the writer of their rows. Kept by a prepared
 * statement (or a connection, for text) while the session gives the same columns, so that a repeated statement copies its
 * metadata as one block.
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

  /** Whether columns mean the same on the wire as those it was made of. */
  fits(columns: readonly ResultColumn[], resultsCharset: string | null): boolean {
    if (this.resultsCharset !== resultsCharset) return false;
    const own = this.columns;
    if (own === columns) return true;
    if (own.length !== columns.length) return false;
    for (let i = 0; i < own.length; i++) if (!sameColumn(own[i]!, columns[i]!)) return false;
    return true;
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
