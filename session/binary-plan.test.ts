import { TestEngine } from './testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
  const s = await engine.session();
  await s.query('CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY ka (a), KEY kb (b))');
  await s.query('CREATE TABLE p (id INT PRIMARY KEY, a INT) PARTITION BY HASH (id) PARTITIONS 3');
  await s.query("INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'yä'), (3, 30, NULL)");
  await s.query('INSERT INTO p VALUES (1, 1), (2, 2), (3, 3)');
});
afterAll(() => engine.close());

/** The cells of the table that TIDB_DECODE_BINARY_PLAN gives, its head first. */
const cells = (text: string): string[][] => {
  const [empty, ...lines] = text.split('\n');
  expect(empty).toBe('');
  return lines.map((l) =>
    l
      .slice(1, -1)
      .split('|')
      .map((c) => c.trim()),
  );
};

const QUERIES = [
  'SELECT * FROM t',
  'SELECT id, b FROM t WHERE a > 5 AND b LIKE "y%"',
  'SELECT a FROM t USE INDEX (ka) WHERE a IN (10, 20) ORDER BY a DESC LIMIT 1',
  'SELECT /*+ HASH_JOIN(x, y) */ x.id, y.b FROM t x JOIN t y ON x.a = y.id',
  'SELECT /*+ INL_JOIN(y) */ x.id, y.b FROM t x LEFT JOIN t y ON x.a = y.id',
  'SELECT * FROM p WHERE id < 3',
  'SELECT COUNT(*), a FROM p PARTITION (p0, p2) GROUP BY a',
  'SELECT id FROM t WHERE id = 2',
  'SELECT id FROM t UNION ALL SELECT a FROM t',
  'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT * FROM n JOIN n m ON n.i = m.i',
  'UPDATE t SET a = a + 1 WHERE id = 1',
];

test.each(QUERIES)('the binary plan of %s says what EXPLAIN does', async (query) => {
  const s = await engine.session();
  const [[binary]] = (await s.query(`EXPLAIN FORMAT = 'binary' ${query}`)) as [[string]];
  const [[text]] = (await s.query(`SELECT tidb_decode_binary_plan('${binary}')`)) as [[string]];
  const [head, ...rows] = cells(text);
  expect(head).toEqual(['id', 'estRows', 'estCost', 'task', 'access object', 'operator info']);
  const told = await s.query(`EXPLAIN ${query}`);
  // Of writes no rows are estimated, which a number cannot say; widths are as many as there are characters.
  const plain = (r: readonly (string | null)[]): string =>
    [r[0]!.trim(), r[1] === 'N/A' ? '0.00' : r[1], ...r.slice(2)].join(';');
  const byName = (list: string[]): string[] => [...list].sort();
  expect(
    byName(rows.map((r) => plain([r[0]!, r[1]!, ...r.slice(3)])).filter((r) => !r.startsWith('CTE'))),
  ).toEqual(byName(told.map(plain).filter((r) => !r.startsWith('CTE'))));
  expect(
    new Set(
      text
        .split('\n')
        .slice(1)
        .map((l) => [...l].length),
    ).size,
  ).toBe(1);
});

test('after EXPLAIN ANALYZE it says what was measured', async () => {
  const s = await engine.session();
  const [[binary]] = (await s.query("EXPLAIN ANALYZE FORMAT = 'binary' SELECT * FROM t WHERE a >= 20")) as [
    [string],
  ];
  const [[text]] = (await s.query(`SELECT tidb_decode_binary_plan('${binary}')`)) as [[string]];
  const [head, first] = cells(text);
  expect(head!.slice(3)).toEqual([
    'actRows',
    'task',
    'access object',
    'execution info',
    'operator info',
    'memory',
    'disk',
  ]);
  expect(first![3]).toBe('2');
  expect(first![6]).toMatch(/^time:[\d.]+(µs|ms|s), loops:\d/);
});

test('what is no plan warns', async () => {
  const s = await engine.session();
  for (const text of ['some text', 'AAAA', Buffer.from('random bytes').toString('base64'), '']) {
    expect(await s.query(`SELECT tidb_decode_binary_plan('${text}')`)).toEqual([['']]);
    expect((await s.query('SHOW WARNINGS')).length).toBe(1);
  }
  expect(await s.query('SELECT tidb_decode_binary_plan(NULL)')).toEqual([[null]]);
});

test('statement summaries have it', async () => {
  const s = await engine.session();
  await s.query('SELECT b FROM t WHERE a = 30');
  const [[text]] = (await s.query(
    `SELECT tidb_decode_binary_plan(binary_plan) FROM information_schema.statements_summary
      WHERE digest_text LIKE 'select \`b\` from \`t\` where \`a\`%'`,
  )) as [[string]];
  expect(text).toContain('IndexRangeScan');
});
