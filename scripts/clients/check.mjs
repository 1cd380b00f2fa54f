// Clients that are not Node's against a server of our own: the mariadb command line, mysqldump reloaded into a second
// server and between MariaDB and ours, PyMySQL. What this machine does not have is named and left out. Usage: node scripts/clients/check.mjs
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const servers = [];

async function start() {
  const dir = mkdtempSync(join(tmpdir(), 'rutile-clients-'));
  const flags = ['--port', '0', '--status-port', '0', '--data-dir', dir];
  const child = spawn(process.execPath, [here('../../bin/rutile.js'), ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  servers.push({ child, dir });
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (line) => {
      const port = /-P (\d+)/.exec(String(line));
      if (port !== null) resolve(port[1]);
    });
    child.once('exit', () => reject(new Error('the server ended')));
  });
}

/** A MariaDB server on a scratch folder, where this machine has one; its port. */
async function startMariadb() {
  const dir = mkdtempSync(join(tmpdir(), 'mariadb-clients-'));
  const user = `--user=${userInfo().username}`;
  const install = ['--auth-root-authentication-method=normal', '--skip-test-db'];
  execFileSync('mariadb-install-db', ['--no-defaults', `--datadir=${dir}`, user, ...install], {
    stdio: 'ignore',
  });
  const port = await freePort();
  const flags = [`--port=${port}`, `--socket=${join(dir, 'socket')}`, '--bind-address=127.0.0.1'];
  const child = spawn('mariadbd', ['--no-defaults', `--datadir=${dir}`, user, ...flags], { stdio: 'ignore' });
  servers.push({ child, dir });
  for (let i = 0; i < 300; i++) {
    if (has('mariadb', ['-h', '127.0.0.1', '-P', port, '-u', 'root', '-e', 'SELECT 1'])) return port;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('mariadbd did not start');
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(String(port)));
    });
  });
}

function has(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function expectText(what, text, pattern) {
  if (!pattern.test(text)) throw new Error(`${what}: expected ${pattern}, got\n${text}`);
}

function commandLine(port) {
  const args = ['-h', '127.0.0.1', '-P', port, '-u', 'root', '--table'];
  const run = (sql, more = []) =>
    execFileSync('mariadb', [...args, ...more], { input: sql, encoding: 'utf8' });
  expectText('status', run('\\s\n'), /Server version:.*\n[^]*Uptime:/);
  expectText('databases', run('SHOW DATABASES;'), /\| information_schema/i);
  // Tab completion asks for these when a database is chosen.
  expectText('completion', run('SHOW TABLES; SELECT 1 + 1 AS two;', ['--auto-rehash', 'mysql']), /\|\s+2 \|/);
}

function dumpAndReload(first, second) {
  const to = (port) => ['-h', '127.0.0.1', '-P', port, '-u', 'root'];
  execFileSync('mariadb', [...to(first), '-e', `source ${here('schema.sql')}`]);
  const dump = (port) =>
    execFileSync('mysqldump', [...to(port), '--skip-dump-date', '--hex-blob', '--databases', 'shop'], {
      encoding: 'utf8',
    });
  const text = dump(first);
  expectText('dump', text, /CREATE TABLE `orders`[^]*INSERT INTO `orders`/);
  execFileSync('mariadb', to(second), { input: text });
  const again = dump(second);
  if (again !== text) throw new Error(`the dump of the reloaded database differs:\n${text}\n---\n${again}`);
}

/**
 * A database with every type goes from MariaDB here and back by mysqldump, and is the same to the byte. The dump taken here is in our
 * form of CREATE TABLE; what it is worth, MariaDB's dump of it shows.
 */
function dumpFromMariadb(mariadb, rutile) {
  const to = (port) => ['-h', '127.0.0.1', '-P', port, '-u', 'root', '--default-character-set=utf8mb4'];
  const only = ['--skip-dump-date', '--hex-blob', '--order-by-primary', '--databases', 'every'];
  const dump = (port) =>
    execFileSync('mysqldump', [...to(port), ...only], { encoding: 'latin1' }).replace(
      /^-- Server version.*$/m,
      '',
    );
  const load = (port, text) => execFileSync('mariadb', to(port), { input: Buffer.from(text, 'latin1') });
  execFileSync('mariadb', [...to(mariadb), '-e', `source ${here('every-type.sql')}`]);
  const text = dump(mariadb);
  expectText('dump', text, /INSERT INTO `texts`/);
  // Without it CHECK constraints are read and left out.
  load(rutile, 'SET GLOBAL tidb_enable_check_constraint = ON');
  load(rutile, text);
  const ours = dump(rutile);
  const rows = (t) =>
    t
      .match(/^(INSERT INTO|\().*$/gm)
      .filter((line) => !line.startsWith('(PARTITION'))
      .join('\n');
  if (rows(ours) !== rows(text))
    throw new Error(`other rows come from here:\n${rows(ours)}\n---\n${rows(text)}`);
  load(mariadb, 'DROP DATABASE every');
  load(mariadb, ours);
  const again = dump(mariadb);
  if (again !== text)
    throw new Error(`the dump after the way through Rutile differs:\n${text}\n---\n${again}`);
}

let passed = 0;
let skipped = 0;
let failed = 0;
function step(name, needs, run) {
  const missing = needs.find(([command, args]) => !has(command, args));
  if (missing !== undefined) {
    skipped++;
    return console.log(`skipped: ${name} (${missing[0]} ${missing[1].join(' ')} does not work here)`);
  }
  try {
    run();
    passed++;
    console.log(`passed: ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED: ${name}\n${error.message}`);
  }
}

try {
  const [first, second] = [await start(), await start()];
  const mariadb = ['mariadb', ['--version']];
  step('mariadb command line', [mariadb], () => commandLine(first));
  step('mysqldump, reload, mysqldump', [mariadb, ['mysqldump', ['--version']]], () =>
    dumpAndReload(first, second),
  );
  const needs = [mariadb, ['mysqldump', ['--version']], ['mariadbd', ['--version']]];
  const peer = needs.every(([command, args]) => has(command, args)) ? await startMariadb() : '';
  step('mysqldump of MariaDB, through Rutile, back into MariaDB', needs, () => dumpFromMariadb(peer, second));
  step('PyMySQL', [['python3', ['-c', 'import pymysql']]], () =>
    execFileSync('python3', [here('pymysql_check.py'), first], { stdio: 'inherit' }),
  );
} finally {
  for (const { child, dir } of servers) {
    child.removeAllListeners('exit');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    rmSync(dir, { recursive: true, force: true });
  }
}
console.log(`clients: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
