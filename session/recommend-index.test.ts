import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let s: TestSession;

const lines = async (sql: string): Promise<string[]> => (await s.query(sql)).map((r) => r.join('\t'));
/** Tables and columns of the indexes that are recommended for a text. */
const advised = async (text: string, options = ''): Promise<string[]> =>
  (await s.query(`RECOMMEND INDEX RUN FOR "${text}" ${options}`)).map((r) => `${r[1]}(${r[3]})`).sort();

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  for (const name of ['t', 'u'])
    await s.query(`CREATE TABLE ${name} (a INT, b INT, c INT, d INT, long_text TEXT, j JSON)`);
  await s.query('CREATE TABLE k (id INT PRIMARY KEY, a INT, b INT, KEY ab (a, b))');
  await s.query('CREATE VIEW v AS SELECT * FROM t WHERE a = 1');
});
afterAll(() => engine.close());

// The indexes that TiDB's documentation and tests name for queries of these kinds on tables without statistics.
test.each([
  ['SELECT * FROM t WHERE a = 1', ['t(a)']],
  ['SELECT a, b FROM t WHERE a = 1 AND b = 1', ['t(a,b)']],
  ['SELECT * FROM t WHERE a = 1; SELECT * FROM t WHERE b = 1', ['t(a)', 't(b)']],
  ['SELECT b FROM t WHERE a = 1', ['t(a,b)']],
  ['WITH x AS (SELECT * FROM t WHERE a = 1) SELECT * FROM x WHERE b = 1', ['t(a,b)']],
  ['SELECT * FROM t WHERE a = 1; SELECT * FROM u WHERE b = 1', ['t(a)', 'u(b)']],
  ['SELECT * FROM t WHERE a = 1 OR b = 2', ['t(a)', 't(b)']],
  ['SELECT d FROM t ORDER BY d LIMIT 10', ['t(d)']],
  ['SELECT * FROM v WHERE b = 1', ['t(a,b)']],
  ['SELECT * FROM k WHERE a = 1', []],
  ['SELECT * FROM k WHERE id = 1', []],
  ['SELECT * FROM t', []],
  ["SELECT * FROM t WHERE long_text = 'x'", []],
  [';;SELECT * FROM t WHERE a = 1;; ;  ;', ['t(a)']],
])('%s', async (sql, expected) => expect(await advised(sql)).toEqual(expected));

test('one index serves where another begins with it', async () => {
  expect(await advised('SELECT * FROM t WHERE a = 1; SELECT b FROM t WHERE a = 1 AND b = 1')).toEqual([
    't(a,b)',
  ]);
});

test('subqueries that are run while planning are looked at, too', async () => {
  await s.query('INSERT INTO u (a, c) VALUES (1, 5)');
  expect(await advised('SELECT * FROM t WHERE a = (SELECT MAX(c) FROM u)')).toEqual(['t(a)', 'u(c)']);
});

test('the row tells of the index, the queries that it helps, and how to make it', async () => {
  const [row] = await s.query('RECOMMEND INDEX RUN FOR "SELECT a, b FROM t WHERE a = 1 AND b = 1"');
  const [database, table, index, columns, size, reason, queries, create] = row as string[];
  expect([database, table, index, columns, size]).toEqual(['test', 't', 'idx_a_b', 'a,b', '0']);
  expect(reason).toBe(
    'Column [a b] appear in Equal or Range Predicate clause(s) in query: ' +
      'select `a` , `b` from `test` . `t` where `a` = ? and `b` = ?',
  );
  const [first] = JSON.parse(queries!) as { Query: string; Improvement: number }[];
  expect(first!.Query).toBe('SELECT `a`,`b` FROM `test`.`t` WHERE `a` = 1 AND `b` = 1');
  expect(first!.Improvement).toBeGreaterThan(0.9);
  expect(create).toBe('CREATE INDEX idx_a_b ON t(a,b);');
});

test('recommendations are kept; they can be applied, and ignored', async () => {
  await advised('SELECT * FROM u WHERE d = 1');
  await advised('SELECT * FROM u WHERE d = 1');
  const kept = await lines(
    "SELECT id, index_name, index_columns, extra FROM mysql.index_advisor_results WHERE table_name = 'u' AND index_columns = 'd'",
  );
  expect(kept).toEqual([expect.stringMatching(/^\d+\tidx_d\td\t$/)]);
  const id = kept[0]!.split('\t')[0]!;
  await s.query(`RECOMMEND INDEX IGNORE ${id}`);
  expect(await advised('SELECT * FROM u WHERE d = 1')).toEqual([]);
  await s.query(`RECOMMEND INDEX APPLY ${id}`);
  expect(await lines('SHOW INDEX FROM u')).toEqual([expect.stringContaining('idx_d')]);
  await s.query('DROP INDEX idx_d ON u');
  await expect(s.query('RECOMMEND INDEX APPLY 9999')).rejects.toMatchObject({ code: 1105 });
});

test('options bound the answer', async () => {
  expect(
    await advised('SELECT * FROM t WHERE a = 1; SELECT * FROM t WHERE b = 1', 'WITH max_num_index = 1'),
  ).toHaveLength(1);
  expect(await advised('SELECT b FROM t WHERE a = 1', 'WITH max_index_columns = 1')).toEqual(['t(a)']);
  await s.query("RECOMMEND INDEX SET max_index_columns = 2, timeout = '1m'");
  expect(await lines('RECOMMEND INDEX SHOW OPTION')).toEqual([
    'max_num_index\t5\tThe maximum number of indexes to recommend.',
    'max_index_columns\t2\tThe maximum number of columns in an index.',
    'max_num_query\t1000\tThe maximum number of queries to recommend indexes.',
    'timeout\t1m\tThe timeout of index advisor.',
  ]);
});

test.each([
  ["RECOMMEND INDEX RUN FOR ';;'", 'empty SQLs'],
  [
    "RECOMMEND INDEX RUN FOR 'INSERT INTO t (a) VALUES (1)'",
    'empty query set after filtering invalid queries',
  ],
  ["RECOMMEND INDEX RUN FOR 'SELECT a FROM t WHERE a = 1' WITH timeout = '0s'", 'index advisor timeout'],
  ["RECOMMEND INDEX RUN FOR 'SELECT a FROM t' WITH timeout = 'xxx'", 'time: invalid duration "xxx"'],
  ["RECOMMEND INDEX RUN FOR 'SELECT a FROM t' WITH xxx = 0", 'unknown option xxx'],
  ['RECOMMEND INDEX SET max_num_index = 0', 'invalid value 0 for max_num_index'],
  ["RECOMMEND INDEX SET timeout = '-1s'", 'invalid value -1s for timeout'],
])('%s fails: %s', async (sql, message) => {
  await expect(s.query(sql)).rejects.toMatchObject({ code: 1105, message });
});
test('what cannot be parsed or planned fails as it would', async () => {
  await expect(s.query("RECOMMEND INDEX RUN FOR 'xxx'")).rejects.toMatchObject({ code: 1064 });
  await expect(s.query("RECOMMEND INDEX RUN FOR 'SELECT * FROM missing'")).rejects.toMatchObject({
    code: 1146,
  });
});

test('without a text it is for the statements that ran, prepared ones among them', async () => {
  await s.query('CREATE TABLE w (a INT, b INT, c INT)');
  await s.query('SELECT * FROM w WHERE a = 1');
  await s.query("PREPARE p FROM 'SELECT c FROM w WHERE b = ?'");
  await s.query('SET @b = 3');
  await s.query('EXECUTE p USING @b');
  const found = await lines('RECOMMEND INDEX RUN');
  expect(
    found
      .map((f) => f.split('\t').slice(1, 4).join(' '))
      .filter((f) => f.startsWith('w'))
      .sort(),
  ).toEqual(['w idx_a a', 'w idx_b_c b,c']);
});

test('HYPO_INDEX adds an index to what EXPLAIN plans, and to nothing else', async () => {
  const explain = 'EXPLAIN SELECT /*+ HYPO_INDEX(t, idx_ab, a, b) */ a, b FROM t WHERE a = 1 AND b = 1';
  expect((await lines(explain)).join('\n')).toContain('table:t, index:idx_ab(a, b)');
  expect((await lines(explain.replace('EXPLAIN ', 'EXPLAIN ANALYZE '))).join('\n')).toContain(
    'TableFullScan',
  );
  expect(await lines(explain.replace('EXPLAIN ', ''))).toEqual([]);
  await s.query('EXPLAIN SELECT /*+ HYPO_INDEX(t, x, nothing) */ a FROM t');
  expect(await lines('SHOW WARNINGS')).toEqual([expect.stringContaining('1072')]);
});
