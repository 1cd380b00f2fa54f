import { TestEngine, type TestSession } from '../testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

/** Asks until the answer is the one wanted. */
async function until(s: TestSession, sql: string, wanted: unknown): Promise<void> {
  while (JSON.stringify(await s.query(sql)) !== JSON.stringify(wanted))
    await new Promise((resolve) => setTimeout(resolve, 50));
}

test('expired rows go, others stay', async () => {
  const s = await engine.session();
  await s.query('SET GLOBAL tidb_ttl_scan_batch_size = 7');
  await s.query('SET GLOBAL tidb_ttl_delete_batch_size = 3');
  const rows = Array.from({ length: 60 }, (_, i) => `(${i}, NOW() - INTERVAL ${i} HOUR)`).join(', ');
  const tables = {
    handle: 'CREATE TABLE handle (id INT PRIMARY KEY, at DATETIME)',
    hidden: 'CREATE TABLE hidden (id INT, at TIMESTAMP)',
    common: 'CREATE TABLE common (id VARCHAR(10), at DATETIME, PRIMARY KEY (id, at) CLUSTERED)',
    parts: 'CREATE TABLE parts (id INT PRIMARY KEY, at DATETIME) PARTITION BY HASH (id) PARTITIONS 3',
  };
  for (const [name, sql] of Object.entries(tables)) {
    await s.query(sql);
    await s.query(`INSERT INTO ${name} VALUES ${rows}`);
    await s.query(`ALTER TABLE ${name} TTL = at + INTERVAL 1455 MINUTE`);
  }
  await s.query("CREATE TABLE off (id INT, at DATETIME) TTL = at + INTERVAL 1 HOUR TTL_ENABLE = 'OFF'");
  await s.query(`INSERT INTO off VALUES ${rows}`);
  for (const name of Object.keys(tables))
    await until(s, `SELECT COUNT(*), MAX(CAST(id AS SIGNED)) FROM ${name}`, [['25', '24']]);
  await until(
    s,
    `SELECT table_name, expired_rows, deleted_rows, status FROM mysql.tidb_ttl_job_history ORDER BY table_name`,
    [
      ['common', '35', '35', 'finished'],
      ['handle', '35', '35', 'finished'],
      ['hidden', '35', '35', 'finished'],
      ['parts', '35', '35', 'finished'],
    ],
  );
  expect(await s.query('SELECT COUNT(*) FROM off')).toEqual([['60']]);
  await s.query('ADMIN CHECK TABLE handle, hidden, common, parts');
});
