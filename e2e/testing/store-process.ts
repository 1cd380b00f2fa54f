import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/rutile.js', import.meta.url));

/** `rutile kv` on a scratch directory, which can be killed and started again on the same data and address. */
export class StoreProcess {
  private child: ChildProcess | null = null;
  private exited: Promise<void> = Promise.resolve();
  readonly dir = mkdtempSync(join(tmpdir(), 'rutile-kv-'));
  address = '127.0.0.1:0';

  constructor(private readonly flags: readonly string[] = []) {}

  async start(): Promise<void> {
    const args = ['kv', '--addr', this.address, '--data-dir', join(this.dir, 'data'), ...this.flags];
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    let output = '';
    child.stdout.on('data', (d) => (output += String(d)));
    child.stderr.on('data', (d) => (output += String(d)));
    let ended = false;
    this.exited = new Promise((resolve) =>
      child.once('exit', () => {
        ended = true;
        resolve();
      }),
    );
    for (;;) {
      const ready = /--pd (\S+)/.exec(output);
      if (ready !== null) {
        this.address = ready[1]!;
        return;
      }
      if (ended) throw new Error(`the store ended: ${output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** `kill -9`, then waits for the process to be gone. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.exited;
  }

  async stop(): Promise<void> {
    this.child?.kill('SIGTERM');
    await this.exited;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
