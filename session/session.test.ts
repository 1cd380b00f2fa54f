import { TestEngine } from './testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

test('a conflict never loses an update: pessimistic waits, optimistic fails', async () => {
  const [a, b] = [await engine.session(), await engine.session()];
  await a.query('CREATE TABLE c (id INT PRIMARY KEY, n INT)');
  await a.query('INSERT INTO c VALUES (1, 0)');
  await a.query('BEGIN');
  await b.query('BEGIN');
  await a.query('UPDATE c SET n = n + 1 WHERE id = 1');
  const waiting = b.query('UPDATE c SET n = n + 10 WHERE id = 1');
  await a.query('COMMIT');
  await waiting;
  await b.query('COMMIT');
  expect(await a.query('SELECT n FROM c')).toEqual([['11']]);
  await a.query('BEGIN OPTIMISTIC');
  await b.query('BEGIN OPTIMISTIC');
  await a.query('UPDATE c SET n = 1');
  await b.query('UPDATE c SET n = 2');
  await a.query('COMMIT');
  expect(await b.errorOf('COMMIT')).toBe(9007);
  expect(await b.query('SELECT n FROM c')).toEqual([['1']]);
});

test('NOWAIT, SKIP LOCKED and the lock wait timeout', async () => {
  const [a, b] = [await engine.session(), await engine.session()];
  await a.query('CREATE TABLE l (id INT PRIMARY KEY)');
  await a.query('INSERT INTO l VALUES (1), (2)');
  await a.query('BEGIN');
  await a.query('SELECT * FROM l WHERE id = 1 FOR UPDATE');
  await b.query('BEGIN');
  expect(await b.errorOf('SELECT * FROM l WHERE id = 1 FOR UPDATE NOWAIT')).toBe(3572);
  expect(await b.query('SELECT * FROM l FOR UPDATE SKIP LOCKED')).toEqual([['2']]);
  await b.query('SET innodb_lock_wait_timeout = 1');
  await b.query('ROLLBACK');
  await b.query('BEGIN');
  expect(await b.errorOf('UPDATE l SET id = 9 WHERE id = 1')).toBe(1205);
  await b.query('ROLLBACK');
  await a.query('ROLLBACK');
});

test('a snapshot does not move while others commit', async () => {
  const [a, b] = [await engine.session(), await engine.session()];
  await a.query('CREATE TABLE s (id INT PRIMARY KEY, v INT, KEY v (v))');
  await a.query('INSERT INTO s VALUES (1, 1), (2, 2)');
  await a.query('BEGIN');
  expect(await a.query('SELECT SUM(v) FROM s')).toEqual([['3']]);
  await b.query('UPDATE s SET v = v + 100');
  await b.query('INSERT INTO s VALUES (3, 3)');
  expect(await a.query('SELECT SUM(v) FROM s')).toEqual([['3']]);
  expect(await a.query('SELECT id FROM s WHERE v < 50 ORDER BY v')).toEqual([['1'], ['2']]);
  await a.query('COMMIT');
  expect(await a.query('SELECT SUM(v) FROM s')).toEqual([['206']]);
});

test('a failed statement of a transaction is undone alone', async () => {
  const a = await engine.session();
  await a.query('CREATE TABLE f (id INT PRIMARY KEY)');
  await a.query('BEGIN');
  await a.query('INSERT INTO f VALUES (1)');
  expect(await a.errorOf('INSERT INTO f VALUES (5), (6), (1)')).toBe(1062);
  await a.query('INSERT INTO f VALUES (2)');
  await a.query('COMMIT');
  expect(await a.query('SELECT id FROM f ORDER BY id')).toEqual([['1'], ['2']]);
});

test('variables: scopes, kinds, errors, persistence of global values', async () => {
  const a = await engine.session();
  await a.query(
    "SET SESSION sort_buffer_size = 300000, GLOBAL max_connections = 77, @@session.time_zone = '+02:00'",
  );
  expect(await a.query('SELECT @@sort_buffer_size, @@global.max_connections, @@time_zone')).toEqual([
    ['300000', '77', '+02:00'],
  ]);
  expect(await a.errorOf('SET nosuch = 1')).toBe(1193);
  expect(await a.errorOf('SET version = 1')).toBe(1238);
  expect(await a.errorOf('SET autocommit = 7')).toBe(1231);
  expect(await a.errorOf('SET max_connections = 5')).toBe(1229);
  expect(await a.errorOf("SET sql_mode = 'NO_SUCH'")).toBe(1231);
  expect(await a.errorOf("SET time_zone = 'Nowhere/Land'")).toBe(1298);
  await a.query('SET group_concat_max_len = 1');
  expect(await a.query('SHOW WARNINGS')).toEqual([
    ['Warning', '1292', "Truncated incorrect group_concat_max_len value: '1'"],
  ]);
  await engine.restart();
  const b = await engine.session();
  expect(await b.query('SELECT @@global.max_connections, @@sort_buffer_size')).toEqual([['77', '262144']]);
});

test('schema, rows, counters and statistics survive a restart', async () => {
  const a = await engine.session();
  await a.query(
    "CREATE TABLE r (id INT AUTO_INCREMENT PRIMARY KEY, s VARCHAR(20) COLLATE utf8mb4_general_ci DEFAULT 'it''s', KEY s (s(3)))",
  );
  await a.query("INSERT INTO r (s) VALUES ('a'), ('b')");
  await a.query('ANALYZE TABLE r');
  const shown = await a.query('SHOW CREATE TABLE r');
  await engine.restart();
  const b = await engine.session();
  expect((await b.query('SHOW CREATE TABLE r'))[0]![1]!.replace(/AUTO_INCREMENT=\d+/, '')).toBe(
    shown[0]![1]!.replace(/AUTO_INCREMENT=\d+/, ''),
  );
  await b.query("INSERT INTO r (s) VALUES ('c')");
  const ids = (await b.query('SELECT id FROM r ORDER BY id')).map((r) => Number(r[0]));
  expect(ids.slice(0, 2)).toEqual([1, 2]);
  expect(ids[2]).toBeGreaterThan(2);
  expect((await b.query("SHOW STATS_META WHERE table_name = 'r'")).length).toBe(1);
});

test('AUTO_INCREMENT under concurrency gives every id once', async () => {
  const sessions = await Promise.all(Array.from({ length: 8 }, () => engine.session()));
  await sessions[0]!.query('CREATE TABLE ai (id BIGINT AUTO_INCREMENT PRIMARY KEY, v INT)');
  await Promise.all(
    sessions.map(async (s) => {
      for (let i = 0; i < 25; i++) await s.query('INSERT INTO ai (v) VALUES (1), (2)');
    }),
  );
  expect(await sessions[0]!.query('SELECT COUNT(*), COUNT(DISTINCT id) FROM ai')).toEqual([['400', '400']]);
});

test('accounts: a grant opens what it names and no more', async () => {
  const root = await engine.session();
  await root.query('CREATE TABLE g (id INT)');
  await root.query("CREATE USER 'joe'@'%' IDENTIFIED WITH mysql_native_password AS ''");
  await root.query("GRANT SELECT ON test.g TO 'joe'@'%'");
  expect(await root.query("SHOW GRANTS FOR 'joe'@'%'")).toEqual([
    ["GRANT USAGE ON *.* TO 'joe'@'%'"],
    ["GRANT SELECT ON `test`.`g` TO 'joe'@'%'"],
  ]);
  await root.query("REVOKE SELECT ON test.g FROM 'joe'@'%'");
  expect(await root.query("SHOW GRANTS FOR 'joe'@'%'")).toEqual([["GRANT USAGE ON *.* TO 'joe'@'%'"]]);
  await root.query("DROP USER 'joe'@'%'");
  expect(await root.errorOf("SHOW GRANTS FOR 'joe'@'%'")).toBe(1141);
});
