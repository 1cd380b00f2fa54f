import { Random, testSeed } from '../testing/random.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

/**
 * Indexes of random directions over random rows: what a read over one gives, and in which order, is what a sort of the rows gives.
 */

const COLUMNS: readonly (readonly [name: string, type: string, values: readonly string[]])[] = [
  ['i', 'INT', ['NULL', '-5', '0', '1', '2', '70000']],
  ['u', 'BIGINT UNSIGNED', ['NULL', '0', '3', '18446744073709551615']],
  ['d', 'DECIMAL(20,3)', ['NULL', '-1.5', '0', '0.001', '99999999999999999.999']],
  ['f', 'DOUBLE', ['NULL', '-1e300', '-0.5', '0', '2.5']],
  [
    's',
    'VARCHAR(20) COLLATE utf8mb4_general_ci',
    ['NULL', "''", "'a'", "'A'", "'b  '", "'abcdefghij'", "'é'"],
  ],
  [
    'b',
    'VARCHAR(20) COLLATE utf8mb4_bin',
    ['NULL', "''", "'a'", "'A'", "'a  '", "'abcdefgh'", "'abcdefghi'"],
  ],
  ['y', 'VARBINARY(12)', ['NULL', "''", '0x00', '0xFF', '0xFFFFFFFFFFFFFFFFFF', "'a'"]],
  ['t', 'DATETIME(3)', ['NULL', "'2020-01-01'", "'2020-01-01 00:00:00.5'", "'1999-12-31 23:59:59'"]],
  ['e', "ENUM('x','y','z')", ['NULL', "'x'", "'y'", "'z'"]],
];
const TABLES = [
  'id INT PRIMARY KEY CLUSTERED',
  'id INT, PRIMARY KEY (id DESC)',
  'id INT, PRIMARY KEY (id, v) CLUSTERED',
  'id INT',
];
const PARTITIONS = ['', ' PARTITION BY HASH (id) PARTITIONS 3'];

class Tables {
  constructor(
    readonly r: Random,
    readonly s: TestSession,
  ) {}

  row(id: number): string {
    return `(${id}, 'v${id}', ${COLUMNS.map(([, , values]) => this.r.pick(values)).join(', ')})`;
  }

  /** Some columns in some order, each in a direction. */
  parts(): { readonly columns: readonly string[]; readonly text: string; readonly order: string } {
    const names = COLUMNS.map(([n]) => n)
      .sort(() => this.r.next() - 0.5)
      .slice(0, 1 + this.r.below(3));
    const directed = names.map((n) => [n, this.r.chance(0.6)] as const);
    const prefix = (n: string): string => (n === 's' && this.r.chance(0.2) ? 's(2)' : n);
    return {
      columns: names,
      text: directed.map(([n, desc]) => `${prefix(n)}${desc ? ' DESC' : ''}`).join(', '),
      order: directed.map(([n, desc]) => `${n}${desc ? ' DESC' : ''}`).join(', '),
    };
  }

  condition(columns: readonly string[]): string {
    const { r } = this;
    const one = (name: string): string => {
      const values = COLUMNS.find(([n]) => n === name)![2].filter((v) => v !== 'NULL');
      const v = (): string => r.pick(values);
      return r.pick([
        `${name} = ${v()}`,
        `${name} IN (${v()}, ${v()}, ${v()})`,
        `${name} > ${v()}`,
        `${name} >= ${v()} AND ${name} < ${v()}`,
        `${name} <= ${v()}`,
        `${name} <> ${v()}`,
        `${name} IS NULL`,
        `${name} IS NOT NULL`,
        `(${name} IS NULL OR ${name} > ${v()})`,
        `${name} BETWEEN ${v()} AND ${v()}`,
        ...(['s', 'b'].includes(name) ? [`${name} LIKE 'a%'`, `${name} LIKE 'abcdefgh_'`] : []),
      ]);
    };
    const some = columns.slice(0, r.below(columns.length + 1)).map(one);
    if (columns.length > 1 && r.chance(0.2))
      return `(${one(columns[0]!)} AND ${one(columns[1]!)}) OR (${one(columns[0]!)} AND ${one(columns[1]!)})`;
    return some.length === 0 ? 'TRUE' : some.join(' AND ');
  }
}

test('what an index with descending parts gives is what a sort gives', async () => {
  const seed = testSeed();
  const r = new Random(seed);
  const engine = await TestEngine.open();
  try {
    const s = await engine.session();
    const t = new Tables(r, s);
    for (const table of TABLES) {
      for (const partitions of PARTITIONS) {
        await s.query('DROP TABLE IF EXISTS t');
        const [key, ...rest] = table.split(', ');
        const columns = COLUMNS.map(([n, type]) => `${n} ${type}`).join(', ');
        const keys = rest.length === 0 ? '' : `, ${rest.join(', ')}`;
        const indexes = [t.parts(), t.parts(), t.parts()];
        const [first, second, third] = indexes as [
          (typeof indexes)[0],
          (typeof indexes)[0],
          (typeof indexes)[0],
        ];
        await s.query(
          `CREATE TABLE t (${key}, v VARCHAR(9), ${columns}${keys}, KEY k0 (${first.text}))${partitions}`,
        );
        const rows = Array.from({ length: 120 }, (_, i) => t.row(i));
        await s.query(`INSERT INTO t VALUES ${rows.join()}`);
        await s.query(`ALTER TABLE t ADD INDEX k1 (${second.text})`);
        const global = partitions === '' ? '' : ' GLOBAL';
        await s.query(`ALTER TABLE t ADD UNIQUE INDEX k2 (${third.text}, id DESC)${global}`);
        await s.query(`UPDATE t SET i = i + 1, s = 'A' WHERE id % 7 = 3`);
        await s.query('DELETE FROM t WHERE id % 11 = 5');
        await s.query('ADMIN CHECK TABLE t');
        for (let i = 0; i < 36; i++) {
          const dirty = i === 24;
          if (dirty) {
            await s.query('BEGIN');
            await s.query(`INSERT INTO t VALUES ${t.row(1000)}, ${t.row(1001)}, ${t.row(1002)}`);
            await s.query('DELETE FROM t WHERE id % 13 = 1');
          }
          const at = r.below(3);
          const { columns, order } = indexes[at]!;
          const where = t.condition(columns);
          const backwards = order
            .split(', ')
            .map((o) => (o.endsWith(' DESC') ? o.slice(0, -5) : `${o} DESC`))
            .join(', ');
          const by = r.pick([
            order,
            backwards,
            columns.join(', '),
            columns.map((c) => `${c} DESC`).join(', '),
          ]);
          const limit = r.chance(0.3) ? ` LIMIT ${r.below(4)}, ${1 + r.below(9)}` : '';
          const list = r.pick([
            columns.join(', '),
            `${columns.join(', ')}, id`,
            `${columns.join(', ')}, v`,
            `MIN(${columns[0]!}), MAX(${columns[0]!}), COUNT(*)`,
          ]);
          const ordered = !list.startsWith('MIN');
          const sql = (hint: string, what: string): string =>
            `SELECT ${what} FROM t ${hint} WHERE ${where}${ordered ? ` ORDER BY ${by}${limit}` : ''}`;
          // Values that are equal in the order may come in any order among themselves: of those the order's own columns tell.
          const what = ordered ? columns.map((c) => `${c}`).join(', ') : list;
          const [own, sorted] = [
            await s.query(sql(`FORCE INDEX (k${at})`, list)),
            await s.query(sql('IGNORE INDEX (k0, k1, k2)', what)),
          ];
          const shown = own.map((row) => (ordered ? row.slice(0, columns.length) : row));
          // Strings that a collation holds equal are one and the same here.
          const folded = (x: (string | null)[][]): (string | null)[][] =>
            x.map((row) => row.map((c) => c?.replace(/é/g, 'e').replace(/ +$/, '').toLowerCase() ?? null));
          expect({ seed, sql: sql(`FORCE INDEX (k${at})`, list), rows: folded(shown) }).toEqual({
            seed,
            sql: sql(`FORCE INDEX (k${at})`, list),
            rows: folded(sorted),
          });
        }
        await s.query('COMMIT');
        await s.query('ADMIN CHECK TABLE t');
      }
    }
  } finally {
    await engine.close();
  }
}, 120_000);
