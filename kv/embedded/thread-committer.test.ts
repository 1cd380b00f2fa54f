import fs from 'node:fs';
import type { Mutation, PrewriteRequest, PrewriteResponse } from '../rpc.js';
import { AttachedStore } from './attached-store.js';
import { type EmbeddedStore, openEmbeddedStore } from './engine.js';
import { bytes, commitOnePhase, context, prewrite, read, scratchDir, text } from './testing/client.js';

let directory: string;
let store: EmbeddedStore;
let nodes: AttachedStore[];

/** Two attached stores beside the store itself: on one thread here, so that every order of steps is ours to choose. */
beforeEach(async () => {
  directory = scratchDir('thread-commits');
  store = await openEmbeddedStore({ dataDir: directory, durability: 0, memtableBytes: 64 << 10 });
  nodes = [0, 1].map(() => new AttachedStore(store.share().attach(2).attachment));
});

afterEach(async () => {
  for (const node of nodes) node.close();
  await store.close();
  fs.rmSync(directory, { recursive: true });
});

function commit(
  node: AttachedStore,
  mutations: readonly Mutation[],
  request: Partial<PrewriteRequest> = {},
): PrewriteResponse | Promise<PrewriteResponse> {
  return node.prewrite({
    context,
    mutations,
    primaryLock: mutations[0]!.key,
    startVersion: node.timestamp(),
    lockTtl: 3000,
    txnSize: mutations.length,
    tryOnePc: true,
    ...request,
  });
}

const put = (key: string, value: string): Mutation => ({ op: 'put', key: bytes(key), value: bytes(value) });
/** That no promise came says that the store's thread was not asked. */
const alone = (answer: PrewriteResponse | Promise<PrewriteResponse>): PrewriteResponse => {
  expect(answer).not.toBeInstanceOf(Promise);
  return answer as PrewriteResponse;
};
const asked = async (answer: PrewriteResponse | Promise<PrewriteResponse>): Promise<PrewriteResponse> => {
  expect(answer).toBeInstanceOf(Promise);
  return answer;
};

test('a commit is seen by everybody at once, and told to those who keep decoded data', async () => {
  const [a, b] = nodes as [AttachedStore, AttachedStore];
  const told: string[] = [];
  store.dataWatch.onCommit((_, keys) => told.push(`main ${keys.map(text).join()}`));
  b.dataWatch.onCommit((_, keys) => told.push(`b ${keys.map(text).join()}`));
  const before = store.timestamp();
  const { onePcCommitTs, errors } = alone(commit(a, [put('k', '1'), put('l', '2')]));
  expect(errors).toEqual([]);
  expect(onePcCommitTs).toBeGreaterThan(before);
  expect(read(store, 'k')).toBe('1');
  expect(text(b.get({ context, key: bytes('l'), version: b.timestamp() }).value)).toBe('2');
  expect(read(store, 'k', before)).toBeNull();
  expect(store.dataWatch.lastCommitTs()).toBe(onePcCommitTs);
  await commitOnePhase(store, [['m', '3']]);
  store.dataWatch.lastCommitTs();
  b.dataWatch.lastCommitTs();
  expect(told).toEqual(['main k,l', 'main m', 'b k,l', 'b m']);
  expect(store.stats.commits).toBe(2);
});

test('what stands in the way is answered by the store', async () => {
  const [a] = nodes as [AttachedStore];
  await commitOnePhase(store, [['k', 'old']]);
  const late = store.timestamp();
  await commitOnePhase(store, [['k', 'new']]);
  const conflict = await asked(commit(a, [put('k', 'late')], { startVersion: late }));
  expect(conflict.errors[0]?.kind).toBe('conflict');
  const present = await asked(commit(a, [{ op: 'insert', key: bytes('k'), value: bytes('again') }]));
  expect(present.errors[0]?.kind).toBe('alreadyExist');
  // A percolator lock of somebody else.
  await prewrite(store, [['p', 'undecided']], store.timestamp());
  const locked = await asked(commit(a, [put('p', 'mine')]));
  expect(locked.errors[0]?.kind).toBe('locked');
  expect(read(store, 'k')).toBe('new');
});

test('a pessimistic lock of another transaction is respected, the own one released with the commit', async () => {
  const [a, b] = nodes as [AttachedStore, AttachedStore];
  const startVersion = a.timestamp();
  const lock = {
    context,
    mutations: [{ op: 'pessimisticLock' as const, key: bytes('k') }],
    primaryLock: bytes('k'),
    lockTtl: 20_000,
    waitTimeout: -1,
  };
  const got = a.pessimisticLock({ ...lock, startVersion, forUpdateTs: startVersion });
  expect((await got).errors).toEqual([]);
  const other = await asked(commit(b, [put('k', 'other')]));
  expect(other.errors[0]?.kind).toBe('locked');
  // The store has adopted the lock to answer that: the commit is its too.
  const pessimisticActions = ['doPessimisticCheck' as const];
  expect(
    (
      await asked(
        commit(a, [put('k', '1')], { startVersion, forUpdateTs: a.timestamp(), pessimisticActions }),
      )
    ).errors,
  ).toEqual([]);

  const second = a.timestamp();
  const again = await a.pessimisticLock({ ...lock, startVersion: second, forUpdateTs: second });
  expect(again.errors).toEqual([]);
  const done = alone(
    commit(a, [put('k', '2')], { startVersion: second, forUpdateTs: a.timestamp(), pessimisticActions }),
  );
  expect(done.errors).toEqual([]);
  const third = a.timestamp();
  expect(alone(commit(b, [put('k', '3')])).errors).toEqual([]);
  expect(read(store, 'k')).toBe('3');
  // A lock that was never taken.
  const without = await commit(a, [put('k', '4')], { startVersion: third, pessimisticActions });
  expect(without.errors).toHaveLength(1);
});

test('commits go on while the memtable is full, frozen and flushed, and are there after a restart', async () => {
  const [a, b] = nodes as [AttachedStore, AttachedStore];
  let left = 0;
  for (let i = 0; i < 1500; i++) {
    const node = i % 3 === 0 ? a : i % 3 === 1 ? b : null;
    const value = `${i}`.padEnd(200, '.');
    if (node === null) await commitOnePhase(store, [[`k${i}`, value]]);
    else {
      const answer = commit(node, [put(`k${i}`, value)]);
      if (answer instanceof Promise) left++;
      expect((await answer).errors).toEqual([]);
    }
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(store.stats.checkpoints + store.stats.stalls).toBeGreaterThan(0);
  expect(left).toBeLessThan(500);
  for (const node of nodes) node.close();
  nodes = [];
  await store.close();
  store = await openEmbeddedStore({ dataDir: directory, durability: 0 });
  for (let i = 0; i < 1500; i++) expect(read(store, `k${i}`)?.startsWith(`${i}.`)).toBe(true);
});

test('nothing is written any more after a thread ended within a commit', async () => {
  const { attachment } = store.share().attach(3);
  const victim = new AttachedStore(attachment);
  (victim as unknown as { state: { beginCommit(): void } }).state.beginCommit();
  const gone = new Promise((resolve) => setTimeout(resolve, 50));
  attachment.calls.close();
  await gone;
  await expect(commitOnePhase(store, [['k', '1']])).rejects.toThrow('abort');
  expect(read(store, 'k')).toBeNull();
});

test('a transaction of many keys, or long values, goes to the store in parts, between which others are answered', async () => {
  const [a, b] = nodes as [AttachedStore, AttachedStore];
  const key = (i: number): string => `k${String(i).padStart(5, '0')}`;
  const startVersion = a.timestamp();
  const locked = await a.pessimisticLock({
    context,
    mutations: Array.from({ length: 5000 }, (_, i) => ({ op: 'pessimisticLock', key: bytes(key(i)) })),
    primaryLock: bytes(key(0)),
    startVersion,
    forUpdateTs: startVersion,
    lockTtl: 3000,
    waitTimeout: -1,
  });
  expect(locked.errors).toEqual([]);
  const order: string[] = [];
  const many = asked(
    commit(
      a,
      Array.from({ length: 5000 }, (_, i) => put(key(i), String(i))),
      {
        startVersion,
        forUpdateTs: startVersion,
        pessimisticActions: Array.from({ length: 5000 }, () => 'doPessimisticCheck' as const),
      },
    ),
  ).then((answer) => (order.push('many'), answer));
  await a.txnHeartBeat({ context, primaryLock: bytes(key(0)), startVersion, adviseLockTtl: 9000 });
  order.push('heartbeat');
  expect(await many).toMatchObject({ errors: [] });
  expect(order).toEqual(['heartbeat', 'many']);
  expect([read(store, key(0)), read(store, key(2500)), read(store, key(4999))]).toEqual([
    '0',
    '2500',
    '4999',
  ]);
  const value = 'v'.repeat(200 << 10);
  expect(await asked(commit(b, [put('x', value), put('y', value), put('z', value)]))).toMatchObject({
    errors: [],
  });
  expect([read(store, 'x'), read(store, 'z')].map((v) => v?.length)).toEqual([value.length, value.length]);
  expect(
    store.scanLock({
      context,
      maxVersion: store.timestamp(),
      startKey: bytes(''),
      endKey: bytes(''),
      limit: 10,
    }).locks,
  ).toEqual([]);
});

test('a conflict is found in whichever layer the newer version lies, and a new key in all of them', async () => {
  const [a, b] = nodes as [AttachedStore, AttachedStore];
  alone(commit(a, [put('old', '1')]));
  const began = b.timestamp();
  alone(commit(a, [put('k', '1')]));
  const filler = 'x'.repeat(2000);
  // The memtable that holds `k` is frozen, and moves into LMDB.
  for (let i = 0; i < 80; i++) await commit(a, [put(`f${i}`, filler)]);
  await store.checkpoint();
  const late = await asked(commit(b, [put('k', 'late')], { startVersion: began }));
  expect(late.errors[0]?.kind).toBe('conflict');
  expect(alone(commit(b, [put('k', '2')])).errors).toEqual([]);
  const present = await asked(commit(b, [{ op: 'insert', key: bytes('old'), value: bytes('again') }]));
  expect(present.errors[0]?.kind).toBe('alreadyExist');
  const strict = { assertionLevel: 'strict' } as const;
  const absent: Mutation = { ...put('old', '2'), assertion: 'notExist' };
  expect((await asked(commit(b, [absent], strict))).errors[0]?.kind).toBe('assertionFailed');
  expect(alone(commit(b, [absent], { assertionLevel: 'fast' })).errors).toEqual([]);
  expect(read(store, 'old')).toBe('2');
});
