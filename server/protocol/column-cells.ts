import type { ByteSlices } from '../../chunk/byte-slices.js';
import type { Vector } from '../../chunk/vector.js';
import type { FieldType } from '../../types/field-type.js';
import { Flag, TypeCode, UNSPECIFIED } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';
import type { Transcode } from './result-charset.js';
import { encodeText, transcoder } from './result-charset.js';

/** How cells of a column are written; the row writers switch on it once a cell. */
export const CellClass = {
  Int: 0,
  ZeroFill: 1,
  Decimal: 2,
  Double: 3,
  Float: 4,
  Date: 5,
  DateTime: 6,
  Time: 7,
  Year: 8,
  Enum: 9,
  Set: 10,
  Bit: 11,
  Bytes: 12,
  Transcoded: 13,
} as const;
export type CellClass = (typeof CellClass)[keyof typeof CellClass];

/** Bytes that a cell of the class takes at most, its length prefix included; strings reserve their own room. */
const MAX_CELL_BYTES: Readonly<Record<CellClass, number>> = {
  [CellClass.Int]: 21,
  [CellClass.ZeroFill]: 260,
  [CellClass.Decimal]: 72,
  [CellClass.Double]: 400,
  [CellClass.Float]: 400,
  [CellClass.Date]: 11,
  [CellClass.DateTime]: 27,
  [CellClass.Time]: 18,
  [CellClass.Year]: 5,
  [CellClass.Enum]: 0,
  [CellClass.Set]: 0,
  [CellClass.Bit]: 9,
  [CellClass.Bytes]: 0,
  [CellClass.Transcoded]: 0,
};

const CELL_CLASSES: ReadonlyMap<number, CellClass> = new Map<number, CellClass>([
  [TypeCode.Tiny, CellClass.Int],
  [TypeCode.Short, CellClass.Int],
  [TypeCode.Int24, CellClass.Int],
  [TypeCode.Long, CellClass.Int],
  [TypeCode.LongLong, CellClass.Int],
  [TypeCode.Year, CellClass.Year],
  [TypeCode.NewDecimal, CellClass.Decimal],
  [TypeCode.Decimal, CellClass.Decimal],
  [TypeCode.Double, CellClass.Double],
  [TypeCode.Float, CellClass.Float],
  [TypeCode.Date, CellClass.Date],
  [TypeCode.NewDate, CellClass.Date],
  [TypeCode.DateTime, CellClass.DateTime],
  [TypeCode.Timestamp, CellClass.DateTime],
  [TypeCode.Time, CellClass.Time],
  [TypeCode.Enum, CellClass.Enum],
  [TypeCode.Set, CellClass.Set],
  [TypeCode.Bit, CellClass.Bit],
]);

const NO_NUMBERS = new Float64Array(0);
const NO_BYTES = new Uint8Array(0);
const NO_OFFSETS = new Int32Array(0);

/**
 * One column of a result as the row writers see it: what its type says, and the arrays of the chunk bound at the moment.
 * Every instance has the same shape whatever the type, so that the writers' loops stay monomorphic.
 */
export class ColumnCells {
  readonly tp: number;
  readonly cellClass: CellClass;
  readonly maxBytes: number;
  /** Scale of DECIMAL, fsp of times, digits of FLOAT(M,D) or -1. */
  readonly scale: number;
  /** Width of ZEROFILL, bytes of BIT. */
  readonly width: number;
  readonly elems: readonly Uint8Array[];
  /** Makes the client's bytes out of the cell's: another charset, the text of binary JSON. */
  readonly transcode: Transcode | null;

  data: Float64Array | Int32Array = NO_NUMBERS;
  wide: BigInt64Array | BigUint64Array | bigint[] | null = null;
  bytes: Uint8Array = NO_BYTES;
  offsets: Int32Array = NO_OFFSETS;
  codes: Int32Array | null = null;
  /** Strings that lie where they are stored; null: in `bytes`. */
  slices: ByteSlices | null = null;
  nulls: Uint8Array | null = null;

  constructor(type: FieldType, resultsCharset: string | null) {
    this.tp = type.tp;
    const transcode: Transcode | null =
      type.tp === TypeCode.Json || type.tp === TypeCode.Vector
        ? (bytes) => encodeText(datumToString(bytes, type), resultsCharset)
        : transcoder(type.charset, resultsCharset);
    let cellClass: CellClass = CELL_CLASSES.get(type.tp) ?? CellClass.Bytes;
    if (cellClass === CellClass.Int && (type.flag & Flag.Zerofill) !== 0) cellClass = CellClass.ZeroFill;
    if (cellClass === CellClass.Bytes && transcode !== null) cellClass = CellClass.Transcoded;
    this.cellClass = cellClass;
    this.transcode = transcode;
    this.maxBytes = MAX_CELL_BYTES[cellClass];
    this.scale = type.decimal;
    if (cellClass === CellClass.Bit) this.width = Math.min(8, Math.max(1, (Math.max(type.flen, 1) + 7) >> 3));
    else this.width = type.flen === UNSPECIFIED ? 0 : Math.min(type.flen, 255);
    this.elems = (type.elems ?? []).map((e) => encodeText(e, resultsCharset));
  }

  bind(v: Vector | ByteSlices): void {
    this.nulls = v.nulls;
    if (v.kind === 'num') {
      this.data = v.data;
      this.wide = null;
    } else if (v.kind === 'wide') {
      this.wide = v.data;
    } else if (v.kind === 'slices') {
      this.slices = v;
    } else {
      this.bytes = v.bytes;
      this.offsets = v.offsets;
      this.codes = v.codes;
    }
  }

  /** Lets go of the bound chunk. */
  unbind(): void {
    this.data = NO_NUMBERS;
    this.wide = null;
    this.bytes = NO_BYTES;
    this.offsets = NO_OFFSETS;
    this.codes = null;
    this.slices = null;
    this.nulls = null;
  }

  /** The cell as a number or bigint, for the classes that are rare enough not to tell them apart earlier. */
  number(row: number): number | bigint {
    return this.wide !== null ? this.wide[row]! : this.data[row]!;
  }

  /** ENUM member or SET members joined by commas. */
  members(row: number): Uint8Array {
    const v = this.number(row);
    if (this.cellClass === CellClass.Enum) return this.elems[Number(v) - 1] ?? NO_BYTES;
    const bits = BigInt.asUintN(64, BigInt(v));
    const parts: Uint8Array[] = [];
    for (let i = 0; i < this.elems.length; i++) {
      if (((bits >> BigInt(i)) & 1n) === 0n) continue;
      if (parts.length > 0) parts.push(COMMA);
      parts.push(this.elems[i]!);
    }
    return Buffer.concat(parts);
  }

  /** The cell of a bytes column converted for the client. */
  transcoded(row: number): Uint8Array {
    const { slices } = this;
    if (slices !== null)
      return this.transcode!(slices.sources[row]!.subarray(slices.starts[row]!, slices.ends[row]!));
    const e = this.codes === null ? row : this.codes[row]!;
    return this.transcode!(this.bytes.subarray(this.offsets[e]!, this.offsets[e + 1]!));
  }
}

const COMMA = Buffer.from(',');

/** Writes the bytes of a BIT cell, most significant first. */
export function writeBits(b: Buffer, p: number, v: number | bigint, width: number): number {
  let bits = BigInt.asUintN(64, BigInt(v));
  for (let i = p + width - 1; i >= p; i--) {
    b[i] = Number(bits & 255n);
    bits >>= 8n;
  }
  return p + width;
}
