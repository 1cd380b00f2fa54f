import type { Vector } from '../../chunk/vector.js';
import { compileProjection, evalDatum } from '../../expression/compile.js';
import { castTo, newFunction } from '../../expression/index.js';
import type { ByItem, Expression } from '../../expression/expression.js';
import type { Chunk } from '../../chunk/chunk.js';
import type { FrameBound, Window, WindowFrame } from '../../planner/physical/plan.js';
import type { Datum } from '../../types/datum.js';
import { encodeUtf8 } from '../../types/charset.js';
import { decCompare, type DecInt } from '../../types/decimal.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType, newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import type { OperatorContext } from '../operator.js';

/** Rows of one ordered input cut into partitions, and within them into peers (rows equal in the ORDER BY). */
export interface Partitions {
  /** First row of each partition, and the number of rows at the end. */
  readonly starts: Int32Array;
  /** First row of each row's peers, and the row behind the last of them. */
  readonly peerStart: Int32Array;
  readonly peerEnd: Int32Array;
}

/** The rows [start, end) that an aggregate of each row is taken over. Empty where end <= start. */
export interface Frames {
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Every frame begins where its partition does; ends where it does. */
  readonly fromStart: boolean;
  readonly toEnd: boolean;
}

/**
 * Frames of all rows. Without a frame clause: up to the row's peers when there is an ORDER BY, else the whole partition
 * (manual, "Window Function Frame Specification").
 */
export async function framesOf(
  plan: Window,
  rows: Chunk,
  p: Partitions,
  ctx: OperatorContext,
): Promise<Frames> {
  const n = rows.length;
  const start = new Int32Array(n);
  const end = new Int32Array(n);
  const frame: WindowFrame = plan.frame ?? {
    unit: 'range',
    start: { kind: 'unboundedPreceding' },
    end: { kind: plan.orderBy.length > 0 ? 'currentRow' : 'unboundedFollowing' },
  };
  const fromStart = frame.start.kind === 'unboundedPreceding';
  const toEnd = frame.end.kind === 'unboundedFollowing';
  const starts = await bounds(frame.start, false, frame, plan, rows, p, ctx);
  const ends = await bounds(frame.end, true, frame, plan, rows, p, ctx);
  let since = 0;
  for (let k = 0; k + 1 < p.starts.length; k++) {
    const s = p.starts[k]!;
    const e = p.starts[k + 1]!;
    for (let i = s; i < e; i++) {
      start[i] = Math.max(s, Math.min(e, starts(i, s, e)));
      end[i] = Math.max(start[i]!, Math.min(e, ends(i, s, e)));
      if ((++since & 8191) !== 8191) continue;
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  }
  return { start, end, fromStart, toEnd };
}

/** Gives a bound of row i in partition [s, e): its first row, or (`upper`) the row behind its last. */
type BoundOf = (i: number, s: number, e: number) => number;

async function bounds(
  b: FrameBound,
  upper: boolean,
  frame: WindowFrame,
  plan: Window,
  rows: Chunk,
  p: Partitions,
  ctx: OperatorContext,
): Promise<BoundOf> {
  switch (b.kind) {
    case 'unboundedPreceding':
      return (_i, s) => s;
    case 'unboundedFollowing':
      return (_i, _s, e) => e;
    case 'currentRow':
      if (frame.unit === 'rows') return upper ? (i) => i + 1 : (i) => i;
      return upper ? (i) => p.peerEnd[i]! : (i) => p.peerStart[i]!;
  }
  const following = b.kind === 'following';
  if (frame.unit === 'rows') {
    const k = offsetRows(evalDatum(b.value!, ctx.eval));
    if (following) return upper ? (i) => i + k + 1 : (i) => i + k;
    return upper ? (i) => i - k + 1 : (i) => i - k;
  }
  return rangeBounds(b, following, upper, plan, rows, p, ctx);
}

function offsetRows(v: Datum): number {
  if (v === null || typeof v === 'object' || v < 0)
    throw mysqlError('ER_WINDOW_FRAME_ILLEGAL', '<unnamed window>');
  return Math.min(Number(v), 2 ** 31 - 2);
}

/** RANGE n PRECEDING|FOLLOWING: the rows whose key is within n of the row's; a NULL key has its peers for a frame. */
async function rangeBounds(
  b: FrameBound,
  following: boolean,
  upper: boolean,
  plan: Window,
  rows: Chunk,
  p: Partitions,
  ctx: OperatorContext,
): Promise<BoundOf> {
  const by = plan.orderBy[0]!;
  const limit = await compileProjection([limitExpr(by, b, following, ctx)]).run(rows, ctx.eval);
  const keys = await compileProjection([by.expr]).run(rows, ctx.eval);
  const compare = numericOrder(keys[0]!, by.expr.type, limit[0]!, limitType(by, b, following, ctx), by.desc);
  const key = keys[0]!;
  return (i, s, e) => {
    if (key.isNull(i)) return upper ? p.peerEnd[i]! : p.peerStart[i]!;
    if (limit[0]!.isNull(i)) return upper ? e : s;
    // First row whose key is not before the limit, or (upper) behind it. NULLs come first in ascending order.
    let lo = s;
    let hi = e;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      const c = key.isNull(mid) ? (by.desc ? 1 : -1) : compare(mid, i);
      if (c < 0 || (upper && c === 0)) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  };
}

/** The key that bounds the frame: the row's key moved by the offset, towards the start for PRECEDING. */
function limitExpr(by: ByItem, b: FrameBound, following: boolean, ctx: OperatorContext): Expression {
  const up = following !== by.desc;
  if (b.intervalUnit === undefined) return newFunction(up ? 'plus' : 'minus', [by.expr, b.value!], ctx.eval);
  const unit: Expression = {
    kind: 'constant',
    type: newFieldType(TypeCode.VarString),
    value: encodeUtf8(b.intervalUnit),
  };
  const moved = newFunction(up ? 'date_add' : 'date_sub', [by.expr, b.value!, unit], ctx.eval);
  return castTo(moved, by.expr.type, ctx.eval);
}

const limitType = (by: ByItem, b: FrameBound, following: boolean, ctx: OperatorContext): FieldType =>
  limitExpr(by, b, following, ctx).type;

/** Order of key row i and limit row j, numbers of different scales included. */
function numericOrder(
  key: Vector,
  keyType: FieldType,
  limit: Vector,
  limitFt: FieldType,
  desc: boolean,
): (i: number, j: number) => number {
  const sign = desc ? -1 : 1;
  const exact = (t: FieldType): boolean => evalType(t) === 'int' || evalType(t) === 'decimal';
  if (exact(keyType) && exact(limitFt)) {
    const ks = Math.max(0, evalType(keyType) === 'decimal' ? keyType.decimal : 0);
    const ls = Math.max(0, evalType(limitFt) === 'decimal' ? limitFt.decimal : 0);
    return (i, j) => sign * decCompare(key.get(i) as DecInt, ks, limit.get(j) as DecInt, ls);
  }
  if (evalType(limitFt) === 'real' && exact(keyType)) {
    const unit = 10 ** (evalType(keyType) === 'decimal' ? Math.max(0, keyType.decimal) : 0);
    return (i, j) => sign * (Number(key.get(i)) / unit - Number(limit.get(j)));
  }
  return (i, j) => {
    const x = key.get(i)!;
    const y = limit.get(j)!;
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  };
}
