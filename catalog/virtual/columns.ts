import type { Datum } from '../../types/datum.js';
import { encodeUtf8 } from '../../types/charset.js';
import { Flag, newFieldType, TypeCode } from '../../types/field-type.js';
import { epochMicrosToLocal, type TimeZone } from '../../types/timezone.js';
import type { VirtualColumn } from './virtual-table.js';

/** `_` sorts before letters, as it does in MySQL's and TiDB's tables. */
const CASELESS = { charset: 'utf8mb4', collate: 'utf8mb4_0900_ai_ci' } as const;

/** Columns of virtual tables. Names compare without regard to case there, as MySQL's do. */
export const str = (name: string, flen = 64): VirtualColumn => ({
  name,
  type: newFieldType(TypeCode.VarChar, { flen, ...CASELESS }),
});
export const longText = (name: string): VirtualColumn => ({
  name,
  type: newFieldType(TypeCode.LongBlob, { flen: 4294967295, flag: Flag.Blob, ...CASELESS }),
});
export const int = (name: string): VirtualColumn => ({
  name,
  type: newFieldType(TypeCode.LongLong, { flen: 21 }),
});
export const uint = (name: string): VirtualColumn => ({
  name,
  type: newFieldType(TypeCode.LongLong, { flen: 21, flag: Flag.Unsigned | Flag.Binary }),
});
export const datetime = (name: string): VirtualColumn => ({
  name,
  type: newFieldType(TypeCode.DateTime, { flen: 19 }),
});

export const timestamp = (name: string, fsp: number): VirtualColumn => ({
  name,
  type: newFieldType(TypeCode.Timestamp, { flen: fsp === 0 ? 19 : 20 + fsp, decimal: fsp }),
});
export const double = (name: string): VirtualColumn => ({
  name,
  type: newFieldType(TypeCode.Double, { flen: 22 }),
});

export const tinyint = (name: string): VirtualColumn => ({
  name,
  type: newFieldType(TypeCode.Tiny, { flen: 1 }),
});
/** A column that is never NULL. */
export const notNull = ({ name, type }: VirtualColumn): VirtualColumn => ({
  name,
  type: { ...type, flag: type.flag | Flag.NotNull },
});
export type ColumnMaker = (name: string) => VirtualColumn;

export const text = (s: string | null): Datum => (s === null ? null : encodeUtf8(s));

/** A DATETIME datum in the session's time zone of milliseconds since the epoch; null for 0. */
export const datetimeOf = (ms: number, zone: TimeZone): Datum =>
  ms === 0 ? null : epochMicrosToLocal(Math.floor(ms / 1000) * 1_000_000, 0, zone);
