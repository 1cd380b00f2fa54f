import type { EngineCore } from './engine-core.js';

/** Minutes of the day (UTC) of a time such as '23:59 +0000', as tidb_auto_analyze_start_time holds it; null when it is none. */
export function minuteOfDay(text: string): number | null {
  const m = /^(\d{1,2}):(\d{2}) ([+-])(\d{2}):?(\d{2})$/.exec(text.trim());
  if (m === null) return null;
  const offset = (Number(m[4]) * 60 + Number(m[5])) * (m[3] === '-' ? -1 : 1);
  return (Number(m[1]) * 60 + Number(m[2]) - offset + 2880) % 1440;
}

/** Whether a minute of the day lies in a window, which may reach over midnight; both ends belong to it. */
export const inWindow = (minute: number, start: number, end: number): boolean =>
  start <= end ? minute >= start && minute <= end : minute >= start || minute <= end;

/** Whether it is time for work that two global variables confine to a part of the day. */
export function isWithin({ globals }: Pick<EngineCore, 'globals'>, from: string, to: string): boolean {
  const start = minuteOfDay(globals.get(from));
  const end = minuteOfDay(globals.get(to));
  if (start === null || end === null) return true;
  const now = new Date();
  return inWindow(now.getUTCHours() * 60 + now.getUTCMinutes(), start, end);
}
