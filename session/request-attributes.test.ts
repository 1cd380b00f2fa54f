import { ResourceGroupTag } from '../kv/tikv/generated/tipb.js';
import { normalizeDigest } from '../parser/digest.js';
import { SessionAttributes } from './request-attributes.js';
import type { Session } from './session.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;
let attributes: SessionAttributes;
beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query('CREATE TABLE t (id INT PRIMARY KEY)');
  attributes = new SessionAttributes(s.session as Session);
});
afterAll(() => engine.close());

test('a statement says how it is to be treated', async () => {
  const seen = async (sql: string): Promise<unknown[]> => {
    await s.query(sql);
    const { requestSource, priority, notFillCache } = attributes;
    return [requestSource, priority, notFillCache];
  };
  expect(await seen('SELECT id FROM t')).toEqual(['external_Select', 'normal', false]);
  expect(await seen('SELECT SQL_NO_CACHE HIGH_PRIORITY id FROM t')).toEqual([
    'external_Select',
    'high',
    true,
  ]);
  expect(await seen('UPDATE LOW_PRIORITY t SET id = 1')).toEqual(['external_Update', 'low', false]);
  expect(await seen('ANALYZE TABLE t')).toEqual(['external_Analyze', 'low', true]);
  await s.query("SET GLOBAL tidb_force_priority = 'HIGH_PRIORITY'");
  expect(await seen('SELECT id FROM t')).toEqual(['external_Select', 'high', false]);
  await s.query('SET GLOBAL tidb_force_priority = DEFAULT');
});

test('a statement is known by its digest', async () => {
  await s.query('UPDATE t SET id = 2 WHERE id = 5');
  const tag = ResourceGroupTag.decode(attributes.resourceGroupTag!);
  const { digest } = normalizeDigest('update t set id = 7 where id = 8');
  expect(Buffer.from(tag.sqlDigest).toString('hex')).toBe(digest);
});

test('which peers read', async () => {
  expect(attributes.replicaRead).toBe('leader');
  await s.query("SET tidb_replica_read = 'closest-adaptive', tidb_adaptive_closest_read_threshold = 10");
  await s.query("SET tidb_load_based_replica_read_threshold = '250ms', tidb_cdc_write_source = 3");
  expect([attributes.replicaRead, attributes.closestThreshold]).toEqual(['closest-adaptive', 10]);
  expect([attributes.busyThresholdMs, attributes.txnSource]).toEqual([250, 3n]);
  await s.query('SELECT /*+ READ_CONSISTENT_REPLICA() */ id FROM t');
  expect(attributes.replicaRead).toBe('follower');
});

test('reads of the past are stale, a snapshot that is set is not', async () => {
  expect(attributes.staleTs).toBeNull();
  await s.query('START TRANSACTION READ ONLY AS OF TIMESTAMP NOW(6)');
  expect(attributes.staleTs).toBeGreaterThan(0n);
  await s.query('COMMIT');
  expect(attributes.staleTs).toBeNull();
  await s.query('SET tidb_snapshot = NOW(6)');
  await s.query('SELECT id FROM t');
  expect(attributes.staleTs).toBeNull();
});
