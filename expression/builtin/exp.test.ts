import { exp } from './exp.js';

/** Values of the C library, in which Math.exp differs in the last digit. */
const KNOWN: readonly [number, number][] = [
  [19, 178482300.96318725],
  [1, 2.718281828459045],
  [0.5, 1.6487212707001282],
  [-19, 5.602796437537268e-9],
  [10.5, 36315.502674246636],
  [1e-20, 1],
  [0, 1],
];

test.each(KNOWN)('e^%d is %d', (x, y) => expect(exp(x)).toBe(y));

test('ends of the range', () => {
  expect(exp(709.78)).toBeLessThan(Infinity);
  expect(exp(709.79)).toBe(Infinity);
  expect(exp(-740)).toBe(4.2e-322);
  expect(exp(-746)).toBe(0);
  expect(exp(Infinity)).toBe(Infinity);
  expect(exp(Number.NaN)).toBeNaN();
});

test('never more than a unit of the last place from Math.exp', () => {
  for (let i = -3500; i < 3500; i++) {
    const x = i / 5 + 0.0123;
    expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(4.5e-16);
  }
});
