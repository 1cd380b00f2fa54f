import fs from 'node:fs';
import type { PessimisticLockResponse } from '../rpc.js';
import { type EmbeddedStore, openEmbeddedStore } from './engine.js';
import { bytes, commitOnePhase, context, mutationsOf, read, scratchDir, text } from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';

let directory: string;
let store: EmbeddedStore;

beforeEach(async () => {
  directory = scratchDir('locks');
  store = await openEmbeddedStore({ dataDir: directory, durability: 0 });
});

afterEach(async () => {
  await store.close();
  fs.rmSync(directory, { recursive: true });
});

function lock(
  startTs: bigint,
  keys: readonly string[],
  options: {
    wait?: number;
    forUpdateTs?: bigint;
    returnValues?: boolean;
    newest?: boolean;
    tag?: string;
  } = {},
): Promise<PessimisticLockResponse> {
  return Promise.resolve(
    store.pessimisticLock({
      context: options.tag === undefined ? context : { ...context, resourceGroupTag: bytes(options.tag) },
      mutations: keys.map((key) => ({ op: 'pessimisticLock', key: bytes(key) })),
      primaryLock: bytes(keys[0]!),
      startVersion: startTs,
      lockTtl: 20_000,
      forUpdateTs: options.forUpdateTs ?? store.timestamp(),
      waitTimeout: options.wait ?? 5000,
      ...(options.returnValues === true && { returnValues: true }),
      ...(options.newest === true && { newest: true }),
    }),
  );
}

function unlock(startTs: bigint, keys: readonly string[]): void {
  store.pessimisticRollback({
    context,
    startVersion: startTs,
    forUpdateTs: store.timestamp(),
    keys: keys.map(bytes),
  });
}

/** Commits keys that the transaction has locked. */
async function commitLocked(startTs: bigint, forUpdateTs: bigint, key: string, value: string): Promise<void> {
  const response = await store.prewrite({
    context,
    mutations: mutationsOf([[key, value]]),
    primaryLock: bytes(key),
    startVersion: startTs,
    lockTtl: 20_000,
    txnSize: 1,
    pessimisticActions: ['doPessimisticCheck'],
    forUpdateTs,
    tryOnePc: true,
  });
  expect(response.errors).toEqual([]);
}

const kinds = (response: PessimisticLockResponse): string[] => response.errors.map((error) => error.kind);

describe('pessimistic locks', () => {
  test('NOWAIT, timeout, values, conflict with a newer version', async () => {
    await commitOnePhase(store, [['a', '1']]);
    const t1 = store.timestamp();
    const held = await lock(t1, ['a', 'b'], { returnValues: true });
    expect(held.values!.map(text)).toEqual(['1', null]);
    expect(held.notFounds).toEqual([false, true]);
    const t2 = store.timestamp();
    const refused = await lock(t2, ['b'], { wait: -1 });
    expect(refused.errors[0]).toMatchObject({
      kind: 'locked',
      lock: { lockVersion: t1, lockType: 'pessimisticLock' },
    });
    expect(kinds(await lock(t2, ['b'], { wait: 30 }))).toEqual(['locked']);
    // Readers and the owner pass.
    expect(read(store, 'a')).toBe('1');
    expect(kinds(await lock(t1, ['a']))).toEqual([]);
    const old = store.timestamp();
    await commitLocked(t1, store.timestamp(), 'a', '2');
    expect((await lock(t2, ['a'], { forUpdateTs: old })).errors[0]).toMatchObject({
      kind: 'conflict',
      reason: 'pessimisticRetry',
    });
    expect(text((await lock(t2, ['a'], { returnValues: true })).values![0])).toBe('2');
    // An optimistic writer meets the lock.
    await expect(commitOnePhase(store, [['a', '3']])).rejects.toMatchObject({ error: { kind: 'locked' } });
    unlock(t1, ['b']);
    unlock(t2, ['a']);
    expect(store.stats.locks).toBe(0);
  });

  test('one key for whoever takes its newest version', async () => {
    await commitOnePhase(store, [['a', '1']]);
    const t1 = store.timestamp();
    await lock(t1, ['a']);
    const t2 = store.timestamp();
    const waiting = lock(t2, ['a'], { forUpdateTs: t2, returnValues: true, newest: true });
    await commitLocked(t1, store.timestamp(), 'a', '2');
    const got = await waiting;
    expect(kinds(got)).toEqual([]);
    expect(text(got.values![0])).toBe('2');
    expect(got.lockedTs).toBeGreaterThan(t2);
    await commitLocked(t2, got.lockedTs!, 'a', '3');
    expect(read(store, 'a')).toBe('3');
    // Nothing newer: nothing to tell. Of several keys a newer version is a conflict still.
    const t3 = store.timestamp();
    expect((await lock(t3, ['a'], { returnValues: true, newest: true })).lockedTs).toBeUndefined();
    unlock(t3, ['a']);
    const late = await lock(t3, ['a', 'b'], { forUpdateTs: t2, newest: true });
    expect(kinds(late)).toEqual(['conflict']);
    expect(store.stats.locks).toBe(0);
  });

  test('a request takes all of its keys or none', async () => {
    const t1 = store.timestamp();
    const t2 = store.timestamp();
    await lock(t1, ['m']);
    expect(kinds(await lock(t2, ['l', 'm', 'n'], { wait: -1 }))).toEqual(['locked']);
    expect(store.stats.locks).toBe(1);
  });

  test('waiters get the lock in the order in which they came', async () => {
    const first = store.timestamp();
    await lock(first, ['k']);
    const order: number[] = [];
    const waits = Array.from({ length: 20 }, async (_, i) => {
      const ts = store.timestamp();
      expect(kinds(await lock(ts, ['k']))).toEqual([]);
      order.push(i);
      await new Promise((resolve) => setImmediate(resolve));
      unlock(ts, ['k']);
    });
    expect(store.stats.waiting).toBe(20);
    unlock(first, ['k']);
    await Promise.all(waits);
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(store.stats.locks).toBe(0);
  });

  test('a waiter that meets a newer version comes back before those behind it', async () => {
    const first = store.timestamp();
    const firstForUpdate = store.timestamp();
    await lock(first, ['k'], { forUpdateTs: firstForUpdate });
    const order: number[] = [];
    let conflicts = 0;
    const waits = Array.from({ length: 10 }, async (_, i) => {
      const ts = store.timestamp();
      for (;;) {
        const forUpdateTs = store.timestamp();
        const response = await lock(ts, ['k'], { forUpdateTs });
        if (kinds(response)[0] === 'conflict') {
          conflicts++;
          continue;
        }
        expect(kinds(response)).toEqual([]);
        order.push(i);
        await commitLocked(ts, forUpdateTs, 'k', String(i));
        return;
      }
    });
    await commitLocked(first, firstForUpdate, 'k', 'x');
    await Promise.all(waits);
    expect(order).toEqual(Array.from({ length: 10 }, (_, i) => i));
    expect(conflicts).toBe(10);
    expect(read(store, 'k')).toBe('9');
  });

  test('rings of waiting transactions: the one that closes it is told, with the chain; the rest go on', async () => {
    const random = new Random(testSeed());
    for (const size of [2, 3, 5, 9]) {
      const txns = Array.from({ length: size }, () => store.timestamp());
      const keys = txns.map((_, i) => `r${size}.${i}`);
      for (let i = 0; i < size; i++) expect(kinds(await lock(txns[i]!, [keys[i]!]))).toEqual([]);
      const sequence = txns.map((_, i) => i);
      for (let i = size - 1; i > 0; i--) {
        const j = random.below(i + 1);
        [sequence[i], sequence[j]] = [sequence[j]!, sequence[i]!];
      }
      const victim = sequence.pop()!;
      const next = (i: number): Promise<PessimisticLockResponse> =>
        lock(txns[i]!, [keys[(i + 1) % size]!], { tag: `statement ${i}` });
      const waits = sequence.map(next);
      const response = await next(victim);
      const error = response.errors[0]!;
      if (error.kind !== 'deadlock') throw new Error(`expected a deadlock, not ${error.kind}`);
      expect(error.lockTs).toBe(txns[(victim + 1) % size]!);
      expect(error.waitChain.length).toBe(size);
      for (let i = 0; i < size; i++) {
        const { txn, waitForTxn, resourceGroupTag } = error.waitChain[i]!;
        expect(waitForTxn).toBe(error.waitChain[(i + 1) % size]!.txn);
        expect(Buffer.from(resourceGroupTag!).toString()).toBe(`statement ${txns.indexOf(txn)}`);
      }
      // The victim rolls back; then the others finish one after the other.
      unlock(txns[victim]!, [keys[victim]!]);
      const finish = async (i: number, wait: Promise<PessimisticLockResponse>): Promise<void> => {
        expect(kinds(await wait)).toEqual([]);
        unlock(txns[i]!, [keys[i]!, keys[(i + 1) % size]!]);
      };
      await Promise.all(waits.map((wait, n) => finish(sequence[n]!, wait)));
      expect(store.stats.locks).toBe(0);
      expect(store.lockWaits()).toEqual([]);
    }
  });

  test('a ring that closes when a lock passes to another waiter', async () => {
    const [a, b, c] = [store.timestamp(), store.timestamp(), store.timestamp()] as const;
    await lock(a, ['x']);
    await lock(c, ['y']);
    const forX = lock(b, ['x', 'z']);
    const alsoForX = lock(c, ['x']);
    // b takes x and then waits for y, which c holds while c waits for x.
    unlock(a, ['x']);
    expect(kinds(await forX)).toEqual([]);
    expect(kinds(await lock(b, ['y']))).toEqual(['deadlock']);
    unlock(b, ['x', 'z']);
    expect(kinds(await alsoForX)).toEqual([]);
  });

  test('random contention: no lost update, nobody waits for ever', async () => {
    const random = new Random(testSeed());
    const counters = ['c0', 'c1', 'c2', 'c3'];
    await commitOnePhase(
      store,
      counters.map((key) => [key, '0']),
    );
    let added = 0;
    const client = async (): Promise<void> => {
      for (let n = 0; n < 60; n++) {
        const ts = store.timestamp();
        const wanted = [counters[random.below(4)]!, counters[random.below(4)]!].filter(
          (key, i, all) => all.indexOf(key) === i,
        );
        const taken: string[] = [];
        let forUpdateTs = store.timestamp();
        const values: number[] = [];
        for (const key of wanted) {
          for (;;) {
            forUpdateTs = store.timestamp();
            const response = await lock(ts, [key], { forUpdateTs, returnValues: true });
            const kind = kinds(response)[0];
            if (kind === 'conflict') continue;
            if (kind === undefined) {
              taken.push(key);
              values.push(Number(text(response.values![0])));
            } else expect(kind).toBe('deadlock');
            break;
          }
          if (taken.at(-1) !== key) break;
        }
        if (taken.length < wanted.length || random.chance(0.1)) {
          unlock(ts, taken);
          continue;
        }
        const response = await store.prewrite({
          context,
          mutations: mutationsOf(taken.map((key, i) => [key, String(values[i]! + 1)])),
          primaryLock: bytes(taken[0]!),
          startVersion: ts,
          lockTtl: 20_000,
          txnSize: taken.length,
          pessimisticActions: taken.map(() => 'doPessimisticCheck' as const),
          forUpdateTs,
          tryOnePc: true,
        });
        expect(response.errors).toEqual([]);
        added += taken.length;
        if (random.chance(0.2)) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all(Array.from({ length: 12 }, client));
    expect(counters.reduce((sum, key) => sum + Number(read(store, key)), 0)).toBe(added);
    expect(store.stats).toMatchObject({ locks: 0, waiting: 0 });
  });
});

test('a lock waits for no disk, as with pipelined locking: the answer comes at once, and the log grows by nothing', async () => {
  await store.close();
  store = await openEmbeddedStore({ dataDir: directory, durability: 1 });
  await commitOnePhase(store, [['k', 'v']]);
  const log = (): unknown => [store.stats.walFlushes, store.stats.walSegmentBytes];
  const before = log();
  const answer = store.pessimisticLock({
    context,
    mutations: [{ op: 'pessimisticLock', key: bytes('k') }],
    primaryLock: bytes('k'),
    startVersion: store.timestamp(),
    lockTtl: 20_000,
    forUpdateTs: store.timestamp(),
    waitTimeout: 1000,
    returnValues: true,
  });
  expect(answer).not.toBeInstanceOf(Promise);
  expect(text((answer as PessimisticLockResponse).values![0]!)).toBe('v');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(log()).toEqual(before);
});

test('who waits for a lock is told when its life is over, long before its own patience is', async () => {
  const dead = store.timestamp();
  store.pessimisticLock({
    context,
    mutations: [{ op: 'pessimisticLock', key: bytes('k') }],
    primaryLock: bytes('k'),
    startVersion: dead,
    lockTtl: 300,
    forUpdateTs: dead,
    waitTimeout: 1000,
  });
  const answer = await lock(store.timestamp(), ['k'], { wait: 60_000 });
  expect(answer.errors).toMatchObject([{ kind: 'locked', lock: { lockVersion: dead } }]);
  expect(store.stats.waiting).toBe(0);
});

test('a lock that was lost and whose key was written since is not amended, however late the last statement', async () => {
  const startTs = store.timestamp();
  await lock(startTs, ['k']);
  // As a restart of the store or lock resolution loses it.
  unlock(startTs, ['k']);
  await commitOnePhase(store, [['k', 'theirs']]);
  const prewrite = (key: string) =>
    store.prewrite({
      context,
      mutations: mutationsOf([[key, 'ours']]),
      primaryLock: bytes(key),
      startVersion: startTs,
      lockTtl: 20_000,
      txnSize: 1,
      pessimisticActions: ['doPessimisticCheck'],
      forUpdateTs: store.timestamp(),
      tryOnePc: true,
    });
  expect((await prewrite('k')).errors).toMatchObject([{ kind: 'abort' }]);
  expect(read(store, 'k')).toBe('theirs');
  // One that nobody wrote is as good as held.
  await lock(startTs, ['free']);
  unlock(startTs, ['free']);
  expect((await prewrite('free')).errors).toEqual([]);
});
