import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TempStorage } from '../executor/spill/temp-storage.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';
import { Random, randomSource, testSeed } from '../testing/random.js';

const ROWS = 5000;
const SEED = testSeed();

const { random: chance } = randomSource(SEED + 1);

let engine: TestEngine;
let s: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query('SET group_concat_max_len = 200000');
  const r = new Random(SEED);
  const pick = (n: number): number => r.below(n);
  const maybe = (v: string): string => (pick(20) === 0 ? 'NULL' : v);
  for (const table of ['a', 'b']) {
    await s.query(
      `CREATE TABLE ${table} (id INT PRIMARY KEY, k INT, big BIGINT UNSIGNED, d DECIMAL(30,4), r DOUBLE, t VARCHAR(60) COLLATE utf8mb4_general_ci, dt DATE)`,
    );
    for (let from = 0; from < ROWS; from += 500) {
      const rows: string[] = [];
      for (let i = from; i < from + 500; i++) {
        const big = pick(3) === 0 ? `${18446744073709500000n + BigInt(pick(50))}` : String(pick(900));
        const text = `${'Word'.repeat(pick(9))}${pick(2) === 0 ? 'x' : 'X'}${pick(3000)}`;
        rows.push(
          `(${i}, ${maybe(String(pick(6000)))}, ${maybe(big)}, ${maybe(`${pick(2) === 0 ? '' : '12345678901234567890'}${pick(800)}.25`)}, ${pick(4000) / 8}, ${maybe(`'${text}'`)}, DATE_ADD('2020-01-01', INTERVAL ${pick(1500)} DAY))`,
        );
      }
      await s.query(`INSERT INTO ${table} VALUES ${rows.join(',')}`);
    }
  }
});
afterAll(() => engine.close());

/** Statements, whether the order of their rows is theirs to say, and the bytes that one chunk's groups need where that is more than usual. */
const QUERIES: readonly (readonly [sql: string, ordered: boolean, least?: number])[] = [
  ['SELECT * FROM a ORDER BY t DESC, d, id', true],
  ['SELECT id, k, big FROM a ORDER BY big, k DESC, r, id', true],
  ['SELECT d, COUNT(*), SUM(k), AVG(d), MIN(t), MAX(r) FROM a GROUP BY d', false, 1_000_000],
  ['SELECT t, big, COUNT(*), SUM(d), MAX(dt), BIT_XOR(k) FROM a GROUP BY t, big', false, 1_600_000],
  [
    'SELECT k, COUNT(DISTINCT t), GROUP_CONCAT(id ORDER BY id), SUM(DISTINCT big) FROM a GROUP BY k',
    false,
    2_000_000,
  ],
  [
    'SELECT id % 7, COUNT(DISTINCT t), COUNT(DISTINCT k, dt), SUM(DISTINCT big), SUM(DISTINCT k), MAX(d) FROM a GROUP BY id % 7',
    false,
  ],
  [
    'SELECT id % 700, COUNT(DISTINCT t, r), AVG(DISTINCT r), COUNT(*) FROM a GROUP BY id % 700',
    false,
    500_000,
  ],
  [
    'SELECT id % 3, LENGTH(GROUP_CONCAT(t ORDER BY t, id)), SUBSTR(GROUP_CONCAT(t ORDER BY t, id), 1, 200) FROM a GROUP BY id % 3',
    false,
  ],
  ['SELECT k, JSON_ARRAYAGG(id), COUNT(*) FROM a GROUP BY k', false, 1_000_000],
  [
    "SELECT id % 40, GROUP_CONCAT(t ORDER BY r DESC, id SEPARATOR '; '), GROUP_CONCAT(id, '-', t), COUNT(*) FROM a GROUP BY id % 40",
    false,
    250_000,
  ],
  [
    'SELECT id % 9, GROUP_CONCAT(DISTINCT r ORDER BY r), GROUP_CONCAT(DISTINCT dt, k ORDER BY dt DESC, k), SUM(DISTINCT k) FROM a GROUP BY id % 9',
    false,
    500_000,
  ],
  [
    'SELECT id % 40, JSON_ARRAYAGG(t), JSON_OBJECTAGG(id % 77, t), JSON_OBJECTAGG(CONCAT(r), k) FROM a GROUP BY id % 40',
    false,
    600_000,
  ],
  ['SELECT k, big, GROUP_CONCAT(t ORDER BY id), MAX(t) FROM a GROUP BY k, big', false, 900_000],
  ['SELECT MD5(GROUP_CONCAT(t ORDER BY d, id)), COUNT(*), MIN(t) FROM a', false, 500_000],
  [
    'SELECT id, t, MIN(t) OVER w, AVG(d) OVER w, COUNT(big) OVER w FROM a WINDOW w AS (ORDER BY id ROWS BETWEEN 40 PRECEDING AND 7 FOLLOWING)',
    false,
    1_200_000,
  ],
  [
    'SELECT id, t, SUM(r) OVER w, MAX(k) OVER w FROM a WINDOW w AS (ORDER BY r RANGE BETWEEN 20 PRECEDING AND 5 FOLLOWING)',
    false,
    700_000,
  ],
  ['SELECT /*+ MERGE_JOIN(a, b) */ a.id, b.t FROM a JOIN b ON a.k = b.k', false],
  ['SELECT /*+ INL_JOIN(b) */ a.t, b.t FROM a JOIN b ON a.k = b.id ORDER BY a.t, a.id', true],
  ['SELECT t, dt FROM a INTERSECT SELECT t, dt FROM b', false],
  ['SELECT t FROM a EXCEPT SELECT t FROM b', false],
  ['SELECT k, dt, SUM(d), COUNT(*) FROM a GROUP BY k, dt WITH ROLLUP', false, 2_500_000],
  ['SELECT DISTINCT t, dt FROM a', false],
  ['SELECT COUNT(DISTINCT t), COUNT(*), SUM(DISTINCT big), COUNT(DISTINCT k, dt), MAX(d) FROM a', false],
  ['SELECT t, d FROM a UNION SELECT t, d FROM b', false],
  ['SELECT /*+ HASH_JOIN(a, b) */ a.id, a.t, b.* FROM a JOIN b ON a.k = b.k', false],
  [
    'SELECT /*+ HASH_JOIN(a, b) */ a.id, b.* FROM a LEFT JOIN b ON a.k = b.k AND a.id < b.id AND a.r > 200 AND b.r > 100',
    false,
  ],
  [
    'SELECT /*+ HASH_JOIN_BUILD(a) */ a.*, b.id FROM a LEFT JOIN b ON a.big = b.big AND a.dt = b.dt AND a.r > 100',
    false,
  ],
  // The condition's column is read by nothing else.
  [
    'SELECT /*+ HASH_JOIN_BUILD(b) */ a.t, b.t, b.dt, b.d FROM a RIGHT JOIN b ON a.k = b.k AND b.r > 100',
    false,
  ],
  ['SELECT /*+ HASH_JOIN(a, b) */ a.*, b.* FROM a RIGHT JOIN b ON a.d = b.d AND a.dt = b.dt', false],
  ['SELECT /*+ HASH_JOIN(a, b) */ a.id, b.* FROM a JOIN b ON a.k <=> b.k AND a.t <=> b.t', false],
  ['SELECT * FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.t = a.t AND b.id <> a.id)', false],
  ['SELECT * FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.t = a.t AND b.r > a.r)', false],
  ['SELECT id, big NOT IN (SELECT big FROM b WHERE big IS NOT NULL AND k < 4500) FROM a', false],
  ['SELECT id FROM a WHERE t NOT IN (SELECT t FROM b)', false],
  [
    'WITH c AS (SELECT k, t, COUNT(*) n FROM a GROUP BY k, t) SELECT x.k, x.t, y.n FROM c x JOIN c y ON x.k = y.k AND x.t <> y.t',
    false,
    1_000_000,
  ],
  [
    'WITH RECURSIVE c AS (SELECT id, k, t FROM a WHERE id < 200 UNION ALL SELECT id + 200, k, t FROM c WHERE id < 9000) SELECT k, COUNT(*), SUM(id) FROM c GROUP BY k',
    false,
  ],
  [
    'WITH RECURSIVE c AS (SELECT id, k, t FROM a UNION SELECT id + 1, k, t FROM c WHERE id % 7 <> 0) SELECT k, COUNT(*), SUM(id) FROM c GROUP BY k',
    false,
    900_000,
  ],
  [
    'WITH RECURSIVE c AS (SELECT 0 n UNION SELECT (n * 3 + 1) % 4001 FROM c UNION SELECT (n * 5 + 2) % 4001 FROM c) SELECT COUNT(*), SUM(n) FROM c',
    false,
  ],
  [
    'SELECT a.id, a.t, x.t FROM (SELECT t, d, COUNT(*) n FROM b GROUP BY t, d) x JOIN a ON x.t = a.t AND x.n <= a.id',
    false,
    700_000,
  ],
  [
    'SELECT id, t, ROW_NUMBER() OVER (PARTITION BY k ORDER BY t, id), SUM(d) OVER (PARTITION BY k) FROM a',
    false,
  ],
  [
    'SELECT id, t, d, big, RANK() OVER (ORDER BY r), SUM(k) OVER (ORDER BY id ROWS 5 PRECEDING) FROM a',
    false,
  ],
  [
    'SELECT b.dt, SUM(x.d) FROM (SELECT k, d FROM a ORDER BY t LIMIT 300) x JOIN b ON x.k = b.k GROUP BY b.dt ORDER BY b.dt',
    true,
  ],
];

async function rowsOf(sql: string, ordered: boolean): Promise<string[]> {
  const rows = (await s.query(sql)).map((r) => JSON.stringify(r));
  return ordered ? rows : rows.sort();
}

test.each(QUERIES)('%s', async (...query) => {
  const [sql, ordered, least = 350_000] = query as unknown as (typeof QUERIES)[number];
  const want = await rowsOf(sql, ordered);
  try {
    // What the groups of one chunk take varies with the data: then a larger quota is to do.
    for (let quota = Math.floor(least * (1 + chance())); ; quota *= 2) {
      await s.query(`SET tidb_mem_quota_query = ${quota}`);
      let got: string[];
      try {
        got = await rowsOf(sql, ordered);
      } catch (e) {
        if ((e as { code?: number }).code === 8175 && quota < 3 * least) continue;
        throw new Error(`seed ${SEED}, quota ${quota}: ${(e as Error).message}`);
      }
      if (JSON.stringify(got) !== JSON.stringify(want))
        throw new Error(`seed ${SEED}, quota ${quota}: other rows, ${got.length} for ${want.length}`);
      return;
    }
  } finally {
    await s.query('SET tidb_mem_quota_query = DEFAULT');
  }
});

test('EXPLAIN ANALYZE tells what was held and what went to disk; no file stays behind', async () => {
  const sql =
    'EXPLAIN ANALYZE SELECT /*+ HASH_JOIN(a, b) */ a.*, b.* FROM a JOIN b ON a.k = b.k ORDER BY a.t';
  const figures = async (): Promise<Map<string, (string | null)[]>> =>
    new Map((await s.query(sql)).map((r) => [r[0]!.replace(/[^A-Za-z]/g, ''), r.slice(-2)]));
  const free = await figures();
  expect(free.get('HashJoin')![0]).toMatch(/MB|KB/);
  expect(free.get('HashJoin')![1]).toMatch(/^(0 Bytes|N\/A)$/);
  await s.query('SET tidb_mem_quota_query = 350000');
  const tight = await figures();
  await s.query('SET tidb_mem_quota_query = DEFAULT');
  for (const op of ['HashJoin', 'Sort']) expect(tight.get(op)![1]).toMatch(/MB|KB/);
  const left = readdirSync(join(engine.dir, 'tmp'), { recursive: true });
  expect(left.filter((name) => /\d-\d+$/.test(String(name)))).toEqual([]);
});

test('8175 where nothing may spill, and a line in the log instead with the action LOG', async () => {
  const sql = 'SELECT COUNT(*) FROM (SELECT DISTINCT t, dt, d FROM a) x';
  await s.query('SET GLOBAL tidb_enable_tmp_storage_on_oom = OFF');
  await s.query('SET tidb_mem_quota_query = 128');
  await expect(s.query(sql)).rejects.toThrow(
    /^Your query has been cancelled due to exceeding the allowed memory limit for a single SQL query\. .*\[conn=\d+\]$/,
  );
  await s.query("SET GLOBAL tidb_mem_oom_action = 'LOG'");
  expect(await s.errorOf(sql)).toBe(0);
  await s.query("SET GLOBAL tidb_mem_oom_action = 'CANCEL'");
  await s.query('SET GLOBAL tidb_enable_tmp_storage_on_oom = ON');
  await s.query('SET tidb_mem_quota_query = DEFAULT');
});

test('files of processes that are no more are swept at the start', () => {
  const dir = mkdtempSync(join(tmpdir(), 'rutile-temp-'));
  try {
    // Process ids are below 2^22 on Linux and below 2^16 elsewhere.
    for (const name of ['rutile-99999999', 'other']) {
      mkdirSync(join(dir, name));
      writeFileSync(join(dir, name, '0-1'), 'x');
    }
    const storage = new TempStorage(dir, 10);
    storage.sweep();
    expect(readdirSync(dir)).toEqual(['other']);
    const file = storage.create();
    expect(() => storage.reserve(11)).toThrow('Out Of Quota For Local Temporary Space!');
    file.close();
    storage.close();
    expect(readdirSync(dir)).toEqual(['other']);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
