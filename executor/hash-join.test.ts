import type { HashJoin } from '../planner/physical/plan.js';
import { ChunkListOperator } from './chunk-list.js';
import { HashJoinOperator } from './hash-join.js';
import { JOIN_TYPES } from './testing/join-reference.js';
import { lineOf, lines, rowsOfChunks } from './testing/random-chunks.js';
import { Random, testSeed } from '../testing/random.js';
import { randomJoin } from './testing/random-join.js';
import { rowsOf, testContext } from './testing/test-context.js';

const NULL_AWARE: ReadonlySet<string> = new Set(['antiSemi', 'leftOuterSemi', 'antiLeftOuterSemi']);

describe('HashJoin', () => {
  const seed = testSeed();
  const ctx = testContext();
  test.each(JOIN_TYPES)(`%s agrees with nested loops (seed ${seed})`, async (joinType) => {
    const r = new Random(seed ^ JOIN_TYPES.indexOf(joinType));
    for (let round = 0; round < 60; round++) {
      const keys = r.below(3);
      const nullAware = keys > 0 && NULL_AWARE.has(joinType) && r.chance(0.5);
      const join = randomJoin(r, ctx, { keys, nullEq: nullAware ? 0 : 0.2, rows: 60, smallest: 3 });
      const { leftChunks, rightChunks, leftWidth } = join;
      const plan: HashJoin = {
        ...join.plan,
        op: 'HashJoin',
        joinType,
        nullEq: join.nullEq,
        build: r.pick(['left', 'right']),
        nullAware,
      };
      const run = (ordered: boolean): HashJoinOperator =>
        new HashJoinOperator(
          plan,
          new ChunkListOperator(leftChunks),
          new ChunkListOperator(rightChunks),
          ctx,
          ordered,
        );
      const got = await rowsOf(run(false));
      const inOrder = await rowsOf(run(true));
      expect(lines(inOrder)).toEqual(lines(got));
      if ((joinType === 'inner' || joinType === 'leftOuter') && plan.build === 'right') {
        const left = rowsOfChunks(leftChunks).map(lineOf);
        let at = 0;
        for (const row of inOrder) {
          const line = lineOf(row.slice(0, leftWidth));
          while (at < left.length && left[at] !== line) at++;
          expect(at).toBeLessThan(left.length);
        }
      }
      const about = describePlan(plan);
      expect({ round, about, rows: lines(got) }).toEqual({
        round,
        about,
        rows: lines(join.reference(joinType, nullAware)),
      });
    }
    expect(ctx.held.bytes).toBe(0);
  });
});

const describePlan = (p: HashJoin): string =>
  `${p.joinType} build ${p.build} keys ${p.leftKeys.length} nullEq ${p.nullEq.join()} nullAware ${p.nullAware} l ${p.leftConditions.length} r ${p.rightConditions.length} o ${p.otherConditions.length}`;
