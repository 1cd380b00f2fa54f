/**
 * Random schemas and queries whose answer does not depend on the plan: a query without ORDER BY gives one multiset of rows, LIMIT and
 * ROW_NUMBER() stand over total orders only, and of strings that a collation holds equal no particular one is shown.
 */
type ValueKind = 'int' | 'str' | 'dec' | 'date';

interface QueryColumn {
  readonly name: string;
  readonly kind: ValueKind;
}

/** What a FROM clause names: rows that agree in `key` agree in everything. */
interface Source {
  readonly alias: string;
  readonly columns: readonly QueryColumn[];
  readonly key: readonly string[];
  /** Of a stored table; its JSON column is `j`. */
  readonly stored: boolean;
}

interface Select {
  readonly sql: string;
  readonly columns: readonly QueryColumn[];
}

const STORED_COLUMNS: readonly QueryColumn[] = [
  { name: 'id', kind: 'int' },
  { name: 'a', kind: 'int' },
  { name: 'b', kind: 'int' },
  { name: 'c', kind: 'str' },
  { name: 'd', kind: 'dec' },
  { name: 'e', kind: 'date' },
  { name: 'g', kind: 'int' },
  { name: 'h', kind: 'str' },
];

const columns = (
  virtual: boolean,
): string => `a INT, b INT, c VARCHAR(12) COLLATE utf8mb4_general_ci, d DECIMAL(8,2), e DATE, j JSON,
  g INT AS (a + b) ${virtual ? 'VIRTUAL' : 'STORED'}, h VARCHAR(14) COLLATE utf8mb4_general_ci AS (CONCAT(c, '-')) STORED`;
const KEYS =
  'KEY ia (a), KEY ib (b, a), KEY ic (c(3)), KEY icc (c, b), KEY ie (e, d), KEY ig (g), KEY ih (h)';
/** What only our side of a comparison can have. */
const ARRAY_KEY = ', KEY ij ((CAST(j AS SIGNED ARRAY)), b)';

export interface FuzzTable {
  readonly name: string;
  /** Columns that are never NULL. */
  readonly notNull: string;
  readonly create: (ownForms: boolean) => string;
}

const table = (name: string, id: string, rest: string, tail = '', notNull = ''): FuzzTable => ({
  name,
  notNull,
  create: (ownForms) =>
    `CREATE TABLE ${name} (id ${id}, ${columns(ownForms)}, ${KEYS}${ownForms ? ARRAY_KEY : ''}${rest}) ${tail}`,
});

export const FUZZ_TABLES: readonly FuzzTable[] = [
  table('t0', 'INT PRIMARY KEY', ''),
  table('t1', 'INT', ', PRIMARY KEY (id, e)', '', 'e'),
  table('t2', 'INT', '', 'PARTITION BY HASH (a) PARTITIONS 4'),
  table(
    't3',
    'INT',
    ', PRIMARY KEY (id, b)',
    'PARTITION BY RANGE (b) (PARTITION p0 VALUES LESS THAN (2), PARTITION p1 VALUES LESS THAN (4), PARTITION p2 VALUES LESS THAN MAXVALUE)',
    'b',
  ),
  table('t4', 'INT', ', UNIQUE KEY ui (id)'),
  table(
    't5',
    'INT',
    '',
    'PARTITION BY LIST (a) (PARTITION q0 VALUES IN (NULL, 0, 1), PARTITION q1 VALUES IN (2, 3, 4), PARTITION q2 VALUES IN (5, 6, 7, 8))',
  ),
  table('t6', 'INT', ', PRIMARY KEY (c(2), id)', '', 'c'),
];

const COMPARE = ['=', '=', '=', '<', '>', '<=', '>=', '<>', '<=>'];
const JOINS = ['JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN'];

export class EquivalenceQueries {
  private aliases = 0;

  constructor(
    private readonly random: () => number,
    /** False: nothing that only we know, multi-valued indexes, or that others have wrong. */
    private readonly ownForms = true,
  ) {}

  pick(n: number): number {
    return Math.floor(this.random() * n);
  }
  one<T>(list: readonly T[]): T {
    return list[this.pick(list.length)]!;
  }
  private chance(p: number): boolean {
    return this.random() < p;
  }
  private list<T>(n: number, make: (i: number) => T): T[] {
    return Array.from({ length: n }, (_, i) => make(i));
  }

  /** A row of a table as a VALUES item; every third value is NULL where it may be. */
  row(t: FuzzTable, id: number): string {
    const orNull = (column: string, v: string): string =>
      t.notNull === column || !this.chance(0.25) ? v : 'NULL';
    const array = `'[${this.list(this.pick(4), () => this.pick(9)).join(',')}]'`;
    const values = [
      String(id),
      orNull('a', String(this.pick(9))),
      orNull('b', String(this.pick(6))),
      orNull('c', this.literal('str')),
      orNull('d', this.literal('dec')),
      orNull('e', this.literal('date')),
      orNull('j', array),
    ];
    return `(${values.join(', ')})`;
  }

  insert(t: FuzzTable, from: number, rows: number): string {
    return `INSERT INTO ${t.name} (id, a, b, c, d, e, j) VALUES ${this.list(rows, (i) => this.row(t, from + i)).join(', ')}`;
  }

  private literal(kind: ValueKind): string {
    switch (kind) {
      case 'int':
        return String(this.pick(9));
      case 'str':
        return `'${this.one(['', 'a', 'A', 'ab', 'aB', 'abcde', 'zz', 'é', 'a-', 'ab-'])}'`;
      case 'dec':
        return `${this.pick(6)}${this.one(['', '.5', '.50', '.25'])}`;
      case 'date':
        return `${this.one(['', '', 'DATE '])}'2024-01-0${1 + this.pick(8)}'`;
    }
  }

  private column(sources: readonly Source[], kind?: ValueKind): string | null {
    const found = sources.flatMap((s) =>
      s.columns.filter((c) => kind === undefined || c.kind === kind).map((c) => `${s.alias}.${c.name}`),
    );
    return found.length === 0 ? null : this.one(found);
  }

  private columnOf(sources: readonly Source[]): { readonly sql: string; readonly kind: ValueKind } {
    const s = this.one(sources);
    const c = this.one(s.columns);
    return { sql: `${s.alias}.${c.name}`, kind: c.kind };
  }

  private value(sources: readonly Source[], kind: ValueKind, depth = 1): string {
    const c = this.column(sources, kind);
    if (c === null || this.chance(0.1)) return kind === 'date' ? `DATE '2024-01-04'` : this.literal(kind);
    if (depth === 0 || this.chance(0.6)) return c;
    const x = this.value(sources, kind, depth - 1);
    switch (this.pick(5)) {
      case 0:
        return `COALESCE(${c}, ${x})`;
      case 1:
        return `CASE WHEN ${this.compare(sources, 0)} THEN ${c} ELSE ${x} END`;
      case 2:
        return `IF(${this.compare(sources, 0)}, ${c}, ${x})`;
      case 3:
        return kind === 'int' || kind === 'dec' ? `(${c} + ${x})` : `IFNULL(${c}, ${x})`;
      default:
        return kind === 'int' ? `(${c} * 2 - ${x})` : c;
    }
  }

  /** A value as it may come out: letter case is not the plan's. */
  private shown(v: string, kind: ValueKind): string {
    return kind === 'str' ? `LOWER(${v})` : v;
  }

  private kind(): ValueKind {
    return this.one(['int', 'int', 'int', 'str', 'dec', 'date'] as const);
  }

  /** A condition without subqueries. */
  compare(sources: readonly Source[], depth: number): string {
    if (depth > 0 && this.chance(0.5)) {
      const l = this.compare(sources, depth - 1);
      const r = this.compare(sources, depth - 1);
      return this.chance(0.15)
        ? `NOT (${l} AND ${r})`
        : `(${l} ${this.one(['AND', 'OR', 'OR', 'XOR'])} ${r})`;
    }
    const kind = this.kind();
    const c = this.column(sources, kind);
    if (c === null) return this.one(['TRUE', 'FALSE', '1 = 1']);
    switch (this.pick(9)) {
      case 0:
        return `${c} IS ${this.one(['', 'NOT '])}NULL`;
      case 1:
        return `${c} ${this.one(['', 'NOT '])}IN (${this.list(1 + this.pick(3), () => (this.chance(0.1) ? 'NULL' : this.literal(kind))).join(', ')})`;
      case 2:
        return `${c} BETWEEN ${this.literal(kind)} AND ${this.literal(kind)}`;
      case 3:
        return `${c} ${this.one(COMPARE)} ${this.value(sources, kind)}`;
      case 4: {
        const text = this.column(sources, 'str');
        return text === null
          ? `${c} ${this.one(COMPARE)} ${this.literal(kind)}`
          : `${text} ${this.one(['', 'NOT '])}LIKE '${this.one(['a%', 'A_', '%b%', 'ab%', '', '%', 'z_', 'a'])}'`;
      }
      case 5: {
        const other = this.column(sources, kind)!;
        const pair = `(${this.literal(kind)}, ${this.literal(kind)})`;
        // MariaDB takes (a, b) <> (1, 2) to be NULL where b is, and joins accordingly.
        if (!this.ownForms) return `${c} <> ${this.literal(kind)}`;
        const op = this.one(['=', 'IN', '<', '>=', '<>']);
        return `(${c}, ${other}) ${op} ${op === 'IN' ? `(${pair})` : pair}`;
      }
      case 6: {
        const stored = sources.filter((s) => s.stored);
        if (this.ownForms && stored.length > 0 && this.chance(0.5)) {
          const j = `${this.one(stored).alias}.j`;
          return this.chance(0.5)
            ? `${this.pick(9)} MEMBER OF (${j})`
            : `JSON_${this.one(['CONTAINS', 'OVERLAPS'])}(${j}, '[${this.pick(9)}, ${this.pick(9)}]')`;
        }
        return `${c} = ${this.literal(kind)}`;
      }
      default:
        return `${c} ${this.one(COMPARE)} ${this.literal(kind)}`;
    }
  }

  /** A condition that may hold subqueries over the tables outside. */
  private condition(sources: readonly Source[], outer: readonly Source[], depth: number): string {
    if (depth > 0 && this.chance(0.4)) {
      return `(${this.condition(sources, outer, depth - 1)} ${this.one(['AND', 'AND', 'OR'])} ${this.condition(sources, outer, depth - 1)})`;
    }
    if (depth > 0 && this.chance(0.35)) return this.subqueryCondition(sources, outer, depth - 1);
    return this.compare(this.chance(0.2) ? [...sources, ...outer] : sources, 1);
  }

  private subqueryCondition(sources: readonly Source[], outer: readonly Source[], depth: number): string {
    const seen = [...sources, ...outer];
    const kind = this.kind();
    const value = this.value(sources, kind);
    switch (this.pick(6)) {
      case 0:
      case 1:
        return `${this.one(['', 'NOT '])}EXISTS (${this.subquery(seen, null, depth)})`;
      case 2:
      case 3:
        return `${value} ${this.one(['', 'NOT '])}IN (${this.subquery(seen, kind, depth)})`;
      case 4:
        return `${value} ${this.one(['=', '<', '>', '<>', '<=', '>='])} ${this.one(['ANY', 'ALL'])} (${this.subquery(seen, kind, depth)})`;
      default:
        return `${value} ${this.one(['=', '<', '>', '<>', '<=>'])} (${this.scalar(seen, kind, depth)})`;
    }
  }

  /** A subquery of one column of a kind (any for null), over `outer`. */
  private subquery(outer: readonly Source[], kind: ValueKind | null, depth: number): string {
    const { from, sources } = this.from(1 + this.pick(2), outer, depth);
    const where = this.correlated(sources, outer, depth);
    const k = kind ?? 'int';
    if (this.chance(0.2) && this.column(sources, k) !== null) {
      const group = this.column(sources, k)!;
      const having = this.chance(0.5) ? ` HAVING COUNT(*) > ${this.pick(3)}` : '';
      return `SELECT ${group} FROM ${from} WHERE ${where} GROUP BY ${group}${having}`;
    }
    const body = `SELECT ${EquivalenceQueries.marker(sources)}${this.one(['', '', 'DISTINCT '])}${this.value(sources, k)} FROM ${from} WHERE ${where}`;
    if (!this.chance(0.12)) return body;
    const next = this.from(1, outer, 0);
    return `${body} ${this.one(['UNION', 'UNION ALL'])} SELECT ${this.value(next.sources, k)} FROM ${next.from} WHERE ${this.correlated(next.sources, outer, 0)}`;
  }

  /** A subquery of one value. */
  private scalar(outer: readonly Source[], kind: ValueKind, depth: number): string {
    const { from, sources } = this.from(1 + this.pick(2), outer, depth);
    const where = this.correlated(sources, outer, depth);
    const v = this.value(sources, kind);
    if (kind === 'int') {
      const f = this.one([
        'COUNT(*)',
        `COUNT(${v})`,
        `COUNT(DISTINCT ${v})`,
        `SUM(${v})`,
        `MIN(${v})`,
        `MAX(${v})`,
        `COUNT(*) + IFNULL(MAX(${v}), 0)`,
      ]);
      const having = this.chance(0.15) ? ` HAVING COUNT(*) > ${this.pick(3)}` : '';
      return `SELECT ${EquivalenceQueries.marker(sources)}${f} FROM ${from} WHERE ${where}${having}`;
    }
    if (kind === 'str') return `SELECT ${this.one(['MIN', 'MAX'])}(LOWER(${v})) FROM ${from} WHERE ${where}`;
    if (this.chance(0.3)) {
      const order = this.order(sources);
      return `SELECT ${v} FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT 1`;
    }
    return `SELECT ${this.one(['MIN', 'MAX'])}(${v}) FROM ${from} WHERE ${where}`;
  }

  private correlated(sources: readonly Source[], outer: readonly Source[], depth: number): string {
    const parts: string[] = [];
    if (outer.length > 0 && this.chance(0.75)) {
      const kind = this.kind();
      const [i, o] = [this.column(sources, kind), this.column(outer, kind)];
      if (i !== null && o !== null)
        parts.push(`${i} ${this.one(COMPARE)} ${this.chance(0.2) ? this.value(outer, kind) : o}`);
    }
    if (parts.length === 0 || this.chance(0.5)) parts.push(this.condition(sources, outer, depth));
    return parts.join(' AND ');
  }

  /** Total order over the rows of some sources, `first` before all. */
  private order(sources: readonly Source[], first?: string): string {
    const items = sources.flatMap((s) => s.key.map((k) => `${s.alias}.${k}`));
    const list = first === undefined ? items : [first, ...items];
    return list.map((c) => `${c}${this.one(['', '', ' DESC'])}`).join(', ');
  }

  private stored(): { readonly sql: string; readonly source: Source } {
    const alias = `x${this.aliases++}`;
    const source: Source = { alias, columns: STORED_COLUMNS, key: ['id'], stored: true };
    return { sql: `${this.one(FUZZ_TABLES).name} ${alias}`, source };
  }

  private named(columns: readonly QueryColumn[]): Source {
    const alias = `x${this.aliases++}`;
    return { alias, columns, key: columns.map((c) => c.name), stored: false };
  }

  private factor(depth: number): { readonly sql: string; readonly source: Source } {
    if (depth <= 0 || !this.chance(0.2)) {
      if (this.ctes.length > 0 && this.chance(0.4)) {
        const cte = this.one(this.ctes);
        const source = this.named(cte.columns);
        return { sql: `${cte.name} ${source.alias}`, source };
      }
      return this.stored();
    }
    const kept = this.ctes;
    const q = this.block([], depth - 1);
    this.ctes = kept;
    const source = this.named(q.columns);
    return { sql: `(${q.sql}) ${source.alias}`, source };
  }

  /** A FROM clause of n tables, joined one after the other or in brackets. */
  private from(
    n: number,
    outer: readonly Source[],
    depth: number,
  ): { readonly from: string; readonly sources: readonly Source[] } {
    if (n <= 1) {
      const f = this.factor(depth);
      return { from: f.sql, sources: [f.source] };
    }
    const bracket = n > 2 && this.chance(0.3);
    const rightSize = bracket ? 2 : 1;
    const left = this.from(n - rightSize, outer, depth);
    const right = this.from(rightSize, outer, depth);
    const sources = [...left.sources, ...right.sources];
    const conditions: string[] = [];
    const kind = this.kind();
    const l = this.column(left.sources, kind);
    const r = this.column(right.sources, kind);
    if (l !== null && r !== null && this.chance(0.9))
      conditions.push(`${l} ${this.one(['=', '=', '=', '=', '<=>', '<'])} ${r}`);
    if (conditions.length === 0 || this.chance(0.4)) conditions.push(this.compare(sources, 1));
    return {
      from: `${left.from} ${this.one(JOINS)} ${bracket ? `(${right.from})` : right.from} ON ${conditions.join(' AND ')}`,
      sources,
    };
  }

  private items(values: readonly { readonly sql: string; readonly kind: ValueKind }[]): {
    readonly list: string;
    readonly columns: QueryColumn[];
  } {
    const columns = values.map((v, i) => ({ name: `r${i}`, kind: v.kind }));
    return { list: values.map((v, i) => `${v.sql} AS r${i}`).join(', '), columns };
  }

  private ctes: readonly { readonly name: string; readonly columns: readonly QueryColumn[] }[] = [];

  /** Where the hints of a block may stand, with the names of its tables. */
  private static marker(sources: readonly Source[]): string {
    return `/*+ AT(${sources.map((s) => s.alias).join(',')}) */ `;
  }

  static plain(query: string): string {
    return query.replace(/\/\*\+ AT\([^)]*\) \*\/ /g, '');
  }

  /** The query with hints in its blocks; most of them name tables of their block. */
  hinted(query: string): string {
    return query.replace(/\/\*\+ AT\(([^)]*)\) \*\/ /g, (_, names: string) => {
      if (this.chance(0.3)) return '';
      const aliases = names.split(',');
      const at = this.pick(aliases.length);
      const hint = this.one(FUZZ_HINTS).replace(
        /x(\d)/g,
        (__, n: string) => aliases[(at + Number(n)) % aliases.length]!,
      );
      return `/*+ ${hint} */ `;
    });
  }

  /** One SELECT block; `kinds`: of its columns, free when null. */
  private block(outer: readonly Source[], depth: number, kinds: readonly ValueKind[] | null = null): Select {
    const { from, sources } = this.from(1 + this.pick(depth > 1 ? 4 : 3), outer, depth);
    const where = this.chance(0.8) ? ` WHERE ${this.condition(sources, outer, depth)}` : '';
    const head = `SELECT ${EquivalenceQueries.marker(sources)}`;
    const form = this.pick(8);
    if (form < 2) return this.grouped(head, from, where, sources, kinds);
    if (form === 2 && kinds === null && this.chance(0.8)) return this.windowed(head, from, where, sources);
    const wanted = kinds ?? this.list(1 + this.pick(3), () => this.kind());
    const values = wanted.map((kind) => {
      if (depth > 0 && this.chance(0.15))
        return { kind, sql: `(${this.scalar([...sources, ...outer], kind, depth - 1)})` };
      return { kind, sql: this.shown(this.value(sources, kind), kind) };
    });
    const { list, columns } = this.items(values);
    if (form === 3) return { sql: `${head}DISTINCT ${list} FROM ${from}${where}`, columns };
    const body = `${head}${list} FROM ${from}${where}`;
    if (form === 4) {
      return {
        sql: `${body} ORDER BY ${this.order(sources, this.columnOf(sources).sql)} LIMIT ${this.one(['', '2, '])}${1 + this.pick(8)}`,
        columns,
      };
    }
    return { sql: body, columns };
  }

  private aggregate(sources: readonly Source[], kind: ValueKind): string {
    const distinct = this.chance(0.3) ? 'DISTINCT ' : '';
    switch (kind) {
      case 'int':
        return this.one([
          'COUNT(*)',
          `COUNT(${distinct}${this.value(sources, this.kind())})`,
          `SUM(${distinct}${this.value(sources, 'int')})`,
          `MIN(${this.value(sources, 'int')})`,
          `MAX(${this.value(sources, 'int')})`,
          // Unsigned, and what is subtracted from it may be greater.
          `CAST(BIT_XOR(${this.value(sources, 'int')}) AS SIGNED)`,
        ]);
      case 'dec':
        return this.one([
          `SUM(${distinct}${this.value(sources, 'dec')})`,
          `AVG(${distinct}${this.value(sources, this.one(['int', 'dec'] as const))})`,
          `MAX(${this.value(sources, 'dec')})`,
        ]);
      case 'str':
        return this.one([
          `MIN(LOWER(${this.value(sources, 'str')}))`,
          `MAX(LOWER(${this.value(sources, 'str')}))`,
          `GROUP_CONCAT(${distinct}LOWER(${this.value(sources, 'str', 0)}) ORDER BY 1)`.replace(
            /\((DISTINCT )?(LOWER\([^)]*\)) ORDER BY 1\)/,
            '($1$2 ORDER BY $2)',
          ),
        ]);
      case 'date':
        return `${this.one(['MIN', 'MAX'])}(${this.value(sources, 'date')})`;
    }
  }

  private grouped(
    head: string,
    from: string,
    where: string,
    sources: readonly Source[],
    kinds: readonly ValueKind[] | null,
  ): Select {
    if (kinds !== null || this.chance(0.2)) {
      const wanted = kinds ?? this.list(1 + this.pick(3), () => this.kind());
      const { list, columns } = this.items(
        wanted.map((kind) => ({ kind, sql: this.aggregate(sources, kind) })),
      );
      return { sql: `${head}${list} FROM ${from}${where}`, columns };
    }
    const groups: { readonly kind: ValueKind; readonly sql: string }[] = [];
    for (let i = this.pick(2); i >= 0; i--) {
      const { kind, sql } = this.columnOf(sources);
      const shown = this.shown(sql, kind);
      // MariaDB groups by columns alone.
      if ((this.ownForms || shown === sql) && !groups.some((g) => g.sql === shown))
        groups.push({ kind, sql: shown });
    }
    if (groups.length === 0) return this.grouped(head, from, where, sources, kinds);
    const aggregates = this.list(1 + this.pick(3), () => {
      const kind = this.kind();
      return { kind, sql: this.aggregate(sources, kind) };
    });
    const having = this.chance(0.3)
      ? ` HAVING ${this.one([`COUNT(*) > ${this.pick(3)}`, `${this.aggregate(sources, 'int')} ${this.one(COMPARE)} ${this.pick(9)}`, `COUNT(*) <> 2`])}`
      : '';
    const rollup = this.chance(0.2) ? ' WITH ROLLUP' : '';
    const { list, columns } = this.items([...groups, ...aggregates]);
    return {
      sql: `${head}${list} FROM ${from}${where} GROUP BY ${groups.map((g) => g.sql).join(', ')}${rollup}${rollup === '' ? having : ''}`,
      columns,
    };
  }

  private windowed(head: string, from: string, where: string, sources: readonly Source[]): Select {
    const functions = this.list(1 + this.pick(2), () => {
      const part = this.chance(0.7) ? `PARTITION BY ${this.columnOf(sources).sql}` : '';
      const peers = this.columnOf(sources).sql;
      const total = this.order(sources, peers);
      const v = this.value(sources, 'int');
      const f = this.one([
        { sql: `ROW_NUMBER() OVER (${part} ORDER BY ${total})` },
        { sql: `RANK() OVER (${part} ORDER BY ${peers})` },
        { sql: `DENSE_RANK() OVER (${part} ORDER BY ${peers} DESC)` },
        { sql: `COUNT(${v}) OVER (${part})` },
        { sql: `SUM(${v}) OVER (${part} ORDER BY ${peers})` },
        { sql: `MAX(${v}) OVER (${part} ORDER BY ${total} ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)` },
        { sql: `LAG(${v}) OVER (${part} ORDER BY ${total})` },
        { sql: `FIRST_VALUE(${v}) OVER (${part} ORDER BY ${total})` },
        { sql: `NTILE(3) OVER (${part} ORDER BY ${total})` },
      ]);
      return { kind: 'int' as const, sql: f.sql };
    });
    const plain = this.list(1 + this.pick(2), () => {
      const c = this.columnOf(sources);
      return { kind: c.kind, sql: this.shown(c.sql, c.kind) };
    });
    const { list, columns } = this.items([...plain, ...functions]);
    const body = `${head}${list} FROM ${from}${where}`;
    if (!this.chance(0.4)) return { sql: body, columns };
    const x = `x${this.aliases++}`;
    const last = columns[columns.length - 1]!.name;
    return {
      sql: `SELECT * FROM (${body}) ${x} WHERE ${x}.${last} ${this.one(['<=', '=', '<', '>'])} ${1 + this.pick(4)}`,
      columns,
    };
  }

  private setOperation(depth: number): Select {
    const first = this.block([], depth - 1);
    const kinds = first.columns.map((c) => c.kind);
    let { sql } = first;
    const bracketed = (s: string): string => `(${s})`;
    sql = bracketed(sql);
    for (let i = 0; i <= this.pick(2); i++)
      sql += ` ${this.one(['UNION', 'UNION ALL', 'UNION ALL', 'INTERSECT', 'EXCEPT'])} ${bracketed(this.block([], depth - 1, kinds).sql)}`;
    return { sql, columns: first.columns };
  }

  private withClause(depth: number): string {
    const parts: string[] = [];
    let recursive = false;
    for (let i = 0; i <= this.pick(2); i++) {
      const name = `w${this.aliases++}`;
      let columns: readonly QueryColumn[];
      if (this.chance(0.3)) {
        recursive = true;
        columns = [
          { name: 'n', kind: 'int' },
          { name: 'm', kind: 'int' },
        ];
        const t = this.stored();
        const step = this.chance(0.5)
          ? `SELECT n + 1, m FROM ${name} WHERE n < ${2 + this.pick(4)}`
          : `SELECT p.n + 1, ${t.source.alias}.${this.one(['a', 'b'])} FROM ${name} p JOIN ${t.sql} ON ${t.source.alias}.${this.one(['a', 'b', 'id'])} = p.m WHERE p.n < 3`;
        parts.push(
          `${name} (n, m) AS (SELECT 1, ${this.one(['a', 'b', '1'])} FROM ${this.one(FUZZ_TABLES).name} WHERE id < 6 ${this.one(['UNION', 'UNION', 'UNION ALL'])} ${step})`,
        );
      } else {
        const q = this.block([], depth - 1);
        columns = q.columns;
        parts.push(`${name} AS (${q.sql})`);
      }
      this.ctes = [...this.ctes, { name, columns }];
    }
    return `WITH ${recursive ? 'RECURSIVE ' : ''}${parts.join(', ')} `;
  }

  /** A whole query, for `plain` and `hinted`. */
  query(depth = 2): string {
    this.aliases = 0;
    this.ctes = [];
    const ctes = this.chance(0.2) ? this.withClause(depth) : '';
    const q = this.chance(0.12) ? this.setOperation(depth) : this.block([], depth);
    return `${ctes}${q.sql}`;
  }

  /** A table and a condition over it, for oracles that need no second plan. */
  filtered(): { readonly table: string; readonly condition: string } {
    this.aliases = 0;
    this.ctes = [];
    const { sql, source } = this.stored();
    return { table: sql, condition: this.condition([source], [], 2) };
  }
}

/** Hints that leave the answer as it is; they name the first tables of a query. */
export const FUZZ_HINTS: readonly string[] = [
  'HASH_JOIN(x0, x1, x2, x3)',
  'MERGE_JOIN(x0, x1, x2, x3)',
  'INL_JOIN(x1, x2, x3)',
  'INL_JOIN(x0)',
  'INL_HASH_JOIN(x1, x3)',
  'INL_HASH_JOIN(x0, x2)',
  'HASH_JOIN_BUILD(x0)',
  'HASH_JOIN_PROBE(x0)',
  'STRAIGHT_JOIN()',
  'LEADING(x1, x0)',
  'LEADING(x2, x1)',
  'NO_HASH_JOIN(x0, x1, x2)',
  'HASH_AGG()',
  'STREAM_AGG()',
  'AGG_TO_COP()',
  'LIMIT_TO_COP()',
  'NTH_PLAN(2)',
  'NTH_PLAN(5)',
  'NTH_PLAN(14)',
  'USE_INDEX(x0, ia) USE_INDEX(x1, ia) USE_INDEX(x2, ib)',
  'USE_INDEX(x0, ib) USE_INDEX(x1, icc) USE_INDEX(x2, ia)',
  'USE_INDEX(x0, icc) USE_INDEX(x1, ib)',
  'USE_INDEX(x0, ic) USE_INDEX(x1, ih)',
  'USE_INDEX(x0, ie) USE_INDEX(x1, ig)',
  'USE_INDEX(x0) USE_INDEX(x1) USE_INDEX(x2)',
  'ORDER_INDEX(x0, ib) ORDER_INDEX(x1, ie)',
  'INDEX_LOOKUP_PUSHDOWN(x0, ib) INDEX_LOOKUP_PUSHDOWN(x1, ia)',
  'INDEX_LOOKUP_PUSHDOWN(x0, icc) AGG_TO_COP()',
  'NO_ORDER_INDEX(x0, ib)',
  'USE_INDEX_MERGE(x0) USE_INDEX_MERGE(x1)',
  'USE_INDEX_MERGE(x0, ia, ib, ij)',
  'USE_INDEX_MERGE(x0, ij, ie, ia)',
  'USE_INDEX_MERGE(x0, icc, ib) USE_INDEX_MERGE(x1, ia, ib)',
  'NO_INDEX_MERGE()',
  'NO_DECORRELATE()',
  'SEMI_JOIN_REWRITE()',
  'READ_FROM_STORAGE(TIFLASH[x0, x1, x2])',
];

/** Session variables that change plans and not answers. */
export const FUZZ_SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['tidb_partition_prune_mode', "'static'"],
  ['tidb_enable_index_merge', 'OFF'],
  ['tidb_opt_insubq_to_join_and_agg', 'OFF'],
  ['tidb_opt_agg_push_down', 'ON'],
  ['tidb_opt_distinct_agg_push_down', 'ON'],
  ['tidb_opt_skew_distinct_agg', 'ON'],
  ['tidb_opt_derive_topn', 'ON'],
  ['tidb_opt_force_inline_cte', 'ON'],
  ['tidb_opt_join_reorder_threshold', '8'],
  ['tidb_enable_outer_join_reorder', 'OFF'],
  ['tidb_isolation_read_engines', "'tikv,tidb'"],
  ['tidb_max_chunk_size', '32'],
  ['tidb_enable_ordered_result_mode', 'ON'],
  ['tidb_index_lookup_pushdown_policy', "'force'"],
];
