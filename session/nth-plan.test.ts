import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query('CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, KEY ka (a), KEY kb (b))');
  await s.query('CREATE TABLE u (id INT PRIMARY KEY, a INT, KEY ka (a))');
  await s.query('INSERT INTO t VALUES (1, 1, 1), (2, 1, 2), (3, 2, 2), (4, NULL, 3), (5, 3, NULL)');
  await s.query('INSERT INTO u VALUES (1, 1), (2, 2), (3, 2), (4, NULL)');
});
afterAll(() => engine.close());

const lines = async (sql: string): Promise<string[]> => (await s.query(sql)).map((r) => r.join('\t'));
/** The plans that NTH_PLAN gives from 1 on, until there are no more, or as many as are wanted. */
async function plans(select: string, rest: string, most: number): Promise<string[]> {
  const found: string[] = [];
  for (let n = 1; n <= most; n++) {
    const plan = await lines(`EXPLAIN FORMAT = 'brief' SELECT /*+ NTH_PLAN(${n}) */ ${select} ${rest}`);
    if ((await lines('SHOW WARNINGS')).some((w) => w.includes('nth_plan() is out of range'))) return found;
    found.push(plan.join('\n'));
  }
  return found;
}

test('NTH_PLAN counts through the plans of a table, each once', async () => {
  const found = await plans('*', 'FROM t WHERE a = 1 AND b = 2', 10);
  expect(found.map((p) => /index:(\w+)|TableFullScan/.exec(p)![0]).sort()).toEqual([
    'TableFullScan',
    'index:ka',
    'index:kb',
  ]);
  expect(new Set(found).size).toBe(found.length);
});

test.each([
  ['t.id, u.id', 'FROM t JOIN u ON t.a = u.a WHERE t.b < 3 ORDER BY t.id, u.id'],
  ['a, COUNT(*)', 'FROM t WHERE b IN (SELECT a FROM u) GROUP BY a ORDER BY a'],
  ['x.a', 'FROM (SELECT a FROM t UNION ALL SELECT a FROM u) x ORDER BY x.a LIMIT 4'],
])('all plans of SELECT %s %s give its rows', async (select, rest) => {
  const expected = await lines(`SELECT ${select} ${rest}`);
  const found = await plans(select, rest, 40);
  expect(new Set(found).size).toBeGreaterThan(1);
  for (let n = 1; n <= found.length; n++)
    expect([n, await lines(`SELECT /*+ NTH_PLAN(${n}) */ ${select} ${rest}`)]).toEqual([n, expected]);
});

test('a common table is planned once for all of them', async () => {
  const sql = 'WITH c AS (SELECT a, COUNT(*) n FROM t GROUP BY a) SELECT';
  const rest = 'x.a, y.n FROM c x JOIN c y ON x.a = y.n ORDER BY 1, 2';
  const expected = await lines(`${sql} ${rest}`);
  for (let n = 1; n < 6; n++) {
    expect(await lines(`${sql} /*+ NTH_PLAN(${n}) */ ${rest}`)).toEqual(expected);
    // Operators are known by their numbers as they run.
    const plan = await lines(`EXPLAIN ${sql} /*+ NTH_PLAN(${n}) */ ${rest}`);
    const numbers = plan.flatMap((line) => /(?!CTE)\b[A-Za-z]+_(\d+)/.exec(line)?.[1] ?? []);
    expect(numbers).toEqual([...new Set(numbers)]);
  }
});

test('a number below one and a second hint warn, in TiDB’s words', async () => {
  await s.query('SELECT /*+ NTH_PLAN(0) */ 1');
  expect(await lines('SHOW WARNINGS')).toEqual([
    'Warning\t1105\tthe hintdata for NTH_PLAN() is too small, hint ignored',
  ]);
  await s.query('SELECT /*+ NTH_PLAN(2), NTH_PLAN(1) */ * FROM t');
  expect(await lines('SHOW WARNINGS')).toEqual([
    'Warning\t1105\tNTH_PLAN() is defined more than once, only the last definition takes effect: NTH_PLAN(1)',
  ]);
});
