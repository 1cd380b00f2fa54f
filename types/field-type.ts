/** MySQL column type codes (protocol: Protocol::ColumnType, enum_field_types). */
export const TypeCode = {
  Decimal: 0x00,
  Tiny: 0x01,
  Short: 0x02,
  Long: 0x03,
  Float: 0x04,
  Double: 0x05,
  Null: 0x06,
  Timestamp: 0x07,
  LongLong: 0x08,
  Int24: 0x09,
  Date: 0x0a,
  Time: 0x0b,
  DateTime: 0x0c,
  Year: 0x0d,
  NewDate: 0x0e,
  VarChar: 0x0f,
  Bit: 0x10,
  /** TiDB's VECTOR, of single-precision numbers; the protocol shows clients a text. */
  Vector: 0xe1,
  Json: 0xf5,
  NewDecimal: 0xf6,
  Enum: 0xf7,
  Set: 0xf8,
  TinyBlob: 0xf9,
  MediumBlob: 0xfa,
  LongBlob: 0xfb,
  Blob: 0xfc,
  VarString: 0xfd,
  String: 0xfe,
  Geometry: 0xff,
} as const;
export type TypeCode = (typeof TypeCode)[keyof typeof TypeCode];

/** Column flags (protocol: Column Definition Flags). */
export const Flag = {
  NotNull: 1,
  PriKey: 2,
  UniqueKey: 4,
  MultipleKey: 8,
  Blob: 16,
  Unsigned: 32,
  Zerofill: 64,
  Binary: 128,
  Enum: 256,
  AutoIncrement: 512,
  Timestamp: 1024,
  Set: 2048,
  NoDefaultValue: 4096,
  OnUpdateNow: 8192,
  PartKey: 16384,
  Num: 32768,
} as const;

/** `flen` or `decimal` is not given. */
export const UNSPECIFIED = -1;

/**
 * The SQL type of a column, constant or expression. Immutable: derive with `{...ft, ...}`.
 * A Datum or vector cell has no meaning without its FieldType (see datum.ts).
 */
export interface FieldType {
  readonly tp: TypeCode;
  /** Bit set of `Flag`. */
  readonly flag: number;
  /** Display width, precision of DECIMAL, length in characters of strings (bytes for binary), dimensions of VECTOR; UNSPECIFIED when unknown. */
  readonly flen: number;
  /** Scale of DECIMAL, fsp of TIME/DATETIME/TIMESTAMP; UNSPECIFIED for FLOAT/DOUBLE without (M,D). Always >= 0 for DECIMAL and the time types. */
  readonly decimal: number;
  readonly charset: string;
  readonly collate: string;
  /** Members of ENUM and SET. */
  readonly elems?: readonly string[];
  /** JSON: the value is an array of this type's values, CAST(… AS type ARRAY), behind a multi-valued index. */
  readonly arrayOf?: FieldType;
}

/** The domains expressions are evaluated in (TiDB's EvalType). */
export type EvalType = 'int' | 'real' | 'decimal' | 'string' | 'datetime' | 'duration' | 'json' | 'vector';

const EVAL_TYPES: ReadonlyMap<number, EvalType> = new Map<number, EvalType>([
  [TypeCode.Tiny, 'int'],
  [TypeCode.Short, 'int'],
  [TypeCode.Int24, 'int'],
  [TypeCode.Long, 'int'],
  [TypeCode.LongLong, 'int'],
  [TypeCode.Year, 'int'],
  [TypeCode.Bit, 'int'],
  [TypeCode.Float, 'real'],
  [TypeCode.Double, 'real'],
  [TypeCode.NewDecimal, 'decimal'],
  [TypeCode.Decimal, 'decimal'],
  [TypeCode.Date, 'datetime'],
  [TypeCode.NewDate, 'datetime'],
  [TypeCode.DateTime, 'datetime'],
  [TypeCode.Timestamp, 'datetime'],
  [TypeCode.Time, 'duration'],
  [TypeCode.Json, 'json'],
  [TypeCode.Vector, 'vector'],
]);

/** The same by type code, for speed. */
const EVAL_BY_CODE: readonly EvalType[] = Array.from(
  { length: 256 },
  (_, tp) => EVAL_TYPES.get(tp) ?? 'string',
);

/** Domain of a type. ENUM and SET are 'string' to expressions although their cells hold the index or bit mask. */
export function evalType(ft: FieldType): EvalType {
  return EVAL_BY_CODE[ft.tp]!;
}

export const isUnsigned = (ft: FieldType): boolean => (ft.flag & Flag.Unsigned) !== 0;
const TEXT_TYPES: ReadonlySet<TypeCode> = new Set<TypeCode>([
  TypeCode.VarChar,
  TypeCode.VarString,
  TypeCode.String,
  TypeCode.TinyBlob,
  TypeCode.Blob,
  TypeCode.MediumBlob,
  TypeCode.LongBlob,
]);

/** CHAR, VARCHAR, TEXT and their binary kin: what holds text or bytes of any length. */
export const isTextType = (ft: FieldType): boolean => TEXT_TYPES.has(ft.tp);
export const isNotNull = (ft: FieldType): boolean => (ft.flag & Flag.NotNull) !== 0;

/** How a column of this type is laid out in a chunk. */
export type Layout =
  /** NumVector: Float64Array or Int32Array; every value exact within 2^53. */
  | 'num'
  /** BytesVector. */
  | 'bytes';

/** Layout of the narrow form. A 'num' column may still come as a WideVector when `mayBeWide`. */
export function layoutOf(ft: FieldType): Layout {
  switch (ft.tp) {
    case TypeCode.VarChar:
    case TypeCode.VarString:
    case TypeCode.String:
    case TypeCode.TinyBlob:
    case TypeCode.MediumBlob:
    case TypeCode.LongBlob:
    case TypeCode.Blob:
    case TypeCode.Json:
    case TypeCode.Vector:
    case TypeCode.Geometry:
      return 'bytes';
    default:
      return 'num';
  }
}

/** Whether values of the type can exceed 2^53 so that a chunk may hold them as a WideVector. */
export function mayBeWide(ft: FieldType): boolean {
  switch (ft.tp) {
    case TypeCode.LongLong:
    case TypeCode.Bit:
    case TypeCode.Set:
      return true;
    case TypeCode.NewDecimal:
      return ft.flen === UNSPECIFIED || ft.flen > 15;
    case TypeCode.DateTime:
    case TypeCode.Timestamp:
      return ft.decimal > 4;
    default:
      return false;
  }
}

/** Kept as bytes that are no text. */
const isBinaryForm = (tp: TypeCode): boolean => tp === TypeCode.Json || tp === TypeCode.Vector;

/** A FieldType with the defaults of its code: binary charset and collation for non-strings, utf8mb4_bin for strings. */
export function newFieldType(tp: TypeCode, over: Partial<FieldType> = {}): FieldType {
  const isString = layoutOf({ tp } as FieldType) === 'bytes' || tp === TypeCode.Enum || tp === TypeCode.Set;
  const time =
    tp === TypeCode.Date || tp === TypeCode.DateTime || tp === TypeCode.Timestamp || tp === TypeCode.Time;
  return {
    tp,
    flag: isString ? 0 : Flag.Binary,
    flen: UNSPECIFIED,
    decimal:
      time || tp === TypeCode.NewDecimal || !(tp === TypeCode.Float || tp === TypeCode.Double || isString)
        ? 0
        : UNSPECIFIED,
    charset: isString && !isBinaryForm(tp) ? 'utf8mb4' : 'binary',
    collate: isString && !isBinaryForm(tp) ? 'utf8mb4_bin' : 'binary',
    ...over,
  };
}
