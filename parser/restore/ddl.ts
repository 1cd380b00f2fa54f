import type {
  ColumnDef,
  ColumnOption,
  CreateTableStmt,
  DatabaseOption,
  DdlStatement,
  Expr,
  IndexOptions,
  IndexPart,
  PartitionDef,
  PartitionMethod,
  PartitionOptions,
  Reference,
  ResourceGroupOption,
  SequenceOption,
  SplitOption,
  TableConstraint,
  TableOption,
  TtlOption,
} from '../ast/index.js';
import { DmlWriter } from './dml.js';

/** Table options whose value is a string literal. */
const STRING_OPTIONS: ReadonlySet<string> = new Set([
  'COMMENT',
  'COMPRESSION',
  'CONNECTION',
  'PASSWORD',
  'ENCRYPTION',
  'STATS_COL_CHOICE',
  'STATS_COL_LIST',
  'SECONDARY_ENGINE_ATTRIBUTE',
  'ENGINE_ATTRIBUTE',
  'DATA DIRECTORY',
  'INDEX DIRECTORY',
  'TTL_ENABLE',
  'TTL_JOB_INTERVAL',
  'AFFINITY',
  'AUTOEXTEND_SIZE',
  'SEQUENCE',
  'PAGE_COMPRESSED',
]);

/** Parts of table definitions as text. */
export abstract class DefinitionWriter extends DmlWriter {
  protected columnDef(column: ColumnDef): this {
    if (column.schema !== null) this.name(column.schema).raw('.');
    if (column.table !== null) this.name(column.table).raw('.');
    this.name(column.name).raw(' ').columnType(column.type);
    for (const option of column.options) this.raw(' ').columnOption(option);
    return this;
  }

  private columnOption(option: ColumnOption): this {
    switch (option.kind) {
      case 'NotNull':
        return this.kw('NOT NULL');
      case 'Null':
        return this.kw('NULL');
      case 'AutoIncrement':
        return this.kw('AUTO_INCREMENT');
      case 'Default':
        return this.kw('DEFAULT ').expr(option.value);
      case 'OnUpdate':
        return this.kw('ON UPDATE ').expr(option.value);
      case 'PrimaryKey':
        this.kw('PRIMARY KEY');
        if (option.clustered !== null) this.kw(option.clustered ? ' CLUSTERED' : ' NONCLUSTERED');
        return option.global ? this.kw(' GLOBAL') : this;
      case 'Unique':
        return this.kw(option.global ? 'UNIQUE KEY GLOBAL' : 'UNIQUE KEY');
      case 'Comment':
        return this.kw('COMMENT ').string(option.text);
      case 'Generated':
        this.kw('GENERATED ALWAYS AS').raw('(').expr(option.expr).raw(')');
        return this.kw(option.stored ? ' STORED' : ' VIRTUAL');
      case 'Check':
        return this.check(option.name, option);
      case 'References':
        return this.reference(option.reference);
      case 'Collate':
        return this.kw('COLLATE ').charset(option.collation);
      case 'ColumnFormat':
        return this.kw(`COLUMN_FORMAT ${option.format}`);
      case 'Storage':
        return this.kw(`STORAGE ${option.storage}`);
      case 'AutoRandom':
        this.kw('AUTO_RANDOM');
        if (option.shardBits === null) return this;
        return this.raw(`(${option.shardBits}${option.rangeBits === null ? '' : `, ${option.rangeBits}`})`);
      case 'Visibility':
        return this.kw(option.visible ? 'VISIBLE' : 'INVISIBLE');
      case 'SecondaryEngineAttribute':
        return this.kw('SECONDARY_ENGINE_ATTRIBUTE ').raw('= ').string(option.value);
    }
  }

  private check(name: string | null, { expr, enforced }: { expr: Expr; enforced: boolean }): this {
    if (name !== null) this.kw('CONSTRAINT ').name(name).raw(' ');
    return this.kw('CHECK')
      .raw('(')
      .expr(expr)
      .raw(')')
      .kw(enforced ? ' ENFORCED' : ' NOT ENFORCED');
  }

  private reference(reference: Reference): this {
    this.kw('REFERENCES ').table(reference.table);
    if (reference.columns.length > 0) this.indexParts(reference.columns);
    if (reference.match !== null) this.kw(` MATCH ${reference.match}`);
    if (reference.onDelete !== null) this.kw(` ON DELETE ${reference.onDelete}`);
    if (reference.onUpdate !== null) this.kw(` ON UPDATE ${reference.onUpdate}`);
    return this;
  }

  protected indexParts(parts: readonly IndexPart[]): this {
    this.raw('(').list(
      parts,
      ({ column, length, expr, desc }) => {
        if (column !== null) this.name(column);
        else if (expr !== null) this.raw('(').expr(expr).raw(')');
        if (length !== null) this.raw(`(${length})`);
        if (desc) this.kw(' DESC');
      },
      ', ',
    );
    return this.raw(')');
  }

  protected indexOptions(options: IndexOptions): this {
    if (options.clustered !== null) this.kw(options.clustered ? ' CLUSTERED' : ' NONCLUSTERED');
    if (options.keyBlockSize !== null) this.kw(' KEY_BLOCK_SIZE').raw(`=${options.keyBlockSize}`);
    if (options.type !== null) this.kw(` USING ${options.type}`);
    if (options.parser !== null) this.kw(' WITH PARSER ').name(options.parser);
    if (options.comment !== null) this.kw(' COMMENT ').string(options.comment);
    if (options.global !== null) this.kw(options.global ? ' GLOBAL' : ' LOCAL');
    if (options.visible !== null) this.kw(options.visible ? ' VISIBLE' : ' INVISIBLE');
    if (options.addColumnarReplicaOnDemand) this.kw(' ADD_COLUMNAR_REPLICA_ON_DEMAND');
    const { preSplit } = options;
    if (preSplit !== null) {
      this.kw(' PRE_SPLIT_REGIONS').raw(' = ');
      if (preSplit.lower === null && preSplit.values === null) this.raw(String(preSplit.regions));
      else this.raw('(').splitOption(preSplit).raw(')');
    }
    if (options.where !== null) this.kw(' WHERE ').expr(options.where);
    return this;
  }

  protected splitOption(option: SplitOption): this {
    const row = (values: readonly Expr[]): this => this.raw('(').exprs(values).raw(')');
    if (option.lower !== null && option.upper !== null) {
      this.kw('BETWEEN ');
      row(option.lower).kw(' AND ');
      return row(option.upper).kw(' REGIONS ').raw(String(option.regions));
    }
    return this.kw('BY ').list(option.values ?? [], row);
  }

  protected constraint(constraint: TableConstraint): this {
    switch (constraint.kind) {
      case 'Key': {
        const { type } = constraint;
        const words = type === 'PRIMARY KEY' ? type : type === 'INDEX' ? 'INDEX' : `${type} INDEX`;
        if (type === 'PRIMARY KEY' && constraint.name !== null)
          this.kw('CONSTRAINT ').name(constraint.name).raw(' ');
        this.kw(words);
        if (constraint.ifNotExists) this.kw(' IF NOT EXISTS');
        if (type !== 'PRIMARY KEY' && constraint.name !== null) this.raw(' ').name(constraint.name);
        return this.indexParts(constraint.parts).indexOptions(constraint.options);
      }
      case 'ForeignKey':
        if (constraint.name !== null) this.kw('CONSTRAINT ').name(constraint.name).raw(' ');
        this.kw('FOREIGN KEY ');
        if (constraint.ifNotExists) this.kw('IF NOT EXISTS ');
        return this.indexParts(constraint.columns).raw(' ').reference(constraint.reference);
      case 'Check':
        return this.check(constraint.name, constraint);
    }
  }

  protected tableOption({ name, value, isDefault }: TableOption): this {
    if (isDefault) this.kw('DEFAULT ');
    this.kw(name === 'CHARSET' ? 'CHARACTER SET' : name);
    if (name === 'STORAGE') return this.kw(` ${String(value)}`);
    this.raw(' = ');
    if (typeof value === 'object') return this.raw('(').tables(value).raw(')');
    if (typeof value !== 'string') return this.raw(String(value));
    if (name === 'ENGINE' || name === 'SECONDARY_ENGINE' || STRING_OPTIONS.has(name))
      return this.string(value);
    if (name === 'TABLESPACE') return this.name(value);
    if (value === 'DEFAULT') return this.kw(value);
    if (name === 'PLACEMENT POLICY') return this.name(value);
    if (name === 'CHARSET' || name === 'COLLATE') return this.charset(value);
    return this.kw(value);
  }

  protected ttl({ column, value, unit }: TtlOption): this {
    return this.kw('TTL').raw(' = ').name(column).kw(' + INTERVAL ').expr(value).raw(' ').kw(unit);
  }

  protected partition({ method, sub, definitions, updateIndexes }: PartitionOptions): this {
    this.kw('PARTITION BY ').partitionMethod(method);
    if (method.count !== null && method.type !== 'SYSTEM_TIME')
      this.kw(' PARTITIONS ').raw(String(method.count));
    if (sub !== null) {
      this.kw(' SUBPARTITION BY ').partitionMethod(sub);
      if (sub.count !== null) this.kw(' SUBPARTITIONS ').raw(String(sub.count));
    }
    if (definitions.length > 0) this.raw(' ').partitionDefs(definitions);
    if (updateIndexes.length > 0) {
      this.kw(' UPDATE INDEXES ').raw('(');
      this.list(updateIndexes, ({ name, global }) => this.name(name).kw(global ? ' GLOBAL' : ' LOCAL')).raw(
        ')',
      );
    }
    return this;
  }

  private partitionMethod(method: PartitionMethod): this {
    if (method.linear) this.kw('LINEAR ');
    this.kw(method.type);
    if (method.algorithm !== null) this.kw(' ALGORITHM').raw(` = ${method.algorithm}`);
    if (method.columns !== null) {
      if (method.type !== 'KEY') this.kw(' COLUMNS');
      this.raw(' ').parenNames(method.columns);
    } else if (method.expr !== null) this.raw(' (').expr(method.expr).raw(')');
    const { interval } = method;
    if (interval !== null) {
      this.kw(' INTERVAL ').raw('(').expr(interval.value);
      if (interval.unit !== null) this.raw(' ').kw(interval.unit);
      this.raw(')');
      if (interval.first !== null && interval.last !== null) {
        this.kw(' FIRST PARTITION LESS THAN ').raw('(').expr(interval.first).raw(')');
        this.kw(' LAST PARTITION LESS THAN ').raw('(').expr(interval.last).raw(')');
      }
      if (interval.nullPartition) this.kw(' NULL PARTITION');
      if (interval.maxValuePartition) this.kw(' MAXVALUE PARTITION');
    }
    return this;
  }

  protected partitionDefs(definitions: readonly PartitionDef[]): this {
    this.raw('(').list(definitions, ({ name, values, options, sub }) => {
      this.kw('PARTITION ').name(name);
      switch (values?.kind) {
        case 'LessThan':
          this.kw(' VALUES LESS THAN ').raw('(');
          this.list(
            values.values,
            (value) => (value === null ? this.kw('MAXVALUE') : this.expr(value)),
            ', ',
          ).raw(')');
          break;
        case 'In':
          this.kw(' VALUES IN ').raw('(');
          this.list(
            values.rows,
            (row) => (row.length === 1 ? this.expr(row[0]!) : this.raw('(').exprs(row).raw(')')),
            ', ',
          );
          this.raw(')');
          break;
        case 'Default':
          this.kw(' DEFAULT');
          break;
        case 'History':
        case 'Current':
          this.kw(` ${values.kind.toUpperCase()}`);
      }
      for (const option of options) this.raw(' ').tableOption(option);
      if (sub.length > 0) {
        this.raw(' (').list(sub, (part) => {
          this.kw('SUBPARTITION ').name(part.name);
          for (const option of part.options) this.raw(' ').tableOption(option);
        });
        this.raw(')');
      }
    });
    return this.raw(')');
  }

  protected createTable(stmt: CreateTableStmt): this {
    this.kw('CREATE ');
    if (stmt.temporary !== null) this.kw(stmt.temporary === 'GLOBAL' ? 'GLOBAL TEMPORARY ' : 'TEMPORARY ');
    this.kw('TABLE ');
    if (stmt.ifNotExists) this.kw('IF NOT EXISTS ');
    this.table(stmt.table);
    if (stmt.like !== null) this.kw(' LIKE ').table(stmt.like);
    const elements = [
      ...stmt.columns.map((column) => () => this.columnDef(column)),
      ...stmt.constraints.map((constraint) => () => this.constraint(constraint)),
    ];
    if (elements.length > 0)
      this.raw(' (')
        .list(elements, (element) => element())
        .raw(')');
    for (const option of stmt.options) this.raw(' ').tableOption(option);
    if (stmt.ttl !== null) this.raw(' ').ttl(stmt.ttl);
    if (stmt.partition !== null) this.raw(' ').partition(stmt.partition);
    for (const split of stmt.splits) {
      this.kw(' SPLIT ');
      if (split.primaryKey) this.kw('PRIMARY KEY ');
      if (split.index !== null) this.kw('INDEX ').name(split.index).raw(' ');
      this.splitOption(split.option);
    }
    if (stmt.onDuplicate !== null) this.kw(` ${stmt.onDuplicate}`);
    if (stmt.select !== null) this.kw(' AS ').query(stmt.select);
    if (stmt.temporary === 'GLOBAL') {
      this.kw(stmt.onCommitDelete ? ' ON COMMIT DELETE ROWS' : ' ON COMMIT PRESERVE ROWS');
    }
    return this;
  }

  protected databaseOptions(options: readonly DatabaseOption[]): this {
    for (const option of options) {
      this.raw(' ');
      switch (option.name) {
        case 'CHARSET':
          this.kw('CHARACTER SET = ').charset(option.value);
          break;
        case 'COLLATE':
          this.kw('COLLATE = ').charset(option.value);
          break;
        case 'ENCRYPTION':
          this.kw('ENCRYPTION = ').string(option.value);
          break;
        case 'PLACEMENT POLICY':
          this.kw('PLACEMENT POLICY = ');
          if (option.value === 'DEFAULT') this.kw('DEFAULT');
          else this.name(option.value);
          break;
        case 'TIFLASH REPLICA':
          this.kw('SET TIFLASH REPLICA ').raw(String(option.count)).locationLabels(option.labels);
          break;
        case 'READ ONLY':
          this.kw('READ ONLY = ').kw(option.value);
      }
    }
    return this;
  }

  protected locationLabels(labels: readonly string[]): this {
    if (labels.length === 0) return this;
    return this.kw(' LOCATION LABELS ').list(labels, (label) => this.string(label), ', ');
  }

  protected sequenceOptions(options: readonly SequenceOption[]): this {
    for (const option of options) {
      this.raw(' ');
      switch (option.name) {
        case 'INCREMENT':
          this.kw('INCREMENT BY ').raw(String(option.value));
          break;
        case 'START':
          this.kw('START WITH ').raw(String(option.value));
          break;
        case 'CYCLE':
          this.kw(option.value ? 'CYCLE' : 'NOCYCLE');
          break;
        case 'RESTART':
          this.kw('RESTART');
          if (option.value !== null) this.kw(' WITH ').raw(String(option.value));
          break;
        default:
          if (option.value === null) this.kw(option.name === 'CACHE' ? 'NOCACHE' : `NO ${option.name}`);
          else this.kw(`${option.name} `).raw(String(option.value));
      }
    }
    return this;
  }

  protected resourceOptions(options: readonly ResourceGroupOption[]): this {
    return this.list(
      options,
      ({ name, value, options: nested }) => {
        this.kw(name);
        if (nested.length > 0 && name !== 'WATCH') this.raw(' = (').resourceOptions(nested).raw(')');
        else if (typeof value === 'number' || typeof value === 'boolean')
          this.raw(' = ').kw(String(value).toUpperCase());
        else if (value !== null) {
          const word = /^[A-Z_]+(\(.*\))?$/.test(value) && name !== 'EXEC_ELAPSED';
          this.raw(' = ');
          if (word) this.raw(value);
          else this.string(value);
        }
        if (name === 'WATCH' && nested.length > 0) this.raw(' ').resourceOptions(nested);
      },
      ', ',
    );
  }

  abstract ddl(stmt: DdlStatement): this;
}
