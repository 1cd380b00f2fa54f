import { Chunk } from '../../chunk/chunk.js';
import { vectorOf } from '../../chunk/vector-builder.js';
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
import { prepareMembers } from './in-list.js';

const ctx = testContext();
const text = (s: string): Datum => encodeUtf8(s);
const ci = stringType(20, 'utf8mb4', 'utf8mb4_general_ci');

const LISTS: readonly (readonly [
  string,
  FieldType,
  (i: number) => Expression,
  Datum[],
  (boolean | null)[],
])[] = [
  [
    'integers',
    intType(),
    (i) => intConstant(3 * i),
    [0, 1, 17_997, 18_000, null],
    [true, false, true, false, null],
  ],
  [
    'with NULL',
    intType(),
    (i) => (i === 5000 ? nullConstant() : intConstant(i)),
    [7, 5000, 6001],
    [true, null, null],
  ],
  [
    'decimals',
    decimalType(20, 2),
    (i) => decimalConstant(i * 100 + 5, 2),
    [5, 6, 599_905],
    [true, false, true],
  ],
  ['reals', realType(), (i) => realConstant(i + 0.5), [0.5, 0.25, 5999.5], [true, false, true]],
  [
    'texts',
    stringType(20),
    (i) => stringConstant(`v${i}`),
    [text('v0'), text('V1'), text('v5999')],
    [true, false, true],
  ],
  [
    'texts by weights',
    ci,
    (i) => stringConstant(`v${i}`),
    [text('V0'), text('v5999'), text('w')],
    [true, true, false],
  ],
];

test.each(LISTS)('members of a long list are made in steps: %s', (_, type, item, cells, expected) => {
  const list = (): ScalarFunction => {
    const items = Array.from({ length: 6000 }, (_x, i) => item(i));
    return newFunction('in', [newColumn(1, type, 'x', 0), ...items], ctx) as ScalarFunction;
  };
  const answers = (e: Expression): (boolean | null)[] => {
    const [v] = compileProjection([e]).run(new Chunk([vectorOf(cells, type)], cells.length), ctx) as [
      ReturnType<typeof vectorOf>,
    ];
    return cells.map((_x, row) => (v.get(row) === null ? null : v.get(row) === 1));
  };
  expect(answers(list())).toEqual(expected);
  const prepared = list();
  let steps = 0;
  for (const _x of prepareMembers(prepared)) steps++;
  expect(steps).toBeGreaterThan(1);
  expect(answers(prepared)).toEqual(expected);
  // What is known is not made again.
  expect(prepareMembers(prepared).next().done).toBe(true);
});
