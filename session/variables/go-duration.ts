import { mysqlError } from '../../types/error-table.js';
import type { VariableContext } from './system-variable.js';

const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};
const PART = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|ns)/gy;

/** Milliseconds of a duration as Go writes it, such as '10m0s' (Go's time.ParseDuration); null when it is none. */
export function parseDuration(text: string): number | null {
  const signed = /^([-+]?)(.+)$/.exec(text.trim());
  if (signed === null) return null;
  if (signed[2] === '0') return 0;
  let ms = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < signed[2]!.length) {
    const part = PART.exec(signed[2]!);
    if (part === null) return null;
    ms += Number(part[1]) * UNIT_MS[part[2]!]!;
  }
  return signed[1] === '-' ? -ms : ms;
}

/** Milliseconds of a duration that was checked when it was set. */
export const durationMs = (text: string): number => parseDuration(text) ?? 0;

/** As Go prints durations: '10m0s', '1.5s', '100ms'. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 1) return `${Math.round(ms * 1e3)}µs`;
  if (ms < 1000) return `${ms}ms`;
  const seconds = Math.round((ms % 60_000) * 1e6) / 1e9;
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return `${seconds}s`;
  return minutes < 60 ? `${minutes}m${seconds}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}s`;
}

/** Checks a duration and brings it into range with warning 1292. Throws 1232. */
export function duration(
  name: string,
  least: string,
  most: string,
): (value: string, ctx: VariableContext) => string {
  const min = durationMs(least);
  const max = durationMs(most);
  return (value, ctx) => {
    const ms = parseDuration(value);
    if (ms === null) throw mysqlError('ER_WRONG_TYPE_FOR_VAR', name);
    if (ms < min || ms > max)
      ctx.warn({ level: 'Warning', code: 1292, message: `Truncated incorrect ${name} value: '${value}'` });
    return formatDuration(Math.min(max, Math.max(min, ms)));
  };
}
