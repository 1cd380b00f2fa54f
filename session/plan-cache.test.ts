import { Random, testSeed } from '../testing/random.js';
import type { MysqlError } from '../types/error.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

/** A hint keeps a text from having a template: such a statement is planned each time. */
const planned = (sql: string): string => sql.replace('SELECT', 'SELECT /*+ IGNORE_PLAN_CACHE() */');

async function fill(s: TestSession, table: string): Promise<void> {
  await s.query(
    `CREATE TABLE ${table} (id BIGINT PRIMARY KEY, u INT UNSIGNED, d DECIMAL(10,2), r DOUBLE, s VARCHAR(20), t DATETIME, y VARBINARY(8),
      e ENUM('a','b','c'), KEY (u), KEY (s), KEY (t, u), KEY (d), UNIQUE (r, id))`,
  );
  for (let i = 0; i < 60; i++) {
    const date = `2024-01-${String(1 + (i % 28)).padStart(2, '0')} 0${i % 7}:00:00`;
    await s.query(
      `INSERT INTO ${table} VALUES (${i}, ${i % 9}, ${i % 13}.5, ${i / 4}, 's${i % 6}', '${date}', 'y${i % 3}', '${'abc'[i % 3]}')`,
    );
  }
}

/** Literals that are compared with each column, of the types that clients send. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  id: ['3', '17', '59', '100', '-4', '12.5', '7e0', "'21'", '0.0', 'NULL'],
  u: ['0', '2', '8', '-1', '3.7', "'5'", '4000000000', 'NULL'],
  d: ['3.5', '12', '4.25', "'2.5'", '1e1', '-0.5'],
  r: ['1', '2.5', '1e0', "'3'", '-1', '14.75'],
  s: ["'s1'", "'S2'", "'s'", "''", '3', "'s4 '"],
  t: ["'2024-01-05'", "'2024-01-12 03:00:00'", '20240117000000', "'2024-01-20 01:00:00.5'", "'2023-12-31'"],
  y: ["'y1'", "'Y2'", "'y'", '0'],
  e: ["'a'", "'b'", '2', "'x'"],
};

const COLUMNS = Object.keys(VALUES);
const FIELDS = ['*', 'id, s', 'COUNT(*), SUM(u), MIN(t)', 'DISTINCT s', 'MAX(d)', 'a.id, a.r'];
const OPERATORS = ['=', '<', '<=', '>', '>=', '<>', '<=>'];

/** A query with `{}` for each literal, and the columns that the literals belong to. */
function template(r: Random): { sql: string; columns: string[] } {
  const columns: string[] = [];
  const condition = (depth: number): string => {
    if (depth > 0 && r.below(3) > 0)
      return `(${condition(depth - 1)} ${r.pick(['AND', 'AND', 'OR'])} ${condition(depth - 1)})`;
    const c = r.pick(COLUMNS);
    columns.push(c);
    switch (r.below(4)) {
      case 0:
        columns.push(c);
        return `a.${c} BETWEEN {} AND {}`;
      case 1:
        columns.push(c, c);
        return `a.${c} ${r.pick(['IN', 'NOT IN'])} ({}, {}, {})`;
      case 2:
        return `{} ${r.pick(OPERATORS)} a.${c}`;
      default:
        return `a.${c} ${r.pick(OPERATORS)} {}`;
    }
  };
  const join = r.below(5) === 0 ? ' JOIN two b ON a.id = b.u' : '';
  const fields = join === '' ? r.pick(FIELDS) : 'a.id, b.s';
  const from = r.below(4) === 0 ? 'seen' : 'one';
  let sql = `SELECT ${fields} FROM ${from} a${join} WHERE ${condition(r.below(3))}`;
  if (r.below(4) === 0 && (fields === '*' || fields.startsWith('id'))) sql += ' ORDER BY id LIMIT 7';
  return { sql, columns };
}

/** Something that plans may depend on is changed: indexes, columns, rows, statistics, what a view shows. */
async function change(s: TestSession, r: Random, round: number): Promise<void> {
  const index = `x${round}`;
  switch (r.below(6)) {
    case 0:
      await s.query(`CREATE INDEX ${index} ON one (${r.pick(['s', 'u', 'd', 'r', 't', 'y'])}, id)`);
      return;
    case 1:
      for (const [name] of await s.query(
        "SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_name = 'one' AND index_name LIKE 'x%'",
      ))
        await s.query(`DROP INDEX ${name} ON one`);
      return;
    case 2:
      await s.query(`ANALYZE TABLE one`);
      return;
    case 3:
      await s.query(`CREATE OR REPLACE VIEW seen AS SELECT * FROM one WHERE id < ${r.below(80)}`);
      return;
    case 4:
      await s.query(`ALTER TABLE one ADD COLUMN c${round} INT DEFAULT ${round}`);
      await s.query(`CREATE OR REPLACE VIEW seen AS SELECT * FROM one`);
      return;
    default:
      await s.query(`UPDATE one SET u = u + 1, s = 's${r.below(9)}' WHERE id < ${r.below(60)}`);
  }
}

const sorted = (rows: (string | null)[][]): string[] => rows.map((x) => JSON.stringify(x)).sort();

test('a statement gives the same rows from a cached plan as planned anew', async () => {
  const seed = testSeed();
  const r = new Random(seed);
  const s = await engine.session();
  await fill(s, 'one');
  await fill(s, 'two');
  await s.query('CREATE VIEW seen AS SELECT * FROM one WHERE id < 50');
  const other = await engine.session();
  let cached = 0;
  for (let round = 0; round < 150; round++) {
    const { sql, columns } = template(r);
    await s.query(`PREPARE p FROM '${sql.replace(/\{\}/g, '?')}'`);
    if (round % 5 === 0) await s.query(`BEGIN`);
    for (let run = 0; run < 5; run++) {
      const values = columns.map((c) => r.pick(VALUES[c]!));
      let i = 0;
      const text = sql.replace(/\{\}/g, () => values[i++]!);
      const want = sorted(await s.query(planned(text)));
      const got = sorted(await s.query(text));
      await s.query(`SET ${values.map((v, k) => `@v${k} = ${v}`).join(', ')}`);
      const prepared = sorted(await s.query(`EXECUTE p USING ${values.map((_, k) => `@v${k}`).join(', ')}`));
      if ((await s.query('SELECT @@last_plan_from_cache'))[0]![0] === '1') cached++;
      if (JSON.stringify(got) !== JSON.stringify(want) || JSON.stringify(prepared) !== JSON.stringify(want))
        throw new Error(
          `seed ${seed}: ${text}: ${want.length} rows, ${got.length} as text, ${prepared.length} prepared`,
        );
      if (round % 5 === 1 && run % 2 === 1) await change(other, r, round * 10 + run);
      // Own writes appear in the middle of a transaction's run of one statement.
      if (round % 5 === 0 && run === 2)
        await s.query(`UPDATE one SET u = u + 1, s = 's9' WHERE id < ${r.below(60)}`);
    }
    if (round % 5 === 0) await s.query('ROLLBACK');
  }
  expect(cached).toBeGreaterThan(50);
});

test('texts that begin otherwise, and the fields of an inserted query, share plans', async () => {
  const s = await engine.session();
  await s.query(
    'SET tidb_enable_non_prepared_plan_cache = ON, tidb_enable_non_prepared_plan_cache_for_dml = ON',
  );
  await s.query('CREATE TABLE some (id INT PRIMARY KEY, a INT)');
  await s.query('INSERT INTO some VALUES (1, 10), (2, 20), (3, 30)');
  await s.query('CREATE TABLE taken (n INT, a INT)');
  const of = async (text: (i: number) => string): Promise<(string | null)[][][]> => {
    const rows: (string | null)[][][] = [];
    for (let i = 1; i <= 3; i++) rows.push(await s.query(text(i)));
    return rows;
  };
  expect(await of((i) => `(SELECT a FROM some WHERE id = ${i}) UNION ALL (SELECT ${i})`)).toEqual(
    [1, 2, 3].map((i) => [[`${i * 10}`], [`${i}`]]),
  );
  expect(
    await of(
      (i) => `WITH x AS (SELECT a + ${i} AS n FROM some WHERE id = ${i}) SELECT n FROM x WHERE n > ${i}`,
    ),
  ).toEqual([[['11']], [['22']], [['33']]]);
  // Eighteen of them: more than there are variants of a text whose literals name something.
  for (let i = 0; i < 18; i++)
    await s.query(`INSERT INTO taken SELECT ${i}, a + ${i} FROM some WHERE id = ${1 + (i % 3)} ORDER BY 1`);
  expect(await s.query('SELECT n, a FROM taken ORDER BY n')).toEqual(
    Array.from({ length: 18 }, (_, i) => [`${i}`, `${10 * (1 + (i % 3)) + i}`]),
  );
  // The names of a result's columns are those of its own text.
  for (const i of [7, 8, 9]) {
    const result = await s.session.query(Buffer.from(`WITH x AS (SELECT 1) SELECT ${i} FROM x`));
    if (result.kind !== 'rows') throw new Error('no rows');
    expect(result.columns[0]!.name).toBe(String(i));
    await result.close();
  }
});

test('rows found by keys that are parameters, by themselves and joined', async () => {
  const seed = testSeed();
  const r = new Random(seed);
  const s = await engine.session();
  const [[id]] = (await s.query('SELECT CONNECTION_ID()')) as [[string]];
  await s.query(
    `CREATE TABLE k1 (a TINYINT, b BIGINT UNSIGNED, c VARCHAR(6) COLLATE utf8mb4_general_ci, g CHAR(4) CHARSET gbk, y YEAR, d DECIMAL(5,1), v INT,
      PRIMARY KEY (a, c) CLUSTERED, UNIQUE b (b), UNIQUE g (g), UNIQUE y (y), UNIQUE d (d), UNIQUE p (c(2), v))`,
  );
  await s.query(
    'CREATE TABLE k2 (id INT PRIMARY KEY, u INT UNSIGNED UNIQUE, w VARCHAR(6) COLLATE utf8mb4_bin UNIQUE, x INT)',
  );
  const letters = ['p', 'Q', 'é', 'rs', 'T '];
  for (let i = -2; i < 8; i++) {
    const big = i < 0 ? 'NULL' : i === 7 ? '18446744073709551615' : String(i);
    const c = letters[(i + 5) % 5]!;
    await s.query(`INSERT INTO k1 VALUES (${i}, ${big}, '${c}', '${i}', ${2000 + i}, ${i}.5, ${i})`);
    await s.query(`INSERT INTO k2 VALUES (${i}, ${i < 0 ? 'NULL' : i}, '${c}${i}', ${i + 1})`);
  }
  const numbers = [
    '-2',
    '0',
    '3',
    '7',
    '300',
    '2.5',
    '3e0',
    "'3'",
    "'x'",
    '18446744073709551615',
    '-9',
    'NULL',
    '2003',
  ];
  const texts = ["'p'", "'P'", "'É'", "'rs'", "'T'", "'t '", "''", '3', "'p0'", "'P0'", "_binary'p'", 'NULL'];
  /** Conditions that fix a row, with the kinds of their values. */
  const keys: readonly (readonly [string, string])[] = [
    ['k1.a = {} AND k1.c = {}', 'nt'],
    ['{} = k1.c AND k1.a = {} AND k1.v < {}', 'tnn'],
    ['k1.b = {}', 'n'],
    ['k1.g = {}', 'n'],
    ['k1.y = {}', 'n'],
    ['k1.d = {}', 'n'],
    ['k1.c = {} AND k1.v = {}', 'tn'],
    ['k1.a = {} AND k1.a = {} AND k1.c = {}', 'nnt'],
    ['k2.id = {}', 'n'],
    ['k2.u = {} AND k2.x > {}', 'nn'],
    ['k2.w = {}', 't'],
    ['k2.id = {} AND k1.a = k2.id AND k1.c = {}', 'nt'],
    ['k2.id = k1.v AND k1.v = {} AND k1.b = {}', 'nn'],
    ['k2.w = k1.c AND k1.c = {} AND k1.a = 3', 't'],
  ];
  let points = 0;
  for (let round = 0; round < 80; round++) {
    const picked = [r.pick(keys), r.pick(keys)].slice(0, 1 + r.below(2));
    const where = picked.map(([sql]) => sql).join(' AND ');
    const kinds = picked.map(([, k]) => k).join('');
    const both = where.includes('k1') && where.includes('k2');
    const fields = r.pick(['*', 'COUNT(*)', both ? 'k1.v, k2.x' : '1']);
    const from = both
      ? r.pick(['k1 JOIN k2', 'k2 LEFT JOIN k1 ON TRUE'])
      : where.includes('k1')
        ? 'k1'
        : 'k2';
    const sql = `SELECT ${fields} FROM ${from} WHERE ${where}${r.pick(['', '', ' FOR UPDATE'])}`;
    await s.query(`PREPARE p FROM "${sql.replace(/\{\}/g, '?')}"`);
    const within = round % 4 === 0;
    if (within) await s.query('BEGIN');
    for (let run = 0; run < 6; run++) {
      const values = [...kinds].map((k) => r.pick(k === 'n' ? numbers : texts));
      let i = 0;
      const text = sql.replace(/\{\}/g, () => values[i++]!);
      const want = sorted(await s.query(planned(text)));
      await s.query(`SET ${values.map((v, k) => `@v${k} = ${v}`).join(', ')}`);
      const prepared = sorted(await s.query(`EXECUTE p USING ${values.map((_, k) => `@v${k}`).join(', ')}`));
      const plan = await s.query(`EXPLAIN FORMAT = 'brief' FOR CONNECTION ${id}`);
      if (both && plan.some((row) => String(row[0]).includes('Point_Get'))) points++;
      expect([seed, text, prepared]).toEqual([seed, text, want]);
      expect([seed, text, sorted(await s.query(text))]).toEqual([seed, text, want]);
      if (within && run === 2)
        await s.query('UPDATE k1 JOIN k2 ON k1.a = k2.id SET k1.v = k1.v + 20, k2.x = 0 WHERE k2.id > 2');
    }
    if (within) await s.query('ROLLBACK');
  }
  expect(points).toBeGreaterThan(10);
});

test('plans that no statistics change outlast them, and others do not', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE counted (id INT PRIMARY KEY, v INT, KEY (v))');
  await s.query('INSERT INTO counted VALUES (1, 10), (2, 20)');
  await s.query('SET @one = 1, @nine = 9');
  const texts = {
    'SELECT v FROM counted WHERE id = ?': '1',
    'UPDATE counted SET v = v + 1 WHERE id = ?': '1',
    'DELETE FROM counted WHERE id = ?': '1',
    'INSERT INTO counted VALUES (?, 90)': '1',
    'SELECT COUNT(*) FROM counted WHERE v > ?': '0',
  };
  const run = async (sql: string): Promise<string | null> => {
    const value = /DELETE|INSERT/.test(sql) ? '@nine' : '@one';
    await s.query(`EXECUTE p${Object.keys(texts).indexOf(sql)} USING ${value}`);
    return (await s.query('SELECT @@last_plan_from_cache'))[0]![0]!;
  };
  for (const [i, sql] of Object.keys(texts).entries()) await s.query(`PREPARE p${i} FROM '${sql}'`);
  for (const sql of Object.keys(texts)) await run(sql);
  await s.query('DELETE FROM counted WHERE id = 9');
  await s.query('ANALYZE TABLE counted');
  for (const [sql, kept] of Object.entries(texts)) expect([sql, await run(sql)]).toEqual([sql, kept]);
});

test('a prepared statement runs in the database that it was prepared in', async () => {
  const s = await engine.session();
  for (const db of ['home', 'abroad']) {
    await s.query(`CREATE DATABASE ${db}`);
    await s.query(`CREATE TABLE ${db}.t (a VARCHAR(10))`);
    await s.query(`INSERT INTO ${db}.t VALUES ('${db}')`);
  }
  await s.query('USE home');
  await s.query("PREPARE p FROM 'SELECT * FROM t'");
  for (const db of ['home', 'abroad', 'home', 'abroad']) {
    await s.query(`USE ${db}`);
    expect(await s.query('EXECUTE p')).toEqual([['home']]);
    expect(await s.query('SELECT DATABASE()')).toEqual([[db]]);
  }
  await s.query('USE test');
});

test('a plan of a view goes with the rights of its definer', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE behind (a INT)');
  await s.query('INSERT INTO behind VALUES (1)');
  await s.query("CREATE USER 'maker'");
  await s.query("GRANT SELECT ON test.behind TO 'maker'");
  await s.query("CREATE DEFINER = 'maker'@'%' VIEW front AS SELECT * FROM behind");
  for (let i = 0; i < 4; i++)
    expect(await s.query(`SELECT a FROM front WHERE a < ${i + 5}`)).toEqual([['1']]);
  await s.query("REVOKE SELECT ON test.behind FROM 'maker'");
  expect(await s.errorOf('SELECT a FROM front WHERE a < 9')).toBe(1356);
});

test("what TiDB keeps no plan for is told in TiDB's words", async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE told (a INT, b INT, j JSON, e ENUM("x"), KEY (a))');
  const warnings = async (): Promise<unknown[]> => (await s.query('SHOW WARNINGS')).map((w) => w[2]);
  await s.query('SET tidb_enable_non_prepared_plan_cache = 1');
  for (const [sql, reason] of [
    ['SELECT * FROM (SELECT * FROM told) x', 'queries that have sub-queries are not supported'],
    ['SELECT a FROM told WHERE a IN (SELECT b FROM told)', 'queries that have sub-queries are not supported'],
    ['SELECT a FROM told WHERE e = "x"', 'query has some filters with JSON, Enum, Set or Bit columns'],
    ['SELECT a FROM told WHERE a = NULL', 'query has null constants'],
    ['SELECT a FROM told ORDER BY a + 1', "only support order by {columns}'"],
    ['SELECT count(*) FROM told GROUP BY a + b', "only support group by {columns}'"],
    ['SELECT a FROM told WHERE a > CONNECTION_ID()', 'query has un-cacheable functions'],
    ['SELECT user FROM mysql.user', 'access tables in system schema'],
    ['SELECT 1 FROM told a, told b, told c', 'queries that have more than 2 tables are not supported'],
    ['SELECT a FROM told FOR UPDATE', 'not a SELECT statement'],
  ] as const) {
    await s.query(`EXPLAIN FORMAT = 'plan_cache' ${sql}`);
    expect([sql, await warnings()]).toEqual([sql, [`skip non-prepared plan-cache: ${reason}`]]);
  }
  await s.query("EXPLAIN FORMAT = 'plan_cache' SELECT a FROM told WHERE a < 3");
  await s.query("EXPLAIN FORMAT = 'plan_cache' SELECT a FROM told WHERE a < 4");
  expect(await s.query('SELECT @@last_plan_from_cache')).toEqual([['1']]);
  await s.query('SET tidb_enable_non_prepared_plan_cache = 0');
  for (const [sql, params, reason] of [
    ['SELECT a FROM told WHERE a = ?', ["'12'"], "'12' may be converted to INT"],
    ['SELECT a FROM told WHERE a = ? AND a = ?', ['1', '1'], 'some parameters may be overwritten'],
    ['SELECT a FROM told WHERE a != ? AND a IN (?, 3)', ['1', '2'], 'NE/INList simplification is triggered'],
  ] as const) {
    await s.query(`PREPARE p FROM '${sql}'`);
    await s.query(`SET ${params.map((v, i) => `@p${i} = ${v}`).join(', ')}`);
    await s.query(`EXECUTE p USING ${params.map((_, i) => `@p${i}`).join(', ')}`);
    expect([sql, await warnings()]).toEqual([sql, [`skip prepared plan-cache: ${reason}`]]);
  }
});

test('values that are stored', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE w (id INT PRIMARY KEY, n INT, d DECIMAL(6,2), s VARCHAR(5), UNIQUE (n))');
  for (let i = 0; i < 6; i++) await s.query(`INSERT INTO w VALUES (${i}, ${i * 2}, ${i}.25, 'v${i}')`);
  for (let i = 0; i < 6; i++)
    await s.query(`UPDATE w SET n = n + 100, d = d * 2, s = 'w${i}' WHERE id = ${i}`);
  for (let i = 0; i < 4; i++) await s.query(`DELETE FROM w WHERE id = ${i} AND n > 5`);
  expect(await s.query('SELECT * FROM w')).toEqual([
    ['4', '108', '8.50', 'w4'],
    ['5', '110', '10.50', 'w5'],
  ]);
  for (let i = 0; i < 3; i++) expect(await s.errorOf(`INSERT INTO w VALUES (5, ${i}, 0.5, 'x')`)).toBe(1062);
  for (let i = 0; i < 3; i++)
    expect(await s.errorOf(`INSERT INTO w VALUES (${i}, ${i}, 0.5, 'too long')`)).toBe(1406);
  for (let i = 0; i < 3; i++)
    expect(await s.errorOf(`INSERT INTO w VALUES (${i}, ${i}, 99999.5, 'x')`)).toBe(1264);
});

test('plans go with what they were made for', async () => {
  const s = await engine.session();
  const other = await engine.session();
  await s.query('CREATE TABLE g (id INT PRIMARY KEY, n INT)');
  await s.query('INSERT INTO g VALUES (1, 1), (2, 2), (3, 3)');
  const read = (n: number): Promise<(string | null)[][]> => s.query(`SELECT * FROM g WHERE n = ${n}`);
  for (const n of [1, 2, 3]) expect(await read(n)).toEqual([[String(n), String(n)]]);
  await other.query('ALTER TABLE g ADD COLUMN m INT DEFAULT 7');
  expect(await read(2)).toEqual([['2', '2', '7']]);
  await other.query('DROP TABLE g');
  expect(await s.errorOf('SELECT * FROM g WHERE n = 1')).toBe(1146);
  await other.query('CREATE TABLE g (n VARCHAR(3), x INT)');
  await other.query("INSERT INTO g VALUES ('2', 5)");
  expect(await read(2)).toEqual([['2', '5']]);
  // The same text in another database is another statement.
  await s.query('CREATE DATABASE elsewhere');
  await s.query('USE elsewhere');
  expect(await s.errorOf('SELECT * FROM g WHERE n = 1')).toBe(1146);
  await s.query('USE test');
  expect(await read(2)).toEqual([['2', '5']]);
});

test('positions, column names and grammar are not values', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE o (a INT, b INT)');
  await s.query('INSERT INTO o VALUES (1, 9), (2, 8), (3, 7)');
  for (let i = 0; i < 3; i++) {
    expect(await s.query('SELECT a, b FROM o ORDER BY 1')).toEqual([
      ['1', '9'],
      ['2', '8'],
      ['3', '7'],
    ]);
    expect(await s.query('SELECT a, b FROM o ORDER BY 2')).toEqual([
      ['3', '7'],
      ['2', '8'],
      ['1', '9'],
    ]);
    expect(await s.query(`SELECT ${i} + a FROM o WHERE a = 1`)).toEqual([[String(1 + i)]]);
    expect(await s.query(`SELECT COUNT(*) FROM o GROUP BY a > ${i}`)).toHaveLength(i === 0 ? 1 : 2);
    expect(await s.query(`SELECT a FROM o ORDER BY a LIMIT ${i}`)).toHaveLength(i);
    expect(await s.query(`SELECT a FROM o WHERE a = CAST('${i}' AS SIGNED)`)).toHaveLength(i === 0 ? 0 : 1);
    expect(
      await s.query(`SELECT a FROM o WHERE DATE '2024-01-0${i + 1}' < '2024-01-02' AND a = 1`),
    ).toHaveLength(i === 0 ? 1 : 0);
  }
});

test("with TiDB's cache for texts switched on, a plan is kept from the first text on", async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE np (a INT, b INT, KEY (a))');
  const fromCache = async (): Promise<unknown> => (await s.query('SELECT @@last_plan_from_cache'))[0]![0];
  await s.query('SET tidb_enable_non_prepared_plan_cache = 1');
  await s.query('SELECT b FROM np WHERE a < 10');
  expect(await fromCache()).toBe('0');
  await s.query('SELECT b FROM np WHERE a < 20');
  expect(await fromCache()).toBe('1');
  await s.query('SET tidb_enable_non_prepared_plan_cache = 0');
  await s.query('SELECT b FROM np WHERE a < 30');
  expect(await fromCache()).toBe('0');
});

test('texts beyond ASCII, with escapes and comments, in columns of other character sets', async () => {
  const s = await engine.session();
  await s.query(
    'CREATE TABLE l (k VARCHAR(20) CHARACTER SET latin1 PRIMARY KEY, g VARCHAR(20) CHARACTER SET gbk, u VARCHAR(20), KEY (g), KEY (u))',
  );
  const texts = ['abc', 'é', "it's", '中文', 'a\\b', 'say "yes"', '😀'];
  const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
  const rows = [
    ['abc', '中文', 'é'],
    ['é', "it's", '中文'],
    ["it's", 'a\\b', '😀'],
    ['a\\b', 'say "yes"', "it's"],
    ['say "yes"', 'abc', 'abc'],
  ];
  for (const row of rows) await s.query(`INSERT INTO l VALUES (${row.map(quoted).join(', ')})`);
  /** The rows, or the error of a text that the column's character set lacks. */
  const outcome = (sql: string): Promise<unknown> => s.query(sql).catch((e: MysqlError) => e.code);
  let found = 0;
  for (const column of ['k', 'g', 'u'])
    for (let round = 0; round < 2; round++)
      for (const text of texts) {
        const sql = `SELECT k, g, u FROM l WHERE ${column} = ${quoted(text)}`;
        const want = await outcome(planned(sql));
        if (Array.isArray(want)) found += want.length;
        expect(await outcome(`/* trace=${round} */  ${sql}`)).toEqual(want);
        await s.query(`PREPARE p FROM 'SELECT k, g, u FROM l WHERE ${column} = ?'`);
        await s.query(`SET @v = ${quoted(text)}`);
        expect(await outcome('EXECUTE p USING @v')).toEqual(want);
      }
  expect(found).toBe(2 * 3 * rows.length);
});
