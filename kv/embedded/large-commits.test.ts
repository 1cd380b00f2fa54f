import fs from 'node:fs';
import type { PrewriteResponse } from '../rpc.js';
import { AttachedStore } from './attached-store.js';
import { type EmbeddedStore, openEmbeddedStore } from './engine.js';
import {
  type Write,
  bytes,
  commitOnePhase,
  commitTwoPhase,
  context,
  mutationsOf,
  read,
  scan,
  scratchDir,
} from './testing/client.js';

/** So many that they take several steps. */
const KEYS = 6000;
const keyOf = (i: number): string => `k${String(i).padStart(6, '0')}`;
const writesOf = (value: string): Write[] => Array.from({ length: KEYS }, (_, i) => [keyOf(i), value]);
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let store: EmbeddedStore;
let directory: string;
beforeEach(async () => {
  directory = scratchDir('large');
  store = await openEmbeddedStore({ dataDir: directory, durability: 2 });
});
afterEach(async () => {
  await store.close();
  fs.rmSync(directory, { recursive: true });
});

/** The values that a scan at this timestamp finds, without repetition. */
const seen = (ts: bigint): string[] => [
  ...new Set(scan(store, 'k', 'l', ts).map(([, value]) => String(value))),
];

/** A large commit, and whether it is over. */
function start(
  value: string,
  startTs = store.timestamp(),
): { done: boolean; readonly result: Promise<bigint> } {
  const result = commitOnePhase(store, writesOf(value), startTs);
  const state = { done: false, result };
  result.then(
    () => (state.done = true),
    () => (state.done = true),
  );
  return state;
}

test('readers see all of a commit made in steps or nothing, others commit meanwhile', async () => {
  await start('old').result;
  const before = store.timestamp();
  const commit = start('new');
  let last = 0n;
  for (let n = 0; !commit.done; n++) {
    const ts = store.timestamp();
    expect(ts).toBeGreaterThan(last);
    last = ts;
    expect(seen(ts)).toHaveLength(1);
    await commitOnePhase(store, [['other', String(n)]]);
    expect(read(store, 'other')).toBe(String(n));
    await nextTurn();
  }
  const commitTs = await commit.result;
  expect(store.timestamp()).toBeGreaterThan(commitTs);
  expect(seen(store.timestamp())).toEqual(['new']);
  expect(seen(commitTs - 1n)).toEqual(['old']);
  expect(seen(before)).toEqual(['old']);
});

test.each(['the store', 'another thread'])(
  '%s sees nothing of it at the last timestamp given',
  async (who) => {
    await start('old').result;
    const other = who === 'the store' ? null : new AttachedStore(store.share().attach(2).attachment);
    const reader = other ?? store;
    const valueOf = (i: number): string => {
      const { value } = reader.get({ context, key: bytes(keyOf(i)), version: reader.latest() });
      return Buffer.from(value!).toString();
    };
    const commit = start('new');
    let steps = 0;
    for (; !commit.done; steps += store.stats.reservedKeys > 0 ? 1 : 0) {
      const values = [0, KEYS / 2, KEYS - 1].map(valueOf);
      expect(new Set(values).size).toBe(1);
      await nextTurn();
    }
    expect(steps).toBeGreaterThan(1);
    expect([0, KEYS / 2, KEYS - 1].map(valueOf)).toEqual(['new', 'new', 'new']);
    other?.close();
  },
);

test('its keys are its own from the first step on', async () => {
  await start('old').result;
  const commit = start('new');
  const late = store.timestamp();
  while (store.stats.reservedKeys === 0) await nextTurn();
  const write = await store.prewrite({
    context,
    mutations: mutationsOf([[keyOf(KEYS - 1), 'mine']]),
    primaryLock: bytes(keyOf(KEYS - 1)),
    startVersion: late,
    lockTtl: 3000,
    txnSize: 1,
    tryOnePc: true,
  });
  expect(write.errors.map((e) => e.kind)).toEqual(['locked']);
  const waiting = store.pessimisticLock({
    context,
    mutations: [{ op: 'pessimisticLock', key: bytes(keyOf(5)) }],
    primaryLock: bytes(keyOf(5)),
    startVersion: late,
    forUpdateTs: late,
    lockTtl: 3000,
    waitTimeout: 60_000,
    isFirstLock: true,
  });
  expect(waiting).toBeInstanceOf(Promise);
  expect(commit.done).toBe(false);
  await commit.result;
  expect((await waiting).errors.map((e) => e.kind)).toEqual(['conflict']);
  expect(store.stats.locks).toBe(0);
  await expect(commitOnePhase(store, [[keyOf(7), 'late']], late)).rejects.toThrow('conflict');
  await commitOnePhase(store, [[keyOf(7), 'later']]);
  expect(read(store, keyOf(7))).toBe('later');
});

test('what is in the way ends it before anything is written', async () => {
  await start('old').result;
  const startTs = store.timestamp();
  await commitOnePhase(store, [[keyOf(KEYS - 2), 'newer']]);
  await expect(start('new', startTs).result).rejects.toThrow('conflict');
  expect(seen(store.timestamp())).toEqual(['old', 'newer']);
  expect(store.stats.locks).toBe(0);
  await commitTwoPhase(store, [[keyOf(3), 'free']]);
  expect(read(store, keyOf(3))).toBe('free');
});

test('one behind the other', async () => {
  const first = start('first');
  const second = start('second');
  await first.result;
  await expect(second.result).rejects.toThrow('conflict');
  await start('third').result;
  expect(seen(store.timestamp())).toEqual(['third']);
});

test('it is done at once when timestamps run out before it', async () => {
  await start('old').result;
  const commit = start('new');
  for (let n = 0; !commit.done; n++) {
    const ts = store.timestamps(1 << 18);
    if (n % 500 !== 0) continue;
    expect(seen(ts)).toHaveLength(1);
    await nextTurn();
  }
  await commit.result;
  expect(seen(store.timestamp())).toEqual(['new']);
});

/** The store's files as they are now. Log files that are written to LMDB go meanwhile: then the copy is made anew. */
function copyOfDirectory(): string {
  for (;;) {
    const copy = scratchDir('large-copy');
    try {
      fs.cpSync(directory, copy, { recursive: true, filter: (name) => !/LOCK|lock\.mdb/.test(name) });
      return copy;
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'ENOENT') throw e;
      fs.rmSync(copy, { recursive: true });
    }
  }
}

test('a directory copied at any moment has all of it or nothing', async () => {
  await start('old').result;
  await store.checkpoint();
  const commit = start('new');
  const copies: string[] = [];
  for (let n = 0; !commit.done; n++) {
    if (n % 4 === 0 && copies.length < 5) {
      copies.push(copyOfDirectory());
      // None is written before the commit is whole.
      void store.checkpoint();
    }
    await nextTurn();
  }
  await commit.result;
  await store.checkpoint();
  const whole = copyOfDirectory();
  const found: string[][] = [];
  for (const copy of [...copies, whole]) {
    const recovered = await openEmbeddedStore({ dataDir: copy });
    found.push([...new Set(scan(recovered, 'k', 'l', recovered.timestamp()).map(([, v]) => String(v)))]);
    await recovered.close();
    fs.rmSync(copy, { recursive: true });
  }
  for (const values of found) expect(values).toHaveLength(1);
  expect(found[0]).toEqual(['old']);
  expect(found.at(-1)).toEqual(['new']);
});

test('a commit that is interrupted before anything is written leaves nothing', async () => {
  await start('old').result;
  const prewrite = (startTs: bigint, signal: AbortSignal): Promise<PrewriteResponse> =>
    Promise.resolve(
      store.prewrite({
        context,
        mutations: mutationsOf(writesOf('new')),
        primaryLock: bytes(keyOf(0)),
        startVersion: startTs,
        lockTtl: 3000,
        txnSize: KEYS,
        tryOnePc: true,
        signal,
      }),
    );
  const killed = new AbortController();
  const answer = prewrite(store.timestamp(), killed.signal);
  while (store.stats.reservedKeys === 0) await nextTurn();
  killed.abort();
  expect(await answer).toMatchObject({ errors: [{ kind: 'abort' }], onePcCommitTs: 0n });
  expect(seen(store.timestamp())).toEqual(['old']);
  expect(store.stats.reservedKeys).toBe(0);
  expect((await prewrite(store.timestamp(), new AbortController().signal)).errors).toEqual([]);
  expect(seen(store.timestamp())).toEqual(['new']);
});
