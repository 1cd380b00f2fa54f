import { Random, testSeed } from '../testing/random.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

const ROWS = 12_000;
const KEYS = ['id BIGINT UNSIGNED PRIMARY KEY', 'id VARCHAR(20) PRIMARY KEY CLUSTERED'];
const CONDITIONS = [
  'a < 7 OR b < 6',
  'a > 2 OR b > 3 OR c < 500',
  'a < 8 AND b < 7',
  'a < 9 AND b > 1 AND c > 100',
];
/** Bytes: the last is enough, with less there may be error 8175. */
const QUOTAS = [500_000, 900_000, 4_500_000];

async function fill(s: TestSession, key: string, r: Random): Promise<void> {
  await s.query(`CREATE TABLE m (${key}, a INT, b INT, c INT, KEY (a), KEY (b), KEY (c))`);
  for (let from = 0; from < ROWS; from += 3000) {
    const row = (i: number): string => `('${i * 3}', ${r.below(10)}, ${r.below(10)}, ${r.below(1000)})`;
    await s.query(`INSERT INTO m VALUES ${Array.from({ length: 3000 }, (_, i) => row(from + i)).join(',')}`);
  }
  await s.query('ANALYZE TABLE m');
}

test.each(KEYS)('merges under small quotas give every row once: %s', async (key) => {
  const engine = await TestEngine.open();
  const s = await engine.session();
  const seed = testSeed();
  await fill(s, key, new Random(seed));
  for (const condition of CONDITIONS) {
    const select = (hint: string): string =>
      `SELECT ${hint} COUNT(*), SUM(c), MIN(id), MAX(id) FROM m WHERE ${condition}`;
    const merged = select('/*+ USE_INDEX_MERGE(m, a, b, c) */');
    const want = await s.query(select('/*+ NO_INDEX_MERGE() */'));
    expect((await s.query(`EXPLAIN ${merged}`)).join()).toContain('IndexMerge');
    expect(await s.query(merged)).toEqual(want);
    for (const quota of QUOTAS) {
      await s.query(`SET tidb_mem_quota_query = ${quota}`);
      const got = await s.query(merged).catch((e: unknown) => (e as { code?: number }).code);
      if (got !== 8175 || quota === QUOTAS[QUOTAS.length - 1]) expect(got).toEqual(want);
    }
    await s.query('SET tidb_mem_quota_query = DEFAULT');
  }
  await engine.close();
});

test('a merge in order gives each row once where many are equal in the order', async () => {
  const engine = await TestEngine.open();
  const s = await engine.session();
  await s.query('CREATE TABLE o (id INT PRIMARY KEY, a INT, b INT, d INT, KEY (a, d), KEY (b, d))');
  await s.query(
    `INSERT INTO o VALUES ${Array.from({ length: 6000 }, (_, i) => `(${i}, ${i % 2}, ${i % 3}, ${i % 5})`).join(',')}`,
  );
  await s.query('ANALYZE TABLE o');
  const select = (hint: string): string =>
    `SELECT ${hint} d, id FROM o WHERE a = 1 OR b = 1 ORDER BY d LIMIT 3500`;
  const merged = select('/*+ USE_INDEX_MERGE(o, a, b) */');
  expect((await s.query(`EXPLAIN ${merged}`)).join()).toContain('IndexMerge');
  const got = await s.query(merged);
  const want = await s.query(select('/*+ NO_INDEX_MERGE() */'));
  expect(got.map((r) => r[0])).toEqual(want.map((r) => r[0]));
  expect(new Set(got.map((r) => r[1])).size).toBe(3500);
  await engine.close();
});
