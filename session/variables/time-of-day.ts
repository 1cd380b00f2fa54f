import { mysqlError } from '../../types/error-table.js';

const TIME = /^(\d{1,2}):(\d{2})(?: ?([-+])(\d{2}):?(\d{2}))?$/;

/** A time of day with its zone, '23:59 +0000', as TiDB prints it; without a zone UTC's. Throws 1105 for anything else. */
export function timeOfDay(value: string): string {
  const m = TIME.exec(value.trim());
  if (m === null || Number(m[1]) > 23 || Number(m[2]) > 59)
    throw mysqlError('ER_UNKNOWN_ERROR', `parsing time "${value}": it is not of the form 15:04 -0700`);
  return `${m[1]!.padStart(2, '0')}:${m[2]} ${m[3] ?? '+'}${m[4] ?? '00'}${m[5] ?? '00'}`;
}
