import { equalRows, rangeRows } from './estimate.js';
import { decodeStatistics, encodeStatistics } from './codec.js';
import { CmSketch } from './cm-sketch.js';
import { FmSketch } from './fm-sketch.js';
import { buildHistogram } from './histogram.js';
import type { ColumnStatistics } from './table-statistics.js';
import type { Datum } from '../types/datum.js';

const compare = (a: Datum, b: Datum): number => Number(a) - Number(b);
const hash = (n: number): number => {
  let h = n | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

function column(values: number[], nulls = 0): ColumnStatistics {
  const sorted = [...values].sort((a, b) => a - b);
  const { topN, buckets } = buildHistogram(sorted, compare, 1, 10, 32);
  return { ndv: new Set(values).size, nullCount: nulls, avgSize: 8, correlation: 0, topN, buckets };
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

test('statistics survive storage', () => {
  const c = column([1, 2, 3, 4, 5, 5, 5]);
  const wide: ColumnStatistics = {
    ...c,
    topN: [{ value: 2n ** 60n, count: 3 }],
    buckets: [{ lower: Uint8Array.of(1, 2), upper: Uint8Array.of(9), cumulative: 4, repeat: 1, ndv: 2 }],
  };
  const stats = {
    tableId: 7,
    rowCount: 9,
    modifyCount: 1,
    version: 123456789012345678n,
    columns: new Map([
      [1, c],
      [2, wide],
    ]),
    indexes: new Map([[1, c]]),
  };
  expect(decodeStatistics(encodeStatistics(stats))).toEqual(stats);
});
