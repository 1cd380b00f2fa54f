import { TestSchema } from './testing/test-schema.js';

/** `joined` says how each table is joined to the one before. */
const chain = (joins: number, joined: string, hint = ''): string =>
  `SELECT ${hint} COUNT(*) FROM t t0 ${Array.from(
    { length: joins },
    (_, i) => `${joined} t t${i + 1} ON t${i + 1}.a = t${i}.b`,
  ).join(' ')}`;

async function explain(sql: string): Promise<string> {
  const schema = new TestSchema();
  await schema.create('CREATE TABLE t (a INT PRIMARY KEY, b INT, KEY (b))');
  schema.rowCounts.set('t', 100);
  return schema.explain(sql);
}

/** Each table is read once. */
const readOnce = (plan: string, tables: number): void => {
  const read = [...plan.matchAll(/table:(t\d+)/g)].map((m) => m[1]!);
  expect(new Set(read).size).toBe(tables);
};

describe('Joins of many tables', () => {
  // A set of relations has 32 bits.
  test.each([30, 31, 32, 33, 60])('%i inner joins are put in order', async (joins) => {
    const plan = await explain(chain(joins, 'JOIN'));
    readOnce(plan, joins + 1);
    expect(plan).not.toContain('CARTESIAN');
    expect(plan.match(/equal:\[|inner key/g)?.length).toBeGreaterThanOrEqual(joins);
  });

  // Keys of each join's inputs are found out once: asked for twice at each, forty joins would take centuries.
  test.each([
    ['inner joins as written', chain(40, 'STRAIGHT_JOIN')],
    ['outer joins', `${chain(40, 'LEFT JOIN')} GROUP BY t0.a`],
    ['led joins', chain(40, 'JOIN', '/*+ LEADING(t0, t1) */')],
    [
      'outer joins by key of a group',
      `SELECT a, COUNT(*) FROM (${chain(40, 'LEFT JOIN').replace('COUNT(*)', 't0.a, t40.b')}) x GROUP BY a`,
    ],
  ])('%s', async (_, sql) => {
    expect(await explain(sql)).toMatch(/Join|Reader/);
  });
});
