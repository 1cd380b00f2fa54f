import { randomSource } from '../testing/random.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

/**
 * Short reads give what the operators give: random ranges, orders, DISTINCT, aggregates and limits over tables of many types, rows in
 * the memtable and in LMDB's pages, by statements of autocommit and in transactions. RUTILE_SEED repeats a run.
 */
const { seed, random } = randomSource();
const ROUNDS = Number(process.env['SHORT_READ_ROUNDS'] ?? 150);
const ROWS = 300;

const below = (n: number): number => Math.floor(random() * n);
const one = <T>(items: readonly T[]): T => items[below(items.length)]!;

const COLUMNS = ['id', 'n', 'u', 'd', 'f', 'c', 'b', 'g', 'dt', 'ts', 'tm', 'e', 'st', 'l', 'late'] as const;
const CREATE = (name: string, key: string): string =>
  `CREATE TABLE ${name} (id INT, n INT, u BIGINT UNSIGNED, d DECIMAL(30,4), f DOUBLE, c VARCHAR(40) COLLATE utf8mb4_general_ci,
   b VARBINARY(40), g CHAR(20) CHARSET gbk, dt DATETIME(6), ts TIMESTAMP, tm TIME(2), e ENUM('x','y','z'), st SET('p','q'),
   l TEXT, ${key}, KEY nc (n, c), KEY bn (b))`;

let engine: TestEngine;
let s: TestSession;

const text = (): string =>
  one(['a', 'A', 'á', 'b ', 'b', 'abcdefgh1', 'abcdefgh2', '', '测试', 'zz'.repeat(8)]);
const orNull = (value: string): string => (below(6) === 0 ? 'NULL' : value);

function rowOf(id: number): string {
  const values = [
    orNull(String(below(20) - 10)),
    orNull(one(['0', '1', '18446744073709551615', '9007199254740993'])),
    orNull(one(['1.5', '-2.25', '12345678901234567890123456.1234', '0'])),
    orNull(one(['0', '-0', '1e300', '-2.5'])),
    orNull(`'${text()}'`),
    orNull(`'${text()}'`),
    orNull(`'${one(['测试', 'x', 'X', ''])}'`),
    orNull(`'2024-0${1 + below(9)}-01 10:00:00.12345${below(10)}'`),
    orNull(`'2024-05-06 07:08:0${below(10)}'`),
    orNull(`'-1${below(10)}:30:00.25'`),
    orNull(one(["'x'", "'y'", "'z'"])),
    orNull(one(["''", "'p'", "'p,q'"])),
    orNull(`REPEAT('${one(['k', 'm'])}', ${below(400)})`),
  ];
  return `(${id}, ${values.join(', ')})`;
}

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query(CREATE('t', 'PRIMARY KEY (id)'));
  await s.query(
    CREATE('w', 'PRIMARY KEY (c, id) CLUSTERED').replace('c VARCHAR(40)', 'c VARCHAR(40) NOT NULL'),
  );
  const insert = async (ids: readonly number[]): Promise<void> => {
    await s.query(`INSERT INTO t VALUES ${ids.map(rowOf).join(', ')}`);
    await s.query(`INSERT IGNORE INTO w SELECT * FROM t WHERE id >= ${ids[0]} AND id <= ${ids.at(-1)}`);
  };
  const half = Array.from({ length: ROWS / 2 }, (_, i) => i + 1);
  await insert(half);
  await engine.restart();
  s = await engine.session();
  await insert(half.map((i) => i + ROWS / 2));
  for (const t of ['t', 'w']) {
    await s.query(`ALTER TABLE ${t} ADD COLUMN late VARCHAR(10) DEFAULT 'late'`);
    await s.query(`UPDATE ${t} SET n = n + 1 WHERE id % 7 = 0`);
    await s.query(`DELETE FROM ${t} WHERE id % 11 = 0`);
  }
});

afterAll(() => engine.close());

/** Rows that came at once, null where they did not. */
async function atOnce(sql: string): Promise<(string | null)[][] | null> {
  const { rows, short } = await s.queryAtOnce(sql);
  return short ? rows : null;
}

function condition(table: string): string {
  const from = below(ROWS);
  const range = (column: string): string => `${column} BETWEEN ${from} AND ${from + below(60)}`;
  if (below(4) === 0) return table === 'w' ? `c = '${text()}' AND id = ${from}` : `id = ${from}`;
  if (table === 'w') return `c = '${text()}'${below(2) === 0 ? ` AND ${range('id')}` : ''}`;
  return one([
    range('id'),
    `id IN (${from}, ${from + 3}, ${from + 20})`,
    `${range('id')} OR id = ${below(ROWS)}`,
    `n = ${below(20) - 10}`,
    `n BETWEEN ${below(10) - 5} AND ${below(10)}`,
    `b = '${text()}'`,
  ]);
}

/** `exact`: rows have an order. `any`: one of several equal values is shown. */
function randomQuery(): { readonly sql: string; readonly exact: boolean; readonly any: boolean } {
  const table = one(['t', 'w']);
  const where = condition(table);
  const columns = Array.from({ length: 1 + below(4) }, () => one(COLUMNS));
  const kind = below(4);
  if (kind === 0) {
    const aggs = [
      'COUNT(*)',
      'COUNT(c)',
      'SUM(n)',
      'SUM(d)',
      'AVG(d)',
      'MAX(c)',
      'MIN(dt)',
      'COUNT(DISTINCT n)',
      'SUM(u)',
    ];
    return {
      sql: `SELECT ${Array.from({ length: 1 + below(3) }, () => one(aggs)).join(', ')} FROM ${table} WHERE ${where}`,
      exact: true,
      any: true,
    };
  }
  if (kind === 1) {
    const by = columns.map((c) => `${c}${below(2) === 0 ? ' DESC' : ''}`).join(', ');
    const sorted = below(2) === 0;
    return {
      sql: `SELECT DISTINCT ${columns.join(', ')} FROM ${table} WHERE ${where}${sorted ? ` ORDER BY ${by}` : ''}`,
      exact: sorted,
      any: true,
    };
  }
  const limit = below(2) === 0 ? '' : ` LIMIT ${below(3)}, ${below(12)}`;
  const order = `ORDER BY ${kind === 2 ? `${one(COLUMNS)}${below(2) === 0 ? ' DESC' : ''}, ` : ''}id${below(2) === 0 ? ' DESC' : ''}`;
  const plain = below(4) === 0;
  return {
    sql: `SELECT ${columns.join(', ')} FROM ${table} WHERE ${where} ${plain ? '' : order + limit}`,
    exact: !plain,
    any: false,
  };
}

/** Which of equal values stands for all depends on the order of rows: operators look up rows of an index in another, and give own ones last. */
const anyEqual = (value: string | null): string | null =>
  value === null
    ? null
    : value === '-0'
      ? '0'
      : value.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trimEnd();

async function sameAsOperators(rounds: number, own = false): Promise<number> {
  let short = 0;
  for (let i = 0; i < rounds; i++) {
    const { sql, exact, any } = randomQuery();
    const rows = await atOnce(sql);
    if (rows === null) continue;
    short++;
    const expected = await s.query(sql);
    const shown = (r: (string | null)[][]): string[] => {
      const lines = r.map((x) => JSON.stringify(own || any ? x.map(anyEqual) : x));
      return exact ? lines : lines.sort();
    };
    expect([seed, sql, shown(rows)]).toEqual([seed, sql, shown(expected)]);
  }
  return short;
}

test('what operators give', async () => {
  expect(await sameAsOperators(ROUNDS)).toBeGreaterThan(ROUNDS / 6);
}, 3_600_000);

test('in a transaction, before and after it writes', async () => {
  await s.query('BEGIN');
  expect(await sameAsOperators(ROUNDS / 5)).toBeGreaterThan(0);
  await s.query("UPDATE t SET c = 'own', n = 3 WHERE id BETWEEN 100 AND 120");
  expect(await atOnce('SELECT c FROM t WHERE id BETWEEN 111 AND 112')).toEqual([['own'], ['own']]);
  await sameAsOperators(ROUNDS / 5, true);
  await s.query('DELETE FROM t WHERE id BETWEEN 60 AND 70 OR id BETWEEN 112 AND 115');
  await s.query('INSERT INTO t SELECT * FROM w WHERE id BETWEEN 65 AND 67');
  await s.query('INSERT INTO t SELECT * FROM w WHERE id % 11 = 0 AND id > 200');
  await s.query('UPDATE w SET n = n - 1 WHERE id % 5 = 0');
  await s.query('DELETE FROM w WHERE id % 13 = 0');
  expect(await sameAsOperators(ROUNDS, true)).toBeGreaterThan(ROUNDS / 10);
  await s.query('ROLLBACK');
}, 3_600_000);

test('rows told apart in the store and again at the root', async () => {
  const sql = 'SELECT DISTINCT c, n FROM t WHERE id BETWEEN 1 AND 90 ORDER BY c, n';
  const hint = sql.replace('SELECT', 'SELECT /*+ AGG_TO_COP() */');
  const plan = (await s.query(`EXPLAIN ${hint}`)).map((row) => `${row[2]} ${row[0]}`);
  expect(plan).toContainEqual(expect.stringMatching(/^cop.*Agg/));
  const rows = await atOnce(hint);
  expect(rows!.length).toBeGreaterThan(10);
  expect(rows).toEqual(await s.query(sql.replace('SELECT', 'SELECT SQL_NO_CACHE')));
  expect(rows).toEqual(await s.query(hint));
});

test('many rows are for the operators', async () => {
  await s.query('CREATE TABLE many (id INT PRIMARY KEY, c VARCHAR(20))');
  await s.query(
    "INSERT INTO many WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 900) SELECT n, 'x' FROM r",
  );
  expect(await atOnce('SELECT c FROM many WHERE id BETWEEN 1 AND 600')).toBeNull();
  expect(await atOnce('SELECT c FROM many WHERE id BETWEEN 1 AND 2')).toEqual([['x'], ['x']]);
  expect(await s.query('SELECT COUNT(*) FROM (SELECT c FROM many WHERE id BETWEEN 1 AND 600) q')).toEqual([
    ['600'],
  ]);
});

test('counts rows for FOUND_ROWS() and is only for those who read at once', async () => {
  expect(await atOnce('SELECT id FROM t WHERE id BETWEEN 1 AND 10')).toHaveLength(10);
  expect(await s.query('SELECT FOUND_ROWS()')).toEqual([['10']]);
  const result = await s.session.query(Buffer.from('SELECT id FROM t WHERE id = 1 OR id = 2'));
  if (result.kind !== 'rows') throw new Error('no rows');
  expect(result.atOnce).toBeUndefined();
  await result.close();
});

test('rows found by their keys, joined', async () => {
  await s.query('CREATE TABLE j1 (id INT PRIMARY KEY, b BIGINT UNSIGNED, s VARCHAR(10))');
  await s.query('CREATE TABLE j2 (a INT, b INT, k BIGINT UNSIGNED, t TEXT, PRIMARY KEY (a, b) CLUSTERED)');
  await s.query("INSERT INTO j1 VALUES (1, 7, 'x'), (2, NULL, NULL), (3, 18446744073709551615, 'y')");
  await s.query("INSERT INTO j2 VALUES (1, 1, 7, 'p'), (1, 2, NULL, 'q'), (3, 3, 18446744073709551615, 'r')");
  let short = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const x = 1 + below(4);
    const [a, b] = one([
      [1, 1],
      [1, 2],
      [2, 2],
      [3, 3],
    ]);
    const on = one(['j2.a = j1.id', 'j2.k = j1.b', 'j2.a = j1.id AND j2.k = j1.b', 'TRUE']);
    const columns = one(['s, t, k', 't', 'j1.id, j2.b, s', '*', 't, j1.b, j2.b']);
    const sql = `SELECT ${columns} FROM j2 JOIN j1 ON ${on} WHERE j1.id = ${x} AND j2.a = ${a} AND j2.b = ${b}`;
    const rows = await atOnce(sql);
    if (rows === null) continue;
    if (rows.length > 0) short++;
    expect([seed, sql, rows]).toEqual([seed, sql, await s.query(sql)]);
  }
  expect(short).toBeGreaterThan(0);
  const twice = 'SELECT x.s, y.s FROM j1 x, j1 y WHERE x.id = 1 AND y.id = 3';
  expect(await s.query(twice)).toEqual([['x', 'y']]);
  expect((await atOnce(twice)) ?? [['x', 'y']]).toEqual([['x', 'y']]);
});

describe('a row by its key', () => {
  beforeAll(async () => {
    await s.query(
      'CREATE TABLE p (id INT PRIMARY KEY, u VARCHAR(10) COLLATE utf8mb4_general_ci, v INT, b LONGBLOB, UNIQUE KEY (u))',
    );
    await s.query(
      "INSERT INTO p VALUES (1, 'one', 10, 'x'), (2, 'two', NULL, REPEAT('y', 300000)), (3, NULL, 30, '')",
    );
  });

  test.each([
    ['SELECT v, u FROM p WHERE id = 1', [['10', 'one']]],
    ['SELECT * FROM p WHERE id = 3', [['3', null, '30', '']]],
    ["SELECT v FROM p WHERE u = 'ONE'", [['10']]],
    ["SELECT id FROM p WHERE u = 'three'", []],
    ['SELECT v FROM p WHERE id = 4', []],
    ['SELECT v FROM p WHERE id = NULL', []],
  ])('%s', async (sql, rows) => {
    expect(await s.query(sql)).toEqual(rows);
    if (!sql.includes('NULL')) expect(await atOnce(sql)).toEqual(rows);
  });

  test('as the transaction has written it', async () => {
    await s.query('BEGIN');
    await s.query("UPDATE p SET v = 11, u = 'uno' WHERE id = 1");
    await s.query('DELETE FROM p WHERE id = 3');
    expect(await atOnce('SELECT v FROM p WHERE id = 1')).toEqual([['11']]);
    expect(await atOnce("SELECT v FROM p WHERE u = 'uno'")).toEqual([['11']]);
    expect(await atOnce("SELECT v FROM p WHERE u = 'one'")).toEqual([]);
    expect(await atOnce('SELECT v FROM p WHERE id = 3')).toEqual([]);
    await s.query('ROLLBACK');
    expect(await atOnce('SELECT v FROM p WHERE id = 1')).toEqual([['10']]);
  });

  test('long rows and locks are for the operators', async () => {
    expect(await atOnce('SELECT b FROM p WHERE id = 2')).toBeNull();
    expect(await s.query('SELECT LENGTH(b) FROM p WHERE id = 2')).toEqual([['300000']]);
    await s.query('BEGIN');
    expect(await atOnce('SELECT v FROM p WHERE id = 1 FOR UPDATE')).toBeNull();
    await s.query('ROLLBACK');
  });
});
