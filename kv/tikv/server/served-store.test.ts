import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status, type Client } from '@grpc/grpc-js';
import { credentialsOf, openChannel } from '../client/channel.js';
import { callUnary } from '../client/unary.js';
import { Deadlock } from '../generated/deadlock.js';
import { Health } from '../generated/grpc_health.js';
import {
  Action,
  Op,
  PessimisticLockKeyResultType,
  PessimisticLockWakeUpMode,
  PrewriteRequestPessimisticAction,
} from '../generated/kvrpcpb.js';
import type { ContextInit } from '../generated/kvrpcpb.js';
import { ErrorType, PD } from '../generated/pdpb.js';
import { Tikv } from '../generated/tikvpb.js';
import { decodeRegionKey, encodeRegionKey } from '../region-key.js';
import type { Method } from '../wire/codec.js';
import { leaderOf, type Region } from './region-table.js';
import { ServedStore } from './served-store.js';

const bytes = (s: string): Uint8Array => Uint8Array.from(Buffer.from(s));
const text = (b: Uint8Array): string => Buffer.from(b).toString();

let dir: string;
let served: ServedStore;
let client: Client;
let clusterId: bigint;

async function open(listen = ['127.0.0.1:0']): Promise<void> {
  served = await ServedStore.open({ dataDir: dir, listen, durability: 0 });
  client = openChannel(served.addresses[0]!, credentialsOf(null));
  clusterId = (await ask(PD.GetMembers, {})).header!.clusterId;
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rutile-kv-'));
  await open();
});
afterEach(async () => {
  client.close();
  await served.close();
  await rm(dir, { recursive: true });
});

function ask<Req, ReqInit, Res, ResInit>(m: Method<Req, ReqInit, Res, ResInit>, req: ReqInit): Promise<Res> {
  return callUnary(client, served.addresses[0]!, m, req, 5000);
}

const header = () => ({ clusterId });
const ts = (): bigint => served.store.timestamp();

function contextOf(region: Region, changes: Partial<ContextInit> = {}): ContextInit {
  return {
    regionId: region.id,
    regionEpoch: { confVer: region.confVer, version: region.version },
    peer: leaderOf(region),
    ...changes,
  };
}
const only = (): Region => served.regions.all()[0]!;

async function put(key: string, value: string): Promise<bigint> {
  const startVersion = ts();
  const context = contextOf(served.regions.find(bytes(key)));
  const mutations = [{ op: Op.Put, key: bytes(key), value: bytes(value) }];
  const prewritten = await ask(Tikv.KvPrewrite, {
    context,
    mutations,
    primaryLock: bytes(key),
    startVersion,
    lockTtl: 3000,
    txnSize: 1,
  });
  expect(prewritten).toMatchObject({ errors: [], regionError: undefined, onePcCommitTs: 0n });
  const commitVersion = ts();
  const committed = await ask(Tikv.KvCommit, { context, startVersion, keys: [bytes(key)], commitVersion });
  expect(committed).toMatchObject({ error: undefined, regionError: undefined });
  return commitVersion;
}

describe('PD', () => {
  test('one member leads and names itself', async () => {
    const m = await ask(PD.GetMembers, {});
    expect(m.leader?.clientUrls).toEqual([`http://${served.addresses[0]}`]);
    expect(m.members.map((x) => x.memberId)).toEqual([m.leader!.memberId]);
    expect(clusterId).toBeGreaterThan(0n);
  });

  test('requests of another cluster are refused', async () => {
    await expect(ask(PD.GetAllStores, { header: { clusterId: 1n } })).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      message: expect.stringContaining('mismatch cluster id') as string,
    });
  });

  test('ids are never given twice, not after a restart either', async () => {
    const seen = new Set<number>();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 5; i++) {
        const { id } = await ask(PD.AllocID, { header: header() });
        expect(seen.has(id)).toBe(false);
        seen.add(id);
      }
      client.close();
      await served.close();
      await open();
    }
  });

  test('regions by key, id and range, with encoded borders', async () => {
    served.regions.split(only(), [bytes('g'), bytes('p')]);
    const get = async (key: string) =>
      await ask(PD.GetRegion, { header: header(), regionKey: encodeRegionKey(bytes(key)) });
    const middle = await get('h');
    expect(text(decodeRegionKey(middle.region!.startKey))).toBe('g');
    expect(text(decodeRegionKey(middle.region!.endKey))).toBe('p');
    expect(middle.leader).toMatchObject(middle.region!.peers[0]!);
    const previous = await ask(PD.GetPrevRegion, {
      header: header(),
      regionKey: encodeRegionKey(bytes('h')),
    });
    expect(previous.region!.startKey.length).toBe(0);
    const byId = await ask(PD.GetRegionByID, { header: header(), regionId: middle.region!.id });
    expect(byId.region).toEqual(middle.region);
    const all = await ask(PD.ScanRegions, { header: header(), limit: 2 });
    expect(all.regions.length).toBe(2);
    expect(all.regionMetas.length).toBe(2);
    const ranges = ['a', 'z'].map((k) => ({
      startKey: encodeRegionKey(bytes(k)),
      endKey: encodeRegionKey(bytes(`${k}a`)),
    }));
    const some = await ask(PD.BatchScanRegions, { header: header(), ranges, limit: 10 });
    expect(some.regions.map((r) => r.region!.endKey.length > 0)).toEqual([true, false]);
  });

  test('regions and their epochs survive a restart', async () => {
    served.regions.split(only(), [bytes('g'), bytes('p')]);
    served.regions.mergeIntoNext(served.regions.find(bytes('g')));
    const before = served.regions.all();
    client.close();
    await served.close();
    await open();
    expect(served.regions.all()).toEqual(before);
    expect(before.map((r) => r.version)).toEqual([3, 4]);
  });

  test('safe points: the slowest service holds the others, and the GC safe point never goes back', async () => {
    const service = (id: string, safePoint: bigint, ttl = 100n) =>
      ask(PD.UpdateServiceGCSafePoint, { header: header(), serviceId: Buffer.from(id), ttl, safePoint });
    expect((await service('gc_worker', 50n)).minSafePoint).toBe(50n);
    expect((await service('backup', 60n)).minSafePoint).toBe(50n);
    expect((await service('gc_worker', 90n)).minSafePoint).toBe(60n);
    expect((await service('backup', 0n, 0n)).minSafePoint).toBe(90n);
    // One below what is collected already is not taken.
    expect((await service('late', 10n)).minSafePoint).toBe(90n);
    const gc = (safePoint: bigint) => ask(PD.UpdateGCSafePoint, { header: header(), safePoint });
    expect((await gc(80n)).newSafePoint).toBe(80n);
    expect((await gc(70n)).newSafePoint).toBe(80n);
    expect((await ask(PD.GetGCSafePoint, { header: header() })).safePoint).toBe(80n);
  });

  test('global configuration and health', async () => {
    await ask(PD.StoreGlobalConfig, { configPath: '/c', changes: [{ name: 'a', payload: bytes('1') }] });
    const loaded = await ask(PD.LoadGlobalConfig, { configPath: '/c', names: ['a', 'b'] });
    expect(loaded.items.map((i) => [i.name, text(i.payload), i.error?.type ?? 0])).toEqual([
      ['a', '1', 0],
      ['b', '', ErrorType.GLOBAL_CONFIG_NOT_FOUND],
    ]);
    expect((await ask(Health.Check, {})).status).toBe(1);
    expect((await ask(PD.GetClusterInfo, {})).serviceModes).toEqual([1]);
    expect((await ask(PD.IsBootstrapped, { header: header() })).bootstrapped).toBe(true);
  });
});

describe('region errors', () => {
  const get = (context: ContextInit, key = 'k') =>
    ask(Tikv.KvGet, { context, key: bytes(key), version: ts() });

  test('store, region, peer, term and epoch are checked', async () => {
    const r = only();
    expect((await get(contextOf(r))).regionError).toBeUndefined();
    const error = async (changes: Partial<ContextInit>) => (await get(contextOf(r, changes))).regionError;
    expect(await error({ peer: { id: leaderOf(r).id, storeId: 99 } })).toMatchObject({
      storeNotMatch: { requestStoreId: 99, actualStoreId: 1 },
    });
    expect(await error({ peer: undefined })).toMatchObject({ storeNotMatch: { requestStoreId: 0 } });
    expect(await error({ regionId: 12345 })).toMatchObject({ regionNotFound: { regionId: 12345 } });
    expect(await error({ peer: { id: 777, storeId: 1 } })).toMatchObject({
      mismatchPeerId: { requestPeerId: 777, storePeerId: leaderOf(r).id },
    });
    expect(await error({ term: 1 })).toMatchObject({ staleCommand: {} });
    // Peers are nothing to a read.
    expect(await error({ regionEpoch: { confVer: 9, version: r.version } })).toBeUndefined();
    const stale = await error({ regionEpoch: { confVer: 1, version: 0 } });
    expect(stale?.epochNotMatch?.currentRegions.map((x) => x.id)).toEqual([r.id]);
  });

  test('after a split the old epoch is refused with what is there now', async () => {
    const old = contextOf(only());
    const { regions } = await ask(Tikv.SplitRegion, { context: old, splitKeys: [bytes('g'), bytes('p')] });
    expect(regions.map((r) => text(decodeRegionKey(r.startKey)))).toEqual(['', 'g', 'p']);
    // The last part keeps the id.
    expect(regions[2]!.id).toBe(old.regionId);
    expect(regions.map((r) => r.regionEpoch!.version)).toEqual([3, 3, 3]);
    const { regionError } = await get(old);
    expect(regionError?.epochNotMatch?.currentRegions.map((r) => text(decodeRegionKey(r.startKey)))).toEqual([
      'p',
      'g',
    ]);
    const other = await get(contextOf(served.regions.find(bytes('a'))), 'z');
    expect(other.regionError?.keyNotInRegion).toMatchObject({
      key: bytes('z'),
      endKey: encodeRegionKey(bytes('g')),
    });
  });

  test('a store that does not lead says who does', async () => {
    client.close();
    await served.close();
    await rm(dir, { recursive: true });
    dir = await mkdtemp(join(tmpdir(), 'rutile-kv-'));
    await open(['127.0.0.1:0', '127.0.0.1:0']);
    const r = only();
    served.regions.transferLeader(r, 1);
    const { regionError } = await get(contextOf(r));
    expect(regionError?.notLeader).toMatchObject({
      regionId: r.id,
      leader: { id: r.peers[1]!.id, storeId: 2 },
    });
  });
});

describe('transactions', () => {
  test('two phases, reads around them, and a scan in both directions', async () => {
    const before = ts();
    await put('a', '1');
    await put('b', '2');
    const context = contextOf(only());
    expect(text((await ask(Tikv.KvGet, { context, key: bytes('a'), version: ts() })).value)).toBe('1');
    expect((await ask(Tikv.KvGet, { context, key: bytes('a'), version: before })).notFound).toBe(true);
    const scan = async (req: object) =>
      (await ask(Tikv.KvScan, { context, limit: 10, version: ts(), ...req })).pairs.map(
        (p) => text(p.key) + text(p.value),
      );
    expect(await scan({})).toEqual(['a1', 'b2']);
    expect(await scan({ startKey: bytes('a'), endKey: bytes('b') })).toEqual(['a1']);
    // Downwards from start_key, which is not included, to end_key, which is.
    expect(await scan({ reverse: true, startKey: bytes('b'), endKey: bytes('a') })).toEqual(['a1']);
    expect(await scan({ reverse: true })).toEqual(['b2', 'a1']);
    expect(await scan({ keyOnly: true })).toEqual(['a', 'b']);
    const got = await ask(Tikv.KvBatchGet, { context, keys: [bytes('x'), bytes('b')], version: ts() });
    expect(got.pairs.map((p) => text(p.value))).toEqual(['2']);
  });

  test('a transaction without a for-update timestamp is optimistic whatever actions it names', async () => {
    const startVersion = ts();
    await put('k', 'newer');
    const res = await ask(Tikv.KvPrewrite, {
      context: contextOf(only()),
      mutations: [{ op: Op.Put, key: bytes('k'), value: bytes('late') }],
      primaryLock: bytes('k'),
      startVersion,
      lockTtl: 3000,
      txnSize: 1,
      pessimisticActions: [PrewriteRequestPessimisticAction.SKIP_PESSIMISTIC_CHECK],
    });
    expect(res.errors.map((e) => e.conflict?.startTs)).toEqual([startVersion]);
  });

  test('commands for another cluster are refused', async () => {
    const get = (id: bigint) =>
      ask(Tikv.KvGet, { context: contextOf(only(), { clusterId: id }), key: bytes('k'), version: ts() });
    await expect(get(clusterId + 1n)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    expect((await get(clusterId)).notFound).toBe(true);
  });

  test('a lock is met, checked, expires and is rolled back', async () => {
    const context = contextOf(only());
    const startVersion = ts();
    const mutations = [{ op: Op.Put, key: bytes('k'), value: bytes('v') }];
    await ask(Tikv.KvPrewrite, {
      context,
      mutations,
      primaryLock: bytes('k'),
      startVersion,
      lockTtl: 1,
      txnSize: 1,
    });
    const met = await ask(Tikv.KvGet, { context, key: bytes('k'), version: ts() });
    expect(met.error?.locked).toMatchObject({ lockVersion: startVersion, lockTtl: 1, lockType: Op.Put });
    const { locks } = await ask(Tikv.KvScanLock, { context, maxVersion: ts(), limit: 10 });
    expect(locks.map((l) => text(l.key))).toEqual(['k']);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const status = await ask(Tikv.KvCheckTxnStatus, {
      context,
      primaryKey: bytes('k'),
      lockTs: startVersion,
      callerStartTs: ts(),
      currentTs: ts(),
      rollbackIfNotExist: true,
      verifyIsPrimary: true,
    });
    expect(status).toMatchObject({ action: Action.TTLExpireRollback, lockTtl: 0, commitVersion: 0n });
    const commit = await ask(Tikv.KvCommit, {
      context,
      startVersion,
      keys: [bytes('k')],
      commitVersion: ts(),
    });
    expect(commit.error?.retryable).not.toBe('');
    expect((await ask(Tikv.KvGet, { context, key: bytes('k'), version: ts() })).notFound).toBe(true);
  });

  test('transactions are resolved in bulk', async () => {
    const context = contextOf(only());
    const [a, b] = [ts(), ts()];
    for (const [startVersion, key] of [
      [a, 'a'],
      [b, 'b'],
    ] as const) {
      const mutations = [{ op: Op.Put, key: bytes(key), value: bytes('v') }];
      await ask(Tikv.KvPrewrite, {
        context,
        mutations,
        primaryLock: bytes(key),
        startVersion,
        lockTtl: 3000,
        txnSize: 1,
      });
    }
    await ask(Tikv.KvResolveLock, {
      context,
      txnInfos: [
        { txn: a, status: ts() },
        { txn: b, status: 0n },
      ],
    });
    const { pairs } = await ask(Tikv.KvScan, { context, limit: 10, version: ts() });
    expect(pairs.map((p) => text(p.key))).toEqual(['a']);
  });

  test('cleanup rolls back an expired lock, and tells of a commit', async () => {
    const context = contextOf(only());
    const startVersion = ts();
    const mutations = [{ op: Op.Put, key: bytes('k'), value: bytes('v') }];
    await ask(Tikv.KvPrewrite, {
      context,
      mutations,
      primaryLock: bytes('k'),
      startVersion,
      lockTtl: 60_000,
      txnSize: 1,
    });
    const alive = await ask(Tikv.KvCleanup, { context, key: bytes('k'), startVersion, currentTs: ts() });
    expect(alive.error?.locked?.lockVersion).toBe(startVersion);
    expect(await ask(Tikv.KvCleanup, { context, key: bytes('k'), startVersion })).toMatchObject({
      error: undefined,
      commitVersion: 0n,
    });
    expect((await ask(Tikv.KvScanLock, { context, maxVersion: ts(), limit: 10 })).locks).toEqual([]);
  });

  test('pessimistic locks give values; forced ones pass newer versions', async () => {
    const commitTs = await put('k', 'v');
    const context = contextOf(only());
    const lock = (startVersion: bigint, forUpdateTs: bigint, more: object = {}) =>
      ask(Tikv.KvPessimisticLock, {
        context,
        mutations: [{ op: Op.PessimisticLock, key: bytes('k') }],
        primaryLock: bytes('k'),
        startVersion,
        forUpdateTs,
        lockTtl: 3000,
        waitTimeout: -1,
        ...more,
      });
    const old = commitTs - 1n;
    const first = await lock(old, old);
    expect(first.errors[0]?.conflict).toMatchObject({ conflictCommitTs: commitTs, key: bytes('k') });
    const forced = await lock(old, old, { wakeUpMode: PessimisticLockWakeUpMode.WakeUpModeForceLock });
    expect(forced.results).toMatchObject([
      {
        type: PessimisticLockKeyResultType.LockResultLockedWithConflict,
        existence: true,
        lockedWithConflictTs: commitTs,
        value: bytes('v'),
      },
    ]);
    const other = ts();
    expect((await lock(other, ts())).errors[0]?.locked?.lockVersion).toBe(old);
    await ask(Tikv.KVPessimisticRollback, {
      context,
      startVersion: old,
      forUpdateTs: ts(),
      keys: [bytes('k')],
    });
    const values = await lock(other, ts(), { returnValues: true });
    expect([values.values.map(text), values.notFounds]).toEqual([['v'], [false]]);
    const waiting = lock(ts(), ts(), { waitTimeout: 2000 });
    for (;;) {
      const { entries } = await ask(Tikv.GetLockWaitInfo, {});
      if (entries.length === 0) continue;
      expect(entries[0]!.waitForTxn).toBe(other);
      break;
    }
    expect((await ask(Deadlock.GetWaitForEntries, {})).entries.length).toBe(1);
    await ask(Tikv.KVPessimisticRollback, {
      context,
      startVersion: other,
      forUpdateTs: ts(),
      keys: [bytes('k')],
    });
    expect((await waiting).errors).toEqual([]);
  });

  test('versions and locks of a key are shown, by the key and by a transaction of it', async () => {
    await put('k', '1');
    await put('k', '2');
    const context = contextOf(only());
    const startVersion = ts();
    const mutations = [{ op: Op.Put, key: bytes('k'), value: bytes('3') }];
    await ask(Tikv.KvPrewrite, {
      context,
      mutations,
      primaryLock: bytes('k'),
      startVersion,
      lockTtl: 3000,
      txnSize: 1,
    });
    const { info } = await ask(Tikv.MvccGetByKey, { context, key: bytes('k') });
    expect(info!.lock).toMatchObject({ startTs: startVersion, primary: bytes('k'), shortValue: bytes('3') });
    expect(info!.writes.map((w) => text(w.shortValue))).toEqual(['2', '1']);
    const found = await ask(Tikv.MvccGetByStartTs, { context, startTs: info!.writes[1]!.startTs });
    expect(text(found.key)).toBe('k');
  });

  test('a flashback undoes what was written since, and nobody looks while it does', async () => {
    await put('kept', '1');
    await put('changed', '1');
    await put('deleted', '1');
    const version = ts();
    await put('changed', '2');
    await put('added', '2');
    const context = contextOf(only());
    const del = ts();
    const mutations = [{ op: Op.Del, key: bytes('deleted') }];
    await ask(Tikv.KvPrewrite, {
      context,
      mutations,
      primaryLock: bytes('deleted'),
      startVersion: del,
      lockTtl: 3000,
      tryOnePc: true,
    });
    // A lock that is there is rolled back.
    const open = ts();
    await ask(Tikv.KvPrewrite, {
      context,
      mutations: [{ op: Op.Put, key: bytes('kept'), value: bytes('3') }],
      primaryLock: bytes('kept'),
      startVersion: open,
      lockTtl: 3000,
    });
    const startTs = ts();
    const notPrepared = await ask(Tikv.KvFlashbackToVersion, {
      context,
      version,
      startTs,
      commitTs: startTs + 1n,
    });
    expect(notPrepared.regionError?.flashbackNotPrepared).toBeDefined();
    expect(await ask(Tikv.KvPrepareFlashbackToVersion, { context, version, startTs })).toMatchObject({
      regionError: undefined,
      error: '',
    });
    const refused = await ask(Tikv.KvGet, { context, key: bytes('kept'), version: ts() });
    expect(refused.regionError?.flashbackInProgress).toMatchObject({ flashbackStartTs: startTs });
    const done = await ask(Tikv.KvFlashbackToVersion, { context, version, startTs, commitTs: ts() });
    expect(done).toMatchObject({ regionError: undefined, error: '' });
    const { pairs } = await ask(Tikv.KvScan, { context, limit: 10, version: ts() });
    expect(pairs.map((p) => text(p.key) + text(p.value))).toEqual(['changed1', 'deleted1', 'kept1']);
    const late = await ask(Tikv.KvCommit, {
      context,
      startVersion: open,
      keys: [bytes('kept')],
      commitVersion: ts(),
    });
    expect(late.error?.retryable).not.toBe('');
  });

  test('coprocessor requests go to who evaluates them, whole or as a stream', async () => {
    await put('k', 'v');
    const context = contextOf(only());
    const request = {
      context,
      tp: 103,
      data: bytes('dag'),
      startTs: ts(),
      ranges: [{ start: bytes('a'), end: bytes('z') }],
    };
    expect((await ask(Tikv.Coprocessor, request)).otherError).toContain('103');
    client.close();
    await served.close();
    served = await ServedStore.open({
      dataDir: dir,
      listen: ['127.0.0.1:0'],
      durability: 0,
      coprocessor: (req, store) => {
        const value = store.mvccReader(req.startTs).get(bytes('k'));
        return { data: Buffer.concat([req.data, value ?? bytes('none')]) };
      },
    });
    client = openChannel(served.addresses[0]!, credentialsOf(null));
    expect(text((await ask(Tikv.Coprocessor, request)).data)).toBe('dagv');
    const { path, requestSerialize, responseDeserialize } = Tikv.CoprocessorStream;
    const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
    const answers: string[] = [];
    for await (const r of stream) answers.push(text((r as { data: Uint8Array }).data));
    expect(answers).toEqual(['dagv']);
    const stale = await ask(Tikv.Coprocessor, { ...request, context: contextOf(only(), { regionId: 999 }) });
    expect(stale.regionError?.regionNotFound).toBeDefined();
  });

  test('a destroyed range is gone at every timestamp', async () => {
    await put('a', '1');
    await put('b', '2');
    expect((await ask(Tikv.UnsafeDestroyRange, { startKey: bytes('a'), endKey: bytes('b') })).error).toBe('');
    const { pairs } = await ask(Tikv.KvScan, { context: contextOf(only()), limit: 10, version: ts() });
    expect(pairs.map((p) => text(p.key))).toEqual(['b']);
  });
});

test('a region that grows beyond the size is split in parts of about it', async () => {
  client.close();
  await served.close();
  served = await ServedStore.open({
    dataDir: dir,
    listen: ['127.0.0.1:0'],
    durability: 0,
    regionSize: 10_000,
  });
  client = openChannel(served.addresses[0]!, credentialsOf(null));
  const value = 'v'.repeat(500);
  for (let i = 0; i < 60; i++) {
    const startVersion = ts();
    const key = bytes(`k${String(i).padStart(3, '0')}`);
    await served.store.prewrite({
      context: { regionId: 1, regionEpoch: { confVer: 1, version: 1 } },
      mutations: [{ op: 'put', key, value: bytes(value) }],
      primaryLock: key,
      startVersion,
      lockTtl: 3000,
      txnSize: 1,
      tryOnePc: true,
    });
  }
  await served.splitter.run();
  const regions = served.regions.all();
  // 60 rows of 504 bytes: 19 to a region of 10,000 bytes, and the rest of 3 with the last.
  expect(regions.map((r) => text(r.startKey))).toEqual(['', 'k019', 'k038']);
});
