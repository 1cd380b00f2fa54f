import { randomSource } from '../testing/random.js';
import { EquivalenceQueries, FUZZ_SETTINGS, FUZZ_TABLES } from './testing/equivalence-queries.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

/**
 * Random queries give the same rows whatever plan is taken: under hints, switched rules, static and dynamic pruning, row store and
 * columns, by operators and without, with statistics and without, and in a transaction that has written. Two further oracles need no second plan: the rows of
 * a condition, of its negation and of its being unknown together are all rows (ternary logic partitioning, Rigger and Su, OOPSLA
 * 2020), and counting a condition's rows by filter equals counting where it is evaluated as a value (NoREC, ESEC/FSE 2020).
 * RUTILE_SEED repeats a run, PLAN_ROUNDS=n makes a long one.
 */
const { seed, random } = randomSource();
const ROUNDS = Number(process.env['PLAN_ROUNDS'] ?? 24);
const ROWS = 24;
const LIMIT_MS = 3_600_000;
const queries = new EquivalenceQueries(random);

let engine: TestEngine;
let s: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query('SET NAMES utf8mb4 COLLATE utf8mb4_general_ci');
  for (const t of FUZZ_TABLES) {
    await s.query(t.create(true));
    await s.query(queries.insert(t, 0, ROWS));
  }
}, LIMIT_MS);

afterAll(() => engine.close());

/** The rows sorted, or what is wrong with the query. */
async function answer(sql: string, rows = (text: string) => s.query(text)): Promise<string[] | string> {
  try {
    return (await rows(sql)).map((row) => JSON.stringify(row)).sort();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Without operators where there are few rows. */
async function rowsAtOnce(sql: string): Promise<(string | null)[][]> {
  const { rows, short } = await s.queryAtOnce(sql);
  if (short) came++;
  return rows;
}
let came = 0;

async function sameUnderPlans(rounds: number, note: string): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    const query = queries.query(queries.one([0, 0, 1, 1, 2]));
    const plain = EquivalenceQueries.plain(query);
    const expected = await answer(plain);
    const told = (variant: string): string => `seed ${seed}, ${note}, ${variant}`;
    expect([plain, typeof expected === 'string' ? expected : '']).toEqual([plain, '']);
    for (let k = 0; k < 2; k++) {
      const hinted = queries.hinted(query);
      expect([told(hinted), await answer(hinted)]).toEqual([told(hinted), expected]);
      const noted = told(`at once: ${hinted}`);
      expect([noted, await answer(hinted, rowsAtOnce)]).toEqual([noted, expected]);
    }
    const [name, value] = queries.one(FUZZ_SETTINGS);
    await s.query(`SET SESSION ${name} = ${value}`);
    const note1 = told(`${name} = ${value}: ${plain}`);
    expect([note1, await answer(plain)]).toEqual([note1, expected]);
    await s.query(`SET SESSION ${name} = DEFAULT`);
  }
}

test(
  'queries give the same rows under every plan',
  async () => {
    await sameUnderPlans(ROUNDS, 'without statistics');
    await s.query('BEGIN');
    for (const t of FUZZ_TABLES) {
      await s.query(`DELETE FROM ${t.name} WHERE id % 7 = 3`);
      await s.query(`UPDATE ${t.name} SET c = 'abX', j = '[2, 4]', d = 1.5 WHERE id % 11 = 5`);
      await s.query(queries.insert(t, ROWS + 1, 3));
    }
    await sameUnderPlans(ROUNDS / 3, 'with own writes');
    await s.query('ROLLBACK');
    await s.query(`ANALYZE TABLE ${FUZZ_TABLES.map((t) => t.name).join(', ')}`);
    await sameUnderPlans(ROUNDS / 2, 'with statistics');
    // Columns become dictionaries where values repeat.
    for (const t of FUZZ_TABLES.filter((_, i) => i % 2 === 1))
      for (const copy of [100, 200])
        await s.query(
          `INSERT INTO ${t.name} (id, a, b, c, d, e, j) SELECT id + ${copy}, a, b, c, d, e, j FROM ${t.name}`,
        );
    for (const t of FUZZ_TABLES) await s.query(`ALTER TABLE ${t.name} SET TIFLASH REPLICA 1`);
    const missing = 'SELECT COUNT(*) FROM information_schema.tiflash_replica WHERE available = 0';
    while ((await s.query(missing))[0]![0] !== '0') await new Promise((r) => setTimeout(r, 25));
    await sameUnderPlans(ROUNDS / 4, 'with columns');
    expect(came).toBeGreaterThan(0);
  },
  LIMIT_MS,
);

test(
  'a condition, its negation and its being unknown make up all rows',
  async () => {
    for (let i = 0; i < ROUNDS / 2; i++) {
      const { table, condition } = queries.filtered();
      const plain = EquivalenceQueries.plain(condition);
      const told = `seed ${seed}: ${table} WHERE ${plain}`;
      const parts: string[] = [];
      for (const where of [plain, `NOT (${plain})`, `(${plain}) IS NULL`])
        parts.push(...(await answer(`SELECT id FROM ${table} WHERE ${where}`)));
      expect([told, parts.sort()]).toEqual([told, await answer(`SELECT id FROM ${table}`)]);
      const counted = await answer(`SELECT COUNT(*) FROM ${table} WHERE ${plain}`);
      const summed = await answer(`SELECT COUNT(CASE WHEN ${plain} THEN 1 END) FROM ${table}`);
      expect([told, counted]).toEqual([told, summed]);
    }
  },
  LIMIT_MS,
);
