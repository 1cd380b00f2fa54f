import type { AggFunc, Expression } from '../../expression/expression.js';
import { intType } from '../../expression/type-inference.js';
import { DifferentAggregates } from './different-aggregates.js';

const constant = (value: number): Expression => ({ kind: 'constant', type: intType(), value });
const agg = (name: string, distinct: boolean, ...args: Expression[]): AggFunc =>
  ({ name, distinct, args, type: intType() }) as unknown as AggFunc;

test('few and many aggregates come once each', () => {
  const different = new DifferentAggregates();
  const places = new Map<string, number>();
  for (let round = 0; round < 2; round++)
    for (let k = 0; k < 100; k++)
      for (const name of ['sum', 'max'])
        for (const distinct of [false, true]) {
          const key = `${name} ${distinct} ${k}`;
          const at = different.placeOf(agg(name, distinct, constant(k)));
          expect(at).toBe(places.get(key) ?? places.size);
          places.set(key, at);
        }
  expect(different.list).toHaveLength(400);
});

test('no two GROUP_CONCATs are the same', () => {
  const different = new DifferentAggregates();
  for (let k = 0; k < 50; k++) expect(different.placeOf(agg('group_concat', false, constant(1)))).toBe(k);
});
