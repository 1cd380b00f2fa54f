import { Chunk } from '../../chunk/chunk.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import { Random, testSeed } from '../../testing/random.js';
import { encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import type { Expression, ScalarFunction } from '../expression.js';
import {
  compileProjection,
  decimalConstant,
  intConstant,
  intType,
  newColumn,
  newFunction,
  nullConstant,
  realConstant,
  stringConstant,
  stringType,
} from '../index.js';
import { testContext } from '../test-context.js';
import { decimalType, realType } from '../type-inference.js';
import { caseTable } from './case-table.js';

const ctx = testContext();
const ci = stringType(20, 'utf8mb4', 'utf8mb4_general_ci');
const big = 9223372036854775807n;

interface Kind {
  readonly type: FieldType;
  readonly cell: (i: number) => Datum;
  readonly constant: (i: number) => Expression;
}

const KINDS: Readonly<Record<string, Kind>> = {
  integers: { type: intType(), cell: (i) => i, constant: (i) => intConstant(i) },
  'large integers': {
    type: intType(),
    cell: (i) => (i % 3 === 0 ? big - BigInt(i) : i),
    constant: (i) => intConstant(i % 3 === 0 ? big - BigInt(i) : i),
  },
  decimals: { type: decimalType(20, 2), cell: (i) => i * 10, constant: (i) => decimalConstant(i, 1) },
  reals: { type: realType(), cell: (i) => i / 4, constant: (i) => realConstant(i / 4) },
  texts: {
    type: stringType(20),
    cell: (i) => encodeUtf8(i % 2 === 0 ? `v${i}` : `V${i} `),
    constant: (i) => stringConstant(`v${i}`),
  },
  'texts by weights': {
    type: ci,
    cell: (i) => encodeUtf8(i % 2 === 0 ? `é${i}` : `E${i}`),
    constant: (i) => stringConstant(`e${i}`),
  },
};

const RESULTS: Readonly<Record<string, (i: number) => Expression>> = {
  integers: (i) => intConstant(i * 7),
  'large integers': (i) => intConstant(i % 2 === 0 ? big - BigInt(i) : i),
  decimals: (i) => decimalConstant(i, i % 3),
  reals: (i) => realConstant(i / 3),
  texts: (i) => stringConstant('x'.repeat(i % 5)),
  'texts or NULL': (i) => (i % 3 === 0 ? nullConstant() : stringConstant(`r${i}`)),
  'integers or NULL': (i) => (i % 3 === 0 ? nullConstant() : intConstant(-i)),
  'what is computed': (i) =>
    i % 4 === 0
      ? intConstant(i)
      : newFunction('plus', [newColumn(2, intType(), 'y', 1), intConstant(i)], ctx),
};

const seed = testSeed();

describe.each(Object.keys(KINDS))('CASE of a column of %s', (kind) => {
  test.each(Object.keys(RESULTS))('looked up: %s', (result) => {
    const random = new Random(seed);
    const { type, cell, constant } = KINDS[kind]!;
    const subject = newColumn(1, type, 'x', 0);
    const rows = 200;
    const cells = Array.from({ length: rows }, () => (random.chance(0.1) ? null : cell(random.below(40))));
    const chunk = new Chunk(
      [
        vectorOf(cells, type),
        vectorOf(
          Array.from({ length: rows }, (_, i) => i),
          intType(),
        ),
      ],
      rows,
    );
    const branches = 8 + random.below(30);
    const pairs: [Expression, Expression][] = Array.from({ length: branches }, (_, i) => {
      const of = [subject, constant(random.below(40))];
      return [newFunction('eq', random.chance(0.5) ? of : of.reverse(), ctx), RESULTS[result]!(i)];
    });
    const last = random.chance(0.5) ? [RESULTS[result]!(99)] : [];
    const whole = newFunction('case', [...pairs.flat(), ...last], ctx) as ScalarFunction;
    expect(caseTable(whole)).not.toBeNull();
    // The same in parts that are too short to be looked up.
    const nested = (from: number): Expression[] => {
      const own = (whole.args as Expression[]).slice(2 * from, 2 * Math.min(branches, from + 4));
      if (from + 4 < branches) return [...own, { ...whole, args: nested(from + 4) }];
      return [...own, ...(last.length > 0 ? [whole.args[whole.args.length - 1]!] : [])];
    };
    const tried: Expression = { ...whole, args: nested(0) };
    const [a, b] = [whole, tried].map((e) => {
      const [v] = compileProjection([e]).run(chunk, ctx) as [ReturnType<typeof vectorOf>];
      return cells.map((_x, row) => v.get(row));
    });
    expect({ seed, values: a }).toEqual({ seed, values: b });
    expect(new Set(a!.map(String)).size).toBeGreaterThan(1);
  });
});

test('other conditions are tried one after the other', () => {
  const x = newColumn(1, intType(), 'x', 0);
  const y = newColumn(2, intType(), 'y', 1);
  const eq = (c: Expression, i: number): Expression => newFunction('eq', [c, intConstant(i)], ctx);
  const caseOf = (condition: (i: number) => Expression): ScalarFunction =>
    newFunction(
      'case',
      Array.from({ length: 10 }, (_, i) => [condition(i), intConstant(i)]).flat(),
      ctx,
    ) as ScalarFunction;
  expect(caseTable(caseOf((i) => eq(x, i)))).not.toBeNull();
  expect(caseTable(caseOf((i) => eq(i === 5 ? y : x, i)))).toBeNull();
  expect(caseTable(caseOf((i) => newFunction('le', [x, intConstant(i)], ctx)))).toBeNull();
});
