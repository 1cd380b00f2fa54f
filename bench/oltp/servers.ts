import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mysql from 'mysql2/promise';

const RUTILE = fileURLToPath(new URL('../../bin/rutile.js', import.meta.url));

/** The path of a program, or null. Distributions keep servers in sbin, which is not on every PATH. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return null;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

const PROBE_FLAG = '--import';
/** Fields of /proc/PID/stat behind the name (proc(5)), in ticks of USER_HZ, which is 100 wherever Linux runs. */
const UTIME = 11;
const STIME = 12;
const TICK_MS = 10;

/** A process, with a channel to its probe if there is one. */
const launched = (command: readonly string[]): ChildProcess =>
  spawn(command[0]!, command.slice(1), {
    stdio: ['ignore', 'ignore', 'ignore', command.includes(PROBE_FLAG) ? 'ipc' : 'ignore'],
  });

/** A database server on a scratch directory, reached by TCP as root without a password. */
export class BenchServer {
  private peakBefore = 0;

  private constructor(
    readonly name: string,
    readonly port: number,
    private readonly dir: string,
    private child: ChildProcess,
    private readonly command: readonly string[],
    /** The folder stays when the server is removed. */
    private readonly keep: boolean,
  ) {}

  /**
   * Rutile as built, with a durable flush for each commit (`--durability 1`); on a scratch folder unless one is given. A `probe` is a
   * module that is loaded into it and answers what it is asked (`ask`).
   */
  static async rutile(
    pin: readonly string[],
    {
      folder,
      workers = 1,
      probe,
    }: { readonly folder?: string; readonly workers?: number; readonly probe?: string } = {},
  ): Promise<BenchServer> {
    const dir = folder ?? mkdtempSync(join(tmpdir(), 'bench-rutile-'));
    const port = await freePort();
    const flags = [
      '--port',
      `${port}`,
      '--status-port',
      '0',
      '--data-dir',
      dir,
      '--durability',
      '1',
      '--workers',
      `${workers}`,
    ];
    const preload = probe === undefined ? [] : [PROBE_FLAG, probe];
    const command = [...pin, process.execPath, ...preload, RUTILE, ...flags];
    return BenchServer.launch('rutile', port, dir, command, folder !== undefined);
  }

  /** MariaDB with the same durability: redo log flushed for each commit, no binary log; on a scratch folder unless one is given. */
  static async mariadb(
    pin: readonly string[],
    {
      folder,
      bufferPool = '1G',
      connections = 1000,
    }: { readonly folder?: string; readonly bufferPool?: string; readonly connections?: number } = {},
  ): Promise<BenchServer> {
    const server = findProgram('mariadbd') ?? findProgram('mysqld');
    const install = findProgram('mariadb-install-db') ?? findProgram('mysql_install_db');
    if (server === null || install === null) throw new Error('mariadbd is not installed');
    const dir = folder ?? mkdtempSync(join(tmpdir(), 'bench-mariadb-'));
    const user = `--user=${userInfo().username}`;
    if (!existsSync(join(dir, 'mysql')))
      execFileSync(
        install,
        [
          '--no-defaults',
          `--datadir=${dir}`,
          user,
          '--auth-root-authentication-method=normal',
          '--skip-test-db',
        ],
        { stdio: 'ignore' },
      );
    const port = await freePort();
    const flags = [
      '--no-defaults',
      `--datadir=${dir}`,
      user,
      `--port=${port}`,
      `--socket=${join(dir, 'mariadb.sock')}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--skip-log-bin',
      '--innodb-flush-log-at-trx-commit=1',
      `--innodb-buffer-pool-size=${bufferPool}`,
      `--max-connections=${connections}`,
      `--open-files-limit=${2 * connections}`,
    ];
    return BenchServer.launch('mariadb', port, dir, [...pin, server, ...flags], folder !== undefined);
  }

  private static async launch(
    name: string,
    port: number,
    dir: string,
    command: readonly string[],
    keep = false,
  ): Promise<BenchServer> {
    const child = launched(command);
    const server = new BenchServer(name, port, dir, child, command, keep);
    await server.answer();
    return server;
  }

  private async answer(): Promise<void> {
    for (let i = 0; i < 3000; i++) {
      try {
        const db = await mysql.createConnection({ host: '127.0.0.1', port: this.port, user: 'root' });
        await db.query('CREATE DATABASE IF NOT EXISTS sbtest');
        await db.end();
        return;
      } catch {
        if (this.child.exitCode !== null) break;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    await this.remove();
    throw new Error(`${this.name} did not start: ${this.command.join(' ')}`);
  }

  /** Stops the server, in good order or not, and starts it again on the same data: milliseconds until it answered a query. */
  async restart(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    this.peakBefore = this.peakMemory();
    await this.stop(signal);
    const began = performance.now();
    this.child = launched(this.command);
    await this.answer();
    return performance.now() - began;
  }

  private async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    await gone;
  }

  /** The probe's answer. */
  ask(question: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.child.once('message', resolve);
      this.child.send(question, (e) => e !== null && reject(e));
    });
  }

  /** Resident memory in MiB (Linux; 0 elsewhere). */
  memory(): number {
    return this.status('VmRSS');
  }

  /** The most that was resident so far, in MiB, of the processes before a restart too. */
  peakMemory(): number {
    return Math.max(this.peakBefore, this.status('VmHWM'));
  }

  /** Milliseconds of processor time that the process has used (Linux, in ticks of 10 ms; 0 elsewhere). */
  processorTime(): number {
    try {
      const stat = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[UTIME]) + Number(fields[STIME])) * TICK_MS;
    } catch {
      return 0;
    }
  }

  private status(field: string): number {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
      return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
    } catch {
      return 0;
    }
  }

  async remove(): Promise<void> {
    await this.stop(this.keep ? 'SIGTERM' : 'SIGKILL');
    if (!this.keep) rmSync(this.dir, { recursive: true, force: true });
  }
}
