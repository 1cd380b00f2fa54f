import { atOnce } from '../../types/steps.js';
import { NumberSet } from './number-set.js';

test('has its members and nothing else', () => {
  const members = [0, -1, 1, 5, 2 ** 31, 2 ** 32 + 5, -(2 ** 40), Number.MAX_SAFE_INTEGER];
  for (let i = 0; i < 5000; i++) members.push(i * 4096);
  const set = atOnce(NumberSet.inSteps(members));
  for (const m of members) expect(set.has(m)).toBe(true);
  for (const x of [2, 6, 2 ** 31 + 1, 5000 * 4096, NaN, 0.5, 5n, null]) expect(set.has(x)).toBe(false);
  expect(set.has(-0)).toBe(true);
  expect(atOnce(NumberSet.inSteps([])).has(0)).toBe(false);
});
