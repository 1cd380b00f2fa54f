import type { TableInfo } from '../../catalog/model.js';
import type { ColumnStatistics, TableStatistics } from '../../statistics/table-statistics.js';
import { RowCounts } from './row-counts.js';
import { StatisticsStore } from './statistics-store.js';

const ID = 7;
const table = { id: ID, columns: [{ id: 1 }, { id: 2 }], indices: [] } as unknown as TableInfo;

function column(version: bigint, statsVer = 2): ColumnStatistics {
  return { ndv: 1, nullCount: 0, avgSize: 8, correlation: 0, topN: [], buckets: [], version, statsVer };
}

function taken(version: bigint, rowCount: number, columns: readonly number[] = [1]): TableStatistics {
  return {
    tableId: ID,
    rowCount,
    modifyCount: 0,
    version,
    columns: new Map(columns.map((id) => [id, column(version)])),
    indexes: new Map(),
  };
}

let counts: RowCounts;
let store: StatisticsStore;
const now = () => ({ rows: counts.get(ID), modified: counts.modified(ID) });
beforeEach(() => {
  counts = new RowCounts();
  const run = (): Promise<[]> => Promise.resolve([]);
  store = new StatisticsStore(
    {
      run,
      together: (body) => body(() => Promise.resolve([])),
      transaction: (body) => body(run),
      table: () => table,
      changed: () => undefined,
      max: () => Promise.resolve(null),
      quota: () => 0,
    },
    counts,
  );
});

test('rows that come while a table is analyzed are counted on', async () => {
  counts.add(ID, 100, 100);
  const since = counts.mark(ID);
  counts.add(ID, 30, 50);
  // It had 120 rows in truth.
  await store.put(table, taken(10n, 120), since);
  expect(now()).toEqual({ rows: 150, modified: 50 });
  await store.put(table, taken(20n, 150), counts.mark(ID));
  expect(now()).toEqual({ rows: 150, modified: 0 });
});

test('what another node is told by the store it is not told again', () => {
  counts.add(ID, 100, 100);
  counts.set(ID, 100, 0);
  counts.add(ID, 1, 1);
  expect(counts.takeDeltas()).toEqual([[ID, 1, 1]]);
});

test('an ANALYZE that began earlier and ends later leaves the newer statistics as they are', async () => {
  counts.add(ID, 50, 50);
  const early = counts.mark(ID);
  counts.add(ID, 50, 50);
  await store.put(table, taken(20n, 100), counts.mark(ID));
  const newer = store.taken(ID);
  await store.put(table, taken(10n, 50), early);
  expect(store.taken(ID)).toBe(newer);
  expect(now()).toEqual({ rows: 100, modified: 0 });
  // Of other columns it is all there is.
  await store.put(table, taken(10n, 50, [1, 2]), early);
  expect([...store.taken(ID)!.columns].map(([id, c]) => [id, c.version])).toEqual([
    [1, 20n],
    [2, 10n],
  ]);
  expect([store.taken(ID)!.version, counts.get(ID)]).toEqual([20n, 100]);
});

test('of two that end together the one that began later stays, in whichever order', async () => {
  counts.add(ID, 50, 50);
  const early = counts.mark(ID);
  counts.add(ID, 50, 50);
  const late = counts.mark(ID);
  const older = taken(10n, 50);
  const newer = taken(20n, 100);
  for (const order of [
    [older, newer],
    [newer, older],
  ]) {
    await Promise.all(order.map((stats) => store.put(table, stats, stats === older ? early : late)));
    expect([store.taken(ID)!.version, store.taken(ID)!.rowCount, now()]).toEqual([
      20n,
      100,
      { rows: 100, modified: 0 },
    ]);
    await store.drop(ID, true);
  }
});

test('an ANALYZE takes the place of what feedback alone has told', async () => {
  await store.put(table, { ...taken(30n, 9), columns: new Map([[1, column(30n, 0)]]) }, null);
  await store.put(table, taken(20n, 10), counts.mark(ID));
  expect(store.taken(ID)!.columns.get(1)!.statsVer).toBe(2);
});
