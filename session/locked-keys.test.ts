import { jest } from '@jest/globals';
import { decodeTableKey } from '../kv/codec/table-key.js';
import { EntryCursor, type TxnMemBuffer } from '../kv/client/mem-buffer.js';
import { KvTransaction } from '../kv/client/transaction.js';
import { KeyFlag } from '../kv/client/write-entry.js';
import { Random, testSeed } from '../testing/random.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

const SEED = testSeed();
const TRANSACTIONS = 300;
const VALUES = 8;

/**
 * What a pessimistic transaction writes of records and of unique indexes is locked by the time it commits (TiDB: KeysNeedToLock). Without that
 * a waiter could hold such a key and wait for the row, while the commit waits for the key: a ring that no deadlock detection sees.
 */
describe(`a pessimistic transaction has locked what it commits (RUTILE_SEED=${SEED})`, () => {
  let engine: TestEngine;
  let session: TestSession;
  /** `${table or partition id}/${index id}` of unique indexes. */
  const unique = new Set<string>();
  const hidden = new Set<number>();
  const missing: string[] = [];
  let checked = 0;

  function check(buffer: TxnMemBuffer): void {
    const none = new Uint8Array(0);
    const entries = new EntryCursor(buffer, none, none, false);
    for (let e = entries.next(); e !== null; e = entries.next()) {
      const key = decodeTableKey(e.key);
      if (e.value === undefined || key === null) continue;
      if (key.indexId !== null && !unique.has(`${key.tableId}/${key.indexId}`)) continue;
      checked++;
      // Nobody else can come to know a new hidden handle.
      if (key.indexId === null && hidden.has(key.tableId) && (e.flags & KeyFlag.AssertNotExist) !== 0)
        continue;
      if ((e.flags & KeyFlag.Locked) === 0) missing.push(`${key.tableId}/${key.indexId ?? 'record'}`);
    }
  }

  const TABLES: Readonly<Record<string, string>> = {
    by_id: 'k INT PRIMARY KEY, u INT NOT NULL UNIQUE, v INT, KEY (v)',
    by_text: 'k VARCHAR(10) PRIMARY KEY CLUSTERED, u INT NOT NULL UNIQUE, v INT, UNIQUE KEY ku (k, v)',
    hidden: 'k VARCHAR(10) NOT NULL, u INT NOT NULL, v INT, UNIQUE KEY (k), UNIQUE KEY (u), KEY (v)',
    prefix:
      'k INT PRIMARY KEY NONCLUSTERED, u VARCHAR(10) COLLATE utf8mb4_general_ci NOT NULL, v INT, UNIQUE KEY (u(3))',
    parts:
      'k INT PRIMARY KEY, u INT NOT NULL, v INT, UNIQUE KEY (u) GLOBAL) PARTITION BY HASH (k) PARTITIONS (3',
  };

  beforeAll(async () => {
    engine = await TestEngine.open();
    session = await engine.session();
    for (const [name, columns] of Object.entries(TABLES))
      await session.query(`CREATE TABLE ${name} (${columns})`.replace('PARTITIONS (3)', 'PARTITIONS 3'));
    const rows = await session.query(
      `SELECT t.tidb_table_id, i.index_id, p.tidb_partition_id FROM information_schema.tidb_indexes i
       JOIN information_schema.tables t ON t.table_schema = i.table_schema AND t.table_name = i.table_name
       LEFT JOIN information_schema.partitions p ON p.table_schema = i.table_schema AND p.table_name = i.table_name
       WHERE i.non_unique = 0 AND t.table_schema = DATABASE()`,
    );
    const withoutKey = await session.query(
      "SELECT tidb_table_id FROM information_schema.tables WHERE table_name IN ('hidden', 'prefix')",
    );
    for (const [id] of withoutKey) hidden.add(Number(id));
    for (const [table, index, partition] of rows) {
      unique.add(`${table}/${index}`);
      if (partition !== null) unique.add(`${partition}/${index}`);
    }
    const { commit } = KvTransaction.prototype;
    jest.spyOn(KvTransaction.prototype, 'commit').mockImplementation(function (this: KvTransaction) {
      if (this.pessimistic) check(this.memBuffer);
      return commit.call(this);
    });
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await engine.close();
  });

  test('whatever the statements', async () => {
    const random = new Random(SEED);
    const n = (): number => random.below(VALUES);
    const row = (): string => `(${n()}, ${n()}, ${n()})`;
    const rows = (): string => Array.from({ length: 1 + random.below(3) }, row).join(', ');
    const where = (): string =>
      random.pick([`k = ${n()}`, `u = ${n()}`, `v = ${n()}`, `k IN (${n()}, ${n()})`, `v > ${n()}`, 'TRUE']);
    const change = (): string =>
      random.pick([
        `u = ${n()}`,
        `k = ${n()}`,
        `v = ${n()}`,
        `k = k + 10, v = ${n()}`,
        `u = u + 1`,
        `u = ${n()}, k = ${n()}`,
      ]);
    const statement = (t: string): string =>
      random.pick([
        () => `INSERT INTO ${t} (k, u, v) VALUES ${rows()}`,
        () => `INSERT IGNORE INTO ${t} (k, u, v) VALUES ${rows()}`,
        () => `REPLACE INTO ${t} (k, u, v) VALUES ${rows()}`,
        () => `INSERT INTO ${t} (k, u, v) VALUES ${rows()} ON DUPLICATE KEY UPDATE ${change()}`,
        () => `UPDATE ${t} SET ${change()} WHERE ${where()}`,
        () => `UPDATE IGNORE ${t} SET ${change()} WHERE ${where()}`,
        () => `UPDATE ${t} SET u = u + 1 ORDER BY u DESC`,
        () => `DELETE FROM ${t} WHERE ${where()}`,
        () => `UPDATE ${t} a JOIN by_id b ON a.v = b.k SET a.u = b.u + ${n()}, b.v = ${n()}`,
        () => `DELETE a FROM ${t} a JOIN by_id b ON a.v = b.v WHERE b.k = ${n()}`,
      ])();
    for (let i = 0; i < TRANSACTIONS; i++) {
      await session.query('BEGIN');
      const done: string[] = [];
      for (let s = 1 + random.below(4); s > 0; s--) {
        const sql = statement(random.pick(Object.keys(TABLES)));
        done.push(`${sql} -- ${await session.errorOf(sql)}`);
      }
      await session.query('COMMIT');
      if (missing.length > 0) throw new Error(`not locked: ${missing.join(', ')} after\n${done.join('\n')}`);
    }
    expect(checked).toBeGreaterThan(TRANSACTIONS);
  });
});
