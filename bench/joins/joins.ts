/**
 * The join-order workload: fifty queries of 4 to 12 joins over fifteen tables of correlated, skewed data (schema.ts), each
 * run as the optimizer plans it and under other join orders and methods forced by hints.
 *
 *   npm run bench:joins -- [--port N] [--scale 1] [--seed 1] [--orders 24] [--only 07,12] [--docs] [--keep] [--verbose]
 *
 * Prints for each query its time, the best time found by hinting and their ratio, planning time and q-errors (the factor by
 * which an estimate is off, either way, of the joins' rows). --docs writes the table of q-errors into docs/estimates.md.
 * --port uses a server that runs, --keep leaves its data for the next run.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import { BenchServer } from '../oltp/servers.js';
import { qErrors, median, type QErrors } from './q-error.js';
import { makeQueries, randomOrder, sqlOf, type JoinQuery } from './queries.js';
import { Random } from './random.js';
import { TABLES } from './schema.js';
import { loadJoins } from './load.js';
import { planningMs, timed } from '../plans/timing.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    scale: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    orders: { type: 'string', default: '24' },
    only: { type: 'string' },
    docs: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const SCALE = Number(values.scale);
const SEED = Number(values.seed);
const ORDERS = Number(values.orders);

interface Outcome {
  readonly query: JoinQuery;
  readonly own: number;
  readonly best: number;
  readonly bestHint: string;
  readonly planMs: number;
  readonly q: QErrors;
}

async function measure(db: mysql.Connection, query: JoinQuery): Promise<Outcome> {
  const sql = sqlOf(query);
  const q = await qErrors(db, sql);
  const planMs = await planningMs(db, sql);
  const own = (await timed(db, sql, 120_000))!;
  let best = Infinity;
  let bestSql = '';
  let bestHint = '';
  const r = new Random(SEED * 7919 + Number(query.name));
  for (let i = 0; i < ORDERS; i++) {
    const order = randomOrder(query, r);
    const inner = order.slice(1);
    for (const hints of ['', `INL_JOIN(${inner.join(', ')})`, `HASH_JOIN(${inner.join(', ')})`]) {
      const other = sqlOf(query, order, hints);
      const run = await timed(db, other, Math.max(20, Math.min(best, own.ms) * 2));
      if (run === null) continue;
      if (run.result !== own.result) throw new Error(`other rows under hints: ${other}`);
      if (run.ms < best) {
        best = run.ms;
        bestSql = other;
        bestHint = `${hints} ${order.join(' ')}`;
      }
    }
  }
  // The two are measured once more in turn: what was slow for another reason is not the plan's fault.
  let ownMs = own.ms;
  for (let i = 0; i < 4 && bestSql !== '' && ownMs > best; i++) {
    ownMs = Math.min(ownMs, (await timed(db, sql, 120_000, 3))!.ms);
    best = Math.min(best, (await timed(db, bestSql, 120_000, 3))!.ms);
  }
  return { query, own: ownMs, best: Math.min(best, ownMs), bestHint, planMs, q };
}

const f = (n: number): string => n.toFixed(n < 10 ? 2 : 1);

function report(all: readonly Outcome[]): string {
  const groups = [
    [4, 5],
    [6, 8],
    [9, 10],
    [11, 12],
  ] as const;
  const lines = [
    '| joins | queries | median q-error | 90th percentile | largest | planning ms, longest | slower than the best, at most |',
    '| ----- | ------- | -------------- | --------------- | ------- | -------------------- | ----------------------------- |',
  ];
  const row = (name: string, list: readonly Outcome[]): void => {
    const q = list.flatMap((o) => o.q.joins).sort((a, b) => a - b);
    const at = (p: number): number => q[Math.min(q.length - 1, Math.floor(q.length * p))] ?? 1;
    lines.push(
      `| ${name} | ${list.length} | ${f(at(0.5))} | ${f(at(0.9))} | ${f(at(1))} | ${f(Math.max(...list.map((o) => o.planMs)))} | ${f(Math.max(...list.map((o) => o.own / o.best)))} |`,
    );
  };
  for (const [from, to] of groups) {
    const list = all.filter((o) => o.query.joins.length >= from && o.query.joins.length <= to);
    if (list.length > 0) row(`${from}–${to}`, list);
  }
  row('all', all);
  const q = all.flatMap((o) => o.q.scans).sort((a, b) => a - b);
  lines.push(
    '',
    `Of the scans of single tables: median ${f(median(q))}, 90th percentile ${f(q[Math.floor(q.length * 0.9)] ?? 1)}, largest ${f(q[q.length - 1] ?? 1)}.`,
  );
  return lines.join('\n');
}

const server = values.port === undefined ? await BenchServer.rutile([]) : null;
const port = server?.port ?? Number(values.port);
try {
  const root = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
  await root.query('CREATE DATABASE IF NOT EXISTS joins');
  await root.query('USE joins');
  const [known] = await root.query<mysql.RowDataPacket[]>('SHOW TABLES');
  if (!values.keep || known.length < TABLES.length) await loadJoins(root, SCALE);
  const only = values.only?.split(',');
  const all: Outcome[] = [];
  for (const query of makeQueries(SEED)) {
    if (only !== undefined && !only.includes(query.name)) continue;
    const o = await measure(root, query);
    all.push(o);
    console.log(
      `${query.name}  ${String(query.joins.length).padStart(2)} joins  ${f(o.own).padStart(8)} ms  best ${f(o.best).padStart(8)} ms  ${f(o.own / o.best)}x  plan ${f(o.planMs)} ms  q ${f(median(o.q.joins))} max ${f(Math.max(...o.q.joins))}${values.verbose && o.own / o.best > 1.3 ? `\n    ${o.bestHint}\n    ${sqlOf(query)}` : ''}`,
    );
  }
  const table = report(all);
  console.log(`\n${table}`);
  if (values.docs)
    writeFileSync(
      fileURLToPath(new URL('../../docs/estimates.md', import.meta.url)),
      `# Estimates and join orders\n\nMade by \`npm run bench:joins -- --docs\`: fifty queries of 4 to 12 joins over fifteen tables of correlated, skewed data\n(\`bench/joins/\`, scale ${SCALE}), after ANALYZE. The q-error is the factor by which an operator's estimated rows are off its actual rows,\neither way. "Slower than the best": the time of the plan chosen over the best of ${ORDERS * 3} others, forced by hints in random\norders and with different join methods.\n\n${table}\n`,
    );
  await root.end();
} finally {
  await server?.remove();
}
