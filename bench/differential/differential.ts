/**
 * Random statements on this server and on MariaDB of the same machine; what they answer differently is listed, each with the smallest
 * expression that shows it. Differences that are known to be MariaDB's own (known-differences.ts) are counted apart.
 *
 *   npm run test:differential -- [--statements 2000] [--seed N] [--depth 3] [--conversions 0.2] [--show 30] [--rutile PORT] [--mariadb PORT]
 *
 * With ports given, running servers are used (the database `differential` is made anew on each); else both are started. The seed is
 * printed; the same seed gives the same statements. Exit code: 1 when there are differences that are not known.
 */
import { parseArgs } from 'node:util';
import { BenchServer } from '../oltp/servers.js';
import { randomSource } from '../../types/random-source.js';
import { ExpressionGenerator, SCHEMA, type Node } from './expression-generator.js';
import { knownDifference } from './known-differences.js';
import { statement } from './query-generator.js';
import { firstDifference, sameAnswer, Side, type Answer } from './side.js';

const { values } = parseArgs({
  options: {
    statements: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    depth: { type: 'string', default: '3' },
    conversions: { type: 'string', default: '0' },
    show: { type: 'string', default: '30' },
    rutile: { type: 'string' },
    mariadb: { type: 'string' },
  },
});

/** A session's settings change after this many statements. */
const SETTINGS_EVERY = 50;
const MODES = [
  'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO',
  'NO_ENGINE_SUBSTITUTION',
  'NO_UNSIGNED_SUBTRACTION',
  'PAD_CHAR_TO_FULL_LENGTH',
  'HIGH_NOT_PRECEDENCE',
  'ALLOW_INVALID_DATES',
];
const TIME_ZONES = ['+00:00', '-08:00', '+05:30', '+13:00'];

const rutileServer = values.rutile === undefined ? await BenchServer.rutile([]) : null;
const mariadbServer = values.mariadb === undefined ? await BenchServer.mariadb([]) : null;
let different = 0;
try {
  const ours = await Side.connect(rutileServer?.port ?? Number(values.rutile), false, 'differential', SCHEMA);
  const theirs = await Side.connect(
    mariadbServer?.port ?? Number(values.mariadb),
    true,
    'differential',
    SCHEMA,
  );
  const { seed, random } = randomSource(values.seed === undefined ? undefined : Number(values.seed));
  console.log(`seed ${seed}`);
  const g = new ExpressionGenerator(random, Number(values.conversions));
  const rows = g.rows(24);
  for (const side of [ours, theirs]) {
    const r = await side.run(rows);
    if (r.error !== null) throw new Error(`the rows are refused: ${r.error.message}`);
  }

  /** The smallest part of an expression that the servers value differently, or null. */
  const culprit = async (e: Node): Promise<{ sql: string; what: string; a: Answer; b: Answer } | null> => {
    for (const arg of e.args) {
      const found = await culprit(arg);
      if (found !== null) return found;
    }
    const sql = `SELECT id, ${e.sql} AS r FROM d ORDER BY id`;
    const [a, b] = await Promise.all([ours.run(sql), theirs.run(sql)]);
    return sameAnswer(a, b, true) ? null : { sql: e.sql, what: firstDifference(a, b), a, b };
  };

  const known = new Map<string, number>();
  const seen = new Map<string, number>();
  const total = Number(values.statements);
  let shown = 0;
  let settings = '';
  for (let n = 0; n < total; n++) {
    if (n % SETTINGS_EVERY === 0 && n > 0) {
      const mode = g.pick(MODES);
      const zone = g.pick(TIME_ZONES);
      settings = `sql_mode '${mode}', time_zone ${zone}: `;
      for (const side of [ours, theirs]) {
        await side.setMode(mode);
        await side.run(`SET time_zone = '${zone}'`);
      }
    }
    const s = statement(g, 1 + Math.floor(random() * Number(values.depth)));
    const [a, b] = await Promise.all([ours.run(s.sql), theirs.run(s.sql)]);
    if (sameAnswer(a, b, s.ordered)) continue;
    let found: Awaited<ReturnType<typeof culprit>> = null;
    for (const part of s.parts) found ??= await culprit(part);
    const rule = knownDifference(found?.sql ?? s.sql, found?.a ?? a, found?.b ?? b);
    if (rule !== null) {
      known.set(rule.why, (known.get(rule.why) ?? 0) + 1);
      continue;
    }
    different++;
    // One of a kind: the shape of the expression without its operands.
    const shape = (found?.sql ?? s.sql).replace(/'[^']*'|\d+(\.\d+)?|\b[a-z]{2}\b/g, '?');
    const times = (seen.get(shape) ?? 0) + 1;
    seen.set(shape, times);
    if (times > 1 || shown >= Number(values.show)) continue;
    shown++;
    if (found === null) console.log(`\n${settings}${s.sql}\n  ${firstDifference(a, b)}`);
    else console.log(`\n${settings}${found.sql}\n  ${found.what}\n  in: ${s.sql}`);
  }
  console.log(`\n${total} statements, ${different} different in ${seen.size} ways, seed ${seed}`);
  for (const [why, n] of known) console.log(`  known, ${n}: ${why}`);
  await ours.end();
  await theirs.end();
} finally {
  await rutileServer?.remove();
  await mariadbServer?.remove();
}
process.exitCode = different > 0 ? 1 : 0;
