import { duration, formatDuration, parseDuration } from './go-duration.js';

test.each([
  ['10m', 600_000, '10m0s'],
  ['72h', 259_200_000, '72h0m0s'],
  ['1h30m', 5_400_000, '1h30m0s'],
  ['1.5s', 1500, '1.5s'],
  ['100ms', 100, '100ms'],
  ['0', 0, '0s'],
])('%s', (text, ms, printed) => {
  expect(parseDuration(text)).toBe(ms);
  expect(formatDuration(ms)).toBe(printed);
});

test.each(['', 'abc', '10', '1h x', '5 m'])('%p is no duration', (text) => {
  expect(parseDuration(text)).toBeNull();
});

test('a duration out of range is brought into it with a warning', () => {
  const warnings: string[] = [];
  const ctx = { warn: (w: { message: string }) => void warnings.push(w.message) };
  const check = duration('tidb_gc_life_time', '10m', '8760h');
  expect(check('1s', ctx)).toBe('10m0s');
  expect(check('9000h', ctx)).toBe('8760h0m0s');
  expect(warnings).toEqual([
    "Truncated incorrect tidb_gc_life_time value: '1s'",
    "Truncated incorrect tidb_gc_life_time value: '9000h'",
  ]);
  expect(() => check('soon', ctx)).toThrow("Incorrect argument type to variable 'tidb_gc_life_time'");
});
