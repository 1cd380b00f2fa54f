import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TableMutations } from '../../catalog/table-mutations.js';
import { chunkRows } from '../../chunk/chunk-builder.js';
import { openEmbeddedStore, type EmbeddedStore } from '../../kv/embedded/engine.js';
import type { CoprocessorHandler, DataWatch } from '../../kv/mvcc-reader.js';
import type { Mutation } from '../../kv/rpc.js';
import type { TableInfo } from '../../catalog/model.js';
import { Random, testSeed } from '../../testing/random.js';
import type { Datum } from '../../types/datum.js';
import { Flag, newFieldType, TypeCode } from '../../types/field-type.js';
import { UTC } from '../../types/timezone.js';
import { createCoprocessorHandler } from '../coprocessor/handler.js';
import { tableKeyRanges } from '../key-ranges.js';
import { MemoryStorage } from '../testing/memory-storage.js';
import { ALL_TYPES, lineOf, randomDatum, TEXT } from '../testing/random-chunks.js';
import { FULL, tableScan, testTable } from '../testing/test-table.js';
import { testContext } from '../testing/test-context.js';
import type { BorrowedTables } from './borrowed-tables.js';
import type { Lender } from './column-lending.js';
import type { ColumnarReplica } from './columnar-replica.js';

const KEY = newFieldType(TypeCode.LongLong, { flag: Flag.PriKey | Flag.NotNull, flen: 20 });
const context = { regionId: 1, regionEpoch: { confVer: 1, version: 1 } };
const OPTIONS = { minRows: 10, minRowsKept: 10, segmentRows: 150, settleMs: 0 };

/** What a thread may have of its own that borrows all columns: dictionaries without entries. */
const OWN_BYTES = 100;

/** What goes one way between two threads arrives in its order, some turns later. */
class Line {
  private tail: Promise<void> = Promise.resolve();

  constructor(private readonly turns: () => number) {}

  send(arrive: () => void): void {
    this.tail = this.tail.then(async () => {
      for (let n = this.turns(); n > 0; n--) await new Promise((resolve) => setImmediate(resolve));
      arrive();
    });
  }
}

/** A replica that keeps columns on disk, and one of another thread that borrows them. */
class Pair {
  readonly lends: string[] = [];

  private constructor(
    readonly store: EmbeddedStore,
    readonly handlers: readonly [CoprocessorHandler, CoprocessorHandler],
    readonly watches: readonly [DataWatch, DataWatch],
    readonly replicas: readonly [ColumnarReplica, ColumnarReplica],
    readonly borrowed: BorrowedTables,
  ) {}

  static async open(dataDir: string, r: Random, maxBytes?: number): Promise<Pair> {
    const store = await openEmbeddedStore({ dataDir, memtableBytes: 1 << 20 });
    const columnar = maxBytes === undefined ? OPTIONS : { ...OPTIONS, maxBytes };
    const handlers = [
      createCoprocessorHandler({ columnar }),
      createCoprocessorHandler({ columnar }),
    ] as const;
    store.setCoprocessor(handlers[0]);
    const other = Object.create(store.dataWatch, { keeper: { value: undefined } }) as DataWatch;
    const watches = [store.dataWatch, other] as const;
    const replicas = [handlers[0].replicaOf(watches[0])!, handlers[1].replicaOf(other)!] as const;
    const lent = replicas[0].lent!;
    const [there, back] = [new Line(() => r.below(4)), new Line(() => r.below(4))];
    const ask = <T>(answer: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        there.send(() => {
          answer().then(
            (a) => back.send(() => resolve(a)),
            (e: unknown) => back.send(() => reject(e as Error)),
          );
        });
      });
    const lender: Lender = {
      tables: (ids) => ask(() => lent.share(ids)),
      borrow: (name) => {
        pair.lends.push(name.join('/'));
        return ask(() => lent.lend(name));
      },
      tell: (news) => there.send(() => lent.heed(news)),
    };
    const borrowed = replicas[1].borrowFrom(lender, 1);
    lent.borrowers = { tell: (news) => back.send(() => borrowed.heed(news)) };
    const pair = new Pair(store, handlers, watches, replicas, borrowed);
    return pair;
  }

  async commit(mutations: Mutation[]): Promise<void> {
    const { store } = this;
    const startVersion = store.timestamp();
    const keys = mutations.map((m) => m.key);
    const request = { context, mutations, primaryLock: keys[0]!, startVersion, lockTtl: 3000 };
    const r = await store.prewrite({ ...request, txnSize: keys.length, tryOnePc: true });
    expect(r.errors).toEqual([]);
  }

  /** The rows as a scan of a thread's columns, or of the row store, has them. */
  async read(table: TableInfo, by: 0 | 1 | CoprocessorHandler): Promise<string[]> {
    const { store } = this;
    const startTs = store.timestamp();
    const handler = typeof by === 'number' ? this.handlers[by] : by;
    const columns = table.columns.map((_, i) => i);
    const plan = tableScan(table, { columns, desc: false });
    const res = await handler.handle(
      {
        context,
        dag: { plan, ctx: testContext(new MemoryStorage(handler), [table]) },
        startTs,
        ranges: tableKeyRanges(table, table.id, [FULL], UTC),
        keepOrder: false,
        desc: false,
        pagingSize: 0,
      },
      store.mvccReader(startTs),
      this.watches[by === 1 ? 1 : 0],
    );
    const out: string[] = [];
    for (let c = await res.chunks!.next(); c !== null; c = await res.chunks!.next())
      for (const row of chunkRows(c)) out.push(lineOf(row));
    return out.sort();
  }

  async close(): Promise<void> {
    this.handlers[1].close?.();
    await this.store.close();
  }
}

describe('columns that one thread lends to another', () => {
  const seed = testSeed();
  const made: string[] = [];
  const scratch = (): string => {
    const dir = mkdtempSync(path.join(tmpdir(), 'rutile-lent-'));
    made.push(dir);
    return dir;
  };
  afterAll(() => made.forEach((d) => rmSync(d, { recursive: true, force: true })));

  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
  const rows = (r: Random, table: TableInfo, count: number, deletes: number): Mutation[] => {
    const mutations = new TableMutations(table, table.id, UTC);
    const out = new Map<string, Mutation>();
    for (let i = 0; i < count; i++) {
      const row: Datum[] = table.columns.map((c, k) =>
        k === 0 ? r.below(3000) : randomDatum(r, c.type, 0.1, 30),
      );
      const key = mutations.recordKey(mutations.handleOf(row));
      const m: Mutation = r.chance(deletes)
        ? { op: 'del', key }
        : { op: 'put', key, value: mutations.encodeRecord(row) };
      out.set(Buffer.from(key).toString('hex'), m);
    }
    return [...out.values()];
  };

  test.each([undefined, 40_000])(
    `answer as the row store does while anybody writes, under a bound of %s bytes (seed ${seed})`,
    async (maxBytes) => {
      const r = new Random(seed ^ (maxBytes ?? 0));
      const plain = createCoprocessorHandler({ columnar: null });
      const table = testTable([KEY, TEXT, ...Array.from({ length: 4 }, () => r.pick(ALL_TYPES))], {
        pk: r.pick(['handle', 'common'] as const),
        pkColumns: [0],
      });
      const dir = scratch();
      let pair = await Pair.open(dir, r);
      await pair.commit(rows(r, table, 1200, 0));
      await pair.read(table, 0);
      await pair.replicas[0].idle();
      await pair.close();
      pair = await Pair.open(dir, r, maxBytes);
      await pair.borrowed.takeAll();
      for (let step = 0; step < 60; step++) {
        if (r.chance(0.4)) await pair.commit(rows(r, table, 1 + r.below(r.pick([4, 200])), 0.2));
        const expected = await pair.read(table, plain);
        const by = r.pick([0, 1] as const);
        expect({ step, by, rows: await pair.read(table, by) }).toEqual({ step, by, rows: expected });
        if (r.chance(0.2)) await pair.replicas[0].idle();
        if (r.chance(0.2)) await settle();
        if (r.chance(0.1)) await pair.borrowed.takeAll();
      }
      expect(pair.lends.length).toBeGreaterThan(0);
      await pair.close();
    },
  );

  test('are in memory once, and go from both when there is no room', async () => {
    const r = new Random(seed);
    const table = testTable([KEY, newFieldType(TypeCode.LongLong), newFieldType(TypeCode.LongLong)], {
      pk: 'handle',
      pkColumns: [0],
    });
    const dir = scratch();
    let pair = await Pair.open(dir, r);
    await pair.commit(rows(r, table, 1500, 0));
    const expected = await pair.read(table, 0);
    await pair.replicas[0].idle();
    await pair.borrowed.takeAll();
    const own = pair.replicas[0].bytes;
    expect(await pair.read(table, 1)).toEqual(expected);
    expect(pair.replicas[1].size).toBe(1);
    expect(pair.lends.length).toBeGreaterThan(0);
    expect(pair.replicas[1].bytes).toBeLessThan(OWN_BYTES);
    // A second scan finds what the first has borrowed.
    const { length } = pair.lends;
    expect(await pair.read(table, 1)).toEqual(expected);
    expect(pair.lends.length).toBe(length);
    await pair.close();
    // Record keys stay; not all columns have room.
    const bound = Math.floor(own * 0.6);
    pair = await Pair.open(dir, r, bound);
    await pair.borrowed.takeAll();
    for (let i = 0; i < 4; i++) {
      expect(await pair.read(table, i % 2 === 0 ? 1 : 0)).toEqual(expected);
      for (let k = 0; k < 64; k++) await pair.replicas[0].lent!.lend(['', 0]);
      pair.replicas[0].lent!.heed({ kind: 'room' });
      expect(pair.replicas[0].bytes).toBeLessThanOrEqual(bound);
      await settle();
    }
    expect(pair.replicas[1].bytes).toBeLessThan(OWN_BYTES);
    // What was given up is asked for again.
    expect(new Set(pair.lends).size).toBeLessThan(pair.lends.length);
    await pair.close();
  });
});
