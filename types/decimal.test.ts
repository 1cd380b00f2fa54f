import type { DecInt } from './decimal.js';
import {
  decAdd,
  decCeil,
  decCompare,
  decDigits,
  decDiv,
  decDivTruncate,
  decFits,
  decFloor,
  decFromNumber,
  decMod,
  decMul,
  decRescale,
  decRound,
  decSub,
  decToNumber,
  decToString,
  decTruncate,
} from './decimal.js';
import { parseDecimal, parseDouble, parseInteger, parseIntegerPrefix } from './number-parse.js';
import { formatDouble, formatFixed, formatFloat } from './number-format.js';
import { intDatum, isZero } from './datum.js';
import { randomSource } from '../testing/random.js';

const { seed, random } = randomSource();
const say = `seed ${seed}`;

function randomDec(): { u: DecInt; s: number } {
  const digits = 1 + Math.floor(random() * (random() < 0.5 ? 14 : 40));
  let t = '';
  for (let i = 0; i < digits; i++) t += Math.floor(random() * 10);
  const v = intDatum(BigInt(t) * (random() < 0.5 ? 1n : -1n));
  return { u: v === 0 ? 0 : v, s: Math.floor(random() * 20) };
}

const abs = (v: bigint): bigint => (v < 0n ? -v : v);

/** Reference: half away from zero on exact rationals. */
function roundDiv(a: bigint, b: bigint): bigint {
  const neg = a < 0n !== b < 0n;
  const q = (2n * abs(a) + abs(b)) / (2n * abs(b));
  return neg ? -q : q;
}

const p10 = (n: number): bigint => 10n ** BigInt(n);
const canonical = (v: DecInt): boolean =>
  typeof v === 'number' ? Number.isSafeInteger(v) && !Object.is(v, -0) : !Number.isSafeInteger(Number(v));

describe('decimal arithmetic', () => {
  test('agrees with rationals over bigints', () => {
    for (let n = 0; n < 5000; n++) {
      const a = randomDec();
      const b = random() < 0.1 ? a : randomDec();
      const s = Math.max(a.s, b.s);
      const x = BigInt(a.u) * p10(s - a.s);
      const y = BigInt(b.u) * p10(s - b.s);
      const label = `${say}: ${a.u}e-${a.s}, ${b.u}e-${b.s}`;
      const check = (name: string, got: DecInt | null, want: bigint): void => {
        if (got === null || BigInt(got) !== want || !canonical(got))
          throw new Error(`${name} ${label}: ${got}, not ${want}`);
      };
      check('add', decAdd(a.u, a.s, b.u, b.s), x + y);
      check('sub', decSub(a.u, a.s, b.u, b.s), x - y);
      check('mul', decMul(a.u, b.u), BigInt(a.u) * BigInt(b.u));
      expect(decCompare(a.u, a.s, b.u, b.s)).toBe(x < y ? -1 : x > y ? 1 : 0);
      const to = Math.floor(random() * 30);
      check(
        'rescale',
        decRescale(a.u, a.s, to),
        to >= a.s ? BigInt(a.u) * p10(to - a.s) : roundDiv(BigInt(a.u), p10(a.s - to)),
      );
      check(
        'truncate',
        decTruncate(a.u, a.s, to),
        to >= a.s ? BigInt(a.u) * p10(to - a.s) : BigInt(a.u) / p10(a.s - to),
      );
      if (!isZero(b.u)) {
        const num = BigInt(a.u) * p10(to + b.s);
        const den = BigInt(b.u) * p10(a.s);
        check('div', decDiv(a.u, a.s, b.u, b.s, to), roundDiv(num, den));
        check('divTruncate', decDivTruncate(a.u, a.s, b.u, b.s, to), num / den);
        check('mod', decMod(a.u, a.s, b.u, b.s), x % y);
      }
      const f = BigInt(a.u) / p10(a.s);
      const exact = f * p10(a.s) === BigInt(a.u);
      check('floor', decFloor(a.u, a.s), exact || a.u > 0 ? f : f - 1n);
      check('ceil', decCeil(a.u, a.s), exact || a.u < 0 ? f : f + 1n);
      expect(decDigits(a.u)).toBe(abs(BigInt(a.u)).toString().length);
      expect(decFits(a.u, to)).toBe(abs(BigInt(a.u)) < p10(to));
      expect(decToNumber(a.u, a.s)).toBe(Number(decToString(a.u, a.s)));
      const back = parseDecimal(decToString(a.u, a.s));
      expect([back.value, back.truncated, back.overflow]).toEqual([
        { unscaled: a.u, scale: a.s },
        false,
        false,
      ]);
    }
  });

  test('rounding near halves of large numbers', () => {
    for (let n = 0; n < 5000; n++) {
      const q = Math.floor(random() * 9e14);
      const u = q * 10 + Math.floor(random() * 10);
      if (!Number.isSafeInteger(u)) continue;
      expect(BigInt(decRescale(-u, 1, 0))).toBe(roundDiv(BigInt(-u), 10n));
    }
    expect(decRescale(9007199254740991, 16, 0)).toBe(1);
    expect(decRescale(4999999999999999, 16, 0)).toBe(0);
    expect(decRescale(-5000000000000000, 16, 0)).toBe(-1);
    expect(decRound(12345, 2, -2)).toBe(100);
    expect(decRound(15000, 2, -2)).toBe(200);
    expect(decDiv(1, 0, 0, 0, 4)).toBeNull();
  });

  test('doubles', () => {
    expect(decFromNumber(0.1)).toEqual({ unscaled: 1, scale: 1 });
    expect(decFromNumber(1e22)).toEqual({ unscaled: 10n ** 22n, scale: 0 });
    expect(decFromNumber(-1.5e-7)).toEqual({ unscaled: -15, scale: 8 });
    for (let n = 0; n < 3000; n++) {
      const v = (random() - 0.5) * 10 ** Math.floor(random() * 30 - 10);
      const d = decFromNumber(v);
      expect(decToNumber(d.unscaled, d.scale)).toBe(v);
    }
    // Amounts: as written in the shortest form.
    for (let n = 0; n < 3000; n++) {
      const v =
        Math.round((random() - 0.5) * 10 ** Math.floor(random() * 20)) / 10 ** Math.floor(random() * 4);
      const text = String(v);
      if (text.includes('e')) continue;
      const [whole, part = ''] = text.split('.');
      const unscaled = BigInt(`${whole}${part}`);
      const d = decFromNumber(v);
      expect([BigInt(d.unscaled), d.scale]).toEqual([unscaled, part.length]);
    }
  });
});

describe('numbers from text', () => {
  test.each([
    ['123', 123, false],
    [' -12 ', -12, false],
    ['12abc', 12, true],
    ['', 0, true],
    ['abc', 0, true],
    ['1.5', 2, false],
    ['1e3', 1000, false],
    ['9223372036854775807', 9223372036854775807n, false],
    ['9223372036854775808', 9223372036854775807n, false],
    ['-99999999999999999999', -9223372036854775808n, false],
  ])('integer %s', (text, value, truncated) => {
    const r = parseInteger(text, false);
    expect([r.value, r.truncated]).toEqual([value, truncated]);
  });

  test('prefix digits only', () => {
    expect(parseIntegerPrefix('12.9e3', false)).toMatchObject({ value: 12, truncated: true });
    expect(parseIntegerPrefix('18446744073709551615', true)).toMatchObject({
      value: 18446744073709551615n,
      truncated: false,
    });
  });

  test.each([
    ['1.5', 1.5, false],
    ['.5', 0.5, false],
    ['-1e-5x', -1e-5, true],
    ['1e400', Number.MAX_VALUE, false],
    ['1e', 1, true],
    ['-', -0, true],
  ])('double %s', (text, value, truncated) => {
    const r = parseDouble(text);
    expect([r.value + 0, r.truncated]).toEqual([value + 0, truncated]);
  });

  test('doubles as the engine reads them', () => {
    for (let n = 0; n < 5000; n++) {
      const v = (random() - 0.5) * 10 ** Math.floor(random() * 60 - 30);
      for (const t of [String(v), v.toFixed(5), v.toPrecision(8)])
        expect(parseDouble(t).value).toBe(Number(t));
    }
  });

  test('decimal exponents', () => {
    expect(parseDecimal('1.5e2').value).toEqual({ unscaled: 150, scale: 0 });
    expect(parseDecimal('15e-3').value).toEqual({ unscaled: 15, scale: 3 });
    expect(parseDecimal('1e70')).toMatchObject({ overflow: true });
    expect(parseDecimal('1e1000')).toMatchObject({ overflow: true });
  });
});

describe('approximate numbers as text', () => {
  test.each([
    [0, '0'],
    [1, '1'],
    [1e15, '1e15'],
    [123456789012345680000, '1.2345678901234568e20'],
    [1e14, '100000000000000'],
    [1e-5, '0.00001'],
    [1.5e-20, '1.5e-20'],
    [0.1, '0.1'],
    [-3.14, '-3.14'],
    [1.7976931348623157e308, '1.7976931348623157e308'],
    [999999999999999.9, '999999999999999.9'],
  ])('double %p', (v, text) => expect(formatDouble(v)).toBe(text));

  test('float is the shortest for 32 bits', () => {
    expect(formatFloat(Math.fround(0.1))).toBe('0.1');
    expect(formatFloat(Math.fround(16777216))).toBe('16777216');
    expect(formatFloat(Math.fround(3.4028234e38))).toBe('3.4028235e38');
    for (let n = 0; n < 2000; n++) {
      const v = Math.fround((random() - 0.5) * 10 ** Math.floor(random() * 40 - 20));
      expect(Math.fround(Number(formatFloat(v)))).toBe(v);
    }
  });

  test('fixed', () => {
    expect(formatFixed(1.005, 2)).toBe('1.00');
    expect(formatFixed(1e22, 2)).toBe('10000000000000000000000.00');
  });
});
