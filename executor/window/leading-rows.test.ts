import { intType } from '../../expression/type-inference.js';
import type { ByItem } from '../../expression/expression.js';
import type { Window } from '../../planner/physical/plan.js';
import { Random, testSeed } from '../../testing/random.js';
import { ChunkListOperator } from '../chunk-list.js';
import { SortOperator } from '../sort.js';
import { ALL_TYPES, columns, INT, lineOf, randomChunk } from '../testing/random-chunks.js';
import { rowsOf, testContext } from '../testing/test-context.js';
import { LeadingRows } from './leading-rows.js';
import { WindowOperator } from './window.js';

test('numbers and ranks within the bound are those of all rows', async () => {
  const r = new Random(testSeed());
  for (let round = 0; round < 50; round++) {
    const ctx = testContext();
    const partitions = 1 + r.below(2);
    const types = [...Array.from({ length: partitions + 1 }, () => r.pick(ALL_TYPES)), INT];
    const cols = columns(types);
    const domain = 1 + r.below(r.chance(0.5) ? 5 : 200);
    const chunks = Array.from({ length: 1 + r.below(12) }, () =>
      randomChunk(r, types, r.below(400), r.chance(0.5) ? 0.1 : 0, domain),
    );
    const desc = r.chance(0.5);
    const by: ByItem[] = cols.map((expr, k) => ({ expr, desc: k === partitions && desc }));
    const wanted = r.below(r.chance(0.5) ? 3 : 20);
    const base = { id: 1, schema: cols, estRows: 1, task: 'root' as const };
    const plan: Window = {
      ...base,
      op: 'Window',
      child: { ...base, op: 'TableDual', rowCount: 0 },
      partitionBy: by.slice(0, partitions),
      orderBy: by.slice(partitions, r.chance(0.5) ? partitions + 1 : undefined),
      functions: ['row_number', 'rank', 'dense_rank'].map((name) => ({ name, args: [], type: intType() })),
      frame: null,
    };
    const numbered = async (leading: LeadingRows | null): Promise<{ all: number; lines: string[] }> => {
      const sort = new SortOperator(by, new ChunkListOperator(chunks), ctx, leading);
      const rows = await rowsOf(new WindowOperator(plan, sort, ctx));
      const rank = types.length + 1;
      return { all: rows.length, lines: rows.filter((row) => Number(row[rank]) <= wanted).map(lineOf) };
    };
    const leading = new LeadingRows(types.slice(0, partitions), desc, wanted, ctx.memory);
    const [got, want] = [await numbered(leading), await numbered(null)];
    expect({ round, lines: got.lines }).toEqual({ round, lines: want.lines });
    expect(got.all).toBeLessThanOrEqual(want.all);
    expect(ctx.held.bytes).toBe(0);
  }
});

test('rows behind the bound are left out', () => {
  const ctx = testContext();
  const leading = new LeadingRows([INT], true, 2, ctx.memory);
  const r = new Random(testSeed());
  let kept = 0;
  for (let n = 0; n < 20; n++) {
    const { columns: keys, length } = randomChunk(r, [INT, INT], 1000, 0, 1000);
    kept += leading.select(keys, length)?.length ?? length;
  }
  expect(kept).toBeLessThan(16_000);
  leading.close();
  expect(ctx.held.bytes).toBe(0);
});
