import type { TableInfo } from '../../catalog/model.js';
import { TableMutations } from '../../catalog/table-mutations.js';
import type { Chunk } from '../../chunk/chunk.js';
import { chunkRows } from '../../chunk/chunk-builder.js';
import { nextKey } from '../../kv/codec/byte-writer.js';
import { tableRange } from '../../kv/codec/table-key.js';
import type { CoprocessorHandler } from '../../kv/mvcc-reader.js';
import type { KeyRange } from '../../kv/rpc.js';
import type { KeyRangeDatum } from '../../planner/physical/plan.js';
import type { Datum } from '../../types/datum.js';
import { Flag, newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { UTC } from '../../types/timezone.js';
import { tableKeyRanges } from '../key-ranges.js';
import { MemoryStorage } from '../testing/memory-storage.js';
import { ALL_TYPES, lineOf, randomDatum, TEXT } from '../testing/random-chunks.js';
import { Random, testSeed } from '../../testing/random.js';
import { testContext } from '../testing/test-context.js';
import { FULL, tableScan, testTable } from '../testing/test-table.js';
import { createCoprocessorHandler } from '../coprocessor/handler.js';

const KEY = newFieldType(TypeCode.LongLong, { flag: Flag.PriKey | Flag.NotNull, flen: 20 });

interface ScanOptions {
  readonly columns: readonly number[];
  readonly ranges: readonly KeyRange[];
  readonly keepOrder: boolean;
  readonly desc: boolean;
}

async function read(
  handler: CoprocessorHandler,
  store: MemoryStorage,
  table: TableInfo,
  ts: bigint,
  o: ScanOptions,
  limit = Infinity,
): Promise<string[]> {
  const ctx = testContext(store, [table]);
  const res = await handler.handle(
    {
      context: { regionId: 1, regionEpoch: { confVer: 1, version: 1 } },
      dag: { plan: tableScan(table, { columns: o.columns, desc: o.desc }), ctx },
      startTs: ts,
      ranges: o.ranges,
      keepOrder: o.keepOrder,
      desc: o.desc,
      pagingSize: 0,
    },
    store.reader(ts),
    store.watch,
  );
  const out: string[] = [];
  for (;;) {
    const chunk: Chunk | null = await res.chunks!.next();
    if (chunk === null) break;
    for (const row of chunkRows(chunk)) out.push(lineOf(row));
    if (out.length >= limit) break;
  }
  await res.chunks!.close();
  return out;
}

describe('the columnar replica', () => {
  const seed = testSeed();
  test.each(['handle', 'common', 'none'] as const)(
    `gives the row store's answer at every snapshot (primary key: %s, seed ${seed})`,
    async (pk) => {
      const r = new Random(seed ^ pk.length);
      for (let round = 0; round < 6; round++) {
        const types: FieldType[] = [
          pk === 'common' && r.chance(0.5) ? { ...TEXT, flag: Flag.NotNull } : KEY,
          ...Array.from({ length: 4 }, () => r.pick(ALL_TYPES)),
        ];
        const table = testTable(types, { pk, pkColumns: [0] });
        const cached = createCoprocessorHandler({
          columnar: {
            minRows: 20,
            maxBytes: r.chance(0.2) ? 20_000 : 1 << 30,
            segmentRows: r.pick([40, 100, 1000]),
            settleMs: 0,
          },
        });
        const plain = createCoprocessorHandler({ columnar: null });
        const store = new MemoryStorage(cached, r.chance(0.5));
        const mutations = new TableMutations(table, table.id, UTC);
        const known = new Map<string, { row: Datum[]; handle: ReturnType<TableMutations['handleOf']> }>();
        let nextRowId = 1;
        const randomRow = (): Datum[] =>
          types.map((t, i) => (i === 0 ? randomDatum(r, t, 0, 400) : randomDatum(r, t, 0.1, 30)));
        const commit = (count: number, deletes: number): void => {
          const writes = new Map<string, { key: Uint8Array; value: Uint8Array | null; presumed: boolean }>();
          for (let i = 0; i < count; i++) {
            const gone = r.chance(deletes) && known.size > 0;
            if (gone) {
              const [name, old] = r.pick([...known]);
              known.delete(name);
              const key = mutations.recordKey(old.handle);
              writes.set(name, { key, value: null, presumed: false });
              continue;
            }
            const row = randomRow();
            const handle = mutations.hiddenHandle
              ? r.chance(0.5) && known.size > 0
                ? r.pick([...known.values()]).handle
                : nextRowId++
              : mutations.handleOf(row);
            const key = mutations.recordKey(handle);
            const name = Buffer.from(key).toString('latin1');
            known.set(name, { row, handle });
            writes.set(name, { key, value: mutations.encodeRecord(row), presumed: false });
          }
          store.commit([...writes.values()]);
        };
        commit(300, 0);
        const snapshots: bigint[] = [store.currentTs()];
        const ranges = (): readonly KeyRange[] => {
          if (r.chance(0.5)) return tableKeyRanges(table, table.id, [FULL], UTC);
          if (r.chance(0.5) && known.size > 0) {
            const keys = Array.from({ length: 1 + r.below(40) }, () =>
              mutations.recordKey(r.pick([...known.values()]).handle),
            );
            keys.sort(Buffer.compare);
            return keys
              .filter((k, i) => i === 0 || Buffer.compare(keys[i - 1]!, k) !== 0)
              .map((startKey) => ({ startKey, endKey: nextKey(startKey) }));
          }
          const [a, b] = [randomDatum(r, types[0]!, 0, 400), randomDatum(r, types[0]!, 0, 400)];
          const range: KeyRangeDatum = {
            low: [{ value: a }],
            high: r.chance(0.3) ? ['max'] : [{ value: b }],
            lowExclusive: r.chance(0.5),
            highExclusive: r.chance(0.5),
          };
          return tableKeyRanges(table, table.id, [range], UTC);
        };
        for (let step = 0; step < 60; step++) {
          if (r.chance(0.4)) commit(1 + r.below(r.pick([3, 60])), 0.3);
          if (r.chance(0.03)) {
            const all = tableRange(table.id);
            store.deleteRange(all.startKey, all.endKey);
            known.clear();
            commit(100, 0);
            // Old snapshots see nothing any more: the range went from under them in both ways alike.
          }
          snapshots.push(store.currentTs());
          const ts = r.chance(0.75) ? snapshots[snapshots.length - 1]! : r.pick(snapshots);
          const columns = types.map((_, i) => i).filter(() => r.chance(0.6));
          const o: ScanOptions = { columns, ranges: ranges(), keepOrder: r.chance(0.5), desc: r.chance(0.1) };
          if (o.ranges.length === 0) continue;
          if (r.chance(0.1)) await read(cached, store, table, ts, o, 10);
          if (r.chance(0.5)) await cached.replicaOf(store.watch)?.idle();
          // A commit may fall between the chunks of a scan: the answer is that of the snapshot all the same.
          const got = await read(cached, store, table, ts, o);
          // Segments are written anew between scans.
          if (r.chance(0.2)) await new Promise((resolve) => setTimeout(resolve, 2));
          const want = await read(plain, store, table, ts, o);
          if (!o.keepOrder) {
            got.sort();
            want.sort();
          }
          expect({ round, step, rows: got }).toEqual({ round, step, rows: want });
        }
      }
    },
  );

  test.each(['handle', 'common'] as const)(
    'a second scan reads nothing from the row store but what was written since (%s)',
    async (pk) => {
      const table = testTable([KEY, TEXT], { pk, pkColumns: [0] });
      const handler = createCoprocessorHandler({ columnar: { minRows: 10 } });
      const store = new MemoryStorage(handler);
      const m = new TableMutations(table, table.id, UTC);
      const put = (id: number, text: string): { key: Uint8Array; value: Uint8Array; presumed: boolean } => ({
        key: m.recordKey(m.handleOf([id, null])),
        value: m.encodeRecord([id, Buffer.from(text)]),
        presumed: false,
      });
      store.commit(Array.from({ length: 2000 }, (_, i) => put(i, `v${i % 3}`)));
      const o = {
        columns: [0, 1],
        ranges: tableKeyRanges(table, table.id, [FULL], UTC),
        keepOrder: false,
        desc: false,
      };
      expect(await read(handler, store, table, store.currentTs(), o)).toHaveLength(2000);
      await handler.replicaOf(store.watch)!.idle();
      store.reads = 0;
      store.commit([put(5, 'new'), put(5000, 'more')]);
      const rows = await read(handler, store, table, store.currentTs(), o);
      expect(rows).toHaveLength(2001);
      expect(rows).toContain("5,'new'");
      expect(store.reads).toBe(2);
    },
  );

  test('columns serve on when keys are made of them', async () => {
    const handler = createCoprocessorHandler({ columnar: { minRows: 10 } });
    const before = testTable([KEY, TEXT], { pk: 'handle', pkColumns: [0] });
    const keyed = { ...TEXT, flag: TEXT.flag | Flag.MultipleKey | Flag.NotNull };
    const after = testTable([KEY, keyed], { pk: 'handle', pkColumns: [0] });
    const store = new MemoryStorage(handler);
    const m = new TableMutations(before, before.id, UTC);
    store.commit(
      Array.from({ length: 500 }, (_, i) => ({
        key: m.recordKey(i),
        value: m.encodeRecord([i, Buffer.from(`v${i}`)]),
        presumed: false,
      })),
    );
    const ranges = tableKeyRanges(before, before.id, [FULL], UTC);
    const o = { columns: [0, 1], ranges, keepOrder: false, desc: false };
    const rows = await read(handler, store, before, store.currentTs(), o);
    await handler.replicaOf(store.watch)!.idle();
    store.reads = 0;
    expect(await read(handler, store, after, store.currentTs(), o)).toEqual(rows);
    expect(store.reads).toBe(0);
  });

  test('columns that are written and not read are given up, until the next scan', async () => {
    const table = testTable([KEY, TEXT], { pk: 'handle', pkColumns: [0] });
    const handler = createCoprocessorHandler({ columnar: { minRows: 10 } });
    const store = new MemoryStorage(handler);
    const m = new TableMutations(table, table.id, UTC);
    const put = (id: number, text: string): { key: Uint8Array; value: Uint8Array; presumed: boolean } => ({
      key: m.recordKey(id),
      value: m.encodeRecord([id, Buffer.from(text)]),
      presumed: false,
    });
    const rows = 2000;
    store.commit(Array.from({ length: rows }, (_, i) => put(i, 'old')));
    const ranges = tableKeyRanges(table, table.id, [FULL], UTC);
    const scan = async (): Promise<number> => {
      store.reads = 0;
      const o = { columns: [0, 1], ranges, keepOrder: false, desc: false };
      const found = await read(handler, store, table, store.currentTs(), o);
      expect(found.filter((x) => x === "7,'new'")).toHaveLength(1);
      await handler.replicaOf(store.watch)!.idle();
      return store.reads;
    };
    const write = (times: number): void => {
      for (let i = 0; i < times; i++) store.commit([put(7, 'new')]);
    };
    write(1);
    expect(await scan()).toBeGreaterThanOrEqual(rows);
    write(900);
    // Written less than read: one row of the delta.
    expect(await scan()).toBe(1);
    write(12_000);
    expect(await scan()).toBeGreaterThanOrEqual(rows);
    expect(await scan()).toBe(0);
  });

  test.each([false, true])(
    'what was written since is written into columns, too, once it was read as often as that costs (in order: %s)',
    async (keepOrder) => {
      const table = testTable([KEY, TEXT], { pk: 'handle', pkColumns: [0] });
      const handler = createCoprocessorHandler({ columnar: { minRows: 10, settleMs: 0 } });
      const store = new MemoryStorage(handler, true);
      const m = new TableMutations(table, table.id, UTC);
      const put = (from: number, to: number): void =>
        void store.commit(
          Array.from({ length: to - from }, (_, i) => ({
            key: m.recordKey(from + i),
            value: m.encodeRecord([from + i, Buffer.from('v')]),
            presumed: false,
          })),
        );
      const ranges = tableKeyRanges(table, table.id, [FULL], UTC);
      const scan = async (rows: number): Promise<number> => {
        store.reads = 0;
        const o = { columns: [0, 1], ranges, keepOrder, desc: false };
        expect(await read(handler, store, table, store.currentTs(), o)).toHaveLength(rows);
        const { reads } = store;
        await handler.replicaOf(store.watch)!.idle();
        return reads;
      };
      put(0, 1000);
      await scan(1000);
      expect(await scan(1000)).toBe(0);
      put(1000, 1050);
      let beside = 0;
      for (let n = await scan(1050); n > 0; n = await scan(1050)) beside += n;
      expect(beside).toBeGreaterThan(4000);
      expect(beside).toBeLessThan(7000);
    },
  );

  test('a commit in the middle of the scan that fills it is not lost', async () => {
    const table = testTable([KEY, TEXT], { pk: 'handle', pkColumns: [0] });
    const handler = createCoprocessorHandler({ columnar: { minRows: 10 } });
    const store = new MemoryStorage(handler);
    const m = new TableMutations(table, table.id, UTC);
    const put = (id: number, text: string): { key: Uint8Array; value: Uint8Array; presumed: boolean } => ({
      key: m.recordKey(id),
      value: m.encodeRecord([id, Buffer.from(text)]),
      presumed: false,
    });
    store.commit(Array.from({ length: 3000 }, (_, i) => put(i, 'old')));
    const ctx = testContext(store, [table]);
    const ts = store.currentTs();
    const ranges = tableKeyRanges(table, table.id, [FULL], UTC);
    const request = (startTs: bigint) => ({
      context: { regionId: 1, regionEpoch: { confVer: 1, version: 1 } },
      dag: { plan: tableScan(table), ctx },
      startTs,
      ranges,
      keepOrder: false,
      desc: false,
      pagingSize: 0,
    });
    const first = await handler.handle(request(ts), store.reader(ts), store.watch);
    await first.chunks!.next();
    store.commit([put(1, 'new'), put(2999, 'new')]);
    while ((await first.chunks!.next()) !== null);
    const later = store.currentTs();
    const rows = await read(handler, store, table, later, {
      columns: [0, 1],
      ranges,
      keepOrder: false,
      desc: false,
    });
    expect(rows.filter((x) => x.endsWith("'new'")).sort()).toEqual(["1,'new'", "2999,'new'"]);
    expect(rows).toHaveLength(3000);
  });
});

test('large reads by handle have the table decoded in the background', async () => {
  const table = testTable([KEY, TEXT], { pk: 'handle', pkColumns: [0] });
  const handler = createCoprocessorHandler({ columnar: { minRows: 10 } });
  const store = new MemoryStorage(handler);
  const m = new TableMutations(table, table.id, UTC);
  const n = 6000;
  store.commit(
    Array.from({ length: n }, (_, i) => ({
      key: m.recordKey(i),
      value: m.encodeRecord([i, Buffer.from(`v${i}`)]),
      presumed: false,
    })),
  );
  const ranges = Array.from({ length: n }, (_, i) => ({
    startKey: m.recordKey(i),
    endKey: nextKey(m.recordKey(i)),
  }));
  const o = { columns: [0, 1], ranges, keepOrder: true, desc: false };
  for (let round = 0; round < 9; round++) await read(handler, store, table, store.currentTs(), o);
  const replica = handler.replicaOf(store.watch)!;
  while (replica.size === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  store.reads = 0;
  const rows = await read(handler, store, table, store.currentTs(), o);
  expect(rows).toHaveLength(n);
  expect(rows[17]).toBe("17,'v17'");
  expect(store.reads).toBe(0);
  handler.close!();
});
