import type { RequestAttributes, Storage } from '../../storage.js';
import { bytes, FakeCluster, text, type FakeStore } from '../testing/fake-cluster.js';
import { message, type RawMessage } from '../testing/raw-proto.js';

/** Peers of a region: the leader in store 1, a follower in store 2, a learner in store 3. */
const ATTRIBUTES: RequestAttributes = {
  requestSource: 'external_Select',
  resourceGroup: 'default',
  priority: 'normal',
  maxExecutionMs: 0,
  replicaRead: 'leader',
  staleTs: null,
  closestThreshold: 4096,
  busyThresholdMs: 0,
  notFillCache: false,
  txnSource: 0n,
  resourceGroupTag: undefined,
  signal: undefined,
};

const GET = 1;
const BATCH_GET = 7;

describe('reads over the peers of a region', () => {
  let cluster: FakeCluster;
  const start = async (prepare: (c: FakeCluster) => void = () => undefined): Promise<void> => {
    cluster = new FakeCluster();
    cluster.rows.set('a', '1').set('b', '2');
    prepare(cluster);
    await cluster.start();
  };
  afterEach(() => cluster.stop());

  const session = (over: Partial<RequestAttributes>): Storage =>
    cluster.storage.forSession({ ...ATTRIBUTES, ...over });

  const get = async (over: Partial<RequestAttributes>): Promise<string | null> => {
    const storage = session(over);
    return text(await storage.snapshot(over.staleTs ?? (await storage.currentTs())).get(bytes('a')));
  };

  /** The reads that came, in order: store, peer asked, whether as a replica read ([12]), as a stale read ([17]). */
  const reads = (): { store: number; peer: number; replica: boolean; stale: boolean }[] =>
    cluster.order
      .filter(({ tag }) => tag === GET || tag === BATCH_GET)
      .map(({ store, request }) => {
        const context = request.message(1);
        return {
          store,
          peer: Number(context.message(3).int(1)),
          replica: context.int(12) === 1n,
          stale: context.int(17) === 1n,
        };
      });
  const leader = { store: 1, peer: 11, replica: false, stale: false };
  const follower = { store: 2, peer: 12, replica: true, stale: false };
  const learner = { store: 3, peer: 13, replica: true, stale: false };

  /** The next reads that come to a store, or to any. */
  const refuse = (store: number | null, error: Buffer, times = 1): void => {
    let left = times;
    cluster.intercept = (tag: number, _: RawMessage, at: FakeStore) =>
      (tag === GET || tag === BATCH_GET) && (store === null || at === cluster.stores[store - 1]) && left-- > 0
        ? message([[1, error]])
        : Buffer.alloc(0);
  };

  test.each([
    ['leader', leader],
    ['prefer-leader', leader],
    ['follower', follower],
    ['learner', learner],
    ['closest-adaptive', leader],
  ])('%s', async (replicaRead, expected) => {
    await start();
    expect(await get({ replicaRead })).toBe('1');
    expect(reads()).toEqual([expected]);
  });

  test('leader-and-follower takes turns', async () => {
    await start();
    const storage = session({ replicaRead: 'leader-and-follower' });
    const snapshot = storage.snapshot(await storage.currentTs());
    for (let i = 0; i < 4; i++) expect(text(await snapshot.get(bytes('a')))).toBe('1');
    const stores = reads().map((r) => r.store);
    expect([stores.filter((s) => s === 1).length, stores.filter((s) => s === 2).length]).toEqual([2, 2]);
  });

  test.each([
    ['near', follower],
    ['far', leader],
    ['nowhere', leader],
  ])('closest-replicas from zone %s', async (zone, expected) => {
    await start((c) => {
      c.zone = zone;
      c.labels = [[['zone', 'far']], [['zone', 'near']], [['zone', 'near']]];
    });
    expect(await get({ replicaRead: 'closest-replicas' })).toBe('1');
    expect(reads()).toEqual([expected]);
  });

  test('closest-adaptive reads from the closest peer what is large', async () => {
    await start((c) => {
      c.zone = 'near';
      c.labels = [[['zone', 'far']], [['zone', 'near']], []];
    });
    const storage = session({ replicaRead: 'closest-adaptive', closestThreshold: 150 });
    const snapshot = storage.snapshot(await storage.currentTs());
    expect((await snapshot.batchGet([bytes('a'), bytes('b')])).map(text)).toEqual(['1', '2']);
    expect((await snapshot.batchGet([bytes('a')])).map(text)).toEqual(['1']);
    expect(reads()).toEqual([follower, leader]);
  });

  test('stores of TiFlash are no learners that have rows', async () => {
    await start((c) => (c.labels = [[], [], [['engine', 'tiflash']]]));
    expect(await get({ replicaRead: 'learner' })).toBe('1');
    expect(reads()).toEqual([leader]);
  });

  test.each([
    ['data_is_not_ready', message([[13, message([[1, 1]])]])],
    ['server_is_busy', message([[6, message([[1, 'busy']])]])],
    ['read_index_not_ready', message([[11, message([[1, 'soon']])]])],
    ['region_not_found', message([[3, message([[1, 1]])]])],
    ['not_leader', message([[2, message([[1, 1]])]])],
    ['max_timestamp_not_synced', message([[10, message([])]])],
    ['is_witness', message([[19, message([[1, 1]])]])],
  ])('what a follower cannot answer (%s) the leader does', async (_, error) => {
    await start();
    refuse(2, error);
    expect(await get({ replicaRead: 'follower' })).toBe('1');
    expect(reads()).toEqual([follower, leader]);
  });

  test('a follower that is away is not asked', async () => {
    await start();
    expect(await get({ replicaRead: 'follower' })).toBe('1');
    cluster.stores[1]!.server.forceShutdown();
    expect(await get({ replicaRead: 'follower' })).toBe('1');
    expect(reads()).toEqual([follower, leader]);
  });

  test('prefer-leader asks a follower while the leader is busy', async () => {
    await start();
    refuse(1, message([[6, message([[1, 'busy']])]]));
    expect(await get({ replicaRead: 'prefer-leader' })).toBe('1');
    expect(reads()).toEqual([leader, follower]);
  });

  test('prefer-leader asks a follower while the leader is slow', async () => {
    await start();
    cluster.stores[0]!.slowScore = 100;
    for (let i = 0; i < 2; i++) expect(await get({ replicaRead: 'prefer-leader' })).toBe('1');
    expect(reads()).toEqual([leader, follower]);
  });

  test('what would wait too long at the leader, a follower reads', async () => {
    await start();
    const wait = message([
      [1, 'read pool'],
      [3, 5000],
    ]);
    refuse(1, message([[6, wait]]));
    const storage = session({ busyThresholdMs: 700 });
    const snapshot = storage.snapshot(await storage.currentTs());
    expect((await snapshot.batchGet([bytes('a')])).map(text)).toEqual(['1']);
    expect(reads()).toEqual([leader, follower]);
    expect(cluster.asked(BATCH_GET).map((r) => r.message(1).int(27))).toEqual([700n, 0n]);
  });

  test('a read of the past asks any peer, and the leader when that is behind', async () => {
    await start();
    const ts = await cluster.storage.currentTs();
    const stale = { staleTs: ts };
    expect(await get(stale)).toBe('1');
    expect(reads()).toEqual([
      { ...(reads()[0]!.store === 1 ? leader : follower), replica: false, stale: true },
    ]);
    refuse(null, message([[13, message([[1, 1]])]]));
    expect(await get(stale)).toBe('1');
    const [, refused, last] = reads();
    expect([refused!.stale, last]).toEqual([true, leader]);
    // Reads at another time are nothing of it.
    expect(
      text(
        await session(stale)
          .snapshot(ts + 8n)
          .get(bytes('a')),
      ),
    ).toBe('1');
    expect(reads().at(-1)).toEqual(leader);
  });
});
