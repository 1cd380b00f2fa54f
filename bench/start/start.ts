/**
 * What a server costs before it does anything: start on an existing data directory, memory at rest, connecting, many connections. Beside
 * a MariaDB of the same machine where one is installed.
 *
 *   npm run bench:start -- [--rows 1000000] [--row-bytes 1000] [--connects 200] [--connections 5000] [--json FILE]
 *
 * Start: from the process's start to the first answer of a query, after a stop in good order and after `kill -9`, on a table of --rows rows of
 * --row-bytes bytes. At rest: resident memory five seconds later. Connecting: one after the other, from the socket's opening to the end of
 * authentication. Connections: all open at a time, each asked once, then the memory that each has taken.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import { BenchServer, findProgram } from '../oltp/servers.js';
import { writeRowFile } from '../row-file.js';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    'row-bytes': { type: 'string', default: '1000' },
    connects: { type: 'string', default: '200' },
    connections: { type: 'string', default: '5000' },
    json: { type: 'string' },
  },
});
const ROWS = Number(options.rows);
const ROW_BYTES = Number(options['row-bytes']);
/** Connections that are opened at a time. */
const AT_A_TIME = 50;

interface Figures {
  readonly server: string;
  readonly start_ms: number;
  readonly start_after_kill_ms: number;
  readonly idle_mib: number;
  readonly connect_ms: number;
  readonly connect_p99_ms: number;
  readonly connections: number;
  readonly kib_per_connection: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const connect = (server: BenchServer): Promise<mysql.Connection> =>
  mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'root', database: 'sbtest' });

/** The rows: a number, and a text that repeats nowhere. */
function rowLines(): (row: number) => string {
  let seed = 1;
  return (i) => {
    let text = '';
    while (text.length < ROW_BYTES) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      text += seed.toString(36);
    }
    return `${i}\t${text.slice(0, ROW_BYTES)}`;
  };
}

async function fill(server: BenchServer, file: string): Promise<void> {
  const db = await connect(server);
  await db.query(`CREATE TABLE filled (id INT PRIMARY KEY, v VARCHAR(${ROW_BYTES}))`);
  await db.query(`LOAD DATA INFILE '${file}' INTO TABLE filled`);
  await db.end();
}

/** Milliseconds that each of --connects connections took, sorted. */
async function connectTimes(server: BenchServer): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < Number(options.connects); i++) {
    const began = performance.now();
    const db = await connect(server);
    times.push(performance.now() - began);
    await db.end();
  }
  return times.sort((a, b) => a - b);
}

async function openMany(server: BenchServer, count: number): Promise<{ open: number; kib: number }> {
  const before = server.memory();
  const open: mysql.Connection[] = [];
  while (open.length < count) {
    const some = Array.from({ length: Math.min(AT_A_TIME, count - open.length) }, () => connect(server));
    const settled = await Promise.allSettled(some);
    for (const one of settled) if (one.status === 'fulfilled') open.push(one.value);
    if (settled.some((one) => one.status === 'rejected')) break;
  }
  for (const db of open) await db.query('SELECT 1');
  const kib = ((server.memory() - before) * 1024) / open.length;
  await Promise.all(open.map((db) => db.end()));
  return { open: open.length, kib };
}

async function measure(server: BenchServer, file: string): Promise<Figures> {
  try {
    await fill(server, file);
    const graceful = await server.restart();
    await pause(5000);
    const idle = server.memory();
    await connectTimes(server);
    const times = await connectTimes(server);
    const many = await openMany(server, Number(options.connections));
    return {
      server: server.name,
      start_ms: Math.round(graceful),
      start_after_kill_ms: Math.round(await server.restart('SIGKILL')),
      idle_mib: idle,
      connect_ms: times[times.length >> 1]!,
      connect_p99_ms: times[Math.floor(times.length * 0.99)]!,
      connections: many.open,
      kib_per_connection: Math.round(many.kib),
    };
  } finally {
    await server.remove();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'bench-start-'));
try {
  const file = join(folder, 'rows.txt');
  await writeRowFile(file, ROWS, rowLines());
  const results = [await measure(await BenchServer.rutile([]), file)];
  if (findProgram('mariadbd') !== null || findProgram('mysqld') !== null)
    results.push(await measure(await BenchServer.mariadb([], { connections: 6000 }), file));
  console.table(results);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
