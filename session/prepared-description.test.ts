import type { MysqlError } from '../types/error.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let root: TestSession;
const run = async (s: TestSession, ...statements: readonly string[]): Promise<void> => {
  for (const sql of statements) await s.query(sql);
};
beforeAll(async () => {
  engine = await TestEngine.open();
  root = await engine.session();
});
afterAll(() => engine.close());

/** Names of the columns that PREPARE tells of; the code of its error. */
async function prepared(s: TestSession, sql: string): Promise<readonly string[] | number> {
  try {
    return (await s.session.prepare(Buffer.from(sql))).columns.map((c) => c.name);
  } catch (error) {
    return (error as MysqlError).code;
  }
}

const JOINED = 'SELECT * FROM a JOIN b ON a.x = b.x WHERE b.y > ? ORDER BY a.x';
const WRITING = 'UPDATE a JOIN b ON a.x = b.x SET a.z = b.y';

test('what one session found out is told to the next', async () => {
  await run(root, 'CREATE TABLE a (x INT, z INT)', 'CREATE TABLE b (x INT, y INT)');
  const { columns } = await root.session.prepare(Buffer.from(JOINED));
  const other = await engine.session();
  expect((await other.session.prepare(Buffer.from(JOINED))).columns).toBe(columns);
});

test('tables are looked at', async () => {
  expect(await prepared(root, JOINED)).toEqual(['x', 'z', 'x', 'y']);
  expect(await prepared(root, WRITING)).toEqual([]);
  await run(root, 'ALTER TABLE b ADD COLUMN more INT');
  expect(await prepared(root, JOINED)).toEqual(['x', 'z', 'x', 'y', 'more']);
  await run(root, 'ALTER TABLE a DROP COLUMN z');
  expect(await prepared(root, JOINED)).toEqual(['x', 'x', 'y', 'more']);
  expect(await prepared(root, WRITING)).toBe(1054);
  await run(root, 'CREATE TEMPORARY TABLE b (x INT, y INT, own INT)');
  expect(await prepared(root, JOINED)).toEqual(['x', 'x', 'y', 'own']);
  expect(await prepared(await engine.session(), JOINED)).toEqual(['x', 'x', 'y', 'more']);
  await run(root, 'DROP TABLE b', 'RENAME TABLE b TO c');
  expect(await prepared(root, JOINED)).toBe(1146);
  await run(root, 'RENAME TABLE c TO b');
  expect(await prepared(root, JOINED)).toEqual(['x', 'x', 'y', 'more']);
});

test('the current database and views are looked at', async () => {
  await run(root, 'CREATE VIEW v AS SELECT x FROM a', 'CREATE DATABASE d', 'CREATE TABLE d.v (q INT)');
  const sql = 'SELECT * FROM v';
  expect(await prepared(root, sql)).toEqual(['x']);
  const elsewhere = await engine.session();
  await run(elsewhere, 'USE d');
  expect(await prepared(elsewhere, sql)).toEqual(['q']);
  await run(root, 'CREATE OR REPLACE VIEW v AS SELECT x AS w, y FROM b');
  expect(await prepared(root, sql)).toEqual(['w', 'y']);
  await run(root, 'DROP TABLE b');
  expect(await prepared(root, sql)).toBe(1356);
});

test('privileges are those of who prepares', async () => {
  await run(
    root,
    'CREATE TABLE p (x INT, y INT)',
    'CREATE USER one, all_of_it',
    'GRANT SELECT (x) ON test.p TO one',
    'GRANT SELECT ON test.* TO all_of_it',
  );
  const [one, all] = [await engine.login('one'), await engine.login('all_of_it')];
  const sql = 'SELECT x FROM test.p WHERE y > ?';
  expect(await prepared(all, sql)).toEqual(['x']);
  expect(await prepared(one, sql)).toBe(1143);
  const allowed = 'SELECT x FROM test.p WHERE x > ?';
  expect(await prepared(one, allowed)).toEqual(['x']);
  expect(await prepared(all, allowed)).toEqual(['x']);
  await run(root, 'REVOKE SELECT ON test.* FROM all_of_it');
  expect(await prepared(all, sql)).toBe(1142);
  expect(await prepared(all, allowed)).toBe(1142);
});

test('warnings of planning are told each time', async () => {
  await run(root, 'CREATE TABLE w (x INT)');
  const sql = 'SELECT /*+ HASH_JOIN(nothing) */ x FROM w WHERE x = ?';
  for (let i = 0; i < 2; i++) {
    await prepared(root, sql);
    expect((await root.query('SHOW WARNINGS')).length).toBe(1);
  }
});
