import { exp, log, log2, pow } from './exp.js';

/** Values of the C library, in which Math's functions differ in the last digit. */
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

test('logarithms', () => {
  expect(log(3)).toBe(1.0986122886681098);
  expect(log(9) / log(3)).toBe(2);
  expect(log(1 + 2 ** -52)).toBe(2.2204460492503128e-16);
  expect(log(5e-324)).toBe(-744.4400719213812);
  expect([log(1), log(0), log(Infinity)]).toEqual([0, -Infinity, Infinity]);
  expect(log(-1)).toBeNaN();
  for (const k of [-1074, -3, 0, 10, 1023]) expect(log2(2 ** k)).toBe(k);
  expect(log2(3)).toBe(1.584962500721156);
});

test('powers', () => {
  expect(pow(27, 1 / 3)).toBe(3);
  expect(pow(1.1, 1000)).toBe(2.4699329180060256e41);
  expect(pow(2, 1023.9)).toBe(1.6773070034857416e308);
  expect(pow(-2, 3)).toBe(-8);
  expect([pow(0, 0), pow(0, -1), pow(2, 2000), pow(2, -2000)]).toEqual([1, Infinity, Infinity, 0]);
  expect(pow(-8, 1 / 3)).toBeNaN();
});

test('logarithms and powers undo each other', () => {
  for (let i = 1; i < 2000; i++) {
    const x = i * 0.7310585786300049;
    expect(Math.abs(exp(log(x)) / x - 1)).toBeLessThan(4e-15);
    expect(Math.abs(pow(x, 3) / (x * x * x) - 1)).toBeLessThan(5e-16);
    expect(pow(x, 0.5)).toBe(Math.sqrt(x));
  }
});
