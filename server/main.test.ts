import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mysql from 'mysql2/promise';

/** The server as a process of its own, as built by `npm run build`. */
const BIN = fileURLToPath(new URL('../bin/rutile.js', import.meta.url));

interface Run {
  readonly child: ChildProcess;
  out: string;
  err: string;
  readonly exited: Promise<number | null>;
}

let dir: string;
const runs: Run[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rutile-main-'));
});
afterEach(async () => {
  for (const r of runs.splice(0)) {
    r.child.kill('SIGKILL');
    await r.exited;
  }
  rmSync(dir, { recursive: true });
});

function start(...args: string[]): Run {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const run: Run = {
    child,
    out: '',
    err: '',
    exited: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
  };
  child.stdout.on('data', (d) => (run.out += String(d)));
  child.stderr.on('data', (d) => (run.err += String(d)));
  runs.push(run);
  return run;
}

/** Waits until another connection runs its SLEEP. */
async function untilSleeping(port: number): Promise<void> {
  const c = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
  const sql = "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'";
  while (((await c.query(sql))[0] as unknown[]).length === 0) await new Promise((r) => setTimeout(r, 5));
  await c.end();
}

/** Waits for the ready line. */
async function ready(run: Run): Promise<{ readonly port: number; readonly status: string }> {
  while (!run.out.includes('\n')) {
    if (run.child.exitCode !== null) throw new Error(`server ended: ${run.err}`);
    await new Promise((r) => setTimeout(r, 10));
  }
  const m =
    /^rutile ready in \d+ ms: mysql -h 127\.0\.0\.1 -P (\d+) -u root {3}\(status (http:\S+)\/status, data (\S+)\)\n$/.exec(
      run.out,
    );
  if (m === null) throw new Error(`unexpected ready line: ${run.out}`);
  return { port: Number(m[1]), status: m[2]! };
}

const server = (...args: string[]): Run =>
  start('--port', '0', '--status-port', '0', '--data-dir', join(dir, 'data'), ...args);

describe('the server process', () => {
  test('--version and --help', async () => {
    const version = start('--version');
    expect(await version.exited).toBe(0);
    expect(version.out).toMatch(/^rutile \d+\.\d+\.\d+\n$/);
    const help = start('--help');
    expect(await help.exited).toBe(0);
    expect(help.out).toContain('--data-dir DIR');
  });

  test('a usage error is one line and exit code 2', async () => {
    const run = start('--prot', '5');
    expect(await run.exited).toBe(2);
    expect(run.err).toBe("rutile: Unknown option '--prot' (see --help)\n");
    expect(run.out).toBe('');
  });

  test('serves, keeps what was committed, ends on SIGTERM', async () => {
    const first = server();
    const { port, status } = await ready(first);
    const c = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
    await c.query('CREATE DATABASE d');
    await c.query('CREATE TABLE d.t (a INT PRIMARY KEY, b VARCHAR(10))');
    await c.execute('INSERT INTO d.t VALUES (?, ?)', [1, 'eins']);
    expect((await fetch(`${status}/status`)).status).toBe(200);
    expect((await fetch(`${status}/metrics`)).status).toBe(200);
    await c.end();
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);

    const second = server();
    const again = await mysql.createConnection({
      host: '127.0.0.1',
      port: (await ready(second)).port,
      user: 'root',
    });
    expect((await again.query('SELECT * FROM d.t'))[0]).toEqual([{ a: 1, b: 'eins' }]);
    again.destroy();
    second.child.kill('SIGINT');
    expect(await second.exited).toBe(0);
  });

  test('a running statement is finished before the end', async () => {
    const run = server();
    const { port } = await ready(run);
    const c = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
    const sleeping = c.query('SELECT SLEEP(1) AS s');
    await untilSleeping(port);
    run.child.kill('SIGTERM');
    expect((await sleeping)[0]).toEqual([{ s: 0 }]);
    expect(await run.exited).toBe(0);
    c.destroy();
  });

  test('a second signal ends it at once', async () => {
    const run = server();
    const { port } = await ready(run);
    const c = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
    c.query('SELECT SLEEP(60)').catch(() => {});
    await untilSleeping(port);
    run.child.kill('SIGTERM');
    await new Promise((r) => setTimeout(r, 200));
    expect(run.child.exitCode).toBeNull();
    run.child.kill('SIGTERM');
    expect(await run.exited).toBe(1);
    c.destroy();
  });

  test('a second server on the same data directory', async () => {
    const first = server();
    await ready(first);
    const second = server();
    expect(await second.exited).toBe(1);
    expect(second.err).toBe(
      `rutile: the data directory ${join(dir, 'data')} is in use by process ${first.child.pid}\n`,
    );
    expect(first.child.exitCode).toBeNull();
  });

  test('a port in use', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const run = start('--port', String(port), '--status-port', '0', '--data-dir', join(dir, 'data'));
    expect(await run.exited).toBe(1);
    expect(run.err).toBe(`rutile: cannot listen on 127.0.0.1:${port}: the port is in use\n`);
    const status = start('--port', '0', '--status-port', String(port), '--data-dir', join(dir, 'data'));
    expect(await status.exited).toBe(1);
    expect(status.err).toBe(`rutile: cannot listen on 127.0.0.1:${port}: the port is in use\n`);
    holder.close();
  });

  test('a data directory that cannot be', async () => {
    writeFileSync(join(dir, 'file'), '');
    const run = start('--port', '0', '--status-port', '0', '--data-dir', join(dir, 'file', 'data'));
    expect(await run.exited).toBe(1);
    expect(run.err).toBe(
      `rutile: cannot write to data directory ${join(dir, 'file', 'data')}: a part of the path is not a directory\n`,
    );
  });

  test('settings from a file, a log file in JSON lines, a Unix socket', async () => {
    const socket = join(dir, 's.sock');
    const config = join(dir, 'rutile.toml');
    const logFile = join(dir, 'log', 'rutile.log');
    const settings = {
      port: 0,
      'status-port': 0,
      'data-dir': join(dir, 'data'),
      socket,
      'log-file': logFile,
    };
    writeFileSync(
      config,
      Object.entries(settings)
        .map(([k, v]) => `${k} = ${JSON.stringify(v)}\n`)
        .join(''),
    );
    const run = start('--config', config);
    await ready(run);
    const c = await mysql.createConnection({ socketPath: socket, user: 'root' });
    expect((await c.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }]);
    await c.end();
    run.child.kill('SIGTERM');
    expect(await run.exited).toBe(0);
    expect(existsSync(socket)).toBe(false);
    const lines = readFileSync(logFile, 'utf8').trim().split('\n');
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), msg: expect.any(String) });
    expect(lines.some((l) => l.includes('"ready"'))).toBe(true);
    expect(run.err).toBe('');
  });
});
