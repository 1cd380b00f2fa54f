import type { ByItem, Column, Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { intType, realType } from '../../expression/type-inference.js';
import { mysqlError } from '../../types/error-table.js';
import { Flag, type FieldType } from '../../types/field-type.js';
import { build, type ExpressionEnv } from '../resolve/expression-builder.js';
import { newAggregate } from '../resolve/functions.js';
import { ONE } from '../resolve/literal.js';
import type { FrameBound, WindowFrame } from '../physical/plan.js';
import { sameExpr } from './expression-walk.js';
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
): void {
  const env: ExpressionEnv = { ...base, windows: new Map() };
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
      if (c.distinct) throw mysqlError('ER_NOT_SUPPORTED_YET', '<window function>(DISTINCT ..)');
      if (infer !== undefined) return { name: c.name, args, type: infer(args) };
      const agg = newAggregate(c.name, args, false, env.state.ctx.eval);
      return { name: c.name, args: agg.args, type: agg.type };
    });
    const child = env.scope.relation.plan;
    const columns: Column[] = functions.map((f) => env.state.column(f.type));
    const node: Window = {
      op: 'Window',
      schema: [...child.schema, ...columns],
      children: [child],
      partitionBy: spec.partitionBy,
      orderBy: spec.orderBy,
      functions,
      frame: spec.frame,
    };
    own.forEach((c, i) => into.set(c, columns[i]!));
    env.scope.relation.plan = node;
  }
}

function resolveSpec(
  env: ExpressionEnv,
  over: ast.WindowSpec,
  named: readonly ast.NamedWindow[],
  grouped: (e: Expression) => Expression,
): Spec {
  let { partitionBy, orderBy, frame } = over;
  let reference = over.reference;
  const seen = new Set<string>();
  while (reference !== null) {
    const lower = reference.toLowerCase();
    if (seen.has(lower)) throw mysqlError('ER_WINDOW_CIRCULARITY_IN_WINDOW_GRAPH');
    seen.add(lower);
    const base = named.find((n) => n.name.toLowerCase() === lower);
    if (base === undefined) throw mysqlError('ER_WINDOW_NO_SUCH_WINDOW', reference);
    if (over.parens && over.partitionBy.length > 0) throw mysqlError('ER_WINDOW_NO_CHILD_PARTITIONING');
    if (partitionBy.length === 0) partitionBy = base.spec.partitionBy;
    if (orderBy.length === 0) orderBy = base.spec.orderBy;
    frame ??= base.spec.frame;
    reference = base.spec.reference;
  }
  const items = (list: readonly ast.OrderItem[]): ByItem[] =>
    list
      .map((o) => ({
        expr: stripParens(o.expr).kind === 'IntLiteral' ? ONE : grouped(build(env, o.expr)),
        desc: o.desc,
      }))
      .filter((o) => o.expr.kind !== 'constant');
  return {
    partitionBy: items(partitionBy),
    orderBy: items(orderBy),
    frame: frame === null ? null : resolveFrame(env, frame),
  };
}

function resolveFrame(env: ExpressionEnv, frame: ast.WindowFrame): WindowFrame {
  if (frame.unit === 'GROUPS') throw mysqlError('ER_NOT_SUPPORTED_YET', 'GROUPS');
  const bound = (b: ast.FrameBound): FrameBound => {
    if (b.type === 'CURRENT ROW') return { kind: 'currentRow' };
    const preceding = b.type === 'PRECEDING';
    if (b.value === null) return { kind: preceding ? 'unboundedPreceding' : 'unboundedFollowing' };
    const value = build(env, b.value);
    return {
      kind: preceding ? 'preceding' : 'following',
      value,
      ...(b.unit === null ? {} : { intervalUnit: b.unit }),
    };
  };
  const start = bound(frame.start);
  const end: FrameBound = frame.end === null ? { kind: 'currentRow' } : bound(frame.end);
  if (start.kind === 'unboundedFollowing')
    throw mysqlError('ER_WINDOW_FRAME_START_ILLEGAL', '<unnamed window>');
  if (end.kind === 'unboundedPreceding') throw mysqlError('ER_WINDOW_FRAME_END_ILLEGAL', '<unnamed window>');
  return { unit: frame.unit === 'ROWS' ? 'rows' : 'range', start, end };
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
