/**
 * Every operator on every pair of types, every conversion between two, every aggregate of each, over the edges of the types' values, on this
 * server and on MariaDB of the same machine. Differences are listed by form and types with one example each.
 *
 *   npm run test:matrix -- [--only REGEXP] [--rutile PORT] [--mariadb PORT] [--all]
 *
 * `--only` picks forms (`$a DIV $b`, `insert`, …); `--all` shows those that are known to be MariaDB's own, too. Exit code: 1 when there are
 * differences that are not known.
 */
import { parseArgs } from 'node:util';
import { BenchServer } from '../oltp/servers.js';
import { knownDifference } from './known-differences.js';
import { MATRIX_DIFFERENCES } from './matrix-differences.js';
import { AGGREGATES, BINARY, COLUMNS, INSERT_MODES, UNARY, rowsOf, schemaOf } from './matrix-forms.js';
import { sameCell, Side, type Answer } from './side.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    all: { type: 'boolean', default: false },
    rutile: { type: 'string' },
    mariadb: { type: 'string' },
  },
});
const only = new RegExp(values.only, 'i');
const names = Object.keys(COLUMNS);

let compared = 0;
let different = 0;
const known = new Map<string, number>();

const DOUBLES: ReadonlySet<number> = new Set([4, 5]);

/** One column of the two answers to a query, its rows in the same order. */
function cellsDiffer(a: Answer, b: Answer, column: number, shown: number): string | null {
  const inexact = DOUBLES.has(a.types[column] ?? 0) || DOUBLES.has(b.types[column] ?? 0);
  for (let i = 0; i < Math.max(a.rows.length, b.rows.length); i++) {
    const x = a.rows[i]?.[column] ?? null;
    const y = b.rows[i]?.[column] ?? null;
    if (!sameCell(x, y, inexact))
      return `of (${(a.rows[i] ?? []).slice(0, shown).join(', ')}): ours ${JSON.stringify(x)} | MariaDB ${JSON.stringify(y)}`;
  }
  return null;
}

function note(form: string, sql: string, what: string, a: Answer, b: Answer): void {
  const rule = knownDifference(sql, a, b, MATRIX_DIFFERENCES);
  if (rule !== null) {
    known.set(rule.why, (known.get(rule.why) ?? 0) + 1);
    if (!values.all) return;
  } else different++;
  console.log(`${form.startsWith('insert') ? `${form}: ` : ''}${sql} ${what}`);
}

const failure = (a: Answer): string =>
  a.error === null ? `${a.rows.length} rows` : `${a.error.code} ${a.error.message}`;

const rutileServer = values.rutile === undefined ? await BenchServer.rutile([]) : null;
const mariadbServer = values.mariadb === undefined ? await BenchServer.mariadb([]) : null;
try {
  const schema = schemaOf('m');
  const ours = await Side.connect(rutileServer?.port ?? Number(values.rutile), false, 'matrix', schema);
  const theirs = await Side.connect(mariadbServer?.port ?? Number(values.mariadb), true, 'matrix', schema);
  const both = (sql: string): Promise<[Answer, Answer]> => Promise.all([ours.run(sql), theirs.run(sql)]);
  const must = async (sql: string): Promise<void> => {
    for (const r of await both(sql)) if (r.error !== null) throw new Error(`${sql}: ${r.error.message}`);
  };
  for (const sql of rowsOf('m')) await must(sql);

  /** Expressions over the same rows: in one query as long as none of them fails. */
  const compare = async (
    shown: readonly string[],
    forms: readonly (readonly [form: string, sql: string])[],
    rest: string,
  ): Promise<void> => {
    const one = async (part: typeof forms): Promise<void> => {
      const sql = `SELECT ${[...shown, ...part.map((p) => p[1])].join(', ')} ${rest}`;
      const [a, b] = await both(sql);
      if (a.error !== null || b.error !== null) {
        if (part.length > 1) for (const p of part) await one([p]);
        else {
          compared++;
          if (a.error?.code !== b.error?.code)
            note(part[0]![0], part[0]![1], `ours ${failure(a)} | MariaDB ${failure(b)}`, a, b);
        }
        return;
      }
      part.forEach(([form, expr], i) => {
        compared++;
        const at = shown.length + i;
        const what = cellsDiffer(a, b, at, shown.length);
        const only = (x: Answer): Answer => ({
          error: null,
          rows: x.rows.map((r) => ['', r[at] ?? null]),
          types: [3, x.types[at] ?? 0],
        });
        const shownAs = form === 'union' ? `${expr} ${rest}` : expr;
        if (what !== null) note(form, shownAs, what, only(a), only(b));
      });
    };
    const chosen = forms.filter(([form]) => only.test(form));
    for (let i = 0; i < chosen.length; i += 12) await one(chosen.slice(i, i + 12));
  };

  for (const a of names) {
    await compare(
      [`m.${a}`],
      UNARY.map((f) => [f, f.replaceAll('$a', `m.${a}`)] as const),
      'FROM m ORDER BY id',
    );
    await compare(
      [],
      AGGREGATES.map((f) => [f, f.replaceAll('$a', `m.${a}`)] as const),
      'FROM m',
    );
    for (const b of names) {
      await compare(
        [`x.${a}`, `y.${b}`],
        BINARY.map((f) => [f, f.replaceAll('$a', `x.${a}`).replaceAll('$b', `y.${b}`)] as const),
        'FROM m x JOIN m y ORDER BY x.id, y.id',
      );
      if (only.test('join'))
        await compare(
          ['x.id', 'y.id'],
          [['join', `x.${a} = y.${b}`]],
          `FROM m x JOIN m y ON x.${a} = y.${b} ORDER BY x.id, y.id`,
        );
      if (only.test('union'))
        await compare([], [['union', `m.${a}`]], `FROM m UNION ALL SELECT ${b} FROM m ORDER BY 1`);
      if (only.test('insert')) await conversions(a, b);
    }
  }

  /** Stores each value of one column in another, under each sql_mode. */
  async function conversions(from: string, to: string): Promise<void> {
    for (const { mode: sqlMode, ignore } of INSERT_MODES) {
      await must('DELETE FROM target');
      await ours.setMode(sqlMode);
      await theirs.setMode(sqlMode);
      const [rows] = await both(`SELECT id, ${from} FROM m ORDER BY id`);
      // Where single rows are refused, each has a statement of its own.
      const strict = ignore === '' && sqlMode.includes('STRICT');
      for (const [id, value] of strict ? rows.rows : [['id', 'all']]) {
        const sql = `INSERT ${ignore}INTO target (id, ${to}) SELECT id, ${from} FROM m WHERE id = ${id}`;
        const [a, b] = await both(sql);
        compared++;
        const mode = `insert ${ignore}under '${sqlMode}'`;
        if (a.error?.code !== b.error?.code)
          note(mode, sql, `${value}: ours ${failure(a)} | MariaDB ${failure(b)}`, a, b);
      }
      const [a, b] = await both(`SELECT id, ${to} FROM target ORDER BY id`);
      const what = cellsDiffer(a, b, 1, 0);
      if (what !== null && a.rows.length === b.rows.length) {
        const i = a.rows.findIndex((r, n) => r[1] !== b.rows[n]?.[1]);
        note(
          `insert ${ignore}under '${sqlMode}'`,
          `INSERT ${ignore}INTO target (${to}) SELECT ${from}`,
          `${rows.rows.find((r) => r[0] === a.rows[i]?.[0])?.[1] ?? ''} ${what}`,
          a,
          b,
        );
      }
    }
    await ours.setMode(INSERT_MODES[0]!.mode);
    await theirs.setMode(INSERT_MODES[0]!.mode);
  }

  console.log(`\n${compared} compared, ${different} different`);
  for (const [why, n] of known) console.log(`  known, ${n}: ${why}`);
  await ours.end();
  await theirs.end();
} finally {
  await rutileServer?.remove();
  await mariadbServer?.remove();
}
process.exitCode = different > 0 ? 1 : 0;
