/**
 * Statements of applications - rows by an index, small joins, changes of few rows - on this server and on a MariaDB of the same machine, in
 * alternating rounds, both flushing each commit.
 *
 *   npm run bench:lookups -- [--connections 8] [--time 2] [--rounds 3] [--only 'by index;left join'] [--cpus 0,1] [--workers 2]
 *                            [--text] [--alone] [--json FILE]
 *
 * `us` is the processor time that a server used for a statement, of all its threads: it says more than rates do where clients share
 * the processors. Figures are medians of the rounds. --text sends texts instead of prepared statements; --alone leaves MariaDB out.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import { BenchServer } from '../oltp/servers.js';
import { prepare, STATEMENTS } from './statements.js';

const { values: options } = parseArgs({
  options: {
    connections: { type: 'string', default: '8' },
    time: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    cpus: { type: 'string' },
    workers: { type: 'string', default: '2' },
    text: { type: 'boolean', default: false },
    alone: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});

const CLIENT = fileURLToPath(new URL('client.ts', import.meta.url));

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

interface Figures {
  readonly rate: number;
  readonly us: number;
}

/** Statements of so many seconds. */
function play(port: number, name: string, seconds: number): Promise<number> {
  const kind = options.text ? 'text' : 'prepared';
  const client = fork(CLIENT, [`${port}`, options.connections, `${seconds}`, kind, name], {
    execArgv: ['--import', 'tsx'],
  });
  return new Promise((resolve, reject) => {
    client.once('message', (done) => resolve(Number(done)));
    client.once('exit', (code) => reject(new Error(`a client of "${name}" ended with ${code}`)));
  });
}

async function measure(server: BenchServer, name: string): Promise<Figures> {
  const seconds = Number(options.time);
  const used = server.processorTime();
  const done = await play(server.port, name, seconds);
  return { rate: done / seconds, us: ((server.processorTime() - used) * 1000) / done };
}

async function main(): Promise<void> {
  const pin = options.cpus === undefined ? [] : ['taskset', '-c', options.cpus];
  const servers = [await BenchServer.rutile(pin, { workers: Number(options.workers) })];
  if (!options.alone) servers.push(await BenchServer.mariadb(pin));
  try {
    for (const { port } of servers) {
      const db = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
      await prepare(db);
      await db.end();
    }
    const only = options.only?.split(';');
    const rows = [];
    console.log('statement               /s  mariadb  ratio      us  mariadb');
    for (const name of Object.keys(STATEMENTS)) {
      if (only?.includes(name) === false) continue;
      const found = servers.map((): Figures[] => []);
      for (const { port } of servers) await play(port, name, Number(options.time));
      for (let round = 0; round < Number(options.rounds); round++)
        for (const [i, server] of servers.entries()) found[i]!.push(await measure(server, name));
      const [ours, theirs] = found.map((f) => ({
        rate: median(f.map((x) => x.rate)),
        us: median(f.map((x) => x.us)),
      }));
      rows.push({ statement: name, ...ours, mariadb: theirs ?? null });
      const shown = [
        name.padEnd(18),
        ours!.rate.toFixed(0).padStart(7),
        (theirs?.rate.toFixed(0) ?? '-').padStart(8),
        (theirs === undefined ? '-' : (ours!.rate / theirs.rate).toFixed(2)).padStart(6),
        ours!.us.toFixed(0).padStart(7),
        (theirs?.us.toFixed(0) ?? '-').padStart(8),
      ];
      console.log(shown.join(' '));
    }
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
  } finally {
    for (const server of servers) await server.remove();
  }
}

await main();
