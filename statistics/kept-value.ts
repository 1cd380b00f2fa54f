import type { Datum } from '../types/datum.js';
import { TypeCode, type FieldType } from '../types/field-type.js';
import { localToUtc, UTC, utcToLocal, type TimeZone } from '../types/timezone.js';

const differs = (v: Datum, type: FieldType, zone: TimeZone): v is number | bigint =>
  type.tp === TypeCode.Timestamp && zone !== UTC && (typeof v === 'number' || typeof v === 'bigint');

/** A value of a session in `zone` as statistics keep it: TIMESTAMPs are in UTC, whoever ran the ANALYZE. */
export const keptValue = (v: Datum, type: FieldType, zone: TimeZone): Datum =>
  differs(v, type, zone) ? (localToUtc(v, type.decimal, zone) ?? v) : v;

/** A value of the statistics as a session in `zone` sees it. */
export const seenValue = (v: Datum, type: FieldType, zone: TimeZone): Datum =>
  differs(v, type, zone) ? (utcToLocal(v, type.decimal, zone) ?? v) : v;
