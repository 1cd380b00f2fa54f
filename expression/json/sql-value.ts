import { encodeUtf8 } from '../../types/charset.js';
import type { ConvertContext } from '../../types/convert-context.js';
import { convertDatum } from '../../types/convert.js';
import type { Datum } from '../../types/datum.js';
import { Flag, newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { encodeJson, formatJson, opaqueText } from '../../types/json/binary.js';
import { JsonDouble, JsonOpaque, JsonType, type JsonValue } from '../../types/json/value.js';
import type { SqlWarning } from '../../types/error.js';

/** What JSON_VALUE and JSON_TABLE do where a path finds nothing or a value does not fit (manual, "JSON Table Functions"). */
export type JsonFallback =
  | { readonly action: 'null' }
  | { readonly action: 'error' }
  /** The value, already of the type asked for. */
  | { readonly action: 'default'; readonly value: Datum };

const INT = newFieldType(TypeCode.LongLong, { flen: 20 });
const UINT: FieldType = { ...INT, flag: INT.flag | Flag.Unsigned };
const REAL = newFieldType(TypeCode.Double, { flen: 22 });
const TEXT: FieldType = { ...newFieldType(TypeCode.VarString), charset: 'utf8mb4', collate: 'utf8mb4_bin' };

/** Conversions inside are strict whatever sql_mode says: what does not fit is for ON ERROR. */
export class StrictContext implements ConvertContext {
  readonly strict = true;
  readonly row = 1;

  constructor(
    private readonly base: Pick<ConvertContext, 'sqlMode' | 'timeZone' | 'nowMicros'>,
    readonly column: string,
  ) {}

  get sqlMode(): number {
    return this.base.sqlMode;
  }
  get timeZone(): ConvertContext['timeZone'] {
    return this.base.timeZone;
  }
  nowMicros(): number {
    return this.base.nowMicros();
  }
  /** Rounding is no error and says nothing. */
  warn(_warning: SqlWarning): void {}
}

export const isContainer = (v: JsonValue): boolean => Array.isArray(v) || v instanceof Map;

/** A JSON scalar as a value of an SQL type; anything as JSON. Throws where it does not fit. */
export function jsonToSql(v: JsonValue, type: FieldType, ctx: ConvertContext): Datum {
  if (type.tp === TypeCode.Json) return encodeJson(v);
  if (v === null) return null;
  const [value, from] = scalar(v, type);
  return convertDatum(value, from, type, ctx);
}

function scalar(v: JsonValue, to: FieldType): [Datum, FieldType] {
  if (typeof v === 'string') return [encodeUtf8(v), TEXT];
  if (typeof v === 'boolean') {
    const text = to.tp === TypeCode.VarChar || to.tp === TypeCode.VarString || to.tp === TypeCode.String;
    return text || (to.flag & Flag.Blob) !== 0 ? [encodeUtf8(String(v)), TEXT] : [v ? 1 : 0, INT];
  }
  if (typeof v === 'number') return [v, INT];
  if (typeof v === 'bigint') return [v, v > 9223372036854775807n ? UINT : INT];
  if (v instanceof JsonDouble) return [v.value, REAL];
  if (v instanceof JsonOpaque)
    return v.type === JsonType.Opaque
      ? [v.bytes, { ...TEXT, charset: 'binary', collate: 'binary' }]
      : [encodeUtf8(opaqueText(v)), TEXT];
  return [encodeUtf8(formatJson(v)), TEXT];
}
