import { connect } from 'node:net';
import type mysql from 'mysql2/promise';
import { randomSource } from '../testing/random.js';
import { RawClient } from '../server/testing/raw-client.js';
import { ServerProcess } from './testing/server-process.js';
import { killStatement } from './testing/running-statement.js';

/** Connects of the long row of them; 10000 by hand. */
const CONNECTS = Number(process.env['ROBUSTNESS_CONNECTS'] ?? 1000);
const MIB = 1048576;

const server = new ServerProcess();
beforeAll(() => server.start());
afterAll(() => server.remove());

async function residentMemory(): Promise<number> {
  const reply = await fetch(`http://127.0.0.1:${server.statusPort}/status`);
  const status = (await reply.json()) as { rutile: { memory: { rss: number } } };
  return status.rutile.memory.rss;
}

/** The server answers a fresh client. */
async function alive(): Promise<void> {
  const db = await server.connect();
  const [rows] = await db.query('SELECT 1 + 1 AS n');
  expect(rows).toEqual([{ n: 2 }]);
  await db.end();
}

/** Rows 1..n in a table, made by doubling. */
async function fill(table: string, rows: number): Promise<void> {
  const db = await server.connect();
  await db.query(`CREATE TABLE ${table} (id INT AUTO_INCREMENT PRIMARY KEY, pad CHAR(100) NOT NULL)`);
  await db.query(`INSERT INTO ${table} (pad) VALUES (REPEAT('x', 100))`);
  for (let n = 1; n < rows; n *= 2) {
    await db.query(`INSERT INTO ${table} (pad) SELECT pad FROM ${table} LIMIT ${Math.min(n, rows - n)}`);
  }
  await db.end();
}

test('garbage and half packets on the port', async () => {
  const { seed, random } = randomSource();
  for (let i = 0; i < 50; i++) {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('connect', resolve));
    const bytes = Buffer.from(
      Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() * 256)),
    );
    socket.write(bytes);
    if (random() < 0.5) socket.destroy();
    else socket.end();
  }
  const half = await RawClient.login(server.port);
  half.socket.write(Buffer.from([0x20, 0, 0, 0, 3, 0x53]));
  half.socket.destroy();
  await alive().catch((error: Error) => {
    throw new Error(`after garbage of RUTILE_SEED=${seed}: ${error.message}`);
  });
});

test(`${CONNECTS} connects in a row leave nothing behind`, async () => {
  const before = await residentMemory();
  for (let i = 0; i < CONNECTS; i++) {
    const db = await server.connect();
    if (i % 10 === 0) await db.query('SELECT 1');
    db.destroy();
  }
  const connections = async (): Promise<number> => {
    const reply = await fetch(`http://127.0.0.1:${server.statusPort}/status`);
    return ((await reply.json()) as { connections: number }).connections;
  };
  while ((await connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await residentMemory()) - before).toBeLessThan(200 * MIB);
}, 300_000);

test('500 idle connections', async () => {
  const idle = await Promise.all(Array.from({ length: 500 }, () => server.connect()));
  await alive();
  const [rows] = await idle[250]!.query('SELECT COUNT(*) AS n FROM information_schema.processlist');
  expect(Number((rows as { n: number }[])[0]!.n)).toBeGreaterThanOrEqual(500);
  await Promise.all(idle.map((db) => db.end()));
});

test('a million rows to a slow reader are not held in memory; a reader that vanishes is forgotten', async () => {
  await fill('million', 1_000_000);
  const before = await residentMemory();
  const slow = await RawClient.login(server.port);
  slow.socket.pause();
  const text = Buffer.from('\x03SELECT * FROM test.million');
  slow.socket.write(Buffer.concat([Buffer.from([text.length, 0, 0, 0]), text]));
  await new Promise((resolve) => setTimeout(resolve, 2000));
  // 100 MB of rows; what is held is a few chunks and the column cache's share at most.
  expect((await residentMemory()) - before).toBeLessThan(80 * MIB);
  slow.socket.destroy();
  const db = await server.connect();
  for (;;) {
    const [rows] = await db.query('SHOW PROCESSLIST');
    if ((rows as unknown[]).length === 1) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const [count] = await db.query('SELECT COUNT(*) AS n FROM million');
  expect(count).toEqual([{ n: 1_000_000 }]);
  await db.end();
});

test('invalid UTF-8 in a statement', async () => {
  const client = await RawClient.login(server.port);
  const statement = Buffer.concat([
    Buffer.from("\x03SELECT HEX(_binary'"),
    Buffer.from([0xff, 0xfe, 0xc0]),
    Buffer.from("')"),
  ]);
  client.socket.write(Buffer.concat([Buffer.from([statement.length, 0, 0, 0]), statement]));
  await new Promise((resolve) => setTimeout(resolve, 200));
  client.socket.destroy();
  const db = await server.connect();
  const [rows] = await db.query('SELECT HEX(?) AS h', [Buffer.from([0xff, 0xfe, 0xc0])]);
  expect(rows).toEqual([{ h: 'FFFEC0' }]);
  await db.query('CREATE TABLE utf8_text (s VARCHAR(10))');
  await expect(db.query("INSERT INTO utf8_text VALUES (x'FFFE')")).rejects.toMatchObject({ errno: 1366 });
  await db.end();
});

test('a statement of 64 MiB, and one beyond max_allowed_packet', async () => {
  const db = await server.connect();
  const [rows] = await db.query(`SELECT LENGTH('${'a'.repeat(64 * MIB - 100)}') AS n`);
  expect(rows).toEqual([{ n: 64 * MIB - 100 }]);
  await db.end();
  const beyond = await server.connect();
  beyond.on('error', () => undefined);
  await expect(beyond.query(`SELECT LENGTH('${'a'.repeat(64 * MIB + 100)}')`)).rejects.toBeDefined();
  beyond.destroy();
  await alive();
  const before = await residentMemory();
  expect(before).toBeLessThan(1500 * MIB);
});

test('KILL QUERY and a time limit stop a heavy statement, the connection goes on', async () => {
  const db = await server.connect();
  const other = await server.connect();
  await fill('heavy', 3000);
  const running = db.query('SELECT COUNT(*) FROM heavy a, heavy b, heavy c WHERE a.id + b.id > c.id');
  const outcome = expect(running).rejects.toMatchObject({ errno: 1317 });
  await killStatement(other, db.threadId!);
  await outcome;
  await db.query('SET max_execution_time = 100');
  await expect(
    db.query('SELECT COUNT(*) FROM heavy a, heavy b, heavy c WHERE a.id + b.id > c.id'),
  ).rejects.toMatchObject({ errno: 3024 });
  const [rows] = await db.query('SELECT 1 AS n');
  expect(rows).toEqual([{ n: 1 }]);
  await db.end();
  await other.end();
});

test('conflicting transactions: no lost update, a deadlock has a victim', async () => {
  const [a, b] = [await server.connect(), await server.connect()] as [mysql.Connection, mysql.Connection];
  await a.query('CREATE TABLE counter (id INT PRIMARY KEY, n INT NOT NULL)');
  await a.query('INSERT INTO counter VALUES (1, 0), (2, 0)');
  const add = async (db: mysql.Connection): Promise<void> => {
    for (let i = 0; i < 50; i++) {
      await db.query('BEGIN');
      const [rows] = await db.query('SELECT n FROM counter WHERE id = 1 FOR UPDATE');
      await db.query('UPDATE counter SET n = ? WHERE id = 1', [(rows as { n: number }[])[0]!.n + 1]);
      await db.query('COMMIT');
    }
  };
  await Promise.all([add(a), add(b)]);
  const [rows] = await a.query('SELECT n FROM counter WHERE id = 1');
  expect(rows).toEqual([{ n: 100 }]);
  await a.query('BEGIN');
  await b.query('BEGIN');
  await a.query('UPDATE counter SET n = 0 WHERE id = 1');
  await b.query('UPDATE counter SET n = 0 WHERE id = 2');
  const first = a.query('UPDATE counter SET n = 1 WHERE id = 2').then(
    () => 'done',
    (e: { errno: number }) => e.errno,
  );
  const second = b.query('UPDATE counter SET n = 1 WHERE id = 1').then(
    () => 'done',
    (e: { errno: number }) => e.errno,
  );
  expect([await first, await second].sort()).toEqual([1213, 'done']);
  await a.query('ROLLBACK');
  await b.query('ROLLBACK');
  await a.end();
  await b.end();
});
