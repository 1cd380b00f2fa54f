import type { KeyRangeDatum } from '../../planner/physical/plan.js';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TableInfo } from '../../catalog/model.js';
import { TableMutations } from '../../catalog/table-mutations.js';
import { chunkRows } from '../../chunk/chunk-builder.js';
import { openEmbeddedStore, type EmbeddedStore } from '../../kv/embedded/engine.js';
import type { CoprocessorHandler } from '../../kv/mvcc-reader.js';
import type { Mutation } from '../../kv/rpc.js';
import type { Datum } from '../../types/datum.js';
import { Flag, newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { UTC } from '../../types/timezone.js';
import { createCoprocessorHandler, type LocalHandler } from '../coprocessor/handler.js';
import { tableKeyRanges } from '../key-ranges.js';
import { MemoryStorage } from '../testing/memory-storage.js';
import { ALL_TYPES, lineOf, randomDatum, TEXT } from '../testing/random-chunks.js';
import { Random, testSeed } from '../../testing/random.js';
import { testContext } from '../testing/test-context.js';
import { readLoadedColumn, type ColumnLoader } from './column-loader.js';
import { FULL, tableScan, testTable } from '../testing/test-table.js';

const KEY = newFieldType(TypeCode.LongLong, { flag: Flag.PriKey | Flag.NotNull, flen: 20 });
const context = { regionId: 1, regionEpoch: { confVer: 1, version: 1 } };

interface Opened {
  readonly store: EmbeddedStore;
  readonly handler: LocalHandler;
}

async function open(dataDir: string): Promise<Opened> {
  const store = await openEmbeddedStore({ dataDir, memtableBytes: 1 << 20 });
  const handler = createCoprocessorHandler({
    columnar: { minRows: 10, minRowsKept: 10, segmentRows: 150, settleMs: 0 },
  });
  store.setCoprocessor(handler);
  return { store, handler };
}

async function commit(store: EmbeddedStore, mutations: Mutation[], twoPhase: boolean): Promise<void> {
  const startVersion = store.timestamp();
  const keys = mutations.map((m) => m.key);
  const request = { context, mutations, primaryLock: keys[0]!, startVersion, lockTtl: 3000 };
  const r = await store.prewrite({ ...request, txnSize: keys.length, tryOnePc: !twoPhase });
  expect(r.errors).toEqual([]);
  if (twoPhase) await store.commit({ context, startVersion, keys, commitVersion: store.timestamp() });
}

async function read(
  store: EmbeddedStore,
  handler: CoprocessorHandler,
  table: TableInfo,
  columns: readonly number[],
  range: KeyRangeDatum = FULL,
): Promise<string[]> {
  const ts = store.timestamp();
  const res = await handler.handle(
    {
      context,
      dag: {
        plan: tableScan(table, { columns, desc: false }),
        ctx: testContext(new MemoryStorage(handler), [table]),
      },
      startTs: ts,
      ranges: tableKeyRanges(table, table.id, [range], UTC),
      keepOrder: false,
      desc: false,
      pagingSize: 0,
    },
    store.mvccReader(ts),
    store.dataWatch,
  );
  const out: string[] = [];
  for (let c = await res.chunks!.next(); c !== null; c = await res.chunks!.next())
    for (const row of chunkRows(c)) out.push(lineOf(row));
  return out.sort();
}

describe('column segments on disk', () => {
  const seed = testSeed();
  const made: string[] = [];
  const scratch = (): string => {
    const dir = mkdtempSync(path.join(tmpdir(), 'rutile-columns-'));
    made.push(dir);
    return dir;
  };
  afterAll(() => made.forEach((d) => rmSync(d, { recursive: true, force: true })));

  test.each(['handle', 'common'] as const)(
    `answer as the row store does after restarts and kills (primary key: %s, seed ${seed})`,
    async (pk) => {
      const r = new Random(seed ^ pk.length);
      const plain = createCoprocessorHandler({ columnar: null });
      const types: FieldType[] = [KEY, TEXT, ...Array.from({ length: 4 }, () => r.pick(ALL_TYPES))];
      const table = testTable(types, { pk, pkColumns: [0] });
      const mutations = new TableMutations(table, table.id, UTC);
      const columns = types.map((_, i) => i);
      let dir = scratch();
      let { store, handler } = await open(dir);
      const write = async (count: number): Promise<void> => {
        const out = new Map<string, Mutation>();
        for (let i = 0; i < count; i++) {
          const row: Datum[] = types.map((t, k) => (k === 0 ? r.below(2000) : randomDatum(r, t, 0.1, 30)));
          const key = mutations.recordKey(mutations.handleOf(row));
          const m: Mutation = r.chance(0.2)
            ? { op: 'del', key }
            : { op: 'put', key, value: mutations.encodeRecord(row) };
          out.set(Buffer.from(key).toString('hex'), m);
        }
        await commit(store, [...out.values()], r.chance(0.3));
      };
      await write(900);
      let loaded = 0;
      for (let step = 0; step < 24; step++) {
        if (r.chance(0.6)) await write(1 + r.below(r.pick([4, 150])));
        if (r.chance(0.2)) await store.checkpoint();
        expect({ step, rows: await read(store, handler, table, columns) }).toEqual({
          step,
          rows: await read(store, plain, table, columns),
        });
        if (r.chance(0.5)) await handler.replicaOf(store.dataWatch)!.idle();
        const end = r.below(8);
        if (end > 2) continue;
        if (end === 0) await store.close();
        else {
          // What a killed process leaves behind: the files as they are, whatever is under way.
          const copy = scratch();
          cpSync(dir, copy, { recursive: true, filter: (f) => !f.endsWith('lock') && !f.endsWith('LOCK') });
          await store.close();
          dir = copy;
        }
        ({ store, handler } = await open(dir));
        const replica = handler.replicaOf(store.dataWatch)!;
        loaded += replica.size;
        if (r.chance(0.5)) {
          // Other threads, which have the time now and then.
          const loader: ColumnLoader = {
            idle: true,
            loadColumn: (file, at) => {
              if (r.chance(0.2)) return null;
              return new Promise((resolve, reject) =>
                setImmediate(() =>
                  r.chance(0.05) ? reject(new Error('busy')) : resolve(readLoadedColumn(file, at)),
                ),
              );
            },
          };
          replica.loader = loader;
        }
        if (r.chance(0.5)) await replica.restore();
      }
      await store.close();
      expect(loaded).toBeGreaterThan(0);
    },
  );

  test('come back by themselves after a restart as far as they were asked for', async () => {
    const dir = scratch();
    const table = testTable([KEY, TEXT, TEXT], { pk: 'handle', pkColumns: [0] });
    const m = new TableMutations(table, table.id, UTC);
    const first = await open(dir);
    await commit(
      first.store,
      Array.from({ length: 500 }, (_, i) => ({
        op: 'put' as const,
        key: m.recordKey(i),
        value: m.encodeRecord([i, Buffer.from(`asked ${i}`), Buffer.from(`not asked ${i}`)]),
      })),
      false,
    );
    await read(first.store, first.handler, table, [0, 1, 2]);
    await first.handler.replicaOf(first.store.dataWatch)!.idle();
    await read(first.store, first.handler, table, [1]);
    const all = first.handler.replicaOf(first.store.dataWatch)!.bytes;
    await first.store.close();
    const { store, handler } = await open(dir);
    const replica = handler.replicaOf(store.dataWatch)!;
    expect(replica.held).toEqual([table.id]);
    expect(replica.bytes).toBeLessThan(100);
    await replica.restore();
    expect(replica.bytes).toBeGreaterThan(500 * 'asked 100'.length);
    expect(replica.bytes).toBeLessThan(all - 500 * 'not asked 100'.length);
    await store.close();
  });

  test('come back with their record keys where ranges were looked up', async () => {
    const table = testTable([KEY, TEXT], { pk: 'handle', pkColumns: [0] });
    const m = new TableMutations(table, table.id, UTC);
    const rows = Array.from({ length: 500 }, (_, i) => ({
      op: 'put' as const,
      key: m.recordKey(i),
      value: m.encodeRecord([i, Buffer.from(`v${i}`)]),
    }));
    const some: KeyRangeDatum = {
      low: [{ value: 100 }],
      high: [{ value: 299 }],
      lowExclusive: false,
      highExclusive: false,
    };
    const bytesAfterRestart = async (range: KeyRangeDatum): Promise<number> => {
      const dir = scratch();
      const first = await open(dir);
      await commit(first.store, rows, false);
      await read(first.store, first.handler, table, [0, 1]);
      await first.handler.replicaOf(first.store.dataWatch)!.idle();
      await read(first.store, first.handler, table, [0, 1], range);
      await first.store.close();
      const { store, handler } = await open(dir);
      const replica = handler.replicaOf(store.dataWatch)!;
      replica.loader = { idle: true, loadColumn: (file, at) => Promise.resolve(readLoadedColumn(file, at)) };
      await replica.restore();
      const { bytes } = replica;
      expect(await read(store, handler, table, [0], some)).toHaveLength(200);
      await store.close();
      return bytes;
    };
    expect(await bytesAfterRestart(some)).toBeGreaterThanOrEqual((await bytesAfterRestart(FULL)) + 500 * 8);
  });

  test('go when the store is written by one that does not know of them', async () => {
    const dir = scratch();
    const table = testTable([KEY, TEXT], { pk: 'handle', pkColumns: [0] });
    const m = new TableMutations(table, table.id, UTC);
    const put = (i: number, text: string): Mutation => ({
      op: 'put',
      key: m.recordKey(i),
      value: m.encodeRecord([i, Buffer.from(text)]),
    });
    const first = await open(dir);
    await commit(
      first.store,
      Array.from({ length: 500 }, (_, i) => put(i, 'old')),
      false,
    );
    await read(first.store, first.handler, table, [0, 1]);
    await first.handler.replicaOf(first.store.dataWatch)!.idle();
    await first.store.close();
    expect(readdirSync(path.join(dir, 'columns'))).toContain('manifest.json');
    const without = await openEmbeddedStore({ dataDir: dir });
    await commit(without, [put(3, 'new')], false);
    await without.close();
    expect(existsSync(path.join(dir, 'columns', 'manifest.json'))).toBe(false);
    const { store, handler } = await open(dir);
    expect(await read(store, handler, table, [0, 1])).toContain("3,'new'");
    await store.close();
  });
});
