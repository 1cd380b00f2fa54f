import type { PackedTime } from './time.js';
import {
  coreFrom,
  coreOf,
  coreToEpochSeconds,
  dateOfCore,
  epochSecondsToCore,
  microsOf,
  packCore,
  secondsOfCore,
} from './time.js';
import { pow10 } from './decimal.js';
import { isZero } from './datum.js';

/**
 * Time zones for TIMESTAMP: named zones from the runtime's tz database, fixed offsets, SYSTEM. Offsets are looked up
 * once per zone and 15-minute-aligned stretch between transitions and then found in a sorted table.
 */
export class TimeZone {
  /** Start of each known stretch of constant offset (epoch seconds, ascending), its end (exclusive) and offset. */
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly offsets: number[] = [];
  private last = -1;

  constructor(
    /** As shown by @@time_zone. */
    readonly name: string,
    private readonly fixed: number | null,
    private readonly formatter: Intl.DateTimeFormat | null,
  ) {}

  /** Seconds east of UTC at a UTC instant. */
  offsetAt(epochSeconds: number): number {
    if (this.fixed !== null) return this.fixed;
    const l = this.last;
    if (l >= 0 && epochSeconds >= this.starts[l]! && epochSeconds < this.ends[l]!) return this.offsets[l]!;
    return this.find(epochSeconds);
  }

  /**
   * The UTC instant of a local time (both in epoch seconds, the local one read as if UTC). Of two instants (clocks set back)
   * the earlier; null for a time that clocks skip.
   */
  localToUtc(local: number): number | null {
    if (this.fixed !== null) return local - this.fixed;
    // The offset a day earlier and a day later bracket at most one transition.
    const before = this.offsetAt(local - 86400);
    const after = this.offsetAt(local + 86400);
    const u1 = local - before;
    if (this.offsetAt(u1) === before) return u1;
    const u2 = local - after;
    return this.offsetAt(u2) === after ? u2 : null;
  }

  /** First instant after the gap that a skipped local time falls into. */
  gapEnd(local: number): number {
    const before = this.offsetAt(local - 86400);
    let lo = local - 2 * 86400;
    let hi = local + 2 * 86400;
    while (hi - lo > 1) {
      const mid = Math.floor((lo + hi) / 2);
      if (this.offsetAt(mid) === before) lo = mid;
      else hi = mid;
    }
    return hi;
  }

  private find(t: number): number {
    let lo = 0;
    let hi = this.starts.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (this.ends[mid]! <= t) lo = mid + 1;
      else hi = mid;
    }
    if (lo < this.starts.length && this.starts[lo]! <= t) {
      this.last = lo;
      return this.offsets[lo]!;
    }
    const year = new Date(t * 1000).getUTCFullYear();
    const from = startOfYear(year);
    this.load(Number.isNaN(from) ? t : from, t);
    return this.find(t);
  }

  /** Adds the stretches of the UTC year that begins at `from`. */
  private load(from: number, t: number): void {
    const to = startOfYear(new Date(t * 1000).getUTCFullYear() + 1);
    const segments: [number, number, number][] = [];
    const step = 14 * 86400;
    let start = from;
    let offset = this.compute(from);
    for (let a = from; a < to;) {
      const b = Math.min(a + step, to);
      const ob = this.compute(b);
      if (ob !== offset) {
        let lo = a;
        let hi = b;
        while (hi - lo > 1) {
          const mid = Math.floor((lo + hi) / 2);
          if (this.compute(mid) === offset) lo = mid;
          else hi = mid;
        }
        segments.push([start, hi, offset]);
        start = hi;
        offset = this.compute(hi);
        a = hi;
        continue;
      }
      a = b;
    }
    if (start < to) segments.push([start, to, offset]);
    let at = 0;
    while (at < this.starts.length && this.starts[at]! < from) at++;
    this.starts.splice(at, 0, ...segments.map((s) => s[0]));
    this.ends.splice(at, 0, ...segments.map((s) => s[1]));
    this.offsets.splice(at, 0, ...segments.map((s) => s[2]));
    this.last = -1;
  }

  private compute(epochSeconds: number): number {
    const parts = this.formatter!.formatToParts(epochSeconds * 1000);
    let y = 0;
    let era = 1;
    const f: Record<string, number> = {};
    for (const p of parts) {
      if (p.type === 'era') era = p.value.startsWith('B') ? -1 : 1;
      else if (p.type !== 'literal') f[p.type] = Number(p.value);
    }
    y = era < 0 ? 1 - f['year']! : f['year']!;
    const d = new Date(0);
    d.setUTCFullYear(y, f['month']! - 1, f['day']!);
    d.setUTCHours(f['hour']! % 24, f['minute']!, f['second']!);
    return Math.round(d.getTime() / 1000) - epochSeconds;
  }
}

/** Epoch second at which a UTC year begins; Date.UTC would read years 0 to 99 as 19xx. */
function startOfYear(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1) / 1000;
}

export const UTC = new TimeZone('UTC', 0, null);

const CACHE = new Map<string, TimeZone>();

function named(name: string, zone: string): TimeZone | null {
  try {
    const formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
    });
    return new TimeZone(name, null, formatter);
  } catch {
    return null;
  }
}

/** IANA name of the zone the process runs in. */
export const systemZoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A zone by the text of SET time_zone: 'SYSTEM', 'UTC', '+08:00' (-13:59..+14:00), 'Asia/Shanghai'; null when unknown. */
export function timeZone(name: string): TimeZone | null {
  const cached = CACHE.get(name);
  if (cached !== undefined) return cached;
  let zone: TimeZone | null;
  const m = /^([+-])(\d{1,2}):(\d{2})$/.exec(name);
  if (m !== null) {
    const minutes = Number(m[2]) * 60 + Number(m[3]);
    const bad = Number(m[3]) > 59 || (m[1] === '-' ? minutes > 13 * 60 + 59 : minutes > 14 * 60);
    zone = bad ? null : new TimeZone(name, (m[1] === '-' ? -minutes : minutes) * 60, null);
  } else if (name.toUpperCase() === 'SYSTEM') {
    const sys = systemZoneName();
    zone = sys === 'UTC' ? new TimeZone('SYSTEM', 0, null) : named('SYSTEM', sys);
  } else if (name.toUpperCase() === 'UTC') {
    zone = UTC;
  } else {
    zone = /^[+-]/.test(name) ? null : named(name, name);
  }
  if (zone !== null && CACHE.size < 1000) CACHE.set(name, zone);
  return zone;
}

/** A packed UTC datetime in the zone. Zero stays zero; null when out of the calendar. */
export function utcToLocal(v: PackedTime, fsp: number, zone: TimeZone): PackedTime | null {
  if (isZero(v)) return v;
  const core = coreOf(v, fsp);
  const utc = coreToEpochSeconds(core);
  return shift(v, core, fsp, zone.offsetAt(utc), utc);
}

/** A packed local datetime in UTC. Zero stays zero; null for a local time that the zone skips. */
export function localToUtc(v: PackedTime, fsp: number, zone: TimeZone): PackedTime | null {
  if (isZero(v)) return v;
  const core = coreOf(v, fsp);
  const local = coreToEpochSeconds(core);
  const utc = zone.localToUtc(local);
  return utc === null ? null : shift(v, core, fsp, utc - local, local);
}

function shift(v: PackedTime, core: number, fsp: number, by: number, epoch: number): PackedTime | null {
  if (by === 0) return v;
  const seconds = secondsOfCore(core) + by;
  const fraction = fsp === 0 ? 0 : microsOf(v, fsp) / pow10(6 - fsp);
  if (seconds >= 0 && seconds < 86400) return packCore(coreFrom(dateOfCore(core), seconds), fraction, fsp);
  const moved = epochSecondsToCore(epoch + by);
  return moved === null ? null : packCore(moved, fraction, fsp);
}

/** Seconds since the epoch of a local packed datetime, fraction apart; null in a gap. */
export function localToEpochSeconds(v: PackedTime, fsp: number, zone: TimeZone): number | null {
  return zone.localToUtc(coreToEpochSeconds(coreOf(v, fsp)));
}

/** A UTC instant in microseconds since the epoch as a local packed datetime, cut to fsp. */
export function epochMicrosToLocal(micros: number, fsp: number, zone: TimeZone): PackedTime {
  const seconds = Math.floor(micros / 1e6);
  return epochToLocal(seconds, micros - seconds * 1e6, fsp, zone);
}

/** The same of whole seconds and microseconds apart: together they may need more than 53 bits. */
export function epochToLocal(seconds: number, micros: number, fsp: number, zone: TimeZone): PackedTime {
  const core = epochSecondsToCore(seconds + zone.offsetAt(seconds))!;
  return packCore(core, Math.floor(micros / pow10(6 - fsp)), fsp);
}
