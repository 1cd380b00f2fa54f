import type { Constant } from '../../expression/expression.js';
import { newConstant } from '../../expression/index.js';
import { datetimeType, dateType, timeType } from '../../expression/index.js';
import { parseDuration } from '../../types/duration.js';
import { mysqlError } from '../../types/error-table.js';
import { Flag, type FieldType } from '../../types/field-type.js';
import { parsedToDate, parsedToDateTime, parseTimeText } from '../../types/time-parse.js';
import { timeZone, UTC } from '../../types/timezone.js';
import type { PlanContext } from '../plan-context.js';

/** DATE '…', TIME '…' and TIMESTAMP '…' (MySQL manual, "Date and Time Literals"): stricter in form than conversion is. */

/** Year, month and day with any one character between them, or digits only. */
const DATE = /^\s*(0*\d{1,4}(\D0*\d{1,2}){2}|\d{2,4}(\d{2}){2})\s*$/;
const TIME = /^\s*-?(((\d{1,2}\s+)?0*\d{0,3}(:0*\d{1,2}){0,2})|\d{1,7})?(\.\d*)?\s*$/;
/** A date, then a time of day of at least the hour, a fraction and an offset from UTC. */
const TIMESTAMP =
  /^\s*0*\d{1,4}(\D0*\d{1,2}){2}(\s+|[Tt])(0*\d{0,2}(\D0*\d{1,2}){0,2})?(\.\d*)?([+-]\d{2}:\d{2})?\s*$/;

const notNull = (t: FieldType): FieldType => ({ ...t, flag: t.flag | Flag.NotNull });

/** Digits of the fraction of seconds, at most 6. */
const fractionDigits = (text: string): number => Math.min(6, /\.(\d*)/.exec(text)?.[1]?.length ?? 0);

export function temporalLiteral(
  type: 'DATE' | 'TIME' | 'TIMESTAMP',
  text: string,
  ctx: PlanContext,
): Constant {
  const kind = type === 'TIMESTAMP' ? 'datetime' : type.toLowerCase();
  const wrong = (): Error => mysqlError('ER_TRUNCATED_WRONG_VALUE_FOR_TYPE', kind, text);
  if (type === 'TIME') {
    const fsp = fractionDigits(text);
    const d = TIME.test(text) ? parseDuration(text, fsp) : null;
    if (d === null || d.overflow) throw wrong();
    return newConstant(d.value, notNull(timeType(fsp)));
  }
  if (type === 'DATE') {
    const parsed = DATE.test(text) ? parseTimeText(text) : null;
    const d = parsed === null ? null : parsedToDate(parsed, ctx.eval.sqlMode);
    if (d === null) throw wrong();
    return newConstant(d, notNull(dateType()));
  }
  if (!TIMESTAMP.test(text)) throw mysqlError('ER_WRONG_VALUE', kind, text);
  const fsp = fractionDigits(text);
  const parsed = parseTimeText(text);
  const zone = timeZone(ctx.eval.timeZone) ?? UTC;
  const d =
    parsed === null
      ? null
      : parsedToDateTime(parsed, fsp, ctx.eval.sqlMode, (utc) => zone.offsetAt(utc) / 60);
  if (d === null) throw wrong();
  return newConstant(d, notNull(datetimeType(fsp)));
}
