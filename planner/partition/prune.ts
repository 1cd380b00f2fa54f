import { evalDatum } from '../../expression/compile.js';
import type { EvalContext } from '../../expression/eval-context.js';
import type { Column, Expression } from '../../expression/expression.js';
import { functionSpec } from '../../expression/function-registry.js';
import type { Datum } from '../../types/datum.js';
import { evalType } from '../../types/field-type.js';
import { evaluator, isKnown } from '../cost/selectivity.js';
import { columnsOf, hasParam } from '../logical/expression-walk.js';
import type { DataSource } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';
import type { Evaluate } from '../ranger/condition.js';
import { detach, type KeyColumn } from '../ranger/ranger.js';
import type { KeyRangeDatum } from '../physical/plan.js';
import type { HashOf, KeyOf, ListColumns, ListOf } from './locator.js';
import {
  ByExpression,
  MAXVALUE,
  partitionLocator,
  RangeColumns,
  RangeOf,
  type ByColumns,
} from './locator.js';

/** Integer ranges up to this long are tried value by value against HASH, KEY and LIST. */
const MAX_TRIED = 1024;

/**
 * Positions of the partitions that may hold rows of a source under its conditions, ascending: those named by
 * PARTITION (…), less those that the conditions rule out.
 */
export const prunedPartitions = (ctx: PlanContext, ds: DataSource): number[] =>
  left(ds, knownConditions(ctx, ds), ctx.eval, evaluator(ctx));

/** The same for each execution of a plan that is kept; null where no parameter has a say. */
export function partitionChoice(ctx: PlanContext, ds: DataSource): ((ctx: EvalContext) => number[]) | null {
  const conditions = knownConditions(ctx, ds);
  if ((ctx.reuse ?? null) === null || !conditions.some(hasParam)) return null;
  return (now) => left(ds, conditions, now, (e, row) => evalDatum(e, now, row));
}

const knownConditions = (ctx: PlanContext, ds: DataSource): Expression[] =>
  ds.conditions.filter((c) => isKnown(c, ctx));

function left(
  ds: DataSource,
  conditions: readonly Expression[],
  ctx: EvalContext,
  evaluate: Evaluate,
): number[] {
  const { definitions } = ds.table.partition!;
  const named = ds.partitionNames;
  const all = definitions.map((_, i) => i).filter((i) => named === null || named.has(definitions[i]!.lower));
  if (conditions.length === 0) return all;
  const kept = new Pruner(ctx, evaluate, ds, conditions).keep();
  return kept === null ? all : all.filter((i) => kept.has(i));
}

class Pruner {
  constructor(
    private readonly ctx: EvalContext,
    private readonly evaluate: Evaluate,
    private readonly ds: DataSource,
    private readonly conditions: readonly Expression[],
  ) {}

  /** Null: nothing is known. */
  keep(): Set<number> | null {
    const locator = partitionLocator(this.ds.table, this.ctx);
    if (locator instanceof RangeOf) return this.rangeOf(locator);
    if (locator instanceof RangeColumns) return this.rangeColumns(locator);
    if (locator instanceof ByExpression) return this.points(locator);
    return this.columnPoints(locator as ListColumns | KeyOf);
  }

  private columnAt(offset: number): Column | null {
    const { ds } = this;
    return ds.all.find((c) => ds.infos.get(c.id)?.offset === offset) ?? null;
  }

  /** Ranges that the conditions leave of columns; null when they leave all. */
  private ranges(offsets: readonly number[]): readonly KeyRangeDatum[] | null {
    const keys: KeyColumn[] = [];
    for (const o of offsets) {
      const column = this.columnAt(o);
      if (column === null) break;
      keys.push({ column, length: -1 });
    }
    if (keys.length === 0) return null;
    const access = detach(this.conditions, keys, false, this.evaluate, true);
    return access.full ? null : access.ranges;
  }

  private rangeOf(l: RangeOf): Set<number> | null {
    const source = l.column >= 0 ? l.column : monotoneColumn(l.expr);
    if (source === null) return this.points(l);
    const ranges = this.ranges([source]);
    if (ranges === null) return null;
    const out = new Set<number>();
    const last = l.bounds.length - 1;
    for (const r of ranges) {
      const [a, b] = [r.low[0]!, r.high[0]!];
      const low = typeof a === 'object' ? a.value : null;
      const high = typeof b === 'object' ? b.value : undefined;
      if (high === null && typeof b === 'object') {
        out.add(0);
        continue;
      }
      // Functions round down, so that an exclusive end may still share its image with values inside.
      const exact = l.column >= 0;
      const from = this.image(l, source, low);
      const to = high === undefined ? undefined : this.image(l, source, high);
      // A value that the function cannot take (an invalid date) says nothing.
      if ((low !== null && from === null) || to === null) return null;
      const start = from === null ? 0 : this.place(l, from, exact && r.lowExclusive);
      const end =
        to === undefined ? last : this.place(l, exact && r.highExclusive ? minusOne(to) : to, false);
      for (let i = start; i <= Math.min(end, last); i++) out.add(i);
    }
    return out;
  }

  /** First partition whose bound lies above the value. */
  private place(l: RangeOf, v: number | bigint, exclusive: boolean): number {
    const value = exclusive ? (typeof v === 'bigint' ? v + 1n : v + 1) : v;
    let i = 0;
    while (i < l.bounds.length) {
      const b = l.bounds[i]!;
      if (b === MAXVALUE || value < b) break;
      i++;
    }
    return i;
  }

  private image(l: ByExpression, offset: number, v: Datum): number | bigint | null {
    if (v === null) return null;
    if (l.column >= 0) return v as number | bigint;
    const row: Datum[] = this.ds.table.columns.map(() => null);
    row[offset] = v;
    return l.value(row, this.ctx);
  }

  private rangeColumns(l: RangeColumns): Set<number> | null {
    const ranges = this.ranges(l.offsets);
    if (ranges === null) return null;
    const out = new Set<number>();
    const n = l.bounds.length;
    for (const r of ranges) {
      for (let i = 0; i < n; i++) {
        // Partition i holds [bound(i-1), bound(i)).
        if (i > 0 && this.endsBelow(l, r, i - 1)) break;
        if (!this.startsFrom(l, r, i)) out.add(i);
      }
    }
    return out;
  }

  /** Whether every tuple of the range lies below bound `at`. */
  private endsBelow(l: RangeColumns, r: KeyRangeDatum, at: number): boolean {
    const bound = l.bounds[at]!;
    for (let i = 0; i < bound.length; i++) {
      const b = bound[i]!;
      if (b === MAXVALUE) return true;
      const h = r.high[i];
      if (h === undefined) return false;
      if (h === 'max') return false;
      if (h === 'min') return true;
      if (h.sortKey !== undefined) return false;
      const c = l.compares[i]!(h.value, b);
      if (c !== 0) return c < 0;
      if (i === r.high.length - 1 && r.highExclusive) return true;
    }
    return false;
  }

  /** Whether every tuple of the range lies at or above bound `at`. */
  private startsFrom(l: RangeColumns, r: KeyRangeDatum, at: number): boolean {
    const bound = l.bounds[at]!;
    for (let i = 0; i < bound.length; i++) {
      const b = bound[i]!;
      if (b === MAXVALUE) return false;
      const low = r.low[i];
      if (low === undefined || low === 'min') return i > 0 && i === r.low.length && r.lowExclusive;
      if (low === 'max') return true;
      const c = l.compares[i]!(low.value, b);
      if (c !== 0) return c > 0;
      if (i === r.low.length - 1 && r.lowExclusive && i === bound.length - 1) return true;
    }
    return true;
  }

  /** HASH and LIST over an expression: by the points of the columns that it reads. */
  private points(l: RangeOf | ListOf | HashOf | ByExpression): Set<number> | null {
    const offsets = [...columnsOf([l.expr])].map((id) => id - 1);
    const tuples = this.tuples(offsets);
    if (tuples === null) return null;
    const out = new Set<number>();
    const row: Datum[] = this.ds.table.columns.map(() => null);
    for (const t of tuples) {
      offsets.forEach((o, i) => (row[o] = t[i]!));
      const at = l.locate(row, this.ctx);
      if (at >= 0) out.add(at);
    }
    return out;
  }

  private columnPoints(l: ByColumns): Set<number> | null {
    const tuples = this.tuples(l.offsets);
    if (tuples === null) return null;
    const out = new Set<number>();
    for (const t of tuples) {
      const at = l.locateValues(t);
      if (at >= 0) out.add(at);
    }
    return out;
  }

  /** The values that the columns may take together; null when they are too many or unknown. */
  private tuples(offsets: readonly number[]): Datum[][] | null {
    let out: Datum[][] = [[]];
    for (const o of offsets) {
      const values = this.valuesOf(o);
      if (values === null || out.length * values.length > MAX_TRIED) return null;
      out = out.flatMap((t) => values.map((v) => [...t, v]));
    }
    return out;
  }

  private valuesOf(offset: number): Datum[] | null {
    const ranges = this.ranges([offset]);
    if (ranges === null) return null;
    const isInt = evalType(this.ds.table.columns[offset]!.type) === 'int';
    const out: Datum[] = [];
    for (const r of ranges) {
      const [a, b] = [r.low[0]!, r.high[0]!];
      if (typeof a !== 'object' || typeof b !== 'object') return null;
      if (
        a.value === b.value ||
        (a.value !== null &&
          b.value !== null &&
          !r.lowExclusive &&
          !r.highExclusive &&
          sameBytes(a.value, b.value))
      ) {
        out.push(a.value);
        continue;
      }
      if (!isInt || typeof a.value !== 'number' || typeof b.value !== 'number') return null;
      const low = r.lowExclusive ? a.value + 1 : a.value;
      const high = r.highExclusive ? b.value - 1 : b.value;
      if (high - low >= MAX_TRIED) return null;
      for (let v = low; v <= high; v++) out.push(v);
    }
    return out;
  }
}

const minusOne = (v: number | bigint): number | bigint => (typeof v === 'bigint' ? v - 1n : v - 1);

function sameBytes(a: Datum, b: Datum): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

/** Functions that never fall when their argument rises. */
const MONOTONE: ReadonlySet<string> = new Set([
  'year',
  'to_days',
  'to_seconds',
  'unix_timestamp',
  'floor',
  'ceiling',
]);

/** Offset of the one column of a monotone expression; null for any other. */
function monotoneColumn(e: Expression): number | null {
  if (e.kind !== 'function') return null;
  const [a, b] = e.args;
  if (e.name === 'cast' && a?.kind === 'function') return monotoneColumn(a);
  if (a?.kind === 'column' && b === undefined && MONOTONE.has(functionSpec(e.name).name)) return a.index;
  if (e.name === 'extract' && b?.kind === 'column' && a?.kind === 'constant') {
    const unit = a.value instanceof Uint8Array ? Buffer.from(a.value).toString() : '';
    return unit.toUpperCase() === 'YEAR' || unit.toUpperCase() === 'YEAR_MONTH' ? b.index : null;
  }
  return null;
}
