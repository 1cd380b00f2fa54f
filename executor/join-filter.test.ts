import { NumVector, WideVector } from '../chunk/vector.js';
import { JoinFilter } from './join-filter.js';
import { Random, testSeed } from '../testing/random.js';

/** The filter at once. */
function filterOf(...args: Parameters<typeof JoinFilter.of>): JoinFilter | null {
  const steps = JoinFilter.of(...args);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const seed = testSeed();

test.each([
  ['a dense range of keys', 300, 1000],
  ['keys far apart', 300, 2 ** 40],
  ['one key', 1, 10],
  ['no key', 0, 10],
] as const)(`lets every key of %s pass, and no others beyond its bounds (seed ${seed})`, (_, n, range) => {
  const r = new Random(seed ^ range);
  const value = (): number => (r.below(2 ** 30) % Math.min(range, 2 ** 30)) - (r.chance(0.5) ? range / 2 : 0);
  const keys = Float64Array.from({ length: n }, value);
  const keyNulls = Uint8Array.from(keys, () => (r.chance(0.1) ? 1 : 0));
  const filter = filterOf(new NumVector(keys, n, keyNulls), n)!;
  const present = new Set([...keys].filter((_key, i) => keyNulls[i] === 0));
  const rows = 2000;
  const data = Float64Array.from({ length: rows }, () =>
    n > 0 && r.chance(0.3) ? keys[r.below(n)]! : value(),
  );
  const nulls = Uint8Array.from(data, () => (r.chance(0.1) ? 1 : 0));
  const ints = data.every((x) => x === (x | 0)) ? Int32Array.from(data) : data;
  const sel = Int32Array.from({ length: rows / 2 }, (_x, k) => k * 2);
  for (const chosen of [null, sel])
    for (const vector of [new NumVector(data, rows, nulls), new NumVector(ints, rows, null)]) {
      const count = chosen?.length ?? rows;
      const out = new Int32Array(count);
      const kept = new Set(out.subarray(0, filter.apply(vector, chosen, count, out)));
      let others = 0;
      for (let k = 0; k < count; k++) {
        const i = chosen === null ? k : chosen[k]!;
        if (vector.isNull(i)) expect(kept.has(i)).toBe(false);
        else if (present.has(vector.data[i]!)) expect(kept.has(i)).toBe(true);
        else if (kept.has(i)) others++;
      }
      // A bitmap is exact; a bloom filter lets a few pass.
      expect(others).toBeLessThanOrEqual(range <= 1000 ? 0 : count / 5);
    }
  if (present.size === 0) expect(filter.mayPass(-1e9, 1e9)).toBe(false);
  else {
    expect(filter.mayPass(Math.min(...present), Math.min(...present))).toBe(true);
    expect(filter.mayPass(Math.max(...present) + 1, Infinity)).toBe(false);
  }
});

test(`bitmaps at the ends of 32 bits (seed ${seed})`, () => {
  const r = new Random(seed);
  const ends = [-(2 ** 31), -(2 ** 31) + 3, -1, 0, 2 ** 31 - 2, 2 ** 31 - 1];
  for (let round = 0; round < 200; round++) {
    // Keys may lie beyond what the probe side's column can hold.
    const base = ends[r.below(ends.length)]! + r.below(9) - 4;
    const keys = Float64Array.from({ length: 1 + r.below(5) }, () => base + r.below(7) - 3);
    const filter = filterOf(new NumVector(keys, keys.length), keys.length)!;
    const data = Int32Array.from([...ends, ...Array.from({ length: 20 }, () => base + r.below(9) - 4)]);
    const sel = Int32Array.from(data, (_, i) => i);
    for (const chosen of [null, sel]) {
      const out = new Int32Array(data.length);
      const kept = out.subarray(0, filter.apply(new NumVector(data, data.length), chosen, data.length, out));
      expect([...kept]).toEqual([...sel].filter((i) => keys.includes(data[i]!)));
    }
  }
});

test('a wide range is a bitmap where many rows are expected', () => {
  const keys = Float64Array.of(1, 1e6);
  const data = Int32Array.from({ length: 1000 }, (_, i) => i * 997);
  const out = new Int32Array(1000);
  const exact = filterOf(new NumVector(keys, 2), 2, 1e6)!;
  expect(exact.apply(new NumVector(data, 1000), null, 1000, out)).toBe(0);
});

test('numbers beyond 2^53 pass where the keys reach, strings are not filtered', () => {
  const filter = filterOf(new NumVector(Float64Array.of(1, 5), 2), 2)!;
  const wide = new WideVector(BigInt64Array.of(5n, 2n ** 60n, 3n), 3);
  const out = new Int32Array(3);
  expect([...out.subarray(0, filter.apply(wide, null, 3, out))]).toEqual([0]);
  expect(filterOf(wide, 3)).toBeNull();
});
