import { Random, testSeed } from '../testing/random.js';
import { TestEngine } from './testing/test-engine.js';

const ROWS = 12_000;

test('scans of more ranges than one request has give every row once and in order', async () => {
  const r = new Random(testSeed());
  const engine = await TestEngine.open();
  const s = await engine.session();
  await s.query('CREATE TABLE many (id INT PRIMARY KEY, k INT, KEY (k))');
  for (let from = 0; from < ROWS; from += 2000)
    await s.query(
      `INSERT INTO many VALUES ${Array.from({ length: 2000 }, (_, i) => `(${from + i}, ${(from + i) * 2})`).join(',')}`,
    );
  const ids = Array.from({ length: ROWS }, (_, i) => i).filter(() => r.chance(0.6));
  const list = ids.join(',');
  const keys = ids.map((i) => i * 2).join(',');
  const from = r.below(ids.length - 1000);
  const rows = (some: readonly number[]): string[][] => some.map((i) => [`${i}`]);
  const down = [...ids].reverse();
  const by = (index: string): string => `SELECT /*+ USE_INDEX(many, ${index}) */ id FROM many WHERE`;
  expect(await s.query(`${by('primary')} id IN (${list}) ORDER BY id`)).toEqual(rows(ids));
  expect(await s.query(`${by('primary')} id IN (${list}) ORDER BY id DESC`)).toEqual(rows(down));
  expect(await s.query(`${by('k')} k IN (${keys}) ORDER BY k`)).toEqual(rows(ids));
  expect(await s.query(`${by('k')} k IN (${keys}) ORDER BY k DESC`)).toEqual(rows(down));
  expect(await s.query(`${by('k')} k IN (${keys}) ORDER BY k DESC LIMIT ${from}, 7`)).toEqual(
    rows(down.slice(from, from + 7)),
  );
  expect(await s.query(`${by('primary')} id IN (${list}) ORDER BY -id LIMIT 3`)).toEqual(
    rows(down.slice(0, 3)),
  );
  const sum = ids.reduce((a, b) => a + b, 0);
  expect(
    await s.query(
      `SELECT /*+ USE_INDEX(many, k) */ COUNT(*), SUM(id), MAX(id) FROM many WHERE k IN (${keys})`,
    ),
  ).toEqual([[`${ids.length}`, `${sum}`, `${down[0]!}`]]);
  await engine.close();
});

test('a long statement that meets its own rows again finds them', async () => {
  const engine = await TestEngine.open();
  const s = await engine.session();
  await s.query('CREATE TABLE again (a INT PRIMARY KEY, b INT, UNIQUE KEY (b))');
  await s.query('CREATE TABLE source (n INT PRIMARY KEY)');
  for (let from = 0; from < 24_000; from += 3000)
    await s.query(
      `INSERT INTO source VALUES ${Array.from({ length: 3000 }, (_, i) => `(${from + i})`).join(',')}`,
    );
  await s.query('INSERT INTO again SELECT n, n FROM source WHERE n < 3000');
  // Every key comes twice, the second time far behind the first.
  await s.query(
    'INSERT INTO again SELECT n % 12000, n % 12000 FROM source ORDER BY n ON DUPLICATE KEY UPDATE b = again.b + 100000 * (again.b < 100000)',
  );
  expect(await s.query('SELECT COUNT(*), SUM(a), SUM(b), MIN(b) FROM again')).toEqual([
    ['12000', '71994000', `${71994000 + 12000 * 100000}`, '100000'],
  ]);
  await s.query('UPDATE again SET b = b - 100000 ORDER BY a');
  expect(await s.query('SELECT COUNT(*) FROM again WHERE a <> b')).toEqual([['0']]);
  expect(await s.query('INSERT IGNORE INTO again SELECT n, n FROM source')).toBeDefined();
  expect(await s.query('SELECT COUNT(*), SUM(b) FROM again')).toEqual([['24000', '287988000']]);
  await engine.close();
});
