import type mysql from 'mysql2/promise';
import { ServerProcess } from './testing/server-process.js';
import { StoreProcess } from './testing/store-process.js';
import { killStatement } from './testing/running-statement.js';

/** Two servers, each a process, on one served store: schema, accounts, variables, KILL and unique keys across them. */
const store = new StoreProcess();
let one: ServerProcess;
let two: ServerProcess;
let a: mysql.Connection;
let b: mysql.Connection;

type Row = Record<string, unknown>;
const rows = async (c: mysql.Connection, sql: string): Promise<Row[]> => (await c.query(sql))[0] as Row[];
const errno = async (p: Promise<unknown>): Promise<number> => {
  try {
    await p;
    return 0;
  } catch (e) {
    return (e as { errno?: number }).errno ?? -1;
  }
};

beforeAll(async () => {
  await store.start();
  one = new ServerProcess(['--store', 'tikv', '--pd', store.address]);
  await one.start();
  two = new ServerProcess(['--store', 'tikv', '--pd', store.address]);
  await two.start();
  a = await one.connect();
  b = await two.connect();
});

afterAll(async () => {
  await a?.end().catch(() => undefined);
  await b?.end().catch(() => undefined);
  await one?.remove();
  await two?.remove();
  await store.kill();
  store.remove();
});

test('what one server changes the other sees', async () => {
  expect(Math.floor(a.threadId / 2 ** 21)).not.toBe(Math.floor(b.threadId / 2 ** 21));
  await a.query('CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v INT)');
  await b.query('INSERT INTO t (v) VALUES (1), (2)');
  await a.query('INSERT INTO t (v) VALUES (3)');
  expect(await rows(b, 'SELECT v FROM t ORDER BY v')).toEqual([{ v: 1 }, { v: 2 }, { v: 3 }]);
  await a.query('ALTER TABLE t ADD COLUMN w INT DEFAULT 5');
  expect(await rows(b, 'SELECT w FROM t WHERE v = 1')).toEqual([{ w: 5 }]);
  await b.query('ALTER TABLE t ADD INDEX (w)');
  await a.query('INSERT INTO t (v, w) VALUES (4, 6)');
  expect(await rows(b, 'SELECT v FROM t FORCE INDEX (w) WHERE w = 6')).toEqual([{ v: 4 }]);
  await a.query("CREATE USER reader IDENTIFIED BY 'x'");
  await (await two.connect({ user: 'reader', password: 'x', database: '' })).end();
  await a.query('SET GLOBAL max_execution_time = 12345');
  expect(await rows(b, 'SELECT @@global.max_execution_time AS m')).toEqual([{ m: 12345 }]);
  await a.query('SET GLOBAL max_execution_time = 0');
});

test('what a server reserved of a counter is void once another has set it', async () => {
  await a.query(
    'CREATE TABLE pt (id INT AUTO_INCREMENT, v INT, PRIMARY KEY (id, v)) PARTITION BY LIST (v) (PARTITION p0 VALUES IN (0), PARTITION p1 VALUES IN (1))',
  );
  await a.query('CREATE TABLE nt (id INT AUTO_INCREMENT, v INT, PRIMARY KEY (id, v))');
  for (const c of [a, b]) {
    await c.query('INSERT INTO pt (v) VALUES (0), (0)');
    await c.query('INSERT INTO nt (v) VALUES (1), (1)');
  }
  await a.query('INSERT INTO nt (id, v) VALUES (30003, 1), (30004, 1)');
  await a.query('ALTER TABLE pt EXCHANGE PARTITION p1 WITH TABLE nt');
  for (const c of [b, a, b]) {
    await c.query('INSERT INTO pt (v) VALUES (1), (1)');
    await c.query('INSERT INTO nt (v) VALUES (1), (1)');
  }
  expect(await rows(a, 'SELECT COUNT(*) AS n FROM pt')).toEqual([{ n: 16 }]);
  await a.query('CREATE TABLE counted (id INT PRIMARY KEY AUTO_INCREMENT, v INT)');
  for (const c of [a, b]) await c.query('INSERT INTO counted (v) VALUES (1)');
  await a.query('ALTER TABLE counted AUTO_INCREMENT = 500000');
  for (const c of [a, b]) await c.query('INSERT INTO counted (v) VALUES (2)');
  expect(await rows(b, 'SELECT COUNT(*) AS n FROM counted WHERE v = 2 AND id >= 500000')).toEqual([{ n: 2 }]);
  await a.query('CREATE DATABASE elsewhere');
  await a.query('RENAME TABLE counted TO elsewhere.counted');
  for (const c of [b, a]) await c.query('INSERT INTO elsewhere.counted (v) VALUES (3)');
  expect(await rows(a, 'SELECT COUNT(DISTINCT id) AS n FROM elsewhere.counted')).toEqual([{ n: 6 }]);
  await a.query('DROP DATABASE elsewhere');
});

test('KILL and the cluster process list reach the other server', async () => {
  const list = await rows(a, 'SELECT id FROM information_schema.cluster_processlist');
  expect(list.map((r) => Number(r['id']))).toEqual(expect.arrayContaining([a.threadId, b.threadId]));
  const sleeping = errno(b.query('SELECT SLEEP(1000)'));
  await killStatement(a, b.threadId!);
  await sleeping;
  expect(await errno(a.query('KILL 4242424'))).toBe(1094);
});

test('regions are read at once, as many as the session allows, and EXPLAIN ANALYZE tells what the store did', async () => {
  await a.query('CREATE TABLE wide (id INT PRIMARY KEY, v INT)');
  await a.query(
    `INSERT INTO wide VALUES ${Array.from({ length: 400 }, (_, i) => `(${i}, ${i % 7})`).join()}`,
  );
  await a.query('SPLIT TABLE wide BY (100), (200), (300)');
  const analyzed = async (): Promise<string> =>
    JSON.stringify(await rows(a, 'EXPLAIN ANALYZE SELECT SUM(v) FROM wide'));
  const together = await analyzed();
  expect(together).toContain('cop_task: {num: 4,');
  expect(together).toContain('max_distsql_concurrency: 4}');
  expect(together).toContain('scan_detail: {total_process_keys: 400,');
  await a.query('SET tidb_distsql_scan_concurrency = 1');
  expect(await analyzed()).toContain('max_distsql_concurrency: 1}');
  await a.query('SET tidb_distsql_scan_concurrency = DEFAULT');
  expect(await rows(a, 'SELECT SUM(v) AS s, COUNT(*) AS n FROM wide')).toEqual([{ s: '1197', n: 400 }]);
});

test('a server that died holds nothing up once its lease has ended', async () => {
  b.on('error', () => undefined);
  await two.kill();
  await a.query('ALTER TABLE t ADD COLUMN x INT').catch((e: unknown) => {
    throw new Error(JSON.stringify(e));
  });
  expect(await rows(a, 'SELECT x FROM t WHERE v = 1')).toEqual([{ x: null }]);
});

test('a server whose store is gone stops all the same', async () => {
  a.on('error', () => undefined);
  await store.kill();
  await one.stop();
  expect(one.exitCode).toBe(0);
});
