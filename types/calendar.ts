/**
 * The proleptic Gregorian calendar as MySQL counts it: day 1 is 0000-01-01 (TO_DAYS), year 0 has the leap day that
 * MySQL's formula gives it. Pure integer arithmetic over (year, month, day).
 */

export const SECONDS_PER_DAY = 86400;
/** TO_DAYS('1970-01-01'). */
export const EPOCH_DAYS = 719528;
/** TO_DAYS('9999-12-31'). */
export const MAX_DAYS = 3652424;

const MONTH_DAYS: readonly number[] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_BEFORE: readonly number[] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

export const isLeapYear = (y: number): boolean =>
  (y & 3) === 0 && (y % 100 !== 0 || (y % 400 === 0 && y !== 0));

/** 28..31; 0 for month 0. */
export const daysInMonth = (y: number, m: number): number => (m === 2 && isLeapYear(y) ? 29 : MONTH_DAYS[m]!);

export const daysInYear = (y: number): number => (isLeapYear(y) ? 366 : 365);

/** TO_DAYS of a date; month and day may be 0 (partial dates count as MySQL's calc_daynr counts them). 0 for 0000-00-xx. */
export function toDays(y: number, m: number, d: number): number {
  if (y === 0 && m === 0) return 0;
  let n = 365 * y + 31 * (m - 1) + d;
  let yy = y;
  if (m <= 2) yy--;
  else n -= Math.trunc((m * 4 + 23) / 10);
  return n + Math.floor(yy / 4) - Math.floor(((Math.floor(yy / 100) + 1) * 3) / 4);
}

/** `y<<9|m<<5|d` of a day number; 0 outside 366..3652424, as FROM_DAYS. */
export function fromDays(days: number): number {
  if (days <= 365 || days > MAX_DAYS) return 0;
  // Civil-from-days over 400-year eras counted from 0000-03-01, which is day 60.
  const z = days - 60;
  const era = Math.floor(z / 146097);
  const doe = z - era * 146097;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const d = doy - Math.floor((153 * mp + 2) / 5) + 1;
  const m = mp < 10 ? mp + 3 : mp - 9;
  const y = yoe + era * 400 + (m <= 2 ? 1 : 0);
  return (y << 9) | (m << 5) | d;
}

/** 1..366. */
export const dayOfYear = (y: number, m: number, d: number): number =>
  DAYS_BEFORE[m]! + d + (m > 2 && isLeapYear(y) ? 1 : 0);

/** WEEKDAY: 0 = Monday … 6 = Sunday. */
export const weekdayOfDays = (days: number): number => (days + 5) % 7;

const WEEK_MONDAY_FIRST = 1;
const WEEK_YEAR = 2;
const WEEK_FIRST_WEEKDAY = 4;

/** `mode` 0..7 of WEEK(); returns year * 100 + week. Year differs from `y` only where the mode counts 1..53 (bit 1) or for YEARWEEK. */
export function weekOf(
  y: number,
  m: number,
  d: number,
  mode: number,
): { readonly year: number; readonly week: number } {
  let behaviour = mode & 7;
  if ((behaviour & WEEK_MONDAY_FIRST) === 0) behaviour ^= WEEK_FIRST_WEEKDAY;
  const mondayFirst = (behaviour & WEEK_MONDAY_FIRST) !== 0;
  let weekYear = (behaviour & WEEK_YEAR) !== 0;
  const firstWeekday = (behaviour & WEEK_FIRST_WEEKDAY) !== 0;
  const dayNumber = toDays(y, m, d);
  let firstDay = toDays(y, 1, 1);
  let weekday = mondayFirst ? weekdayOfDays(firstDay) : (weekdayOfDays(firstDay) + 1) % 7;
  let year = y;
  if (m === 1 && d <= 7 - weekday) {
    if (!weekYear && ((firstWeekday && weekday !== 0) || (!firstWeekday && weekday >= 4)))
      return { year, week: 0 };
    weekYear = true;
    year--;
    const n = daysInYear(year);
    firstDay -= n;
    weekday = (weekday + 53 * 7 - n) % 7;
  }
  const days =
    (firstWeekday && weekday !== 0) || (!firstWeekday && weekday >= 4)
      ? dayNumber - (firstDay + (7 - weekday))
      : dayNumber - (firstDay - weekday);
  if (weekYear && days >= 52 * 7) {
    weekday = (weekday + daysInYear(year)) % 7;
    if ((!firstWeekday && weekday < 4) || (firstWeekday && weekday === 0)) return { year: year + 1, week: 1 };
  }
  return { year, week: Math.trunc(days / 7) + 1 };
}
