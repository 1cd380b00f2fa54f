import type { ByItem } from '../expression/expression.js';
import { collationOf } from '../types/collation.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { ChunkListOperator } from './chunk-list.js';
import { LimitOperator } from './limit.js';
import { SortOperator } from './sort.js';
import { TopNOperator } from './topn.js';
import {
  ALL_TYPES,
  columns,
  INT,
  lineOf,
  lines,
  randomChunk,
  rowsOfChunks,
} from './testing/random-chunks.js';
import { Random, testSeed } from '../testing/random.js';
import { rowsOf, testContext } from './testing/test-context.js';

export function compareDatums(a: Datum, b: Datum, ft: FieldType): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Math.sign(collationOf(ft).compare(a, b));
  return a < b ? -1 : a > b ? 1 : 0;
}

describe('Sort and TopN', () => {
  const seed = testSeed();
  test(`agree with a stable sort of the rows (seed ${seed})`, async () => {
    const r = new Random(seed);
    for (let round = 0; round < 30; round++) {
      const types = [r.pick(ALL_TYPES), r.pick(ALL_TYPES), INT];
      const chunks = Array.from({ length: r.below(6) }, () =>
        randomChunk(r, types, 1 + r.below(r.pick([20, 3000, 12000])), 0.1, r.pick([4, 500])),
      );
      const cols = columns(types);
      const by: ByItem[] = [0, 1]
        .slice(0, 1 + r.below(2))
        .map((i) => ({ expr: cols[i]!, desc: r.chance(0.5) }));
      const rows = rowsOfChunks(chunks);
      const want = rows
        .map((row, i) => ({ row, i }))
        .sort((x, y) => {
          for (const b of by) {
            const c = compareDatums(
              x.row[(b.expr as { index: number }).index]!,
              y.row[(b.expr as { index: number }).index]!,
              b.expr.type,
            );
            if (c !== 0) return b.desc ? -c : c;
          }
          return x.i - y.i;
        })
        .map((x) => x.row);
      const ctx = testContext();
      const got = await rowsOf(new SortOperator(by, new ChunkListOperator(chunks), ctx));
      expect(got.map(lineOf)).toEqual(want.map(lineOf));
      expect(ctx.held.bytes).toBe(0);
      const offset = r.below(5);
      const count = r.below(r.pick([3, 50, 20000]));
      const top = await rowsOf(new TopNOperator(by, offset, count, new ChunkListOperator(chunks), ctx));
      expect(top.map(lineOf)).toEqual(want.slice(offset, offset + count).map(lineOf));
      const limited = await rowsOf(new LimitOperator(new ChunkListOperator(chunks), offset, count));
      expect(lines(limited)).toEqual(lines(rows.slice(offset, offset + count)));
    }
  });
});
