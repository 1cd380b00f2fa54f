/** A change of table `t`, whose rows are (id, n, s) with ids below 3000. */
export interface SchemaChange {
  /** Statements, one after the other; one that a killed process left in doubt may be said again. */
  readonly steps: readonly string[];
  /** Between the steps the table is not there under its name. */
  readonly away?: boolean;
  /** Rows must not be written meanwhile, and no process be killed: TRUNCATE takes what was written before. */
  readonly quiet?: boolean;
}

export interface Partition {
  readonly name: string;
  /** The bound of RANGE, the values of LIST, '' otherwise. */
  readonly description: string;
}

export interface TableShape {
  readonly columns: readonly string[];
  readonly indexes: readonly string[];
  readonly constraints: readonly string[];
  /** '' when the table is not partitioned. */
  readonly partitioning: string;
  readonly partitions: readonly Partition[];
}

type Query = (sql: string) => Promise<(string | number | null)[][]>;

const OF_T = "table_schema = 'test' AND table_name = 't'";

export async function tableShape(query: Query): Promise<TableShape> {
  const list = async (sql: string): Promise<string[]> => (await query(sql)).map(([name]) => String(name));
  const partitions = await query(
    `SELECT partition_name, partition_description, partition_method FROM information_schema.partitions
     WHERE ${OF_T} AND partition_name IS NOT NULL ORDER BY partition_ordinal_position`,
  );
  return {
    columns: await list(`SELECT column_name FROM information_schema.columns WHERE ${OF_T}`),
    indexes: await list(`SELECT DISTINCT index_name FROM information_schema.statistics WHERE ${OF_T}`),
    constraints: await list(
      `SELECT constraint_name FROM information_schema.table_constraints WHERE ${OF_T} AND constraint_type IN ('FOREIGN KEY', 'CHECK')`,
    ),
    partitioning: String(partitions[0]?.[2] ?? ''),
    partitions: partitions.map(([name, description]) => ({
      name: String(name),
      description: String(description ?? ''),
    })),
  };
}

/** The statements that make `t` and what changes refer to. `nonclustered`: its primary key may come and go. */
export function tableStatements(nonclustered: boolean): readonly string[] {
  const keys = nonclustered
    ? 'PRIMARY KEY (id) NONCLUSTERED, UNIQUE KEY u (id), KEY a (n)'
    : 'PRIMARY KEY (id), KEY a (n)';
  return [
    'DROP TABLE IF EXISTS t, t_was, twin, parent',
    'CREATE TABLE parent (id INT PRIMARY KEY)',
    'INSERT INTO parent VALUES (1), (2), (3)',
    `CREATE TABLE t (id INT NOT NULL, n INT, s VARCHAR(40), ${keys})`,
  ];
}

/** Errors of changes that cannot be had in the table's present form, which the choice below does not look into. */
export const REFUSED: ReadonlySet<number> = new Set([
  1054, 1067, 1072, 1090, 1091, 1101, 1113, 1170, 1176, 1493, 1503, 1506, 1512, 1553, 1731, 1846, 3837, 8200,
  8242, 8264, 8272,
]);

/** Random changes; their names are numbered. */
export class SchemaChanges {
  private fresh = 0;

  constructor(private readonly random: () => number) {}

  private int(n: number): number {
    return Math.floor(this.random() * n);
  }
  private pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }

  /** A change that the table's shape allows. */
  next(shape: TableShape): SchemaChange {
    for (;;) {
      this.fresh++;
      const kinds = this.pick([
        this.indexClauses,
        this.indexClauses,
        this.columnClauses,
        this.columnClauses,
        this.rewrites,
        this.partitionClauses,
        this.partitionClauses,
        this.constraintClauses,
        this.attributes,
        this.whole,
      ]);
      const change = this.pick(kinds.call(this, shape))();
      if (change === null) continue;
      if (typeof change !== 'string') return change;
      return { steps: [`ALTER TABLE t ${this.joined(change, shape)}`] };
    }
  }

  /** Now and then clauses of several kinds in one statement. */
  private joined(clause: string, shape: TableShape): string {
    if (this.random() < 0.7 || /PARTITION|REPLICA/.test(clause)) return clause;
    this.fresh++;
    const other = this.pick(this.pick([this.indexClauses, this.columnClauses]).call(this, shape))();
    return other === null ? clause : `${clause}, ${other}`;
  }

  private names(shape: TableShape, prefix: string): readonly string[] {
    return shape.columns.filter((c) => c.startsWith(prefix));
  }

  private indexClauses(shape: TableShape): Clause[] {
    const name = `x${this.fresh}`;
    const indexes = shape.indexes.filter((i) => i !== 'u' && i !== 'PRIMARY');
    const any = this.pick(indexes);
    const other = (clause: string): string | null => (indexes.length === 0 ? null : clause);
    const json = this.pick(this.names(shape, 'j'));
    const global = shape.partitioning === '' ? '' : this.pick(['', ' GLOBAL']);
    return [
      () =>
        `ADD INDEX ${name} (${this.pick(['n', 's', 's(3), n', 'n, id', 'n DESC, s', 's DESC, n DESC', 'n, id DESC', 's(3) DESC', 'id, n'])})${global}`,
      () =>
        `ADD UNIQUE INDEX ${name} (${this.pick(['id, s', 'n, id', 'id DESC, s', 'n DESC, id DESC'])})${global}`,
      () =>
        `ADD INDEX ${name} (${this.pick(['(n + 1)', '(n + 1) DESC', '(LOWER(s)), n', '(LOWER(s)) DESC, n', '(id DIV 7)'])})`,
      () => `ADD INDEX ${name} (n) WHERE ${this.pick(['s IS NOT NULL', 'id > 500'])}`,
      () => `ADD FULLTEXT INDEX ${name} (s)`,
      () =>
        json === undefined
          ? null
          : `ADD INDEX ${name} ((CAST(${json} AS UNSIGNED ARRAY)), n${this.pick(['', ' DESC'])})`,
      () => other(`DROP INDEX ${any}`),
      () => other(`DROP INDEX ${any}, ADD INDEX ${name} (s, n)`),
      () => other(`RENAME INDEX ${any} TO ${name}`),
      () => other(`ALTER INDEX ${any} ${this.pick(['INVISIBLE', 'VISIBLE'])}`),
    ];
  }

  private columnClauses(shape: TableShape): Clause[] {
    const n = this.fresh;
    const plain = this.pick(this.names(shape, 'c'));
    const dropped = this.pick(shape.columns.filter((c) => /^[cgjf]/.test(c)));
    const where = this.pick(['', ' FIRST', ' AFTER id', ' AFTER n']);
    const have = (column: string | undefined, clause: string): string | null =>
      column === undefined ? null : clause;
    return [
      () => `ADD COLUMN c${n} INT NOT NULL DEFAULT ${n}${where}`,
      () => `ADD COLUMN c${n} VARCHAR(20) DEFAULT 'x', ADD INDEX x${n} (c${n}, n)`,
      () => `ADD COLUMN (c${n} DATETIME DEFAULT CURRENT_TIMESTAMP, c${n}b ENUM('a', 'b') DEFAULT 'b')`,
      () => `ADD COLUMN g${n} BIGINT AS (id * 2 + 1) VIRTUAL${where}`,
      () => `ADD COLUMN g${n} VARCHAR(60) AS (CONCAT(s, '-', n)), ADD INDEX x${n} (g${n})`,
      () => `ADD COLUMN j${n} JSON AS (JSON_ARRAY(id, id + 1))`,
      () => `ADD COLUMN f${n} INT DEFAULT ${this.pick(['1', '2', 'NULL'])}`,
      () => have(dropped, `DROP COLUMN ${dropped!}`),
      () => have(plain, `RENAME COLUMN ${plain!} TO c${n}`),
      () => have(plain, `MODIFY COLUMN ${plain!} VARCHAR(${20 + this.int(9)})`),
      () => have(plain, `CHANGE COLUMN ${plain!} c${n} TEXT${where}`),
      () => have(plain, `ALTER COLUMN ${plain!} SET DEFAULT 5`),
    ];
  }

  /** Of the columns that are written: with and without new values for the rows. */
  private rewrites(): Clause[] {
    const types = ['BIGINT', 'INT', 'VARCHAR(20)', 'DECIMAL(12,0)', 'BIGINT UNSIGNED', 'DOUBLE', 'CHAR(24)'];
    const n = `MODIFY COLUMN n ${this.pick(types)}`;
    return [
      () => n,
      () => `${n}${this.pick([' FIRST', ' AFTER s'])}`,
      () => `${n}, ADD COLUMN c${this.fresh} DATETIME, ADD INDEX x${this.fresh} (s)`,
      () => `MODIFY COLUMN s ${this.pick(['VARCHAR(40)', 'VARCHAR(60)', 'CHAR(50)', 'VARBINARY(80)'])}`,
      () =>
        `MODIFY COLUMN s VARCHAR(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_${this.pick(['bin', 'general_ci'])}`,
      () => `MODIFY COLUMN id ${this.pick(['INT', 'BIGINT'])} NOT NULL`,
      () =>
        `CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_${this.pick(['bin', 'general_ci', 'unicode_ci'])}`,
    ];
  }

  /** Divides the rows in another way, or adds and takes partitions that no row is in. */
  private partitionClauses({ partitioning, partitions }: TableShape): Clause[] {
    const name = `p${this.fresh}`;
    const split = 1 + this.int(2998);
    const halves = (suffix: string): string =>
      `PARTITION ${name}${suffix} VALUES LESS THAN (${split}), PARTITION ${name}${suffix}x VALUES LESS THAN (3000)`;
    const remainders = (values: readonly number[], suffix: string): string =>
      `PARTITION ${name}${suffix} VALUES IN (${values.join()})`;
    const clauses: Clause[] = [
      () => `PARTITION BY HASH (id) PARTITIONS ${1 + this.int(4)}`,
      () => `PARTITION BY KEY (id) PARTITIONS ${1 + this.int(4)}`,
      () => `PARTITION BY RANGE (id) (${halves('a')})`,
      () => `PARTITION BY RANGE COLUMNS (id) (${halves('a')})`,
      () =>
        `PARTITION BY LIST (id % 4) (${remainders([0, 1], 'a')}, ${remainders([2], 'b')}, ${remainders([3], 'c')})`,
    ];
    const first = partitions[0];
    const last = partitions.at(-1);
    if (partitioning !== '') clauses.push(() => 'REMOVE PARTITIONING');
    if (partitioning === 'HASH' || partitioning === 'KEY') {
      clauses.push(() => `ADD PARTITION PARTITIONS ${1 + this.int(2)}`);
      if (partitions.length > 1) clauses.push(() => 'COALESCE PARTITION 1');
    }
    if (partitioning.startsWith('RANGE')) {
      const bound = Number(last!.description);
      const lower = Number(partitions.at(-2)?.description ?? 0);
      const all = partitions.map((p) => p.name).join();
      clauses.push(() => `ADD PARTITION (PARTITION ${name} VALUES LESS THAN (${bound + 1000}))`);
      if (bound === 3000) clauses.push(() => `REORGANIZE PARTITION ${all} INTO (${halves('c')})`);
      if (bound - lower > 1 && bound <= 3000)
        clauses.push(
          () =>
            `REORGANIZE PARTITION ${last!.name} INTO (PARTITION ${name}d VALUES LESS THAN (${bound - 1}), PARTITION ${name}e VALUES LESS THAN (${bound}))`,
        );
      if (lower >= 3000)
        clauses.push(
          () => `DROP PARTITION ${last!.name}`,
          () => `TRUNCATE PARTITION ${last!.name}`,
          () => this.exchange(last!.name, bound - 1),
          () => this.exchange(last!.name, bound - 1),
        );
    }
    if (partitioning === 'LIST') {
      clauses.push(
        () => `ADD PARTITION (${remainders([10 + this.fresh], '')})`,
        () =>
          `REORGANIZE PARTITION ${first!.name} INTO (${remainders(first!.description.split(',').map(Number), 'r')})`,
      );
      if (Number(last!.description) >= 10) clauses.push(() => `DROP PARTITION ${last!.name}`);
    }
    return clauses;
  }

  /** The rows of a partition that nobody writes for those of another table. */
  private exchange(partition: string, id: number): SchemaChange {
    return {
      steps: [
        'DROP TABLE IF EXISTS twin',
        'CREATE TABLE twin LIKE t',
        'ALTER TABLE twin REMOVE PARTITIONING',
        `INSERT IGNORE INTO twin (id, n) VALUES (${id}, ${id})`,
        `ALTER TABLE t EXCHANGE PARTITION ${partition} WITH TABLE twin`,
      ],
    };
  }

  private constraintClauses(shape: TableShape): Clause[] {
    const n = this.fresh;
    const reference = this.pick(this.names(shape, 'f'));
    const keys = shape.constraints.filter((c) => c.startsWith('fk'));
    const checks = shape.constraints.filter((c) => c.startsWith('k'));
    const action = this.pick(['ON DELETE CASCADE', 'ON DELETE SET NULL ON UPDATE CASCADE', '']);
    return [
      () =>
        reference === undefined
          ? `ADD COLUMN f${n} INT DEFAULT 1`
          : `ADD CONSTRAINT fk${n} FOREIGN KEY (${reference}) REFERENCES parent (id) ${action}`,
      () => (keys.length === 0 ? null : `DROP FOREIGN KEY ${this.pick(keys)}`),
      () => `ADD CONSTRAINT k${n} CHECK (${this.pick(['id >= 0', 'n >= 0', "s <> 'no'"])})`,
      () => (checks.length === 0 ? null : `DROP CONSTRAINT ${this.pick(checks)}`),
      () =>
        checks.length === 0 ? null : `ALTER CHECK ${this.pick(checks)} ${this.pick(['', 'NOT '])}ENFORCED`,
      // The primary key of a table with another unique key may go: rows stay known by that.
      () =>
        shape.indexes.includes('u')
          ? shape.indexes.includes('PRIMARY')
            ? 'DROP PRIMARY KEY'
            : `ADD PRIMARY KEY (id${this.pick(['', ' DESC'])}) NONCLUSTERED`
          : null,
    ];
  }

  private attributes(): Clause[] {
    return [
      () => `COMMENT '${this.fresh}'`,
      () => this.pick(['FORCE', 'ENGINE = InnoDB', 'ROW_FORMAT = DYNAMIC', 'AUTO_ID_CACHE 100']),
      () => `SET TIFLASH REPLICA ${this.int(2)}`,
      () => `SHARD_ROW_ID_BITS = ${this.int(5)}`,
      () => `ADD INDEX x${this.fresh} (n), ALGORITHM = INPLACE, LOCK = NONE`,
    ];
  }

  private whole(): Clause[] {
    return [
      () => ({ steps: ['RENAME TABLE t TO t_was', 'RENAME TABLE t_was TO t'], away: true }),
      () => ({ steps: ['DROP TABLE t', 'FLASHBACK TABLE t'], away: true }),
      () => ({ steps: ['ALTER TABLE t CACHE', 'ALTER TABLE t NOCACHE'] }),
      () => ({
        steps: ['TRUNCATE TABLE t', 'FLASHBACK TABLE t TO t_was', 'DROP TABLE t', 'RENAME TABLE t_was TO t'],
        quiet: true,
      }),
    ];
  }
}

/** A clause of ALTER TABLE t, a change of its own, or null where the table has not what it takes. */
type Clause = () => string | SchemaChange | null;
