import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playConcurrently } from './testing/concurrent-script.js';
import { ServerProcess } from './testing/server-process.js';
import { StoreProcess } from './testing/store-process.js';

/**
 * Golden tests of several sessions: testdata/concurrent/NAME.test must print NAME.result, with the sessions on one server, on two workers, and
 * on two servers over one store. UPDATE_GOLDEN=1 writes the results anew.
 */
const DIR = fileURLToPath(new URL('../testdata/concurrent/', import.meta.url));
const names = readdirSync(DIR)
  .filter((f) => f.endsWith('.test'))
  .map((f) => f.slice(0, -5));

describe.each(['one server', 'two workers', 'two servers on a served store'])('%s', (kind) => {
  let store: StoreProcess | null = null;
  let servers: ServerProcess[] = [];
  beforeAll(async () => {
    if (kind === 'two servers on a served store') {
      store = new StoreProcess(['--durability', '2']);
      await store.start();
      const { address } = store;
      servers = [1, 2].map(() => new ServerProcess(['--store', 'tikv', '--pd', address]));
    } else servers = [new ServerProcess(kind === 'two workers' ? ['--workers', '2'] : [])];
    await Promise.all(servers.map((s) => s.start()));
  });
  afterAll(async () => {
    await Promise.all(servers.map((s) => s.remove()));
    await store?.remove();
  });

  test.each(names)('%s', async (name) => {
    const admin = await servers[0]!.connect();
    await admin.query(`CREATE DATABASE \`${name}\``);
    await admin.end();
    const printed = await playConcurrently(readFileSync(`${DIR}${name}.test`, 'utf8'), async (session) => {
      const server = servers[session % servers.length]!;
      return server.connect({ dateStrings: true, rowsAsArray: true, database: name });
    });
    const golden = `${DIR}${name}.result`;
    if (process.env['UPDATE_GOLDEN'] === '1' && kind === 'one server') writeFileSync(golden, printed);
    expect(printed).toBe(readFileSync(golden, 'utf8'));
  });
});
