import { TestEngine, type TestSession } from '../testing/test-engine.js';

let engine: TestEngine;
let a: TestSession;
let b: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  [a, b] = [await engine.session(), await engine.session()];
  await a.query('CREATE TABLE t (id INT PRIMARY KEY, v INT)');
});
afterAll(() => engine.close());

async function status(session: TestSession, names: string, scope = 'SESSION'): Promise<Map<string, number>> {
  const rows = (await session.query(`SHOW ${scope} STATUS LIKE '${names}'`)) as [string, string][];
  return new Map(rows.map(([name, value]) => [name, Number(value)]));
}

test('a session counts its own statements and rows, and FLUSH STATUS begins again', async () => {
  await b.query('FLUSH STATUS');
  await a.query('INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)');
  await b.query('BEGIN');
  await b.query('SAVEPOINT p');
  await b.query('UPDATE t SET v = v + 1 WHERE id < 3');
  await b.query('ROLLBACK TO p');
  await b.query('DELETE FROM t WHERE id = 3');
  await b.query('COMMIT');
  expect(await status(b, 'Handler%')).toEqual(
    new Map([
      ['Handler_commit', 1],
      ['Handler_delete', 1],
      ['Handler_read_first', 0],
      ['Handler_read_key', 2],
      ['Handler_read_last', 0],
      ['Handler_read_next', 2],
      ['Handler_read_prev', 0],
      ['Handler_read_rnd', 0],
      ['Handler_read_rnd_next', 0],
      ['Handler_rollback', 0],
      ['Handler_savepoint', 1],
      ['Handler_savepoint_rollback', 1],
      ['Handler_update', 2],
      ['Handler_write', 0],
    ]),
  );
  const commands = await status(b, 'Com_%');
  expect([commands.get('Com_update'), commands.get('Com_insert'), commands.get('Com_begin')]).toEqual([
    1, 0, 1,
  ]);
  await b.query('FLUSH STATUS');
  expect((await status(b, 'Com_update')).get('Com_update')).toBe(0);
});

test('operators count how they read, sort and group', async () => {
  await a.query('CREATE TABLE w (id INT PRIMARY KEY, a INT, b INT, KEY (a))');
  await a.query('INSERT INTO w VALUES (1, 1, 9), (2, 1, 8), (3, 2, 7), (4, 3, 6)');
  const counts = async (sql: string): Promise<Record<string, number>> => {
    await b.query('FLUSH STATUS');
    await b.query(sql);
    const all = [...(await status(b, '%'))];
    const wanted = /^(Handler_read|Select|Sort|Created_tmp)/;
    return Object.fromEntries(all.filter(([name, n]) => n > 0 && wanted.test(name)));
  };
  expect(await counts('SELECT * FROM w WHERE id = 3')).toEqual({ Handler_read_key: 1 });
  expect(await counts('SELECT b FROM w USE INDEX (a) WHERE a = 1')).toEqual({
    Handler_read_key: 1,
    Handler_read_next: 2,
    Select_range: 1,
  });
  expect(await counts('SELECT * FROM w ORDER BY b LIMIT 2')).toEqual({
    Handler_read_first: 1,
    Handler_read_key: 1,
    Handler_read_rnd_next: 4,
    Select_scan: 1,
    Sort_rows: 2,
    Sort_scan: 1,
  });
  expect(await counts('SELECT id FROM w ORDER BY id DESC LIMIT 3')).toEqual({
    Handler_read_key: 1,
    Handler_read_last: 1,
    Handler_read_prev: 3,
    Select_scan: 1,
  });
  expect(
    await counts(
      'SELECT /*+ HASH_JOIN(x, y) */ x.b, COUNT(*) FROM w x, w y WHERE x.b = y.b + 1 GROUP BY x.b',
    ),
  ).toMatchObject({
    Created_tmp_tables: 1,
    Select_full_join: 1,
    Select_scan: 1,
  });
});

test('a wait for a lock is counted, and SHOW ENGINE INNODB STATUS tells of it', async () => {
  await a.query('BEGIN');
  await a.query('UPDATE w SET b = 1 WHERE id = 1');
  await b.query('FLUSH STATUS');
  await b.query('SET innodb_lock_wait_timeout = 1');
  await b.query('BEGIN');
  const waiting = b.query('UPDATE w SET b = 2 WHERE id = 1');
  const c = await engine.session();
  const [[type, name, text]] = (await c.query('SHOW ENGINE INNODB STATUS')) as [[string, string, string]];
  expect([type, name]).toEqual(['InnoDB', '']);
  expect(text).toMatch(
    /LOCK WAIT 0 row lock\(s\)[^]*UPDATE w SET b = 2 WHERE id = 1[^]*TRX HAS BEEN WAITING/,
  );
  expect(text).toContain('"table_name":"w","handle_type":"int","handle_value":"1"} lock_mode X');
  await expect(waiting).rejects.toThrow('Lock wait timeout');
  await a.query('ROLLBACK');
  const counts = await status(b, 'Innodb_row_lock%');
  expect(counts.get('Innodb_row_lock_waits')).toBe(1);
  expect(counts.get('Innodb_row_lock_time')).toBeGreaterThan(900);
});

test('TIDB_MVCC_INFO gives the versions of a key', async () => {
  const [[info]] = (await a.query("SELECT TIDB_MVCC_INFO(TIDB_ENCODE_RECORD_KEY(DATABASE(), 'w', 1))")) as [
    [string],
  ];
  expect(info).toMatch(
    /^\[\{"key": "7480[0-9a-f]+", "mvcc": \{"info": \{"writes": \[\{"start_ts": \d+, "commit_ts": \d+, "short_value": "[\w+/=]+"\}\]\}\}\}\]$/,
  );
  await expect(a.query("SELECT TIDB_MVCC_INFO('7')")).rejects.toThrow('invalid key');
});

test('SHOW GLOBAL STATUS adds up all sessions, those that ended too', async () => {
  const before = await status(a, 'Handler_write', 'GLOBAL');
  const c = await engine.session();
  await c.query('INSERT INTO t VALUES (10, 1), (11, 1)');
  await c.session.close();
  await b.query('INSERT INTO t VALUES (12, 1)');
  const after = await status(a, 'Handler_write', 'GLOBAL');
  expect(after.get('Handler_write')! - before.get('Handler_write')!).toBe(3);
  expect((await status(a, 'Compression', 'GLOBAL')).size).toBe(0);
  expect(
    await a.query(
      "SELECT COUNT(*) FROM performance_schema.session_status WHERE variable_name IN ('Compression', 'Bytes_sent')",
    ),
  ).toEqual([['2']]);
});
