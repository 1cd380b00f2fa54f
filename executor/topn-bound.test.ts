import { chunkOf } from '../chunk/chunk-builder.js';
import type { ByItem } from '../expression/expression.js';
import { Random, testSeed } from '../testing/random.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { ChunkListOperator } from './chunk-list.js';
import { blockStats } from './columnar/block-stats.js';
import { SegmentReader } from './columnar/column-scan.js';
import { FilteredScan } from './coprocessor/filtered-scan.js';
import type { Operator } from './exec-context.js';
import { JoinFilters } from './join-filter.js';
import { columns, DECIMAL, DOUBLE, INT, lineOf, randomDatum } from './testing/random-chunks.js';
import { rowsOf, testContext } from './testing/test-context.js';
import { TopNOperator } from './topn.js';
import { TopNBound } from './topn-bound.js';

const listOf = (rows: Datum[][], types: readonly FieldType[]): Operator =>
  new ChunkListOperator(rows.length === 0 ? [] : [chunkOf(rows, types)]);

/** Blocks of a segment, counted. */
class Blocks implements Operator {
  given = 0;
  constructor(private readonly reader: SegmentReader) {}
  open(): void {}
  close(): void {}
  next() {
    const chunk = this.reader.next();
    if (chunk !== null) this.given++;
    return chunk;
  }
}

describe('What a TopN tells its scan', () => {
  const seed = testSeed();
  test(`keeps none of its rows back (seed ${seed})`, async () => {
    const r = new Random(seed);
    for (let round = 0; round < 12; round++) {
      const types = [r.pick([INT, DOUBLE, DECIMAL]), INT];
      const nulls = r.pick([0, 0.0005, 0.3]);
      const rows = 1 + r.below(40_000);
      const data = Array.from({ length: rows }, () => types.map((t) => randomDatum(r, t, nulls, 30_000)));
      const byKey = r.chance(0.4);
      const desc = r.chance(0.5);
      const by: ByItem[] = [
        { expr: columns(types)[0]!, desc },
        { expr: columns(types)[1]!, desc: r.chance(0.5) },
      ];
      // Clustered by the key, most blocks have nothing that is wanted.
      const whole = testContext();
      if (byKey) {
        const sorted = new TopNOperator(by.slice(0, 1), 0, rows, listOf(data, types), whole);
        data.splice(0, rows, ...(await rowsOf(sorted)).map((x) => [...x]));
      }
      const chunk = chunkOf(data, types);
      const want = r.pick([1, 10, 300, 5000]);
      // Two halves share a bound, as two threads do; the parts are put together in order.
      const bound = TopNBound.of({ column: 0, desc });
      const middle = r.below(rows + 1);
      const parts = [];
      for (const interval of [
        [0, middle],
        [middle, rows],
      ]) {
        const stats = blockStats(chunk.columns[0]!);
        const reader = new SegmentReader(
          chunk.columns,
          interval,
          new Int32Array(0),
          null,
          TopNBound.ofForm(bound.form),
          stats,
        );
        const scan = new FilteredScan(new Blocks(reader), 1, new JoinFilters(), bound, () => undefined);
        parts.push(...(await rowsOf(new TopNOperator(by, 0, want, scan, testContext(), bound))));
      }
      const got = await rowsOf(new TopNOperator(by, 0, want, listOf(parts, types), testContext()));
      const expected = await rowsOf(new TopNOperator(by, 0, want, listOf(data, types), testContext()));
      expect(got.map(lineOf)).toEqual(expected.map(lineOf));
    }
  });

  test('leaves out blocks of rows that are not wanted', async () => {
    const n = 100_000;
    const chunk = chunkOf(
      Array.from({ length: n }, (_, i) => [i]),
      [INT],
    );
    const bound = TopNBound.of({ column: 0, desc: false });
    const blocks = new Blocks(
      new SegmentReader(chunk.columns, [0, n], new Int32Array(0), null, bound, blockStats(chunk.columns[0]!)),
    );
    const by: ByItem[] = [{ expr: columns([INT])[0]!, desc: false }];
    const rows = await rowsOf(new TopNOperator(by, 0, 3, blocks, testContext(), bound));
    expect(rows).toEqual([[0], [1], [2]]);
    expect(blocks.given).toBe(1);
  });
});
