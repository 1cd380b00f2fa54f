import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A moment with nothing else in it. */
async function moment(): Promise<string> {
  await pause(5);
  const now = String((await s.query('SELECT NOW(6)'))[0]![0]);
  await pause(5);
  return now;
}

beforeEach(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
});
afterEach(() => engine.close());

const indexed = async (): Promise<unknown> => s.query('SELECT id, v FROM t USE INDEX (v) ORDER BY v, id');

test('rows, index entries, definitions, dropped and new objects are what they were', async () => {
  await s.query('CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v INT, KEY v (v))');
  await s.query('CREATE TABLE dropped (a INT PRIMARY KEY, b VARCHAR(10)) PARTITION BY HASH (a) PARTITIONS 3');
  await s.query('CREATE TABLE emptied (a INT)');
  await s.query('CREATE TABLE renamed (a INT)');
  await s.query('CREATE DATABASE gone');
  await s.query('CREATE TABLE gone.x (a INT)');
  await s.query("INSERT INTO dropped VALUES (1, 'a'), (2, 'b'), (3, 'c')");
  await s.query('INSERT INTO t (v) VALUES (1), (2), (3)');
  await s.query('INSERT INTO emptied VALUES (7)');
  await s.query('INSERT INTO renamed VALUES (8)');
  await s.query('INSERT INTO gone.x VALUES (9)');
  await s.query('ANALYZE TABLE t');
  const show = await s.query('SHOW CREATE TABLE t');
  const then = await moment();

  await s.query('UPDATE t SET v = v + 10 WHERE id < 3');
  await s.query('DELETE FROM t WHERE id = 3');
  await s.query('INSERT INTO t (v) VALUES (100), (101)');
  await s.query('ALTER TABLE t ADD COLUMN w INT, ADD INDEX w (w)');
  await s.query('DROP TABLE dropped');
  await s.query('TRUNCATE TABLE emptied');
  await s.query('CREATE DATABASE other');
  await s.query('RENAME TABLE renamed TO other.renamed');
  await s.query('CREATE TABLE made (a INT PRIMARY KEY)');
  await s.query('INSERT INTO made VALUES (1)');
  await s.query('DROP DATABASE gone');
  await s.query("CREATE USER u IDENTIFIED BY 'p'");

  await s.query(`FLASHBACK CLUSTER TO TIMESTAMP '${then}'`);
  expect(await s.query('SELECT * FROM t ORDER BY id')).toEqual([
    ['1', '1'],
    ['2', '2'],
    ['3', '3'],
  ]);
  expect(await indexed()).toEqual([
    ['1', '1'],
    ['2', '2'],
    ['3', '3'],
  ]);
  const definition = (await s.query('SHOW CREATE TABLE t'))[0]![1]!;
  expect(definition.replace(/ AUTO_INCREMENT=\d+/, '')).toBe(show[0]![1]!.replace(/ AUTO_INCREMENT=\d+/, ''));
  expect(await s.query('SELECT * FROM dropped ORDER BY a')).toEqual([
    ['1', 'a'],
    ['2', 'b'],
    ['3', 'c'],
  ]);
  expect(await s.query('SELECT * FROM emptied')).toEqual([['7']]);
  expect(await s.query('SELECT * FROM renamed')).toEqual([['8']]);
  expect(await s.query('SELECT * FROM gone.x')).toEqual([['9']]);
  expect(await s.errorOf('SELECT * FROM made')).toBe(1146);
  expect(await s.errorOf('SELECT * FROM other.renamed')).toBe(1146);
  expect(await s.query("SHOW DATABASES LIKE 'other'")).toEqual([]);
  // Accounts and jobs are the server's own.
  expect(await s.query("SELECT COUNT(*) FROM mysql.user WHERE user = 'u'")).toEqual([['1']]);
  expect((await s.query('ADMIN SHOW DDL JOBS 1'))[0]!.slice(3, 4)).toEqual(['flashback cluster']);
  for (const table of ['t', 'dropped', 'emptied', 'gone.x']) await s.query(`ADMIN CHECK TABLE ${table}`);
  // Ids that were given are not given again.
  await s.query('INSERT INTO t (v) VALUES (4)');
  expect(Number((await s.query('SELECT MAX(id) FROM t'))[0]![0])).toBeGreaterThan(5);
  const [meta] = await s.query("SHOW STATS_META WHERE table_name = 't'");
  expect(Number(meta![5])).toBe(4);
  // What is there again can be dropped and brought back again, and changed.
  await s.query('DROP TABLE dropped');
  await s.query('FLASHBACK TABLE dropped');
  expect(await s.query('SELECT COUNT(*) FROM dropped')).toEqual([['3']]);
  await s.query('ALTER TABLE t ADD COLUMN w INT DEFAULT 1, ADD INDEX w (w)');
  await s.query('ADMIN CHECK TABLE t');
});

test('to a TSO, forth and back, columns follow, and after a restart', async () => {
  await s.query('CREATE TABLE t (id INT PRIMARY KEY, v INT, KEY v (v))');
  for (let i = 0; i < 40; i++)
    await s.query(
      `INSERT INTO t VALUES ${Array.from({ length: 200 }, (_, k) => `(${i * 200 + k}, ${k})`).join()}`,
    );
  const sum = (): Promise<unknown> => s.query('SELECT COUNT(*), SUM(v), MIN(id), MAX(id) FROM t');
  const full = await sum();
  await s.query('BEGIN');
  await s.query('SELECT 1 FROM t LIMIT 1');
  const tso = (await s.query('SELECT @@tidb_current_ts'))[0]![0]!;
  await s.query('COMMIT');
  await s.query('DELETE FROM t WHERE id % 3 = 0');
  await s.query('UPDATE t SET v = v + 1 WHERE id % 3 = 1');
  const changed = await sum();
  const later = await moment();
  await s.query(`FLASHBACK CLUSTER TO TSO ${tso}`);
  expect(await sum()).toEqual(full);
  await s.query('ADMIN CHECK TABLE t');
  const third = await moment();
  await s.query(`FLASHBACK CLUSTER TO TIMESTAMP '${later}'`);
  expect(await sum()).toEqual(changed);
  expect(
    await s.query(`SELECT COUNT(*), SUM(v), MIN(id), MAX(id) FROM t AS OF TIMESTAMP '${third}'`),
  ).toEqual(full);
  await engine.restart();
  s = await engine.session();
  expect(await sum()).toEqual(changed);
  await s.query('ADMIN CHECK TABLE t');
});

test('connections of others end, and what they had begun is undone', async () => {
  await s.query('CREATE TABLE t (id INT PRIMARY KEY, v INT)');
  await s.query('INSERT INTO t VALUES (1, 1)');
  const then = await moment();
  const other = await engine.session();
  await other.query('BEGIN');
  await other.query('UPDATE t SET v = 2');
  const optimistic = await engine.session();
  await optimistic.query('BEGIN OPTIMISTIC');
  await optimistic.query('INSERT INTO t VALUES (2, 2)');
  await s.query(`FLASHBACK CLUSTER TO TIMESTAMP '${then}'`);
  expect(await other.errorOf('COMMIT')).toBe(1317);
  expect(await optimistic.errorOf('COMMIT')).toBe(1317);
  expect(await s.query('SELECT * FROM t')).toEqual([['1', '1']]);
  await s.query('UPDATE t SET v = 3');
});

test('what it refuses', async () => {
  await s.query('CREATE TABLE t (id INT PRIMARY KEY)');
  const then = await moment();
  await s.query('CREATE USER plain');
  const plain = await engine.login('plain');
  expect(await plain.errorOf(`FLASHBACK CLUSTER TO TIMESTAMP '${then}'`)).toBe(1227);
  const cases: readonly (readonly [string, number, RegExp])[] = [
    ["FLASHBACK CLUSTER TO TIMESTAMP '2001-01-01'", 8055, /older than GC safe point/],
    [
      'FLASHBACK CLUSTER TO TIMESTAMP NOW() + INTERVAL 1 DAY',
      1105,
      /cannot set flashback timestamp to future time/,
    ],
    ['FLASHBACK CLUSTER TO TIMESTAMP NULL', 8135, /NULL/],
    [`FLASHBACK TABLE t TO TIMESTAMP '${then}'`, 8200, /Unsupported FLASHBACK table TO TIMESTAMP/],
    [`FLASHBACK DATABASE test TO TIMESTAMP '${then}'`, 8200, /Unsupported FLASHBACK database TO TIMESTAMP/],
  ];
  for (const [sql, code, message] of cases)
    await expect(s.query(sql)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  await s.query('CREATE PLACEMENT POLICY p FOLLOWERS = 2');
  await s.query('CREATE TABLE mysql.mine (a INT)');
  await expect(s.query(`FLASHBACK CLUSTER TO TIMESTAMP '${then}'`)).rejects.toMatchObject({
    code: 1105,
    message: expect.stringMatching(/Detected .* during .*, can't do flashback/) as string,
  });
  // Nothing is left of the attempts.
  await s.query('INSERT INTO t VALUES (1)');
  await s.query('ALTER TABLE t ADD COLUMN b INT');
});
