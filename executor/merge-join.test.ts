import type { Expression } from '../expression/expression.js';
import type { MergeJoin } from '../planner/physical/plan.js';
import type { Chunk } from '../chunk/chunk.js';
import { ChunkListOperator } from './chunk-list.js';
import { MergeJoinOperator } from './merge-join.js';
import { SortOperator } from './sort.js';
import { JOIN_TYPES } from './testing/join-reference.js';
import { lineOf, lines } from './testing/random-chunks.js';
import { Random, testSeed } from '../testing/random.js';
import { randomJoin } from './testing/random-join.js';
import { rowsOf, testContext } from './testing/test-context.js';

describe('MergeJoin', () => {
  const seed = testSeed();
  const ctx = testContext();
  test.each(JOIN_TYPES)(
    `%s agrees with nested loops and keeps the order (seed ${seed})`,
    async (joinType) => {
      const r = new Random(seed ^ JOIN_TYPES.indexOf(joinType));
      for (let round = 0; round < 30; round++) {
        const join = randomJoin(r, ctx, {
          keys: 1 + r.below(2),
          nullEq: 0,
          rows: r.pick([40, 40, 150]),
          smallest: 2,
        });
        const desc = r.chance(0.3);
        const plan: MergeJoin = { ...join.plan, op: 'MergeJoin', joinType, desc };
        const inOrder = (list: readonly Chunk[], keys: readonly Expression[]): SortOperator =>
          new SortOperator(
            keys.map((expr) => ({ expr, desc })),
            new ChunkListOperator(list),
            ctx,
          );
        const left = (): SortOperator => inOrder(join.leftChunks, plan.leftKeys);
        const right = (): SortOperator => inOrder(join.rightChunks, plan.rightKeys);
        const got = await rowsOf(new MergeJoinOperator(plan, left(), right(), ctx));
        const about = `${joinType} keys ${plan.leftKeys.length} desc ${desc} l ${plan.leftConditions.length} r ${plan.rightConditions.length} o ${plan.otherConditions.length}`;
        expect({ round, about, rows: lines(got) }).toEqual({
          round,
          about,
          rows: lines(join.reference(joinType, false)),
        });
        // The order of the outer side is kept: its rows come as the sort gave them.
        const outerRight = joinType === 'rightOuter';
        const order = (await rowsOf(outerRight ? right() : left())).map(lineOf);
        let at = 0;
        for (const row of got) {
          const line = lineOf(outerRight ? row.slice(join.leftWidth) : row.slice(0, join.leftWidth));
          while (at < order.length && order[at] !== line) at++;
          expect(at).toBeLessThan(order.length);
        }
      }
      expect(ctx.held.bytes).toBe(0);
    },
  );
});
