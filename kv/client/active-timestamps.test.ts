import { ActiveTimestamps, NOT_ACTIVE, type ActiveReader } from './active-timestamps.js';

const reader = (ts: bigint): ActiveReader => ({ ts, place: NOT_ACTIVE });

test('whichever goes first, the oldest of those that are left counts', () => {
  const active = new ActiveTimestamps();
  const [a, b, c, d] = [reader(4n), reader(1n), reader(3n), reader(2n)] as const;
  for (const r of [a, b, c, d]) active.add(r);
  expect(active.oldest()).toBe(1n);
  active.delete(b);
  active.delete(b);
  expect([active.size, active.has(b), active.has(d), active.oldest()]).toEqual([3, false, true, 2n]);
  active.delete(d);
  active.delete(a);
  expect([active.size, active.has(c), active.oldest()]).toEqual([1, true, 3n]);
  active.ignoredBefore = 4n;
  expect(active.oldest()).toBeNull();
  active.delete(c);
  expect([active.size, active.oldest()]).toEqual([0, null]);
});
