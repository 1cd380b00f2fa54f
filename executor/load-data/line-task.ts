import type { TableInfo } from '../../catalog/model.js';
import { TableMutations } from '../../catalog/table-mutations.js';
import type { Datum } from '../../types/datum.js';
import { LineParser, type LineFormat } from './line-parser.js';
import { RowEncoder } from './row-encoder.js';

/** What lines are to become. */
export interface LineTarget {
  readonly table: TableInfo;
  /** Offsets of the columns that the fields go to. */
  readonly offsets: readonly number[];
  readonly defaults: readonly Datum[];
  readonly charset: string;
  readonly format: LineFormat;
  readonly ignoreLines: number;
  /** The text of every line is wanted, not only of those that are no plain rows. */
  readonly texts: boolean;
}

/** Lines in their order: those of plain rows as what is to be stored of them, others as their text. */
export interface LineBatch {
  readonly lines: number;
  /** Entries of each line, the record first; 0: its text is to go the general way. */
  readonly counts: Uint16Array;
  /** Of each entry the length of its key and of its value; the value's is inverted (~) where the key must not exist. */
  readonly lengths: Int32Array;
  /** Keys and values of the entries. The record's key is empty where the table gives out row ids. */
  readonly bytes: Uint8Array;
  /** Where each line's text ends in `text`. */
  readonly textEnds: Int32Array;
  readonly text: Uint8Array;
  /** Largest value given for an AUTO_INCREMENT column, 0 for none. */
  readonly maxAuto: number;
}

/** Makes batches of pieces of a file, which may end anywhere. */
export class LineTask {
  private readonly parser: LineParser;
  private readonly encoder: RowEncoder | null;
  private readonly out = new BatchWriter();

  constructor(private readonly target: LineTarget) {
    const { table, offsets, defaults, charset, format, ignoreLines } = target;
    this.parser = new LineParser(format, ignoreLines);
    const columns = offsets.map((o) => table.columns[o]!);
    this.encoder = RowEncoder.plain(table, columns, defaults, new TableMutations(table, table.id), charset);
  }

  take(piece: Uint8Array, last: boolean): LineBatch {
    const { parser, encoder, out, target } = this;
    if (piece.length > 0) parser.feed(piece);
    if (last) parser.end();
    out.begin(piece.length);
    while (parser.next()) {
      const plain = encoder !== null && encoder.encode(parser);
      if (plain) encoder.put(out, null, !target.texts);
      if (!plain || target.texts) out.line(parser.line());
      out.endLine();
    }
    return out.finish(encoder?.takeMaxAuto() ?? 0);
  }
}

/** Grows with what it is given; takes entries as a transaction does. */
class BatchWriter {
  private lines = 0;
  private entries = 0;
  private inLine = 0;
  private at = 0;
  private textAt = 0;
  private counts = new Uint16Array(0);
  private lengths = new Int32Array(0);
  private bytes = new Uint8Array(0);
  private textEnds = new Int32Array(0);
  private text = new Uint8Array(0);

  /** A batch of a piece of so many bytes. */
  begin(piece: number): void {
    this.lines = this.entries = this.inLine = this.at = this.textAt = 0;
    this.counts = new Uint16Array(1024);
    this.textEnds = new Int32Array(1024);
    this.lengths = new Int32Array(2048);
    this.bytes = new Uint8Array(Math.max(4096, piece * 2));
    this.text = new Uint8Array(0);
  }

  set(key: Uint8Array, value: Uint8Array, flags?: { readonly presumeNotExists?: boolean }): void {
    if (this.entries * 2 + 2 > this.lengths.length)
      this.lengths = grown(this.lengths, this.lengths.length * 2);
    const end = this.at + key.length + value.length;
    if (end > this.bytes.length) this.bytes = grown(this.bytes, Math.max(end, this.bytes.length * 2));
    const e = this.entries++ * 2;
    this.lengths[e] = key.length;
    this.lengths[e + 1] = flags?.presumeNotExists === true ? ~value.length : value.length;
    const { bytes } = this;
    let p = this.at;
    for (let i = 0; i < key.length; i++) bytes[p++] = key[i]!;
    bytes.set(value, p);
    this.at = end;
    this.inLine++;
  }

  line(text: Uint8Array): void {
    const end = this.textAt + text.length;
    if (end > this.text.length) this.text = grown(this.text, Math.max(end, this.text.length * 2));
    this.text.set(text, this.textAt);
    this.textAt = end;
  }

  endLine(): void {
    if (this.lines === this.counts.length) {
      this.counts = grown(this.counts, this.lines * 2);
      this.textEnds = grown(this.textEnds, this.lines * 2);
    }
    this.counts[this.lines] = this.inLine;
    this.textEnds[this.lines++] = this.textAt;
    this.inLine = 0;
  }

  finish(maxAuto: number): LineBatch {
    const { lines, counts, lengths, bytes, textEnds, text } = this;
    return { lines, counts, lengths, bytes, textEnds, text, maxAuto };
  }
}

function grown<T extends Uint8Array | Uint16Array | Int32Array>(a: T, n: number): T {
  const b = new (a.constructor as new (n: number) => T)(n);
  b.set(a);
  return b;
}
