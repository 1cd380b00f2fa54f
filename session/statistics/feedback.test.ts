import { Random, testSeed } from '../../testing/random.js';
import { TestEngine, type TestSession } from '../testing/test-engine.js';

const ROWS = 6000;
const ROUNDS = 10;
const QUERIES = 24;

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

/** Skewed values: small ones far more often. */
const skewed = (r: Random, n: number): number =>
  Math.floor(Math.pow(n + 1, r.below(1 << 20) / (1 << 20))) - 1;

/** Conditions of a workload: ranges and single values of an indexed column, of one without index, of strings, of two columns. */
function condition(r: Random): string {
  const from = skewed(r, 2000);
  switch (r.below(7)) {
    case 0:
      return `a = ${skewed(r, 40)}`;
    case 1:
      return `a BETWEEN ${from} AND ${from + 20 + r.below(300)}`;
    case 2:
      return `a > ${500 + r.below(1200)}`;
    case 3:
      return `b = ${skewed(r, 12)}`;
    case 4:
      return `b < ${3 + r.below(60)}`;
    case 5:
      return `s >= 'n${r.below(7)}' AND s < 'n${r.below(3) + 7}'`;
    default:
      return `c = ${r.below(4)} AND d BETWEEN ${r.below(50)} AND ${50 + r.below(50)}`;
  }
}

const qError = (a: number, b: number): number =>
  Math.max(Math.max(a, 1) / Math.max(b, 1), Math.max(b, 1) / Math.max(a, 1));

/** Errors of the estimates of some conditions, ascending. */
async function errors(s: TestSession, conditions: ReadonlyMap<string, number>): Promise<number[]> {
  const out: number[] = [];
  for (const [c, count] of conditions) {
    const [row] = await s.query(`EXPLAIN FORMAT='brief' SELECT * FROM t WHERE ${c}`);
    const q = qError(Number(row![1]), count);
    if (process.env['SHOW_ERRORS'] === '1' && q > 3) process.stdout.write(`${c}: ${row![1]} for ${count}\n`);
    out.push(q);
  }
  return out.sort((a, b) => a - b);
}

test('rows that statements met correct the estimates of a table that was never analyzed', async () => {
  const seed = testSeed();
  const r = new Random(seed);
  const s = await engine.session();
  await s.query('SET GLOBAL tidb_enable_auto_analyze = OFF');
  await s.query(
    'CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, c INT, d INT, s VARCHAR(10), pad CHAR(20), KEY a (a), KEY cd (c, d))',
  );
  for (let id = 0; id < ROWS; id += 1000) {
    const rows: string[] = [];
    for (let i = id; i < id + 1000; i++) {
      const d = r.below(100);
      // c follows d, so that the two together are more or less frequent than each by itself tells.
      const c = d < 60 ? d % 2 : r.below(4);
      rows.push(
        `(${i}, ${skewed(r, 2000)}, ${skewed(r, 100)}, ${c}, ${d}, 'n${r.below(10)}x${skewed(r, 50)}', '')`,
      );
    }
    await s.query(`INSERT INTO t VALUES ${rows.join()}`);
  }
  const workload = new Map<string, number>();
  while (workload.size < QUERIES) {
    const c = condition(r);
    const [count] = await s.query(`SELECT COUNT(*) FROM t WHERE ${c}`);
    workload.set(c, Number(count![0]));
  }
  // Estimates are looked at with feedback off, so that looking changes nothing.
  const look = async (): Promise<number[]> => {
    await s.query('SET GLOBAL tidb_enable_query_feedback = OFF');
    const e = await errors(s, workload);
    await s.query('SET GLOBAL tidb_enable_query_feedback = ON');
    return e;
  };
  const before = await look();
  for (let round = 0; round < ROUNDS; round++)
    for (const c of workload.keys()) await s.query(`SELECT * FROM t WHERE ${c}`);
  const after = await look();
  await s.query('ANALYZE TABLE t');
  const analyzed = await look();
  const at = (list: readonly number[], p: number): number => list[Math.floor((list.length - 1) * p)]!;
  const shown = [before, after, analyzed]
    .map((e) => `median ${at(e, 0.5).toFixed(2)}, 90% ${at(e, 0.9).toFixed(2)}, max ${at(e, 1).toFixed(2)}`)
    .join(' | ');
  const context = `seed ${seed}: before, after, ANALYZE: ${shown}`;
  if (process.env['SHOW_ERRORS'] === '1') process.stdout.write(`${context}\n`);
  expect([
    context,
    at(after, 0.5) <= 1.3 && at(after, 0.9) <= Math.max(2.5, 1.5 * at(analyzed, 0.9)),
  ]).toEqual([context, true]);
  expect([context, at(before, 0.9) > at(after, 0.9)]).toEqual([context, true]);
});
