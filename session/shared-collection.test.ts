import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wireCoprocessor } from '../executor/coprocessor/wire/serve-dag.js';
import { physicalOf } from '../kv/client/oracle.js';
import { PD } from '../kv/tikv/generated/pdpb.js';
import { PdClient } from '../kv/tikv/client/pd-client.js';
import { credentialsOf } from '../kv/tikv/client/channel.js';
import { ServedStore } from '../kv/tikv/server/served-store.js';
import { GarbageCollector } from './engine/garbage-collector.js';
import type { Session } from './session.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

let dir: string;
let store: ServedStore;
let one: TestEngine;
let two: TestEngine;
let a: TestSession;
let b: TestSession;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rutile-collection-'));
  store = await ServedStore.open({
    dataDir: dir,
    listen: ['127.0.0.1:0'],
    coprocessor: wireCoprocessor,
    durability: 2,
  });
  [one, two] = await Promise.all([
    TestEngine.open(store.addresses[0]!),
    TestEngine.open(store.addresses[0]!),
  ]);
  a = await one.session();
  b = await two.session();
  await a.query('CREATE TABLE t (id INT PRIMARY KEY, v INT)');
  await a.query('INSERT INTO t VALUES (1, 1), (2, 2)');
});
afterEach(async () => {
  await Promise.all([one.close(), two.close()]);
  await store.close();
  rmSync(dir, { recursive: true });
});

/** The server of `s` collects all that nobody reads; gives what was wanted. */
async function collect(s: TestSession): Promise<bigint> {
  const core = (s.session as Session).engine;
  const now = await core.storage.currentTs();
  await new GarbageCollector(core).collect(now, 0n, physicalOf(now));
  return now;
}

test('one server collects, and keeps what a transaction of the other reads', async () => {
  await b.query('BEGIN');
  const before = await b.query('SELECT * FROM t ORDER BY id');
  const startTs = (b.session as Session).transaction.txn!.startTs;
  for (let i = 0; i < 3; i++) await a.query('UPDATE t SET v = v + 10');
  await a.query('DELETE FROM t WHERE id = 2');
  await collect(a);
  expect(store.gcSafePoint).toBeGreaterThan(0n);
  expect(store.gcSafePoint).toBeLessThan(startTs);
  expect(await b.query('SELECT * FROM t ORDER BY id')).toEqual(before);
  expect(await b.query('SELECT v FROM t WHERE id = 2')).toEqual([['2']]);
  await b.query('COMMIT');
  const kept = store.gcSafePoint;
  await collect(b);
  expect(store.gcSafePoint).toBeGreaterThanOrEqual(kept);
  expect(await b.query('SELECT * FROM t')).toEqual([['1', '31']]);
});

test('what another service of the cluster keeps is kept', async () => {
  const pd = new PdClient([store.addresses[0]!], credentialsOf(null));
  try {
    await a.query('UPDATE t SET v = v + 10');
    const held = await (a.session as Session).engine.storage.currentTs();
    const reply = await pd.call(PD.UpdateServiceGCSafePoint, (header) => ({
      header,
      serviceId: Buffer.from('br'),
      ttl: 600n,
      safePoint: held,
    }));
    expect(reply.minSafePoint).toBeLessThanOrEqual(held);
    await a.query('UPDATE t SET v = v + 10');
    const wanted = await collect(b);
    expect(store.gcSafePoint).toBeLessThanOrEqual(held);
    expect(store.gcSafePoint).toBeLessThan(wanted);
  } finally {
    pd.close();
  }
});
