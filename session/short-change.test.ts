import { randomSource } from '../testing/random.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

/**
 * UPDATE, DELETE and SELECT ... FOR UPDATE of a few neighbouring rows do what they do by operators, which EXPLAIN ANALYZE has them run
 * with: the same statements on two tables with the same rows, in transactions of either mode. RUTILE_SEED repeats a run.
 */
const { random } = randomSource();
const ROUNDS = Number(process.env['SHORT_CHANGE_ROUNDS'] ?? 120);

const below = (n: number): number => Math.floor(random() * n);
const one = <T>(items: readonly T[]): T => items[below(items.length)]!;

let engine: TestEngine;
let s: TestSession;

const TABLES = ['x', 'y'] as const;

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
});
afterAll(() => engine.close());

/** Of rows inserted, for which no place is taken. */
let next = 100;

async function fill(key: string): Promise<void> {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `(${i % 4}, ${i % 7}, ${i}, ${below(10)}, '${one(['a', 'B', 'é', ''])}', ${below(3)})`,
  );
  for (const t of TABLES) {
    await s.query(`DROP TABLE IF EXISTS ${t}`);
    await s.query(`CREATE TABLE ${t} (a INT, b INT, c INT, n TINYINT NOT NULL, v VARCHAR(9), w INT,
      at DATETIME DEFAULT '2020-01-01' ON UPDATE CURRENT_TIMESTAMP, UNIQUE u (c), KEY w (w, v), ${key})`);
    await s.query(`INSERT INTO ${t} (a, b, c, n, v, w) VALUES ${rows.join()}`);
  }
}

const condition = (): string =>
  one([
    () => `a = ${below(5)}`,
    () => `a = ${below(5)} AND b = ${below(7)}`,
    () => `a = ${below(5)} AND b BETWEEN ${below(7)} AND ${below(7)}`,
    () => `a IN (${below(5)}, ${below(5)}) AND b = ${below(7)}`,
    () => `a = ${below(5)} AND n > ${below(10)}`,
    () => `w = ${below(3)}`,
    () => `c = ${below(60)}`,
  ])();

const order = (): string => one([' ORDER BY a, b, c', ' ORDER BY a DESC, b DESC, c DESC']);
const limit = (): string => one(['', ` LIMIT ${below(4)}`]);
/** Which rows a LIMIT leaves is certain only where they are in order. */
const tailOf = (): string => one(['', '', order() + limit(), order() + limit()]);

const change = (): ((t: string) => string) => {
  const where = condition();
  const tail = tailOf();
  return one<() => (t: string) => string>([
    () => (t) => `DELETE FROM ${t} WHERE ${where}${tail}`,
    () => {
      const set = one([
        `n = n + ${below(3)}`,
        'n = n * 50',
        'v = CONCAT(v, b)',
        'n = NULL',
        'v = DEFAULT, w = w + 1',
        'w = NULLIF(w, 1), n = 100 / (n - 3)',
        'c = c + 1000',
        "v = '2020-01-40'",
      ]);
      return (t) => `UPDATE ${t} SET ${set} WHERE ${where}${tail}`;
    },
    () => {
      const c = next++;
      return (t) => `INSERT INTO ${t} (a, b, c, n, v, w) VALUES (1, 2, ${c}, 1, 'n', 1)`;
    },
  ])();
};

/** What came of a statement. Which of its rows it fails on first only ORDER BY says. */
async function outcome(sql: string): Promise<string> {
  try {
    await s.query(sql);
    return 'done';
  } catch (e) {
    return sql.includes('ORDER BY') ? (e as Error).message.replaceAll(/\b[xy]\./g, '') : 'failed';
  }
}

/** What the statement before warned of. In which order it came to its rows only ORDER BY says: the numbers of others are left out. */
async function warningsOf(sql: string): Promise<string[]> {
  const told = (await s.query('SHOW WARNINGS')).map(String);
  return sql.includes('ORDER BY') ? told : told.map((w) => w.replace(/at row \d+/, 'at row')).sort();
}

const rowsOf = async (t: string): Promise<unknown> =>
  s.query(`SELECT a, b, c, n, v, w, at > '2020-01-01' FROM ${t} ORDER BY c`);

test.each(['PRIMARY KEY (a, b, c)', 'PRIMARY KEY (c)', 'KEY abc (a, b, c)', 'PRIMARY KEY (c) NONCLUSTERED'])(
  'random changes by either way: %s',
  async (key) => {
    for (let round = 0; round < ROUNDS / 4; round++) {
      if (round % 10 === 0) await fill(key);
      await s.query(`SET sql_mode = '${one(['', 'STRICT_TRANS_TABLES'])}'`);
      await s.query(`BEGIN ${one(['PESSIMISTIC', 'OPTIMISTIC'])}`);
      for (let n = 1 + below(4); n > 0; n--) {
        const sql = change();
        const direct = await outcome(sql('x'));
        const warnings = await warningsOf(sql('x'));
        const byOperators = await outcome(`EXPLAIN ANALYZE ${sql('y')}`);
        expect({ sql: sql('x'), outcome: direct }).toEqual({ sql: sql('x'), outcome: byOperators });
        if (direct === 'done') expect([sql('x'), warnings]).toEqual([sql('x'), await warningsOf(sql('y'))]);
        expect([sql('x'), await rowsOf('x')]).toEqual([sql('x'), await rowsOf('y')]);
        const read = `WHERE ${condition()} ORDER BY a, b, c${limit()}`;
        const locked = await s.query(`SELECT v, c FROM x ${read} FOR UPDATE`);
        expect([read, locked]).toEqual([read, await s.query(`SELECT v, c FROM y ${read}`)]);
        await s.query(`EXPLAIN ANALYZE SELECT v, c FROM y ${read} FOR UPDATE`);
      }
      await s.query(one(['COMMIT', 'ROLLBACK']));
      expect(await rowsOf('x')).toEqual(await rowsOf('y'));
      await s.query('ADMIN CHECK TABLE x, y');
    }
  },
  120_000,
);

test('rows found are locked, those that do not change too; others wait, conflicts run it again', async () => {
  const other = await engine.session();
  await s.query("SET sql_mode = 'STRICT_TRANS_TABLES'");
  await s.query('CREATE TABLE few (a INT, b INT, v INT, PRIMARY KEY (a, b))');
  await s.query('INSERT INTO few VALUES (1, 1, 0), (1, 2, 0), (2, 1, 0)');
  const isLocked = async (where: string): Promise<boolean> => {
    await other.query('BEGIN');
    try {
      await other.query(`SELECT * FROM few WHERE ${where} FOR UPDATE NOWAIT`);
      return false;
    } catch {
      return true;
    } finally {
      await other.query('ROLLBACK');
    }
  };
  for (const sql of [
    'UPDATE few SET v = 0 WHERE a = 1',
    'UPDATE few SET v = v + 1 WHERE a = 1',
    'SELECT v FROM few WHERE a = 1 FOR UPDATE',
    'DELETE FROM few WHERE a = 1',
  ]) {
    await s.query('BEGIN');
    await s.query(sql);
    expect([sql, await isLocked('a = 1 AND b = 1')]).toEqual([sql, true]);
    expect([sql, await isLocked('a = 1 AND b = 2')]).toEqual([sql, true]);
    expect([sql, await isLocked('a = 2 AND b = 1')]).toEqual([sql, false]);
    await s.query('ROLLBACK');
  }
  await s.query('BEGIN');
  expect(await s.query('SELECT b FROM few WHERE a = 1 ORDER BY b LIMIT 1 FOR UPDATE')).toEqual([['1']]);
  expect(await isLocked('a = 1 AND b = 2')).toBe(false);
  await other.query('BEGIN');
  const waiting = other.query('UPDATE few SET v = v + 10 WHERE a = 1');
  await s.query('UPDATE few SET v = 5 WHERE a = 1 AND b = 1');
  await s.query('COMMIT');
  await waiting;
  await other.query('COMMIT');
  expect(await s.query('SELECT a, b, v FROM few ORDER BY a, b')).toEqual([
    ['1', '1', '15'],
    ['1', '2', '10'],
    ['2', '1', '0'],
  ]);
});
