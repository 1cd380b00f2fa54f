import type { Vector } from '../../chunk/vector.js';
import { ALL_TYPES, lineOf, randomDatum } from '../testing/random-chunks.js';
import { Random, testSeed } from '../../testing/random.js';
import { chunkOf } from '../../chunk/chunk-builder.js';
import type { Datum } from '../../types/datum.js';
import { NumVector } from '../../chunk/vector.js';
import type { FieldType } from '../../types/field-type.js';
import { ColumnDictionary } from './column-dictionary.js';
import { decodeColumn, encodeColumn } from './column-encoding.js';
import { seal } from './seal.js';

const seed = testSeed();
const stored = (v: Vector): Uint8Array => new Uint8Array(Buffer.concat(encodeColumn(v)));
function sealed(v: Vector, type: FieldType, dictionary: ColumnDictionary): Vector {
  const steps = seal([v], type, dictionary);
  for (;;) {
    const r = steps.next();
    if (r.done === true) return r.value;
  }
}
const cells = (v: Vector): Datum[] => Array.from({ length: v.length }, (_, i) => v.get(i));

test(`columns of every type come back as they were (seed ${seed})`, () => {
  const r = new Random(seed);
  for (let round = 0; round < 60; round++) {
    const type = r.pick(ALL_TYPES);
    const n = r.below(400);
    const rows = Array.from({ length: n }, () => [randomDatum(r, type, r.pick([0, 0.3]), r.pick([3, 1000]))]);
    if (n === 0) continue;
    const given = chunkOf(rows, [type]).columns[0]!;
    const dictionary = new ColumnDictionary();
    const lasting = sealed(given, type, dictionary);
    expect(cells(lasting).map((c) => lineOf([c]))).toEqual(cells(given).map((c) => lineOf([c])));
    const back = decodeColumn(stored(lasting), dictionary);
    expect(cells(back).map((c) => lineOf([c]))).toEqual(cells(given).map((c) => lineOf([c])));
  }
});

test.each([
  ['one value', 20, (): number => 7],
  ['a byte', 500, (i: number): number => 1e6 + (i % 200)],
  ['two bytes', 500, (i: number): number => i * 100],
  ['four bytes', 500, (i: number): number => i * 1e6],
  ['runs', 5000, (i: number): number => Math.floor(i / 500) * 1e9],
  ['doubles', 300, (i: number): number => i * 0.1],
  ['negative zero', 300, (i: number): number => (i % 2 === 0 ? -0 : 5)],
  ['infinity', 300, (i: number): number => (i % 2 === 0 ? Infinity : 5)],
] as const)('numbers are packed and unpacked: %s', (_, n, f) => {
  const data = Float64Array.from({ length: n }, (_x, i) => f(i));
  const bytes = stored(new NumVector(data, n));
  expect((decodeColumn(bytes, null) as NumVector).data).toEqual(data);
  expect(bytes.length).toBeLessThanOrEqual(n * 8 + 32);
});
