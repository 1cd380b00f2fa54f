import { decToString } from '../../types/decimal.js';
import { writeBigInt, writeInt, writePadded, writeScaled, writeScaledBig } from './number-text.js';
import { Random, testSeed } from '../../testing/random.js';

const b = Buffer.alloc(128);
const text = (end: number): string => b.toString('latin1', 0, end);

describe('integers as text', () => {
  const edges: number[] = [
    0,
    1,
    9,
    10,
    99,
    100,
    2147483647,
    2147483648,
    4294967295,
    4294967296,
    999999999,
    1000000000,
    1e15,
    Number.MAX_SAFE_INTEGER,
  ];
  for (let p = 0; p < 16; p++) edges.push(10 ** p - 1, 10 ** p, 10 ** p + 1);
  test.each(edges)('%d and its negative', (v) => {
    expect(text(writeInt(b, 0, v))).toBe(String(v));
    if (v !== 0) expect(text(writeInt(b, 0, -v))).toBe(String(-v));
  });

  test.each([
    0n,
    7n,
    -7n,
    999999999n,
    1000000000n,
    10n ** 18n - 1n,
    10n ** 18n,
    -(2n ** 63n),
    2n ** 63n - 1n,
    2n ** 64n - 1n,
    10n ** 19n,
  ])('%d', (v) => {
    expect(text(writeBigInt(b, 0, v))).toBe(v.toString());
  });

  test('padded', () => {
    expect(text(writePadded(b, 0, 42, 4))).toBe('0042');
  });
});

describe('decimals as text', () => {
  test('agree with the plain conversion for random values and scales', () => {
    const seed = testSeed();
    const r = new Random(seed);
    const next = (): number => r.below(2 ** 32);
    for (let i = 0; i < 3000; i++) {
      const digits = next() % 16;
      const v = Math.floor((next() / 2 ** 32) * 10 ** digits) * (next() % 2 === 0 ? 1 : -1) || 0;
      const scale = next() % 21;
      expect(`seed ${seed} ${v} ${scale} ${text(writeScaled(b, 0, v, scale))}`).toBe(
        `seed ${seed} ${v} ${scale} ${decToString(v, scale)}`,
      );
      const wide = BigInt(v) * 10n ** 20n + BigInt(next());
      expect(text(writeScaledBig(b, 0, wide, scale))).toBe(decToString(wide, scale));
    }
  });
});
