import { TestEngine } from './testing/test-engine.js';

test("TRACE FORMAT = 'log' gives a line for each span, in the order in which they began", async () => {
  const engine = await TestEngine.open();
  const s = await engine.session();
  const rows = await s.query("TRACE FORMAT = 'log' SELECT 1");
  const names = rows.map((row) => row[3]);
  expect(names[0]).toBe('session.statement');
  expect(names).toContain('executor.run');
  for (const row of rows) expect(row[1]).toBe(`--- start span ${row[3]} ----`);
  expect(rows.map((row) => row[0]).sort()).toEqual(rows.map((row) => row[0]));
  await engine.close();
});
