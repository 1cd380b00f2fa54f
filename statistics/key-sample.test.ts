import { KeySampler, keysOf, storedKeys } from './key-sample.js';
import { hashNumber } from './value-hash.js';

function sampled(values: number, rowsOf: (v: number) => number): KeySampler {
  const s = new KeySampler();
  for (let round = 0; round < 40; round++)
    for (let v = 0; v < values; v++) if (rowsOf(v) > round) s.add(hashNumber(v));
  return s;
}

test('every row of the chosen values is counted, in whatever order they come', () => {
  const rows = (v: number): number => 1 + (v % 40);
  const { mask, hashes, counts } = sampled(30_000, rows).finish();
  expect(hashes.length).toBeGreaterThan(300);
  const by = new Map<number, number>();
  for (let v = 0; v < 30_000; v++)
    if ((hashNumber(v) & mask) === 0 && hashNumber(v) !== 0) by.set(hashNumber(v), rows(v));
  expect(new Map([...hashes].map((h, i) => [h, counts[i]]))).toEqual(by);
});

test('samples of partitions together are the sample of all', () => {
  const even = sampled(20_000, (v) => (v % 2 === 0 ? 3 : 0)).finish();
  const odd = sampled(20_000, (v) => (v % 2 === 1 ? 2 : 1)).finish();
  const merged = new KeySampler();
  merged.merge(even);
  merged.merge(odd);
  expect(merged.finish()).toEqual(sampled(20_000, (v) => (v % 2 === 0 ? 4 : 2)).finish());
});

test('the stored form gives the sample back', () => {
  const s = sampled(5000, () => 7).finish();
  expect(keysOf(storedKeys(s))).toEqual(s);
});
