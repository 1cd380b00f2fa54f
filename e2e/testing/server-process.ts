import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mysql from 'mysql2/promise';

/** The server as `npm run build` made it. */
const BIN = fileURLToPath(new URL('../../bin/rutile.js', import.meta.url));

/** A server of its own on a scratch directory, which can be killed and started again on the same data. */
export class ServerProcess {
  private child: ChildProcess | null = null;
  private output = '';
  private exited: Promise<void> = Promise.resolve();
  readonly dir = mkdtempSync(join(tmpdir(), 'rutile-e2e-'));
  port = 0;
  statusPort = 0;

  constructor(
    private readonly flags: readonly string[] = [],
    private readonly env: Readonly<Record<string, string>> = {},
  ) {}

  get pid(): number {
    return this.child?.pid ?? 0;
  }
  /** Of a process that has ended by itself. */
  get exitCode(): number | null {
    return this.child?.exitCode ?? null;
  }
  get dataDir(): string {
    return join(this.dir, 'data');
  }

  /** Starts and waits for the ready line. */
  async start(): Promise<void> {
    const args = ['--port', '0', '--status-port', '0', '--data-dir', this.dataDir, ...this.flags];
    const child = spawn(process.execPath, [BIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.env },
    });
    this.child = child;
    this.output = '';
    child.stdout.on('data', (d) => (this.output += String(d)));
    child.stderr.on('data', (d) => (this.output += String(d)));
    let ended = false;
    this.exited = new Promise((resolve) =>
      child.once('exit', () => {
        ended = true;
        resolve();
      }),
    );
    for (;;) {
      const ready = /-P (\d+) -u root.*status http:\/\/127\.0\.0\.1:(\d+)\//.exec(this.output);
      if (ready !== null) {
        this.port = Number(ready[1]);
        this.statusPort = Number(ready[2]);
        return;
      }
      if (ended) throw new Error(`the server ended: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** `kill -9`, then waits for the process to be gone. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.exited;
  }

  /** The process stands still for so long, as one does whose machine was frozen. */
  async stall(ms: number): Promise<void> {
    this.child?.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.child?.kill('SIGTERM');
    await this.exited;
  }

  /** Kills the server and removes its data. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }

  connect(options: mysql.ConnectionOptions = {}): Promise<mysql.Connection> {
    return mysql.createConnection({
      host: '127.0.0.1',
      port: this.port,
      user: 'root',
      database: 'test',
      ...options,
    });
  }
}
