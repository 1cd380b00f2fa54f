import { chunkOf } from '../../chunk/chunk-builder.js';
import type { Chunk } from '../../chunk/chunk.js';
import type { Vector } from '../../chunk/vector.js';
import { Random, testSeed } from '../../testing/random.js';
import type { Datum } from '../../types/datum.js';
import type { Expression } from '../expression.js';
import { compileFilter, compileProjection, intConstant, intType, newColumn, newFunction } from '../index.js';
import { testContext } from '../test-context.js';
import { asTupleLookup } from './tuple-list.js';
import { TupleSet } from './tuple-set.js';

const ctx = testContext();
const random = new Random(testSeed());
const fn = (name: string, ...args: Expression[]): Expression => newFunction(name, args, ctx);
const columns = [0, 1, 2].map((i) => newColumn(i + 1, intType(), `c${i}`, i));
const any = (parts: readonly Expression[], name: string): Expression =>
  parts.reduce((a, b) => fn(name, a, b));
const VALUES: readonly Datum[] = [null, -2, -1, 0, 1, 2, 3, 2 ** 40, -(2 ** 53) + 1, 2n ** 60n];
const value = (): Datum => VALUES[random.below(VALUES.length)]!;
const number = (): number => VALUES[1 + random.below(VALUES.length - 2)] as number;

/** `width` columns compared with as many numbers, in any order. */
function alternative(width: number): Expression {
  const parts = columns.slice(0, width).map((c) => {
    const v = intConstant(number());
    return random.below(2) === 0 ? fn('eq', c, v) : fn('eq', v, c);
  });
  return any(random.below(2) === 0 ? parts : parts.reverse(), 'and');
}

const rowsOf = (n: number): Chunk =>
  chunkOf(
    Array.from({ length: n }, () => columns.map(value)),
    columns.map((c) => c.type),
  );

describe('lists of alternatives over the same columns', () => {
  it.each([1, 2, 3])('of %i columns are looked up and keep the same rows', (width) => {
    const condition = any(
      Array.from({ length: 40 }, () => alternative(width)),
      'or',
    );
    expect(asTupleLookup(condition)).toMatchObject({ name: 'in_tuples' });
    const chunk = rowsOf(2000);
    const truth = (compileProjection([condition]).run(chunk, ctx) as Vector[])[0]!;
    const kept = compileFilter([condition]).run(chunk, ctx) as Chunk;
    const wanted = Array.from({ length: chunk.length }, (_, i) => i).filter((i) => truth.get(i) === 1);
    expect(wanted.length).toBeGreaterThan(0);
    expect([...kept.sel!]).toEqual(wanted);
  });

  const [a, b] = columns as [Expression, Expression];
  const pair = (x: Expression, y: Expression, i: number): Expression =>
    fn('and', fn('eq', x, intConstant(i)), fn('eq', y, intConstant(i)));
  const list = (n: number, f: (i: number) => Expression): Expression =>
    any(
      Array.from({ length: n }, (_, i) => f(i)),
      'or',
    );

  it.each([
    ['few', list(7, (i) => pair(a, b, i))],
    ['about other columns', list(20, (i) => pair(a, i === 9 ? columns[2]! : b, i))],
    ['about one column twice', list(20, (i) => pair(a, a, i))],
    ['of fewer columns', list(20, (i) => (i === 9 ? fn('eq', a, intConstant(i)) : pair(a, b, i)))],
    [
      'of other comparisons',
      list(20, (i) => fn('and', fn('lt', a, intConstant(i)), fn('eq', b, intConstant(i)))),
    ],
  ])('stay as they are: %s', (_, condition) => {
    expect(asTupleLookup(condition)).toBe(condition);
  });
});

it('a set of tuples knows its members', () => {
  const known = new Set<string>();
  const numbers: number[] = [];
  for (let i = 0; i < 5000; i++) {
    const tuple = [random.below(100), random.below(100) - 50, random.below(3) * 2 ** 33];
    known.add(tuple.join());
    numbers.push(...tuple);
  }
  const set = new TupleSet(3, numbers);
  for (let i = 0; i < 5000; i++) {
    const tuple: [number, number, number] = [
      random.below(100),
      random.below(100) - 50,
      random.below(3) * 2 ** 33,
    ];
    expect(set.has(...tuple)).toBe(known.has(tuple.join()));
  }
  expect(set.has(1n, 2, 3)).toBe(false);
});
