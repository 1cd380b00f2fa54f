import { TestEngine, type TestSession } from './testing/test-engine.js';

/** The hints that EXPLAIN FORMAT='hint' gives of a plan, put into the first block, make the same plan without being asked otherwise. */
let engine: TestEngine;
let s: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  for (const t of ['t', 'u', 'v'])
    await s.query(
      `CREATE TABLE ${t} (id INT PRIMARY KEY, a INT, b INT, c VARCHAR(9), KEY ia (a), KEY ib (b, a))`,
    );
});
afterAll(() => engine.close());

/** Operators and what they read, without the projections that put columns back in order. */
async function shape(sql: string): Promise<string[]> {
  const rows = await s.query(`EXPLAIN FORMAT='plan_tree' ${sql}`);
  return rows
    .map((r) => `${String(r[0]).replace(/^[^A-Z]*/, '')} ${String(r[2])}`)
    .filter((line) => !line.startsWith('Projection'));
}

// Hinted, so that most plans are others than would be chosen.
test.each([
  'SELECT /*+ LEADING(v, u, t) */ * FROM t JOIN u ON t.a = u.a JOIN v ON v.b = u.b',
  'SELECT /*+ LEADING(u, t) INL_JOIN(t) */ * FROM t JOIN u ON t.a = u.id',
  'SELECT /*+ INL_HASH_JOIN(u) */ * FROM t LEFT JOIN u ON t.b = u.b',
  'SELECT /*+ MERGE_JOIN(x) */ * FROM t x JOIN u y ON x.id = y.id',
  'SELECT /*+ HASH_JOIN_PROBE(u) */ * FROM t JOIN u ON t.b = u.b AND u.a > 3',
  'SELECT /*+ STREAM_AGG() */ b, COUNT(*) FROM t GROUP BY b, c',
  'SELECT /*+ HASH_AGG() */ DISTINCT b FROM t',
  'SELECT /*+ USE_INDEX(t, ib) */ * FROM t WHERE a = 1',
  'SELECT /*+ USE_INDEX_MERGE(t, ia, ib) */ * FROM t WHERE a = 1 OR b = 2',
  'SELECT * FROM t WHERE a IN (SELECT /*+ USE_INDEX(u, ib) */ a FROM u WHERE u.c = t.c)',
  'SELECT * FROM t JOIN (SELECT /*+ STREAM_AGG() MERGE_JOIN(v) */ u.b, COUNT(*) n FROM u JOIN v ON u.id = v.id GROUP BY u.b) d ON d.b = t.b',
  'WITH w AS (SELECT /*+ USE_INDEX(u) */ b, MAX(a) m FROM u WHERE a > 1 GROUP BY b) SELECT * FROM w x JOIN w y ON x.b = y.m',
  'SELECT /*+ USE_INDEX(t, ib) */ a FROM t WHERE a > 1 UNION ALL SELECT /*+ USE_INDEX(u, ib) */ a FROM u WHERE a = 2',
])('%s', async (sql) => {
  const expected = await shape(sql);
  const [[hints]] = (await s.query(`EXPLAIN FORMAT='hint' ${sql}`)) as [[string]];
  const bare = sql.replace(/SELECT \/\*\+.*?\*\//g, 'SELECT');
  expect([hints, await shape(bare.replace('SELECT', `SELECT /*+ ${hints} */`))]).toEqual([hints, expected]);
});
