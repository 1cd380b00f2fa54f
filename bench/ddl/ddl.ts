/**
 * ADD INDEX on a filled table, idle and under a writing load, on this server and on MariaDB of the same machine.
 *
 *   npm run bench:ddl -- [--rows 1000000] [--threads 8] [--time 5] [--json FILE] [--alone] [--data DIR] [--prepare]
 *
 * Prints rows a second of ADD INDEX, and of the load (updates of one row by its key) its rate and the 99th percentile of its times,
 * while the index is added beside before and after (of which the mean counts: disks shared with others change). MariaDB adds it with ALGORITHM=INPLACE, LOCK=NONE. --alone leaves it out. With --data
 * the servers keep their data there, and a table that has its rows is taken as it is; --prepare only fills it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import { BenchServer } from '../oltp/servers.js';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    threads: { type: 'string', default: '8' },
    time: { type: 'string', default: '5' },
    json: { type: 'string' },
    alone: { type: 'boolean', default: false },
    data: { type: 'string' },
    prepare: { type: 'boolean', default: false },
  },
});
const ROWS = Number(values.rows);
const THREADS = Number(values.threads);
const SECONDS = Number(values.time);
const LOAD_ROWS = 5000;

const connect = (server: BenchServer): Promise<mysql.Connection> =>
  mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'root', database: 'sbtest' });

async function filled(db: mysql.Connection): Promise<boolean> {
  try {
    const [rows] = await db.query<mysql.RowDataPacket[]>('SELECT COUNT(*) AS n FROM t');
    return Number(rows[0]!['n']) === ROWS;
  } catch {
    return false;
  }
}

async function fill(db: mysql.Connection): Promise<void> {
  if (await filled(db)) return;
  await db.query('DROP TABLE IF EXISTS t');
  await db.query(
    'CREATE TABLE t (id INT PRIMARY KEY, k INT NOT NULL, c CHAR(120) NOT NULL, pad CHAR(60) NOT NULL)',
  );
  await db.query({
    sql: "LOAD DATA LOCAL INFILE 'rows' INTO TABLE t",
    infileStreamFactory: () => Readable.from(lines()),
  });
}

function* lines(): Generator<Buffer> {
  const text = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(3);
  for (let from = 0; from < ROWS; from += LOAD_ROWS) {
    const rows: string[] = [];
    for (let id = from; id < Math.min(ROWS, from + LOAD_ROWS); id++)
      rows.push(`${id}\t${(id * 7919) % 1000003}\t${id}-${text}\t${text.slice(0, 50)}\n`);
    yield Buffer.from(rows.join(''));
  }
}

interface Load {
  readonly perSecond: number;
  readonly p99: number;
  readonly errors: number;
}

/** Updates of random rows until `until` resolves. */
async function load(server: BenchServer, until: Promise<unknown>): Promise<Load> {
  let running = true;
  void until.finally(() => (running = false));
  const times: number[] = [];
  let errors = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: THREADS }, async () => {
      const db = await connect(server);
      while (running) {
        const start = performance.now();
        try {
          await db.query(`UPDATE t SET k = k + 1 WHERE id = ${Math.floor(Math.random() * ROWS)}`);
        } catch {
          errors++;
        }
        times.push(performance.now() - start);
      }
      await db.end();
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  return {
    perSecond: Math.round(times.length / seconds),
    p99: Number((times[Math.floor(times.length * 0.99)] ?? 0).toFixed(2)),
    errors,
  };
}

interface Result {
  readonly server: string;
  readonly idleRowsPerSecond: number;
  readonly loadedRowsPerSecond: number;
  readonly uniqueRowsPerSecond: number;
  readonly loadBefore: Load;
  readonly loadDuring: Load;
  readonly loadAfter: Load;
}

async function measure(server: BenchServer, how: string): Promise<Result> {
  const db = await connect(server);
  const timed = async (sql: string): Promise<number> => {
    const start = performance.now();
    await db.query(sql);
    return Math.round((ROWS * 1000) / (performance.now() - start));
  };
  await fill(db);
  for (const index of ['i', 'u']) await db.query(`ALTER TABLE t DROP INDEX ${index}`).catch(() => undefined);
  const idleRowsPerSecond = await timed(`ALTER TABLE t ADD INDEX i (k)${how}`);
  await db.query('ALTER TABLE t DROP INDEX i');
  const uniqueRowsPerSecond = await timed(`ALTER TABLE t ADD UNIQUE INDEX u (k, id)${how}`);
  await db.query('ALTER TABLE t DROP INDEX u');
  const alone = (): Promise<Load> =>
    load(server, new Promise((resolve) => setTimeout(resolve, SECONDS * 1000)));
  const before = await alone();
  const adding = timed(`ALTER TABLE t ADD INDEX i (k)${how}`);
  const loadDuring = await load(server, adding);
  const loadedRowsPerSecond = await adding;
  await db.query('ALTER TABLE t DROP INDEX i');
  const after = await alone();
  await db.end();
  return {
    server: server.name,
    idleRowsPerSecond,
    uniqueRowsPerSecond,
    loadedRowsPerSecond,
    loadBefore: before,
    loadDuring,
    loadAfter: after,
  };
}

function print(r: Result): void {
  const alone = (r.loadBefore.perSecond + r.loadAfter.perSecond) / 2;
  const kept = ((100 * r.loadDuring.perSecond) / alone).toFixed(0);
  console.log(
    `${r.server}: ADD INDEX ${r.idleRowsPerSecond} rows/s, ADD UNIQUE ${r.uniqueRowsPerSecond} rows/s, under load ${r.loadedRowsPerSecond} rows/s`,
  );
  console.log(
    `  load: ${r.loadBefore.perSecond}/s before, ${r.loadAfter.perSecond}/s after, p99 ${r.loadBefore.p99} and ${r.loadAfter.p99} ms; ${r.loadDuring.perSecond}/s (${kept}%), p99 ${r.loadDuring.p99} ms during; ${r.loadDuring.errors} errors`,
  );
}

function kept(name: string): { readonly folder?: string } {
  if (values.data === undefined) return {};
  const folder = join(values.data, name);
  mkdirSync(folder, { recursive: true });
  return { folder };
}

const results: Result[] = [];
for (const start of [
  () => BenchServer.rutile([], kept('rutile')),
  ...(values.alone ? [] : [() => BenchServer.mariadb([], { ...kept('mariadb'), bufferPool: '2G' })]),
]) {
  const server = await start();
  try {
    if (values.prepare) {
      const db = await connect(server);
      await fill(db);
      await db.end();
      continue;
    }
    const result = await measure(server, results.length === 0 ? '' : ', ALGORITHM=INPLACE, LOCK=NONE');
    print(result);
    results.push(result);
  } finally {
    await server.remove();
  }
}
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, null, 2));
