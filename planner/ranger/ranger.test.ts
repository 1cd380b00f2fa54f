import { ChunkBuilder } from '../../chunk/chunk-builder.js';
import type { Chunk } from '../../chunk/chunk.js';
import { compileFilter, evalDatum } from '../../expression/compile.js';
import type { Expression } from '../../expression/expression.js';
import { parse } from '../../parser/parser.js';
import type { Query } from '../../parser/ast/index.js';
import { encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { buildQuery } from '../logical/build-query.js';
import { forEachNode } from '../logical/walk.js';
import type { DataSource } from '../logical/plan.js';
import { keysOf } from '../physical/access-path.js';
import type { Bound, KeyRangeDatum } from '../physical/plan.js';
import { resolveOver } from '../physical/resolve-indices.js';
import { BuildState, StatementMemory } from '../resolve/build-state.js';
import { predicatePushdown } from '../rules/predicate-pushdown.js';
import { TestSchema } from '../testing/test-schema.js';
import { detach, type KeyColumn } from './ranger.js';
import { intervalsOf, prepareIntervals } from './condition.js';
import { compareEnds, datumCompare, MAX, MIN } from './interval.js';
import { randomSource } from '../../testing/random.js';

/** Whether a key lies in a range, tuples compared by prefix as stored keys are. */
function inRange(key: readonly Datum[], r: KeyRangeDatum, keys: readonly KeyColumn[]): boolean {
  const compare = (bounds: readonly Bound[]): number => {
    for (let i = 0; i < bounds.length; i++) {
      const b = bounds[i]!;
      const c = compareEnds(
        key[i]!,
        b === 'min' ? MIN : b === 'max' ? MAX : b.value,
        datumCompare(keys[i]!.column.type),
      );
      if (c !== 0) return c;
    }
    return 0;
  };
  const low = compare(r.low);
  const high = compare(r.high);
  return (r.lowExclusive ? low > 0 : low >= 0) && (r.highExclusive ? high < 0 : high <= 0);
}

describe('ranger', () => {
  test('rows in the ranges that pass the remaining conditions are the rows that pass all', async () => {
    const { seed, random: rnd } = randomSource();
    const pick = <T>(list: readonly T[]): T => list[Math.floor(rnd() * list.length)]!;
    const schema = new TestSchema();
    schema.variables.set('tidb_enable_clustered_index', 'ON');
    await schema.create(
      "create table r (id int primary key, a int, b int unsigned, s varchar(10), d decimal(6,2), t datetime, e enum('c','b','','a'), key ab (a, b), key sa (s, a), key d (d, s), key t (t), key sp (s(2), a), key ea (e, a), key ae (a, e))",
    );
    const literals: Record<string, () => string> = {
      a: () => pick(['0', '1', '2', '3', '-1', '1.5', '2.0', "'2'", 'null']),
      b: () => pick(['0', '1', '2', '3', '-1', '1.5', 'null']),
      s: () => pick(["''", "'a'", "'ab'", "'abc'", "'b'", "'a '", "'B'", 'null']),
      d: () => pick(['0', '1', '1.25', '1.255', '-1.5', '2.5', "'1.25'"]),
      e: () => pick(["'a'", "'b'", "''", "'x'", '0', '2', '3', '9', '-1', 'null']),
      t: () => pick(["'2020-01-01'", "'2020-01-01 10:00:00'", "'2020-01-02'", "date '2020-01-01'"]),
    };
    const simple = (): string => {
      const c = pick(['a', 'a', 'b', 's', 's', 'd', 't', 'e', 'e']);
      const v = literals[c]!;
      switch (Math.floor(rnd() * 9)) {
        case 0:
          return `${c} ${pick(['=', '<=>'])} ${v()}`;
        case 1:
          return `${c} in (${v()}, ${v()}, ${v()})`;
        case 2:
          return `${c} is ${pick(['', 'not '])}null`;
        case 3:
          return `${c} between ${v()} and ${v()}`;
        case 4:
          return c === 's' ? `s like ${pick(["'a%'", "'ab'", "'a_'", "'%b'", "'a b%'"])}` : `${c} <> ${v()}`;
        case 5:
          return `${v()} ${pick(['<', '<=', '>', '>='])} ${c}`;
        case 6:
          return `${c} not in (${v()}, ${v()})`;
        case 7:
          return `${c} + 0 ${pick(['<', '>'])} ${v()}`;
        default:
          return `${c} ${pick(['<', '<=', '>', '>=', '='])} ${v()}`;
      }
    };
    const condition = (depth: number): string => {
      if (depth === 0 || rnd() < 0.3) return simple();
      return `(${condition(depth - 1)} ${pick(['and', 'and', 'or'])} ${condition(depth - 1)})`;
    };
    const rows: Datum[][] = [];
    const values: Datum[][] = [
      [null, -1, 0, 1, 2, 3],
      [null, 0, 1, 2, 3],
      [null, ...['', 'a', 'ab', 'abc', 'b', 'a ', 'B', 'aa'].map((x) => encodeUtf8(x))],
      [null, 0, 100, 125, 126, -150, 250],
      [
        null,
        ...[0, 10].map((h) => ((2020 << 9) | (1 << 5) | 1) * 131072 + (h << 12)),
        ((2020 << 9) | (1 << 5) | 2) * 131072,
      ],
      [null, 0, 1, 2, 3, 4],
    ];
    for (let i = 0; i < 200; i++) rows.push([i, ...values.map((v) => pick(v))]);
    let limited = 0;
    for (let n = 0; n < 300; n++) {
      const where = condition(3);
      const ctx = schema.context();
      const state = new BuildState(ctx, new StatementMemory(), buildQuery);
      const { stmt } = parse(`select * from r where ${where}`)[0]!;
      const rel = buildQuery(state, stmt as Query, null, null);
      const plan = predicatePushdown.apply(rel.plan, state, rel.plan.schema);
      let found: DataSource | null = null;
      forEachNode(plan, (p) => {
        if (p.op === 'DataSource') found = p;
      });
      const ds = found! as DataSource;
      const columns = ds.all;
      const builder = new ChunkBuilder(columns.map((c) => c.type));
      for (const r of rows) builder.appendRow(r);
      const chunk = builder.finish();
      /** Rows for which every condition is true. */
      const passing = (conditions: readonly Expression[]): Set<number> => {
        const all = new Set(rows.keys());
        if (conditions.length === 0) return all;
        const out = compileFilter(conditions.map((c) => resolveOver(c, columns))).run(
          chunk,
          ctx.eval,
        ) as Chunk;
        return out.sel === null ? (out.length === 0 ? new Set() : all) : new Set(out.sel);
      };
      const byFilter = passing(ds.conditions);
      for (const index of [null, ...ds.table.indices.filter((i) => !i.primary)]) {
        const keys = keysOf(ds, index);
        const access = detach(
          ds.conditions,
          keys,
          index === null,
          (e, row) => evalDatum(e, ctx.eval, row),
          true,
        );
        if (!access.full) limited++;
        const remaining = passing(access.remained);
        for (let i = 0; i < rows.length; i++) {
          const key = keys.map((k) => {
            const v = rows[i]![ds.infos.get(k.column.id)!.offset]!;
            return k.length >= 0 && v instanceof Uint8Array ? v.subarray(0, k.length) : v;
          });
          const byRanges = access.ranges.some((r) => inRange(key, r, keys)) && remaining.has(i);
          if (byRanges !== byFilter.has(i)) {
            throw new Error(
              `seed ${seed}: where ${where} on ${index?.name ?? 'handle'}, row ${JSON.stringify(rows[i], (_k, v: unknown) => (v instanceof Uint8Array ? Buffer.from(v).toString() : v))}: ranges ${byRanges}, filter ${byFilter.has(i)}`,
            );
          }
        }
        // Ranges ascend and do not overlap: a row is read once.
        for (const row of rows) {
          const key = keys.map((k) => {
            const v = row[ds.infos.get(k.column.id)!.offset]!;
            return k.length >= 0 && v instanceof Uint8Array ? v.subarray(0, k.length) : v;
          });
          const hits = access.ranges.filter((r) => inRange(key, r, keys)).length;
          if (hits > 1)
            throw new Error(
              `seed ${seed}: where ${where} on ${index?.name ?? 'handle'} reads a row ${hits} times`,
            );
        }
      }
    }
    expect(limited).toBeGreaterThan(100);
  });

  test('lists of more points than ranges are made of lose none and add none', async () => {
    const schema = new TestSchema();
    schema.variables.set('tidb_enable_clustered_index', 'ON');
    await schema.create('create table m (id int primary key, a int, b int, key ab (a, b))');
    const accessOf = (where: string, name: string | null): ReturnType<typeof detach> => {
      const ctx = schema.context();
      const state = new BuildState(ctx, new StatementMemory(), buildQuery);
      const rel = buildQuery(state, parse(`select * from m where ${where}`)[0]!.stmt as Query, null, null);
      const plan = predicatePushdown.apply(rel.plan, state, rel.plan.schema);
      let ds: DataSource | null = null;
      forEachNode(plan, (p) => {
        if (p.op === 'DataSource') ds = p;
      });
      const source = ds! as DataSource;
      const index = source.table.indices.find((x) => x.name === name) ?? null;
      const keys = keysOf(source, index);
      return detach(source.conditions, keys, index === null, (e, row) => evalDatum(e, ctx.eval, row), true);
    };
    const list = (n: number): string => Array.from({ length: n }, (_, i) => i * 2).join();
    const one = accessOf(`id in (${list(9000)})`, null);
    expect([one.ranges.length, one.remained.length]).toEqual([9000, 0]);
    const two = accessOf(`a in (${list(100)}) and b in (${list(100)})`, 'ab');
    expect([two.ranges.length, two.remained.length]).toEqual([100, 1]);
  });

  test('what a long list says is made in steps, and is found when it is asked for', async () => {
    const schema = new TestSchema();
    await schema.create('create table l (id int primary key, a int, key a (a))');
    const ctx = schema.context();
    const state = new BuildState(ctx, new StatementMemory(), buildQuery);
    const list = Array.from({ length: 3000 }, (_, i) => (i * 7) % 3000).join();
    const rel = buildQuery(
      state,
      parse(`select * from l where a in (${list})`)[0]!.stmt as Query,
      null,
      null,
    );
    const plan = predicatePushdown.apply(rel.plan, state, rel.plan.schema);
    let ds: DataSource | null = null;
    forEachNode(plan, (p) => {
      if (p.op === 'DataSource') ds = p;
    });
    const source = ds! as DataSource;
    const key = keysOf(source, source.table.indices[0]!)[0]!;
    const condition = source.conditions[0]!;
    let evaluated = 0;
    const evaluate = (e: Expression): Datum => {
      evaluated++;
      return evalDatum(e, ctx.eval);
    };
    let steps = 0;
    for (const _x of prepareIntervals(condition, key, evaluate)) steps++;
    expect(steps).toBe(11);
    const before = evaluated;
    expect(intervalsOf(condition, key, evaluate).map((x) => x.low)).toEqual(
      Array.from({ length: 3000 }, (_, i) => i),
    );
    expect(evaluated).toBe(before);
    expect(prepareIntervals(condition, key, evaluate).next().done).toBe(true);
  });
});
