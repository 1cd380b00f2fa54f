import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playScript } from './testing/sql-script.js';
import { ServerProcess } from './testing/server-process.js';
import { StoreProcess } from './testing/store-process.js';

/**
 * Golden tests: testdata/sql/NAME.test played on an empty database must print NAME.result. UPDATE_GOLDEN=1 writes the
 * results anew; look at the difference before it is committed.
 */
const DIR = fileURLToPath(new URL('../testdata/sql/', import.meta.url));
const names = readdirSync(DIR)
  .filter((f) => f.endsWith('.test'))
  .map((f) => f.slice(0, -5));

describe.each(['embedded', 'tikv'])('%s store', (kind) => {
  let store: StoreProcess | null = null;
  let server: ServerProcess;
  beforeAll(async () => {
    if (kind === 'tikv') {
      store = new StoreProcess(['--durability', '2']);
      await store.start();
    }
    server = new ServerProcess(store === null ? [] : ['--store', 'tikv', '--pd', store.address]);
    await server.start();
    // Plans and estimates are those of what a script did, whatever time it takes.
    const root = await server.connect();
    await root.query('SET GLOBAL tidb_enable_auto_analyze = OFF, GLOBAL tidb_enable_query_feedback = OFF');
    await root.end();
  });
  afterAll(async () => {
    await server.remove();
    await store?.remove();
  });

  test.each(names)('%s', async (name) => {
    const db = await server.connect({ dateStrings: true, rowsAsArray: true });
    await db.query(`CREATE DATABASE \`${name}\``);
    await db.query(`USE \`${name}\``);
    const printed = await playScript(db, readFileSync(`${DIR}${name}.test`, 'utf8'));
    await db.end();
    const golden = `${DIR}${name}.result`;
    if (process.env['UPDATE_GOLDEN'] === '1' && kind === 'embedded') writeFileSync(golden, printed);
    expect(printed).toBe(readFileSync(golden, 'utf8'));
  });
});
