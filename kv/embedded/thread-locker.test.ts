import fs from 'node:fs';
import { jest } from '@jest/globals';
import type { KvRpc, PessimisticLockResponse, PrewriteResponse } from '../rpc.js';
import { AttachedStore } from './attached-store.js';
import { type EmbeddedStore, openEmbeddedStore } from './engine.js';
import { KEEP_MS } from './lock-table.js';
import { bytes, commitOnePhase, context, read, scratchDir, text } from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';

let directory: string;
let store: EmbeddedStore;
let nodes: AttachedStore[];

/** Two attached stores beside the store itself: on one thread here, so that every order of steps is ours to choose. */
beforeEach(async () => {
  directory = scratchDir('thread-locks');
  store = await openEmbeddedStore({ dataDir: directory, durability: 0 });
  nodes = [0, 1].map(() => new AttachedStore(store.share().attach(2).attachment));
});

afterEach(async () => {
  jest.restoreAllMocks();
  for (const node of nodes) node.close();
  await store.close();
  fs.rmSync(directory, { recursive: true });
});

/** An answer that came without asking the store's thread is not a promise. */
function lock(
  node: KvRpc,
  startTs: bigint,
  keys: readonly string[],
  options: { wait?: number; forUpdateTs?: bigint; primary?: string } = {},
): PessimisticLockResponse | Promise<PessimisticLockResponse> {
  return node.pessimisticLock({
    context,
    mutations: keys.map((key) => ({ op: 'pessimisticLock', key: bytes(key) })),
    primaryLock: bytes(options.primary ?? keys[0]!),
    startVersion: startTs,
    lockTtl: 20_000,
    forUpdateTs: options.forUpdateTs ?? store.timestamp(),
    waitTimeout: options.wait ?? -1,
    returnValues: true,
  });
}

async function unlock(node: KvRpc, startTs: bigint, keys: readonly string[]): Promise<void> {
  await node.pessimisticRollback({
    context,
    startVersion: startTs,
    forUpdateTs: store.timestamp(),
    keys: keys.map(bytes),
  });
}

function prewrite(
  node: KvRpc,
  startTs: bigint,
  writes: readonly (readonly [string, string])[],
  primary = writes[0]![0],
): PrewriteResponse | Promise<PrewriteResponse> {
  return node.prewrite({
    context,
    mutations: writes.map(([key, value]) => ({ op: 'put', key: bytes(key), value: bytes(value) })),
    pessimisticActions: writes.map(() => 'doPessimisticCheck' as const),
    primaryLock: bytes(primary),
    startVersion: startTs,
    forUpdateTs: store.timestamp(),
    lockTtl: 20_000,
    txnSize: writes.length,
    tryOnePc: true,
  });
}

async function commit(...args: Parameters<typeof prewrite>): Promise<string | null> {
  return (await prewrite(...args)).errors[0]?.kind ?? null;
}

/** Keys are kept for those who have been told to look again for as long as they take, on a busy machine too. */
function keepLong(): void {
  const { setTimeout: real } = globalThis;
  jest
    .spyOn(globalThis, 'setTimeout')
    .mockImplementation(((done: () => void, ms?: number) =>
      real(done, ms === KEEP_MS ? 4000 : ms)) as typeof setTimeout);
}

const turns = (ms = 25): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const kindOf = async (
  answer: PessimisticLockResponse | Promise<PessimisticLockResponse>,
): Promise<string | null> => (await answer).errors[0]?.kind ?? null;

test('free keys are locked without the store; others find them locked, whoever asks', async () => {
  const [a, b] = nodes as [AttachedStore, AttachedStore];
  await commitOnePhase(store, [['k', 'old']]);
  const t1 = store.timestamp();
  const got = lock(a, t1, ['k', 'l']);
  expect(got).not.toBeInstanceOf(Promise);
  expect((got as PessimisticLockResponse).values!.map((v) => text(v))).toEqual(['old', null]);
  expect(await kindOf(lock(b, store.timestamp(), ['k']))).toBe('locked');
  expect(await kindOf(lock(store, store.timestamp(), ['l']))).toBe('locked');
  await expect(commitOnePhase(store, [['l', 'x']])).rejects.toThrow('locked');
  expect(
    await commit(a, t1, [
      ['k', 'new'],
      ['l', 'new'],
    ]),
  ).toBeNull();
  expect(read(store, 'k')).toBe('new');
  expect(lock(b, store.timestamp(), ['k', 'l'])).not.toBeInstanceOf(Promise);
});

test('a newer version, a lock record and a mark are conflicts', async () => {
  const [a] = nodes as [AttachedStore];
  const t1 = store.timestamp();
  await commitOnePhase(store, [['k', '1']]);
  expect(await kindOf(lock(a, t1, ['k'], { forUpdateTs: t1 }))).toBe('conflict');
  expect(await kindOf(lock(a, t1, ['k']))).toBeNull();
  await unlock(a, t1, ['k']);
  const t2 = store.timestamp();
  const t3 = store.timestamp();
  expect(await kindOf(lock(store, t3, ['m']))).toBeNull();
  const committed = await store.prewrite({
    context,
    mutations: [{ op: 'lock', key: bytes('m') }],
    pessimisticActions: ['doPessimisticCheck'],
    primaryLock: bytes('m'),
    startVersion: t3,
    forUpdateTs: store.timestamp(),
    lockTtl: 20_000,
    txnSize: 1,
    tryOnePc: true,
  });
  expect(committed.errors).toEqual([]);
  expect(await kindOf(lock(a, t2, ['m'], { forUpdateTs: t2 }))).toBe('conflict');
});

test('waiters get a lock taken by a thread when it is released, rings are found', async () => {
  const [a, b] = nodes as [AttachedStore, AttachedStore];
  const t1 = store.timestamp();
  const t2 = store.timestamp();
  lock(a, t1, ['x']);
  lock(b, t2, ['y']);
  const waiting = Promise.resolve(lock(a, t1, ['y'], { wait: 5000, primary: 'x' }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await kindOf(lock(b, t2, ['x'], { wait: 5000, primary: 'y' }))).toBe('deadlock');
  await unlock(b, t2, ['y']);
  expect(await kindOf(waiting)).toBeNull();
  expect(await kindOf(lock(store, store.timestamp(), ['y']))).toBe('locked');
  expect(await commit(a, t1, [['y', '1']], 'x')).toBeNull();
  await unlock(a, t1, ['x']);
  expect(await kindOf(lock(store, store.timestamp(), ['x', 'y']))).toBeNull();
});

test('a thread commits by itself what others wait for, and what it has waited for', async () => {
  keepLong();
  const [a, b] = nodes as [AttachedStore, AttachedStore];
  const t1 = store.timestamp();
  const t2 = store.timestamp();
  const t3 = store.timestamp();
  lock(a, t1, ['k']);
  const second = Promise.resolve(lock(b, t2, ['k'], { wait: 5000 }));
  await turns();
  const third = Promise.resolve(lock(store, t3, ['k'], { wait: 5000 }));
  expect(await kindOf(lock(a, store.timestamp(), ['k']))).toBe('locked');
  expect(prewrite(a, t1, [['k', '1']])).not.toBeInstanceOf(Promise);
  // Who asks now comes after those who wait, who are told to look again at the newer version.
  expect(await kindOf(lock(a, store.timestamp(), ['k']))).toBe('locked');
  expect(await kindOf(second)).toBe('conflict');
  expect(await kindOf(lock(b, t2, ['k']))).toBeNull();
  expect(store.stats.waiting).toBe(1);
  expect(prewrite(b, t2, [['k', '2']])).not.toBeInstanceOf(Promise);
  expect(await kindOf(third)).toBe('conflict');
  expect(await kindOf(lock(store, t3, ['k']))).toBeNull();
  expect(await commit(store, t3, [['k', '3']])).toBeNull();
  expect(store.stats.locks).toBe(0);
  expect(lock(a, store.timestamp(), ['k'])).not.toBeInstanceOf(Promise);
});

test('a lock that was waited for is rolled back by its thread, and the next has it', async () => {
  const [a, b] = nodes as [AttachedStore, AttachedStore];
  const t1 = store.timestamp();
  const t2 = store.timestamp();
  lock(store, t1, ['k']);
  const granted = Promise.resolve(lock(a, t2, ['k'], { wait: 5000 }));
  await turns();
  await unlock(store, t1, ['k']);
  expect(await kindOf(granted)).toBeNull();
  expect(store.stats.locks).toBe(0);
  const t3 = store.timestamp();
  const next = Promise.resolve(lock(b, t3, ['k'], { wait: 5000 }));
  await turns();
  expect(store.stats.locks).toBe(1);
  await unlock(a, t2, ['k']);
  expect(await kindOf(next)).toBeNull();
  expect(await kindOf(lock(a, store.timestamp(), ['k']))).toBe('locked');
  // A thread that goes takes its locks along, for those who wait for them too.
  const last = Promise.resolve(lock(store, store.timestamp(), ['k'], { wait: 5000 }));
  b.close();
  expect(await kindOf(last)).toBeNull();
});

test('status and heartbeat know of a primary that a thread locked; its locks go with it', async () => {
  const [a, b] = nodes as [AttachedStore, AttachedStore];
  const t1 = store.timestamp();
  lock(a, t1, ['p']);
  const beat = await a.txnHeartBeat({
    context,
    primaryLock: bytes('p'),
    startVersion: t1,
    adviseLockTtl: 30_000,
  });
  expect(beat).toMatchObject({ lockTtl: 30_000 });
  const t2 = store.timestamp();
  lock(a, t2, ['q']);
  const status = await b.checkTxnStatus({
    context,
    primaryKey: bytes('q'),
    lockTs: t2,
    callerStartTs: store.timestamp(),
    currentTs: store.timestamp(),
    rollbackIfNotExist: false,
    forceSyncCommit: false,
    resolvingPessimisticLock: true,
  });
  expect(status.lockTtl).toBe(20_000);
  lock(a, store.timestamp(), ['r']);
  a.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await kindOf(lock(b, store.timestamp(), ['r']))).toBeNull();
});

test('no two transactions ever hold a key, whichever thread they are on', async () => {
  const random = new Random(testSeed());
  const places: KvRpc[] = [...nodes, store];
  const counts = new Map<string, number>();
  const holders = new Map<string, bigint>();
  interface Txn {
    readonly place: KvRpc;
    readonly startTs: bigint;
    primary: string;
    readonly values: Map<string, number>;
  }
  const open: Txn[] = [];
  let direct = 0;
  for (let step = 0; step < 4000; step++) {
    if (open.length < 8 && random.chance(0.4)) {
      const place = places[random.below(3)]!;
      open.push({ place, startTs: store.timestamp(), primary: '', values: new Map() });
      continue;
    }
    if (open.length === 0) continue;
    const at = random.below(open.length);
    const txn = open[at]!;
    if (random.chance(0.7)) {
      const wanted = [
        ...new Set(Array.from({ length: 1 + random.below(3) }, () => `k${random.below(12)}`)),
      ].filter((key) => !txn.values.has(key));
      if (wanted.length === 0) continue;
      if (txn.values.size === 0) txn.primary = wanted[0]!;
      const answer = lock(txn.place, txn.startTs, wanted, { primary: txn.primary });
      if (!(answer instanceof Promise) && txn.place !== store) direct++;
      const { errors, values } = await answer;
      const free = wanted.every((key) => !holders.has(key));
      expect(errors[0]?.kind ?? null).toBe(free ? null : 'locked');
      if (!free) continue;
      wanted.forEach((key, i) => {
        holders.set(key, txn.startTs);
        expect(text(values![i])).toBe(counts.has(key) ? String(counts.get(key)) : null);
        txn.values.set(key, counts.get(key) ?? 0);
      });
      continue;
    }
    open.splice(at, 1);
    const keys = [...txn.values.keys()];
    if (keys.length === 0) continue;
    if (random.chance(0.5)) await unlock(txn.place, txn.startTs, keys);
    else {
      const writes = keys.map((key) => [key, String(txn.values.get(key)! + 1)] as const);
      expect(await commit(txn.place, txn.startTs, writes, txn.primary)).toBeNull();
      for (const key of keys) counts.set(key, txn.values.get(key)! + 1);
    }
    for (const key of keys) holders.delete(key);
  }
  expect(direct).toBeGreaterThan(100);
  for (const [key, count] of counts) expect(read(store, key)).toBe(String(count));
});

function shuffled<T>(random: Random, from: readonly T[]): T[] {
  const rest = [...from];
  return from.map(() => rest.splice(random.below(rest.length), 1)[0]!);
}

test('counts that many transactions raise while they wait for each other on all threads are exact', async () => {
  const random = new Random(testSeed());
  const places: KvRpc[] = [...nodes, store];
  const keys = Array.from({ length: 5 }, (_, i) => `c${i}`);
  const raised = new Map(keys.map((key) => [key, 0]));
  let alone = 0;
  let waited = 0;
  let rings = 0;
  /** One transaction: raises some counts, each locked when its turn comes. False when it was in a ring. */
  const raise = async (place: KvRpc, wanted: readonly string[], keep: boolean): Promise<boolean> => {
    const startTs = store.timestamp();
    const writes: [string, string][] = [];
    const release = (): Promise<void> =>
      unlock(
        place,
        startTs,
        writes.map(([key]) => key),
      );
    const primary = wanted[0]!;
    while (writes.length < wanted.length) {
      const key = wanted[writes.length]!;
      const answer = lock(place, startTs, [key], { wait: 10_000, primary });
      if (answer instanceof Promise) waited++;
      const { errors, values } = await answer;
      const kind = errors[0]?.kind;
      if (kind === 'conflict') continue;
      if (kind !== undefined) {
        expect(kind).toBe('deadlock');
        rings++;
        await release();
        return false;
      }
      writes.push([key, String(Number(text(values![0] ?? bytes('0'))) + 1)]);
      if (random.chance(0.5)) await turns(0);
    }
    if (!keep) {
      await release();
      return true;
    }
    const answer = prewrite(place, startTs, writes, primary);
    if (!(answer instanceof Promise)) alone++;
    expect((await answer).errors).toEqual([]);
    for (const key of wanted) raised.set(key, raised.get(key)! + 1);
    return true;
  };
  const client = async (): Promise<void> => {
    for (let n = 0; n < 60; n++) {
      const place = places[random.below(places.length)]!;
      const wanted = shuffled(random, keys).slice(0, 1 + random.below(3));
      const keep = random.chance(0.8);
      while (!(await raise(place, wanted, keep)));
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  for (const [key, count] of raised) expect(read(store, key)).toBe(String(count));
  expect(alone).toBeGreaterThan(50);
  expect(waited).toBeGreaterThan(50);
  expect(rings).toBeGreaterThan(0);
  expect(store.stats.waiting).toBe(0);
});
