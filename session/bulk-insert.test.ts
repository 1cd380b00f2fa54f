import { TestEngine, type TestSession } from './testing/test-engine.js';
import { Random, testSeed } from '../testing/random.js';

const SEED = testSeed();
const ROWS = 12_000;

let engine: TestEngine;
let s: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  const r = new Random(SEED);
  await s.query(
    'CREATE TABLE source (id INT PRIMARY KEY, k INT, t VARCHAR(40), d DECIMAL(12,2), b LONGTEXT)',
  );
  for (let from = 0; from < ROWS; from += 2000) {
    const rows = Array.from({ length: 2000 }, (_, i) => {
      const id = (from + i) * 7919;
      const text = r.below(9) === 0 ? 'NULL' : `'${'ä'.repeat(r.below(5))}${r.below(500)}'`;
      const long = r.below(400) === 0 ? `REPEAT('long ', ${r.below(30_000)})` : "'short'";
      return `(${id % 1_000_003}, ${r.below(5) === 0 ? 'NULL' : r.below(1000)}, ${text}, ${r.below(100_000) / 100}, ${long})`;
    });
    await s.query(`INSERT INTO source VALUES ${rows.join(',')}`);
  }
});
afterAll(() => engine.close());

const TARGETS = [
  'id INT PRIMARY KEY, k INT, t VARCHAR(40), d DECIMAL(12,2), b LONGTEXT, KEY (k), KEY (t(3), d)',
  'id INT, k INT, t VARCHAR(40), d DECIMAL(12,2), b LONGTEXT, UNIQUE KEY (id), KEY (t)',
  'id INT, k INT, t VARCHAR(40), d DECIMAL(12,2), b LONGTEXT, PRIMARY KEY (t, id) CLUSTERED, KEY (k)',
];

const differing = (target: string): Promise<(string | null)[][]> =>
  s.query(
    `SELECT COUNT(*) FROM source a JOIN ${target} b ON a.id = b.id AND a.k <=> b.k AND COALESCE(a.t, '-') = COALESCE(b.t, '-') AND a.d = b.d AND a.b = b.b`,
  );

test.each(TARGETS)('INSERT ... SELECT of many rows into an empty table: %s', async (columns) => {
  await s.query(`CREATE TABLE target (${columns})`);
  try {
    const where = columns.includes('CLUSTERED') ? 'WHERE t IS NOT NULL' : '';
    const [[want]] = (await s.query(`SELECT COUNT(*) FROM source ${where}`)) as [[string]];
    await s.query(`INSERT INTO target SELECT * FROM source ${where}`);
    expect(await differing('target')).toEqual([[want]]);
    await s.query('ADMIN CHECK TABLE target');
    // What comes behind it meets the rows.
    expect(await s.errorOf(`INSERT INTO target SELECT * FROM source ${where}`)).toBe(1062);
    expect(await s.query('SELECT COUNT(*) FROM target')).toEqual([[want]]);
  } finally {
    await s.query('DROP TABLE target');
  }
});

test('a key that comes twice undoes all of it, and names the row', async () => {
  await s.query('CREATE TABLE target (id INT PRIMARY KEY, k INT, UNIQUE KEY u (k))');
  await expect(s.query('INSERT INTO target SELECT id, k FROM source')).rejects.toThrow(
    /^Duplicate entry '\d+' for key 'target\.u'$/,
  );
  expect(await s.query('SELECT COUNT(*) FROM target')).toEqual([['0']]);
  await s.query('INSERT INTO target SELECT id, NULL FROM source');
  expect(await s.query('SELECT COUNT(*), COUNT(k) FROM target')).toEqual([[`${ROWS}`, '0']]);
  await s.query('DROP TABLE target');
});

test('AUTO_INCREMENT values are given, and go on behind those', async () => {
  await s.query(
    'CREATE TABLE target (n INT AUTO_INCREMENT PRIMARY KEY, k INT NOT NULL DEFAULT 5, t VARCHAR(40))',
  );
  await s.query('INSERT INTO target (t) SELECT t FROM source');
  expect(await s.query('SELECT COUNT(*), COUNT(DISTINCT n), MIN(k), MAX(k) FROM target')).toEqual([
    [`${ROWS}`, `${ROWS}`, '5', '5'],
  ]);
  await s.query("INSERT INTO target (t) VALUES ('next')");
  expect(await s.query("SELECT n = MAX(n) OVER () FROM target ORDER BY t = 'next' DESC LIMIT 1")).toEqual([
    ['1'],
  ]);
  await s.query('DROP TABLE target');
});

test("within a transaction the rows are the transaction's", async () => {
  await s.query('CREATE TABLE target (id INT PRIMARY KEY)');
  await s.query('BEGIN');
  await s.query('INSERT INTO target SELECT id FROM source');
  expect(await s.query('SELECT COUNT(*) FROM target')).toEqual([[`${ROWS}`]]);
  await s.query('ROLLBACK');
  expect(await s.query('SELECT COUNT(*) FROM target')).toEqual([['0']]);
  await s.query('DROP TABLE target');
});
