import { recordRange } from '../kv/codec/table-key.js';
import type { Session } from '../session/session.js';
import { TestEngine } from '../session/testing/test-engine.js';
import { randomSource } from '../testing/random.js';

/** Errors that a statement may meet while partitions come and go under it. */
const ALLOWED: ReadonlySet<number> = new Set([0, 1062, 1213, 1526, 8028, 9007]);

test('global and multi-valued indexes agree with the rows while partitions change under writers', async () => {
  const { seed, random } = randomSource();
  const engine = await TestEngine.open();
  try {
    const ddl = await engine.session();
    await ddl.query(
      'CREATE TABLE t (id INT, v INT, w INT, j JSON, UNIQUE KEY v (v) GLOBAL, KEY w (w) GLOBAL, KEY m ((CAST(j AS UNSIGNED ARRAY))) GLOBAL) ' +
        'PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN (200), PARTITION p2 VALUES LESS THAN (400))',
    );
    const values = Array.from({ length: 300 }, (_, i) => `(${i}, ${i}, ${i % 7}, '[${i % 5}, ${i % 3}]')`);
    await ddl.query(`INSERT INTO t VALUES ${values.join(',')}`);
    let stop = false;
    const seen = new Map<number, number>();
    const writers = Array.from({ length: 3 }, async () => {
      const s = await engine.session();
      const any = (): number => Math.floor(random() * 400);
      while (!stop) {
        const statement = [
          `INSERT INTO t VALUES (${any()}, ${any()}, ${any() % 7}, '[${any() % 9}, 1]')`,
          `UPDATE t SET id = ${any()}, w = w + 1 WHERE v = ${any()}`,
          `UPDATE t SET v = ${any()}, j = '[${any() % 9}]' WHERE v = ${any()}`,
          `DELETE FROM t WHERE v = ${any()}`,
          `REPLACE INTO t VALUES (${any()}, ${any()}, 3, NULL)`,
        ][Math.floor(random() * 5)]!;
        const error = await s.errorOf(statement);
        seen.set(error, (seen.get(error) ?? 0) + 1);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const changes = [
      'ALTER TABLE t REORGANIZE PARTITION p0, p1 INTO (PARTITION q0 VALUES LESS THAN (150), PARTITION q1 VALUES LESS THAN (200))',
      'ALTER TABLE t TRUNCATE PARTITION q0',
      'ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 3',
      'ALTER TABLE t COALESCE PARTITION 1',
    ];
    for (const change of changes) {
      await ddl.query(change);
      await ddl.query('ADMIN CHECK TABLE t');
    }
    stop = true;
    await Promise.all(writers);
    await ddl.query('ADMIN CHECK TABLE t');
    const unexpected = [...seen.keys()].filter((e) => !ALLOWED.has(e));
    expect({ seed, unexpected }).toEqual({ seed, unexpected: [] });
    expect(seen.get(0) ?? 0).toBeGreaterThan(5);
    const byTable = await ddl.query('SELECT COUNT(*), COUNT(DISTINCT v), SUM(w) FROM t IGNORE INDEX (v, w)');
    const byIndex = await ddl.query('SELECT COUNT(*), COUNT(DISTINCT v), SUM(w) FROM t FORCE INDEX (w)');
    expect({ seed, byIndex }).toEqual({ seed, byIndex: byTable });
  } finally {
    await engine.close();
  }
});

test('REMOVE PARTITIONING that is cancelled leaves the entries of global indexes, and no rows under the id of the table', async () => {
  const engine = await TestEngine.open();
  try {
    const [a, b] = await Promise.all([engine.session(), engine.session()]);
    await a.query(
      'CREATE TABLE back (id INT PRIMARY KEY, v INT, UNIQUE KEY v (v) GLOBAL) PARTITION BY HASH (id) PARTITIONS 2',
    );
    await a.query('INSERT INTO back VALUES (1, 10), (2, 20), (3, 30)');
    const { storage, schemaLoader } = (a.session as Session).engine;
    const begin = storage.begin.bind(storage);
    let copied!: () => void;
    let goOn!: () => void;
    const held = new Promise<void>((resolve) => (copied = resolve));
    const asked = new Promise<void>((resolve) => (goOn = resolve));
    // The transaction of the first rows that are copied; those of sessions say whether they are pessimistic.
    storage.begin = async (options) => {
      const txn = await begin(options);
      if (options?.durability !== 2 || options.pessimistic !== undefined) return txn;
      storage.begin = begin;
      const commit = txn.commit.bind(txn);
      txn.commit = async () => {
        copied();
        await asked;
        return commit();
      };
      return txn;
    };
    const removed = a.errorOf('ALTER TABLE back REMOVE PARTITIONING');
    await held;
    const [job] = await b.query("ADMIN SHOW DDL JOBS 1 WHERE table_name = 'back'");
    expect(await b.query(`ADMIN CANCEL DDL JOBS ${job![0]}`)).toEqual([[job![0], 'successful']]);
    goOn();
    expect(await removed).toBe(8214);
    await b.query('ADMIN CHECK TABLE back');
    expect(await b.query('SELECT id FROM back FORCE INDEX (v) ORDER BY v')).toEqual([['1'], ['2'], ['3']]);
    const { startKey, endKey } = recordRange(schemaLoader.current.table('test', 'back')!.id);
    const rows = storage.snapshot(await storage.currentTs()).iterate(startKey, endKey);
    expect(await rows.next()).toBeNull();
    rows.close();
  } finally {
    await engine.close();
  }
});
