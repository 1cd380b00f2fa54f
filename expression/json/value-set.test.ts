import { compareJsonValues } from '../../types/json/compare.js';
import { parseJson } from '../../types/json/parse.js';
import type { JsonValue } from '../../types/json/value.js';
import { JsonDouble, JsonOpaque, JsonType } from '../../types/json/value.js';
import { Random, testSeed } from '../../testing/random.js';
import { containsValue, overlaps } from './modify.js';
import { JsonValueSet } from './value-set.js';

const VALUES: readonly JsonValue[] = [
  null,
  true,
  false,
  0,
  new JsonDouble(-0),
  1,
  new JsonDouble(1),
  new JsonDouble(1.5),
  9007199254740993n,
  9007199254740992n,
  new JsonDouble(9007199254740992),
  new JsonDouble(1e300),
  18446744073709551615n,
  new JsonDouble(18446744073709552000),
  '',
  '1',
  'null',
  '\ud800',
  '\udc00',
  '\ufffd',
  '\u{10000}',
  new JsonOpaque(JsonType.Opaque, 252, new Uint8Array([1])),
  new JsonOpaque(JsonType.Opaque, 253, new Uint8Array([1])),
  [],
  [1],
  [new JsonDouble(1)],
  new Map(),
  new Map([['a', 1]]),
];

test('a value is found where one compares as equal', () => {
  for (const v of VALUES) {
    const set = new JsonValueSet();
    set.add(v);
    for (const w of VALUES) expect([v, w, set.has(w)]).toEqual([v, w, compareJsonValues(v, w) === 0]);
  }
});

/** The definitions of the manual, value by value. */
const containsByDefinition = (whole: JsonValue, part: JsonValue): boolean => {
  if (Array.isArray(whole)) {
    const items = whole as readonly JsonValue[];
    return Array.isArray(part)
      ? (part as readonly JsonValue[]).every((p) => items.some((w) => containsByDefinition(w, p)))
      : items.some((w) => containsByDefinition(w, part));
  }
  return containsValue(whole, part);
};

test('long arrays contain and overlap as short ones do', () => {
  const random = new Random(testSeed());
  const item = (depth: number): JsonValue =>
    depth < 2 && random.below(4) === 0
      ? Array.from({ length: random.below(4) }, () => item(depth + 1))
      : VALUES[random.below(VALUES.length)]!;
  let both = 0;
  for (let i = 0; i < 400; i++) {
    const a = Array.from({ length: random.below(120) }, () => item(0));
    const b = Array.from({ length: 1 + random.below(random.below(2) === 0 ? 3 : 20) }, () => item(0));
    const expected = containsByDefinition(a, b);
    expect([a, b, containsValue(a, b)]).toEqual([a, b, expected]);
    if (expected) both++;
    expect(overlaps(a, b)).toBe(a.some((v) => b.some((w) => compareJsonValues(v, w) === 0)));
    expect(overlaps(b, a)).toBe(overlaps(a, b));
  }
  expect(both).toBeGreaterThan(0);
});

test('members come in the order of the bytes of their names', () => {
  const keys = (text: string): string[] => [...(parseJson(text) as ReadonlyMap<string, JsonValue>).keys()];
  expect(keys('{"b":1,"a":2,"é":3,"Z":4,"a":5}')).toEqual(['Z', 'a', 'b', 'é']);
  expect(keys('{"\u{10000}":1,"\ue000":2,"a":3}')).toEqual(['a', '\ue000', '\u{10000}']);
});
