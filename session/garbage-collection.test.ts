import { composeTs, physicalOf } from '../kv/client/oracle.js';
import { GarbageCollector } from './engine/garbage-collector.js';
import type { Session } from './session.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;
let other: TestSession;
const NO_WAIT = 0n;

const coreOf = (of: TestSession): Session['engine'] => (of.session as Session).engine;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Collects all that nobody reads, in memtables as well; transactions from before `waitedFor` are not waited for. */
async function collect(waitedFor = NO_WAIT): Promise<void> {
  const core = coreOf(s);
  const now = await core.storage.currentTs();
  await new GarbageCollector(core).collect(now, waitedFor, physicalOf(now));
}

async function now(): Promise<string> {
  await pause(5);
  const [[text]] = (await s.query('SELECT NOW(6)')) as [[string]];
  await pause(5);
  return text;
}

beforeEach(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  other = await engine.session();
  await s.query('CREATE TABLE t (id INT PRIMARY KEY, v INT, KEY (v))');
  await s.query('INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)');
});
afterEach(() => engine.close());

async function change(): Promise<void> {
  await s.query('UPDATE t SET v = v + 10');
  await s.query('DELETE FROM t WHERE id = 2');
  await s.query('UPDATE t SET v = v + 10');
  // Versions get where collection finds them.
  await engine.restart();
  s = await engine.session();
  other = await engine.session();
}

async function writeMore(): Promise<void> {
  for (let i = 0; i < 3; i++) await s.query('UPDATE t SET v = v + 10');
  await s.query('DELETE FROM t WHERE id = 1');
}

const sums = async (of: TestSession): Promise<unknown> => [
  await of.query('SELECT * FROM t ORDER BY id'),
  await of.query('SELECT id FROM t FORCE INDEX (v) ORDER BY v'),
  await of.query('SELECT v FROM t WHERE id = 1'),
];

test('a transaction keeps its snapshot through collections', async () => {
  await change();
  await other.query('BEGIN');
  const before = await sums(other);
  await writeMore();
  await collect();
  await collect();
  expect(await sums(other)).toEqual(before);
  await other.query('COMMIT');
  await collect();
  expect(await sums(s)).toEqual([[['3', '53']], [['3']], []]);
});

test('so does one that reads the past, and tidb_snapshot ends with the versions', async () => {
  const then = await now();
  const before = await sums(s);
  await writeMore();
  await other.query(`START TRANSACTION READ ONLY AS OF TIMESTAMP '${then}'`);
  const third = await engine.session();
  await third.query(`SET tidb_snapshot = '${then}'`);
  await collect();
  expect(await sums(other)).toEqual(before);
  expect(await sums(third)).toEqual(before);
  await other.query('COMMIT');
  await collect();
  await expect(third.query('SELECT * FROM t')).rejects.toMatchObject({ code: 9006 });
  await expect(other.query(`SELECT * FROM t AS OF TIMESTAMP '${then}'`)).rejects.toMatchObject({
    code: 8055,
  });
  await third.query("SET tidb_snapshot = ''");
  expect(await third.query('SELECT * FROM t ORDER BY id')).toEqual([
    ['2', '32'],
    ['3', '33'],
  ]);
});

test('one that has run for longer than collection waits reads no more', async () => {
  await other.query('BEGIN');
  await other.query('SELECT * FROM t');
  await pause(5);
  await writeMore();
  const third = await engine.session();
  await third.query('BEGIN');
  const kept = await sums(third);
  await s.query('DELETE FROM t');
  const started = (third.session as Session).transaction.txn!.startTs;
  await collect(composeTs(physicalOf(started)));
  await expect(other.query('SELECT * FROM t')).rejects.toMatchObject({ code: 9006 });
  await other.query('ROLLBACK');
  expect(await sums(third)).toEqual(kept);
});

test('the settings are rows of mysql.tidb, either way', async () => {
  const row = async (name: string): Promise<unknown> =>
    (await s.query(`SELECT variable_value FROM mysql.tidb WHERE variable_name = '${name}'`))[0]?.[0];
  expect(await row('tikv_gc_life_time')).toBe('10m0s');
  await s.query("SET GLOBAL tidb_gc_life_time = '1h', GLOBAL tidb_gc_enable = OFF");
  expect([await row('tikv_gc_life_time'), await row('tikv_gc_enable')]).toEqual(['1h0m0s', 'false']);
  await s.query(
    "UPDATE mysql.tidb SET variable_value = '30m' WHERE variable_name = 'tikv_gc_life_time'; UPDATE mysql.tidb SET variable_value = 'soon' WHERE variable_name = 'tikv_gc_run_interval'",
  );
  await new GarbageCollector(coreOf(s)).run();
  expect(await s.query('SELECT @@tidb_gc_life_time, @@tidb_gc_run_interval')).toEqual([['30m0s', '10m0s']]);
  expect(await row('tikv_gc_run_interval')).toBe('10m0s');
  const announced = await row('tikv_gc_safe_point');
  await s.query('SET GLOBAL tidb_gc_enable = ON');
  await new GarbageCollector(coreOf(s)).run();
  expect(await row('tikv_gc_safe_point')).toBe(announced);
  expect(await row('tikv_gc_leader_uuid')).toBe(coreOf(s).cluster.nodeId);
});

test('ranges of what was dropped are told of until they are removed, and for a day after it', async () => {
  const ranges = (table: string): Promise<(string | null)[][]> =>
    s.query(`SELECT element_id, start_key, end_key FROM mysql.${table} ORDER BY job_id, element_id`);
  const ids = async (): Promise<string[]> =>
    (await s.query("SELECT tidb_table_id FROM information_schema.tables WHERE table_schema = 'test'")).map(
      ([id]) => id!,
    );
  await collect();
  expect(await ranges('gc_delete_range')).toEqual([]);
  const [t] = await ids();
  const key = (id: string, rest = ''): string =>
    `74${(BigInt(id) + 2n ** 63n).toString(16).padStart(16, '0')}${rest}`;
  await s.query('ALTER TABLE t DROP INDEX v');
  const [[element, start]] = (await ranges('gc_delete_range')) as [[string, string]];
  expect([element, start]).toEqual(['1', key(t!, '5f698000000000000001')]);
  await s.query('CREATE TABLE p (id INT) PARTITION BY HASH (id) PARTITIONS 2');
  await s.query('DROP TABLE p');
  expect((await ranges('gc_delete_range')).map(([e]) => e)).toEqual(['1', '1', '2']);
  await s.query('DROP TABLE t');
  expect((await ranges('gc_delete_range')).map(([, from]) => from)).toContain(key(t!));
  await s.query('FLASHBACK TABLE t');
  expect((await ranges('gc_delete_range')).map(([, from]) => from)).not.toContain(key(t!));
  await s.query('ADMIN CHECK TABLE mysql.gc_delete_range');
  const queued = await ranges('gc_delete_range');
  await collect();
  expect(await ranges('gc_delete_range')).toEqual([]);
  expect((await ranges('gc_delete_range_done')).slice(-queued.length)).toEqual(queued);
  await s.query('ADMIN CHECK TABLE mysql.gc_delete_range_done');
  expect(await s.query('SELECT * FROM t')).toHaveLength(3);
});
