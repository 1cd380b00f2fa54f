// Runs the built server once and has it write V8's code cache of what it ran (server/bundle-loader.ts).
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';

/** Servers to run, and the bundles that have been run then. */
const RUNS = [
  { options: [], bundles: ['rutile', 'analytic-thread', 'bulk-lines'], report: true },
  { options: ['--workers', '2', '--analytic-threads', '1'], bundles: ['worker'], report: false },
];

/** What a server is asked first: clients' questions as they connect, short transactions, a report over columns. */
const STATEMENTS = [
  'CREATE DATABASE code',
  'USE code',
  'CREATE TABLE n (i INT PRIMARY KEY)',
  `INSERT INTO n VALUES ${Array.from({ length: 500 }, (_, i) => `(${i})`).join(',')}`,
  'CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT, k INT NOT NULL, c CHAR(20), KEY (k))',
  "INSERT INTO t (k, c) SELECT i % 7, CONCAT('c', i % 5) FROM n",
  'ANALYZE TABLE t',
  'SHOW TABLES',
  'SHOW VARIABLES LIKE "version%"',
  'SELECT * FROM information_schema.columns WHERE table_schema = "code"',
  'BEGIN',
  'SELECT c FROM t WHERE id = 5 FOR UPDATE',
  'UPDATE t SET k = k + 1 WHERE id = 5',
  'DELETE FROM t WHERE id = 6',
  "INSERT INTO t VALUES (6, 1, 'x')",
  'COMMIT',
  'SELECT c FROM t WHERE id BETWEEN 10 AND 20 ORDER BY c',
];

/** Over columns, in threads, for which there must be some rows: the replica and the threads take a moment to be there. */
const REPORT = `SELECT f.k, c, SUM(d * (1 - 0.1)), AVG(d), COUNT(*) FROM f JOIN n ON f.k = n.i
   WHERE day <= DATE '2025-01-01' AND c LIKE 'c%' AND EXISTS (SELECT 1 FROM n m WHERE m.i = f.k + 1)
   GROUP BY f.k, c HAVING COUNT(*) > 3 ORDER BY 3 DESC LIMIT 5`;

async function askForReport(client) {
  await client.query('CREATE TABLE f (k INT, c CHAR(9), d DECIMAL(15,2), day DATE)');
  await client.query(
    `INSERT INTO f SELECT a.i % 7, CONCAT('c', b.i % 5), a.i / 4, DATE '2024-01-01' + INTERVAL b.i DAY
     FROM n a, n b WHERE b.i < 410`,
  );
  await client.query('ALTER TABLE f SET TIFLASH REPLICA 1');
  const available = async () =>
    (await client.query('SELECT available FROM information_schema.tiflash_replica'))[0][0].available;
  for (let i = 0; i < 100 && (await available()) !== 1; i++) await sleep(50);
  for (let i = 0; i < 3; i++) {
    await client.query(REPORT);
    await sleep(100);
  }
}

async function ask(port, report) {
  const client = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
  for (const sql of STATEMENTS) await client.query(sql);
  await client.execute('SELECT c FROM t WHERE id = ?', [7]);
  if (report) await askForReport(client);
  await client.end();
}

async function record(folder, { options, bundles, report }) {
  const local = ['--port', '0', '--status-port', '0', '--data-dir', folder, '--durability', '0'];
  const server = fork('dist/rutile.js', [...local, ...options], {
    env: { ...process.env, RUTILE_CODE_CACHE: 'record' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const gone = new Promise((resolve) => server.once('exit', resolve));
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const port = /^rutile ready .* -P (\d+)/.exec(line)?.[1];
      if (port === undefined) continue;
      await ask(Number(port), report);
      break;
    }
    server.send('record');
    const missing = () => bundles.filter((b) => !existsSync(`dist/${b}.code`));
    for (let waited = 0; missing().length > 0; waited += 50) {
      if (waited > 3000) throw new Error(`no code cache of ${missing().join(', ')}`);
      await sleep(50);
    }
  } finally {
    server.kill('SIGKILL');
    await gone;
  }
}

/** A server runs without it, only slower at first: a machine that cannot listen here can still build. */
export async function recordCodeCache() {
  for (const run of RUNS) {
    const folder = mkdtempSync(join(tmpdir(), 'rutile-code-'));
    try {
      await record(folder, run);
    } catch (e) {
      console.warn(`The code cache of ${run.bundles.join(', ')} was not recorded: ${e.message}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  // What a thread was about to write when its server ended.
  for (const f of readdirSync('dist')) if (/\.code\.\d+$/.test(f)) rmSync(`dist/${f}`);
}
