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
import { compareServers } from './comparison.js';
import { KNOWN_DIFFERENCES } from './known-differences.js';
import { MATRIX_DIFFERENCES } from './matrix-differences.js';
import { AGGREGATES, BINARY, COLUMNS, INSERT_MODES, UNARY, rowsOf, schemaOf } from './matrix-forms.js';
import { sameCell, type Answer } from './side.js';

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

const failure = (a: Answer): string =>
  a.error === null ? `${a.rows.length} rows` : `${a.error.code} ${a.error.message}`;

const RULES = [...MATRIX_DIFFERENCES, ...KNOWN_DIFFERENCES];

await compareServers(values, 'matrix', schemaOf('m'), RULES, async (c) => {
  const note = (form: string, sql: string, what: string, a: Answer, b: Answer): void => {
    if (c.isNew(sql, a, b) || values.all)
      console.log(`${form.startsWith('insert') ? `${form}: ` : ''}${sql} ${what}`);
  };
  for (const sql of rowsOf('m')) await c.must(sql);

  /** Expressions over the same rows: in one query as long as none of them fails. */
  const compare = async (
    shown: readonly string[],
    forms: readonly (readonly [form: string, sql: string])[],
    rest: string,
  ): Promise<void> => {
    const shownAs = ([form, expr]: (typeof forms)[number]): string =>
      form === 'union' ? `${expr} ${rest}` : expr;
    const one = async (part: typeof forms): Promise<void> => {
      const sql = `SELECT ${[...shown, ...part.map((p) => p[1])].join(', ')} ${rest}`;
      const [a, b] = await c.both(sql);
      if (a.error !== null || b.error !== null) {
        if (part.length > 1) for (const p of part) await one([p]);
        else {
          c.compared++;
          if (a.error?.code !== b.error?.code)
            note(part[0]![0], shownAs(part[0]!), `ours ${failure(a)} | MariaDB ${failure(b)}`, a, b);
        }
        return;
      }
      part.forEach((p, i) => {
        c.compared++;
        const at = shown.length + i;
        const what = cellsDiffer(a, b, at, shown.length);
        const only = (x: Answer): Answer => ({
          error: null,
          rows: x.rows.map((r) => ['', r[at] ?? null]),
          types: [3, x.types[at] ?? 0],
        });
        if (what !== null) note(p[0], shownAs(p), what, only(a), only(b));
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
      await c.must('DELETE FROM target');
      await c.setMode(sqlMode);
      const [rows] = await c.both(`SELECT id, ${from} FROM m ORDER BY id`);
      // Where single rows are refused, each has a statement of its own.
      const strict = ignore === '' && sqlMode.includes('STRICT');
      for (const [id, value] of strict ? rows.rows : [['id', 'all']]) {
        const sql = `INSERT ${ignore}INTO target (id, ${to}) SELECT id, ${from} FROM m WHERE id = ${id}`;
        const [a, b] = await c.both(sql);
        c.compared++;
        const mode = `insert ${ignore}under '${sqlMode}'`;
        if (a.error?.code !== b.error?.code)
          note(mode, sql, `${value}: ours ${failure(a)} | MariaDB ${failure(b)}`, a, b);
      }
      const [a, b] = await c.both(`SELECT id, ${to} FROM target ORDER BY id`);
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
    await c.setMode(INSERT_MODES[0]!.mode);
  }
});
