import { isInt32Range } from './int32-range.js';

const LEAST = -(2 ** 31);
const MOST = 2 ** 31 - 1;

test('differences that wrap around tell what lies in the range', () => {
  for (const min of [LEAST, LEAST + 1, -3, 0, 5, MOST - 8, MOST - 7]) {
    for (const length of [1, 8, 1000]) {
      if (min + length > MOST + 1) {
        expect(isInt32Range(min, length)).toBe(false);
        continue;
      }
      expect(isInt32Range(min, length)).toBe(true);
      for (const x of [
        LEAST,
        LEAST + 1,
        -1,
        0,
        min - 1,
        min,
        min + length - 1,
        min + length,
        MOST - 1,
        MOST,
      ]) {
        if (x < LEAST || x > MOST) continue;
        expect((x - min) >>> 0 < length).toBe(x >= min && x < min + length);
      }
    }
  }
});

test('what reaches beyond 32 bits is none', () => {
  expect(isInt32Range(LEAST - 1, 8)).toBe(false);
  expect(isInt32Range(MOST, 2)).toBe(false);
  expect(isInt32Range(2 ** 40, 1)).toBe(false);
});
