import { normalizeDigest } from '../../parser/digest.js';
import { TestEngine } from '../testing/test-engine.js';
import { readDump } from './dump-files.js';
import { unzip } from './zip.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

test('PLAN REPLAYER CAPTURE makes an archive of each plan of a statement when it runs', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE t (id INT PRIMARY KEY, a INT, KEY ka (a))');
  const { digest } = normalizeDigest('SELECT * FROM t WHERE a > 1');
  await s.query(`PLAN REPLAYER CAPTURE '${digest}' '*'`);
  await expect(s.query(`PLAN REPLAYER CAPTURE '${digest}' '*'`)).rejects.toMatchObject({ code: 1105 });
  const captured = async (wanted: number): Promise<(string | null)[][]> => {
    for (;;) {
      const rows = await s.query(
        'SELECT origin_sql, token, fail_reason, sql_digest FROM mysql.plan_replayer_status ORDER BY origin_sql',
      );
      if (rows.length >= wanted) return rows as (string | null)[][];
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await s.query('SELECT * FROM t WHERE a > 7');
  await captured(1);
  await s.query('SELECT * FROM t WHERE a > 8');
  await s.query('SELECT * FROM t WHERE id > 8');
  // The same digest, another plan.
  await s.query('SELECT * FROM t IGNORE INDEX (ka) WHERE a > 10');
  const rows = await captured(2);
  expect(rows.map((r) => [r[0], r[2], r[3]])).toEqual([
    ['SELECT * FROM t IGNORE INDEX (ka) WHERE a > 10', '', digest],
    ['SELECT * FROM t WHERE a > 7', '', digest],
  ]);
  const files = unzip((await readDump(rows[1]![1]!))!);
  const file = (name: string): string => files.find((f) => f.name === name)!.data.toString();
  expect(file('sql/sql0.sql')).toBe('SELECT * FROM t WHERE a > 7');
  expect(file('explain/sql0.txt')).toContain('index:ka(a)');
  expect(file('schema/test.t.schema.txt')).toContain('CREATE TABLE `t`');
  await s.query(`PLAN REPLAYER CAPTURE REMOVE '${digest}' '*'`);
  expect(await s.query('SELECT COUNT(*) FROM mysql.plan_replayer_task')).toEqual([['0']]);
});
