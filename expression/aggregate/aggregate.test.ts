import type { Vector } from '../../chunk/vector.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { newFieldType, TypeCode } from '../../types/field-type.js';
import { encodeJson, jsonToText } from '../../types/json/binary.js';
import type { AggFunc } from '../expression.js';
import {
  createAggregator,
  datumText,
  decimalType,
  intType,
  jsonType,
  newColumn,
  partialTypes,
  realType,
  stringType,
  updateAggregators,
} from '../index.js';
import { testContext } from '../test-context.js';
import { randomSource, testSeed } from '../../testing/random.js';

const ctx = testContext();
const ci = stringType(10, 'utf8mb4', 'utf8mb4_general_ci');

function agg(name: string, input: FieldType, type: FieldType, over: Partial<AggFunc> = {}): AggFunc {
  return { name, args: [newColumn(1, input, 't.a', 0)], distinct: false, type, mode: 'complete', ...over };
}

/** Values per group; rows in batches of three. */
function run(
  f: AggFunc,
  input: FieldType,
  groups: number,
  rows: readonly (readonly [number, Datum])[],
  context = ctx,
): string[] {
  const a = createAggregator(f, context);
  a.resize(groups);
  for (let at = 0; at < rows.length; at += 3) {
    const batch = rows.slice(at, at + 3);
    a.update(
      Int32Array.from(batch.map((r) => r[0])),
      [
        vectorOf(
          batch.map((r) => r[1]),
          input,
        ),
      ],
      batch.length,
      null,
    );
  }
  const v = a.result(0, groups)[0]!;
  return Array.from({ length: groups }, (_, g) => datumText(v.get(g), f.type));
}

const money = newFieldType(TypeCode.NewDecimal, { flen: 15, decimal: 2 });

describe('aggregates', () => {
  test('sums pass 2^53 exactly', () => {
    const big = 9007199254740991;
    expect(
      run(agg('sum', intType(), decimalType(42, 0)), intType(), 2, [
        [0, big],
        [0, big],
        [1, -5],
        [0, big],
        [1, null],
      ]),
    ).toEqual(['27021597764222973', '-5']);
    expect(
      run(agg('sum', intType(), decimalType(42, 0)), intType(), 1, [
        [0, 9223372036854775807n],
        [0, 9223372036854775807n],
        [0, 1],
      ]),
    ).toEqual(['18446744073709551615']);
  });

  test('no rows: NULL, and 0 for COUNT', () => {
    expect(run(agg('sum', money, decimalType(37, 2)), money, 1, [[0, null]])).toEqual(['NULL']);
    expect(run(agg('count', money, intType()), money, 1, [[0, null]])).toEqual(['0']);
    expect(run(agg('max', money, money), money, 1, [[0, null]])).toEqual(['NULL']);
  });

  test('AVG of decimals has four more digits', () => {
    expect(
      run(agg('avg', money, decimalType(19, 6)), money, 1, [
        [0, 100],
        [0, 100],
        [0, 200],
      ]),
    ).toEqual(['1.333333']);
  });

  test('DISTINCT follows the collation', () => {
    const s = (x: string): Uint8Array => encodeUtf8(x);
    const rows: [number, Datum][] = [
      [0, s('a')],
      [0, s('A')],
      [0, s('b')],
      [1, s('x')],
      [1, null],
    ];
    expect(run(agg('count', ci, intType(), { distinct: true }), ci, 2, rows)).toEqual(['2', '1']);
    expect(run(agg('max', ci, ci), ci, 2, rows)).toEqual(['b', 'x']);
  });

  test('GROUP_CONCAT orders, separates and cuts with a warning', () => {
    const s = (x: string): Uint8Array => encodeUtf8(x);
    const column = newColumn(1, stringType(10), 't.a', 0);
    const f = agg('group_concat', stringType(10), stringType(1024), {
      separator: '; ',
      orderBy: [{ expr: column, desc: true }],
    });
    const c = testContext({ groupConcatMaxLen: 5 });
    const a = createAggregator(f, c);
    a.resize(1);
    const v = vectorOf([s('a'), s('c'), s('b')], stringType(10));
    a.update(null, [v, v], 3, null);
    expect(decodeUtf8(a.result(0, 1)[0]!.get(0) as Uint8Array)).toBe('c; b;');
    expect(c.warnings.map((w) => w.code)).toEqual([1260]);
  });

  test('GROUP_CONCAT of many parts is what sorting, joining and cutting them gives', () => {
    const { random } = randomSource(testSeed());
    const below = (n: number): number => Math.floor(random() * n);
    const key = newColumn(1, intType(), 't.k', 0);
    const text = newColumn(2, stringType(10), 't.s', 1);
    for (const rows of [10, 5000, 9000])
      for (const ordered of [key, text, null])
        for (const distinct of [true, false]) {
          const separator = ['', ',', '; ; '][below(3)]!;
          const groupConcatMaxLen = [1, 7, 100, 20_000, 1_000_000][below(5)]!;
          const f = agg('group_concat', stringType(10), stringType(1024), {
            separator,
            distinct,
            orderBy: ordered === null ? [] : [{ expr: ordered, desc: true }],
          });
          const c = testContext({ groupConcatMaxLen });
          const a = createAggregator(f, c);
          a.resize(2);
          const parts: { text: string; key: number }[] = [];
          for (let from = 0; from < rows; from += 1000) {
            const some = Array.from({ length: Math.min(1000, rows - from) }, () => {
              const n = below(3000) % 1000;
              return { text: `${n}`, key: n };
            });
            parts.push(...some);
            const texts = vectorOf(
              some.map((p) => encodeUtf8(p.text)),
              stringType(10),
            );
            const keys = vectorOf(
              some.map((p) => p.key),
              intType(),
            );
            const order = ordered === null ? [] : [ordered === key ? keys : texts];
            a.update(null, [texts, ...order], some.length, null);
          }
          let want = distinct ? [...new Map(parts.map((p) => [p.text, p])).values()] : parts;
          if (ordered === key) want = want.sort((x, y) => y.key - x.key);
          if (ordered === text) want = want.sort((x, y) => (x.text < y.text ? 1 : x.text > y.text ? -1 : 0));
          const whole = want.map((p) => p.text).join(separator);
          expect(decodeUtf8(a.result(0, 1)[0]!.get(0) as Uint8Array)).toBe(whole.slice(0, groupConcatMaxLen));
          expect(c.warnings.map((w) => w.code)).toEqual(whole.length > groupConcatMaxLen ? [1260] : []);
          expect(a.result(1, 2)[0]!.get(0)).toBeNull();
        }
  });

  test('JSON aggregates of many groups hold what was given', () => {
    const { random } = randomSource(testSeed() + 1);
    const below = (n: number): number => Math.floor(random() * n);
    const text = stringType(400);
    const GROUPS = 5;
    const array = createAggregator(agg('json_arrayagg', text, jsonType()), ctx);
    const object = createAggregator(
      {
        ...agg('json_objectagg', text, jsonType()),
        args: [newColumn(1, text, 'k', 0), newColumn(2, text, 'v', 1)],
      },
      ctx,
    );
    const arrays: (string | null)[][] = Array.from({ length: GROUPS }, () => []);
    const objects = Array.from({ length: GROUPS }, () => new Map<string, string | null>());
    array.resize(GROUPS);
    object.resize(GROUPS);
    for (let round = 0; round < 8; round++) {
      const n = 1 + below(700);
      const ids = Int32Array.from({ length: n }, () => below(GROUPS - 1));
      const keys = Array.from({ length: n }, () => `key ${'x'.repeat(below(3))}${below(300)}`);
      const values = Array.from({ length: n }, () => (below(9) === 0 ? null : 'é'.repeat(below(200))));
      const sel =
        below(2) === 0 ? null : Int32Array.from({ length: n }, (_, i) => i).filter(() => below(3) > 0);
      const k = vectorOf(keys.map(encodeUtf8), text);
      const v = vectorOf(
        values.map((x) => (x === null ? null : encodeUtf8(x))),
        text,
      );
      array.update(ids, [v], n, sel);
      object.update(ids, [k, v], n, sel);
      for (const i of sel ?? keys.keys()) {
        arrays[ids[i]!]!.push(values[i]!);
        objects[ids[i]!]!.set(keys[i]!, values[i]!);
      }
    }
    const [got] = array.result(0, GROUPS);
    const [made] = object.result(0, GROUPS);
    for (let g = 0; g < GROUPS; g++) {
      const list = arrays[g]!;
      expect(got!.get(g)).toEqual(list.length === 0 ? null : encodeJson(list));
      expect(made!.get(g)).toEqual(objects[g]!.size === 0 ? null : encodeJson(objects[g]!));
    }
  });

  test('bits, variance and JSON', () => {
    expect(
      run(agg('bit_and', intType(), intType(true)), intType(), 1, [
        [0, -1],
        [0, 6],
      ]),
    ).toEqual(['6']);
    expect(
      run(agg('bit_or', intType(), intType(true)), intType(), 1, [
        [0, -1],
        [0, 6],
      ]),
    ).toEqual(['18446744073709551615']);
    expect(run(agg('bit_and', intType(), intType(true)), intType(), 1, [])).toEqual(['18446744073709551615']);
    expect(
      run(agg('var_samp', realType(), realType()), realType(), 2, [
        [0, 1],
        [0, 3],
        [1, 5],
      ]),
    ).toEqual(['2', 'NULL']);
    const j = createAggregator(agg('json_arrayagg', intType(), jsonType()), ctx);
    j.resize(1);
    const integers = [1, null, -1, -5000000000, 9007199254740991, -9223372036854775808n, 0];
    j.update(null, [vectorOf(integers, intType())], integers.length, null);
    expect(jsonToText(j.result(0, 1)[0]!.get(0) as Uint8Array)).toBe(
      `[${integers.map((x) => x ?? 'null').join(', ')}]`,
    );
  });

  test('aggregators in one loop give what they give alone', () => {
    const rows = 500;
    const value = (i: number): Datum => (i % 7 === 0 ? null : ((i * 7919) % 1000) - 300);
    const nullable = vectorOf(
      Array.from({ length: rows }, (_, i) => value(i)),
      money,
    );
    const plain = vectorOf(
      Array.from({ length: rows }, (_, i) => (i * 104729) % 977),
      money,
    );
    const huge = vectorOf(
      Array.from({ length: rows }, (_, i) => 9007199254740991 - i),
      intType(),
    );
    const real = vectorOf(
      Array.from({ length: rows }, (_, i) => i / 8),
      realType(),
    );
    const cases: [AggFunc, Vector][] = [
      [agg('sum', money, decimalType(37, 2)), nullable],
      [agg('sum', money, decimalType(37, 2)), plain],
      [agg('avg', money, decimalType(19, 6)), nullable],
      [agg('avg', money, decimalType(19, 6)), plain],
      [agg('sum', intType(), decimalType(42, 0)), huge],
      [agg('avg', realType(), realType()), real],
      [agg('count', money, intType()), nullable],
      [agg('count', money, intType()), plain],
      [agg('max', money, money), plain],
    ];
    const ids = Int32Array.from({ length: rows }, (_, i) => (i * 31) % 5);
    for (const sel of [null, Int32Array.from({ length: 250 }, (_, i) => 2 * i)]) {
      for (const groups of [5, 400]) {
        const make = () =>
          cases.map(([f]) => {
            const a = createAggregator(f, ctx);
            a.resize(groups);
            return a;
          });
        const together = make();
        const alone = make();
        for (let batch = 0; batch < 2; batch++) {
          updateAggregators(
            together,
            ids,
            cases.map((c) => [c[1]]),
            rows,
            sel,
          );
          alone.forEach((a, k) => a.update(ids, [cases[k]![1]], rows, sel));
        }
        const text = (list: typeof alone): string[] =>
          list.flatMap((a, k) => {
            const v = a.result(0, groups)[0]!;
            return Array.from({ length: groups }, (_, g) => datumText(v.get(g), cases[k]![0].type));
          });
        expect(text(together)).toEqual(text(alone));
      }
    }
  });

  test('only selected rows count', () => {
    const a = createAggregator(agg('sum', intType(), decimalType(42, 0)), ctx);
    a.resize(1);
    a.update(null, [vectorOf([1, 10, 100], intType())], 3, Int32Array.of(0, 2));
    expect(a.result(0, 1)[0]!.get(0)).toBe(101);
    const v = createAggregator(agg('var_pop', realType(), realType()), ctx);
    v.resize(1);
    v.update(null, [vectorOf([1, 10, 3, 5], realType())], 4, Int32Array.of(0, 2, 3));
    expect(v.result(0, 1)[0]!.get(0)).toBeCloseTo(8 / 3, 12);
  });

  test.each(['count', 'sum', 'avg', 'min', 'max', 'stddev_pop', 'bit_xor', 'first_row'])(
    '%s: partial and final give what complete gives',
    (name) => {
      const type =
        name === 'sum'
          ? decimalType(37, 2)
          : name === 'avg'
            ? decimalType(19, 6)
            : name === 'stddev_pop'
              ? realType()
              : name === 'count' || name === 'bit_xor'
                ? intType(name === 'bit_xor')
                : money;
      const rows: [number, Datum][] = [
        [0, 500],
        [0, 900],
        [1, null],
        [0, null],
        [1, 700],
        [0, 800],
        [2, null],
      ];
      const whole = run(agg(name, money, type), money, 3, rows);
      const halves = [rows.slice(0, 3), rows.slice(3)];
      const load = (f: AggFunc, part: [number, Datum][]) => {
        const a = createAggregator(f, ctx);
        a.resize(3);
        // Inputs are the casted arguments; casts of money to the functions' domains are done by hand here.
        const cast = (d: Datum): Datum =>
          d === null ? null : name === 'stddev_pop' || name === 'bit_xor' ? Number(d) / 100 : d;
        const t = name === 'stddev_pop' ? realType() : name === 'bit_xor' ? intType() : money;
        a.update(
          Int32Array.from(part.map((r) => r[0])),
          [
            vectorOf(
              part.map((r) => cast(r[1])),
              t,
            ),
          ],
          part.length,
          null,
        );
        return a;
      };
      const text = (v: Vector): string[] => [0, 1, 2].map((g) => datumText(v.get(g), type));
      const reference =
        name === 'stddev_pop' || name === 'bit_xor'
          ? text(load(agg(name, money, type), rows).result(0, 3)[0]!)
          : whole;

      const p = agg(name, money, type, { mode: 'partial1' });
      const states = partialTypes(p)!;
      const final: AggFunc = {
        ...p,
        mode: 'final',
        args: states.map((t, i) => newColumn(10 + i, t, `s${i}`, i)),
      };
      const out = createAggregator(final, ctx);
      out.resize(3);
      for (const h of halves) out.update(Int32Array.of(0, 1, 2), load(p, h).result(0, 3), 3, null);
      expect(text(out.result(0, 3)[0]!)).toEqual(reference);
    },
  );
});
