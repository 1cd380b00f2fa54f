import { Random, testSeed } from '../testing/random.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

const KINDS = [
  'PARTITION BY HASH (k) PARTITIONS 5',
  'PARTITION BY KEY (k) PARTITIONS 3',
  'PARTITION BY RANGE (k) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (25), PARTITION p2 VALUES LESS THAN MAXVALUE)',
  "PARTITION BY RANGE COLUMNS (k, s) (PARTITION p0 VALUES LESS THAN (10, 'm'), PARTITION p1 VALUES LESS THAN (20, MAXVALUE), PARTITION p2 VALUES LESS THAN (MAXVALUE, MAXVALUE))",
  'PARTITION BY LIST (k % 4) (PARTITION p0 VALUES IN (0, 1), PARTITION p1 VALUES IN (2), PARTITION p2 DEFAULT)',
  "PARTITION BY LIST COLUMNS (s) (PARTITION p0 VALUES IN ('a', 'b', 'c'), PARTITION p1 DEFAULT)",
  'PARTITION BY RANGE (YEAR(d)) (PARTITION p0 VALUES LESS THAN (2001), PARTITION p1 VALUES LESS THAN (2003), PARTITION p2 VALUES LESS THAN MAXVALUE)',
];

test.each(KINDS)('%s: the same rows as a table without', async (kind) => {
  const seed = testSeed();
  const r = new Random(seed);
  const s = await engine.session();
  try {
    await compare(s, r, seed, kind);
  } finally {
    await s.query('ROLLBACK');
  }
});

async function compare(s: TestSession, r: Random, seed: number, kind: string): Promise<void> {
  const columns = 'id INT AUTO_INCREMENT, k INT, s VARCHAR(5), d DATE, v INT, KEY (id), KEY (k), KEY (v, k)';
  await s.query('DROP TABLE IF EXISTS whole, parts');
  await s.query(`CREATE TABLE whole (${columns})`);
  await s.query(`CREATE TABLE parts (${columns}) ${kind}`);
  const both = async (sql: string): Promise<void> => {
    const errors = [await s.errorOf(sql.replace('$', 'whole')), await s.errorOf(sql.replace('$', 'parts'))];
    expect(errors).toEqual([0, 0]);
  };
  const value = (): string => {
    const k = r.below(8) === 0 ? 'NULL' : String(r.below(40));
    const d = r.below(8) === 0 ? 'NULL' : `'${1999 + r.below(6)}-0${1 + r.below(9)}-11'`;
    return `(${k}, '${r.pick([...'abcdmz'])}', ${d}, ${r.below(9)})`;
  };
  const condition = (): string =>
    r.pick([
      `k = ${r.below(40)}`,
      `k BETWEEN ${r.below(20)} AND ${15 + r.below(20)}`,
      `k > ${r.below(40)}`,
      `k IN (${r.below(40)}, ${r.below(40)}, ${r.below(40)})`,
      `s = '${r.pick([...'abcdmz'])}'`,
      `k = ${r.below(40)} AND s >= 'c'`,
      `d >= '${1999 + r.below(6)}-05-01'`,
      `d BETWEEN '2000-02-01' AND '200${1 + r.below(4)}-06-01'`,
      `d < '${1999 + r.below(6)}-03-11' OR k = 3`,
      'k IS NULL',
      `v = ${r.below(9)}`,
      `k <> ${r.below(40)}`,
    ]);
  for (let round = 0; round < 40; round++) {
    const inside = r.below(4) === 0;
    if (inside) await s.query('BEGIN');
    await both(`INSERT INTO $ (k, s, d, v) VALUES ${value()}, ${value()}, ${value()}`);
    if (r.below(2) === 0) await both(`UPDATE $ SET k = k + ${r.below(15)}, v = v + 1 WHERE ${condition()}`);
    if (r.below(3) === 0)
      await both(`UPDATE $ SET d = '200${r.below(5)}-01-01', s = 'b' WHERE ${condition()}`);
    if (r.below(4) === 0) await both(`DELETE FROM $ WHERE ${condition()} AND v > 4`);
    for (let q = 0; q < 4; q++) {
      const where = condition();
      const rows = async (t: string): Promise<string> => {
        const all = await s.query(`SELECT k, s, d, v FROM ${t} WHERE ${where}`);
        return JSON.stringify(all.map((x) => x.join('|')).sort());
      };
      const [want, got] = [await rows('whole'), await rows('parts')];
      if (want !== got) throw new Error(`seed ${seed}: ${where}: ${got} is not ${want}`);
      const sums = 'SELECT v, COUNT(*), SUM(k), MIN(d) FROM $ GROUP BY v ORDER BY v';
      expect(await s.query(sums.replace('$', 'parts'))).toEqual(await s.query(sums.replace('$', 'whole')));
    }
    if (inside) await s.query(r.below(2) === 0 ? 'COMMIT' : 'ROLLBACK');
  }
  await s.query('ADMIN CHECK TABLE parts');
}
