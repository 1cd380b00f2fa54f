import type { RpcContext } from '../../rpc.js';
import { bytes, CLUSTER, FakeCluster } from '../testing/fake-cluster.js';
import type { RawMessage } from '../testing/raw-proto.js';
import { credentialsOf } from './channel.js';
import { StoreClient } from './store-client.js';

/** What each kind of request says, by the field numbers of kvrpcpb.proto and coprocessor.proto. */
const CONTEXT: RpcContext = {
  clusterId: CLUSTER,
  regionId: 7,
  regionEpoch: { confVer: 3, version: 9 },
  peer: { id: 71, storeId: 1 },
  priority: 'high',
  isolationLevel: 'RC',
  notFillCache: true,
  replicaRead: true,
  staleRead: true,
  resolvedLocks: [40n],
  committedLocks: [41n],
  maxExecutionMs: 1234,
  taskId: 55n,
  resourceGroupTag: bytes('tag'),
  isRetry: true,
  requestSource: 'external_Select',
  txnSource: 6n,
  busyThresholdMs: 900,
  resourceGroup: 'rg1',
};

/** kvrpcpb.Context of the above. */
function expectContext(c: RawMessage, maxExecutionMs: bigint): void {
  expect({
    regionId: c.int(1),
    epoch: [c.message(2).int(1), c.message(2).int(2)],
    peer: [c.message(3).int(1), c.message(3).int(2)],
    term: c.has(5),
    // CommandPri.High, IsolationLevel.RC
    priority: c.int(6),
    isolation: c.int(7),
    notFillCache: c.int(8),
    syncLog: c.has(9),
    replicaRead: c.int(12),
    resolvedLocks: c.ints(13),
    maxExecution: c.int(14),
    appliedIndex: c.has(15),
    taskId: c.int(16),
    staleRead: c.int(17),
    tag: c.text(18),
    diskFullOpt: c.int(19),
    retry: c.int(20),
    apiVersion: c.int(21),
    committedLocks: c.ints(22),
    source: c.text(24),
    txnSource: c.int(25),
    busyThreshold: c.int(27),
    resourceGroup: c.message(28).text(1),
    keyspace: c.int(32),
    buckets: c.has(33),
    cluster: c.int(35),
  }).toEqual({
    regionId: 7n,
    epoch: [3n, 9n],
    peer: [71n, 1n],
    term: false,
    priority: 2n,
    isolation: 1n,
    notFillCache: 1n,
    syncLog: false,
    replicaRead: 1n,
    resolvedLocks: [40n],
    maxExecution: maxExecutionMs,
    appliedIndex: false,
    taskId: 55n,
    staleRead: 1n,
    tag: 'tag',
    diskFullOpt: 0n,
    retry: 1n,
    apiVersion: 0n,
    committedLocks: [41n],
    source: 'external_Select',
    txnSource: 6n,
    busyThreshold: 900n,
    resourceGroup: 'rg1',
    keyspace: 0xffffffffn,
    buckets: false,
    cluster: CLUSTER,
  });
}

type Send = (store: StoreClient, context: RpcContext) => unknown;
type Check = (r: RawMessage) => unknown;

const key = bytes('k');
const put = { op: 'put', key, value: bytes('v'), assertion: 'notExist' } as const;
/** A store gives writes up before the client is tired of waiting: client-go's MaxWriteExecutionTime. */
const WRITE = 20_000n;
const READ = 1234n;

/** Number of the command in BatchCommandsRequest.Request, limit of time, request, the fields beside the context and their values. */
const KINDS: readonly (readonly [string, number, bigint, Send, Check, unknown])[] = [
  [
    'get',
    1,
    READ,
    (s, context) => s.get({ context, key, version: 10n }),
    (r) => [r.text(2), r.int(3)],
    ['k', 10n],
  ],
  [
    'scan',
    2,
    READ,
    (s, context) =>
      s.scan({ context, startKey: bytes('a'), endKey: bytes('z'), limit: 5, version: 10n, keyOnly: true }),
    (r) => [r.text(2), r.int(3), r.int(4), r.int(5), r.has(6), r.text(7), r.has(8)],
    ['a', 5n, 10n, 1n, false, 'z', false],
  ],
  [
    'scan, backwards: from the end down to the start',
    2,
    READ,
    (s, context) =>
      s.scan({ context, startKey: bytes('a'), endKey: bytes('z'), limit: 5, version: 10n, reverse: true }),
    (r) => [r.text(2), r.int(6), r.text(7)],
    ['z', 1n, 'a'],
  ],
  [
    'prewrite',
    3,
    WRITE,
    (s, context) =>
      s.prewrite({
        context,
        mutations: [put],
        primaryLock: key,
        startVersion: 10n,
        lockTtl: 3000,
        txnSize: 1,
        pessimisticActions: ['doPessimisticCheck'],
        forUpdateTs: 12n,
        minCommitTs: 13n,
        maxCommitTs: 99n,
        useAsyncCommit: true,
        secondaries: [bytes('s')],
        lockedAt: [{ index: 3, forUpdateTs: 14n }],
        assertionLevel: 'strict',
      }),
    (r) => [
      [r.message(2).int(1), r.message(2).text(2), r.message(2).text(3), r.message(2).int(4)],
      [r.text(3), r.int(4), r.int(5), r.ints(7), r.int(8), r.int(9), r.int(10), r.int(11)],
      [r.text(12), r.has(13), r.int(14), r.int(15)],
      [r.message(16).int(1), r.message(16).int(2)],
    ],
    [
      [0n, 'k', 'v', 2n],
      ['k', 10n, 3000n, [1n], 1n, 12n, 13n, 1n],
      ['s', false, 99n, 2n],
      [3n, 14n],
    ],
  ],
  [
    'commit',
    4,
    WRITE,
    (s, context) => s.commit({ context, startVersion: 10n, keys: [key], commitVersion: 11n }),
    (r) => [r.int(2), r.text(3), r.int(4)],
    [10n, 'k', 11n],
  ],
  [
    'batch get',
    7,
    READ,
    (s, context) => s.batchGet({ context, keys: [key, bytes('l')], version: 10n }),
    (r) => [r.allBytes(2).length, r.int(3)],
    [2, 10n],
  ],
  [
    'batch rollback',
    8,
    WRITE,
    (s, context) => s.batchRollback({ context, startVersion: 10n, keys: [key] }),
    (r) => [r.int(2), r.text(3)],
    [10n, 'k'],
  ],
  [
    'scan lock',
    9,
    READ,
    (s, context) =>
      s.scanLock({ context, maxVersion: 10n, startKey: bytes('a'), endKey: bytes('z'), limit: 6 }),
    (r) => [r.int(2), r.text(3), r.int(4), r.text(5)],
    [10n, 'a', 6n, 'z'],
  ],
  [
    'resolve lock, of some keys',
    10,
    WRITE,
    (s, context) => s.resolveLock({ context, startVersion: 10n, commitVersion: 0n, keys: [key] }),
    (r) => [r.int(2), r.int(3), r.text(5)],
    [10n, 0n, 'k'],
  ],
  [
    'coprocessor',
    22,
    READ,
    (s, context) =>
      s.coprocessor({
        context,
        dag: null,
        wire: bytes('dag'),
        startTs: 10n,
        ranges: [{ startKey: bytes('a'), endKey: bytes('z') }],
        keepOrder: true,
        desc: false,
        pagingSize: 128,
      }),
    // Details are wanted: record_time_stat, record_scan_stat.
    (r) => [
      [r.message(1).int(10), r.message(1).int(11)],
      [r.int(2), r.text(3), r.message(4).text(1), r.message(4).text(2), r.int(7), r.int(10)],
    ],
    [
      [1n, 1n],
      [103n, 'dag', 'a', 'z', 10n, 128n],
    ],
  ],
  [
    'pessimistic lock',
    23,
    READ,
    (s, context) =>
      s.pessimisticLock({
        context,
        mutations: [{ op: 'pessimisticLock', key }],
        primaryLock: key,
        startVersion: 10n,
        lockTtl: 3000,
        forUpdateTs: 12n,
        isFirstLock: true,
        waitTimeout: -1,
        returnValues: true,
        checkExistence: true,
        lockOnlyIfExists: true,
        minCommitTs: 13n,
      }),
    (r) => [
      [r.message(2).int(1), r.message(2).text(2), r.text(3), r.int(4), r.int(5), r.int(6), r.int(7)],
      [BigInt.asIntN(64, r.int(8)), r.int(10), r.int(11), r.int(12), r.int(13), r.has(14)],
    ],
    [
      [5n, 'k', 'k', 10n, 3000n, 12n, 1n],
      [-1n, 1n, 13n, 1n, 1n, false],
    ],
  ],
  [
    'pessimistic lock in spite of newer versions',
    23,
    READ,
    (s, context) =>
      s.pessimisticLock({
        context,
        mutations: [{ op: 'pessimisticLock', key }],
        primaryLock: key,
        startVersion: 10n,
        lockTtl: 3000,
        forUpdateTs: 12n,
        waitTimeout: 50,
        newest: true,
      }),
    (r) => [r.message(2).text(2), r.int(8), r.int(14)],
    ['k', 50n, 1n],
  ],
  [
    'pessimistic rollback',
    24,
    WRITE,
    (s, context) => s.pessimisticRollback({ context, startVersion: 10n, forUpdateTs: 12n, keys: [key] }),
    (r) => [r.int(2), r.int(3), r.text(4)],
    [10n, 12n, 'k'],
  ],
  [
    'check txn status',
    25,
    WRITE,
    (s, context) =>
      s.checkTxnStatus({
        context,
        primaryKey: key,
        lockTs: 10n,
        callerStartTs: 20n,
        currentTs: 21n,
        rollbackIfNotExist: true,
        forceSyncCommit: true,
        resolvingPessimisticLock: true,
      }),
    (r) => [r.text(2), r.int(3), r.int(4), r.int(5), r.int(6), r.int(7), r.int(8), r.int(9)],
    ['k', 10n, 20n, 21n, 1n, 1n, 1n, 1n],
  ],
  [
    'heartbeat',
    26,
    WRITE,
    (s, context) => s.txnHeartBeat({ context, primaryLock: key, startVersion: 10n, adviseLockTtl: 9000 }),
    (r) => [r.text(2), r.int(3), r.int(4)],
    ['k', 10n, 9000n],
  ],
  [
    'check secondary locks',
    33,
    READ,
    (s, context) => s.checkSecondaryLocks({ context, keys: [key], startVersion: 10n }),
    (r) => [r.text(2), r.int(3)],
    ['k', 10n],
  ],
];

describe('requests of each kind', () => {
  let cluster: FakeCluster;
  let store: StoreClient;
  beforeAll(async () => {
    cluster = new FakeCluster();
    await cluster.start();
    store = new StoreClient(() => Promise.resolve(cluster.stores[0]!.address), credentialsOf(null), 1);
  });
  afterAll(async () => {
    store.close();
    await cluster.stop();
  });

  test.each(KINDS)('%s', async (_, tag, limit, send, check, expected) => {
    const before = cluster.order.length;
    await send(store, CONTEXT);
    const { request, tag: sent } = cluster.order[before]!;
    expect(sent).toBe(tag);
    expectContext(request.message(1), limit);
    expect(check(request)).toEqual(expected);
  });
});
