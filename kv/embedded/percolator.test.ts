import fs from 'node:fs';
import { Random, testSeed } from '../../testing/random.js';
import { LockedError } from '../mvcc-reader.js';
import { type EmbeddedStore, openEmbeddedStore } from './engine.js';
import {
  bytes,
  commitOnePhase,
  commitTwoPhase,
  context,
  mutationsOf,
  prewrite,
  read,
  scan,
  scratchDir,
  text,
} from './testing/client.js';

let directory: string;
let store: EmbeddedStore;

beforeEach(async () => {
  directory = scratchDir('percolator');
  store = await openEmbeddedStore({ dataDir: directory, durability: 2 });
});

afterEach(async () => {
  await store.close();
  fs.rmSync(directory, { recursive: true });
});

const MAX = 2n ** 64n - 1n;
const later = (ts: bigint, ms: number): bigint => ts + (BigInt(ms) << 18n);

function status(
  primary: string,
  lockTs: bigint,
  currentTs: bigint,
  options: { callerStartTs?: bigint; rollback?: boolean; force?: boolean } = {},
) {
  return store.checkTxnStatus({
    context,
    primaryKey: bytes(primary),
    lockTs,
    callerStartTs: options.callerStartTs ?? 0n,
    currentTs,
    rollbackIfNotExist: options.rollback ?? false,
    ...(options.force === true && { forceSyncCommit: true }),
  });
}

describe('percolator', () => {
  test.each([false, true])(
    'keys without locks of a transaction that is committed are not written again by a retried prewrite (async %s)',
    async (useAsyncCommit) => {
      await commitOnePhase(store, [
        ['index0', '0'],
        ['row', '0'],
      ]);
      const startVersion = store.timestamp();
      const row = { op: 'put', key: bytes('row'), value: bytes('1') } as const;
      const index = { op: 'put', key: bytes('index1'), value: bytes('1') } as const;
      const request = (isRetry: boolean) => ({
        context: { ...context, isRetry },
        primaryLock: row.key,
        startVersion,
        forUpdateTs: startVersion,
        lockTtl: 3000,
        txnSize: 2,
      });
      const both = await store.prewrite({
        ...request(false),
        mutations: [index, row],
        pessimisticActions: ['skipPessimisticCheck', 'doPessimisticCheck'],
        tryOnePc: true,
      });
      expect(both.onePcCommitTs).not.toBe(0n);
      // The answer is lost, and others go on.
      await commitOnePhase(store, [
        ['index1', null],
        ['row', '2'],
      ]);
      // By now the keys are in two regions.
      const again = { ...request(true), useAsyncCommit, ...(useAsyncCommit && { secondaries: [index.key] }) };
      const pessimisticActions = ['skipPessimisticCheck'] as const;
      const answer = await store.prewrite({ ...again, mutations: [index], pessimisticActions });
      expect(answer).toMatchObject({ errors: [], minCommitTs: useAsyncCommit ? both.onePcCommitTs : 0n });
      await store.commit({
        context,
        startVersion,
        keys: [index.key],
        commitVersion: store.timestamp(),
      });
      expect(read(store, 'index1')).toBeNull();
      expect(store.stats.locks).toBe(0);
    },
  );

  test.each([false, true])(
    'locks of a transaction that the reader knows as committed are read, while they become versions (reverse %s)',
    async (reverse) => {
      const random = new Random(testSeed());
      const key = (n: number): string => `k${String(n).padStart(3, '0')}`;
      const rows = new Map<string, string>();
      for (let n = 0; n < 200; n++) if (random.below(3) > 0) rows.set(key(n), `old${n}`);
      await commitOnePhase(store, [...rows]);
      const startTs = store.timestamp();
      const written: [string, string | null][] = [];
      for (let n = 0; n < 200; n++)
        if (random.below(2) === 0) written.push([key(n), random.below(4) === 0 ? null : `new${n}`]);
      await prewrite(store, written, startTs);
      const commitTs = store.timestamp();
      await store.commit({
        context,
        startVersion: startTs,
        keys: [bytes(written[0]![0])],
        commitVersion: commitTs,
      });
      for (const [k, v] of written)
        if (v === null) rows.delete(k);
        else rows.set(k, v);
      const expected = [...rows].sort();
      const ts = store.timestamp();
      const told = { ...context, committedLocks: [startTs] };
      const whole = { startKey: bytes(''), endKey: bytes(''), limit: 1000, version: ts, reverse };
      expect(store.scan({ context, ...whole }).error).toMatchObject({ kind: 'locked' });
      const reader = store.mvccReader(ts, told);
      for (const [k, v] of written.slice(0, 20)) {
        const found = reader.get(bytes(k));
        expect(found === null ? null : text(found)).toBe(v);
      }
      const cursor = reader.scan(bytes(''), bytes(''), reverse, false);
      const seen: (readonly [string | null, string | null])[] = [];
      while (cursor.next()) {
        seen.push([
          text(cursor.keyBuffer.subarray(0, cursor.keyLength)),
          text(cursor.valueBuffer.subarray(cursor.valueStart, cursor.valueEnd)),
        ]);
        // Locks before and behind become versions, and those go down into the layers below.
        if (random.below(3) === 0) {
          const keys = [bytes(written[random.below(written.length)]![0])];
          await store.commit({ context, startVersion: startTs, keys, commitVersion: commitTs });
          cursor.pause();
        }
        if (random.below(40) === 0) await store.checkpoint();
      }
      expect(reverse ? seen.reverse() : seen).toEqual(expected);
    },
  );

  test('locks block newer readers, not older ones; commit makes both keys visible', async () => {
    await commitOnePhase(store, [['a', '0']]);
    const before = store.timestamp();
    const startTs = store.timestamp();
    await prewrite(
      store,
      [
        ['a', '1'],
        ['b', '1'],
      ],
      startTs,
    );
    expect(read(store, 'a', before)).toBe('0');
    const ts = store.timestamp();
    expect(store.get({ context, key: bytes('a'), version: ts }).error).toMatchObject({
      kind: 'locked',
      lock: { lockVersion: startTs, lockType: 'put' },
    });
    expect(
      store.get({ context: { ...context, resolvedLocks: [startTs] }, key: bytes('a'), version: ts }).value,
    ).toEqual(bytes('0'));
    expect(
      text(
        store.get({ context: { ...context, committedLocks: [startTs] }, key: bytes('a'), version: ts }).value,
      ),
    ).toBe('1');
    expect(
      store.scan({ context, startKey: bytes(''), endKey: bytes(''), limit: 10, version: ts }).error,
    ).toMatchObject({ kind: 'locked' });
    expect(store.batchGet({ context, keys: [bytes('x'), bytes('b')], version: ts }).error).toMatchObject({
      kind: 'locked',
    });
    expect(() => store.mvccReader(ts).get(bytes('b'))).toThrow(LockedError);
    const commitTs = store.timestamp();
    await store.commit({ context, startVersion: startTs, keys: [bytes('a')], commitVersion: commitTs });
    await store.resolveLock({ context, startVersion: startTs, commitVersion: commitTs, keys: [] });
    expect(scan(store, '', '', store.timestamp())).toEqual([
      ['a', '1'],
      ['b', '1'],
    ]);
    expect(read(store, 'a', before)).toBe('0');
    // Committing again is no error; rolling back is.
    expect(
      (await store.commit({ context, startVersion: startTs, keys: [bytes('a')], commitVersion: commitTs }))
        .error,
    ).toBeUndefined();
    expect(
      (await store.batchRollback({ context, startVersion: startTs, keys: [bytes('a')] })).errors[0],
    ).toMatchObject({ kind: 'abort' });
  });

  test('a scan that comes to a lock waits for its fate and then sees what was committed', async () => {
    await commitOnePhase(store, [
      ['a', '0'],
      ['c', '0'],
    ]);
    const startTs = store.timestamp();
    await prewrite(store, [['b', '1']], startTs);
    const commitTs = store.timestamp();
    const cursor = store.mvccReader(store.timestamp()).scan(bytes(''), bytes(''), false, false);
    expect(cursor.next()).toBe(true);
    await store.commit({ context, startVersion: startTs, keys: [bytes('b')], commitVersion: commitTs });
    const seen: string[] = [];
    while (cursor.next()) seen.push(Buffer.from(cursor.keyBuffer.subarray(0, cursor.keyLength)).toString());
    expect(seen).toEqual(['b', 'c']);
  });

  test('write conflicts, insert of what exists, assertions', async () => {
    const old = store.timestamp();
    const commitTs = await commitTwoPhase(store, [['a', '1']]);
    await expect(commitOnePhase(store, [['a', '2']], old)).rejects.toMatchObject({
      error: { kind: 'conflict', conflictCommitTs: commitTs, reason: 'optimistic' },
    });
    let assertionLevel: 'off' | 'fast' | 'strict' = 'strict';
    const one = (mutation: object) =>
      store.prewrite({
        context,
        mutations: [{ op: 'put', key: bytes('a'), value: bytes('x'), ...mutation }],
        primaryLock: bytes('a'),
        startVersion: store.timestamp(),
        lockTtl: 1000,
        txnSize: 1,
        tryOnePc: true,
        assertionLevel,
      });
    expect((await one({ op: 'insert' })).errors).toEqual([{ kind: 'alreadyExist', key: bytes('a') }]);
    expect((await one({ op: 'checkNotExists' })).errors[0]!.kind).toBe('alreadyExist');
    expect((await one({ assertion: 'notExist' })).errors).toMatchObject([
      { kind: 'assertionFailed', assertion: 'notExist', existingCommitTs: commitTs },
    ]);
    expect((await one({ op: 'insert', key: bytes('new') })).errors).toEqual([]);
    await commitOnePhase(store, [['a', null]]);
    expect((await one({ assertion: 'exist' })).errors[0]!.kind).toBe('assertionFailed');
    assertionLevel = 'off';
    expect((await one({ assertion: 'exist', op: 'del', value: undefined })).errors).toEqual([]);
    expect((await one({ op: 'insert' })).errors).toEqual([]);
    expect((await one({ key: bytes('k'.repeat(4000)) })).errors[0]!.kind).toBe('abort');
    expect((await one({ key: bytes('k'.repeat(3567)) })).errors).toEqual([]);
    expect(read(store, 'k'.repeat(3567))).toBe('x');
  });

  test('a lock record of a key that is only locked conflicts with older writers', async () => {
    const old = store.timestamp();
    await store.prewrite({
      context,
      mutations: [
        { op: 'lock', key: bytes('a') },
        { op: 'put', key: bytes('b'), value: bytes('1') },
      ],
      primaryLock: bytes('b'),
      startVersion: store.timestamp(),
      lockTtl: 1000,
      txnSize: 2,
      tryOnePc: true,
    });
    await expect(commitOnePhase(store, [['a', '2']], old)).rejects.toMatchObject({
      error: { kind: 'conflict' },
    });
    await store.checkpoint();
    await expect(commitOnePhase(store, [['a', '2']], old)).rejects.toMatchObject({
      error: { kind: 'conflict' },
    });
    expect(read(store, 'a')).toBeNull();
    await commitOnePhase(store, [['a', '3']]);
  });

  test('transaction status: alive, pushed, expired, never there; a late prewrite fails after a rollback', async () => {
    const startTs = store.timestamp();
    await prewrite(
      store,
      [
        ['p', '1'],
        ['s', '1'],
      ],
      startTs,
      1000,
    );
    expect(await status('p', startTs, store.timestamp())).toMatchObject({
      lockTtl: 1000,
      action: 'noAction',
    });
    expect(
      await store.txnHeartBeat({
        context,
        primaryLock: bytes('p'),
        startVersion: startTs,
        adviseLockTtl: 5000,
      }),
    ).toEqual({ lockTtl: 5000 });
    expect(await status('p', startTs, later(startTs, 3000))).toMatchObject({ lockTtl: 5000 });
    expect(await status('p', startTs, later(startTs, 6000))).toMatchObject({
      lockTtl: 0,
      commitVersion: 0n,
      action: 'ttlExpireRollback',
    });
    expect(await status('p', startTs, later(startTs, 6000))).toMatchObject({
      lockTtl: 0,
      commitVersion: 0n,
      action: 'noAction',
    });
    await store.resolveLock({ context, startVersion: startTs, commitVersion: 0n, keys: [bytes('s')] });
    expect(store.stats.locks).toBe(0);
    const commit = await store.commit({
      context,
      startVersion: startTs,
      keys: [bytes('p')],
      commitVersion: store.timestamp(),
    });
    expect(commit.error).toBeDefined();

    const never = store.timestamp();
    expect((await status('q', never, store.timestamp())).error).toMatchObject({ kind: 'txnNotFound' });
    expect(await status('q', never, store.timestamp(), { rollback: true })).toMatchObject({
      action: 'lockNotExistRollback',
    });
    await expect(prewrite(store, [['q', '1']], never)).rejects.toMatchObject({
      error: { kind: 'conflict', reason: 'selfRolledBack' },
    });
    await store.checkpoint();
    await expect(prewrite(store, [['q', '1']], never)).rejects.toMatchObject({
      error: { kind: 'conflict', reason: 'selfRolledBack' },
    });
    await store.close();
    store = await openEmbeddedStore({ dataDir: directory, durability: 2 });
    await expect(prewrite(store, [['q', '1']], never)).rejects.toMatchObject({
      error: { kind: 'conflict', reason: 'selfRolledBack' },
    });
  });

  test('min commit ts: a reader pushes it, an earlier commit is refused', async () => {
    const startTs = store.timestamp();
    await store.prewrite({
      context,
      mutations: mutationsOf([['p', '1']]),
      primaryLock: bytes('p'),
      startVersion: startTs,
      lockTtl: 1000,
      txnSize: 1,
      minCommitTs: startTs + 1n,
    });
    const reader = store.timestamp();
    const pushed = await status('p', startTs, reader, { callerStartTs: reader });
    expect(pushed).toMatchObject({ action: 'minCommitTsPushed', lockInfo: { minCommitTs: reader + 1n } });
    expect(read(store, 'p', reader)).toBeNull();
    const early = await store.commit({
      context,
      startVersion: startTs,
      keys: [bytes('p')],
      commitVersion: reader,
    });
    expect(early.error).toMatchObject({ kind: 'commitTsExpired', minCommitTs: reader + 1n });
    expect(
      (
        await store.commit({
          context,
          startVersion: startTs,
          keys: [bytes('p')],
          commitVersion: store.timestamp(),
        })
      ).error,
    ).toBeUndefined();
  });

  test('async commit: locks carry secondaries and a min commit ts; secondaries tell their state', async () => {
    const startTs = store.timestamp();
    const readTs = store.timestamp();
    const response = await store.prewrite({
      context,
      mutations: mutationsOf([
        ['p', '1'],
        ['s', '2'],
      ]),
      primaryLock: bytes('p'),
      startVersion: startTs,
      lockTtl: 1000,
      txnSize: 2,
      useAsyncCommit: true,
      secondaries: [bytes('s')],
    });
    expect(response.minCommitTs > readTs).toBe(true);
    const seen = await status('p', startTs, later(startTs, 9000));
    expect(seen).toMatchObject({
      action: 'noAction',
      lockInfo: { useAsyncCommit: true, secondaries: [bytes('s')] },
    });
    const secondary = await store.checkSecondaryLocks({ context, keys: [bytes('s')], startVersion: startTs });
    expect(secondary.locks.length).toBe(1);
    const missing = await store.checkSecondaryLocks({
      context,
      keys: [bytes('s'), bytes('t')],
      startVersion: startTs,
    });
    expect(missing).toMatchObject({ locks: [], commitTs: 0n });
    await store.resolveLock({
      context,
      startVersion: startTs,
      commitVersion: response.minCommitTs,
      keys: [],
    });
    expect(
      await store.checkSecondaryLocks({ context, keys: [bytes('s')], startVersion: startTs }),
    ).toMatchObject({ commitTs: response.minCommitTs });
    expect(read(store, 's')).toBe('2');
  });

  test('others have their turn while the locks of a large transaction are resolved', async () => {
    const rows = Array.from(
      { length: 1500 },
      (_, i) => [`k${String(i).padStart(4, '0')}`, String(i)] as const,
    );
    const startTs = store.timestamp();
    await prewrite(
      store,
      rows.map(([k, v]) => [k, v]),
      startTs,
    );
    let turns = 0;
    const count = (): void => {
      turns++;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    const commitVersion = store.timestamp();
    await store.resolveLock({ context, startVersion: startTs, commitVersion, keys: [] });
    clearImmediate(immediate);
    expect(turns).toBeGreaterThanOrEqual(5);
    expect(scan(store, '', '', store.timestamp()).length).toBe(1500);
    expect(
      store.scanLock({
        context,
        maxVersion: store.timestamp(),
        startKey: bytes(''),
        endKey: bytes(''),
        limit: 0,
      }).locks,
    ).toEqual([]);
  });

  test('a checkpoint adds what has changed of the locks to the one before', async () => {
    const seed = testSeed();
    const random = new Random(seed);
    const model = new Map<string, { value: string; ttl: number; startTs: bigint }>();
    const stored = (): unknown =>
      store
        .scanLock({ context, maxVersion: MAX, startKey: bytes(''), endKey: bytes(''), limit: 0 })
        .locks.map((l) => [text(l.key), l.lockTtl, l.lockVersion]);
    for (let step = 0; step < 250; step++) {
      const name = `k${random.below(12)}`;
      const held = model.get(name);
      if (held === undefined) {
        const lock = { value: `v${step}`, ttl: 3000, startTs: store.timestamp() };
        await prewrite(store, [[name, lock.value]], lock.startTs);
        model.set(name, lock);
      } else if (random.below(2) === 0) {
        held.ttl += 1000;
        const { startTs, ttl } = held;
        store.txnHeartBeat({
          context,
          primaryLock: bytes(name),
          startVersion: startTs,
          adviseLockTtl: ttl,
        });
      } else {
        await store.batchRollback({ context, startVersion: held.startTs, keys: [bytes(name)] });
        model.delete(name);
      }
      if (random.below(3) === 0) await store.checkpoint();
      if (random.below(12) > 0) continue;
      await store.close();
      store = await openEmbeddedStore({ dataDir: directory, durability: 2 });
      const expected = [...model]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, l]) => [key, l.ttl, l.startTs]);
      expect({ seed, step, locks: stored() }).toEqual({ seed, step, locks: expected });
    }
    // What was locked is committed with the values that the locks hold.
    for (const [name, { startTs, value }] of model) {
      await store.commit({
        context,
        startVersion: startTs,
        keys: [bytes(name)],
        commitVersion: store.timestamp(),
      });
      expect(read(store, name)).toBe(value);
    }
  });

  test('locks outlive checkpoints and restarts', async () => {
    const startTs = store.timestamp();
    await prewrite(
      store,
      [
        ['a', '1'],
        ['b', null],
      ],
      startTs,
    );
    await store.checkpoint();
    const second = store.timestamp();
    await prewrite(store, [['c', '1']], second);
    await store.close();
    store = await openEmbeddedStore({ dataDir: directory, durability: 2 });
    const all = store.scanLock({
      context,
      maxVersion: store.timestamp(),
      startKey: bytes(''),
      endKey: bytes(''),
      limit: 0,
    }).locks;
    expect(all.map((lock) => [text(lock.key), lock.lockVersion, lock.lockType])).toEqual([
      ['a', startTs, 'put'],
      ['b', startTs, 'del'],
      ['c', second, 'put'],
    ]);
    expect(
      store.scanLock({ context, maxVersion: startTs, startKey: bytes('b'), endKey: bytes('c'), limit: 1 })
        .locks.length,
    ).toBe(1);
    await store.commit({
      context,
      startVersion: startTs,
      keys: [bytes('a'), bytes('b')],
      commitVersion: store.timestamp(),
    });
    await store.batchRollback({ context, startVersion: second, keys: [bytes('c')] });
    await store.close();
    store = await openEmbeddedStore({ dataDir: directory, durability: 2 });
    expect(scan(store, '', '', store.timestamp())).toEqual([['a', '1']]);
    expect(store.stats.locks).toBe(0);
  });

  test('commits are told to listeners before they are acknowledged', async () => {
    const told: [bigint, string[]][] = [];
    const stop = store.dataWatch.onCommit((commitTs, keys) =>
      told.push([commitTs, keys.map((key) => text(key)!)]),
    );
    const ts = await commitOnePhase(store, [
      ['a', '1'],
      ['b', null],
    ]);
    expect(told).toEqual([[ts, ['a', 'b']]]);
    expect(store.dataWatch.lastCommitTs()).toBe(ts);
    stop();
    await commitOnePhase(store, [['c', '1']]);
    expect(told.length).toBe(1);
  });
});
