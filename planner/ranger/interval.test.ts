import { newFieldType, TypeCode } from '../../types/field-type.js';
import { Random, testSeed } from '../../testing/random.js';
import { datumCompare, intersect, MAX, MIN, type Interval } from './interval.js';

const seed = testSeed();
const cmp = datumCompare(newFieldType(TypeCode.LongLong, {}));

const holds = (i: Interval, v: number): boolean => {
  const low = i.low === MIN || (i.lowEx ? v > Number(i.low) : v >= Number(i.low));
  return low && (i.high === MAX || (i.highEx ? v < Number(i.high) : v <= Number(i.high)));
};

test(`an intersection holds what all its lists hold (seed ${seed})`, () => {
  const r = new Random(seed);
  for (let round = 0; round < 300; round++) {
    const lists = Array.from({ length: 1 + r.below(6) }, () =>
      Array.from({ length: r.below(5) }, (): Interval => {
        const low = r.chance(0.1) ? MIN : r.below(20);
        const high = r.chance(0.1) ? MAX : (low === MIN ? 0 : (low as number)) + r.below(8);
        return { low, high, lowEx: r.chance(0.5), highEx: r.chance(0.5) };
      }),
    );
    const both = intersect(lists, cmp);
    const values = Array.from({ length: 31 }, (_, i) => i - 1);
    const held = values.filter((v) => both.some((i) => holds(i, v)));
    expect({ lists, held }).toEqual({
      lists,
      held: values.filter((v) => lists.every((l) => l.some((i) => holds(i, v)))),
    });
  }
});
