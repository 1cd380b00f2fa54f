import { Random, testSeed } from '../../testing/random.js';
import { parseJson, parseJsonSteps } from './parse.js';
import { JsonDouble, type JsonValue } from './value.js';

test.each([
  ['{"b": 1, "a": 2, "c": 3}', ['a', 'b', 'c']],
  // U+1F600 comes before U+E000 by UTF-16 units, behind it by bytes.
  ['{"\u{1f600}": 1, "\ue000": 2}', ['\ue000', '\u{1f600}']],
  ['{"\ue000": 1, "\u{1f600}": 2}', ['\ue000', '\u{1f600}']],
])('members of %s come in the order of their names as bytes', (text, names) => {
  expect([...(parseJson(text) as Map<string, unknown>).keys()]).toEqual(names);
});

/** Objects as lists of their members, so that their order counts. */
const listed = (v: JsonValue): unknown =>
  v instanceof Map
    ? { members: [...(v as ReadonlyMap<string, JsonValue>)].map(([k, x]) => [k, listed(x)]) }
    : Array.isArray(v)
      ? (v as readonly JsonValue[]).map(listed)
      : v instanceof JsonDouble
        ? v.value
        : v;

const inSteps = (text: string): { readonly value: JsonValue; readonly steps: number } => {
  const parser = parseJsonSteps(text);
  for (let steps = 1; ; steps++) {
    const r = parser.next();
    if (r.done === true) return { value: r.value, steps };
  }
};

test('texts of values are read as JSON.parse reads them', () => {
  const random = new Random(testSeed());
  const one = (depth: number): unknown => {
    switch (random.below(depth > 4 ? 4 : 6)) {
      case 0:
        return [null, true, false][random.below(3)];
      case 1:
        return random.below(1e9) - 5e8;
      case 2:
        return random.below(1000) + 0.5;
      case 3:
        return ['', 'a', 'ä"\\', '\u{1f600}', '\n'][random.below(5)];
      case 4:
        return Array.from({ length: random.below(5) }, () => one(depth + 1));
      default:
        return Object.fromEntries(
          Array.from({ length: random.below(5) }, () => [`k${random.below(9)}`, one(depth + 1)]),
        );
    }
  };
  const sorted = (v: unknown): unknown =>
    Array.isArray(v)
      ? v.map(sorted)
      : v !== null && typeof v === 'object'
        ? {
            members: Object.entries(v)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([k, x]) => [k, sorted(x)]),
          }
        : v;
  for (let i = 0; i < 500; i++) {
    const value = one(0);
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 3)]) {
      expect(listed(parseJson(text))).toEqual(sorted(value));
      expect(listed(inSteps(text).value)).toEqual(sorted(value));
    }
  }
});

test.each([
  ['[1, 2', 'Missing a comma or ] after an array element.'],
  ['{"a": 1', 'Missing a comma or } after an object member.'],
  ['{"a": 1, }', 'Missing a name for object member.'],
  ['{"a" 1}', 'Missing a colon after a name of object member.'],
  ['[nul]', 'Invalid value.'],
  ['[1,]', 'Invalid value.'],
  ['', 'The document is empty.'],
  ['[1] 2', 'The document root must not be followed by other values.'],
  ['["a', 'Missing a closing quotation mark in string.'],
  ['[1e999]', 'Number too big to be stored in double.'],
])('%s is refused', (text, why) => {
  expect(() => parseJson(text)).toThrow(why);
  expect(() => inSteps(text)).toThrow(why);
});

test('containers are a hundred deep at most', () => {
  const deep = (n: number, inner: string): string => '['.repeat(n) + inner + ']'.repeat(n);
  expect(() => parseJson(deep(100, '1'))).not.toThrow();
  expect(() => parseJson(deep(101, ''))).not.toThrow();
  expect(() => parseJson(deep(101, '1'))).toThrow('depth');
});

test.each([
  ['names as they come', (i: number) => `k${String(i).padStart(6, '0')}`],
  ['names in another order', (i: number) => `k${(i * 7919) % 30_000}`],
  ['names beyond the basic plane', (i: number) => `${['\uffff', '\u{1f600}'][i % 2]!}${(i * 7919) % 30_000}`],
])('a long object is read in steps: %s', (_, name) => {
  const text = `{${Array.from({ length: 30_000 }, (_x, i) => `${JSON.stringify(name(i))}: [${i}]`).join(',')}}`;
  const { value, steps } = inSteps(text);
  expect(steps).toBeGreaterThan(10);
  const members = [...(value as ReadonlyMap<string, JsonValue>)];
  expect(members).toHaveLength(30_000);
  const bytes = members.map(([k]) => Buffer.from(k));
  expect(bytes.every((k, i) => i === 0 || Buffer.compare(bytes[i - 1]!, k) < 0)).toBe(true);
  const at = new Map(Array.from({ length: 30_000 }, (_x, i) => [name(i), i]));
  expect(members.every(([k, v]) => (v as readonly JsonValue[])[0] === at.get(k))).toBe(true);
});
