// Migrations of public frameworks against a server of our own, up and down: Knex, TypeORM, Sequelize, installed into a
// directory of their own, and Alembic, where Python has it. What cannot be had is left out with a notice. Usage: node scripts/migrations/check.mjs
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const PACKAGES = ['knex@3', 'typeorm@0.3', 'sequelize@6', 'mysql2@3', 'reflect-metadata@0.2'];
const SUITES = ['knex-migrations.mjs', 'typeorm-migrations.mjs', 'sequelize-migrations.mjs'];

const dir = mkdtempSync(join(tmpdir(), 'rutile-migrations-'));
let server;

function install() {
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...PACKAGES], {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 180_000,
    });
    return true;
  } catch (error) {
    const reason =
      String(error.stderr ?? error.message)
        .split('\n')
        .filter(Boolean)[0] ?? 'npm failed';
    console.log(`skipped: migrations (the frameworks cannot be installed here: ${reason})`);
    return false;
  }
}

function hasAlembic() {
  try {
    execFileSync('python3', ['-c', 'import alembic, pymysql'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log('skipped: alembic_migrations.py (Python has no alembic and pymysql here)');
    return false;
  }
}

function start() {
  const flags = ['--port', '0', '--status-port', '0', '--data-dir', join(dir, 'data')];
  server = spawn(process.execPath, [here('../../bin/rutile.js'), ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    server.stdout.on('data', (line) => {
      const port = /-P (\d+)/.exec(String(line));
      if (port !== null) resolve(port[1]);
    });
    server.once('exit', () => reject(new Error('the server ended')));
  });
}

let failed = 0;

function play(interpreter, suite, port) {
  // Beside what was installed, so that its imports are found.
  cpSync(here(suite), join(dir, suite));
  try {
    execFileSync(interpreter, [join(dir, suite), port], {
      encoding: 'utf8',
      stdio: 'pipe',
      timeout: 120_000,
    });
    console.log(`passed: ${suite}`);
  } catch (error) {
    failed++;
    console.log(`FAILED: ${suite}\n${error.stderr || error.message}`);
  }
}

try {
  const [installed, alembic] = [install(), hasAlembic()];
  if (installed || alembic) {
    const port = await start();
    if (installed) for (const suite of SUITES) play(process.execPath, suite, port);
    if (alembic) play('python3', 'alembic_migrations.py', port);
  }
} finally {
  if (server !== undefined && server.exitCode === null) {
    const ended = new Promise((resolve) => server.once('close', resolve));
    server.kill();
    await ended;
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}
process.exitCode = failed > 0 ? 1 : 0;
