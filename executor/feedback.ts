import type { ColumnInfo, TableInfo } from '../catalog/model.js';
import { handleColumn } from '../catalog/table-layout.js';
import { evalDatum } from '../expression/compile.js';
import type { Column, Expression } from '../expression/expression.js';
import { ByteWriter } from '../kv/codec/byte-writer.js';
import { encodeKeyDatum } from '../kv/codec/datum-codec.js';
import type { Bound, IndexScan, KeyRangeDatum, PhysicalPlan, TableScan } from '../planner/physical/plan.js';
import { hasCorrelated } from '../planner/logical/expression-walk.js';
import { intervalsOf, isExact, shapeOf } from '../planner/ranger/condition.js';
import { datumCompare, intersect, MAX, MIN, SortKeyEnd, type Interval } from '../planner/ranger/interval.js';
import type { RangeEnd } from '../statistics/estimate.js';
import { keptValue } from '../statistics/kept-value.js';
import type { RangeFeedback } from '../statistics/feedback.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { timeZone, UTC, type TimeZone } from '../types/timezone.js';
import { indexColumnTypes } from './key-ranges.js';
import type { ExecContext } from './exec-context.js';

/** Takes what scans met. */
export interface FeedbackSink {
  /** Whether corrections of the table are wanted. */
  wants(table: TableInfo): boolean;
  note(table: TableInfo, feedback: readonly RangeFeedback[]): void;
}

/** Estimates within this factor need no correction. */
const GOOD = 1.3;

/**
 * A reader has read its ranges to the end and `rows` came of it: what that says of a column or an index. `plan` is what ran in
 * the store: a bare scan of a range, or a filter on one column over the whole table.
 */
export function noteScan(
  ctx: ExecContext,
  plan: PhysicalPlan,
  rows: number,
  rangesOf: (scan: TableScan | IndexScan, ctx: ExecContext) => readonly KeyRangeDatum[],
): void {
  const sink = ctx.feedback;
  if (sink === null || ctx.scanOverrides !== undefined) return;
  const filter = plan.op === 'Selection' ? plan.conditions : null;
  const scan = plan.op === 'Selection' ? plan.child : plan;
  if ((scan.op !== 'TableScan' && scan.op !== 'IndexScan') || scan.table.partition !== undefined) return;
  // The server's own tables are read by statements that must not become corrections of their own.
  if (scan.db.lower === 'mysql') return;
  // Rows that a join had no use for were left out.
  if ((ctx.joinFilters?.of(scan.id).length ?? 0) > 0) return;
  const estimated = Math.max(1, plan.estRows);
  const factor = rows > estimated ? rows / estimated : estimated / Math.max(1, rows);
  if (factor < GOOD || !sink.wants(scan.table)) return;
  const found =
    filter === null
      ? ofRanges(scan, rangesOf(scan, ctx), rows, zoneOf(ctx))
      : ofFilter(scan, filter, rows, ctx);
  if (found.length > 0) sink.note(scan.table, found);
}

/** Rows of a range of keys. */
function ofRanges(
  scan: TableScan | IndexScan,
  ranges: readonly KeyRangeDatum[],
  rows: number,
  zone: TimeZone,
): RangeFeedback[] {
  const [range] = ranges;
  if (scan.full || ranges.length !== 1 || range === undefined) return [];
  if (scan.op === 'TableScan') {
    const column = handleColumn(scan.table);
    if (column === null || range.low.length !== 1) return [];
    return columnRange(column, range, rows, zone);
  }
  const out: RangeFeedback[] = [];
  const [first] = scan.index.columns;
  const width = scan.index.columns.length;
  const types = indexColumnTypes(scan.table, scan.index).slice(0, width);
  if (range.low.length === 1 && range.high.length === 1 && first!.length < 0)
    out.push(...columnRange(scan.table.columns[first!.offset]!, range, rows, zone));
  // Statistics of an index know nothing of the handle behind its columns.
  if (range.low.length > width || range.high.length > width) return out;
  const low = keyEnd(range.low, range.lowExclusive, types, 'low', zone);
  const high = keyEnd(range.high, range.highExclusive, types, 'high', zone);
  if (low !== null && high !== null) out.push({ part: 'index', id: scan.index.id, low, high, rows });
  return out;
}

const zoneOf = (ctx: ExecContext): TimeZone => timeZone(ctx.eval.timeZone) ?? UTC;

function columnRange(column: ColumnInfo, r: KeyRangeDatum, rows: number, zone: TimeZone): RangeFeedback[] {
  const low = kept(end(r.low[0]!, r.lowExclusive), column.type, zone);
  const high = kept(end(r.high[0]!, r.highExclusive), column.type, zone);
  if (low === null || high === null) return [];
  return [{ part: 'column', id: column.id, low, high, rows }];
}

/** Null for a range that reaches NULL: that is no value of a histogram. */
function end(b: Bound, exclusive: boolean): RangeEnd | undefined | null {
  if (b === 'min' || b === 'max') return undefined;
  if (b.value === null) return exclusive ? undefined : null;
  return { value: b.value, exclusive };
}

const kept = (
  e: RangeEnd | undefined | null,
  type: FieldType,
  zone: TimeZone,
): RangeEnd | undefined | null =>
  e === undefined || e === null ? e : { value: keptValue(e.value, type, zone), exclusive: e.exclusive };

const writer = new ByteWriter(64);

/** The end of a range as bytes of the index's key; a prefix of the columns ends behind all keys that start with it. */
function keyEnd(
  bounds: readonly Bound[],
  exclusive: boolean,
  types: readonly FieldType[],
  side: 'low' | 'high',
  zone: TimeZone,
): RangeEnd | undefined | null {
  const w = writer.reset();
  let n = 0;
  for (const b of bounds) {
    if (b === 'min' || b === 'max') break;
    encodeKeyDatum(w, keptValue(b.value, types[n]!, zone), types[n]!);
    n++;
  }
  if (n === 0) return undefined;
  // A whole key is a value; a part of one stands for all that begin so.
  if (n < types.length && exclusive === (side === 'low')) w.u8(0xff);
  return { value: w.toBytes(), exclusive: n === types.length && exclusive };
}

/** Rows that met conditions on one column, of the whole table. */
function ofFilter(
  scan: TableScan | IndexScan,
  conditions: readonly Expression[],
  rows: number,
  ctx: ExecContext,
): RangeFeedback[] {
  if (!scan.full || scan.op !== 'TableScan') return [];
  const at = onlyColumn(conditions);
  const index = at === null ? -1 : scan.schema.findIndex((c) => c.id === at.id);
  const info = scan.columns[index];
  if (at === null || info === undefined) return [];
  const key = { column: at, length: -1 };
  const compare = datumCompare(info.type);
  const all: (readonly Interval[])[] = [];
  for (const c of conditions) {
    if (shapeOf(c, key) === null || !isExact(c, key) || hasCorrelated(c)) return [];
    all.push(intervalsOf(c, key, (e) => evalDatum(e, ctx.eval), compare));
  }
  const intervals = all.length === 0 ? [] : intersect(all, compare);
  const [one] = intervals;
  if (one === undefined || intervals.length !== 1) return [];
  const low = kept(intervalEnd(one.low, one.lowEx), info.type, zoneOf(ctx));
  const high = kept(intervalEnd(one.high, one.highEx), info.type, zoneOf(ctx));
  if (low === null || high === null) return [];
  return [{ part: 'column', id: info.id, low, high, rows }];
}

function intervalEnd(e: Interval['low'], exclusive: boolean): RangeEnd | undefined | null {
  if (e === MAX) return undefined;
  if (e === MIN || e instanceof SortKeyEnd) return null;
  if (e === null) return exclusive ? undefined : null;
  return { value: e as Datum, exclusive };
}

/** The column that all conditions are about; null when there are several. */
function onlyColumn(conditions: readonly Expression[]): Column | null {
  let found: Column | null = null;
  const visit = (e: Expression): boolean => {
    if (e.kind === 'function') return e.args.every(visit);
    if (e.kind !== 'column') return true;
    if (found !== null && found.id !== e.id) return false;
    found = e;
    return true;
  };
  return conditions.every(visit) ? found : null;
}
