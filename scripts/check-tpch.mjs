// Starts a server on a scratch directory, runs a TPC-H checker against it and stops it.
// Usage: node scripts/check-tpch.mjs path/to/check.mjs [sf]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [checker, sf = '0.01'] = process.argv.slice(2);
const data = mkdtempSync(join(tmpdir(), 'rutile-tpch-'));
const port = 14000 + (process.pid % 1000);
const server = spawn(
  process.execPath,
  ['bin/rutile.js', '--port', String(port), '--status-port', String(port + 1000), '--data-dir', data],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const stop = (code) => {
  server.once('exit', () => {
    rmSync(data, { recursive: true, force: true });
    process.exit(code);
  });
  server.kill('SIGTERM');
};
server.stdout.once('data', () => {
  const args = [checker, '--port', String(port), '--load', '--sf', sf];
  spawn(process.execPath, args, { stdio: 'inherit' }).once('exit', (code) => stop(code ?? 1));
});
server.once('exit', (code) => {
  if (code !== 0 && code !== null) process.exit(code);
});
