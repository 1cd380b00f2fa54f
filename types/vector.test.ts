import {
  cosineDistance,
  decodeVector,
  encodeVector,
  l2Distance,
  parseVector,
  vectorArithmetic,
  vectorCell,
  vectorText,
} from './vector.js';

const compare = (a: string, b: string): number => Buffer.compare(parseVector(a), parseVector(b));

test('cells order as vectors do: element by element, a prefix first', () => {
  const ascending = [
    '[]',
    '[-1e10]',
    '[-2,5]',
    '[-2,6]',
    '[-0.5]',
    '[0]',
    '[0,-1]',
    '[1e-30]',
    '[1]',
    '[12]',
  ];
  for (let i = 1; i < ascending.length; i++)
    expect(compare(ascending[i - 1]!, ascending[i]!)).toBeLessThan(0);
  expect(compare('[-0]', '[0]')).toBe(0);
});

test('text has the fewest digits that mean the number, and no exponent', () => {
  const texts = [
    '[]',
    '[0.1,-0.25]',
    '[16777216]',
    '[0.000000125]',
    '[1234567.5]',
    '[3.4028235e38]',
    '[1e-3]',
  ];
  expect(texts.map((t) => vectorText(parseVector(t)))).toEqual([
    '[]',
    '[0.1,-0.25]',
    '[16777216]',
    '[0.000000125]',
    '[1234567.5]',
    `[34028235${'0'.repeat(31)}]`,
    '[0.001]',
  ]);
});

test.each(['', '[', '[1', '1]', '[1,]', '[,1]', '[nan]', '[1 2]', '[01]', '["1"]', '[1],[2]', '[[1]]'])(
  '%p is no vector',
  (text) => expect(() => parseVector(text)).toThrow(`Invalid vector text: ${text}`),
);

test('the stored form is TiDB’s: a count, then little-endian numbers', () => {
  const stored = encodeVector(parseVector('[1,-2.5]'));
  expect(Buffer.from(stored).toString('hex')).toBe('020000000000803f000020c0');
  expect(vectorText(decodeVector(stored))).toBe('[1,-2.5]');
});

test('what is not finite is refused', () => {
  expect(() => vectorCell([Number.NaN])).toThrow('NaN not allowed in vector');
  expect(() => parseVector('[1e39]')).toThrow('out of range');
  const large = parseVector('[3e38]');
  expect(() => vectorArithmetic('+', large, large)).toThrow('infinite value not allowed in vector');
});

test('distances', () => {
  expect(l2Distance(parseVector('[0,3]'), parseVector('[4,0]'))).toBe(5);
  expect(cosineDistance(parseVector('[1,1]'), parseVector('[-1,-1]'))).toBe(2);
  expect(cosineDistance(parseVector('[0]'), parseVector('[1]'))).toBeNull();
  expect(() => l2Distance(parseVector('[1]'), parseVector('[1,2]'))).toThrow(
    'vectors have different dimensions: 1 and 2',
  );
});
