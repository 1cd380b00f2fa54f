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
import { randomSource } from '../../testing/random.js';
import { compareServers } from './comparison.js';
import { ExpressionGenerator, SCHEMA, type Node } from './expression-generator.js';
import { KNOWN_DIFFERENCES } from './known-differences.js';
import { statement, type Statement } from './query-generator.js';
import { firstDifference, sameAnswer, sorted, type Answer } from './side.js';

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

await compareServers(values, 'differential', SCHEMA, KNOWN_DIFFERENCES, async (c) => {
  const { seed, random } = randomSource(values.seed === undefined ? undefined : Number(values.seed));
  console.log(`seed ${seed}`);
  const g = new ExpressionGenerator(random, Number(values.conversions));
  await c.must(g.rows(24));

  /** The smallest part of an expression that the servers value differently, or null. */
  const culprit = async (e: Node): Promise<{ sql: string; a: Answer; b: Answer } | null> => {
    for (const arg of e.args) {
      const found = await culprit(arg);
      if (found !== null) return found;
    }
    const [a, b] = await c.both(`SELECT id, ${e.sql} AS r FROM d ORDER BY id`);
    return sameAnswer(a, b, true) ? null : { sql: e.sql, a, b };
  };

  const answers = async ({ change, sql }: Statement): Promise<[Answer, Answer]> => {
    if (change === undefined) return c.both(sql);
    await c.must('BEGIN');
    const changed = await c.both(change);
    const read = await c.both(sql);
    await c.must('ROLLBACK');
    return changed.some((r) => r.error !== null) ? changed : read;
  };

  const seen = new Set<string>();
  let settings = '';
  for (; c.compared < Number(values.statements); c.compared++) {
    if (c.compared % SETTINGS_EVERY === 0 && c.compared > 0) {
      const mode = g.pick(MODES);
      const zone = g.pick(TIME_ZONES);
      settings = `sql_mode '${mode}', time_zone ${zone}: `;
      await c.setMode(mode);
      await c.must(`SET time_zone = '${zone}'`);
    }
    const s = statement(g, 1 + Math.floor(random() * Number(values.depth)));
    const [a, b] = await answers(s);
    if (sameAnswer(a, b, s.ordered)) continue;
    let found: Awaited<ReturnType<typeof culprit>> = null;
    for (const part of s.parts) found ??= await culprit(part);
    const shown = found ?? {
      sql: s.change ?? s.sql,
      a: s.ordered ? a : sorted(a),
      b: s.ordered ? b : sorted(b),
    };
    if (!c.isNew(shown.sql, shown.a, shown.b)) continue;
    // One of a kind: the shape of the expression without its operands.
    const shape = shown.sql.replace(/'[^']*'|\d+(\.\d+)?|\b[a-z]{2}\b/g, '?');
    if (seen.has(shape) || seen.size >= Number(values.show)) continue;
    seen.add(shape);
    console.log(`\n${settings}${shown.sql}\n  ${firstDifference(shown.a, shown.b)}`);
    if (found !== null) console.log(`  in: ${s.change ?? s.sql}`);
  }
  console.log(`\nseed ${seed}`);
});
