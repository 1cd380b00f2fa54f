import type { Session } from '../session.js';
import { TestEngine, type TestSession } from '../testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query('CREATE TABLE t (a INT PRIMARY KEY, b INT)');
  await s.query(
    'INSERT INTO t WITH RECURSIVE c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c WHERE n < 300) SELECT n, n FROM c',
  );
});
afterAll(() => engine.close());

test('a query that runs for longer than its group allows is killed, recorded and watched for', async () => {
  await s.query(
    "CREATE RESOURCE GROUP g RU_PER_SEC = 1000 QUERY_LIMIT = (EXEC_ELAPSED = '500ms', ACTION = KILL, WATCH = EXACT)",
  );
  await s.query('SET RESOURCE GROUP g');
  const slow = 'SELECT SLEEP(60)';
  await expect(s.query(slow)).rejects.toMatchObject({ code: 8253 });
  expect(await s.query('SELECT COUNT(*) FROM t')).toEqual([['300']]);
  await s.query('SET RESOURCE GROUP `default`');
  const recorded = `SELECT match_type, action, sample_sql, rule LIKE 'ElapsedTime = %' FROM mysql.tidb_runaway_queries WHERE resource_group_name = 'g'`;
  const { queryWatches } = (s.session as Session).engine;
  while (queryWatches.empty) await new Promise(setImmediate);
  expect(await s.query(recorded)).toEqual([['identify', 'kill', slow, '1']]);
  await s.query('SET RESOURCE GROUP g');
  await expect(s.query(slow)).rejects.toMatchObject({ code: 8254 });
  await s.query('SET RESOURCE GROUP `default`');
});

test('a query that reads more keys than its group allows is killed, or goes on in another group', async () => {
  await s.query(
    'CREATE RESOURCE GROUP k RU_PER_SEC = 1000 QUERY_LIMIT = (PROCESSED_KEYS = 20, ACTION = KILL)',
  );
  await s.query('SET RESOURCE GROUP k');
  await expect(s.query('SELECT SUM(b) FROM t')).rejects.toMatchObject({ code: 8253 });
  await expect(s.query('UPDATE t SET b = b + 1')).rejects.toMatchObject({ code: 8253 });
  expect(await s.query('SELECT b FROM t WHERE a = 7')).toEqual([['7']]);
  expect(await s.query('SELECT /*+ RESOURCE_GROUP(`default`) */ SUM(b) FROM t')).toEqual([['45150']]);
  await s.query(
    'ALTER RESOURCE GROUP k QUERY_LIMIT = (PROCESSED_KEYS = 20, ACTION = SWITCH_GROUP(`default`))',
  );
  expect(await s.query('SELECT SUM(b) FROM t')).toEqual([['45150']]);
  await s.query('SET RESOURCE GROUP `default`');
});
