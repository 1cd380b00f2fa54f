import { Random, testSeed } from '../testing/random.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

/** Ways to part a table, all over `a`, `b`, or both. */
const PARTITIONINGS: Readonly<Record<string, string>> = {
  ranges:
    'RANGE (a) (PARTITION p0 VALUES LESS THAN (20), PARTITION p1 VALUES LESS THAN (40), PARTITION p2 VALUES LESS THAN (60), PARTITION p3 VALUES LESS THAN MAXVALUE)',
  hashes: 'HASH (a) PARTITIONS 5',
  keys_of: 'KEY (b) PARTITIONS 4',
  lists: `LIST (b) (PARTITION p0 VALUES IN (0, 1, 2), PARTITION p1 VALUES IN (3, 4, NULL), PARTITION p2 VALUES IN (5, 6, 7, 8, 9))`,
  columns_of:
    'RANGE COLUMNS (a, b) (PARTITION p0 VALUES LESS THAN (30, 5), PARTITION p1 VALUES LESS THAN (60, 2), PARTITION p2 VALUES LESS THAN (MAXVALUE, MAXVALUE))',
};
const ROWS = 400;

/** Statements with parameters of `a` ({a}), `b` ({b}), and the row's number ({i}). */
const QUERIES = [
  'SELECT id, a, b FROM {t} WHERE a = {a}',
  'SELECT id FROM {t} WHERE b = {b} AND c > {i}',
  'SELECT id FROM {t} WHERE a BETWEEN {a} AND {a}',
  'SELECT id FROM {t} WHERE a IN ({a}, {a}, {a}) AND b < {b}',
  'SELECT COUNT(*), SUM(c) FROM {t} WHERE a > {a} AND b = {b}',
  'SELECT c FROM {t} WHERE a >= {a} AND b <= {b} ORDER BY c LIMIT 7',
  'SELECT id FROM {t} WHERE (a = {a} AND b = {b}) OR c = {i}',
  'SELECT x.id, y.id FROM {t} x JOIN {t} y ON x.c = y.c WHERE x.a = {a} AND y.b = {b}',
  'SELECT b, COUNT(*) FROM {t} WHERE a < {a} GROUP BY b',
  'SELECT id FROM {t} WHERE c = {i} AND a = {a}',
  'SELECT id FROM {t} o WHERE a = {a} AND EXISTS (SELECT 1 FROM {t} i WHERE i.b = o.b AND i.a = {a})',
];

const values = (r: Random): Record<string, () => string> => ({
  '{a}': () => String(r.chance(0.1) ? -r.below(5) : r.below(90)),
  '{b}': () => String(r.below(10)),
  '{i}': () => String(r.below(ROWS)),
});

async function fill(s: TestSession, name: string, by: string): Promise<void> {
  await s.query(`CREATE TABLE ${name} (id INT, a INT, b INT, c INT, KEY (c), KEY (b, c)) PARTITION BY ${by}`);
  const rows = Array.from(
    { length: ROWS },
    (_, i) => `(${i}, ${(i * 7) % 80}, ${i % 10}, ${(i * 13) % 200})`,
  );
  await s.query(`INSERT INTO ${name} VALUES ${rows.join()}`);
}

const sorted = (rows: readonly unknown[]): string[] => rows.map((r) => JSON.stringify(r)).sort();

describe.each(Object.keys(PARTITIONINGS))('a kept plan over partitions by %s', (name) => {
  test('reads those that each execution is about', async () => {
    const s = await engine.session();
    await fill(s, name, PARTITIONINGS[name]!);
    const r = new Random(testSeed());
    const next = values(r);
    let kept = 0;
    for (const [n, query] of QUERIES.entries()) {
      const text = query.replaceAll('{t}', name);
      const names = [...text.matchAll(/\{\w\}/g)].map((m) => m[0]);
      await s.query(`PREPARE p${n} FROM '${text.replaceAll(/\{\w\}/g, '?')}'`);
      for (let i = 0; i < 12; i++) {
        const given = names.map((x) => next[x]!());
        await s.query(`SET ${given.map((v, k) => `@v${k} = ${v}`).join(', ')}`);
        const got = sorted(await s.query(`EXECUTE p${n} USING ${given.map((_, k) => `@v${k}`).join()}`));
        kept += Number((await s.query('SELECT @@last_plan_from_cache'))[0]![0]);
        let k = 0;
        const plain = text
          .replaceAll(/\{\w\}/g, () => given[k++]!)
          .replace('SELECT', 'SELECT /*+ IGNORE_PLAN_CACHE() */');
        expect({ text, given, rows: got }).toEqual({ text, given, rows: sorted(await s.query(plain)) });
      }
    }
    expect(kept).toBeGreaterThan(QUERIES.length * 8);
  });

  test('finds its rows under own writes, and changes them', async () => {
    const s = await engine.session();
    const t = `${name}_written`;
    await fill(s, t, PARTITIONINGS[name]!);
    await s.query(`PREPARE u FROM 'UPDATE ${t} SET c = c + 1000 WHERE a = ? AND b = ?'`);
    await s.query(`PREPARE q FROM 'SELECT COUNT(*) FROM ${t} WHERE c >= 1000 AND a = ? AND b = ?'`);
    await s.query('BEGIN');
    for (let i = 0; i < ROWS; i += 37) {
      await s.query(`SET @a = ${(i * 7) % 80}, @b = ${i % 10}`);
      await s.query('EXECUTE u USING @a, @b');
      const [[changed]] = (await s.query('EXECUTE q USING @a, @b')) as [[string]];
      const [[there]] = (await s.query(
        `SELECT COUNT(*) FROM ${t} WHERE a = ${(i * 7) % 80} AND b = ${i % 10}`,
      )) as [[string]];
      expect([i, changed]).toEqual([i, there]);
    }
    await s.query('COMMIT');
  });
});

test('under static pruning plans of partitioned tables hold for the values that they were made for', async () => {
  const s = await engine.session();
  await fill(s, 'parted', PARTITIONINGS['ranges']!);
  await s.query("SET tidb_partition_prune_mode = 'static'");
  await s.query("PREPARE p FROM 'SELECT COUNT(*) FROM parted WHERE a = ?'");
  for (const a of [1, 21, 41, 61, 1]) {
    await s.query(`SET @a = ${a}`);
    expect(await s.query('EXECUTE p USING @a')).toEqual(
      await s.query(`SELECT /*+ IGNORE_PLAN_CACHE() */ COUNT(*) FROM parted WHERE a = ${a}`),
    );
  }
});
