import { prefixNext } from '../kv/codec/byte-writer.js';
import { isIndexKey } from '../kv/codec/table-key.js';
import type { Session } from './session.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;

beforeEach(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query('CREATE TABLE t (id INT PRIMARY KEY, v INT, u INT, KEY v (v), UNIQUE KEY u (u))');
  await s.query('INSERT INTO t VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3)');
});
afterEach(() => engine.close());

/** Takes stored entries of the table away, or rows, behind its back. */
async function lose(which: 'entries' | 'rows'): Promise<void> {
  const core = (s.session as Session).engine;
  const [[id]] = (await s.query(
    "SELECT tidb_table_id FROM information_schema.tables WHERE table_name = 't'",
  )) as [[string]];
  const prefix = Buffer.concat([Buffer.from('t'), Buffer.alloc(8)]);
  prefix.writeBigInt64BE(BigInt(id) ^ -(1n << 63n), 1);
  const txn = await core.storage.begin();
  const pairs = txn.iterate(prefix, prefixNext(prefix));
  for (let p = await pairs.next(); p !== null; p = await pairs.next())
    if (isIndexKey(p.key) === (which === 'entries')) txn.delete(p.key);
  pairs.close();
  await txn.commit();
}

const WRITES = [
  'UPDATE t SET v = 10 WHERE id = 1',
  'DELETE FROM t WHERE id = 2',
  'UPDATE t SET u = 30 WHERE id = 3',
];

test('STRICT refuses what contradicts the store, OFF and FAST do not look', async () => {
  await lose('entries');
  await s.query("SET tidb_txn_assertion_level = 'STRICT'");
  for (const mode of ['OPTIMISTIC', 'PESSIMISTIC'])
    for (const sql of WRITES) {
      await expect(s.query(sql)).rejects.toMatchObject({ code: 8141 });
      await s.query(`BEGIN ${mode}`);
      await s.query(sql);
      await expect(s.query('COMMIT')).rejects.toMatchObject({ code: 8141 });
    }
  expect(await s.query('SELECT id, v, u FROM t USE INDEX () ORDER BY id')).toEqual([
    ['1', '1', '1'],
    ['2', '2', '2'],
    ['3', '3', '3'],
  ]);
  // The entry that is in the way is that of the row itself: a duplicate is one first of all.
  await s.query('CREATE TABLE d (id INT PRIMARY KEY, v INT, KEY (v))');
  await s.query('INSERT INTO d VALUES (1, 1)');
  await expect(s.query('INSERT INTO d VALUES (1, 1)')).rejects.toMatchObject({ code: 1062 });
  for (const level of ['OFF', 'FAST']) {
    await s.query(`SET tidb_txn_assertion_level = '${level}'`);
    await s.query(WRITES.shift()!);
  }
});

test('entries of rows that are gone are found by what would write them again', async () => {
  await lose('rows');
  await s.query("SET tidb_txn_assertion_level = 'STRICT'");
  await s.query('INSERT INTO t VALUES (1, 7, 7)');
  await expect(s.query('UPDATE t SET v = 1 WHERE id = 1')).rejects.toMatchObject({
    code: 8141,
    message: expect.stringMatching(
      /^assertion failed: key: 74[0-9a-f]+, assertion: NotExist, start_ts: \d+, existing start ts: \d+, existing commit ts: \d+$/,
    ) as string,
  });
});

test('all kinds of writes pass under STRICT, however a transaction goes over its own', async () => {
  await s.query("SET tidb_txn_assertion_level = 'STRICT'");
  for (const begin of ['SET autocommit = 1', 'BEGIN PESSIMISTIC', 'BEGIN OPTIMISTIC']) {
    await s.query(begin);
    await s.query('INSERT INTO t VALUES (4, 4, 4), (5, 5, NULL)');
    await s.query('DELETE FROM t WHERE id = 4');
    await s.query('INSERT INTO t VALUES (4, 4, 4)');
    await s.query('UPDATE t SET id = id + 10, v = v + 1 WHERE id >= 4');
    await s.query('REPLACE INTO t VALUES (14, 5, 1)');
    await s.query('INSERT INTO t VALUES (14, 1, 9) ON DUPLICATE KEY UPDATE u = 90, id = 20');
    await s.query('SAVEPOINT a');
    await s.query('DELETE FROM t');
    await s.query('INSERT INTO t VALUES (1, 1, 1)');
    await s.query('ROLLBACK TO a').catch(() => undefined);
    await s.query('UPDATE t SET u = u + 1000 ORDER BY u DESC');
    await s.query('INSERT IGNORE INTO t VALUES (2, 2, 2), (6, 6, 6)');
    await s.query('COMMIT');
    await s.query('ADMIN CHECK TABLE t');
    await s.query('DELETE FROM t');
    await s.query('INSERT INTO t VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3)');
  }
});
