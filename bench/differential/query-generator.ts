import type { ExpressionGenerator, Kind, Node } from './expression-generator.js';
import { KINDS } from './expression-generator.js';

/** A statement to compare, and the expressions it is made of. */
export interface Statement {
  readonly sql: string;
  /** Expressions over `d` whose values each server can be asked for alone. */
  readonly parts: readonly Node[];
  /** The rows come in the order that the statement asks for; else they are compared sorted. */
  readonly ordered: boolean;
  /** What changes the rows before; it is taken back when they have been read. */
  readonly change?: string;
}

const AGGREGATES = [
  'COUNT',
  'SUM',
  'AVG',
  'MIN',
  'MAX',
  'BIT_AND',
  'BIT_OR',
  'BIT_XOR',
  'STDDEV_POP',
  'VAR_SAMP',
];
/** Aggregates of values of any kind. */
const OF_ANY = ['COUNT', 'MIN', 'MAX', 'GROUP_CONCAT'];
const WINDOWS = [
  'ROW_NUMBER()',
  'RANK()',
  'DENSE_RANK()',
  'NTILE(3)',
  'PERCENT_RANK()',
  'CUME_DIST()',
  'LAG($1)',
  'LEAD($1, 2)',
  'FIRST_VALUE($1)',
  'SUM($1)',
  'COUNT($1)',
  'AVG($1)',
  'MIN($1)',
  'MAX($1)',
  'LAST_VALUE($1)',
  'NTH_VALUE($1, 2)',
  'COUNT(*)',
];
const FRAMES = [
  '',
  'ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING',
  'ROWS UNBOUNDED PRECEDING',
  'ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING',
  'ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
  'ROWS BETWEEN 1 FOLLOWING AND 4 FOLLOWING',
  'RANGE BETWEEN 2 PRECEDING AND 3 FOLLOWING',
  'RANGE BETWEEN CURRENT ROW AND 5 FOLLOWING',
  'RANGE UNBOUNDED PRECEDING',
];

/** Statements of one block over `d`, from plain projections to joins, groups, windows and subqueries. */
export function statement(g: ExpressionGenerator, depth: number): Statement {
  const any = (d = depth): Node => g.expression(g.pick(KINDS), d);
  const condition = (d = depth): Node => g.expression('int', d);
  const number = (d = depth): Node => g.expression(g.pick(['int', 'decimal', 'real'] as const), d);
  /** Which of the texts that a collation takes for equal stands for a group is not laid down: their bytes make the group. */
  const key = (kind: Kind): Node => {
    const e = g.expression(kind, 1);
    return kind === 'string' ? { ...e, sql: `HEX(${e.sql})` } : e;
  };
  switch (
    g.pick([
      'project',
      'project',
      'project',
      'filter',
      'group',
      'rollup',
      'any',
      'collated',
      'total',
      'window',
      'join',
      'in',
      'exists',
      'union',
      'derived',
      'set',
      'recursive',
      'scalar',
      'quantified',
      'range',
      'named',
      'table',
      'having',
      'change',
    ] as const)
  ) {
    case 'project': {
      const e = any();
      return { sql: `SELECT id, ${e.sql} AS r FROM d ORDER BY id`, parts: [e], ordered: true };
    }
    case 'filter': {
      const c = condition();
      return { sql: `SELECT id FROM d WHERE ${c.sql} ORDER BY id`, parts: [c], ordered: true };
    }
    case 'group': {
      const k = key(g.pick(['int', 'string', 'date'] as const));
      const v = number(1);
      const f = g.pick(AGGREGATES);
      const distinct = g.pick(['', '', 'DISTINCT ']);
      const inside = f.startsWith('BIT_') || f.startsWith('STD') || f.startsWith('VAR') ? '' : distinct;
      return {
        sql: `SELECT ${k.sql} AS k, ${f}(${inside}${v.sql}) AS v, COUNT(*) AS n FROM d GROUP BY k`,
        parts: [k, v],
        ordered: false,
      };
    }
    case 'rollup': {
      const k = key(g.pick(['int', 'string'] as const));
      const v = number(1);
      return {
        sql: `SELECT k, en, ${g.pick(AGGREGATES)}(v) AS a, COUNT(*) AS n FROM (SELECT ${k.sql} AS k, en, ${v.sql} AS v FROM d) x GROUP BY k, en WITH ROLLUP`,
        parts: [k, v],
        ordered: false,
      };
    }
    case 'any': {
      const v = any(1);
      const f = g.pick(OF_ANY);
      const inside = f === 'GROUP_CONCAT' ? `${v.sql} ORDER BY id SEPARATOR '|'` : v.sql;
      return {
        sql: `SELECT st, ${f}(${inside}) AS a FROM d GROUP BY st`,
        parts: [v],
        ordered: false,
      };
    }
    case 'collated': {
      const c = g.pick(['gc', 'uc', 'ln', 'vc', 'ch']);
      const v = number(1);
      return {
        sql: g.pick([
          `SELECT COUNT(*) AS n, SUM(v) AS s FROM (SELECT ${c} AS k, ${v.sql} AS v FROM d) x GROUP BY k`,
          `SELECT a.id, b.id AS other FROM d a JOIN d b ON a.${c} = b.${c} ORDER BY a.id, b.id`,
          `SELECT COUNT(DISTINCT ${c}) AS n, MAX(CHAR_LENGTH(${c})) AS l FROM d`,
          `SELECT id FROM d WHERE ${c} IN (SELECT gc FROM d WHERE id % 3 = 0) ORDER BY id`,
          `SELECT id, RANK() OVER (ORDER BY ${c}) AS r FROM d ORDER BY id`,
          `SELECT id FROM d ORDER BY ${c}, id`,
          `SELECT id FROM d ORDER BY ${c} DESC, ${v.sql}, id`,
        ]),
        parts: [v],
        ordered: false,
      };
    }
    case 'total': {
      const v = number();
      const c = condition(1);
      const f = g.pick(AGGREGATES);
      return { sql: `SELECT ${f}(${v.sql}) AS v FROM d WHERE ${c.sql}`, parts: [v, c], ordered: true };
    }
    case 'window': {
      const v = number(1);
      const p = g.expression(g.pick(['int', 'string'] as const), 1);
      const f = g.pick(WINDOWS);
      const frame = /^(SUM|COUNT|AVG|MIN|MAX|FIRST|LAST|NTH)/.test(f) ? g.pick(FRAMES) : '';
      return {
        sql: `SELECT id, ${f.replace('$1', v.sql)} OVER (PARTITION BY ${p.sql} ORDER BY id ${frame}) AS w FROM d ORDER BY id`,
        parts: [v, p],
        ordered: true,
      };
    }
    case 'join': {
      const c = condition(1);
      const kind = g.pick(['JOIN', 'LEFT JOIN']);
      const sql = `SELECT a.id, b.id AS other FROM d a ${kind} (SELECT id, ${c.sql} AS m FROM d) b ON a.id % 7 = b.m AND a.id < 9 ORDER BY a.id, other`;
      return { sql, parts: [c], ordered: true };
    }
    case 'in': {
      const x = g.expression(g.pick(['int', 'string', 'date'] as const), 1);
      const sql = `SELECT id FROM d WHERE ${x.sql} ${g.pick(['', 'NOT '])}IN (SELECT ${x.sql} FROM d WHERE id % 3 = 0) ORDER BY id`;
      return { sql, parts: [x], ordered: true };
    }
    case 'exists': {
      const c = condition(1);
      const sql = `SELECT id FROM d o WHERE ${g.pick(['', 'NOT '])}EXISTS (SELECT 1 FROM (SELECT id AS i, ${c.sql} AS m FROM d) x WHERE x.m AND x.i = o.id) ORDER BY id`;
      return { sql, parts: [c], ordered: true };
    }
    case 'union': {
      const kind = g.pick(KINDS);
      const a = g.expression(kind, 1);
      const b = g.expression(g.pick([kind, g.pick(KINDS)]), 1);
      const sql = `SELECT ${a.sql} AS r FROM d WHERE id < 6 UNION ${g.pick(['', 'ALL '])}SELECT ${b.sql} FROM d WHERE id BETWEEN 3 AND 9`;
      return { sql, parts: [a, b], ordered: false };
    }
    case 'set': {
      const kind = g.pick(['int', 'date', 'datetime'] as const);
      const a = g.expression(kind, 1);
      const b = g.expression(kind, 1);
      const sql = `SELECT ${a.sql} AS r, en FROM d ${g.pick(['INTERSECT', 'EXCEPT', 'INTERSECT ALL', 'EXCEPT ALL'])} SELECT ${b.sql}, en FROM d WHERE id > 8`;
      return { sql, parts: [a, b], ordered: false };
    }
    case 'recursive': {
      const v = g.expression(g.pick(['int', 'date'] as const), 1);
      const sql = `WITH RECURSIVE x AS (SELECT id, 0 AS n, ${v.sql} AS v FROM d WHERE id < 4 UNION ALL SELECT x.id + 3, n + 1, v FROM x WHERE n < 3) SELECT x.id, n, v, d.en FROM x LEFT JOIN d ON d.id = x.id ORDER BY x.id, n`;
      return { sql, parts: [v], ordered: true };
    }
    case 'scalar': {
      const v = number(1);
      const c = condition(1);
      const f = g.pick(['MAX', 'MIN', 'COUNT', 'SUM']);
      const sql = `SELECT id, (SELECT ${f}(v) FROM (SELECT id AS i, ${v.sql} AS v, ${c.sql} AS m FROM d) x WHERE x.i <= o.id AND x.m) AS s FROM d o ORDER BY id`;
      return { sql, parts: [v, c], ordered: true };
    }
    case 'quantified': {
      const kind = g.pick(['int', 'decimal', 'date'] as const);
      const a = g.expression(kind, 1);
      const b = g.expression(kind, 1);
      const sql = `SELECT id FROM d WHERE ${a.sql} ${g.pick(['=', '<', '>=', '<>'])} ${g.pick(['ANY', 'ALL'])} (SELECT ${b.sql} FROM d WHERE id % 5 = 1) ORDER BY id`;
      return { sql, parts: [a, b], ordered: true };
    }
    case 'range': {
      const v = g.expression('int', 1);
      const f = g.pick(['COUNT', 'MIN', 'MAX', 'BIT_OR']);
      const sql = `SELECT id, ${f}(${v.sql}) OVER (PARTITION BY id % 2 ORDER BY ${g.pick(['id', 'id DESC'])} RANGE BETWEEN ${g.pick(['UNBOUNDED PRECEDING', '4 PRECEDING', 'CURRENT ROW'])} AND ${g.pick(['2 FOLLOWING', 'UNBOUNDED FOLLOWING'])}) AS w FROM d ORDER BY id`;
      return { sql, parts: [v], ordered: true };
    }
    case 'named': {
      const v = number(1);
      const sql = `SELECT id, ROW_NUMBER() OVER w AS r, ${g.pick(['LAG', 'LEAD'])}(${v.sql}, ${g.pick(['1', '3'])}) OVER w AS l, COUNT(*) OVER (w ROWS 2 PRECEDING) AS n FROM d WINDOW w AS (PARTITION BY en ORDER BY id) ORDER BY id`;
      return { sql, parts: [v], ordered: true };
    }
    case 'table': {
      const c = condition(1);
      const sql = `SELECT d.id, t.o, t.v, t.e FROM d, JSON_TABLE(d.js, '$[*]' COLUMNS (o FOR ORDINALITY, v VARCHAR(20) PATH '$', e INT EXISTS PATH '$.c')) AS t WHERE ${c.sql} ORDER BY d.id, t.o`;
      return { sql, parts: [c], ordered: true };
    }
    case 'having': {
      const k = key(g.pick(['int', 'date'] as const));
      const v = g.expression('int', 1);
      const sql = `SELECT ${k.sql} AS k, COUNT(DISTINCT ${v.sql}) AS n FROM d GROUP BY k HAVING ${g.pick(['n > 1', 'MAX(id) > 12', 'k IS NOT NULL AND COUNT(*) < 5'])}`;
      return { sql, parts: [k, v], ordered: false };
    }
    case 'change': {
      const [column, kind] = g.pick([
        ['bi', 'int'],
        ['dd', 'decimal'],
        ['db', 'real'],
        ['da', 'date'],
        ['dt', 'datetime'],
        ['tm', 'time'],
        ['vc', 'string'],
      ] as const);
      const v = g.expression(kind, 1);
      const c = condition(1);
      const change = g.pick([
        `UPDATE IGNORE d SET ${column} = ${v.sql}, ti = id WHERE ${c.sql}`,
        `DELETE FROM d WHERE ${c.sql}`,
        `INSERT IGNORE INTO d (id, ${column}) SELECT id + 100, ${v.sql} FROM d WHERE ${c.sql}`,
        `INSERT IGNORE INTO d (id, ti) SELECT id % 9 + 20, 1 FROM (SELECT * FROM d WHERE ${c.sql}) s ORDER BY s.id ON DUPLICATE KEY UPDATE ti = s.id % 100`,
        `REPLACE INTO d (id, ti, ${column}) SELECT 5, 7, MAX(${column}) FROM d WHERE ${c.sql}`,
      ]);
      return { change, sql: `SELECT id, ti, ${column} FROM d ORDER BY id`, parts: [c, v], ordered: true };
    }
    case 'derived': {
      const v = any(1);
      const sql = `WITH x AS (SELECT id, ${v.sql} AS r FROM d) SELECT MIN(r) AS lo, MAX(r) AS hi, COUNT(r) AS n, COUNT(DISTINCT r) AS u FROM x`;
      return { sql, parts: [v], ordered: true };
    }
  }
}
