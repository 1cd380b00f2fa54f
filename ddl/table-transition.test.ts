import type { IndexInfo, PartitionInfo, TableInfo } from '../catalog/model.js';
import { decodeTableKey } from '../kv/codec/table-key.js';
import {
  clears,
  isRevertible,
  ownIdRanges,
  phasesOf,
  tableAt,
  undoPhases,
  type Phase,
  type TableTransition,
} from './table-transition.js';

const index = (id: number, global: boolean): IndexInfo =>
  ({
    id,
    name: `i${id}`,
    lower: `i${id}`,
    columns: [],
    state: 'public',
    ...(global ? { global } : {}),
  }) as unknown as IndexInfo;

const table = (indices: readonly IndexInfo[], partitioned: boolean): TableInfo =>
  ({
    id: 7,
    columns: [],
    indices,
    ...(partitioned
      ? { partition: { definitions: [{ id: 8 }, { id: 9 }] } as unknown as PartitionInfo }
      : {}),
  }) as unknown as TableInfo;

const moving = (base: TableInfo, target: TableInfo): TableTransition => ({
  base,
  target,
  notNull: [],
  autoIncrement: '',
  movesRows: true,
});

const plain = table([index(1, false), index(2, false)], false);
const divided = table([index(1, false), index(3, true)], true);

test.each([
  ['away from the id of the table', moving(plain, divided)],
  ['to the id of the table', moving(divided, plain)],
])('rows that move %s: it is cleared when not even statements a version behind put rows there', (_, t) => {
  const forward = phasesOf(t);
  const ways = [
    forward,
    ...forward.filter(isRevertible).map((from): Phase[] => [from, ...undoPhases(t, from)]),
  ];
  let cleared = 0;
  for (const way of ways) {
    way.forEach((phase, i) => {
      if (!clears(phase)) return;
      cleared++;
      const behind = [tableAt(t, way[i - 1]!), tableAt(t, phase)].map((x) => x.moving?.state);
      expect(behind).toEqual(['deleteOnly', 'deleteOnly']);
    });
    // Rows were put there: they are gone at the end.
    const put = way.some((phase) => phase === 'writeOnly' || phase === 'writeReorg');
    if (way !== forward && put) expect(way.some(clears)).toBe(t.target.partition === undefined);
  }
  expect(cleared).toBeGreaterThan(0);
});

test('entries of global indexes under the id of the table are not cleared away', () => {
  for (const t of [moving(plain, divided), moving(divided, plain)]) {
    const ranges = ownIdRanges(t).map(({ startKey }) => decodeTableKey(startKey));
    expect(ranges.map((r) => r?.tableId)).toEqual([7, 7, 7]);
    expect(ranges.map((r) => r?.indexId)).not.toContain(3);
  }
});

test('a table of the same partitions is not divided anew, also when its job was read from the store', () => {
  const base = table([index(1, false)], true);
  const target = table([index(1, false), index(2, false), index(3, true)], true);
  const added: TableTransition = { ...moving(base, target), movesRows: false };
  expect(tableAt(added, 'writeReorg').moving).toBeUndefined();
  const fewer = {
    ...target,
    partition: { definitions: [{ id: 9 }] } as unknown as PartitionInfo,
  };
  expect(tableAt({ ...added, target: fewer }, 'writeReorg').moving?.copies).toBe(false);
});
