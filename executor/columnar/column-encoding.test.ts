import type { Vector } from '../../chunk/vector.js';
import { ALL_TYPES, lineOf, randomDatum } from '../testing/random-chunks.js';
import { Random, testSeed } from '../../testing/random.js';
import { chunkOf } from '../../chunk/chunk-builder.js';
import type { Datum } from '../../types/datum.js';
import { NumVector } from '../../chunk/vector.js';
import type { FieldType } from '../../types/field-type.js';
import { blockStats, type BlockStats } from './block-stats.js';
import { ColumnDictionary } from './column-dictionary.js';
import { atOnce } from '../../types/steps.js';
import { decodeColumn, encodeColumn } from './column-encoding.js';
import { seal } from './seal.js';

const seed = testSeed();
const stored = (v: Vector, stats: BlockStats | null = null): Uint8Array =>
  new Uint8Array(Buffer.concat(encodeColumn(v, stats)));
const sealed = (v: Vector, type: FieldType, dictionary: ColumnDictionary): Vector =>
  atOnce(seal([v], type, dictionary));
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
    const { vector: back, stats } = decodeColumn(stored(lasting, blockStats(lasting)), dictionary);
    expect(stats).toEqual(blockStats(lasting));
    expect(decodeColumn(stored(lasting), dictionary).stats).toBeNull();
    expect(cells(back).map((c) => lineOf([c]))).toEqual(cells(given).map((c) => lineOf([c])));
  }
});

test.each([
  ['one value', 20, (): number => 7],
  ['a byte', 500, (i: number): number => 1e6 + (i % 200)],
  ['a byte from zero', 500, (i: number): number => 3 + (i % 200)],
  ['a byte below zero', 500, (i: number): number => (i % 200) - 100],
  ['two bytes', 500, (i: number): number => i * 100],
  ['four bytes', 500, (i: number): number => i * 1e6],
  ['runs', 5000, (i: number): number => Math.floor(i / 500) * 1e9],
  ['short runs', 5000, (i: number): number => Math.floor(i / 6) * 1e6],
  ['doubles', 300, (i: number): number => i * 0.1],
  ['negative zero', 300, (i: number): number => (i % 2 === 0 ? -0 : 5)],
  ['infinity', 300, (i: number): number => (i % 2 === 0 ? Infinity : 5)],
] as const)('numbers are packed and unpacked: %s', (_, n, f) => {
  const data = Float64Array.from({ length: n }, (_x, i) => f(i));
  const bytes = stored(new NumVector(data, n));
  expect((decodeColumn(bytes, null).vector as NumVector).data).toEqual(data);
  expect(bytes.length).toBeLessThanOrEqual(n * 8 + 32);
});
