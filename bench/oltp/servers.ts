import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

/** A database server on a scratch directory, reached by TCP as root without a password. */
export class BenchServer {
  private constructor(
    readonly name: string,
    readonly port: number,
    private readonly dir: string,
    private readonly child: ChildProcess,
  ) {}

  /** Rutile as built, with a durable flush for each commit (`--durability 1`). */
  static async rutile(pin: readonly string[]): Promise<BenchServer> {
    const dir = mkdtempSync(join(tmpdir(), 'bench-rutile-'));
    const port = await freePort();
    const flags = ['--port', `${port}`, '--status-port', '0', '--data-dir', dir, '--durability', '1'];
    return BenchServer.launch('rutile', port, dir, [...pin, process.execPath, RUTILE, ...flags]);
  }

  /** MariaDB with the same durability: redo log flushed for each commit, no binary log. */
  static async mariadb(pin: readonly string[]): Promise<BenchServer> {
    const server = findProgram('mariadbd') ?? findProgram('mysqld');
    const install = findProgram('mariadb-install-db') ?? findProgram('mysql_install_db');
    if (server === null || install === null) throw new Error('mariadbd is not installed');
    const dir = mkdtempSync(join(tmpdir(), 'bench-mariadb-'));
    const user = `--user=${userInfo().username}`;
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
      '--innodb-buffer-pool-size=1G',
      '--max-connections=1000',
    ];
    return BenchServer.launch('mariadb', port, dir, [...pin, server, ...flags]);
  }

  private static async launch(
    name: string,
    port: number,
    dir: string,
    command: readonly string[],
  ): Promise<BenchServer> {
    const child = spawn(command[0]!, command.slice(1), { stdio: 'ignore' });
    const server = new BenchServer(name, port, dir, child);
    for (let i = 0; i < 300; i++) {
      try {
        const db = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
        await db.query('CREATE DATABASE IF NOT EXISTS sbtest');
        await db.end();
        return server;
      } catch {
        if (child.exitCode !== null) break;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    await server.remove();
    throw new Error(`${name} did not start: ${command.join(' ')}`);
  }

  /** Resident memory in MiB (Linux; 0 elsewhere). */
  memory(): number {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
      return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      return 0;
    }
  }

  async remove(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}
