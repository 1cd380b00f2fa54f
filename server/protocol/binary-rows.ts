import type { ResultColumn } from '../../session/client-session.js';
import { TypeCode } from '../../types/field-type.js';
import { CellClass, writeBits } from './column-cells.js';
import type { ColumnCells } from './column-cells.js';
import { writeScaled, writeScaledBig } from './number-text.js';
import type { PacketWriter } from './packet-writer.js';
import { FLUSH_BYTES, RowWriter, writeBytesCell, writeStringCell } from './row-writer.js';
import { writeBinaryDate, writeBinaryDateTime, writeBinaryDuration } from './time-text.js';

/** Rows of the binary protocol (protocol: Binary Protocol Resultset Row): a NULL bitmap with offset 2, then typed cells. */
export class BinaryRowWriter extends RowWriter {
  constructor(columns: readonly ResultColumn[], resultsCharset: string | null) {
    super(columns, resultsCharset, columns.length + 16 + ((columns.length + 9) >> 3));
  }

  protected writeRows(w: PacketWriter, sel: Int32Array | null, from: number, to: number): number {
    const cells = this.cells;
    const columns = cells.length;
    const fixed = this.fixedBytes;
    const bitmapBytes = (columns + 9) >> 3;
    for (let i = from; i < to; i++) {
      const r = sel === null ? i : sel[i]!;
      w.begin();
      w.ensure(fixed);
      let b = w.buf;
      let p = w.pos;
      b[p++] = 0;
      const rowStart = p;
      for (const bitmapEnd = p + bitmapBytes; p < bitmapEnd; p++) b[p] = 0;
      // The buffer may be replaced while cells are written: the bitmap is found by its distance from p.
      let moved = 0;
      for (let c = 0; c < columns; c++) {
        const col = cells[c]!;
        if (col.nulls !== null && col.nulls[r] === 1) {
          const bit = c + 2;
          b[rowStart - moved + (bit >> 3)]! |= 1 << (bit & 7);
          continue;
        }
        switch (col.cellClass) {
          case CellClass.Int:
          case CellClass.ZeroFill:
          case CellClass.Year:
            p = writeBinaryInt(b, p, col, r);
            break;
          case CellClass.Double:
            p = b.writeDoubleLE(col.data[r]!, p);
            break;
          case CellClass.Float:
            p = b.writeFloatLE(col.data[r]!, p);
            break;
          case CellClass.Decimal: {
            const at = p;
            p =
              col.wide !== null
                ? writeScaledBig(b, p + 1, col.wide[r]!, col.scale)
                : writeScaled(b, p + 1, col.data[r]!, col.scale);
            b[at] = p - at - 1;
            break;
          }
          case CellClass.Date:
            p = writeBinaryDate(b, p, col.data[r]!);
            break;
          case CellClass.DateTime:
            p = writeBinaryDateTime(b, p, col.wide !== null ? col.wide[r]! : col.data[r]!, col.scale);
            break;
          case CellClass.Time:
            p = writeBinaryDuration(b, p, col.data[r]!);
            break;
          case CellClass.Bit:
            b[p] = col.width;
            p = writeBits(b, p + 1, col.number(r), col.width);
            break;
          default: {
            const held = w.pending;
            w.pos = p;
            if (col.cellClass === CellClass.Bytes) {
              writeStringCell(w, col, r, fixed);
            } else {
              const bytes = col.cellClass === CellClass.Transcoded ? col.transcoded(r) : col.members(r);
              writeBytesCell(w, bytes, 0, bytes.length, fixed);
            }
            moved += held - w.pending;
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

/** Integers in the width their column type has on the wire. */
function writeBinaryInt(b: Buffer, p: number, col: ColumnCells, row: number): number {
  const v = col.wide !== null ? Number(BigInt.asIntN(64, col.wide[row]!)) : col.data[row]!;
  switch (col.tp) {
    case TypeCode.Tiny:
      b[p] = v;
      return p + 1;
    case TypeCode.Short:
    case TypeCode.Year:
      b[p] = v;
      b[p + 1] = v >> 8;
      return p + 2;
    case TypeCode.Int24:
    case TypeCode.Long:
      b[p] = v;
      b[p + 1] = v >> 8;
      b[p + 2] = v >> 16;
      b[p + 3] = v >> 24;
      return p + 4;
  }
  if (col.wide !== null) {
    b.writeBigUInt64LE(BigInt.asUintN(64, col.wide[row]!), p);
    return p + 8;
  }
  const low = v >>> 0;
  const high = Math.floor(v / 0x100000000) | 0;
  b[p] = low;
  b[p + 1] = low >> 8;
  b[p + 2] = low >> 16;
  b[p + 3] = low >> 24;
  b[p + 4] = high;
  b[p + 5] = high >> 8;
  b[p + 6] = high >> 16;
  b[p + 7] = high >> 24;
  return p + 8;
}
