import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Server,
  type Metadata,
  ServerCredentials,
  status,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { Random, testSeed } from '../../../testing/random.js';
import type { Storage } from '../../storage.js';
import * as pb from '../generated/pdpb.js';
import { PD } from '../generated/pdpb.js';
import { ServedStore } from '../server/served-store.js';
import { CALM } from '../testing/fault-proxy.js';
import { TestCluster } from '../testing/test-cluster.js';
import type { TlsFiles } from '../tls.js';
import { credentialsOf } from './channel.js';
import { openTikvStorage } from './open-tikv-storage.js';
import { PdClient } from './pd-client.js';
import { TsoStream } from './tso-stream.js';

const bytes = (s: string): Uint8Array => Uint8Array.from(Buffer.from(s));
const text = (b: Uint8Array | null): string | null => (b === null ? null : Buffer.from(b).toString());

async function put(storage: Storage, rows: Readonly<Record<string, string>>): Promise<void> {
  const txn = await storage.begin();
  for (const [k, v] of Object.entries(rows)) txn.set(bytes(k), bytes(v));
  await txn.commit();
}

const read = async (storage: Storage, key: string): Promise<string | null> =>
  text(await storage.snapshot(await storage.currentTs()).get(bytes(key)));

/** A member of a PD cluster that leads or not, and counts what it is asked. */
class FakePd {
  private readonly server = new Server();
  url = '';
  leader: FakePd | null = null;
  /** How many requests it still refuses since it has not looked at its cluster yet. */
  early = 0;
  readonly asked = { timestamps: 0, requests: 0, forwarded: 0 };
  private logical = 0;

  async start(): Promise<void> {
    const unary =
      <Req, Res>(answer: (req: Req) => Res) =>
      (call: ServerUnaryCall<Req, Res>, done: sendUnaryData<Res>): void => {
        if (!this.answers(call.metadata)) done({ code: status.UNAVAILABLE, details: 'not leader' });
        else done(null, answer(call.request));
      };
    const { GetMembers, AllocID, Tso } = PD;
    this.server.addService(
      { GetMembers, AllocID, Tso } as never,
      {
        GetMembers: (_: unknown, done: sendUnaryData<pb.GetMembersResponseInit>) => {
          const member = (p: FakePd) => ({ name: p.url, clientUrls: [p.url] });
          done(null, {
            header: { clusterId: 7n },
            members: [member(this)],
            leader: this.leader === null ? undefined : member(this.leader),
          });
        },
        AllocID: unary<pb.AllocIDRequest, pb.AllocIDResponseInit>(() => {
          const error = { type: pb.ErrorType.NOT_BOOTSTRAPPED, message: 'cluster is not bootstrapped' };
          if (this.early > 0) this.early--;
          else return { header: { clusterId: 7n }, id: 42 };
          return { header: { clusterId: 7n, error } };
        }),
        Tso: (call: ServerDuplexStream<pb.TsoRequest, pb.TsoResponseInit>) => {
          call.on('error', () => {});
          call.on('data', (req: pb.TsoRequest) => {
            if (!this.answers(call.metadata)) {
              call.emit('error', { code: status.UNAVAILABLE, details: 'not leader' });
              return;
            }
            this.asked.requests++;
            this.asked.timestamps += req.count;
            this.logical += req.count;
            call.write({
              header: { clusterId: 7n },
              count: req.count,
              timestamp: { physical: 1000, logical: this.logical },
            });
          });
          call.on('end', () => call.end());
        },
      } as never,
    );
    const port = await new Promise<number>((resolve, reject) =>
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (e, p) =>
        e === null ? resolve(p) : reject(e),
      ),
    );
    this.url = `http://127.0.0.1:${port}`;
  }

  /** As the leader, or for the leader that a follower is to ask. */
  private answers(metadata: Metadata): boolean {
    const [host] = metadata.get('pd-forwarded-host');
    if (host !== undefined) this.asked.forwarded++;
    return this.leader === this || (host !== undefined && host === this.leader?.url);
  }

  stop(): void {
    this.server.forceShutdown();
  }
}

describe('PD', () => {
  let a: FakePd;
  let b: FakePd;
  let pd: PdClient;
  beforeEach(async () => {
    a = new FakePd();
    b = new FakePd();
    await a.start();
    await b.start();
    a.leader = a;
    b.leader = a;
    // The first endpoint is dead.
    pd = new PdClient(['127.0.0.1:1', b.url], credentialsOf(null));
  });
  afterEach(() => {
    pd.close();
    a.stop();
    b.stop();
  });

  const allocate = async () => (await pd.call(PD.AllocID, (header) => ({ header }))).id;

  test('the leader is found through any member, and followed', async () => {
    expect(await allocate()).toBe(42);
    expect(pd.cluster).toBe(7n);
    // A leader that resigned says so.
    a.leader = b;
    b.leader = b;
    expect(await allocate()).toBe(42);
    // One that is gone does not.
    b.leader = a;
    a.leader = a;
    b.stop();
    expect(await allocate()).toBe(42);
  });

  test('a leader that has only just taken office is asked again', async () => {
    a.early = 2;
    expect(await allocate()).toBe(42);
  });

  test('without a leader a request fails with 9001 when its budget is spent', async () => {
    pd.close();
    pd = new PdClient([b.url], credentialsOf(null), 600);
    b.leader = null;
    await expect(allocate()).rejects.toMatchObject({ code: 9001 });
  });

  test('timestamps follow a leader too', async () => {
    const tso = new TsoStream(pd);
    const { first, step } = await tso.fetch(10);
    expect(step).toBe(1n);
    expect((await tso.fetch(1)).first).toBe(first + 10n);
    a.leader = b;
    b.leader = b;
    await tso.fetch(3);
    expect(b.asked).toEqual({ timestamps: 3, requests: 1, forwarded: 0 });
    tso.close();
  });

  test('a leader that is out of reach is asked through the member that names it', async () => {
    const tso = new TsoStream(pd);
    await tso.fetch(1);
    // The other members still hear of it.
    a.stop();
    expect(await allocate()).toBe(42);
    await tso.fetch(2);
    expect(b.asked.forwarded).toBeGreaterThanOrEqual(2);
    tso.close();
  });

  test('an error tells why PD did not answer', async () => {
    pd.close();
    pd = new PdClient(['127.0.0.1:1'], credentialsOf(null), 100);
    await expect(allocate()).rejects.toThrow(/^PD server timeout: 127\.0\.0\.1:1: .*ECONNREFUSED/);
  });
});

describe('a cluster', () => {
  const seed = testSeed();
  let cluster: TestCluster;
  afterEach(() => cluster.stop());

  test('timestamps of many callers go in few requests and are all different', async () => {
    cluster = await TestCluster.start(new Random(seed));
    const { storage } = cluster;
    const all = await Promise.all(Array.from({ length: 1000 }, () => storage.currentTs()));
    expect(new Set(all).size).toBe(1000);
    expect([...all].sort((x, y) => (x < y ? -1 : 1))).toEqual(all);
    expect(all[999]).toBeGreaterThan(all[0]!);
  });

  test('scans, lookups and commits over many regions, which the client learns of by and by', async () => {
    const borders = Array.from({ length: 40 }, (_, i) => bytes(`k${String(i * 5).padStart(3, '0')}`));
    cluster = await TestCluster.start(new Random(seed), { borders, client: { batchBytes: 256 } });
    const { storage } = cluster;
    const rows = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`k${String(i).padStart(3, '0')}`, `v${i}`]),
    );
    await put(storage, rows);
    const snapshot = storage.snapshot(await storage.currentTs());
    const keys = Object.keys(rows);
    const values = await snapshot.batchGet([...keys].reverse().map(bytes));
    expect(values.map(text)).toEqual([...keys].reverse().map((k) => rows[k]));
    for (const reverse of [false, true]) {
      const it = snapshot.iterate(bytes('k007'), bytes('k193'), { reverse });
      const found: string[] = [];
      for (let p = await it.next(); p !== null; p = await it.next()) found.push(text(p.key)!);
      const expected = keys.slice(7, 193);
      expect(found).toEqual(reverse ? expected.reverse() : expected);
    }
    // Everything again after the borders have moved.
    for (const r of [...cluster.store.regions.all()].slice(3, 9))
      cluster.store.regions.mergeIntoNext(cluster.store.regions.get(r.id)!);
    cluster.store.regions.split(cluster.store.regions.find(bytes('k100')), [bytes('k101'), bytes('k103')]);
    const later = storage.snapshot(await storage.currentTs());
    expect((await later.batchGet(keys.map(bytes))).map(text)).toEqual(keys.map((k) => rows[k]));
    await put(storage, Object.fromEntries(keys.map((k) => [k, 'new'])));
    expect(await read(storage, 'k102')).toBe('new');
  });

  test('a connection that breaks is made again', async () => {
    cluster = await TestCluster.start(new Random(seed));
    await put(cluster.storage, { a: '1' });
    for (let i = 0; i < 3; i++) {
      cluster.breakConnections();
      expect(await read(cluster.storage, 'a')).toBe('1');
    }
  });

  test('a store that is gone for good is an error, not a wait for ever', async () => {
    cluster = await TestCluster.start(new Random(seed), { client: {} });
    const { storage } = cluster;
    await put(storage, { a: '1' });
    cluster.faults = { ...CALM, regionError: 1 };
    const controller = new AbortController();
    const snapshot = storage.snapshot(await storage.currentTs(), { signal: controller.signal });
    const reading = Promise.resolve(snapshot.get(bytes('a')));
    setTimeout(() => controller.abort(), 100);
    // KILL ends the wait between attempts.
    await expect(reading).rejects.toMatchObject({ code: 1317 });
    cluster.faults = CALM;
    expect(await read(storage, 'a')).toBe('1');
  });

  test('a range is destroyed, and old versions are collected up to the safe point', async () => {
    cluster = await TestCluster.start(new Random(seed), { borders: [bytes('m')] });
    const { storage } = cluster;
    await put(storage, { a: '1', z: '1' });
    await put(storage, { a: '2', z: '2' });
    await storage.deleteRange(bytes('a'), bytes('b'));
    expect(await read(storage, 'a')).toBeNull();
    const txn = await storage.begin();
    await storage.gc(await storage.currentTs());
    // The transaction above holds it back.
    expect(cluster.store.gcSafePoint).toBeLessThan(txn.startTs);
    await txn.rollback();
  });
});

describe('TLS', () => {
  const pem = (name: string): Buffer =>
    readFileSync(new URL(`../../../testdata/tls/${name}.pem`, import.meta.url));
  const node: TlsFiles = { ca: pem('ca'), cert: pem('node'), key: pem('node-key') };
  let dir: string;
  let served: ServedStore;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'rutile-tls-'));
    served = await ServedStore.open({ dataDir: dir, listen: ['127.0.0.1:0'], durability: 0, tls: node });
  });
  afterEach(async () => {
    await served.close();
    await rm(dir, { recursive: true });
  });

  test('a client with a certificate of the authority is served', async () => {
    const storage = await openTikvStorage({ pd: served.addresses, tls: node });
    await put(storage, { a: '1' });
    expect(await read(storage, 'a')).toBe('1');
    await storage.close();
  });

  test.each<[string, TlsFiles | null, RegExp]>([
    ['none at all', null, /^PD server timeout: .+: No connection established/],
    ['no certificate', { ca: pem('ca'), cert: null, key: null }, /^PD server timeout: ./],
    [
      'one of somebody else',
      { ca: pem('ca'), cert: pem('other'), key: pem('other-key') },
      /^PD server timeout: ./,
    ],
    [
      'another authority than the store',
      { ca: pem('other'), cert: pem('node'), key: pem('node-key') },
      /self-signed certificate in certificate chain/,
    ],
  ])('a client with %s is not, and hears why', async (_, tls, why) => {
    const pd = new PdClient(served.addresses, credentialsOf(tls), 100);
    const error = await pd
      .call(PD.IsBootstrapped, (header) => ({ header }))
      .catch((e: unknown) => e as Error);
    expect(error).toMatchObject({ code: 9001 });
    expect((error as Error).message).toMatch(why);
    pd.close();
  });
});

describe('a commit whose check holds for a time only', () => {
  const commit = async (
    rows: readonly string[],
    check: (asked: number, startTs: bigint) => bigint | null,
  ): Promise<{ asked: bigint[]; startTs: bigint; commitTs: bigint | string; left: (string | null)[] }> => {
    const cluster = await TestCluster.start(new Random(testSeed()), { borders: [bytes('m')] });
    const { storage } = cluster;
    const txn = await storage.begin();
    for (const key of rows) txn.set(bytes(key), bytes('1'));
    const asked: bigint[] = [];
    txn.onBeforeCommit((reached) => {
      asked.push(reached);
      return check(asked.length, txn.startTs);
    });
    const commitTs = await Promise.resolve(txn.commit()).catch((e: Error) => e.message);
    const left = await Promise.all(rows.map((key) => read(storage, key)));
    await cluster.stop();
    return { asked, startTs: txn.startTs, commitTs, left };
  };

  // In one region it is one phase, over two an asynchronous commit: the store refuses both, and two phases ask again.
  test.each([[['a', 'b']], [['a', 'x']]])('is asked again when time has gone on: %j', async (rows) => {
    const { asked, startTs, commitTs, left } = await commit(rows, (n, start) => (n < 3 ? start + 1n : null));
    expect(asked.slice(0, 2)).toEqual([0n, 0n]);
    expect(asked).toHaveLength(3);
    expect(asked[2]).toBeGreaterThan(startTs);
    expect(commitTs).toBeGreaterThan(asked[2]!);
    expect(left).toEqual(['1', '1']);
  });

  test.each([[['a', 'b']], [['a', 'x']]])('leaves nothing where it then fails: %j', async (rows) => {
    const { commitTs, left } = await commit(rows, (n, start) => {
      if (n === 3) throw new Error('schema changed');
      return start + 1n;
    });
    expect({ commitTs, left }).toEqual({ commitTs: 'schema changed', left: [null, null] });
  });
});
