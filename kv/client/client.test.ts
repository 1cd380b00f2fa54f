import { MysqlError } from '../../types/error.js';
import {
  KeyExistsError,
  SKIPPED_LOCKED,
  WriteConflictError,
  type Storage,
  type Transaction,
} from '../storage.js';
import { openStorage } from './storage.js';
import { FaultyCluster, NO_FAULTS } from './testing/faulty-cluster.js';
import { ModelOracle, ModelStore } from './testing/model-store.js';
import { Random } from '../../testing/random.js';

const k = (s: string): Uint8Array => Buffer.from(s, 'latin1');
const text = (b: Uint8Array | null | undefined): string | null | undefined =>
  b === null || b === undefined ? b : Buffer.from(b).toString('latin1');

function single(): { storage: Storage; store: ModelStore } {
  const oracle = new ModelOracle();
  const store = new ModelStore(oracle);
  return { storage: openStorage({ rpc: store, oracle }), store };
}

function regions(): { storage: Storage; store: ModelStore } {
  const oracle = new ModelOracle();
  const store = new ModelStore(oracle);
  const router = new FaultyCluster(store, new Random(1), NO_FAULTS, [k('d'), k('m'), k('t')]);
  return { storage: openStorage({ router, oracle, options: { batchBytes: 32 } }), store };
}

async function put(storage: Storage, pairs: Record<string, string>): Promise<void> {
  const txn = await storage.begin();
  for (const [key, v] of Object.entries(pairs)) txn.set(k(key), k(v));
  await txn.commit();
}

async function scan(from: Transaction, start: string, end: string, reverse = false): Promise<string[]> {
  const out: string[] = [];
  const it = from.iterate(k(start), k(end), { reverse, batchSize: 2 });
  for (let p = await it.next(); p !== null; p = await it.next()) out.push(`${text(p.key)}=${text(p.value)}`);
  it.close();
  return out;
}

const code = async (p: Promise<unknown> | unknown): Promise<number | string> => {
  try {
    await p;
    return 'no error';
  } catch (e) {
    return e instanceof MysqlError ? e.code : (e as Error).name;
  }
};

test('a store that answers at once is answered without promises', () => {
  const { storage } = single();
  const txn = storage.begin();
  if (txn instanceof Promise) throw new Error('begin');
  expect(txn.get(k('a'))).toBeNull();
  txn.set(k('a'), k('1'));
  const ts = txn.commit();
  expect(typeof ts).toBe('bigint');
  const now = storage.currentTs();
  if (now instanceof Promise) throw new Error('currentTs');
  expect(text(storage.snapshot(now).get(k('a')) as Uint8Array)).toBe('1');
  const pessimistic = storage.begin({ pessimistic: true });
  if (pessimistic instanceof Promise) throw new Error('begin');
  expect((pessimistic.lockKeys([k('a')], { returnValues: true }) as Uint8Array[]).map(text)).toEqual(['1']);
  expect(pessimistic.rollback()).toBeUndefined();
});

describe.each([
  ['single store', single],
  ['regions', regions],
])('%s', (_name, open) => {
  test('own writes are read over the snapshot, both ways', async () => {
    const { storage } = open();
    await put(storage, { a: '1', c: '3', e: '5', g: '7', n: '14', u: '21', z: '26' });
    const txn = await storage.begin();
    txn.set(k('b'), k('own'));
    txn.set(k('c'), k('changed'));
    txn.delete(k('e'));
    txn.set(k('v'), k('own'));
    const all = ['a=1', 'b=own', 'c=changed', 'g=7', 'n=14', 'u=21', 'v=own', 'z=26'];
    expect(await scan(txn, '', '')).toEqual(all);
    expect(await scan(txn, '', '', true)).toEqual([...all].reverse());
    expect(await scan(txn, 'b', 'g')).toEqual(all.slice(1, 3));
    expect(await scan(txn, 'b', 'v', true)).toEqual(all.slice(1, 6).reverse());
    expect((await txn.batchGet(['z', 'e', 'b', 'nothing', 'a'].map(k))).map(text)).toEqual([
      '26',
      null,
      'own',
      null,
      '1',
    ]);
    expect((await txn.snapshot.batchGet(['z', 'e', 'b', 'e', 'a'].map(k))).map(text)).toEqual([
      '26',
      '5',
      null,
      '5',
      '1',
    ]);
    const stage = txn.stage();
    txn.set(k('h'), k('later'));
    const before: string[] = [];
    const it = txn.iterate(k('g'), k('o'), { beforeStage: stage });
    for (let p = await it.next(); p !== null; p = await it.next()) before.push(text(p.key)!);
    expect(before).toEqual(['g', 'n']);
    const open1 = txn.iterate(k('a'), k('z'), { batchSize: 1 });
    await open1.next();
    await txn.rollback();
    expect(storage.oldestActiveTs()).toBe(txn.startTs);
    open1.close();
    expect(storage.oldestActiveTs()).toBeNull();
  });

  test('of two optimistic writers of a key the second to commit gets 9007', async () => {
    const { storage } = open();
    const a = await storage.begin();
    const b = await storage.begin();
    a.set(k('x'), k('a'));
    b.set(k('x'), k('b'));
    b.set(k('a'), k('b'));
    await a.commit();
    const error = await Promise.resolve()
      .then(() => b.commit())
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MysqlError);
    expect((error as MysqlError).message).toMatch(
      new RegExp(
        `^Write conflict, txnStartTS=${b.startTs}, conflictStartTS=${a.startTs}, conflictCommitTS=\\d+, key=.* primary=.*, reason=Optimistic \\[try again later\\]$`,
      ),
    );
    const now = storage.snapshot(await storage.currentTs());
    expect((await now.batchGet([k('a'), k('x')])).map(text)).toEqual([null, 'a']);
  });

  test('a presumed absent key that is there fails the commit', async () => {
    const { storage, store } = open();
    await put(storage, { u1: 'x' });
    const txn = await storage.begin();
    txn.set(k('u1'), k('y'), { presumeNotExists: true });
    txn.set(k('a'), k('y'));
    await expect((async () => txn.commit())()).rejects.toBeInstanceOf(KeyExistsError);
    expect(store.lockCount).toBe(0);
    const again = await storage.begin();
    again.delete(k('u1'));
    again.set(k('u1'), k('z'), { presumeNotExists: true });
    await again.commit();
    const gone = await storage.begin();
    gone.set(k('u1'), k('w'), { presumeNotExists: true });
    gone.delete(k('u1'));
    await expect((async () => gone.commit())()).rejects.toBeInstanceOf(KeyExistsError);
  });

  test('FOR UPDATE in an optimistic transaction is checked at commit', async () => {
    const { storage } = open();
    await put(storage, { a: '1', n: '1' });
    const txn = await storage.begin();
    await txn.lockKeys([k('a')]);
    txn.set(k('n'), k('2'));
    await put(storage, { a: '2' });
    expect(await code((async () => txn.commit())())).toBe(9007);
  });

  test('pessimistic locks wait, refuse, skip, and tell of newer versions', async () => {
    const { storage, store } = open();
    await put(storage, { a: '1', n: '2', z: '3' });
    const holder = await storage.begin({ pessimistic: true });
    await holder.lockKeys([k('n'), k('a')]);
    const other = await storage.begin({ pessimistic: true, lockWaitTimeoutMs: 50 });
    expect(await code((async () => other.lockKeys([k('a')], { waitTimeoutMs: -1 }))())).toBe(3572);
    expect(await code((async () => other.lockKeys([k('z'), k('a')]))())).toBe(1205);
    const got = await other.lockKeys([k('a'), k('n'), k('z')], { skipLocked: true, returnValues: true });
    expect(got.map((v) => (v === SKIPPED_LOCKED ? 'skipped' : text(v)))).toEqual(['skipped', 'skipped', '3']);
    const waiting = (async () => other.lockKeys([k('a')], { waitTimeoutMs: 5000 }))();
    holder.set(k('a'), k('10'));
    await holder.commit();
    await expect(waiting).rejects.toBeInstanceOf(WriteConflictError);
    other.forUpdateTs = await storage.currentTs();
    expect((await other.lockKeys([k('a'), k('z'), k('b')], { returnValues: true })).map(text)).toEqual([
      '10',
      '3',
      null,
    ]);
    other.set(k('b'), k('new'));
    expect((await other.lockKeys([k('b')], { returnValues: true })).map(text)).toEqual(['new']);
    await expect((async () => other.lockKeys([k('n')], { presumeNotExists: true }))()).rejects.toBeInstanceOf(
      KeyExistsError,
    );
    await other.commit();
    while (store.lockCount > 0) await new Promise((r) => setTimeout(r, 5));
  });

  test('a killed statement stops waiting and leaves no lock', async () => {
    const { storage, store } = open();
    const holder = await storage.begin({ pessimistic: true });
    await holder.lockKeys([k('a')]);
    const killed = await storage.begin({ pessimistic: true });
    const abort = new AbortController();
    const waiting = code((async () => killed.lockKeys([k('a')], { signal: abort.signal }))());
    await new Promise((r) => setTimeout(r, 20));
    abort.abort();
    expect(await waiting).toBe(1317);
    await holder.rollback();
    while (store.lockCount > 0) await new Promise((r) => setTimeout(r, 5));
    await killed.rollback();
  });

  test('a deadlock gives 1213 to one of the two', async () => {
    const { storage, store } = open();
    const [a, b] = [await storage.begin({ pessimistic: true }), await storage.begin({ pessimistic: true })];
    await a!.lockKeys([k('a')]);
    await b!.lockKeys([k('z')]);
    const first = code((async () => a!.lockKeys([k('z')]))());
    await new Promise((r) => setTimeout(r, 10));
    const second = code((async () => b!.lockKeys([k('a')]))());
    const errors = [await second];
    await b!.rollback();
    errors.push(await first);
    await a!.rollback();
    expect(errors).toEqual([1213, 'no error']);
    expect(store.lockCount).toBe(0);
  });

  test('a reader resolves the locks that a dead client left', async () => {
    const { storage, store } = open();
    await put(storage, { a: 'old', z: 'old' });
    const oracle = store.oracle;
    const startVersion = oracle.timestamp() as bigint;
    const context = { regionId: 1, regionEpoch: { confVer: 1, version: 1 } };
    const mutations = ['a', 'z'].map((key) => ({ op: 'put' as const, key: k(key), value: k('new') }));
    await store.prewrite({ context, mutations, primaryLock: k('a'), startVersion, lockTtl: 1, txnSize: 2 });
    await new Promise((r) => setTimeout(r, 5));
    const txn = await storage.begin();
    expect(text(await txn.get(k('z')))).toBe('old');
    const next = oracle.timestamp() as bigint;
    await store.prewrite({
      context,
      mutations,
      primaryLock: k('a'),
      startVersion: next,
      lockTtl: 60_000,
      txnSize: 2,
    });
    await store.commit({
      context,
      keys: [k('a')],
      startVersion: next,
      commitVersion: oracle.timestamp() as bigint,
    });
    const now = storage.snapshot(await storage.currentTs());
    expect((await now.batchGet([k('z'), k('a')])).map(text)).toEqual(['new', 'new']);
    expect(text(await txn.get(k('z')))).toBe('old');
    expect(store.lockCount).toBe(0);
  });

  test('a check before commit can abort', async () => {
    const { storage, store } = open();
    const txn = await storage.begin({ pessimistic: true });
    await txn.lockKeys([k('a')]);
    txn.set(k('a'), k('1'));
    txn.onBeforeCommit(async () => {
      throw new Error('schema changed');
    });
    await expect((async () => txn.commit())()).rejects.toThrow('schema changed');
    expect(txn.valid).toBe(false);
    expect(store.lockCount).toBe(0);
    expect(storage.oldestActiveTs()).toBeNull();
  });

  test.each([
    [true, false],
    [true, true],
    [false, false],
  ])('coprocessor streams, keep order %s, descending %s', async (keepOrder, desc) => {
    const { storage } = open();
    const keys = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i));
    await put(storage, Object.fromEntries(keys.map((key) => [key, key])));
    const startTs = await storage.currentTs();
    const ranges = [
      { startKey: k('b'), endKey: k('c') },
      { startKey: k('e'), endKey: k('y') },
    ];
    const source = storage.coprocessor({ dag: null, startTs, ranges, keepOrder, desc, concurrency: 2 });
    const got: string[] = [];
    for (let c = await source.next(); c !== null; c = await source.next())
      for (let i = 0; i < c.length; i++) got.push(text(c.columns[0]!.get(i) as Uint8Array)!);
    const want = keys.filter((key) => key === 'b' || (key >= 'e' && key < 'y'));
    if (desc) want.reverse();
    expect(keepOrder ? got : got.sort()).toEqual(want);
    expect(storage.oldestActiveTs()).toBeNull();
    const early = storage.coprocessor({ dag: null, startTs, ranges, keepOrder, desc, concurrency: 2 });
    await early.next();
    expect(storage.oldestActiveTs()).toBe(startTs);
    await early.close();
    expect(storage.oldestActiveTs()).toBeNull();
  });

  test('limits', async () => {
    const { storage } = open();
    const txn = await storage.begin();
    expect(await code((async () => txn.set(k('a'), new Uint8Array(7 << 20)))())).toBe(8025);
    await txn.rollback();
  });
});
