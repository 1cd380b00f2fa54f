import { UTC } from '../../types/timezone.js';
import { TypeCode, type FieldType } from '../../types/field-type.js';

/**
 * Dates and times as TiDB stores them: `((year*13 + month) << 5 | day) << 17 | hour << 12 | minute << 6 | second) << 24 | micro`,
 * TIMESTAMP in UTC (types/time.go, ToPackedUint). Here as two 32-bit words, since the value exceeds 2^53.
 */

/** What TIMESTAMP columns need of the session's time zone (types/timezone TimeZone). Seconds since 1970. */
export interface ZoneOffsets {
  /** Seconds east of UTC at a UTC instant. */
  offsetAt(utcSeconds: number): number;
  /** The UTC instant of a wall clock reading; null for one that the clocks skip. */
  localToUtc(localSeconds: number): number | null;
}

export const UTC_OFFSETS: ZoneOffsets = UTC;

const FSP_UNIT = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

/** Days since 1970-01-01 of a proleptic Gregorian date (Hinnant, "chrono-compatible low-level date algorithms"). */
function daysFromCivil(y: number, m: number, d: number): number {
  if (m <= 2) y--;
  const era = Math.floor(y / 400);
  const yoe = y - era * 400;
  const doy = (((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) | 0) + d - 1;
  const doe = yoe * 365 + ((yoe / 4) | 0) - ((yoe / 100) | 0) + doy;
  return era * 146097 + doe - 719468;
}

/** Inverse of daysFromCivil as `y<<9 | m<<5 | d`. */
function civilFromDays(z: number): number {
  z += 719468;
  const era = Math.floor(z / 146097);
  const doe = z - era * 146097;
  const yoe = ((doe - ((doe / 1460) | 0) + ((doe / 36524) | 0) - ((doe / 146096) | 0)) / 365) | 0;
  const doy = doe - (365 * yoe + ((yoe / 4) | 0) - ((yoe / 100) | 0));
  const mp = ((5 * doy + 2) / 153) | 0;
  const d = doy - (((153 * mp + 2) / 5) | 0) + 1;
  const m = mp < 10 ? mp + 3 : mp - 9;
  return ((yoe + era * 400 + (m <= 2 ? 1 : 0)) << 9) | (m << 5) | d;
}

/** `date` is `y<<9|m<<5|d`, `hms` is `h<<12|mi<<6|s`. */
function localSeconds(date: number, hms: number): number {
  const days = daysFromCivil(date >>> 9, (date >>> 5) & 15, date & 31);
  return days * 86400 + (hms >>> 12) * 3600 + ((hms >>> 6) & 63) * 60 + (hms & 63);
}

/** The two words of a packed time being encoded or decoded. */
export const packedTime = { hi: 0, lo: 0 };

/** Sets `packedTime` from the datum of a DATE, DATETIME or TIMESTAMP column. */
export function packTime(v: number | bigint, ft: FieldType, zone: ZoneOffsets): void {
  let date: number;
  let hms = 0;
  let micro = 0;
  if (ft.tp === TypeCode.Date || ft.tp === TypeCode.NewDate) {
    date = Number(v);
  } else {
    const fsp = ft.decimal > 0 ? ft.decimal : 0;
    const unit = FSP_UNIT[fsp]!;
    let base: number;
    if (typeof v === 'number') {
      const frac = v % unit;
      base = (v - frac) / unit;
      micro = frac * FSP_UNIT[6 - fsp]!;
    } else {
      const u = BigInt(unit);
      base = Number(v / u);
      micro = Number(v % u) * FSP_UNIT[6 - fsp]!;
    }
    hms = base % 0x2_0000;
    date = (base - hms) / 0x2_0000;
    if (ft.tp === TypeCode.Timestamp && zone !== UTC_OFFSETS && date !== 0) {
      const local = localSeconds(date, hms);
      const utc = zone.localToUtc(local) ?? local - zone.offsetAt(local);
      const days = Math.floor(utc / 86400);
      const s = utc - days * 86400;
      date = civilFromDays(days);
      hms = (((s / 3600) | 0) << 12) | ((((s / 60) | 0) % 60) << 6) | (s % 60);
    }
  }
  const ymd = (((date >>> 9) * 13 + ((date >>> 5) & 15)) << 5) | (date & 31);
  packedTime.hi = ((ymd << 9) | (hms >>> 8)) >>> 0;
  packedTime.lo = (((hms & 0xff) << 24) | micro) >>> 0;
}

/** Parts of the last `splitTime`. */
export const timeParts = { date: 0, hms: 0, micro: 0 };

/** Splits the words of a packed time, moved from UTC to the zone when `timestamp`. */
export function splitTime(hi: number, lo: number, timestamp: boolean, zone: ZoneOffsets): void {
  const ymd = hi >>> 9;
  let hms = ((hi & 0x1ff) << 8) | (lo >>> 24);
  const ym = ymd >>> 5;
  const year = (ym / 13) | 0;
  let date = (year << 9) | ((ym - year * 13) << 5) | (ymd & 31);
  if (timestamp && zone !== UTC_OFFSETS && date !== 0) {
    const utc = localSeconds(date, hms);
    const local = utc + zone.offsetAt(utc);
    const days = Math.floor(local / 86400);
    const s = local - days * 86400;
    date = civilFromDays(days);
    hms = (((s / 3600) | 0) << 12) | ((((s / 60) | 0) % 60) << 6) | (s % 60);
  }
  timeParts.date = date;
  timeParts.hms = hms;
  timeParts.micro = lo & 0xff_ffff;
}

/** Datum of a DATETIME or TIMESTAMP with at most four fractional digits, or of a DATE. */
export function narrowTimeOf(hi: number, lo: number, ft: FieldType, zone: ZoneOffsets): number {
  splitTime(hi, lo, ft.tp === TypeCode.Timestamp, zone);
  if (ft.tp === TypeCode.Date || ft.tp === TypeCode.NewDate) return timeParts.date;
  const base = timeParts.date * 0x2_0000 + timeParts.hms;
  const fsp = ft.decimal;
  if (fsp <= 0) return base;
  return base * FSP_UNIT[fsp]! + Math.floor(timeParts.micro / FSP_UNIT[6 - fsp]!);
}

/** Datum of any DATE, DATETIME or TIMESTAMP. */
export function timeDatumOf(hi: number, lo: number, ft: FieldType, zone: ZoneOffsets): number | bigint {
  if (ft.decimal <= 4 || ft.tp === TypeCode.Date) return narrowTimeOf(hi, lo, ft, zone);
  splitTime(hi, lo, ft.tp === TypeCode.Timestamp, zone);
  return (
    BigInt(timeParts.date * 0x2_0000 + timeParts.hms) * BigInt(FSP_UNIT[ft.decimal]!) +
    BigInt(Math.floor(timeParts.micro / FSP_UNIT[6 - ft.decimal]!))
  );
}
