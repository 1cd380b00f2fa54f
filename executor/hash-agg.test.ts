import { Chunk } from '../chunk/chunk.js';
import { vectorOf } from '../chunk/vector-builder.js';
import { encodeUtf8 } from '../types/charset.js';
import type { AggFunc, Column, Expression } from '../expression/expression.js';
import { decimalType, intType, stringType } from '../expression/type-inference.js';
import type { HashAgg } from '../planner/physical/plan.js';
import { collationOf } from '../types/collation.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { ChunkListOperator } from './chunk-list.js';
import { HashAggOperator } from './hash-agg.js';
import { StreamAggOperator } from './stream-agg.js';
import { SortOperator } from './sort.js';
import {
  ALL_TYPES,
  BIGINT,
  columns,
  DECIMAL,
  INT,
  lines,
  randomChunk,
  rowsOfChunks,
} from './testing/random-chunks.js';
import { Random, testSeed } from '../testing/random.js';
import { rowsOf, testContext } from './testing/test-context.js';

const TEXT = stringType();

const keyOf = (v: Datum, ft: FieldType): string =>
  v === null
    ? 'N'
    : v instanceof Uint8Array
      ? Buffer.from(collationOf(ft).sortKey(v)).toString('hex')
      : `n${v}`;

const call = (name: string, arg: Column, type: FieldType, mode: AggFunc['mode'] = 'complete'): AggFunc => ({
  name,
  args: [arg],
  distinct: false,
  type,
  mode,
});

describe('HashAgg and StreamAgg', () => {
  const seed = testSeed();
  test(`agree with groups made of a map, whole and in two steps (seed ${seed})`, async () => {
    const r = new Random(seed);
    const ctx = testContext();
    for (let round = 0; round < 60; round++) {
      const types = [r.pick(ALL_TYPES), r.pick(ALL_TYPES), INT, r.pick([BIGINT, DECIMAL])];
      const chunks = Array.from({ length: r.below(5) }, () =>
        randomChunk(r, types, 1 + r.below(r.pick([30, 3000])), r.pick([0, 0.2]), r.pick([3, 40, 1000])),
      );
      const cols = columns(types);
      const groupBy: Expression[] = [cols[0]!, cols[1]!].slice(0, r.below(3));
      const sumType = decimalType(60, types[3] === DECIMAL ? 2 : 0);
      const aggs: AggFunc[] = [
        call('count', cols[2]!, intType()),
        call('sum', cols[3]!, sumType),
        call('min', cols[2]!, INT),
        call('max', cols[3]!, types[3]!),
      ];
      const groups = new Map<string, Datum[]>();
      for (const row of rowsOfChunks(chunks)) {
        const key = groupBy.map((e) => keyOf(row[(e as Column).index]!, e.type)).join('|');
        let g = groups.get(key);
        if (g === undefined) groups.set(key, (g = [0, null, null, null]));
        const [a, b] = [row[2]!, row[3]!];
        if (a !== null) {
          g[0] = (g[0] as number) + 1;
          g[2] = g[2] === null || a < g[2]! ? a : g[2]!;
        }
        if (b !== null) {
          g[1] = BigInt((g[1] as bigint | null) ?? 0n) + BigInt(b as number | bigint);
          g[3] = g[3] === null || b > g[3]! ? b : g[3]!;
        }
      }
      if (groups.size === 0 && groupBy.length === 0) groups.set('', [0, null, null, null]);
      const want = lines([...groups.values()]);
      const base = { id: 1, schema: cols, estRows: 1, task: 'root' as const };
      const child = { ...base, op: 'TableDual' as const, rowCount: 0 };
      const plan: HashAgg = { ...base, op: 'HashAgg', child, groupBy, aggs };
      expect(lines(await rowsOf(new HashAggOperator(plan, new ChunkListOperator(chunks), ctx)))).toEqual(
        want,
      );
      const sorted = new SortOperator(
        groupBy.map((expr) => ({ expr, desc: false })),
        new ChunkListOperator(chunks),
        ctx,
      );
      expect(lines(await rowsOf(new StreamAggOperator({ ...plan, op: 'StreamAgg' }, sorted, ctx)))).toEqual(
        want,
      );
      // Partial results of every chunk, brought together.
      const keys = groupBy.map((e) => call('first_row', e as Column, e.type, 'partial1'));
      const partial: HashAgg = {
        ...plan,
        aggs: [...aggs.map((a) => ({ ...a, mode: 'partial1' as const })), ...keys],
      };
      const states = [];
      for (const c of chunks)
        states.push(...(await chunksOf(new HashAggOperator(partial, new ChunkListOperator([c]), ctx))));
      const stateColumns = columns([...aggs.map((a) => a.type), ...groupBy.map((e) => e.type)]);
      const final: HashAgg = {
        ...plan,
        groupBy: groupBy.map((_, i) => stateColumns[aggs.length + i]!),
        aggs: aggs.map((a, i) => ({ ...a, mode: 'final' as const, args: [stateColumns[i]!] })),
      };
      expect(lines(await rowsOf(new HashAggOperator(final, new ChunkListOperator(states), ctx)))).toEqual(
        want,
      );
      expect(ctx.held.bytes).toBe(0);
    }
  });

  test('long texts are grouped a few at a time, with chances for others between', async () => {
    const ROWS = 60;
    const texts = Array.from({ length: ROWS }, (_, i) => encodeUtf8(`${i % 7}`.repeat(50_000)));
    const numbers = texts.map((_, i) => i);
    const [text, number] = columns([TEXT, INT]) as [Column, Column];
    const whole = new Chunk([vectorOf(texts, TEXT), vectorOf(numbers, INT)], ROWS);
    const base = { id: 1, schema: [text, number], estRows: 1, task: 'root' as const };
    const plan: HashAgg = {
      ...base,
      op: 'HashAgg',
      child: { ...base, op: 'TableDual', rowCount: 0 },
      groupBy: [text],
      aggs: [call('max', text, TEXT), call('count', number, intType()), call('max', number, INT)],
    };
    const odd = Int32Array.from(numbers.filter((n) => n % 2 === 1));
    for (const chunk of [whole, whole.withSel(odd)]) {
      let pauses = 0;
      const ctx = testContext();
      ctx.checkpoint = () => void pauses++;
      const want = new Map<string, Datum[]>();
      for (const n of chunk.sel ?? numbers) {
        const key = `${n % 7}`;
        want.set(key, [texts[n]!, ((want.get(key)?.[1] as number | undefined) ?? 0) + 1, n]);
      }
      const got = await rowsOf(new HashAggOperator(plan, new ChunkListOperator([chunk]), ctx));
      expect(lines(got)).toEqual(lines([...want.values()]));
      expect(pauses).toBeGreaterThan(2);
    }
  });
});

async function chunksOf(op: HashAggOperator) {
  const out = [];
  await op.open();
  for (let c = await op.next(); c !== null; c = await op.next()) out.push(c);
  await op.close();
  return out;
}
