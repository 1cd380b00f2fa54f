import type mysql from 'mysql2/promise';
import { ServerProcess } from './testing/server-process.js';
import { Random, testSeed } from '../testing/random.js';
import { killStatement } from './testing/running-statement.js';

/**
 * Several SQL nodes on one store, as threads behind one port: what one does the others see, at once and at every snapshot.
 * HISTORY_SECONDS makes the histories run longer.
 */
const SECONDS = Number(process.env['HISTORY_SECONDS'] ?? 1.5);
const server = new ServerProcess(['--workers', '2']);
/** Connections on different workers. */
let a: mysql.Connection;
let b: mysql.Connection;

const workerOf = (connection: mysql.Connection): number => Math.floor(connection.threadId / 2 ** 21);
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
  await server.start();
  a = await server.connect();
  b = await server.connect();
});

afterAll(async () => {
  await a.end().catch(() => undefined);
  await b.end().catch(() => undefined);
  await server.remove();
});

test('connections are spread evenly', async () => {
  expect(new Set([workerOf(a), workerOf(b)]).size).toBe(2);
  const more = await Promise.all(Array.from({ length: 14 }, () => server.connect()));
  const counts = new Map<number, number>();
  for (const c of [a, b, ...more]) counts.set(workerOf(c), (counts.get(workerOf(c)) ?? 0) + 1);
  await Promise.all(more.map((c) => c.end()));
  for (const n of counts.values()) expect(n).toBeGreaterThanOrEqual(6);
  expect(counts.size).toBe(2);
});

test('rows, schema and accounts of one are those of the other', async () => {
  await a.query('CREATE TABLE seen (id INT PRIMARY KEY AUTO_INCREMENT, v INT)');
  await b.query('INSERT INTO seen (v) VALUES (1)');
  await a.query('INSERT INTO seen (v) VALUES (2)');
  for (let i = 0; i < 200; i++) {
    await a.query('UPDATE seen SET v = v + 1 WHERE v >= 2');
    expect((await rows(b, 'SELECT MAX(v) AS m FROM seen'))[0]!['m']).toBe(3 + i);
  }
  await b.query('ALTER TABLE seen ADD COLUMN w INT DEFAULT 7, ADD INDEX (w)');
  expect(await rows(a, 'SELECT w FROM seen WHERE w = 7')).toHaveLength(2);
  await a.query('DROP TABLE seen');
  expect(await errno(b.query('SELECT * FROM seen'))).toBe(1146);
  await a.query("CREATE USER reader IDENTIFIED BY 'x'");
  await a.query('GRANT SELECT ON test.* TO reader');
  for (let i = 0; i < 4; i++) await (await server.connect({ user: 'reader', password: 'x' })).end();
  await b.query('DROP USER reader');
  for (let i = 0; i < 4; i++)
    expect(await errno(server.connect({ user: 'reader', password: 'x' }))).toBe(1045);
  await a.query('SET GLOBAL max_execution_time = 12345');
  expect((await rows(b, 'SELECT @@global.max_execution_time AS m'))[0]!['m']).toBe(12345);
  await b.query('SET GLOBAL max_execution_time = 0');
});

test('KILL and the process list reach across', async () => {
  const list = await rows(a, 'SHOW PROCESSLIST');
  expect(list.map((r) => r['Id'])).toEqual(expect.arrayContaining([a.threadId, b.threadId]));
  const sleeping = errno(b.query('SELECT SLEEP(1000)'));
  await killStatement(a, b.threadId!);
  await sleeping;
  expect(await errno(a.query('KILL 99999999'))).toBe(1094);
  const victim = await server.connect();
  victim.on('error', () => undefined);
  await (workerOf(victim) === workerOf(a) ? b : a).query(`KILL ${victim.threadId}`);
  expect(await errno(victim.query('SELECT 1'))).not.toBe(0);
});

test('EXPLAIN FOR CONNECTION reaches across', async () => {
  await a.query('CREATE TABLE explained (id INT PRIMARY KEY, v INT)');
  await b.query('SELECT v FROM explained WHERE v > 3');
  for (const c of [a, b]) {
    const plan = await rows(c, `EXPLAIN FORMAT = 'plan_tree' FOR CONNECTION ${b.threadId}`);
    expect(plan.map((r) => r['id'])).toContain('└─Selection');
    await b.query('SELECT v FROM explained WHERE v > 3');
  }
});

test('GET_LOCK holds across', async () => {
  const value = async (c: mysql.Connection, sql: string): Promise<unknown> =>
    (await rows(c, `SELECT ${sql} AS v`))[0]!['v'];
  expect(await value(a, "GET_LOCK('x', 0)")).toBe(1);
  expect(await value(b, "GET_LOCK('X', 0)")).toBe(0);
  const holder = Number(await value(a, 'CONNECTION_ID()'));
  for (const c of [a, b]) {
    expect(await value(c, "IS_FREE_LOCK('x')")).toBe(0);
    expect(Number(await value(c, "IS_USED_LOCK('x')"))).toBe(holder);
    expect(await value(c, "IS_FREE_LOCK('y')")).toBe(1);
    expect(await value(c, "IS_USED_LOCK('y')")).toBeNull();
  }
  expect(await value(b, "RELEASE_LOCK('x')")).toBe(0);
  expect(await value(b, "RELEASE_LOCK('y')")).toBeNull();
  expect(await value(b, "GET_LOCK('x', 0.2)")).toBe(0);
  const waits = value(b, "GET_LOCK('x', 10)");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await value(a, "RELEASE_LOCK('x')")).toBe(1);
  expect(await waits).toBe(1);
  expect(await value(a, "GET_LOCK('x', 0)")).toBe(0);
  expect(await value(b, 'RELEASE_ALL_LOCKS()')).toBe(1);
  expect(await value(a, "GET_LOCK('x', 5)")).toBe(1);
  expect(await value(a, "RELEASE_LOCK('x')")).toBe(1);
});

test('row locks, deadlocks and unique keys hold across', async () => {
  await a.query('CREATE TABLE held (id INT PRIMARY KEY, v INT UNIQUE)');
  await a.query('INSERT INTO held VALUES (1, 10), (2, 20)');
  await a.query('BEGIN');
  await a.query('UPDATE held SET v = 11 WHERE id = 1');
  await b.query('BEGIN');
  expect(await errno(b.query('SELECT * FROM held WHERE id = 1 FOR UPDATE NOWAIT'))).toBe(3572);
  await b.query('UPDATE held SET v = 21 WHERE id = 2');
  const waits = errno(a.query('UPDATE held SET v = 12 WHERE id = 2'));
  const other = errno(b.query('UPDATE held SET v = 22 WHERE id = 1'));
  expect(
    (await Promise.race([waits, other])) === 1213 || (await Promise.all([waits, other])).includes(1213),
  ).toBe(true);
  await a.query('ROLLBACK');
  await b.query('ROLLBACK');
  let inserted = 0;
  for (let i = 100; i < 150; i++) {
    const both = await Promise.all(
      [a, b].map((c) => errno(c.query(`INSERT INTO held VALUES (${i * 2}, ${i})`))),
    );
    expect(both.filter((e) => e === 1062)).toHaveLength(1);
    inserted += both.filter((e) => e === 0).length;
  }
  expect(inserted).toBe(50);
});

test('every snapshot sums up, whoever writes and whoever reads', async () => {
  const ACCOUNTS = 20;
  await a.query('CREATE TABLE bank (id INT PRIMARY KEY, v INT, KEY (v))');
  await a.query(
    `INSERT INTO bank VALUES ${Array.from({ length: ACCOUNTS }, (_, i) => `(${i}, 100)`).join()}`,
  );
  const clients = await Promise.all(Array.from({ length: 8 }, () => server.connect()));
  const until = Date.now() + SECONDS * 1000;
  let transfers = 0;
  let looks = 0;
  const random = new Random(testSeed());
  const pick = (): number => random.below(ACCOUNTS);
  const write = async (c: mysql.Connection): Promise<void> => {
    while (Date.now() < until) {
      const from = pick();
      const to = (from + 1 + random.below(ACCOUNTS - 1)) % ACCOUNTS;
      const n = 1 + random.below(5);
      try {
        await c.query('BEGIN');
        await c.query(`UPDATE bank SET v = v - ${n} WHERE id = ${from}`);
        await c.query(`UPDATE bank SET v = v + ${n} WHERE id = ${to}`);
        await c.query('COMMIT');
        transfers++;
      } catch (e) {
        if ((e as { errno: number }).errno !== 1213) throw e;
        await c.query('ROLLBACK');
      }
    }
  };
  const read = async (c: mysql.Connection, i: number): Promise<void> => {
    while (Date.now() < until) {
      // The row store, the index, and a transaction that looks twice.
      const sql = [
        'SELECT SUM(v) AS s FROM bank',
        'SELECT SUM(v) AS s FROM bank FORCE INDEX (v) WHERE v > -100000',
        `SELECT SUM(v) AS s FROM bank WHERE id IN (${Array.from({ length: ACCOUNTS }, (_, k) => k).join()})`,
      ][i % 3]!;
      await c.query('BEGIN');
      for (let k = 0; k < 2; k++) expect(Number((await rows(c, sql))[0]!['s'])).toBe(ACCOUNTS * 100);
      await c.query('COMMIT');
      looks++;
    }
  };
  await Promise.all(clients.map((c, i) => (i < 4 ? write(c) : read(c, i))));
  await Promise.all(clients.map((c) => c.end()));
  expect(transfers).toBeGreaterThan(10);
  expect(looks).toBeGreaterThan(10);
});

test('what was acknowledged on one is read on the other, in order', async () => {
  await a.query('CREATE TABLE logged (id INT PRIMARY KEY AUTO_INCREMENT, list TEXT)');
  await a.query("INSERT INTO logged VALUES (1, '')");
  const until = Date.now() + SECONDS * 1000;
  let acknowledged = '';
  let n = 0;
  while (Date.now() < until) {
    const [writer, reader] = n % 2 === 0 ? [a, b] : [b, a];
    const add = `${n++},`;
    await writer.query(`UPDATE logged SET list = CONCAT(list, '${add}') WHERE id = 1`);
    acknowledged += add;
    expect((await rows(reader, 'SELECT list FROM logged WHERE id = 1'))[0]!['list']).toBe(acknowledged);
    if (n % 500 === 0) {
      acknowledged = '';
      await writer.query("UPDATE logged SET list = '' WHERE id = 1");
    }
  }
});

test('columns kept for analysis follow the commits of other workers', async () => {
  await a.query('CREATE TABLE wide (id INT PRIMARY KEY, g INT, v INT)');
  const values = Array.from({ length: 20_000 }, (_, i) => `(${i}, ${i % 7}, 1)`);
  for (let i = 0; i < values.length; i += 5000)
    await a.query(`INSERT INTO wide VALUES ${values.slice(i, i + 5000).join()}`);
  const sum = async (c: mysql.Connection): Promise<number> =>
    Number((await rows(c, 'SELECT SUM(v) AS s FROM wide'))[0]!['s']);
  let expected = 20_000;
  for (let i = 0; i < 100; i++) {
    expect(await sum(a)).toBe(expected);
    expect(await sum(b)).toBe(expected);
    await (i % 2 === 0 ? a : b).query(`UPDATE wide SET v = v + 1 WHERE id = ${i * 3}`);
    expected++;
  }
});

test('replicas asked for are made in every worker, and follow the commits of others', async () => {
  await a.query('CREATE TABLE copied (id INT PRIMARY KEY, v INT, s VARCHAR(40))');
  await a.query('SET cte_max_recursion_depth = 100000');
  await a.query(
    "INSERT INTO copied WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT i, 0, REPEAT('x', i MOD 40) FROM n",
  );
  await b.query('ALTER TABLE copied SET TIFLASH REPLICA 1');
  for (const c of [a, b]) {
    const state = "SELECT available FROM information_schema.tiflash_replica WHERE table_name = 'copied'";
    for (let i = 0; i < 400 && Number((await rows(c, state))[0]?.['available']) !== 1; i++) {
      // Commits while the rows are read.
      await (c === a ? b : a).query('UPDATE copied SET v = v + 1 WHERE id = ?', [1 + (i % 30_000)]);
      await new Promise((r) => setTimeout(r, 10));
    }
    expect(Number((await rows(c, state))[0]!['available'])).toBe(1);
  }
  const sums = 'SELECT SUM(v) AS v, COUNT(*) AS n FROM copied';
  const byRows = 'SELECT /*+ READ_FROM_STORAGE(TIKV[copied]) */ SUM(v) AS v, COUNT(*) AS n FROM copied';
  for (let i = 0; i < 60; i++) {
    const [writer, reader] = i % 2 === 0 ? [a, b] : [b, a];
    if (i % 3 === 0) await writer.query('DELETE FROM copied WHERE id = ?', [i * 7 + 1]);
    else await writer.query('UPDATE copied SET v = v + 1 WHERE id BETWEEN ? AND ?', [i * 400, i * 400 + 50]);
    expect(await rows(reader, sums)).toEqual(await rows(reader, byRows));
  }
});

test('a checkpoint under load changes no answer', async () => {
  await a.query('CREATE TABLE big (id INT PRIMARY KEY, v VARCHAR(4000))');
  const text = 'x'.repeat(3000);
  for (let round = 0; round < 40; round++) {
    const from = round * 500;
    const values = Array.from({ length: 500 }, (_, i) => `(${from + i}, '${text}')`);
    await (round % 2 === 0 ? a : b).query(`INSERT INTO big VALUES ${values.join()}`);
    const reader = round % 2 === 0 ? b : a;
    expect((await rows(reader, 'SELECT COUNT(*) AS n FROM big'))[0]!['n']).toBe(from + 500);
    expect(
      await rows(reader, `SELECT id FROM big WHERE id IN (0, ${from}, ${from + 499}) ORDER BY id`),
    ).toHaveLength(from === 0 ? 2 : 3);
  }
});

test("regions that one has split are the other's too", async () => {
  await a.query('CREATE TABLE parts (id INT PRIMARY KEY)');
  const regions = async (c: mysql.Connection): Promise<unknown[]> =>
    (await rows(c, 'SHOW TABLE parts REGIONS')).map((r) => [r['REGION_ID'], r['START_KEY']]);
  await Promise.all([
    a.query('SPLIT TABLE parts BETWEEN (0) AND (100000) REGIONS 4'),
    b.query('SPLIT TABLE parts BY (100), (5000)'),
  ]);
  const seen = await regions(a);
  expect(seen.length).toBeGreaterThanOrEqual(6);
  expect(new Set(seen.map((r) => (r as [number])[0])).size).toBe(seen.length);
  expect(await regions(b)).toEqual(seen);
  await b.query('DROP TABLE parts');
});
