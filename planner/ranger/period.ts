import type { Column, Expression } from '../../expression/expression.js';
import type { Datum } from '../../types/datum.js';
import { TypeCode } from '../../types/field-type.js';
import {
  coreOf,
  dateOfCore,
  dateToDateTime,
  dayOfDate,
  monthOfDate,
  packDate,
  yearOfDate,
  type PackedTime,
} from '../../types/time.js';
import { FLIPPED, hasColumns } from '../logical/expression-walk.js';
import { MAX, NOT_NULL, type Interval } from './interval.js';

/** `DATE(column) op day` or `YEAR(column) op number`, as programs ask for days and years. */
interface PeriodTest {
  readonly op: string;
  readonly value: Expression;
  readonly unit: 'date' | 'year';
}

const OPS: ReadonlySet<string> = new Set(['eq', 'lt', 'le', 'gt', 'ge']);

/** Null for anything else. TIMESTAMPs are left out: when their days begin, the time zone says. */
export function periodTest(e: Expression, column: Column): PeriodTest | null {
  const { tp } = column.type;
  if (e.kind !== 'function' || !OPS.has(e.name) || (tp !== TypeCode.DateTime && tp !== TypeCode.Date))
    return null;
  const [a, b] = e.args as [Expression, Expression];
  const [fn, value, op] = hasColumns(b) ? [b, a, FLIPPED[e.name]!] : [a, b, e.name];
  if (fn.kind !== 'function' || (fn.name !== 'date' && fn.name !== 'year') || hasColumns(value)) return null;
  const [arg] = fn.args;
  if (arg?.kind !== 'column' || arg.id !== column.id) return null;
  const of = value.type.tp;
  const suits =
    fn.name === 'year' ? of === TypeCode.LongLong : of === TypeCode.Date || of === TypeCode.DateTime;
  return suits ? { op, value, unit: fn.name } : null;
}

/** The times among which those are for which a test is true; the test is to be made on them again. */
export function periodIntervals(test: PeriodTest, v: Datum, column: Column): Interval[] {
  if (v === null || v instanceof Uint8Array) return [];
  const [first, next] = test.unit === 'year' ? yearOf(v) : dayOf(v, test.value);
  if (first === null || next === null) return [NOT_NULL];
  const at = (date: number): PackedTime =>
    column.type.tp === TypeCode.Date ? date : dateToDateTime(date, column.type.decimal);
  switch (test.op) {
    case 'eq':
      return [{ low: at(first), high: at(next), lowEx: false, highEx: true }];
    case 'lt':
    case 'le':
      return [{ low: null, high: at(next), lowEx: true, highEx: true }];
    default:
      return [{ low: at(first), high: MAX, lowEx: false, highEx: false }];
  }
}

/** The dates that a year begins with and that it ends before; dates without a month are among them. */
function yearOf(v: PackedTime): [number | null, number | null] {
  const year = Number(v);
  if (!Number.isInteger(year) || year < 0 || year > 9998) return [null, null];
  return [packDate(year, 0, 0), packDate(year + 1, 0, 0)];
}

function dayOf(v: PackedTime, { type }: Expression): [number, number] {
  const core = type.tp === TypeCode.Date ? null : coreOf(v, type.decimal);
  const date = core === null ? Number(v) : dateOfCore(core);
  return [date, nextDay(date)];
}

function nextDay(date: number): number {
  const [y, m, d] = [yearOfDate(date), monthOfDate(date), dayOfDate(date)];
  if (m === 0 || d === 0 || y < 100) return date + 1;
  const next = new Date(Date.UTC(y, m - 1, d + 1));
  return packDate(next.getUTCFullYear(), next.getUTCMonth() + 1, next.getUTCDate());
}
