import { TestEngine } from './testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

test('a schema change waits for a transaction that has read the table', async () => {
  const [a, b] = [await engine.session(), await engine.session()];
  await a.query('CREATE TABLE r (id INT PRIMARY KEY, v INT)');
  await a.query('INSERT INTO r VALUES (1, 10), (2, 20)');
  for (const begin of ['BEGIN', 'SET autocommit = 0']) {
    await a.query(begin);
    await a.query('SELECT * FROM r');
    let done = false;
    const change = b.query('CREATE INDEX v ON r (v)').then(() => (done = true));
    await soon();
    expect(done).toBe(false);
    expect(await a.query('SELECT id FROM r WHERE v = 20')).toEqual([['2']]);
    await a.query('COMMIT');
    await change;
    expect(await a.query('SELECT id FROM r FORCE INDEX (v) WHERE v = 20')).toEqual([['2']]);
    await a.query('COMMIT');
    await b.query('DROP INDEX v ON r');
  }
  await a.query('SET autocommit = 1');
  await b.query('SET GLOBAL tidb_enable_metadata_lock = OFF');
  await a.query('BEGIN');
  await a.query('SELECT * FROM r');
  await b.query('CREATE INDEX v ON r (v)');
  await a.query('COMMIT');
  await b.query('SET GLOBAL tidb_enable_metadata_lock = ON');
});

test('a snapshot from before a change is not read with what came later', async () => {
  const [a, b] = [await engine.session(), await engine.session()];
  await a.query('CREATE TABLE o (id INT PRIMARY KEY)');
  const changes: [change: string, read: string, error: number][] = [
    ['CREATE INDEX v ON s (v)', 'SELECT id FROM s FORCE INDEX (v) WHERE v = 20', 8028],
    ['ALTER TABLE s ADD COLUMN n INT DEFAULT 3', 'SELECT n FROM s WHERE id = 1', 0],
    ['ALTER TABLE s MODIFY v VARCHAR(20)', 'SELECT v FROM s', 8028],
    ['ALTER TABLE s RENAME COLUMN v TO w', 'SELECT w FROM s', 0],
    ['TRUNCATE TABLE s', 'SELECT * FROM s', 8028],
    ['ALTER TABLE s PARTITION BY HASH (id) PARTITIONS 2', 'SELECT * FROM s', 8028],
  ];
  for (const [change, read, error] of changes) {
    await b.query('DROP TABLE IF EXISTS s');
    await b.query('CREATE TABLE s (id INT PRIMARY KEY, v INT)');
    await b.query('INSERT INTO s VALUES (1, 10), (2, 20)');
    await a.query('BEGIN');
    await a.query('SELECT * FROM o');
    await b.query(change);
    expect([change, await a.errorOf(read)]).toEqual([change, error]);
    // What locks reads the newest data.
    expect(await a.errorOf('UPDATE s SET id = id + 100 WHERE id = 1')).toBe(0);
    await a.query('ROLLBACK');
    expect(await a.errorOf(read)).toBe(0);
    // At READ COMMITTED every statement has a snapshot of its own.
    await a.query('SET SESSION transaction_isolation = "READ-COMMITTED"');
    await a.query('BEGIN');
    await a.query('SELECT * FROM o');
    await b.query('ALTER TABLE s ADD INDEX later (id)');
    expect(await a.errorOf(read)).toBe(0);
    await a.query('COMMIT');
    await a.query('SET SESSION transaction_isolation = "REPEATABLE-READ"');
  }
});

test('a change that waits for a snapshot can be cancelled', async () => {
  const [a, b, c] = [await engine.session(), await engine.session(), await engine.session()];
  await a.query('CREATE TABLE w (id INT PRIMARY KEY, v INT)');
  await a.query('BEGIN');
  await a.query('SELECT * FROM w');
  const change = b.errorOf('CREATE INDEX v ON w (v)');
  const newest = async (): Promise<(string | null)[]> => (await c.query('ADMIN SHOW DDL JOBS 1'))[0]!;
  let job = await newest();
  for (; job[2] !== 'w' || job[3] !== 'add index'; job = await newest()) await soon();
  expect(await c.query(`ADMIN CANCEL DDL JOBS ${job![0]}`)).toEqual([[job![0], 'successful']]);
  await a.query('COMMIT');
  expect(await change).toBe(8214);
  expect((await c.query('SHOW INDEX FROM w')).length).toBe(1);
});
