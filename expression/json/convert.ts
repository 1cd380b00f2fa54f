import { refuseVector } from '../../types/convert-vector.js';
import type { Datum } from '../../types/datum.js';
import type { DecInt } from '../../types/decimal.js';
import { decToNumber } from '../../types/decimal.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType, TypeCode } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';
import { decodeJson } from '../../types/json/binary.js';
import { JsonDouble, JsonOpaque, JsonType } from '../../types/json/value.js';
import type { JsonValue } from '../../types/json/value.js';
import { newTimeParts, unpackDate, unpackDateTime } from '../../types/time.js';
import type { PackedTime } from '../../types/time.js';

/** SQL values as JSON scalars. */

function bytes64(v: bigint): Uint8Array {
  const b = new Uint8Array(8);
  new DataView(b.buffer).setBigUint64(0, BigInt.asUintN(64, v), true);
  return b;
}

/** TiDB's core time (see types/json/binary.ts). */
function coreTime(v: PackedTime, ft: FieldType): Uint8Array {
  const p = newTimeParts();
  if (ft.tp === TypeCode.Date) unpackDate(v as number, p);
  else unpackDateTime(v, Math.max(0, ft.decimal), p);
  let c = BigInt(p.year);
  const put = (n: number, bits: bigint): void => {
    c = (c << bits) | BigInt(n);
  };
  put(p.month, 4n);
  put(p.day, 5n);
  put(p.hour, 5n);
  put(p.minute, 6n);
  put(p.second, 6n);
  put(p.micro, 20n);
  const fspTt =
    ft.tp === TypeCode.Date
      ? 0b1110
      : (Math.max(0, ft.decimal) << 1) | (ft.tp === TypeCode.Timestamp ? 1 : 0);
  put(fspTt, 4n);
  return bytes64(c);
}

/** A JSON scalar of an SQL value; JSON stays as it is. NULL is JSON null. */
export function toJsonValue(v: Datum, ft: FieldType, bool = false): JsonValue {
  if (v === null) return null;
  switch (evalType(ft)) {
    case 'json':
      return decodeJson(v as Uint8Array);
    case 'int':
      if (ft.tp === TypeCode.Bit)
        return new JsonOpaque(JsonType.Opaque, ft.tp, bytes64(BigInt(v as number | bigint)));
      return bool ? Number(v) !== 0 : (v as DecInt);
    case 'real':
      return new JsonDouble(v as number);
    case 'decimal':
      return new JsonDouble(decToNumber(v as DecInt, ft.decimal));
    case 'datetime':
      return new JsonOpaque(
        ft.tp === TypeCode.Date
          ? JsonType.Date
          : ft.tp === TypeCode.Timestamp
            ? JsonType.Timestamp
            : JsonType.DateTime,
        ft.tp,
        coreTime(v as PackedTime, ft),
      );
    case 'duration': {
      const b = new Uint8Array(12);
      const d = new DataView(b.buffer);
      d.setBigInt64(0, BigInt(v as number) * 1000n, true);
      d.setUint32(8, Math.max(0, ft.decimal), true);
      return new JsonOpaque(JsonType.Duration, ft.tp, b);
    }
    case 'vector':
      return refuseVector('json');
    default:
      if (!(v instanceof Uint8Array)) return datumToString(v, ft);
      if (ft.charset === 'binary') return new JsonOpaque(JsonType.Opaque, ft.tp, v);
      return datumToString(v, ft);
  }
}
