import { newFunction } from '../expression/index.js';
import type { Expression } from '../expression/expression.js';
import type { MergeJoin } from '../planner/physical/plan.js';
import type { Datum } from '../types/datum.js';
import { ChunkListOperator } from './chunk-list.js';
import { MergeJoinOperator } from './merge-join.js';
import { SortOperator } from './sort.js';
import { JOIN_TYPES, joinReference } from './testing/join-reference.js';
import {
  ALL_TYPES,
  columns,
  INT,
  lineOf,
  lines,
  randomChunk,
  Random,
  rowsOfChunks,
  testSeed,
} from './testing/random-chunks.js';
import { rowsOf, testContext } from './testing/test-context.js';

describe('MergeJoin', () => {
  const seed = testSeed();
  const ctx = testContext();
  test.each(JOIN_TYPES)(
    `%s agrees with nested loops and keeps the order (seed ${seed})`,
    async (joinType) => {
      const r = new Random(seed ^ JOIN_TYPES.indexOf(joinType));
      for (let round = 0; round < 30; round++) {
        const leftTypes = [INT, r.pick(ALL_TYPES), r.pick(ALL_TYPES)];
        const rightTypes = [leftTypes[1]!, INT, leftTypes[2]!];
        const nulls = r.pick([0, 0, 0.2]);
        const domain = r.pick([2, 10, 200]);
        const rows = r.pick([40, 40, 150]);
        const chunks = (types: typeof leftTypes) =>
          Array.from({ length: r.below(4) }, () => randomChunk(r, types, 1 + r.below(rows), nulls, domain));
        const leftChunks = chunks(leftTypes);
        const rightChunks = chunks(rightTypes);
        const left = columns(leftTypes);
        const right = columns(rightTypes, 0);
        const joined = [...left, ...columns(rightTypes, leftTypes.length)];
        const pairs = [
          { l: 1, r: 0, ft: leftTypes[1]!, nullEq: false },
          { l: 2, r: 2, ft: leftTypes[2]!, nullEq: false },
        ].slice(0, 1 + r.below(2));
        const side = (e: Expression): Expression[] =>
          r.chance(0.3) ? [newFunction('gt', [e, { kind: 'constant', type: INT, value: -3 }], ctx.eval)] : [];
        const leftConditions = side(left[0]!);
        const rightConditions = side(right[1]!);
        const otherConditions = r.chance(0.4) ? [newFunction('le', [joined[0]!, joined[4]!], ctx.eval)] : [];
        const dual = { op: 'TableDual', rowCount: 0, estRows: 1, task: 'root' } as const;
        const desc = r.chance(0.3);
        const plan: MergeJoin = {
          op: 'MergeJoin',
          id: 1,
          schema: joined,
          estRows: 1,
          task: 'root',
          joinType,
          left: { ...dual, id: 2, schema: left },
          right: { ...dual, id: 3, schema: right },
          leftConditions,
          rightConditions,
          otherConditions,
          leftKeys: pairs.map((p) => left[p.l]!),
          rightKeys: pairs.map((p) => right[p.r]!),
          desc,
        };
        const sorted = (list: typeof leftChunks, keys: readonly Expression[]): SortOperator =>
          new SortOperator(
            keys.map((expr) => ({ expr, desc })),
            new ChunkListOperator(list),
            ctx,
          );
        const op = new MergeJoinOperator(
          plan,
          sorted(leftChunks, plan.leftKeys),
          sorted(rightChunks, plan.rightKeys),
          ctx,
        );
        const got = await rowsOf(op);
        const greater = (i: number) => (row: Datum[]) => row[i] !== null && (row[i] as number) > -3;
        const want = joinReference(joinType, {
          left: rowsOfChunks(leftChunks),
          right: rowsOfChunks(rightChunks),
          keys: pairs,
          leftOk: leftConditions.length > 0 ? greater(0) : () => true,
          rightOk: rightConditions.length > 0 ? greater(1) : () => true,
          pairOk:
            otherConditions.length > 0
              ? (l, x) => l[0] !== null && x[1] !== null && (l[0] as number) <= (x[1] as number)
              : () => true,
          leftWidth: leftTypes.length,
          rightWidth: rightTypes.length,
          nullAware: false,
        });
        const about = `${joinType} keys ${pairs.length} desc ${desc} l ${leftConditions.length} r ${rightConditions.length} o ${otherConditions.length}`;
        expect({ round, about, rows: lines(got) }).toEqual({ round, about, rows: lines(want) });
        // The order of the outer side is kept: its rows come as the sort gave them.
        const outerRight = joinType === 'rightOuter';
        const order = (
          await rowsOf(outerRight ? sorted(rightChunks, plan.rightKeys) : sorted(leftChunks, plan.leftKeys))
        ).map(lineOf);
        let at = 0;
        for (const row of got) {
          const line = lineOf(outerRight ? row.slice(leftTypes.length) : row.slice(0, leftTypes.length));
          while (at < order.length && order[at] !== line) at++;
          expect(at).toBeLessThan(order.length);
        }
      }
      expect(ctx.held.bytes).toBe(0);
    },
  );
});
