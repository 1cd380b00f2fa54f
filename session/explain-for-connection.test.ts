import { TestEngine } from './testing/test-engine.js';

test('EXPLAIN FOR CONNECTION shows the plan of another connection', async () => {
  const engine = await TestEngine.open();
  const a = await engine.session();
  const b = await engine.session();
  await a.query('CREATE TABLE t (a INT, b INT, KEY (a))');
  const [[id]] = (await a.query('SELECT CONNECTION_ID()')) as [[string]];
  await a.query('SELECT b FROM t WHERE b > 3');
  const rows = await b.query(`EXPLAIN FORMAT = 'plan_tree' FOR CONNECTION ${id}`);
  expect(rows.map((r) => String((r as unknown[])[0]))).toEqual([
    'TableReader',
    '└─Selection',
    '  └─TableFullScan',
  ]);
  // A plan that is kept is shown with the values of the execution that is meant.
  await a.query('SELECT b FROM t USE INDEX (a) WHERE a = 33');
  await a.query('SELECT b FROM t USE INDEX (a) WHERE a = 44');
  const [, scan] = await b.query(`EXPLAIN FOR CONNECTION ${id}`);
  expect(String((scan as unknown[])[4])).toMatch(/^range:\[44,44\]/);
  // Its own last statement, and none at all where that had no plan.
  await a.query('SELECT b FROM t USE INDEX (a) WHERE a = 55');
  const [, own] = await a.query(`EXPLAIN FOR CONNECTION ${id}`);
  expect(String((own as unknown[])[4])).toMatch(/^range:\[55,55\]/);
  await a.query('SET @x = 1');
  for (const by of [a, b]) {
    const empty = await by.session.query(Buffer.from(`EXPLAIN FOR CONNECTION ${id}`));
    expect(empty).toMatchObject({ kind: 'ok', affectedRows: 0 });
    await a.query('SET @x = 1');
  }
  await expect(b.query('EXPLAIN FOR CONNECTION 123456789')).rejects.toMatchObject({ code: 1094 });
  await engine.close();
});
