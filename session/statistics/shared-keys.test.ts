import { TestEngine } from '../testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

const FILMS = 4000;

test('rows of values that are frequent in three tables at once are expected in their join', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE film (id INT PRIMARY KEY, year INT)');
  await s.query(
    `INSERT INTO film VALUES ${Array.from({ length: FILMS }, (_, i) => `(${i}, ${1900 + (i % 100)})`).join()}`,
  );
  for (const t of ['role', 'word', 'link']) {
    await s.query(`CREATE TABLE ${t} (id INT PRIMARY KEY AUTO_INCREMENT, film INT, KEY (film))`);
    const rows: string[] = [];
    // One film in twenty has nine times the rows of the others, in all of the tables.
    for (let i = 0; i < FILMS; i++) for (let n = i % 20 === 7 ? 9 : 1; n > 0; n--) rows.push(`(NULL, ${i})`);
    await s.query(`INSERT INTO ${t} VALUES ${rows.join()}`);
  }
  await s.query('ANALYZE TABLE film, role, word, link');
  const from = 'film JOIN role ON role.film = film.id JOIN word ON word.film = film.id';
  const estimate = async (sql: string): Promise<number> => {
    const plan = await s.query(`EXPLAIN SELECT film.year FROM ${sql}`);
    return Number(plan.find((r) => r[0]!.includes('Join'))![1]);
  };
  const two = FILMS * (0.95 + 0.05 * 81);
  expect(Math.abs(Math.log((await estimate(from)) / two))).toBeLessThan(Math.log(1.4));
  const three = FILMS * (0.95 + 0.05 * 729);
  const all = await estimate(`${from} JOIN link ON link.film = film.id`);
  expect(Math.abs(Math.log(all / three))).toBeLessThan(Math.log(1.6));

  // So many that they are counted by film before the last join.
  const counted = `SELECT COUNT(*), MAX(film.year) FROM ${from} JOIN link ON link.film = film.id`;
  const plan = (await s.query(`EXPLAIN ${counted}`)).map((r) => r[0]!);
  const join = plan.findIndex((id) => id.includes('Join'));
  expect(plan.slice(join).some((id) => id.includes('Agg'))).toBe(true);
  expect(await s.query(counted)).toEqual([[String(Math.round(three)), '1999']]);
});

test('an index is looked into by the keys of a small table when these have few rows, however many others have', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE kind (id INT PRIMARY KEY, name VARCHAR(10))');
  await s.query(
    "INSERT INTO kind VALUES (1, 'often'), (2, 'seldom'), (3, 'never'), (4, 'usual'), (5, 'seldom')",
  );
  await s.query('CREATE TABLE fact (id INT PRIMARY KEY, kind INT, v INT, KEY (kind))');
  // Of 20,000 rows kinds 2 and 5 have ten each, 3 has none.
  const kindOf = (i: number): number => (i % 1000 === 0 ? (i % 2000 === 0 ? 2 : 5) : i % 2 === 0 ? 1 : 4);
  const rows = Array.from({ length: 20_000 }, (_, i) => `(${i}, ${kindOf(i)}, ${i % 13})`);
  await s.query(`INSERT INTO fact VALUES ${rows.join()}`);
  await s.query('ANALYZE TABLE kind, fact');
  const from = 'kind JOIN fact ON fact.kind = kind.id';
  const plan = async (name: string): Promise<(string | null)[][]> =>
    s.query(`EXPLAIN SELECT SUM(fact.v) FROM ${from} WHERE kind.name = '${name}'`);
  for (const name of ['seldom', 'never']) {
    const told = await plan(name);
    expect(told.some((r) => r[0]!.includes('IndexJoin') || r[0]!.includes('IndexHashJoin'))).toBe(true);
    const scan = told.find((r) => r[0]!.includes('IndexRangeScan'))!;
    expect(Number(scan[1])).toBeLessThan(30);
  }
  for (const name of ['often', 'usual'])
    expect((await plan(name)).some((r) => r[0]!.includes('HashJoin'))).toBe(true);
  expect(await s.query(`SELECT COUNT(*) FROM ${from} WHERE kind.name = 'seldom'`)).toEqual([['20']]);
});
