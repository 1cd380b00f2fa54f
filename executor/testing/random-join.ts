import type { Chunk } from '../../chunk/chunk.js';
import { newFunction } from '../../expression/index.js';
import type { Column, Expression } from '../../expression/expression.js';
import type { JoinType, PhysicalPlan } from '../../planner/physical/plan.js';
import type { Datum } from '../../types/datum.js';
import type { OperatorContext } from '../operator.js';
import { joinReference } from './join-reference.js';
import { ALL_TYPES, columns, INT, randomChunk, rowsOfChunks } from './random-chunks.js';
import { type Random } from '../../testing/random.js';

export interface RandomJoinOptions {
  readonly keys: number;
  /** How often a key is compared by `<=>`. */
  readonly nullEq: number;
  /** Rows of a chunk, at most. */
  readonly rows: number;
  readonly smallest: number;
}

/** Two inputs, and a join of them: what its plan has in common for all methods. */
export interface RandomJoin {
  readonly leftChunks: readonly Chunk[];
  readonly rightChunks: readonly Chunk[];
  readonly leftWidth: number;
  readonly nullEq: readonly boolean[];
  readonly plan: {
    readonly id: number;
    readonly schema: readonly Column[];
    readonly estRows: number;
    readonly task: 'root';
    readonly left: PhysicalPlan;
    readonly right: PhysicalPlan;
    readonly leftConditions: readonly Expression[];
    readonly rightConditions: readonly Expression[];
    readonly otherConditions: readonly Expression[];
    readonly leftKeys: readonly Expression[];
    readonly rightKeys: readonly Expression[];
  };
  /** The rows by nested loops. */
  reference(joinType: JoinType, nullAware: boolean): Datum[][];
}

const LIMIT = -3;

export function randomJoin(r: Random, ctx: OperatorContext, o: RandomJoinOptions): RandomJoin {
  const leftTypes = [INT, r.pick(ALL_TYPES), r.pick(ALL_TYPES)];
  const rightTypes = [leftTypes[1]!, INT, leftTypes[2]!];
  const nulls = r.pick([0, 0, 0.2]);
  const domain = r.pick([o.smallest, 10, 200]);
  const chunks = (types: typeof leftTypes): Chunk[] =>
    Array.from({ length: r.below(4) }, () => randomChunk(r, types, 1 + r.below(o.rows), nulls, domain));
  const leftChunks = chunks(leftTypes);
  const rightChunks = chunks(rightTypes);
  const left = columns(leftTypes);
  const right = columns(rightTypes, 0);
  const joined = [...left, ...columns(rightTypes, leftTypes.length)];
  const pairs = [
    { l: 1, r: 0, ft: leftTypes[1]!, nullEq: r.chance(o.nullEq) },
    { l: 2, r: 2, ft: leftTypes[2]!, nullEq: r.chance(o.nullEq) },
  ].slice(0, o.keys);
  const side = (e: Expression): Expression[] =>
    r.chance(0.3) ? [newFunction('gt', [e, { kind: 'constant', type: INT, value: LIMIT }], ctx.eval)] : [];
  const leftConditions = side(left[0]!);
  const rightConditions = side(right[1]!);
  const otherConditions = r.chance(0.4) ? [newFunction('le', [joined[0]!, joined[4]!], ctx.eval)] : [];
  const dual = { op: 'TableDual', rowCount: 0, estRows: 1, task: 'root' } as const;
  const greater = (i: number) => (row: Datum[]) => row[i] !== null && (row[i] as number) > LIMIT;
  const always = (): boolean => true;
  return {
    leftChunks,
    rightChunks,
    leftWidth: leftTypes.length,
    nullEq: pairs.map((p) => p.nullEq),
    plan: {
      id: 1,
      schema: joined,
      estRows: 1,
      task: 'root',
      left: { ...dual, id: 2, schema: left },
      right: { ...dual, id: 3, schema: right },
      leftConditions,
      rightConditions,
      otherConditions,
      leftKeys: pairs.map((p) => left[p.l]!),
      rightKeys: pairs.map((p) => right[p.r]!),
    },
    reference: (joinType, nullAware) =>
      joinReference(joinType, {
        left: rowsOfChunks(leftChunks),
        right: rowsOfChunks(rightChunks),
        keys: pairs,
        leftOk: leftConditions.length > 0 ? greater(0) : always,
        rightOk: rightConditions.length > 0 ? greater(1) : always,
        pairOk:
          otherConditions.length > 0
            ? (l, x) => l[0] !== null && x[1] !== null && (l[0] as number) <= (x[1] as number)
            : always,
        leftWidth: leftTypes.length,
        rightWidth: rightTypes.length,
        nullAware,
      }),
  };
}
