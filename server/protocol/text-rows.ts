import { formatDouble, formatFixed, formatFloat } from '../../types/number-format.js';
import type { ResultColumn } from '../../session/client-session.js';
import { CellClass, writeBits } from './column-cells.js';
import {
  writeAscii,
  writeBigInt,
  writeInt,
  writePadded,
  writeScaled,
  writeScaledBig,
} from './number-text.js';
import type { PacketWriter } from './packet-writer.js';
import { writeLenenc } from './packet-writer.js';
import { FLUSH_BYTES, RowWriter, writeBytesCell, writeStringCell } from './row-writer.js';
import { writeDate, writeDateTime, writeDuration } from './time-text.js';

const NULL_CELL = 0xfb;

/** Rows of the text protocol (protocol: ProtocolText::ResultsetRow): every cell a length-encoded string, NULL as 0xfb. */
export class TextRowWriter extends RowWriter {
  constructor(columns: readonly ResultColumn[], resultsCharset: string | null) {
    super(columns, resultsCharset, columns.length + 16);
  }

  protected writeRows(w: PacketWriter, sel: Int32Array | null, from: number, to: number): number {
    const cells = this.cells;
    const columns = cells.length;
    const fixed = this.fixedBytes;
    for (let i = from; i < to; i++) {
      const r = sel === null ? i : sel[i]!;
      w.begin();
      w.ensure(fixed);
      let b = w.buf;
      let p = w.pos;
      for (let c = 0; c < columns; c++) {
        const col = cells[c]!;
        if (col.nulls !== null && col.nulls[r] === 1) {
          b[p++] = NULL_CELL;
          continue;
        }
        // Fixed-size classes leave one byte for the length, which is below 251 for all of them.
        const at = p++;
        switch (col.cellClass) {
          case CellClass.Int:
            p = col.wide !== null ? writeBigInt(b, p, col.wide[r]!) : writeInt(b, p, col.data[r]!);
            b[at] = p - at - 1;
            break;
          case CellClass.Decimal:
            p =
              col.wide !== null
                ? writeScaledBig(b, p, col.wide[r]!, col.scale)
                : writeScaled(b, p, col.data[r]!, col.scale);
            b[at] = p - at - 1;
            break;
          case CellClass.Date:
            p = writeDate(b, p, col.data[r]!);
            b[at] = p - at - 1;
            break;
          case CellClass.DateTime:
            p = writeDateTime(b, p, col.wide !== null ? col.wide[r]! : col.data[r]!, col.scale);
            b[at] = p - at - 1;
            break;
          case CellClass.Time:
            p = writeDuration(b, p, col.data[r]!, col.scale);
            b[at] = p - at - 1;
            break;
          case CellClass.Year:
            p = writePadded(b, p, col.data[r]!, 4);
            b[at] = p - at - 1;
            break;
          case CellClass.Double:
          case CellClass.Float: {
            const v = col.data[r]!;
            const text =
              col.scale >= 0 && col.scale <= 30
                ? formatFixed(v, col.scale)
                : col.cellClass === CellClass.Float
                  ? formatFloat(v)
                  : formatDouble(v);
            p = writeAscii(b, writeLenenc(b, at, text.length), text);
            break;
          }
          case CellClass.ZeroFill: {
            const text = String(col.number(r)).padStart(col.width, '0');
            p = writeAscii(b, writeLenenc(b, at, text.length), text);
            break;
          }
          case CellClass.Bit:
            p = writeBits(b, p, col.number(r), col.width);
            b[at] = col.width;
            break;
          case CellClass.Bytes: {
            w.pos = at;
            writeStringCell(w, col, r, fixed);
            b = w.buf;
            p = w.pos;
            break;
          }
          default: {
            const bytes = col.cellClass === CellClass.Transcoded ? col.transcoded(r) : col.members(r);
            w.pos = at;
            writeBytesCell(w, bytes, 0, bytes.length, fixed);
            b = w.buf;
            p = w.pos;
          }
        }
      }
      w.pos = p;
      w.end();
      if (p >= FLUSH_BYTES) return i + 1;
    }
    return to;
  }
}
