import { ServerProcess } from './testing/server-process.js';
import { StoreProcess } from './testing/store-process.js';

describe('a server whose store is gone', () => {
  const store = new StoreProcess(['--durability', '2']);
  let server: ServerProcess;
  beforeAll(async () => {
    await store.start();
    server = new ServerProcess(['--store', 'tikv', '--pd', store.address]);
    await server.start();
  });
  afterAll(async () => {
    await server.remove();
    await store.remove();
  });

  test('statements wait for it, KILL and max_execution_time end the wait, and it goes on when the store is back', async () => {
    const db = await server.connect({ multipleStatements: true });
    const other = await server.connect();
    await db.query('CREATE TABLE k (id INT PRIMARY KEY, v INT); INSERT INTO k VALUES (1, 1), (2, 2)');
    await db.query('BEGIN');
    await db.query('SELECT * FROM k');
    await store.kill();
    await db.query('SET max_execution_time = 300');
    await expect(db.query('SELECT v FROM k WHERE id = 2')).rejects.toMatchObject({ errno: 3024 });
    await db.query('SET max_execution_time = 0');
    const reading = db.query('SELECT SUM(v) FROM k');
    let ended = false;
    const killed = expect(reading)
      .rejects.toMatchObject({ errno: 1317 })
      .finally(() => (ended = true));
    // One that comes before the statement runs ends nothing.
    while (!ended) {
      await other.query(`KILL QUERY ${db.threadId}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await killed;
    const waiting = db.query({ sql: 'SELECT SUM(v) FROM k', rowsAsArray: true });
    await store.start();
    expect((await waiting)[0]).toEqual([['3']]);
    await db.query('UPDATE k SET v = v + 1; COMMIT');
    expect((await other.query({ sql: 'SELECT SUM(v) FROM k', rowsAsArray: true }))[0]).toEqual([['5']]);
    await db.end();
    await other.end();
  });
});
