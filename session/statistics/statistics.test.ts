import { TestEngine, type TestSession } from '../testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;
beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query('SET GLOBAL tidb_enable_auto_analyze = OFF');
  await s.query('CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(20), KEY ab (a, b))');
  const rows = Array.from(
    { length: 3000 },
    (_, i) => `(${i % 17 === 0 ? 'NULL' : i % 40}, 'v${(i * 7) % 90}')`,
  );
  await s.query(`INSERT INTO t (a, b) VALUES ${rows.join()}`);
  await s.query('ANALYZE TABLE t WITH 20 TOPN, 16 BUCKETS');
});
afterAll(() => engine.close());

const CONDITIONS = [
  "a = 3 AND b = 'v21'",
  'a BETWEEN 5 AND 9',
  "b LIKE 'v1%'",
  'a IS NULL',
  "a < 12 AND b > 'v5'",
];

const estimates = async (): Promise<string[]> => {
  const out: string[] = [];
  // However busy the machine is.
  await s.query('SET tidb_stats_load_sync_wait = 60000');
  for (const c of CONDITIONS) {
    const [row] = await s.query(`EXPLAIN FORMAT='brief' SELECT * FROM t WHERE ${c}`);
    out.push(`${c}: ${row![1]}`);
  }
  return out;
};

test('estimates are the same when statistics are read again', async () => {
  const before = await estimates();
  await s.query('REFRESH STATS t');
  expect(await estimates()).toEqual(before);
});

test('estimates are the same after a restart', async () => {
  const before = await estimates();
  await engine.restart();
  s = await engine.session();
  await s.query('SET GLOBAL tidb_enable_auto_analyze = OFF');
  expect(await estimates()).toEqual(before);
  const [meta] = await s.query("SHOW STATS_META WHERE table_name = 't'");
  expect([meta![4], meta![5]]).toEqual(['0', '3000']);
});

test('a dump brings statistics back', async () => {
  const before = await estimates();
  const dump = (await engine.download('/stats/dump/test/t'))!;
  await s.query('DROP STATS t');
  expect(await estimates()).not.toEqual(before);
  const result = await s.session.query(Buffer.from("LOAD STATS 't.json'"));
  if (result.kind !== 'localInfile') throw new Error(`a ${result.kind} instead of a request for a file`);
  await result.supply(
    (async function* () {
      yield await Promise.resolve(dump);
    })(),
  );
  expect(await estimates()).toEqual(before);
  expect(await engine.download('/stats/dump/test/nosuch')).toBeNull();
  await s.query('DROP STATS t');
  await engine.loadStatistics(dump.toString());
  expect(await estimates()).toEqual(before);
  await expect(engine.loadStatistics('{}')).rejects.toMatchObject({ code: 1105 });
});
