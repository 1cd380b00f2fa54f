import { Chunk } from '../chunk/chunk.js';
import { vectorOf } from '../chunk/vector-builder.js';
import type { AggFunc, Expression } from '../expression/expression.js';
import type { Datum } from '../types/datum.js';
import { Aggregation } from './aggregation.js';
import { BIGINT, columns, INT } from './testing/random-chunks.js';
import { testContext } from './testing/test-context.js';

const max = (arg: Expression): AggFunc => ({
  name: 'max',
  args: [arg],
  distinct: false,
  type: BIGINT,
  mode: 'complete',
});

const plus = (a: Expression, n: number): Expression => ({
  kind: 'function',
  name: 'plus',
  type: BIGINT,
  args: [a, { kind: 'constant', type: BIGINT, value: n }],
  collation: 'binary',
});

// Few expressions are compared with each other, many are looked up.
test.each([3, 7, 8, 9, 40])('equal inputs of %i functions are computed once', async (n) => {
  const a = columns([INT])[0]!;
  const added = Array.from({ length: n }, (_, i) => (i % 2 === 0 ? null : i >> 2));
  const aggs = added.map((x) => max(x === null ? a : plus(a, x)));
  const aggregation = new Aggregation([a], aggs, testContext().eval);
  const values: Datum[] = [3, null, 5];
  const { slots, args } = await aggregation.inputs(new Chunk([vectorOf(values, INT)], values.length));
  expect(slots).toHaveLength(new Set(added).size);
  added.forEach((x, i) =>
    expect(values.map((_, row) => args[i]![0]!.get(row))).toEqual(
      values.map((v) => (v === null ? null : Number(v) + (x ?? 0))),
    ),
  );
});
