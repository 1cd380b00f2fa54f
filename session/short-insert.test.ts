import { randomSource } from '../testing/random.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

/**
 * INSERT of one row does by the short way what it does by the other, which the CHECK constraint of the second table makes it go: the
 * same statements on two tables with the same rows, by themselves and in transactions of either mode. RUTILE_SEED repeats a run.
 */
const { random } = randomSource();

const below = (n: number): number => Math.floor(random() * n);
const one = <T>(items: readonly T[]): T => items[below(items.length)]!;

let engine: TestEngine;
let s: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query('SET GLOBAL tidb_enable_check_constraint = ON');
});
afterAll(() => engine.close());

const COLUMNS = `b TINYINT NOT NULL, c INT DEFAULT 7, v VARCHAR(4) NOT NULL, d DECIMAL(4, 1) NOT NULL DEFAULT 2.5,
  at DATETIME DEFAULT CURRENT_TIMESTAMP, e ENUM('x', 'y') NOT NULL, u INT UNSIGNED, KEY c (c, v), UNIQUE u (u)`;

async function make(key: string): Promise<void> {
  await s.query('DROP TABLE IF EXISTS x, y');
  await s.query(`CREATE TABLE x (${key}, ${COLUMNS})`);
  await s.query(`CREATE TABLE y (${key}, ${COLUMNS}, CHECK (b IS NULL OR b IS NOT NULL))`);
}

const VALUES: Readonly<Record<string, () => string>> = {
  a: () => one(['0', 'NULL', 'DEFAULT', String(1 + below(40)), "'12'", '-3', '1000']),
  b: () => one(['1', '5', '300', 'NULL', "'x'", '2.6', "'3'"]),
  c: () => one(['1', 'NULL', 'DEFAULT', String(below(1e6)), '9999999999']),
  v: () => one(["'a'", "''", "'abcde'", 'NULL', '12', "'é'", 'DEFAULT']),
  d: () => one(['1', '1.25', "'z'", 'DEFAULT', '99999']),
  at: () => one(["'2020-02-30'", "'2021-01-01'", 'NULL', 'DEFAULT', "'2022-02-02 10:00:00'"]),
  e: () => one(["'x'", "'q'", '2', 'NULL']),
  u: () => one(['NULL', 'DEFAULT', '-1', String(below(60)), String(below(60))]),
};

const statement = (): ((t: string) => string) => {
  const columns = Object.keys(VALUES).filter(() => random() < 0.8);
  const values = columns.map((c) => (random() < 0.7 ? plain(c) : VALUES[c]!()));
  return (t) => `INSERT INTO ${t} (${columns.join()}) VALUES (${values.join()})`;
};

/** A value that the column takes. */
const plain = (column: string): string =>
  ({
    a: one(['NULL', '0', String(below(1000))]),
    b: '1',
    c: '2',
    v: "'v'",
    d: '1.5',
    at: "'2021-01-01'",
    e: "'y'",
  })[column] ?? String(below(200));

/** What came of a statement, and what the session knows of it then. */
async function outcome(sql: string): Promise<unknown> {
  let done = 'done';
  try {
    await s.query(sql);
  } catch (e) {
    done = (e as Error).message.replaceAll(/\b[xy]\./g, '');
  }
  const warnings = await s.query('SHOW WARNINGS');
  return {
    done,
    warnings: JSON.stringify(warnings).replaceAll(/\b[xy]\./g, ''),
    id: await s.query('SELECT LAST_INSERT_ID()'),
  };
}

const rowsOf = async (t: string): Promise<unknown> =>
  s.query(`SELECT a, b, c, v, d, at > '2023-01-01', e, u FROM ${t} ORDER BY a, b, c, v, d, e, u`);

test.each([
  'a INT AUTO_INCREMENT PRIMARY KEY',
  'a TINYINT UNSIGNED AUTO_INCREMENT PRIMARY KEY',
  'a INT AUTO_INCREMENT, UNIQUE (a)',
  'a BIGINT PRIMARY KEY',
  'a INT DEFAULT 3, PRIMARY KEY (b, u)',
  'a INT NOT NULL',
  'a VARCHAR(5), UNIQUE w (v, d)',
])(
  'rows inserted by either way: %s',
  async (key) => {
    for (let round = 0; round < 30; round++) {
      if (round % 5 === 0) await make(key);
      await s.query(
        `SET sql_mode = '${one(['', 'STRICT_TRANS_TABLES', 'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES'])}'`,
      );
      await s.query(`SET tidb_constraint_check_in_place = ${one(['OFF', 'OFF', 'ON'])}`);
      await s.query(`SET tidb_txn_assertion_level = ${one(['FAST', 'STRICT', 'OFF'])}`);
      await s.query(`SET auto_increment_increment = ${one([1, 1, 3])}`);
      const begin = one([null, null, 'BEGIN PESSIMISTIC', 'BEGIN OPTIMISTIC']);
      if (begin !== null) await s.query(begin);
      for (let n = 1 + below(8); n > 0; n--) {
        const sql = statement();
        const short = await outcome(sql('x'));
        expect([sql('x'), short]).toEqual([sql('x'), await outcome(sql('y'))]);
        expect([sql('x'), await rowsOf('x')]).toEqual([sql('x'), await rowsOf('y')]);
      }
      if (begin !== null) {
        const end = one(['COMMIT', 'COMMIT', 'ROLLBACK']);
        expect(await outcome(end)).toEqual(expect.anything());
        await s.query('ROLLBACK');
      }
      await s.query('ADMIN CHECK TABLE x, y');
    }
  },
  120_000,
);

test('rows of an optimistic transaction that others have meanwhile are duplicates when it commits', async () => {
  await make('a INT AUTO_INCREMENT PRIMARY KEY');
  const other = await engine.session();
  for (const t of ['x', 'y']) {
    await s.query('BEGIN OPTIMISTIC');
    await s.query(`INSERT INTO ${t} (a, b, v, e, u) VALUES (5, 1, 'v', 'x', 1)`);
    await other.query(`INSERT INTO ${t} (a, b, v, e, u) VALUES (5, 1, 'v', 'x', 2)`);
    await expect(s.query('COMMIT')).rejects.toThrow(/Duplicate entry '5'|Write conflict/);
    await expect(other.query(`INSERT INTO ${t} (a, b, v, e, u) VALUES (6, 1, 'v', 'x', 2)`)).rejects.toThrow(
      `Duplicate entry '2' for key '${t}.u'`,
    );
    expect(await s.query(`SELECT a, u FROM ${t}`)).toEqual([['5', '2']]);
  }
});

test('a prepared INSERT takes the way that each of its executions asks for', async () => {
  await make('a INT AUTO_INCREMENT PRIMARY KEY');
  await s.query("SET sql_mode = 'STRICT_TRANS_TABLES'");
  for (const t of ['x', 'y']) {
    await s.query(`PREPARE i FROM 'INSERT INTO ${t} (a, b, v, e, u) VALUES (?, ?, ?, ?, ?)'`);
    await s.query("SET @n = NULL, @b = 3, @v = 'v', @e = 'y', @u = 1");
    for (let n = 0; n < 3; n++)
      await s.query(`SET @u = ${n}`).then(() => s.query('EXECUTE i USING @n, @b, @v, @e, @u'));
    await expect(s.query('EXECUTE i USING @n, @b, @v, @e, @u')).rejects.toThrow(`Duplicate entry '2'`);
    await expect(s.query('EXECUTE i USING @n, @n, @v, @e, @u')).rejects.toThrow("Column 'b' cannot be null");
    await s.query('SET @v = 12345');
    await expect(s.query('EXECUTE i USING @n, @b, @v, @e, @n')).rejects.toThrow(
      "Data too long for column 'v'",
    );
  }
  expect(await rowsOf('x')).toEqual(await rowsOf('y'));
});
