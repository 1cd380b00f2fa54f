import { Random, testSeed } from '../testing/random.js';
import { collationOf } from '../types/collation.js';
import type { Datum } from '../types/datum.js';
import { sortByValue, sortInSteps } from './value-order.js';

const seed = testSeed();

function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

test('long lists are sorted in steps', () => {
  const r = new Random(seed);
  for (const n of [0, 1, 8191, 8192, 8193, 50_000]) {
    const keys = Float64Array.from({ length: n }, () => r.below(n / 3 + 1));
    const compare = (a: number, b: number): number => keys[a]! - keys[b]! || a - b;
    const places = Uint32Array.from(keys.keys());
    const expected = places.slice().sort(compare);
    expect([seed, n, atOnce(sortInSteps(places, compare))]).toEqual([seed, n, expected]);
  }
});

function check(values: readonly Datum[], collate: string): void {
  const collation = collationOf({ collate });
  const compare = (a: Datum, b: Datum): number =>
    a instanceof Uint8Array
      ? collation.compare(a, b as Uint8Array)
      : (a as number) < (b as number)
        ? -1
        : (a as number) > (b as number)
          ? 1
          : 0;
  const expected = [...values.keys()].sort((a, b) => compare(values[a]!, values[b]!) || a - b);
  const sorted = atOnce(
    sortByValue(
      Uint32Array.from(values.keys()),
      (i) => values[i]!,
      (b) => collation.sortKey(b),
      (a, b) => a - b,
    ),
  );
  expect([seed, collate, Array.from(sorted)]).toEqual([seed, collate, expected]);
}

test('the order is that of comparing the values, equal ones in their order', () => {
  const r = new Random(seed);
  const many = <T>(make: () => T): T[] => Array.from({ length: 500 }, make);
  check(
    many(() => r.below(200) - 100),
    'binary',
  );
  check(
    many(() => (r.below(2) === 0 ? r.below(5) : 2n ** 60n + BigInt(r.below(9)))),
    'binary',
  );
  for (const collate of ['binary', 'utf8mb4_bin', 'utf8mb4_general_ci', 'utf8mb4_0900_ai_ci'])
    check(
      many(() =>
        Buffer.from(
          'prefix'.repeat(r.below(2)) + 'aB z'.slice(r.below(4)).repeat(r.below(4)) + ' '.repeat(r.below(3)),
        ),
      ),
      collate,
    );
});
