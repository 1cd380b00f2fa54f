import { Chunk } from '../../chunk/chunk.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import type { EvalContext } from '../../expression/eval-context.js';
import { compileFilter, HEAVY_NODES, type Filter } from '../../expression/compile.js';
import type { Column, Expression, ScalarFunction } from '../../expression/expression.js';
import { functionSpec, HEAVY_FAMILIES } from '../../expression/function-registry.js';
import { withTimeLimit } from '../../expression/time-limit.js';
import { visit } from '../../expression/traverse.js';
import { seenValue } from '../../statistics/kept-value.js';
import type { TableSample } from '../../statistics/sample.js';
import type { Datum } from '../../types/datum.js';
import { TypeCode } from '../../types/field-type.js';
import { timeZone, UTC } from '../../types/timezone.js';
import {
  columnsOf,
  hasCorrelated,
  hasParam,
  isFunction,
  isVolatile,
  splitDnf,
} from '../logical/expression-walk.js';
import type { DataSource } from '../logical/plan.js';
import { resolveOver } from '../physical/resolve-indices.js';
import type { PlanContext } from '../plan-context.js';

/** A sample as a chunk, by the columns of one source. */
const CHUNKS = new WeakMap<TableSample, Map<number, Chunk['columns'][number]>>();
/** 1 for the rows of a sample for which a condition is true; null when that cannot be tried. */
interface Matches {
  readonly sample: TableSample;
  readonly rows: Uint8Array | null;
  readonly count: number;
}
const MATCHES = new WeakMap<Expression, Matches>();

/** Rows of the sample that meet all conditions, by their number; null when that cannot be tried. */
export function matchingRows(
  ctx: PlanContext,
  sample: TableSample,
  ds: DataSource,
  conditions: readonly Expression[],
): number[] | null {
  const all: Uint8Array[] = [];
  for (const c of conditions) {
    const { rows } = matches(ctx, sample, ds, c);
    if (rows === null) return null;
    all.push(rows);
  }
  const out: number[] = [];
  for (let i = 0; i < sample.rows; i++) if (all.every((rows) => rows[i] === 1)) out.push(i);
  return out;
}

/** How many rows of the sample meet all conditions; null when that cannot be tried. */
export function matchingCount(
  ctx: PlanContext,
  sample: TableSample,
  ds: DataSource,
  conditions: readonly Expression[],
): number | null {
  let together: Uint8Array | null = null;
  let count = sample.rows;
  for (let k = 0; k < conditions.length; k++) {
    const one = matches(ctx, sample, ds, conditions[k]!);
    const { rows } = one;
    if (rows === null) return null;
    if (k === 0) {
      together = rows;
      count = one.count;
      continue;
    }
    if (k === 1) together = together!.slice();
    count = 0;
    for (let i = 0; i < rows.length; i++) count += together![i]! &= rows[i]!;
  }
  return count;
}

function matches(ctx: PlanContext, sample: TableSample, ds: DataSource, c: Expression): Matches {
  const known = MATCHES.get(c);
  if (known !== undefined && known.sample === sample) return known;
  const rows = tryOn(ctx, sample, ds, c);
  let count = 0;
  if (rows !== null) for (let i = 0; i < rows.length; i++) count += rows[i]!;
  const made = { sample, rows, count };
  // What holds for the values of one execution is not kept for others.
  if (!hasParam(c)) MATCHES.set(c, made);
  return made;
}

/** Disjunctions of more alternatives would take longer to try than they are worth. */
const MAX_ALTERNATIVES = 256;

/** Rows on which a condition is timed, and milliseconds for each above which it is not tried on thousands. */
const TIMED_ROWS = 8;
const SLOW_MS = 0.1;
/** Milliseconds that such a condition is tried for at most: everybody waits meanwhile. */
const TRY_MS = 20;

/** Wildcards of a pattern up to which LIKE passes over a text but once. */
const FEW_WILDCARDS = 2;

/** LIKE with a pattern in which `%` stands around one piece of text at most: there is nothing to go back to. */
function isPlainLike(f: ScalarFunction): boolean {
  const pattern = f.name === 'like' ? f.args[1]! : null;
  if (pattern?.kind !== 'constant' || !(pattern.value instanceof Uint8Array)) return false;
  let wildcards = 0;
  for (const b of pattern.value) if (b === 0x25) wildcards++;
  return wildcards <= FEW_WILDCARDS;
}

/** Whether nobody knows how long the condition takes on one row. A time limit costs several times as much as most conditions. */
function mayTakeLong(filter: Filter, c: Expression): boolean {
  if (filter.nodes < HEAVY_NODES) return false;
  let long = false;
  visit(c, (x) => {
    if (x.kind === 'function' && HEAVY_FAMILIES.has(functionSpec(x.name).family) && !isPlainLike(x))
      long = true;
    return !long;
  });
  return long;
}

function isSlow(filter: Filter, chunk: Chunk, ctx: EvalContext): boolean {
  if (filter.nodes < HEAVY_NODES || chunk.length <= TIMED_ROWS) return false;
  const few = chunk.withSel(Int32Array.from({ length: TIMED_ROWS }, (_, i) => i));
  // The first time its code is made.
  void filter.run(few, ctx);
  const from = performance.now();
  void filter.run(few, ctx);
  return performance.now() - from > TIMED_ROWS * SLOW_MS;
}

function tryOn(ctx: PlanContext, sample: TableSample, ds: DataSource, c: Expression): Uint8Array | null {
  if (isFunction(c, 'or') && splitDnf(c).length > MAX_ALTERNATIVES) return null;
  if (hasCorrelated(c) || isVolatile(c) || (hasParam(c) && ctx.params === null)) return null;
  let vectors = CHUNKS.get(sample);
  if (vectors === undefined) CHUNKS.set(sample, (vectors = new Map()));
  const schema: Column[] = [];
  const columns: Chunk['columns'][number][] = [];
  for (const id of columnsOf([c])) {
    const column = ds.all.find((x) => x.id === id);
    const info = ds.infos.get(id);
    const values = info === null || info === undefined ? undefined : sample.columns.get(info.id);
    if (column === undefined || values === undefined) return null;
    const { id: columnId, type } = info!;
    const zone = type.tp === TypeCode.Timestamp ? (timeZone(ctx.eval.timeZone) ?? UTC) : UTC;
    let v = zone === UTC ? vectors.get(columnId) : undefined;
    if (v === undefined) {
      v = vectorOf(zone === UTC ? values : values.map((x) => seenValue(x, type, zone)), type);
      if (zone === UTC) vectors.set(columnId, v);
    }
    schema.push(column);
    columns.push(v);
  }
  if (columns.length === 0) return null;
  try {
    const quiet = Object.create(ctx.eval) as { warn: () => void };
    quiet.warn = () => undefined;
    const filter = compileFilter([resolveOver(c, schema)]);
    const chunk = new Chunk(columns, sample.rows);
    const whole = (): ReturnType<Filter['run']> | null =>
      isSlow(filter, chunk, quiet as never) ? null : filter.run(chunk, quiet as never);
    const filtered = mayTakeLong(filter, c) ? withTimeLimit(TRY_MS, whole) : whole();
    if (filtered === null || filtered instanceof Promise) return null;
    const rows = new Uint8Array(sample.rows);
    for (let i = 0; i < filtered.rows; i++) rows[filtered.sel === null ? i : filtered.sel[i]!] = 1;
    return rows;
  } catch {
    // A condition that fails on some value says so when the statement runs. One that takes too long is not known.
    return null;
  }
}

/** Values of a column in rows of the sample, each once, and how many of the rows have each. */
export function sampleValues(
  sample: TableSample,
  columnId: number,
  rows: readonly number[],
): { readonly values: readonly Datum[]; readonly counts: readonly number[] } | null {
  const column = sample.columns.get(columnId);
  if (column === undefined) return null;
  const values: Datum[] = [];
  const counts: number[] = [];
  const places = new Map<string | number | bigint, number>();
  for (const r of rows) {
    const v = column[r] ?? null;
    if (v === null) continue;
    const key = v instanceof Uint8Array ? Buffer.from(v).toString('latin1') : v;
    const at = places.get(key);
    if (at !== undefined) counts[at]!++;
    else {
      places.set(key, values.length);
      values.push(v);
      counts.push(1);
    }
  }
  return { values, counts };
}

/** Share of changed rows up to which the sample is believed where many of its rows meet the conditions. */
const MUCH_CHANGED = 0.2;

/**
 * A share estimated column by column, corrected by what the sample says of the conditions together: taken over where enough
 * rows of the sample meet them, else kept within what their number allows. `changed`: share of the table's rows that the sample
 * knows nothing of; all of those may meet the conditions.
 */
export function correctedShare(
  estimated: () => number,
  hits: number,
  sample: TableSample,
  changed = 0,
): number {
  const n = sample.rows;
  if (n === 0) return estimated();
  if (sample.full && changed === 0) return hits === 0 ? Math.min(estimated(), 0.5 / n) : hits / n;
  if (hits >= 10 && changed < MUCH_CHANGED) return hits / n;
  const estimate = estimated();
  const most = (hits + 1.5) / n + changed;
  const least = hits <= 1 ? 0 : ((hits - 1) / (2 * n)) * (1 - changed);
  return Math.min(most, Math.max(least, estimate));
}
