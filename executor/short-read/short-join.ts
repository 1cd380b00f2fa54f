import type { Expression } from '../../expression/expression.js';
import type { HashJoin, MergeJoin, PhysicalPlan, PointGet } from '../../planner/physical/plan.js';
import { evalType, TypeCode } from '../../types/field-type.js';
import type { ExecContext } from '../exec-context.js';
import { preparePoint } from '../point-get.js';
import { readPoint } from './short-point.js';
import type { ShortRows } from './short-rows.js';

/** Rows found by their keys, joined where integers of theirs are equal: one row at most. */
interface PointJoin {
  readonly points: readonly PointGet[];
  /** Pairs of columns, by their positions among those of all points, that have to be equal. */
  readonly equal: readonly (readonly [number, number])[];
  /** Positions of the columns given among those of all points. */
  readonly output: readonly number[];
}

/** More tables than this are for the operators. */
const MAX_POINTS = 8;

const KNOWN = new WeakMap<PhysicalPlan, PointJoin | null>();

/** The row that a join of point reads gives, or none. Null when the plan is no such join, or a point is not to be had now. */
export function readPointJoin(plan: PhysicalPlan, ctx: ExecContext): ShortRows | null {
  let join = KNOWN.get(plan);
  if (join === undefined) KNOWN.set(plan, (join = recognize(plan)));
  if (join === null || !apart(join.points, ctx)) return null;
  const found: ShortRows[] = [];
  for (const point of join.points) {
    const rows = readPoint(point, ctx);
    if (rows === null) {
      for (const f of found) f.release();
      return null;
    }
    found.push(rows);
  }
  const columns = found.flatMap((f) => f.columns);
  const all =
    found.every((f) => f.rows === 1) && join.equal.every(([a, b]) => sameInteger(columns[a]!, columns[b]!));
  return {
    columns: join.output.map((i) => columns[i]!),
    rows: all ? 1 : 0,
    order: null,
    release: () => {
      for (const f of found) f.release();
    },
  };
}

/** What is read of a point lasts until its decoder is used again: no two may share one. */
function apart(points: readonly PointGet[], ctx: ExecContext): boolean {
  const prepared = points.map((p) => preparePoint(p, ctx));
  return prepared.every((p, i) => prepared.indexOf(p) === i);
}

type Cells = ShortRows['columns'][number];

const isNull = (cells: Cells): boolean => cells.nulls !== null && cells.nulls[0] === 1;

const sameInteger = (a: Cells, b: Cells): boolean =>
  !isNull(a) && !isNull(b) && BigInt(integerOf(a)) === BigInt(integerOf(b));

function integerOf(cells: Cells): number | bigint {
  if (cells.kind !== 'num' && cells.kind !== 'wide') throw new Error(`integers in ${cells.kind}`);
  return cells.get(0) as number | bigint;
}

function recognize(plan: PhysicalPlan): PointJoin | null {
  const points: PointGet[] = [];
  const equal: (readonly [number, number])[] = [];
  const output = plan.op === 'PointGet' ? null : outputOf(plan, points, equal);
  return output === null || points.length > MAX_POINTS ? null : { points, equal, output };
}

/** Appends the plan's points and what they are joined by; gives the positions of its columns among those of all. */
function outputOf(
  plan: PhysicalPlan,
  points: PointGet[],
  equal: (readonly [number, number])[],
): readonly number[] | null {
  if (plan.op === 'PointGet') {
    const before = points.reduce((n, p) => n + p.schema.length, 0);
    points.push(plan);
    return plan.schema.map((_, i) => before + i);
  }
  if (plan.op === 'Projection') {
    const below = outputOf(plan.child, points, equal);
    return below && through(below, plan.exprs.map(columnOf));
  }
  if ((plan.op !== 'MergeJoin' && plan.op !== 'HashJoin') || !isPlain(plan)) return null;
  const left = outputOf(plan.left, points, equal);
  const right = left && outputOf(plan.right, points, equal);
  if (!left || !right) return null;
  for (let k = 0; k < plan.leftKeys.length; k++) {
    const l = plan.leftKeys[k]!;
    const r = plan.rightKeys[k]!;
    if (!isInteger(l) || !isInteger(r)) return null;
    equal.push([left[columnOf(l)!]!, right[columnOf(r)!]!]);
  }
  const both = [...left, ...right];
  return plan.output === undefined ? both : through(both, plan.output);
}

const through = (below: readonly number[], columns: readonly (number | null)[]): number[] | null =>
  columns.includes(null) ? null : columns.map((i) => below[i!]!);

const columnOf = (e: Expression): number | null => (e.kind === 'column' ? e.index : null);

/** A column whose cells are numbers. */
const isInteger = (e: Expression): boolean =>
  e.kind === 'column' && evalType(e.type) === 'int' && e.type.tp !== TypeCode.Bit;

/** An inner join by nothing but columns. */
function isPlain(join: MergeJoin | HashJoin): boolean {
  return (
    join.joinType === 'inner' &&
    join.leftConditions.length + join.rightConditions.length + join.otherConditions.length === 0 &&
    !(join.op === 'HashJoin' && join.nullEq.includes(true))
  );
}
