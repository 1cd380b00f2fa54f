// Runs the built server once and has it write V8's code cache of what it ran (server/bundle-loader.ts).
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';

/** Servers to run, and the bundles that have been run then; `days`: 500 rows each for reports, of which threads need 200,000. */
const RUNS = [
  { options: [], bundles: ['rutile', 'analytic-thread', 'bulk-lines'], nodes: 1, days: 410 },
  { options: ['--workers', '2', '--analytic-threads', '1'], bundles: ['worker'], nodes: 2, days: 30 },
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

/**
 * Over columns, in threads, for which there must be some rows: the replica and the threads take a moment to be there. Each of the
 * operators and expressions that reports are made of comes once.
 */
const REPORTS = [
  `SELECT f.k, c, SUM(d * (1 - 0.1)), AVG(d), COUNT(*) FROM f JOIN n ON f.k = n.i
   WHERE day <= DATE '2025-01-01' AND c LIKE 'c%' AND EXISTS (SELECT 1 FROM n m WHERE m.i = f.k + 1)
   GROUP BY f.k, c HAVING COUNT(*) > 3 ORDER BY 3 DESC LIMIT 5`,
  `SELECT x, y, year, SUM(CASE WHEN y = 'c1' THEN volume ELSE 0 END) / SUM(volume) AS share FROM
   (SELECT f.c AS x, g.c AS y, EXTRACT(YEAR FROM f.day) AS year, f.d * (1 - g.d / 100) AS volume
    FROM f, n, g WHERE f.k = n.i AND g.id = n.i AND ((f.c = 'c1' AND g.c = 'c2') OR (f.c = 'c2' AND g.c = 'c1'))
    AND f.day BETWEEN DATE '2024-02-01' AND DATE '2024-01-01' + INTERVAL '6' MONTH) AS v
   GROUP BY x, y, year ORDER BY x, y, year`,
  `SELECT c, t, COUNT(DISTINCT k) AS n FROM f WHERE c <> 'c4' AND t NOT LIKE 'text 1%' AND k IN (1, 2, 5, 6)
   AND k NOT IN (SELECT id FROM g WHERE t LIKE '%9%text%') GROUP BY c, t ORDER BY n DESC, c, t LIMIT 10`,
  `SELECT many, COUNT(*) FROM (SELECT g.id, COUNT(f.k) AS many FROM g LEFT OUTER JOIN f ON g.id = f.k
   AND f.t NOT LIKE '%7%1%' GROUP BY g.id) AS h GROUP BY many ORDER BY 2 DESC, many DESC`,
  `WITH r AS (SELECT k, SUM(d * (1 - 0.5)) AS total FROM f GROUP BY k)
   SELECT g.id, total FROM g, r WHERE g.id = k AND total = (SELECT MAX(total) FROM r)`,
  `SELECT g.c, f.day FROM f, g WHERE g.id = f.k AND f.d = (SELECT MIN(h.d) FROM f h, n WHERE h.k = g.id AND n.i = h.k)
   ORDER BY f.d DESC, g.c LIMIT 10`,
  `SELECT SUBSTRING(t FROM 1 FOR 6) AS s, COUNT(*), SUM(d) FROM f WHERE SUBSTRING(t FROM 1 FOR 6) IN ('text 1', 'text 2')
   AND d > (SELECT AVG(d) FROM f WHERE d > 0) AND NOT EXISTS (SELECT * FROM g WHERE g.id = f.k + 3) GROUP BY s ORDER BY s`,
  'SELECT k, t, d FROM f ORDER BY d DESC, t LIMIT 7',
  'SELECT id, SUM(f.d), MIN(f.day), MAX(f.t) FROM f, g WHERE g.d > f.d AND g.id = f.k GROUP BY id HAVING SUM(f.d) > 300',
];

async function makeTables(client, days) {
  await client.query('CREATE TABLE f (k INT, c CHAR(9), d DECIMAL(15,2), day DATE, t VARCHAR(40))');
  await client.query(
    `INSERT INTO f SELECT a.i % 7, CONCAT('c', b.i % 5), a.i / 4, DATE '2024-01-01' + INTERVAL b.i DAY,
       CONCAT('text ', a.i * 7, ' of ', b.i) FROM n a, n b WHERE b.i < ${days}`,
  );
  await client.query('CREATE TABLE g (id INT PRIMARY KEY, c CHAR(9), d DECIMAL(15,2), t VARCHAR(40))');
  await client.query(
    "INSERT INTO g SELECT i, CONCAT('c', i % 5), i / 9, CONCAT(i, ' text') FROM n WHERE i < 400",
  );
  for (const table of ['f', 'g', 'n']) {
    await client.query(`ALTER TABLE ${table} SET TIFLASH REPLICA 1`);
    await client.query(`ANALYZE TABLE ${table}`);
  }
  const available = async () =>
    Number(
      (
        await client.query('SELECT MIN(available) AS all_of_them FROM information_schema.tiflash_replica')
      )[0][0].all_of_them,
    );
  for (let i = 0; i < 100 && (await available()) !== 1; i++) await sleep(50);
}

async function askForReports(client) {
  for (let i = 0; i < 3; i++) {
    for (const report of REPORTS) await client.query(report);
    await sleep(100);
  }
}

/** Clients come to each node in turn. */
async function ask(port, { nodes, days }) {
  const clients = [];
  for (let i = 0; i < nodes; i++)
    clients.push(await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' }));
  const [first] = clients;
  for (const sql of STATEMENTS) await first.query(sql);
  await first.execute('SELECT c FROM t WHERE id = ?', [7]);
  await makeTables(first, days);
  for (const client of clients) {
    await client.query('USE code');
    await askForReports(client);
    await client.end();
  }
}

async function record(folder, run) {
  const { options, bundles } = run;
  const local = ['--port', '0', '--status-port', '0', '--data-dir', folder, '--durability', '0'];
  const server = fork('dist/rutile.js', [...local, ...options], {
    env: { ...process.env, RUTILE_CODE_CACHE: bundles.join(',') },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const gone = new Promise((resolve) => server.once('exit', resolve));
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const port = /^rutile ready .* -P (\d+)/.exec(line)?.[1];
      if (port === undefined) continue;
      await ask(Number(port), run);
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
