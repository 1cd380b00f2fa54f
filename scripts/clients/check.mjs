// Clients that are not Node's against a server of our own: the mariadb command line, mysqldump reloaded into a second
// server, PyMySQL. What this machine does not have is named and left out. Usage: node scripts/clients/check.mjs
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
