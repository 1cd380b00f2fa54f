import { shownDigits } from '../../expression/truth.js';
import { withAllDigits } from './computed-aggregates.js';
import type { ByItem, Column, Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { intType, realType } from '../../expression/type-inference.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType, Flag, type FieldType } from '../../types/field-type.js';
import { build, type ExpressionEnv } from '../resolve/expression-builder.js';
import { newAggregate } from '../resolve/functions.js';
import { ONE } from '../resolve/literal.js';
import type { FrameBound, WindowFrame } from '../physical/plan.js';
import { columnsOf, sameExpr } from './expression-walk.js';
import type { Window } from './plan.js';
import { nullable } from './join-condition.js';

const bigint: FieldType = { ...intType(false, 21), flag: Flag.Binary | Flag.NotNull };

/** Functions that are only window functions: their result types (manual, "Window Function Descriptions"). */
const WINDOW_TYPES: Readonly<Record<string, (args: readonly Expression[]) => FieldType>> = {
  row_number: () => bigint,
  rank: () => bigint,
  dense_rank: () => bigint,
  ntile: () => nullable(bigint),
  percent_rank: () => realType(),
  cume_dist: () => realType(),
  first_value: ([a]) => nullable(a!.type),
  last_value: ([a]) => nullable(a!.type),
  nth_value: ([a]) => nullable(a!.type),
  lead: ([a]) => nullable(a!.type),
  lag: ([a]) => nullable(a!.type),
};

interface Spec {
  readonly partitionBy: ByItem[];
  readonly orderBy: ByItem[];
  readonly frame: WindowFrame | null;
}

/** Functions whose result does not depend on a frame. */
const NO_FRAME: ReadonlySet<string> = new Set([
  'row_number',
  'rank',
  'dense_rank',
  'ntile',
  'percent_rank',
  'cume_dist',
  'lead',
  'lag',
]);

/**
 * Puts Window nodes over the block's plan, one for each distinct specification, and maps each call to its column. Windows
 * with more partitioning and order come first, so that one sort may serve several.
 */
export function buildWindows(
  base: ExpressionEnv,
  calls: readonly ast.WindowCall[],
  named: readonly ast.NamedWindow[],
  into: Map<ast.Expr, Expression>,
  grouped: (e: Expression) => Expression,
  computed: ReadonlySet<ast.Expr>,
): void {
  const env: ExpressionEnv = { ...base, windows: new Map() };
  checkNamed(named);
  const groups: { spec: Spec; calls: ast.WindowCall[] }[] = [];
  for (const call of calls) {
    const spec = resolveSpec(env, call.over, named, grouped);
    const frame = NO_FRAME.has(call.name) ? null : spec.frame;
    const own: Spec = { ...spec, frame };
    const group = groups.find((g) => sameSpec(g.spec, own));
    if (group === undefined) groups.push({ spec: own, calls: [call] });
    else group.calls.push(call);
  }
  for (const { spec, calls: own } of groups) {
    const functions = own.map((c) => {
      const args = c.star ? [ONE] : c.args.map((a) => grouped(build(env, a)));
      const infer = WINDOW_TYPES[c.name];
      if (c.ignoreNulls) throw mysqlError('ER_NOT_SUPPORTED_YET', 'IGNORE NULLS');
      if (c.distinct) throw mysqlError('ER_NOT_SUPPORTED_YET', '<window function>(DISTINCT ..)');
      if (c.fromLast) throw mysqlError('ER_NOT_SUPPORTED_YET', 'FROM LAST');
      checkCount(c.name, args);
      if (infer !== undefined) {
        const type = infer(args);
        return { name: c.name, args, type, shown: type };
      }
      const agg = newAggregate(c.name, args, false, env.state.ctx.eval);
      const { type } = computed.has(c) ? withAllDigits(agg, env.state.ctx.eval.divPrecisionIncrement) : agg;
      return { name: c.name, args: agg.args, type, shown: agg.type };
    });
    const child = env.scope.relation.plan;
    const columns: Column[] = functions.map((f) => env.state.column(f.type));
    const node: Window = {
      op: 'Window',
      schema: [...child.schema, ...columns],
      children: [child],
      partitionBy: spec.partitionBy,
      orderBy: spec.orderBy,
      functions: functions.map(({ name, args, type }) => ({ name, args, type })),
      frame: spec.frame,
    };
    own.forEach((c, i) => into.set(c, shownDigits(columns[i]!, functions[i]!.shown)));
    env.scope.relation.plan = node;
  }
}

/** Arguments that count rows or buckets: which one, and what it may be beside a positive integer. */
const COUNTS: Readonly<Partial<Record<string, { at: number; zero: boolean; missing: boolean }>>> = {
  ntile: { at: 0, zero: false, missing: true },
  nth_value: { at: 1, zero: false, missing: true },
  lead: { at: 1, zero: true, missing: false },
  lag: { at: 1, zero: true, missing: false },
};

/** Throws 1210 (manual, "Window Function Descriptions"). Values that only an execution knows are checked by it. */
function checkCount(name: string, args: readonly Expression[]): void {
  const rule = COUNTS[name];
  const count = rule === undefined ? undefined : args[rule.at];
  if (rule === undefined || count === undefined) return;
  const refuse = (): never => {
    throw mysqlError('ER_WRONG_ARGUMENTS', name);
  };
  if (columnsOf([count]).size > 0) refuse();
  if (count.kind !== 'constant' || count.param !== undefined) return;
  const { value } = count;
  if (value === null) {
    if (!rule.missing) refuse();
  } else if (evalType(count.type) !== 'int' || value instanceof Uint8Array || value < (rule.zero ? 0 : 1))
    refuse();
}

const UNNAMED = '<unnamed window>';

/** Every window of the WINDOW clause, used or not, has a name of its own and leads to others without a circle. Throws 3591, 3579, 3580. */
function checkNamed(named: readonly ast.NamedWindow[]): void {
  const lower = named.map((n) => n.name.toLowerCase());
  named.forEach((n, i) => {
    if (lower.indexOf(lower[i]!) < i) throw mysqlError('ER_WINDOW_DUPLICATE_NAME', n.name);
  });
  for (const n of named) {
    const seen = new Set<string>();
    for (let at: ast.NamedWindow | undefined = n; at !== undefined;) {
      const reference: string | null = at.spec.reference;
      if (reference === null) break;
      if (seen.has(reference.toLowerCase())) throw mysqlError('ER_WINDOW_CIRCULARITY_IN_WINDOW_GRAPH');
      seen.add(reference.toLowerCase());
      at = named[lower.indexOf(reference.toLowerCase())];
      if (at === undefined) throw mysqlError('ER_WINDOW_NO_SUCH_WINDOW', reference);
    }
  }
}

/** A window with what it takes from the one it names (manual, "Named Windows"). Throws 3579, 3581 to 3583. */
function inherited(
  own: ast.WindowSpec,
  name: string,
  named: readonly ast.NamedWindow[],
): { spec: ast.WindowSpec; name: string } {
  if (own.reference === null) return { spec: own, name };
  const lower = own.reference.toLowerCase();
  const found = named.find((n) => n.name.toLowerCase() === lower);
  if (found === undefined) throw mysqlError('ER_WINDOW_NO_SUCH_WINDOW', own.reference);
  const base = inherited(found.spec, found.name, named).spec;
  // OVER w is the window itself, OVER (w …) one made of it.
  if (!own.parens) return { spec: base, name: found.name };
  if (own.partitionBy.length > 0) throw mysqlError('ER_WINDOW_NO_CHILD_PARTITIONING');
  if (base.frame !== null) throw mysqlError('ER_WINDOW_NO_INHERIT_FRAME', found.name);
  if (own.orderBy.length > 0 && base.orderBy.length > 0)
    throw mysqlError('ER_WINDOW_NO_REDEFINE_ORDER_BY', name, found.name);
  return {
    spec: {
      ...own,
      partitionBy: base.partitionBy,
      orderBy: own.orderBy.length > 0 ? own.orderBy : base.orderBy,
    },
    name,
  };
}

function resolveSpec(
  env: ExpressionEnv,
  over: ast.WindowSpec,
  named: readonly ast.NamedWindow[],
  grouped: (e: Expression) => Expression,
): Spec {
  const { spec, name } = inherited(over, UNNAMED, named);
  const items = (list: readonly ast.OrderItem[]): ByItem[] =>
    list.map((o) => {
      if (stripParens(o.expr).kind === 'IntLiteral') throw mysqlError('ER_WINDOW_ILLEGAL_ORDER_BY', name);
      return { expr: grouped(build(env, o.expr)), desc: o.desc };
    });
  const partitionBy = items(spec.partitionBy);
  const orderBy = items(spec.orderBy);
  const varying = (by: ByItem[]): ByItem[] => by.filter((o) => o.expr.kind !== 'constant');
  return {
    partitionBy: varying(partitionBy),
    orderBy: varying(orderBy),
    frame: spec.frame === null ? null : resolveFrame(env, spec.frame, orderBy, name),
  };
}

/** Where bounds stand in a partition, from its start to its end. */
const POSITIONS: Readonly<Record<FrameBound['kind'], number>> = {
  unboundedPreceding: 0,
  preceding: 1,
  currentRow: 2,
  following: 3,
  unboundedFollowing: 4,
};

/** Throws 3584 to 3590, 3596 (manual, "Window Function Frame Specification"). */
function resolveFrame(
  env: ExpressionEnv,
  frame: ast.WindowFrame,
  orderBy: readonly ByItem[],
  name: string,
): WindowFrame {
  if (frame.unit === 'GROUPS') throw mysqlError('ER_NOT_SUPPORTED_YET', 'GROUPS');
  const rows = frame.unit === 'ROWS';
  const bound = (b: ast.FrameBound): FrameBound => {
    if (b.type === 'CURRENT ROW') return { kind: 'currentRow' };
    const preceding = b.type === 'PRECEDING';
    if (b.value === null) return { kind: preceding ? 'unboundedPreceding' : 'unboundedFollowing' };
    if (rows && b.unit !== null) throw mysqlError('ER_WINDOW_ROWS_INTERVAL_USE', name);
    const value = build(env, b.value);
    checkBound(value, b.unit !== null, rows, orderBy, name);
    return {
      kind: preceding ? 'preceding' : 'following',
      value,
      ...(b.unit === null ? {} : { intervalUnit: b.unit }),
    };
  };
  const start = bound(frame.start);
  const end: FrameBound = frame.end === null ? { kind: 'currentRow' } : bound(frame.end);
  if (start.kind === 'unboundedFollowing') throw mysqlError('ER_WINDOW_FRAME_START_ILLEGAL', name);
  if (end.kind === 'unboundedPreceding') throw mysqlError('ER_WINDOW_FRAME_END_ILLEGAL', name);
  if (POSITIONS[start.kind] > POSITIONS[end.kind]) throw mysqlError('ER_WINDOW_FRAME_ILLEGAL', name);
  return { unit: rows ? 'rows' : 'range', start, end };
}

function checkBound(
  value: Expression,
  interval: boolean,
  rows: boolean,
  orderBy: readonly ByItem[],
  name: string,
): void {
  if (rows) {
    // A parameter is checked when it has a value.
    const whole = value.kind === 'constant' && (value.param !== undefined || evalType(value.type) === 'int');
    if (!whole) throw mysqlError('ER_WINDOW_FRAME_ILLEGAL', name);
  } else {
    const key = orderBy[0]?.expr;
    if (key === undefined || orderBy.length !== 1) throw mysqlError('ER_WINDOW_RANGE_FRAME_ORDER_TYPE', name);
    const kind = evalType(key.type);
    const temporal = kind === 'datetime' || kind === 'duration';
    if (!temporal && kind !== 'int' && kind !== 'decimal' && kind !== 'real')
      throw mysqlError('ER_WINDOW_RANGE_FRAME_ORDER_TYPE', name);
    if (temporal && !interval) throw mysqlError('ER_WINDOW_RANGE_FRAME_TEMPORAL_TYPE', name);
    if (!temporal && interval) throw mysqlError('ER_WINDOW_RANGE_FRAME_NUMERIC_TYPE', name);
    if (value.kind !== 'constant') throw mysqlError('ER_WINDOW_RANGE_BOUND_NOT_CONSTANT', name);
  }
  if (value.kind !== 'constant' || value.param !== undefined) return;
  const v = value.value;
  if (v === null || (!(v instanceof Uint8Array) && v < 0)) throw mysqlError('ER_WINDOW_FRAME_ILLEGAL', name);
}

function sameBy(a: readonly ByItem[], b: readonly ByItem[]): boolean {
  return a.length === b.length && a.every((x, i) => x.desc === b[i]!.desc && sameExpr(x.expr, b[i]!.expr));
}

function sameFrame(a: WindowFrame | null, b: WindowFrame | null): boolean {
  if (a === null || b === null) return a === b;
  const bound = (x: FrameBound, y: FrameBound): boolean =>
    x.kind === y.kind &&
    x.intervalUnit === y.intervalUnit &&
    (x.value === undefined || y.value === undefined ? x.value === y.value : sameExpr(x.value, y.value));
  return a.unit === b.unit && bound(a.start, b.start) && bound(a.end, b.end);
}

const sameSpec = (a: Spec, b: Spec): boolean =>
  sameBy(a.partitionBy, b.partitionBy) && sameBy(a.orderBy, b.orderBy) && sameFrame(a.frame, b.frame);
