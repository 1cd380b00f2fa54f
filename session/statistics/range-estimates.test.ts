import { TestEngine } from '../testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

const ROWS = 12_000;

/** Estimated rows of the scan of ranges in a plan. */
const scanned = (rows: readonly (readonly (string | null)[])[]): number =>
  Number(rows.find((r) => r[0]!.includes('RangeScan'))![1]);

test('names that begin alike are told from the sample, not from how far their bytes lie apart', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE names (id INT PRIMARY KEY, name VARCHAR(40), KEY (name)) COLLATE utf8mb4_bin');
  const name = (i: number): string => `${i % 100 === 0 ? 'Zan' : 'ABCDEFG'[i % 7]! + 'ob'}, ${i}`;
  await s.query(
    `INSERT INTO names VALUES ${Array.from({ length: ROWS }, (_, i) => `(${i}, '${name(i)}')`).join()}`,
  );
  await s.query('ANALYZE TABLE names');
  // 120 of them in the last bucket or two.
  const some = scanned(await s.query("EXPLAIN SELECT * FROM names USE INDEX (name) WHERE name LIKE 'Zan%'"));
  expect(some).toBeGreaterThan(30);
  expect(some).toBeLessThan(480);
});

test('ranges that say a part of an OR admit more rows than all of it', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE parts (id INT PRIMARY KEY, a INT, b INT, c INT, KEY (b), KEY (c))');
  await s.query(
    `INSERT INTO parts VALUES ${Array.from({ length: ROWS }, (_, i) => `(${i}, ${i % 5000}, ${i % 1000}, ${i % 3000})`).join()}`,
  );
  await s.query('ANALYZE TABLE parts');
  const or = [1, 2, 3].map((i) => `(a = ${i} AND b > ${i} AND c = ${i * 7})`).join(' OR ');
  expect(scanned(await s.query(`EXPLAIN SELECT * FROM parts USE INDEX (b) WHERE ${or}`))).toBeGreaterThan(
    ROWS / 2,
  );
  const [, plan] = await s.query(`EXPLAIN SELECT * FROM parts WHERE ${or}`);
  expect(plan!.join()).toContain('index:c(c)');
});

test('a long list of pairs is read by their index instead of being tried on every row', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE pairs (id INT PRIMARY KEY, a INT, b INT, KEY (a, b))');
  await s.query(
    `INSERT INTO pairs VALUES ${Array.from({ length: ROWS }, (_, i) => `(${i}, ${i % 4000}, ${i % 100})`).join()}`,
  );
  await s.query('ANALYZE TABLE pairs');
  const pairs = Array.from({ length: 1000 }, (_, i) => `(${i}, ${i % 100})`).join();
  const plan = await s.query(`EXPLAIN SELECT COUNT(*) FROM pairs WHERE (a, b) IN (${pairs})`);
  expect(plan.some((r) => r[0]!.includes('IndexRangeScan'))).toBe(true);
  expect(plan.some((r) => r[0]!.includes('Selection'))).toBe(false);
});

test('a join with keys that repeat in a small table expects all of its rows', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE small (id INT PRIMARY KEY, a INT, w INT)');
  await s.query('CREATE TABLE other (id INT PRIMARY KEY, b INT, KEY (b))');
  const rows = (n: number, row: (i: number) => string): string =>
    Array.from({ length: n }, (_, i) => row(i)).join();
  await s.query(`INSERT INTO small VALUES ${rows(1000, (i) => `(${i}, ${i % 100}, ${i % 10})`)}`);
  await s.query(`INSERT INTO other VALUES ${rows(3000, (i) => `(${i}, ${i % 300})`)}`);
  await s.query('ANALYZE TABLE small, other');
  const estimate = async (sql: string): Promise<number> => {
    const plan = await s.query(`EXPLAIN ${sql}`);
    return Number(plan.find((r) => /Join/.test(r[0]!))![1]);
  };
  expect(await estimate('SELECT * FROM small JOIN other ON small.a = other.id')).toBeCloseTo(1000, -1);
  expect(await estimate('SELECT * FROM small JOIN other ON small.a = other.b')).toBeCloseTo(10_000, -2);
  expect(await estimate('SELECT * FROM small JOIN other ON small.a = other.b WHERE small.w = 3')).toBeCloseTo(
    1000,
    -2,
  );
});

test.each(['+08:00', '-05:00', 'America/New_York'])(
  'statistics of TIMESTAMP columns hold in every time zone, whichever ANALYZE ran in: %s',
  async (zone) => {
    const s = await engine.session();
    await s.query('DROP TABLE IF EXISTS moments');
    await s.query("SET time_zone = '+08:00'");
    await s.query(
      'CREATE TABLE moments (id INT PRIMARY KEY, k INT, t TIMESTAMP, e TIMESTAMP, KEY (t), KEY kt (k, t), KEY (e))',
    );
    const at = (i: number): string =>
      `'2024-01-10 0${Math.floor(i / 3600)}:${new Date(i * 1000).toISOString().slice(14, 19)}'`;
    await s.query(
      `INSERT INTO moments VALUES ${Array.from({ length: ROWS }, (_, i) => `(${i}, ${i % 10}, ${at(i)}, ${at(i % 4)})`).join()}`,
    );
    await s.query(`SET time_zone = '${zone}'`);
    await s.query('ANALYZE TABLE moments');
    for (const [seen, day] of [
      ['+08:00', '2024-01-10 00'],
      ['-05:00', '2024-01-09 11'],
      ['Europe/Berlin', '2024-01-09 17'],
    ]) {
      await s.query(`SET time_zone = '${seen}'`);
      const estimated = async (index: string, condition: string): Promise<number> =>
        scanned(await s.query(`EXPLAIN SELECT * FROM moments USE INDEX (${index}) WHERE ${condition}`));
      const range = `t >= '${day}:10:00' AND t < '${day}:30:00'`;
      expect(Math.abs((await estimated('t', range)) - 1200)).toBeLessThan(200);
      expect(Math.abs((await estimated('kt', `k = 3 AND ${range}`)) - 120)).toBeLessThan(60);
      expect(Math.abs((await estimated('e', `e = '${day}:00:02'`)) - 3000)).toBeLessThan(300);
      // Tried on the sample.
      const [filter] = (
        await s.query(`EXPLAIN SELECT * FROM moments USE INDEX () WHERE HOUR(t) = HOUR('${day}:00:00')`)
      ).filter((r) => r[0]!.includes('Selection'));
      expect(Math.abs(Number(filter![1]) - 3600)).toBeLessThan(600);
    }
  },
);

test('the sample meets all values of a column whose values come round by turns', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE turns (id INT PRIMARY KEY, a INT, b INT)');
  await s.query(
    `INSERT INTO turns VALUES ${Array.from({ length: ROWS }, (_, i) => `(${i}, ${i % 12}, ${i % 100})`).join()}`,
  );
  await s.query('ANALYZE TABLE turns');
  for (let a = 0; a < 12; a++) {
    const plan = await s.query(`EXPLAIN SELECT * FROM turns WHERE a = ${a} AND b >= 0`);
    const estimated = Number(plan.find((r) => r[0]!.includes('Selection'))![1]);
    expect(estimated).toBeGreaterThan(500);
    expect(estimated).toBeLessThan(2000);
  }
});
