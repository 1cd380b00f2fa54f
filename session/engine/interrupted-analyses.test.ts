import { TestEngine } from '../testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

test('an ANALYZE that the server went down in has failed, and goes on with the partitions that it had not come to', async () => {
  const before = await engine.session();
  await before.query(
    'CREATE TABLE t (id INT PRIMARY KEY, a INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (1000), PARTITION p1 VALUES LESS THAN (2000))',
  );
  await before.query(
    `INSERT INTO t VALUES ${Array.from({ length: 200 }, (_, i) => `(${i * 10}, ${i})`).join()}`,
  );
  await before.query('ANALYZE TABLE t PARTITION p0');
  // As the server leaves it behind.
  await before.query(
    "INSERT INTO mysql.analyze_jobs (table_schema, table_name, partition_name, job_info, start_time, state, instance, process_id) SELECT table_schema, table_name, 'p1', job_info, NOW(), 'running', instance, process_id FROM mysql.analyze_jobs WHERE partition_name = 'p0'",
  );
  await engine.restart();
  const s = await engine.session();
  const jobs = async (): Promise<string[]> =>
    (
      await s.query(
        "SELECT partition_name, CAST(state AS CHAR), COALESCE(fail_reason, '') FROM mysql.analyze_jobs WHERE partition_name <> 'global' ORDER BY id",
      )
    ).map((r) => r.join(' ').trim());
  const began = ['p0 finished', 'p1 failed TiDB Server is down when running the analyze job'];
  expect((await jobs()).slice(0, 2)).toEqual(began);
  while ((await jobs())[2] !== 'p1 finished') await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await jobs()).toEqual([...began, 'p1 finished']);
}, 120_000);
