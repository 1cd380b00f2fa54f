import { randomSource } from '../testing/random.js';
import { decRescale } from './decimal.js';
import { parseDecimal, parseDouble, parseIntegerPrefix } from './number-parse.js';

const { random } = randomSource();
const below = (n: number): number => Math.floor(random() * n);
const digits = (n: number): string => Array.from({ length: n }, () => below(10)).join('');

it('numbers of thousands of digits are what all their digits give', () => {
  for (let i = 0; i < 300; i++) {
    const whole = '0'.repeat(below(3) * 900) + (below(4) === 0 ? '' : digits(below(3000)));
    const fraction = '0'.repeat(below(3) * 40) + digits(below(3000));
    const exponent = below(2) === 0 ? 0 : below(6000) - 3000;
    const sign = below(2) === 0 ? '-' : '';
    if (whole + fraction === '') continue;
    const text = `${sign}${whole}.${fraction}e${exponent}`;
    const double = Number(text);
    const limited = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, double));
    expect(parseDouble(text)).toMatchObject({ value: limited, overflow: limited !== double });

    const all =
      BigInt(sign + '1' + whole + fraction) -
      BigInt(`${sign}1`) * 10n ** BigInt(whole.length + fraction.length);
    const scale = fraction.length - exponent;
    const d = parseDecimal(text);
    const exact = scale < 0 ? all * 10n ** BigInt(-scale) : scale > 81 ? decRescale(all, scale, 81) : all;
    const kept = Math.max(0, Math.min(81, scale));
    const limit = 10n ** BigInt(65 + kept);
    const value = BigInt(exact);
    const overflow = value >= limit || value <= -limit;
    expect(d.overflow).toBe(overflow);
    if (!overflow)
      expect(BigInt(decRescale(d.value.unscaled, d.value.scale, 81))).toBe(value * 10n ** BigInt(81 - kept));
  }
});

it('digits beyond the first hundreds decide where a double would be half way between two', () => {
  // 2^53 + 1 lies between two doubles; what follows the point takes it up.
  const half = '9007199254740993';
  expect(parseDouble(`${half}.${'0'.repeat(2000)}`).value).toBe(9007199254740992);
  expect(parseDouble(`${half}.${'0'.repeat(2000)}1`).value).toBe(9007199254740994);
});

it('integers of many digits are out of range whatever they are, but for zeros before them', () => {
  const zeros = '0'.repeat(5000);
  expect(parseIntegerPrefix(`${zeros}18446744073709551615`, true)).toMatchObject({
    value: 18446744073709551615n,
    overflow: false,
  });
  expect(parseIntegerPrefix(`-${zeros}9223372036854775808x`, false)).toMatchObject({
    value: -9223372036854775808n,
    overflow: false,
    truncated: true,
  });
  expect(parseIntegerPrefix(zeros, false)).toMatchObject({ value: 0, overflow: false, truncated: false });
  expect(parseIntegerPrefix(`1${zeros}`, true)).toMatchObject({
    value: 18446744073709551615n,
    overflow: true,
  });
  expect(parseIntegerPrefix(`-1${zeros}`, false)).toMatchObject({
    value: -9223372036854775808n,
    overflow: true,
  });
});
