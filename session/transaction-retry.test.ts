import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let a: TestSession;
let b: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  [a, b] = [await engine.session(), await engine.session()];
  await a.query('CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v INT)');
});
afterAll(() => engine.close());
beforeEach(async () => {
  await a.query('ROLLBACK');
  await a.query('SET autocommit = 1, tidb_disable_txn_auto_retry = OFF, tidb_retry_limit = 10');
  await a.query('DELETE FROM t');
  await a.query('INSERT INTO t VALUES (1, 1), (2, 2)');
});

describe('an optimistic transaction whose commit meets a conflict', () => {
  test('is run again as it was, with the ids that it was given', async () => {
    await a.query('SET @x = 1');
    await a.query('BEGIN OPTIMISTIC');
    await a.query('UPDATE t SET v = v + @x WHERE id = 1');
    await a.query('SET @x = 100');
    await a.query('INSERT INTO t (v) VALUES (@x), (@x + 1)');
    const [[id]] = (await a.query('SELECT LAST_INSERT_ID()')) as [[string]];
    await a.query('SAVEPOINT p');
    await a.query('DELETE FROM t');
    await a.query('ROLLBACK TO p');
    await b.query('UPDATE t SET v = 50 WHERE id = 1');
    await b.query('INSERT INTO t (v) VALUES (7)');
    await a.query('COMMIT');
    expect(await a.query(`SELECT id - ${id}, v FROM t WHERE v >= 50 ORDER BY v`)).toEqual([
      [String(1 - Number(id)), '51'],
      ['0', '100'],
      ['1', '101'],
    ]);
    expect(await a.query('SELECT LAST_INSERT_ID(), @x, COUNT(*) FROM t')).toEqual([[id, '100', '5']]);
  });

  test('ends with the error that it meets then', async () => {
    await a.query('BEGIN OPTIMISTIC');
    await a.query('UPDATE t SET v = 10 WHERE id = 1');
    await a.query('INSERT INTO t VALUES (9, 9)');
    await b.query('INSERT INTO t VALUES (9, 1)');
    await b.query('UPDATE t SET v = 50 WHERE id = 1');
    expect(await a.errorOf('COMMIT')).toBe(1062);
    expect(await a.query('SELECT v FROM t WHERE id IN (1, 9)')).toEqual([['50'], ['1']]);
  });

  test('is not run again where rows were locked by reading them', async () => {
    await a.query('BEGIN OPTIMISTIC');
    await a.query('SELECT v FROM t WHERE id = 1 FOR UPDATE');
    await a.query('UPDATE t SET v = 10 WHERE id = 1');
    await b.query('UPDATE t SET v = 50 WHERE id = 1');
    expect(await a.errorOf('COMMIT')).toBe(8002);
    expect(await a.query('SELECT v FROM t WHERE id = 1')).toEqual([['50']]);
  });

  test.each(['SET tidb_disable_txn_auto_retry = ON', 'SET tidb_retry_limit = 0'])(
    'is error 9007 after %s',
    async (setting) => {
      await a.query(setting);
      await a.query('BEGIN OPTIMISTIC');
      await a.query('UPDATE t SET v = 10 WHERE id = 1');
      await b.query('UPDATE t SET v = 50 WHERE id = 1');
      expect(await a.errorOf('COMMIT')).toBe(9007);
      expect(await a.query('SELECT v FROM t WHERE id = 1')).toEqual([['50']]);
    },
  );
});

describe('SET TRANSACTION', () => {
  test('without a scope is for the next transaction alone', async () => {
    await a.query('SET TRANSACTION READ ONLY');
    await a.query('BEGIN');
    expect(await a.errorOf('UPDATE t SET v = 1')).toBe(1792);
    expect(await a.errorOf('CREATE TABLE u (a INT)')).toBe(1792);
    await a.query('COMMIT');
    await a.query('UPDATE t SET v = 3 WHERE id = 1');
    await a.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
    for (const seen of ['4', '4']) {
      await a.query('BEGIN');
      await a.query('SELECT v FROM t WHERE id = 1');
      await b.query('UPDATE t SET v = v + 1 WHERE id = 1');
      expect(await a.query('SELECT v FROM t WHERE id = 1')).toEqual([[seen]]);
      await a.query('COMMIT');
    }
  });

  test('does not touch the transaction that is open', async () => {
    await a.query('SET SESSION TRANSACTION READ ONLY');
    expect(await a.errorOf('UPDATE t SET v = 1')).toBe(1792);
    await a.query('START TRANSACTION READ WRITE');
    expect(await a.errorOf('SET TRANSACTION READ ONLY')).toBe(1568);
    await a.query('UPDATE t SET v = 9 WHERE id = 1');
    await a.query('COMMIT AND CHAIN');
    await a.query('UPDATE t SET v = 10 WHERE id = 1');
    await a.query('COMMIT');
    await a.query('SET SESSION TRANSACTION READ WRITE');
    expect(await a.query('SELECT v FROM t WHERE id = 1')).toEqual([['10']]);
  });

  test('SERIALIZABLE is error 8048 however it is said', async () => {
    expect(await a.errorOf("SET transaction_isolation = 'SERIALIZABLE'")).toBe(8048);
    expect(await a.errorOf('SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED')).toBe(8048);
  });
});

test('tidb_constraint_check_in_place finds a key that is taken before the commit does', async () => {
  await a.query('BEGIN OPTIMISTIC');
  await a.query('INSERT INTO t VALUES (1, 1)');
  expect(await a.errorOf('COMMIT')).toBe(1062);
  await a.query('SET tidb_constraint_check_in_place = ON');
  await a.query('BEGIN OPTIMISTIC');
  expect(await a.errorOf('INSERT INTO t VALUES (3, 3), (1, 1)')).toBe(1062);
  expect(await a.errorOf('INSERT INTO t VALUES (4, 4), (4, 4)')).toBe(1062);
  await a.query('INSERT INTO t VALUES (5, 5)');
  await a.query('COMMIT');
  await a.query('SET tidb_constraint_check_in_place = OFF');
  expect(await a.query('SELECT id FROM t ORDER BY id')).toEqual([['1'], ['2'], ['5']]);
});

test('tidb_txn_entry_size_limit', async () => {
  await a.query('CREATE TABLE long_rows (id INT PRIMARY KEY, s LONGTEXT)');
  await a.query('SET tidb_txn_entry_size_limit = 1000');
  expect(await a.errorOf("INSERT INTO long_rows VALUES (1, REPEAT('x', 2000))")).toBe(8025);
  await a.query('SET tidb_txn_entry_size_limit = 0');
  await a.query("INSERT INTO long_rows VALUES (1, REPEAT('x', 2000))");
});
