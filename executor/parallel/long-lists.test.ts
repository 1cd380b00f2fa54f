import type { Expression } from '../../expression/expression.js';
import { intType } from '../../expression/type-inference.js';
import type { PhysicalPlan } from '../../planner/physical/plan.js';
import { packLists, unpackLists } from './long-lists.js';

const column: Expression = { kind: 'column', id: 1, type: intType(), index: 0, name: 'a' };
const member = (value: number | null): Expression => ({ kind: 'constant', type: intType(), value });
const inList = (members: readonly Expression[]): Expression => ({
  kind: 'function',
  name: 'in',
  type: intType(),
  args: [column, ...members],
  collation: 'binary',
});
const selection = (condition: Expression): PhysicalPlan => ({
  op: 'Selection',
  id: 1,
  task: 'root',
  schema: [],
  estRows: 1,
  child: { op: 'TableDual', id: 2, schema: [], estRows: 1, rowCount: 1, task: 'root' },
  conditions: [{ kind: 'function', name: 'not', type: intType(), args: [condition], collation: 'binary' }],
});

test('long lists of integers are sent as arrays and come out as they were', () => {
  const long = selection(inList(Array.from({ length: 5000 }, (_, i) => member(i * 7 - 3))));
  const packed = packLists(long);
  expect(JSON.stringify(packed).includes('"value"')).toBe(false);
  expect(unpackLists(structuredClone(packed))).toEqual(long);
});

test('short ones, and those with others than integers among them, stay', () => {
  const members = Array.from({ length: 5000 }, (_, i) => member(i));
  for (const list of [members.slice(0, 10), [...members, member(null)], [...members, column]]) {
    const p = selection(inList(list));
    expect(packLists(p)).toEqual(p);
    expect(unpackLists(packLists(p))).toEqual(p);
  }
});
