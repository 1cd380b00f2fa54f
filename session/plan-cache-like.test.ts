import { Random, testSeed } from '../testing/random.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

/** Columns by their character set and collation, all of them with an index, two of them with one of a part. */
const COLUMNS: readonly string[] = [
  'b VARCHAR(20) COLLATE utf8mb4_bin, KEY (b)',
  'z VARCHAR(20) COLLATE utf8mb4_0900_bin, KEY (z)',
  'g VARCHAR(20) COLLATE utf8mb4_general_ci, KEY (g)',
  'u VARCHAR(20) COLLATE utf8mb4_0900_ai_ci, KEY (n, u)',
  'l VARCHAR(20) CHARACTER SET latin1, KEY (l)',
  'v VARBINARY(20), KEY (v)',
  'p VARCHAR(20), KEY (p(2))',
  'k VARCHAR(20) CHARACTER SET gbk, KEY (k(3))',
  'o VARCHAR(20)',
];
const NAMES = COLUMNS.map((c) => c[0]!);
const LETTERS = ['a', 'A', 'b', 'B', 'á', 'z', ' ', '_', '%', '\\\\', '|'];

const text = (r: Random, letters: readonly string[], most: number): string =>
  Array.from({ length: r.below(most + 1) }, () => r.pick(letters)).join('');

/** Mostly text with `%` behind it, of the few lengths that plans are kept for. */
const pattern = (r: Random): string =>
  r.below(4) === 0 ? text(r, LETTERS, 6) : `${text(r, ['a', 'A', 'b', 'á', ' ', '|', 'z'], 3)}%`;

async function fill(s: TestSession, r: Random): Promise<void> {
  await s.query(`CREATE TABLE t (id INT PRIMARY KEY, n INT, ${COLUMNS.join(', ')})`);
  for (let i = 0; i < 150; i++) {
    const values = NAMES.map((c) =>
      r.below(12) === 0 ? 'NULL' : `'${text(r, c === 'k' ? LETTERS.filter((l) => l !== 'á') : LETTERS, 5)}'`,
    );
    await s.query(`INSERT INTO t VALUES (${i}, ${i % 3}, ${values.join(', ')})`);
  }
  await s.query('ANALYZE TABLE t');
}

test('patterns of LIKE share plans, and give what each finds planned for itself', async () => {
  const seed = testSeed();
  const r = new Random(seed);
  const s = await engine.session();
  await fill(s, r);
  let kept = 0;
  for (let round = 0; round < 12; round++) {
    const c = r.pick(NAMES);
    const like = `${c} ${r.pick(['LIKE', 'LIKE', 'LIKE', 'NOT LIKE'])} {}${r.pick(['', '', '', " ESCAPE '|'", " ESCAPE ''"])}`;
    const condition = r.pick([like, like, `n = 1 AND ${like}`, `(${like} OR id < 9)`]);
    const sql = `SELECT id FROM t${r.pick(['', ` USE INDEX (${c})`])} WHERE ${condition} ORDER BY id`.replace(
      ' USE INDEX (u)',
      ' USE INDEX (n)',
    );
    const asked = sql.replace(' USE INDEX (o)', '');
    await s.query(`PREPARE q FROM '${asked.replaceAll("'", "''").replace('{}', '?')}'`);
    for (let i = 0; i < 12; i++) {
      const p = `'${pattern(r)}'`;
      const query = asked.replace('{}', p);
      const expected = await s.query(query.replace('SELECT', 'SELECT /*+ IGNORE_PLAN_CACHE() */'));
      await s.query(`SET @p = ${p}`);
      const prepared = await s.query('EXECUTE q USING @p');
      kept += Number((await s.query('SELECT @@last_plan_from_cache'))[0]![0]);
      expect({ seed, query, rows: await s.query(query), prepared }).toEqual({
        seed,
        query,
        rows: expected,
        prepared: expected,
      });
    }
  }
  expect(kept).toBeGreaterThan(0);
});

test('a plan is kept for patterns that begin with as much text', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE words (id INT PRIMARY KEY, w VARCHAR(30), x VARCHAR(30), KEY (w))');
  await s.query(
    "INSERT INTO words VALUES (1, 'abc', 'abc'), (2, 'abd', 'abd'), (3, 'b', 'b'), (4, 'a%', 'a%')",
  );
  const found = async (name: string, p: string): Promise<string> => {
    await s.query(`SET @p = ${p}`);
    const ids = (await s.query(`EXECUTE ${name} USING @p`)).map((row) => row[0]).join(',');
    return `${ids} ${String((await s.query('SELECT @@last_plan_from_cache'))[0]![0])}`;
  };
  await s.query("PREPARE byw FROM 'SELECT id FROM words WHERE w LIKE ? ORDER BY id'");
  expect(await found('byw', "'ab%'")).toBe('1,2 0');
  expect(await found('byw', "'a%'")).toBe('1,2,4 0');
  expect(await found('byw', "'b%'")).toBe('3 1');
  expect(await found('byw', "'xy%'")).toBe(' 1');
  expect(await found('byw', "'a\\\\%'")).toBe('4 0');
  expect(await found('byw', "'%b'")).toBe('3 0');
  expect(await found('byw', "'%d'")).toBe('2 0');
  expect(await found('byw', 'NULL')).toBe(' 0');
  await s.query('BEGIN');
  await s.query("INSERT INTO words VALUES (5, 'abx', '')");
  expect((await found('byw', "'ab%'")).slice(0, 5)).toBe('1,2,5');
  await s.query('ROLLBACK');
  // Without an index the pattern itself is worth more than a plan.
  await s.query("PREPARE byx FROM 'SELECT id FROM words WHERE x LIKE ? ORDER BY id'");
  expect(await found('byx', "'ab%'")).toBe('1,2 0');
  expect(await found('byx', "'b%'")).toBe('3 0');
});
