import { rangeRows, type CompareDatums } from './estimate.js';
import { CorrectedPart, type FeedbackColumn, type RangeFeedback } from './feedback.js';
import type { ColumnStatistics } from './table-statistics.js';

const compare: CompareDatums = (a, b) => Number(a) - Number(b);
const column: FeedbackColumn = { compare, hash: (v) => Number(v), rowCount: 6000, bytes: false };

const range = (low: number | undefined, high: number | undefined, rows: number): RangeFeedback => ({
  part: 'column',
  id: 1,
  low: low === undefined ? undefined : { value: low, exclusive: true },
  high: high === undefined ? undefined : { value: high, exclusive: false },
  rows,
});
const estimate = (c: ColumnStatistics, { low, high }: RangeFeedback): number =>
  rangeRows(c, 6000, 0, low, high, compare);

function expectAll(ranges: readonly RangeFeedback[], c: ColumnStatistics): void {
  for (const r of ranges) {
    const rows = estimate(c, r);
    expect([r.low?.value, r.high?.value, rows > r.rows * 0.97 && rows < r.rows * 1.03]).toEqual([
      r.low?.value,
      r.high?.value,
      true,
    ]);
  }
}

test('all ranges that do not contradict each other are met at once', () => {
  // The open ranges have rows beyond every end that is named.
  const ranges = [
    range(1629, undefined, 164),
    range(0, 165, 3945),
    range(1615, undefined, 165),
    range(1384, undefined, 303),
    range(1162, 1257, 56),
    range(695, undefined, 879),
  ];
  expectAll(ranges, new CorrectedPart(undefined).correct(ranges, column));
  // One after the other, in another order, they come to the same.
  const part = new CorrectedPart(undefined);
  for (const r of [...ranges].reverse()) part.correct([r], column);
  expectAll(ranges, part.current);
});

test('a newer range takes the place of those that it contradicts', () => {
  const part = new CorrectedPart(undefined);
  part.correct([range(0, 100, 500), range(100, 200, 400), range(20, 80, 300)], column);
  const newer = [range(0, 200, 90)];
  expectAll(newer, part.correct(newer, column));
  const more = [range(20, 80, 800)];
  expectAll(more, part.correct(more, column));
});

test('a range without rows leaves room for rows that come later', () => {
  const part = new CorrectedPart(undefined);
  part.correct([range(0, 100, 0), range(100, 200, 50)], column);
  const later = [range(0, 100, 70), range(0, 200, 120)];
  expectAll(later, part.correct(later, column));
});

test('an open range meets the rows of an ANALYZE between its ends', () => {
  const analyzed: ColumnStatistics = {
    ndv: 100,
    nullCount: 0,
    avgSize: 8,
    correlation: 0,
    topN: [{ value: 50, count: 1000 }],
    buckets: [
      { lower: 1, upper: 49, cumulative: 2500, repeat: 10, ndv: 0 },
      { lower: 51, upper: 100, cumulative: 5000, repeat: 10, ndv: 0 },
    ],
  };
  const met = [range(90, undefined, 1800), range(40, 60, 1300)];
  expectAll(met, new CorrectedPart(analyzed).correct(met, column));
});
