import type { FieldType } from '../../types/field-type.js';
import { evalType, TypeCode } from '../../types/field-type.js';
import type { PackedTime, TimeParts } from '../../types/time.js';
import { formatDate, formatDateTime, newTimeParts, unpackDate, unpackDateTime } from '../../types/time.js';
import type { Runtime } from '../runtime.js';
import { daysInMonth, toDays } from '../../types/calendar.js';

/** Arguments of date functions taken apart by their type. */

export const isDateType = (t: FieldType): boolean => t.tp === TypeCode.Date || t.tp === TypeCode.NewDate;

/** A function that unpacks cells of a temporal type into one shared object. */
export function unpacker(t: FieldType): (v: PackedTime) => TimeParts {
  const p = newTimeParts();
  if (evalType(t) !== 'datetime') throw new Error('unpacker of a type that is no date');
  if (isDateType(t)) return (v) => unpackDate(v as number, p);
  const fsp = Math.max(0, t.decimal);
  return (v) => unpackDateTime(v, fsp, p);
}

/** No zero month or day: the date is a day of the calendar. */
export const isFullDate = (p: TimeParts): boolean =>
  p.month !== 0 && p.day !== 0 && p.day <= daysInMonth(p.year, p.month);

/** Warns of a date that is no day of the calendar (MySQL manual, "Server SQL Modes", NO_ZERO_IN_DATE); null, for the function's value. */
export function notADay(rt: Runtime, v: PackedTime, t: FieldType): null {
  const text = isDateType(t) ? formatDate(v as number) : formatDateTime(v, Math.max(0, t.decimal));
  rt.problem('ER_TRUNCATED_WRONG_VALUE_FOR_TYPE', 'datetime', text);
  return null;
}

/** Day number as MySQL counts: year 0 has no 29 February, TO_DAYS('0000-01-01') is 1 (manual, "Date and Time Functions"). */
export const dayNumber = (p: TimeParts): number =>
  toDays(p.year, p.month, p.day) + (p.year === 0 && (p.month === 1 || p.month === 2) ? 1 : 0);

/** Seconds since year 0. */
export const secondNumber = (p: TimeParts): number =>
  dayNumber(p) * 86400 + p.hour * 3600 + p.minute * 60 + p.second;

/** Microseconds of the time of day. */
export const timeMicros = (p: TimeParts): number =>
  (p.hour * 3600 + p.minute * 60 + p.second) * 1e6 + p.micro;

/** Code that gives the DATE cell of a narrow DATE or DATETIME value. */
export function dateCode(v: string, t: FieldType): string {
  return isDateType(t) ? v : `Math.floor(${v}/${131072 * 10 ** Math.max(0, t.decimal)})`;
}

export const fspOf = (t: FieldType): number => {
  switch (evalType(t)) {
    case 'datetime':
    case 'duration':
      return Math.max(0, t.decimal);
    case 'int':
      return 0;
    case 'decimal':
      return Math.min(6, t.decimal);
    default:
      return 6;
  }
};
