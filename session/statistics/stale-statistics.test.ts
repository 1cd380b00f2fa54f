import { staleEstimates } from '../testing/stale-statistics.js';
import { TestEngine } from '../testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

/** A small table that was just made, or emptied, is taken for one that is being filled. */
const UNTOLD: Readonly<Record<string, number>> = { 'emptied, filled with a third': 8 };

test('estimates stay near while the statistics are behind', async () => {
  const wrong = (await staleEstimates(await engine.session())).filter(
    (e) => e.qError > (UNTOLD[e.state] ?? 1.5),
  );
  expect(wrong).toEqual([]);
});

test('rows of partitions that are dropped or emptied are no longer counted', async () => {
  const s = await engine.session();
  await s.query(
    'CREATE TABLE p (id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN (1000), PARTITION b VALUES LESS THAN (2000), PARTITION c VALUES LESS THAN (3000))',
  );
  await s.query(`INSERT INTO p VALUES ${Array.from({ length: 3000 }, (_, i) => `(${i})`).join()}`);
  await s.query('ANALYZE TABLE p');
  const counted = async (): Promise<string | null> =>
    (await s.query("SHOW STATS_META WHERE table_name = 'p' AND partition_name = 'global'"))[0]![5]!;
  expect(await counted()).toBe('3000');
  await s.query('ALTER TABLE p TRUNCATE PARTITION b');
  expect(await counted()).toBe('2000');
  await s.query('ALTER TABLE p DROP PARTITION a');
  expect(await counted()).toBe('1000');
});
