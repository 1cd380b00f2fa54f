import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let a: TestSession;
let b: TestSession;
let admin: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  [a, b, admin] = [await engine.session(), await engine.session(), await engine.session()];
  await a.query('CREATE TABLE t (id INT PRIMARY KEY, u INT UNIQUE, v INT, KEY (v))');
  await a.query('CREATE TABLE s (id INT PRIMARY KEY, v INT)');
});
afterAll(() => engine.close());
beforeEach(async () => {
  for (const s of [a, b]) await s.query('ROLLBACK');
  await a.query('DELETE FROM t');
  await a.query('DELETE FROM s');
  await a.query('INSERT INTO t VALUES (1, 10, 100), (2, 20, 200), (3, 30, 300)');
  await a.query('INSERT INTO s VALUES (1, 1), (2, 2), (3, 3)');
});

/** Resolves once a lock request of some session waits. */
async function waiting(): Promise<void> {
  for (;;) {
    const [[n]] = (await admin.query('SELECT COUNT(*) FROM information_schema.data_lock_waits')) as [
      [string],
    ];
    if (n !== '0') return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('NOWAIT, WAIT n and innodb_lock_wait_timeout end in 3572 and 1205', async () => {
  await a.query('BEGIN');
  await a.query('SELECT * FROM t WHERE id = 1 FOR UPDATE');
  await b.query('BEGIN');
  expect(await b.errorOf('SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT')).toBe(3572);
  expect(await b.errorOf('SELECT * FROM t WHERE v >= 0 FOR UPDATE NOWAIT')).toBe(3572);
  expect(await b.errorOf('SELECT * FROM t WHERE u = 10 FOR UPDATE NOWAIT')).toBe(3572);
  expect(await b.errorOf('SELECT * FROM t WHERE id = 1 FOR UPDATE WAIT 1')).toBe(1205);
  await b.query('SET innodb_lock_wait_timeout = 1');
  expect(await b.errorOf('UPDATE t SET v = 1 WHERE id = 1')).toBe(1205);
  await b.query('SET innodb_lock_wait_timeout = DEFAULT');
  // The statement is undone, the transaction goes on.
  expect(await b.query('SELECT v FROM t WHERE id = 2 FOR UPDATE')).toEqual([['200']]);
  await b.query('COMMIT');
});

test('SKIP LOCKED passes over locked rows on every access path', async () => {
  await a.query('BEGIN');
  await a.query('SELECT * FROM t WHERE id = 2 FOR UPDATE');
  await b.query('BEGIN');
  const ids = async (sql: string): Promise<(string | null)[]> => (await b.query(sql)).map((r) => r[0]!);
  expect(await ids('SELECT id FROM t ORDER BY id FOR UPDATE SKIP LOCKED')).toEqual(['1', '3']);
  expect(await ids('SELECT id FROM t WHERE id = 2 FOR UPDATE SKIP LOCKED')).toEqual([]);
  expect(await ids('SELECT id FROM t WHERE id IN (1, 2) FOR UPDATE SKIP LOCKED')).toEqual(['1']);
  expect(await ids('SELECT id, v FROM t WHERE u = 20 FOR UPDATE SKIP LOCKED')).toEqual([]);
  expect(await ids('SELECT id, v FROM t WHERE v > 100 FOR UPDATE SKIP LOCKED')).toEqual(['3']);
});

test.each([
  'SELECT id FROM t ORDER BY id LIMIT 1',
  'SELECT id FROM t ORDER BY v LIMIT 1',
  'SELECT id FROM t WHERE v >= 100 LIMIT 1',
  'SELECT id FROM t WHERE u > 5 ORDER BY u LIMIT 1',
  'SELECT t.id FROM t JOIN s ON s.id = t.id ORDER BY t.id LIMIT 1',
])('%s FOR UPDATE locks the row it gives alone', async (sql) => {
  const lockedRows = async (): Promise<number[]> => {
    const codes: number[] = [];
    for (const id of [1, 2, 3])
      codes.push(await admin.errorOf(`SELECT * FROM t WHERE id = ${String(id)} FOR UPDATE NOWAIT`));
    await admin.query('ROLLBACK');
    return [1, 2, 3].filter((_, i) => codes[i] === 3572);
  };
  await admin.query('BEGIN');
  await a.query('BEGIN');
  expect(await a.query(`${sql} FOR UPDATE`)).toEqual([['1']]);
  expect(await lockedRows()).toEqual([1]);
  await a.query('ROLLBACK');

  // Workers that take jobs from one table each get a job of their own.
  await admin.query('BEGIN');
  await a.query('BEGIN');
  await b.query('BEGIN');
  expect(await a.query(`${sql} FOR UPDATE SKIP LOCKED`)).toEqual([['1']]);
  expect(await b.query(`${sql} FOR UPDATE SKIP LOCKED`)).toEqual([['2']]);
  expect(await lockedRows()).toEqual([1, 2]);
});

test('FOR UPDATE OF locks the named table only', async () => {
  await a.query('BEGIN');
  await a.query('SELECT * FROM t JOIN s ON t.id = s.id WHERE t.id = 1 FOR UPDATE OF s');
  await b.query('BEGIN');
  expect(await b.errorOf('SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT')).toBe(0);
  expect(await b.errorOf('SELECT * FROM s WHERE id = 1 FOR UPDATE NOWAIT')).toBe(3572);
});

test('under autocommit FOR UPDATE locks nothing and waits for nobody', async () => {
  await a.query('BEGIN');
  await a.query('UPDATE t SET v = 101 WHERE id = 1');
  expect(await b.query('SELECT v FROM t WHERE id = 1 FOR UPDATE')).toEqual([['100']]);
});

test('shared locks: refused, nothing, or exclusive, as the variables say', async () => {
  expect(await a.errorOf('SELECT * FROM t FOR SHARE')).toBe(1235);
  expect(await a.errorOf('SELECT * FROM t WHERE id = 1 LOCK IN SHARE MODE')).toBe(1235);
  await a.query("SET tidb_enable_noop_functions = 'ON'");
  await a.query('BEGIN');
  await a.query('SELECT * FROM t WHERE id = 1 FOR SHARE');
  await b.query('BEGIN');
  expect(await b.errorOf('SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT')).toBe(0);
  await b.query('ROLLBACK');
  await a.query("SET tidb_enable_noop_functions = 'WARN'");
  await a.query('SELECT * FROM t WHERE id = 1 FOR SHARE');
  expect((await a.query('SHOW WARNINGS')).map((r) => r[1])).toEqual(['1235']);
  await a.query('SET tidb_enable_noop_functions = DEFAULT');
  await a.query('SET tidb_enable_shared_lock_promotion = ON');
  await a.query('SELECT * FROM t WHERE id = 1 FOR SHARE');
  await a.query('SET tidb_enable_shared_lock_promotion = DEFAULT');
  await b.query('BEGIN');
  expect(await b.errorOf('SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT')).toBe(3572);
});

test('rows that an UPDATE finds are locked even when nothing of them changes', async () => {
  await a.query('BEGIN');
  await a.query('UPDATE t SET v = 100 WHERE v = 100');
  await b.query('BEGIN');
  expect(await b.errorOf('SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT')).toBe(3572);
});

test.each(['SELECT * FROM t WHERE id = 1 FOR UPDATE', 'UPDATE t SET v = 0', 'DELETE FROM t WHERE u = 10'])(
  'KILL QUERY ends the wait of %s and leaves nothing locked behind',
  async (sql) => {
    await a.query('BEGIN');
    await a.query('SELECT * FROM t FOR UPDATE');
    await b.query('BEGIN');
    const wait = b.errorOf(sql);
    await waiting();
    await admin.query('KILL QUERY 2');
    expect(await wait).toBe(1317);
    expect(await admin.query('SELECT * FROM information_schema.data_lock_waits')).toEqual([]);
    await a.query('COMMIT');
    await a.query('BEGIN');
    expect(await a.errorOf('SELECT * FROM t FOR UPDATE NOWAIT')).toBe(0);
    await b.query('ROLLBACK');
  },
);

test('max_execution_time ends the wait of a locking read', async () => {
  await a.query('BEGIN');
  await a.query('SELECT * FROM t FOR UPDATE');
  await b.query('BEGIN');
  await b.query('SET max_execution_time = 50');
  expect(await b.errorOf('SELECT * FROM t WHERE id = 1 FOR UPDATE')).toBe(3024);
  await b.query('SET max_execution_time = DEFAULT');
});

test('a deadlock: one gets 1213 and loses its transaction, the other goes on, DEADLOCKS tells', async () => {
  await a.query('BEGIN');
  await a.query('UPDATE t SET v = 1 WHERE id = 1');
  await b.query('BEGIN');
  await b.query('UPDATE t SET v = 2 WHERE id = 2');
  const wait = a.errorOf('UPDATE t SET v = 1 WHERE id = 2');
  await waiting();
  const [locked] = await admin.query(
    'SELECT w.KEY_INFO, w.SQL_DIGEST_TEXT, t.STATE, t.WAITING_START_TIME IS NOT NULL FROM information_schema.data_lock_waits w JOIN information_schema.tidb_trx t ON t.ID = w.TRX_ID',
  );
  expect(JSON.parse(locked![0]!)).toMatchObject({
    db_name: 'test',
    table_name: 't',
    handle_type: 'int',
    handle_value: '2',
  });
  expect(locked!.slice(1)).toEqual(['update `t` set `v` = ? where `id` = ?', 'LockWaiting', '1']);
  expect(await b.errorOf('UPDATE t SET v = 2 WHERE id = 1')).toBe(1213);
  expect(await wait).toBe(0);
  expect(await b.query('SELECT v FROM t ORDER BY id')).toEqual([['100'], ['200'], ['300']]);
  await a.query('COMMIT');
  const ring = await admin.query(
    'SELECT TRY_LOCK_TRX_ID, TRX_HOLDING_LOCK, CURRENT_SQL_DIGEST_TEXT, KEY_INFO FROM information_schema.deadlocks',
  );
  expect(ring.map((r) => r[2])).toEqual(Array(2).fill('update `t` set `v` = ? where `id` = ?'));
  expect(ring[0]![0]).toBe(ring[1]![1]);
  expect(ring[1]![0]).toBe(ring[0]![1]);
  expect(ring.map((r) => (JSON.parse(r[3]!) as { handle_value: string }).handle_value)).toEqual(['2', '1']);
  expect(await admin.query('SELECT COUNT(*) FROM information_schema.cluster_deadlocks')).toEqual([['2']]);
});

test('the sys schema tells who waits for whom, as InnoDB does', async () => {
  await a.query('BEGIN');
  await a.query('UPDATE t SET v = 1 WHERE id = 2');
  await b.query('BEGIN');
  const update = b.query('UPDATE t SET v = 2 WHERE u = 20');
  await waiting();
  const ids = await Promise.all([b, a].map(async (s) => s.session.connection.id));
  const [waiter, holder] = ids.map(String);
  expect(
    await admin.query(
      'SELECT locked_table, locked_index, waiting_pid, waiting_query, blocking_pid, sql_kill_blocking_connection FROM sys.innodb_lock_waits',
    ),
  ).toEqual([['`test`.`t`', 'PRIMARY', waiter, 'UPDATE t SET v = 2 WHERE u = 20', holder, `KILL ${holder}`]]);
  expect(
    await admin.query(
      'SELECT trx_mysql_thread_id, trx_state, trx_requested_lock_id IS NULL FROM information_schema.innodb_trx ORDER BY trx_id',
    ),
  ).toEqual([
    [holder, 'RUNNING', '1'],
    [waiter, 'LOCK WAIT', '0'],
  ]);
  expect(
    await admin.query('SELECT lock_status, lock_data FROM performance_schema.data_locks ORDER BY 1'),
  ).toEqual([
    ['GRANTED', '2'],
    ['WAITING', '2'],
  ]);
  await a.query('ROLLBACK');
  await update;
});

test('TIDB_TRX shows what a transaction has done', async () => {
  await a.query('BEGIN');
  await a.query('UPDATE t SET v = 5 WHERE id = 1');
  const [row] = await admin.query(
    'SELECT STATE, MEM_BUFFER_KEYS > 0, JSON_LENGTH(ALL_SQL_DIGESTS), SESSION_ID, DB, START_TIME <= NOW(6) FROM information_schema.tidb_trx',
  );
  expect(row).toEqual(['Idle', '1', '1', '1', 'test', '1']);
});

test('waiters get the lock in the order in which they came', async () => {
  const order: number[] = [];
  await a.query('BEGIN');
  await a.query('SELECT * FROM t WHERE id = 1 FOR UPDATE');
  const sessions = await Promise.all([1, 2, 3, 4].map(() => engine.session()));
  const done: Promise<void>[] = [];
  for (const [i, s] of sessions.entries()) {
    await s.query('BEGIN');
    done.push(
      s.query('SELECT * FROM t WHERE id = 1 FOR UPDATE').then(async () => {
        order.push(i);
        await s.query('COMMIT');
      }),
    );
    for (;;) {
      const [[n]] = (await admin.query('SELECT COUNT(*) FROM information_schema.data_lock_waits')) as [
        [string],
      ];
      if (Number(n) === i + 1) break;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  await a.query('COMMIT');
  await Promise.all(done);
  expect(order).toEqual([0, 1, 2, 3]);
});

test('rows locked by their key give the columns asked for', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE by_key (a INT, b INT, u INT UNIQUE, s VARCHAR(9), PRIMARY KEY (a, b))');
  await s.query("INSERT INTO by_key VALUES (1, 2, 3, 'x'), (4, 5, NULL, NULL)");
  await s.query('BEGIN');
  const rows = (what: string, where: string): Promise<unknown> =>
    s.query(`SELECT ${what} FROM by_key WHERE ${where} FOR UPDATE`);
  expect(await rows('s, u', 'a = 1 AND b = 2')).toEqual([['x', '3']]);
  expect(await rows('s', 'u = 3')).toEqual([['x']]);
  expect(await rows('*', 'a = 4 AND b = 5')).toEqual([['4', '5', null, null]]);
  expect(await rows('s', 'a = 4 AND b = 6')).toEqual([]);
  expect(await rows('s', 'u = 4')).toEqual([]);
  await s.query("UPDATE by_key SET s = 'y' WHERE u = 3");
  expect(await rows('s', 'a = 1 AND b = 2')).toEqual([['y']]);
  await s.query('DELETE FROM by_key WHERE a = 1');
  expect(await rows('s', 'a = 1 AND b = 2')).toEqual([]);
  await s.query('ROLLBACK');
});
