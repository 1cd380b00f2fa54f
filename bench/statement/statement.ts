// Microseconds of server time that a statement spends in each layer, from packet to packet.
//   npm run bench:statement -- [--time SECONDS] [--connections N] [--only NAME,…] [--functions N] [--flame FILE.svg] [--json FILE]
// The server runs in this process under V8's sampling profiler, the clients in another; samples are counted by the folder of
// the function they fall into. Sums are the server's busy time per statement, so they hold on a machine that is shared, too.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Session, type Profiler } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { MysqlServer } from '../../server/protocol/mysql-server.js';
import { openEngine } from '../../session/engine/engine.js';
import { flameGraph } from './flame-graph.js';
import { LAYERS, timeByLayer, type Layer } from './layers.js';

const { values: options } = parseArgs({
  options: {
    time: { type: 'string', default: '3' },
    connections: { type: 'string', default: '8' },
    only: { type: 'string', default: '' },
    functions: { type: 'string', default: '0' },
    flame: { type: 'string' },
    json: { type: 'string' },
  },
});

/** What `{…}` stands for: see client.ts. Steps of a transaction are counted together. */
const STATEMENTS: Readonly<Record<string, string>> = {
  'point select': 'SELECT c FROM t WHERE id = {id}',
  'range of 100': 'SELECT c FROM t WHERE id BETWEEN {id} AND {to}',
  'sum of 100': 'SELECT SUM(k) FROM t WHERE id BETWEEN {id} AND {to}',
  'order of 100': 'SELECT c FROM t WHERE id BETWEEN {id} AND {to} ORDER BY c',
  'distinct of 100': 'SELECT DISTINCT c FROM t WHERE id BETWEEN {id} AND {to} ORDER BY c',
  'by index': 'SELECT id FROM t WHERE k = {id}',
  update: 'UPDATE t SET c = {text} WHERE id = {id}',
  'update of an index': 'UPDATE t SET k = k + 1 WHERE id = {id}',
  insert: 'INSERT INTO t (id, k, c, pad) VALUES ({free}, {id}, {text}, {text})',
  'delete and insert':
    'BEGIN; DELETE FROM t WHERE id = {id}; INSERT INTO t VALUES ({id}, {id}, {text}, {text}); COMMIT',
  'empty transaction': 'BEGIN; COMMIT',
};

interface Result {
  readonly statement: string;
  readonly kind: 'text' | 'prepared';
  readonly perSecond: number;
  readonly us: number;
  readonly layers: Readonly<Record<string, number>>;
  /** The functions that took most. */
  readonly functions: readonly string[];
}

async function load(port: number): Promise<void> {
  const db = await createConnection({ host: '127.0.0.1', port, user: 'root' });
  await db.query('CREATE DATABASE bench');
  await db.query(
    'CREATE TABLE bench.t (id INT PRIMARY KEY, k INT NOT NULL, c CHAR(120) NOT NULL, pad CHAR(60) NOT NULL, KEY (k))',
  );
  const text = (n: number): string => Math.random().toString(36).slice(2).padEnd(n, '-');
  for (let at = 1; at <= 20_000; at += 1000) {
    const rows = Array.from(
      { length: 1000 },
      (_, i) => `(${at + i}, ${at + i}, '${text(119)}', '${text(59)}')`,
    );
    await db.query(`INSERT INTO bench.t VALUES ${rows.join(',')}`);
  }
  await db.end();
}

async function measure(port: number, profiler: Session, name: string, kind: Result['kind']): Promise<Result> {
  const clients = (seconds: string): Promise<number> =>
    new Promise((resolve) => {
      const args = [String(port), options.connections, seconds, kind, STATEMENTS[name]!];
      fork(fileURLToPath(new URL('client.js', import.meta.url)), args).once('message', (n) =>
        resolve(Number(n)),
      );
    });
  await clients('1');
  await profiler.post('Profiler.start');
  const began = performance.now();
  const done = await clients(options.time);
  const seconds = (performance.now() - began) / 1000;
  const { profile } = (await profiler.post('Profiler.stop')) as { profile: Profiler.Profile };
  // Of the last statement measured.
  if (options.flame !== undefined)
    writeFileSync(options.flame, flameGraph(profile, `${name}, ${kind}: where the server's time goes`));
  const spent = timeByLayer(profile);
  const layers = Object.fromEntries(LAYERS.map((l) => [l, (spent.layers.get(l) ?? 0) / done]));
  const us = Object.values(layers).reduce((a, b) => a + b, 0);
  const functions = [...spent.functions]
    .sort((a, b) => b[1] - a[1])
    .slice(0, Number(options.functions))
    .map(([f, t]) => `${cell(t / done)}  ${f}`);
  return { functions, statement: name, kind, perSecond: done / seconds, us, layers };
}

const cell = (n: number): string => (n < 0.05 ? '·' : n.toFixed(1)).padStart(9);

function line(r: Result): string {
  return `${`${r.statement}, ${r.kind}`.padEnd(30)}${cell(r.us)}${LAYERS.map((l) => cell(r.layers[l]!)).join('')}`;
}

const dir = mkdtempSync(join(tmpdir(), 'rutile-bench-'));
const nothing = (): void => {};
const log = { info: nothing, warn: nothing, error: nothing, debug: nothing };
const engine = await openEngine({
  dataDir: dir,
  version: 'bench',
  port: 0,
  socket: '',
  durability: 1,
  logger: log,
  tlsConfigured: false,
  passwordHashers: new Map(),
});
const server = new MysqlServer({ engine, log });
const port = await server.listenTcp('127.0.0.1', 0);
await load(port);
const profiler = new Session();
profiler.connect();
await profiler.post('Profiler.enable');
await profiler.post('Profiler.setSamplingInterval', { interval: 100 });
const heads: readonly (Layer | 'all')[] = ['all', ...LAYERS];
console.log(
  `${'microseconds per statement'.padEnd(30)}${heads.map((l) => l.padStart(l === 'plan cache' ? 11 : 9).slice(-9)).join('')}`,
);
const results: Result[] = [];
const only = options.only === '' ? Object.keys(STATEMENTS) : options.only.split(',');
const unknown = only.filter((name) => !(name in STATEMENTS));
if (unknown.length > 0) throw new Error(`no such statement: ${unknown.join(', ')}`);
for (const name of only) {
  for (const kind of ['text', 'prepared'] as const) {
    const r = await measure(port, profiler, name, kind);
    results.push(r);
    console.log([line(r), ...r.functions].join('\n'));
  }
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
await server.close(0);
await engine.shutdown(0);
rmSync(dir, { recursive: true });
process.exit(0);
