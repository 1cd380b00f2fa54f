import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppendFile } from './append-file.js';
import { marked } from './logged-text.js';
import { formatEntry, parseSlowLog } from './slow-log-format.js';
import type { SlowQuery } from './slow-query.js';

const QUERY: SlowQuery = {
  endedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  ms: 1527.627037,
  parseMs: 0.05,
  compileMs: 0.13,
  startTs: 410450924122144769n,
  user: 'ro ot',
  host: '127.0.0.1',
  connectionId: 3086,
  alias: 'nightly',
  db: 'Shop',
  sql: "SELECT '# Time: x' FROM t",
  digest: 'ab12',
  internal: false,
  prepared: true,
  explicitTxn: true,
  fromCache: true,
  fromBinding: false,
  succeeded: true,
  memory: 525211,
  rows: 7,
  indexes: '[t:i]',
  resourceGroup: 'default',
  warnings: '[{"Level":"Warning","Message":"a: b"}]',
  plan: 'AAAA',
  binaryPlan: 'BBBB',
  planDigest: 'cd34',
};

test('an entry is read as it was written', () => {
  const text =
    formatEntry(QUERY) +
    formatEntry({ ...QUERY, db: '', alias: '', plan: '', binaryPlan: '', sql: 'DO\n1;' });
  const [first, second, ...more] = parseSlowLog(text);
  expect(more).toEqual([]);
  expect(Date.parse(first!.get('Time')!)).toBe(QUERY.endedAt);
  expect(Object.fromEntries(first!)).toMatchObject({
    Txn_start_ts: '410450924122144769',
    User: 'ro ot',
    Host: '127.0.0.1',
    Conn_ID: '3086',
    Session_alias: 'nightly',
    Query_time: '1.527627037',
    DB: 'shop',
    Index_names: '[t:i]',
    Is_internal: 'false',
    Prepared: 'true',
    Result_rows: '7',
    Warnings: QUERY.warnings,
    Plan: "tidb_decode_plan('AAAA')",
    Query: "SELECT '# Time: x' FROM t;",
  });
  expect(second!.get('Query')).toBe('DO\n1;');
  expect(second!.has('DB')).toBe(false);
});

test('several fields in a line, and an entry that was cut off', () => {
  const text =
    '# Time: 2026-01-01T00:00:00+00:00\n# Query_time: 1\nSELECT 1\n' +
    '# Time: 2026-01-02T00:00:00+00:00\n# Process_time: 0.07 Request_count: 1 Total_keys: 131073\nuse a;\nuse b;\n';
  const [only, ...more] = parseSlowLog(text);
  expect(more).toEqual([]);
  expect(only!.get('Total_keys')).toBe('131073');
  expect(only!.get('Query')).toBe('use b;');
});

test('literals are marked', () => {
  expect(marked("INSERT INTO t VALUES (1, 'a‹b', NULL, 0x41) -- c")).toBe(
    "INSERT INTO t VALUES (‹1›, ‹'a‹‹b'›, NULL, ‹0x41›) -- c",
  );
  expect(marked("SELECT 1, 'open")).toBe("SELECT ‹1›‹, 'open›");
});

test('entries are appended in order', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'append-'));
  const path = join(dir, 'deep', 'slow.log');
  const failures: unknown[] = [];
  try {
    const file = new AppendFile(path, (err) => failures.push(err));
    expect(await file.text()).toBe('');
    for (let i = 0; i < 100; i++) file.add(`${i}\n`);
    expect((await file.text()).split('\n').length).toBe(101);
    expect(readFileSync(path, 'utf8').startsWith('0\n1\n2\n')).toBe(true);
    writeFileSync(join(dir, 'file'), '');
    const bad = new AppendFile(join(dir, 'file', 'x.log'), (err) => failures.push(err));
    bad.add('lost');
    await bad.flush();
    expect(failures).toHaveLength(1);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
