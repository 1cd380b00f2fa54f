import { Random, testSeed } from '../../../testing/random.js';
import { WriteConflictError, type Storage, type Transaction } from '../../storage.js';
import { CALM } from '../testing/fault-proxy.js';
import { TestCluster } from '../testing/test-cluster.js';

const bytes = (s: string): Uint8Array => Uint8Array.from(Buffer.from(s));
const text = (b: Uint8Array | null): string | null => (b === null ? null : Buffer.from(b).toString());

/** Locks that are taken in spite of newer versions (tidb_pessimistic_txn_fair_locking), over a store elsewhere. */
describe('fair locking', () => {
  let cluster: TestCluster;
  let storage: Storage;
  beforeEach(async () => {
    cluster = await TestCluster.start(new Random(testSeed()));
    ({ storage } = cluster);
    await put('k', 'old');
  });
  afterEach(() => cluster.stop());

  async function put(key: string, value: string): Promise<void> {
    const txn = await storage.begin();
    txn.set(bytes(key), bytes(value));
    await txn.commit();
  }

  const begin = (fairLocking = true): Promise<Transaction> =>
    Promise.resolve(storage.begin({ pessimistic: true, fairLocking, lockWaitTimeoutMs: 5000 }));

  async function isLocked(key: string): Promise<boolean> {
    const other = await begin();
    try {
      await other.lockKeys([bytes(key)], { waitTimeoutMs: -1 });
      return false;
    } catch (e) {
      expect((e as { code?: number }).code).toBe(3572);
      return true;
    } finally {
      await other.rollback();
    }
  }

  test('who waited has the lock as it hears of the newer version, and runs again with it', async () => {
    const first = await begin();
    await first.lockKeys([bytes('k')]);
    const second = await begin();
    const waiting = Promise.resolve(second.lockKeys([bytes('k')], { returnValues: true }));
    const failed = expect(waiting).rejects.toThrow(WriteConflictError);
    first.set(bytes('k'), bytes('new'));
    await first.commit();
    await failed;
    expect(await isLocked('k')).toBe(true);
    second.forUpdateTs = await storage.currentTs();
    expect((await second.lockKeys([bytes('k')], { returnValues: true })).map(text)).toEqual(['new']);
    await second.releaseUnwanted();
    second.set(bytes('k'), bytes('newer'));
    expect(await second.commit()).toBeGreaterThan(0n);
    expect(text(await storage.snapshot(await storage.currentTs()).get(bytes('k')))).toBe('newer');
  });

  test('a statement that reads nothing else takes the newer version at once', async () => {
    const txn = await begin();
    await put('k', 'new');
    const values = await txn.lockKeys([bytes('k')], { returnValues: true, newest: true });
    expect(values.map(text)).toEqual(['new']);
    txn.set(bytes('k'), bytes('newer'));
    expect(await txn.commit()).toBeGreaterThan(0n);
  });

  test('locks that the last try does not want are released, but the primary', async () => {
    const txn = await begin();
    await txn.lockKeys([bytes('p')]);
    await put('k', 'new');
    await expect(Promise.resolve(txn.lockKeys([bytes('k')]))).rejects.toThrow(WriteConflictError);
    expect(await isLocked('k')).toBe(true);
    txn.forUpdateTs = await storage.currentTs();
    await txn.lockKeys([bytes('other')]);
    await txn.releaseUnwanted();
    expect([await isLocked('k'), await isLocked('other')]).toEqual([false, true]);
    await txn.rollback();
    expect([await isLocked('p'), await isLocked('other')]).toEqual([false, false]);

    const alone = await begin();
    await put('k', 'newer');
    await expect(Promise.resolve(alone.lockKeys([bytes('k')]))).rejects.toThrow(WriteConflictError);
    alone.forUpdateTs = await storage.currentTs();
    await alone.lockKeys([bytes('other')]);
    await alone.releaseUnwanted();
    expect([await isLocked('k'), await isLocked('other')]).toEqual([true, true]);
    await alone.rollback();
    expect([await isLocked('k'), await isLocked('other')]).toEqual([false, false]);
  });

  test('without it nothing is locked where there is a newer version', async () => {
    const txn = await begin(false);
    await put('k', 'new');
    await expect(Promise.resolve(txn.lockKeys([bytes('k')]))).rejects.toThrow(WriteConflictError);
    expect(await isLocked('k')).toBe(false);
    await txn.rollback();
  });

  test('a lock of a lost request is released although it is newer than the statement', async () => {
    const txn = await begin();
    await put('k', 'new');
    cluster.faults = { ...CALM, loseReply: 1 };
    const abort = new AbortController();
    const locking = Promise.resolve(txn.lockKeys([bytes('k')], { signal: abort.signal }));
    const failed = expect(locking).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 300));
    cluster.faults = CALM;
    abort.abort();
    await failed;
    await txn.rollback();
    while (await isLocked('k')) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  test('a lock that a late repetition took is not the one that was asked for', async () => {
    const txn = await begin();
    await put('k', 'new');
    await txn.lockKeys([bytes('k')], { newest: true });
    txn.set(bytes('k'), bytes('mine'));
    // The lock is lost, somebody writes, and the request comes again.
    const store = cluster.store.store;
    const context = { regionId: 1, regionEpoch: { confVer: 1, version: 1 } };
    store.pessimisticRollback({
      context,
      startVersion: txn.startTs,
      forUpdateTs: await storage.currentTs(),
      keys: [bytes('k')],
    });
    await put('k', 'theirs');
    const again = await store.pessimisticLock({
      context,
      mutations: [{ op: 'pessimisticLock', key: bytes('k') }],
      primaryLock: bytes('k'),
      startVersion: txn.startTs,
      lockTtl: 3000,
      forUpdateTs: txn.startTs,
      waitTimeout: -1,
      newest: true,
    });
    expect(again.errors).toEqual([]);
    await expect(Promise.resolve(txn.commit())).rejects.toThrow(/pessimistic lock/);
    expect(text(await storage.snapshot(await storage.currentTs()).get(bytes('k')))).toBe('theirs');
  });
});
