import type { TestSession } from './test-engine.js';

/** What one condition was estimated to have, and has. */
export interface Estimated {
  readonly state: string;
  readonly condition: string;
  readonly actual: number;
  readonly estimated: number;
  readonly qError: number;
}

const ROWS = 5000;

const row = (k: number): string => {
  const time = `'2024-01-01' + INTERVAL ${k} MINUTE`;
  return `(${k}, ${k % 100}, 's${k % 7}', ${time}, ${time}, ${time}, ${k % 2})`;
};

async function insert(s: TestSession, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i += 1000)
    await s.query(
      `INSERT INTO t VALUES ${Array.from({ length: Math.min(1000, to - i) }, (_, k) => row(i + k)).join()}`,
    );
}

/** States of a table and its statistics, each with what leads there from the one before, and conditions to look at. */
const STATES: readonly {
  readonly state: string;
  readonly change: (s: TestSession) => Promise<unknown>;
  readonly conditions: readonly string[];
}[] = [
  {
    state: 'analyzed',
    change: (s) => s.query('ANALYZE TABLE t'),
    conditions: ['k = 5', 'k < 10', 'id > 4900', "ts > '2024-01-03 12:00:00'", "k = 5 AND s = 's3'"],
  },
  {
    state: '30% appended since',
    change: (s) => insert(s, ROWS, ROWS * 1.3),
    conditions: [
      'k = 5',
      'id > 4900',
      'id > 6400',
      'id BETWEEN 5500 AND 5600',
      "ts > '2024-01-05 00:00:00'",
      'id > 20000',
      'id < 2000',
      'id > 5000 AND k < 50',
      "id < 3000 AND s = 's3'",
    ],
  },
  {
    state: '100% appended since',
    change: (s) => insert(s, ROWS * 1.3, ROWS * 2),
    conditions: ['k = 5', 'id > 9000', 'id BETWEEN 8000 AND 8100', "ts > '2024-01-06 00:00:00'", 'up = 1'],
  },
  {
    state: '30% appended after a gap',
    change: async (s) => {
      await s.query('ANALYZE TABLE t');
      await insert(s, ROWS * 10, ROWS * 10 + ROWS * 0.6);
    },
    conditions: [
      'id > 50000',
      'id > 52900',
      'id BETWEEN 51000 AND 51500',
      "ts > '2024-02-05 18:00:00'",
      "ts > '2024-02-06'",
      "stamp > '2024-02-06'",
      "plain > '2024-02-06'",
    ],
  },
  {
    state: 'half of the rows deleted, spread',
    change: async (s) => {
      await s.query('DELETE FROM t WHERE id >= 50000');
      await s.query('ANALYZE TABLE t');
      await s.query('DELETE FROM t WHERE id % 4 < 2');
    },
    conditions: ['k < 10', 'id < 2000', "s = 's3'"],
  },
  {
    state: 'emptied, filled with a third',
    change: async (s) => {
      await s.query('TRUNCATE TABLE t');
      await insert(s, 0, ROWS / 3);
    },
    conditions: ['id > 1000', "ts > '2024-01-01 20:00:00'"],
  },
  {
    state: 'a column with a default added after ANALYZE',
    change: async (s) => {
      await s.query('ANALYZE TABLE t');
      await s.query('ALTER TABLE t ADD COLUMN n INT DEFAULT 5, ADD KEY (n)');
    },
    conditions: ['n = 5', 'n > 5', 'n < 100'],
  },
  {
    state: 'an index added after ANALYZE',
    change: (s) => s.query('ALTER TABLE t ADD KEY su (s, up)'),
    conditions: ["s = 's3'", "s = 's3' AND up = 1"],
  },
];

/** Leads a table through states in which its statistics are behind, and compares estimates with counts. */
export async function staleEstimates(s: TestSession): Promise<Estimated[]> {
  await s.query('SET GLOBAL tidb_enable_auto_analyze = OFF');
  await s.query('SET GLOBAL tidb_enable_query_feedback = OFF');
  await s.query(
    'CREATE TABLE t (id INT PRIMARY KEY, k INT, s VARCHAR(10), ts DATETIME, stamp TIMESTAMP, plain DATETIME, up INT, KEY (k), KEY (ts), KEY (stamp), KEY ks (k, s))',
  );
  await insert(s, 0, ROWS);
  const out: Estimated[] = [];
  for (const { state, change, conditions } of STATES) {
    await change(s);
    for (const condition of conditions) {
      const [[count]] = (await s.query(`SELECT COUNT(*) FROM t WHERE ${condition}`)) as [[string]];
      const [plan] = await s.query(`EXPLAIN FORMAT = 'brief' SELECT * FROM t WHERE ${condition}`);
      const [actual, estimated] = [Number(count), Number(plan![1])];
      const [a, e] = [Math.max(1, actual), Math.max(1, estimated)];
      out.push({ state, condition, actual, estimated, qError: Math.max(a / e, e / a) });
    }
  }
  return out;
}
