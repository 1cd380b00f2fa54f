import { equalRows, rangeRows } from './estimate.js';
import { boundBytes, boundValue, cmsBytes, cmsOf, topNBytes, topNValue } from './stored-form.js';
import { mergeColumn } from './merge.js';
import { CmSketch } from './cm-sketch.js';
import { FmSketch } from './fm-sketch.js';
import { buildHistogram } from './histogram.js';
import type { ColumnStatistics } from './table-statistics.js';
import type { Datum } from '../types/datum.js';
import { newFieldType, TypeCode } from '../types/field-type.js';
import { packDateTime } from '../types/time.js';

const compare = (a: Datum, b: Datum): number => Number(a) - Number(b);
const hash = (n: number): number => {
  let h = n | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

function column(values: number[], nulls = 0): ColumnStatistics {
  const sorted = [...values].sort((a, b) => a - b);
  const ndv = new Set(values).size;
  const population = { rows: values.length, nulls, ndv };
  const { topN, buckets } = atOnce(buildHistogram(sorted, compare, population, 10, 32));
  return { ndv, nullCount: nulls, avgSize: 8, correlation: 0, topN, buckets };
}

function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

describe('histogram', () => {
  const values: number[] = [];
  for (let i = 0; i < 10000; i++) values.push(i);
  for (let i = 0; i < 3000; i++) values.push(42);
  const c = column(values, 500);
  const total = 13500;

  test('frequent values are exact, others near', () => {
    expect(equalRows(c, total, 0, 42, compare)).toBeCloseTo(3001, 0);
    expect(equalRows(c, total, 0, 4711, compare)).toBeLessThan(3);
    expect(equalRows(c, total, 0, null, compare)).toBeCloseTo(500, 0);
  });

  test('ranges are near', () => {
    const rows = rangeRows(
      c,
      total,
      0,
      { value: 2000, exclusive: false },
      { value: 3000, exclusive: true },
      compare,
    );
    expect(rows).toBeGreaterThan(800);
    expect(rows).toBeLessThan(1200);
    expect(rangeRows(c, total, 0, undefined, undefined, compare)).toBeCloseTo(13000, -1);
  });

  test("a growing key's newest values are not zero rows", () => {
    expect(rangeRows(c, 20000, 6500, { value: 20000, exclusive: false }, undefined, compare)).toBeGreaterThan(
      0,
    );
    expect(equalRows(c, 20000, 6500, 20001, compare)).toBeGreaterThan(0);
  });
});

describe('sketches', () => {
  test('FM sketch counts distinct values', () => {
    const s = new FmSketch();
    for (let i = 0; i < 200000; i++) s.add(hash(i % 50000));
    expect(Math.abs(s.ndv() - 50000) / 50000).toBeLessThan(0.1);
    const few = new FmSketch();
    for (let i = 0; i < 1000; i++) few.add(hash(i % 7));
    expect(few.ndv()).toBe(7);
    few.merge(s);
    expect(Math.abs(few.ndv() - 50000) / 50000).toBeLessThan(0.1);
  });

  test('count-min sketch estimates counts', () => {
    const s = new CmSketch();
    for (let i = 0; i < 5000; i++) s.add(hash(i));
    s.add(hash(77), 1000);
    expect(s.query(hash(77))).toBeGreaterThan(990);
    expect(s.query(hash(77))).toBeLessThan(1010);
  });
});

describe('partitions', () => {
  test('a table is the sum of its partitions', () => {
    const low = Array.from({ length: 4000 }, (_, i) => i % 500);
    const high = Array.from({ length: 6000 }, (_, i) => (i < 2000 ? 499 : 300 + (i % 700)));
    const merged = mergeColumn(
      [low, high].map((values) => ({ rows: values.length, stats: column(values) })),
      compare,
      10,
      32,
    );
    const all = [...low, ...high];
    const exact = (from: number, to: number): number => all.filter((v) => v >= from && v < to).length;
    for (const [from, to] of [
      [0, 250],
      [250, 600],
      [600, 1000],
    ] as const) {
      const estimate = rangeRows(
        merged,
        all.length,
        0,
        { value: from, exclusive: false },
        { value: to, exclusive: true },
        compare,
      );
      expect(Math.abs(estimate - exact(from, to))).toBeLessThan(exact(from, to) * 0.1 + 50);
    }
    expect(equalRows(merged, all.length, 0, 499, compare)).toBeGreaterThan(1900);
  });
});

describe('stored form', () => {
  const types = {
    int: newFieldType(TypeCode.LongLong),
    decimal: newFieldType(TypeCode.NewDecimal, { flen: 20, decimal: 4 }),
    datetime: newFieldType(TypeCode.DateTime),
    text: newFieldType(TypeCode.VarChar, { flen: 20, collate: 'utf8mb4_general_ci' }),
    float: newFieldType(TypeCode.Double, { flen: 22, decimal: -1 }),
  };
  test.each([
    ['int', 42],
    ['int', 2n ** 60n],
    ['int', -7],
    ['decimal', 123456],
    ['datetime', packDateTime(2024, 2, 29, 13, 14, 15, 0, 0)],
    ['text', Uint8Array.from(Buffer.from('Straße'))],
    ['float', 0.1],
  ] as const)('%s %s comes back', (name, value) => {
    const type = types[name];
    const plain = (v: Datum): unknown => (v instanceof Uint8Array ? Buffer.from(v).toString('hex') : v);
    expect(plain(boundValue(boundBytes(value, type), type))).toEqual(plain(value));
    expect(plain(topNValue(topNBytes(value, type), type))).toEqual(plain(value));
  });

  test('a CM-sketch comes back', () => {
    const s = new CmSketch(3, 64);
    for (let i = 0; i < 100; i++) s.add(hash(i % 9), i);
    const back = cmsOf(cmsBytes(s))!;
    for (let i = 0; i < 9; i++) expect(back.query(hash(i))).toBe(s.query(hash(i)));
  });
});
