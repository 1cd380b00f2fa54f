import { newFunction } from '../expression/index.js';
import type { Expression } from '../expression/expression.js';
import type { HashJoin } from '../planner/physical/plan.js';
import type { Datum } from '../types/datum.js';
import { ChunkListOperator } from './chunk-list.js';
import { HashJoinOperator } from './hash-join.js';
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

describe('HashJoin', () => {
  const seed = testSeed();
  const ctx = testContext();
  test.each(JOIN_TYPES)(`%s agrees with nested loops (seed ${seed})`, async (joinType) => {
    const r = new Random(seed ^ JOIN_TYPES.indexOf(joinType));
    for (let round = 0; round < 60; round++) {
      const leftTypes = [INT, r.pick(ALL_TYPES), r.pick(ALL_TYPES)];
      const rightTypes = [leftTypes[1]!, INT, leftTypes[2]!];
      const nulls = r.pick([0, 0, 0.2]);
      const domain = r.pick([3, 10, 200]);
      const leftChunks = Array.from({ length: r.below(4) }, () =>
        randomChunk(r, leftTypes, 1 + r.below(60), nulls, domain),
      );
      const rightChunks = Array.from({ length: r.below(4) }, () =>
        randomChunk(r, rightTypes, 1 + r.below(60), nulls, domain),
      );
      const left = columns(leftTypes);
      const right = columns(rightTypes, 0);
      const joined = [...left, ...columns(rightTypes, leftTypes.length)];
      const keyCount = r.below(3);
      const nullAware =
        keyCount > 0 &&
        joinType !== 'inner' &&
        joinType !== 'leftOuter' &&
        joinType !== 'rightOuter' &&
        joinType !== 'semi' &&
        r.chance(0.5);
      const pairs = [
        { l: 1, r: 0, ft: leftTypes[1]!, nullEq: !nullAware && r.chance(0.2) },
        { l: 2, r: 2, ft: leftTypes[2]!, nullEq: !nullAware && r.chance(0.2) },
      ].slice(0, keyCount);
      const sideCondition = (e: Expression): Expression[] =>
        r.chance(0.3) ? [newFunction('gt', [e, { kind: 'constant', type: INT, value: -3 }], ctx.eval)] : [];
      const leftConditions = sideCondition(left[0]!);
      const rightConditions = sideCondition(right[1]!);
      const otherConditions = r.chance(0.4) ? [newFunction('le', [joined[0]!, joined[4]!], ctx.eval)] : [];
      const plan: HashJoin = {
        op: 'HashJoin',
        id: 1,
        schema: joined,
        estRows: 1,
        task: 'root',
        joinType,
        left: { op: 'TableDual', rowCount: 0, id: 2, schema: left, estRows: 1, task: 'root' },
        right: { op: 'TableDual', rowCount: 0, id: 3, schema: right, estRows: 1, task: 'root' },
        leftConditions,
        rightConditions,
        otherConditions,
        leftKeys: pairs.map((p) => left[p.l]!),
        rightKeys: pairs.map((p) => right[p.r]!),
        nullEq: pairs.map((p) => p.nullEq),
        build: r.pick(['left', 'right']),
        nullAware,
      };
      const op = new HashJoinOperator(
        plan,
        new ChunkListOperator(leftChunks),
        new ChunkListOperator(rightChunks),
        ctx,
      );
      const got = await rowsOf(op);
      const ordered = new HashJoinOperator(
        plan,
        new ChunkListOperator(leftChunks),
        new ChunkListOperator(rightChunks),
        ctx,
        true,
      );
      const inOrder = await rowsOf(ordered);
      expect(lines(inOrder)).toEqual(lines(got));
      if ((joinType === 'inner' || joinType === 'leftOuter') && plan.build === 'right') {
        const left = rowsOfChunks(leftChunks).map(lineOf);
        let at = 0;
        for (const row of inOrder) {
          const line = lineOf(row.slice(0, leftTypes.length));
          while (at < left.length && left[at] !== line) at++;
          expect(at).toBeLessThan(left.length);
        }
      }
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
        nullAware,
      });
      expect({ round, plan: describePlan(plan), rows: lines(got) }).toEqual({
        round,
        plan: describePlan(plan),
        rows: lines(want),
      });
    }
    expect(ctx.held.bytes).toBe(0);
  });
});

const describePlan = (p: HashJoin): string =>
  `${p.joinType} build ${p.build} keys ${p.leftKeys.length} nullEq ${p.nullEq.join()} nullAware ${p.nullAware} l ${p.leftConditions.length} r ${p.rightConditions.length} o ${p.otherConditions.length}`;
