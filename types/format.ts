import { charset, encodeUtf8 } from './charset.js';
import type { Datum } from './datum.js';
import { decToString } from './decimal.js';
import { formatDuration } from './duration.js';
import type { FieldType } from './field-type.js';
import { Flag, TypeCode, UNSPECIFIED } from './field-type.js';
import { formatDouble, formatFixed, formatFloat } from './number-format.js';
import { formatDate, formatDateTime } from './time.js';
import { isZero } from './datum.js';
import { jsonToText } from './json/binary.js';
import { vectorText, vectorTextBytes } from './vector.js';

/** Members of a SET value in definition order, joined by commas. */
export function formatSet(mask: number | bigint, elems: readonly string[]): string {
  let out = '';
  const m = BigInt(mask);
  for (let i = 0; i < elems.length; i++) {
    if (((m >> BigInt(i)) & 1n) === 1n) out += (out === '' ? '' : ',') + elems[i]!;
  }
  return out;
}

/** A BIT(n) value as its (n+7)/8 bytes, big-endian. */
export function bitBytes(v: number | bigint, flen: number): Uint8Array {
  const n = Math.max(1, (flen + 7) >> 3);
  const out = new Uint8Array(n);
  if (typeof v === 'number') {
    let x = v;
    for (let i = n - 1; i >= 0; i--) {
      out[i] = x % 256;
      x = Math.floor(x / 256);
    }
    return out;
  }
  let x = v;
  for (let i = n - 1; i >= 0; i--) {
    out[i] = Number(x & 255n);
    x >>= 8n;
  }
  return out;
}

const zeroFill = (s: string, width: number): string => (s.length < width ? s.padStart(width, '0') : s);

/** The text of a non-NULL datum of a type that is not kept as bytes and is not BIT. */
function textOf(v: number | bigint, ft: FieldType): string {
  switch (ft.tp) {
    case TypeCode.Tiny:
    case TypeCode.Short:
    case TypeCode.Int24:
    case TypeCode.Long:
    case TypeCode.LongLong: {
      const s = v.toString();
      return (ft.flag & Flag.Zerofill) !== 0 && ft.flen > 0 ? zeroFill(s, ft.flen) : s;
    }
    case TypeCode.Year:
      return String(v).padStart(4, '0');
    case TypeCode.NewDecimal:
    case TypeCode.Decimal: {
      const s = decToString(v, ft.decimal);
      return (ft.flag & Flag.Zerofill) !== 0 && ft.flen > 0
        ? zeroFill(s, ft.flen + (ft.decimal > 0 ? 1 : 0))
        : s;
    }
    case TypeCode.Double:
    case TypeCode.Float: {
      const n = Number(v);
      const fixed = ft.decimal !== UNSPECIFIED && ft.decimal < 31;
      const s = fixed
        ? formatFixed(n, ft.decimal)
        : ft.tp === TypeCode.Float
          ? formatFloat(n)
          : formatDouble(n);
      return (ft.flag & Flag.Zerofill) !== 0 && ft.flen > 0 ? zeroFill(s, ft.flen) : s;
    }
    case TypeCode.Date:
    case TypeCode.NewDate:
      return formatDate(Number(v));
    case TypeCode.DateTime:
    case TypeCode.Timestamp:
      return formatDateTime(v, Math.max(0, ft.decimal));
    case TypeCode.Time:
      return formatDuration(Number(v), Math.max(0, ft.decimal));
    case TypeCode.Enum:
      return isZero(v) ? '' : (ft.elems?.[Number(v) - 1] ?? '');
    case TypeCode.Set:
      return formatSet(v, ft.elems ?? []);
    default:
      return v.toString();
  }
}

/** As MySQL's text protocol prints it; ENUM and SET members in the type's charset, everything else ASCII; null for NULL. */
export function datumToText(v: Datum, ft: FieldType): Uint8Array | null {
  if (v === null) return null;
  if (typeof v === 'object') {
    if (ft.tp === TypeCode.Json) return encodeUtf8(jsonToText(v));
    return ft.tp === TypeCode.Vector ? vectorTextBytes(v) : v;
  }
  if (ft.tp === TypeCode.Bit) return bitBytes(v, ft.flen);
  if (ft.tp === TypeCode.Enum || ft.tp === TypeCode.Set) {
    const cs = charset(ft.charset);
    return cs === undefined ? encodeUtf8(textOf(v, ft)) : cs.encode(textOf(v, ft));
  }
  return encodeUtf8(textOf(v, ft));
}

/** The same as a JS string (bytes decoded by the type's charset), for messages, defaults and metadata; 'NULL' for NULL. */
export function datumToString(v: Datum, ft: FieldType): string {
  if (v === null) return 'NULL';
  if (ft.tp === TypeCode.Json) return jsonToText(v as Uint8Array);
  if (ft.tp === TypeCode.Vector) return vectorText(v as Uint8Array);
  if (typeof v === 'object') return (charset(ft.charset) ?? charset('utf8mb4')!).decode(v);
  if (ft.tp === TypeCode.Bit) return charset('latin1')!.decode(bitBytes(v, ft.flen));
  return textOf(v, ft);
}
