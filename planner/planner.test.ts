import { TestSchema } from './testing/test-schema.js';

async function tables(): Promise<TestSchema> {
  const schema = new TestSchema();
  await schema.create('CREATE TABLE t (a INT PRIMARY KEY, b INT, c VARCHAR(20), KEY (b))');
  await schema.create('CREATE TABLE u (a INT PRIMARY KEY, b INT)');
  await schema.create('CREATE TABLE v (a INT, b INT, c VARCHAR(20), KEY (b, a))');
  return schema;
}

/** Rows of an IN list; of literals it is made in steps. */
const rowList = (rows: number, item: (i: number) => string): string =>
  Array.from({ length: rows }, (_, i) => item(i)).join(',');

const STATEMENTS = [
  'SELECT COUNT(*), t.c FROM t JOIN u ON t.b = u.b WHERE u.a > 10 GROUP BY t.c ORDER BY t.c LIMIT 5',
  Array.from({ length: 20 }, (_, i) => `SELECT b FROM t WHERE b = ${i}`).join(' UNION ALL '),
  'WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n + 1 FROM r JOIN u ON r.n = u.a) SELECT * FROM r, t WHERE t.a = r.n',
  `INSERT INTO u VALUES ${Array.from({ length: 8000 }, (_, i) => `(${i}, ${i} + 1)`).join(',')}`,
  `SELECT c FROM t WHERE (b, c) IN (${rowList(3000, (i) => `(${i % 7}, 'x${i}')`)})`,
  `SELECT a FROM t WHERE (b, a) IN (${rowList(2000, (i) => `(${i}, NULL)`)}) AND a IN (SELECT b FROM u WHERE (b, a) IN (${rowList(1000, (i) => `(${i}, 1.5e0)`)}))`,
];

describe('Planning in turns with other statements', () => {
  test.each(STATEMENTS)('gives the same plan (%#)', async (sql) => {
    const schema = await tables();
    const atOnce = await schema.explain(sql);
    let turns = 0;
    schema.checkpoint = () => {
      turns++;
      return Promise.resolve();
    };
    expect(await schema.explain(sql)).toBe(atOnce);
    expect(turns).toBeGreaterThan(20);
  });

  test('a list of rows comes to the same in steps as at once', async () => {
    const schema = await tables();
    const explained = (value: (i: number) => string): Promise<string> =>
      schema.explain(
        `SELECT c FROM t WHERE (b, a) IN (${rowList(1000, (i) => `(${value(i)}, ${i})`)}) OR a = 5`,
      );
    // A sum is no literal.
    expect(await explained((i) => `${i}`)).toBe(await explained((i) => (i === 0 ? '0 + 0' : `${i}`)));
  });

  test('ranges of a long OR are made in steps', async () => {
    const schema = await tables();
    const sql = `SELECT c FROM v WHERE c > 'x' AND (b, a) IN (${rowList(3000, (i) => `(${i % 2}, ${i})`)})`;
    const atOnce = await schema.explain(sql);
    expect(atOnce).toContain('range:[0 0,0 0], [0 2,0 2], [0 4,0 4]');
    let turns = 0;
    schema.checkpoint = () => {
      turns++;
      return Promise.resolve();
    };
    expect(await schema.explain(sql)).toBe(atOnce);
    // For each 64 rows one for their condition, one for their branches and one for their ranges.
    expect(turns).toBeGreaterThan(130);
  });

  test('what thousands of rows have in common is taken out of them', async () => {
    const schema = await tables();
    const plan = await schema.explain(
      `SELECT c FROM t WHERE (b, a) IN (${rowList(5000, (i) => `(7, ${i})`)})`,
    );
    expect(plan).toContain('range:[7,7]');
  });

  test('a row of another width is found in a long list too', async () => {
    const schema = await tables();
    const rows = rowList(1000, (i) => (i === 700 ? '(1, 2, 3)' : `(${i}, 1)`));
    await expect(schema.explain(`SELECT * FROM t WHERE (a, b) IN (${rows})`)).rejects.toThrow(
      'Operand should contain 2 column(s)',
    );
  });

  test('ends when the statement is interrupted', async () => {
    const schema = await tables();
    let turns = 0;
    schema.checkpoint = () => (++turns === 7 ? Promise.reject(new Error('killed')) : Promise.resolve());
    await expect(schema.explain(STATEMENTS[1]!)).rejects.toThrow('killed');
    expect(turns).toBe(7);
  });
});
