import { UserLocks } from './user-locks.js';

const { signal } = new AbortController();

test('two that wait for each other: the one that closes the ring is told (3058)', async () => {
  const locks = new UserLocks();
  for (const [name, owner] of [
    ['x', 1],
    ['y', 2],
    ['z', 3],
  ] as const)
    expect(await locks.acquire(name, owner, 0, signal)).toBe(true);
  const first = locks.acquire('y', 1, -1, signal);
  const second = locks.acquire('z', 2, -1, signal);
  await expect(locks.acquire('x', 3, 10, signal)).rejects.toMatchObject({ code: 3058 });
  // Who waits for nothing itself may wait for any of them.
  const fourth = locks.acquire('x', 4, -1, signal);
  expect(locks.releaseAll(3)).toBe(1);
  expect(await second).toBe(true);
  expect(locks.releaseAll(2)).toBe(2);
  expect(await first).toBe(true);
  expect(locks.releaseAll(1)).toBe(2);
  expect(await fourth).toBe(true);
});
