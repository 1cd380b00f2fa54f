import type {
  AlterAlgorithm,
  AlterLock,
  AlterTableSpec,
  AlterTableStmt,
  ColumnDef,
  ColumnPosition,
  CreateIndexStmt,
  CreateTableStmt,
  DropIndexStmt,
  PartitionDef,
  Statement,
  TableConstraint,
  TableOption,
  TtlOption,
} from '../ast/index.js';
import { TableOptionGrammar } from './table-option.js';

type Temporary = CreateTableStmt['temporary'];

/** CREATE TABLE, ALTER TABLE and indexes (MySQL 8.0 manual, "Data Definition Statements"). */
export abstract class TableGrammar extends TableOptionGrammar {
  /** After CREATE [TEMPORARY] TABLE. */
  createTable(temporary: Temporary): CreateTableStmt {
    const ifNotExists = this.ifNotExists();
    const stmt: CreateTableStmt = {
      kind: 'CreateTable',
      table: this.tableName(),
      ifNotExists,
      temporary,
      onCommitDelete: false,
      like: null,
      columns: [],
      constraints: [],
      options: [],
      ttl: null,
      partition: null,
      select: null,
      onDuplicate: null,
      splits: [],
    };
    if (this.eat('LIKE')) {
      stmt.like = this.tableName();
      this.onCommit(stmt);
      return stmt;
    }
    if (this.at('(')) {
      const next = this.peek();
      if (next === 'LIKE') {
        this.advance();
        this.advance();
        stmt.like = this.tableName();
        this.expect(')');
        this.onCommit(stmt);
        return stmt;
      }
      if (next !== 'SELECT' && next !== '(' && next !== 'WITH' && next !== 'TABLE') this.tableElements(stmt);
    }
    const setTtl = (ttl: TtlOption): void => {
      stmt.ttl = ttl;
    };
    for (;;) {
      const option = this.tableOption(setTtl);
      if (option === null) break;
      if (option.name !== 'TTL') stmt.options.push(option);
      this.eat(',');
    }
    if (this.at('PARTITION')) {
      this.advance();
      this.expect('BY');
      stmt.partition = this.partitionOptions();
    }
    while (this.at('SPLIT')) {
      this.advance();
      let index: string | null = null;
      let primaryKey = false;
      if (this.eat('PRIMARY')) {
        this.expect('KEY');
        primaryKey = true;
      } else if (this.eat('INDEX')) index = this.ident();
      stmt.splits.push({ index, primaryKey, option: this.splitOption() });
    }
    stmt.onDuplicate = this.eatOneOf('IGNORE', 'REPLACE');
    if (this.eat('AS') || this.atQuery() || this.at('(')) stmt.select = this.query();
    else if (stmt.onDuplicate !== null) throw this.error();
    this.onCommit(stmt);
    return stmt;
  }

  /** ON COMMIT stands with GLOBAL TEMPORARY, and only with it. */
  private onCommit(stmt: CreateTableStmt): void {
    if (stmt.temporary !== 'GLOBAL') return;
    this.expect('ON');
    this.expect('COMMIT');
    stmt.onCommitDelete = this.oneOf('DELETE', 'PRESERVE') === 'DELETE';
    this.expect('ROWS');
  }

  private tableElements(stmt: CreateTableStmt): void {
    this.expect('(');
    do {
      if (this.atConstraint()) stmt.constraints.push(this.tableConstraint());
      else stmt.columns.push(this.columnDefinition());
    } while (this.eat(','));
    this.expect(')');
  }

  /** After CREATE [UNIQUE | …] INDEX. */
  createIndex(type: CreateIndexStmt['type']): CreateIndexStmt {
    const ifNotExists = this.ifNotExists();
    const options = this.emptyIndexOptions();
    const name = this.ident();
    if (this.eat('USING') || this.eat('TYPE')) {
      options.type = this.oneOf('BTREE', 'HASH', 'RTREE', 'HYPO', 'HNSW', 'INVERTED');
    }
    this.expect('ON');
    const table = this.tableName();
    const parts = this.indexParts();
    this.indexOptions(options);
    const { algorithm, lock } = this.algorithmAndLock();
    return { kind: 'CreateIndex', type, ifNotExists, name, table, parts, options, algorithm, lock };
  }

  /** After DROP INDEX. */
  dropIndex(hypo: boolean): DropIndexStmt {
    const ifExists = this.ifExists();
    const name = this.at('PRIMARY') ? (this.advance(), 'PRIMARY') : this.ident();
    this.expect('ON');
    const table = this.tableName();
    const { algorithm, lock } = this.algorithmAndLock();
    return { kind: 'DropIndex', hypo, ifExists, name, table, algorithm, lock };
  }

  private algorithmAndLock(): { algorithm: AlterAlgorithm | null; lock: AlterLock | null } {
    let algorithm: AlterAlgorithm | null = null;
    let lock: AlterLock | null = null;
    for (;;) {
      if (this.eat('ALGORITHM')) algorithm = this.algorithmValue();
      else if (this.eat('LOCK')) lock = this.lockValue();
      else return { algorithm, lock };
    }
  }

  private algorithmValue(): AlterAlgorithm {
    this.eatEquals();
    return this.oneOf('DEFAULT', 'COPY', 'INPLACE', 'INSTANT');
  }

  private lockValue(): AlterLock {
    this.eatEquals();
    return this.oneOf('DEFAULT', 'NONE', 'SHARED', 'EXCLUSIVE');
  }

  /** After ALTER [IGNORE] TABLE. */
  alterTable(ignore: boolean): Statement {
    const table = this.tableName();
    const stmt: AlterTableStmt = { kind: 'AlterTable', ignore, table, specs: [] };
    if (this.at('eof') || this.at(';')) return stmt;
    if (this.at('COMPACT')) {
      this.advance();
      const partitions = this.eat('PARTITION') ? this.identList() : [];
      const tiflash = this.eat('TIFLASH');
      if (tiflash) this.expect('REPLICA');
      return { kind: 'CompactTable', table, partitions, tiflash };
    }
    if (this.at('ANALYZE')) {
      this.advance();
      this.expect('PARTITION');
      const partitions = this.eat('ALL') ? [] : this.identList();
      return this.analyzeRest([table], partitions, false, false);
    }
    if (!this.at('PARTITION') && !this.at('REMOVE')) {
      do stmt.specs.push(this.alterSpec());
      while (this.eat(','));
    }
    if (this.at('PARTITION')) {
      const spec = this.alterPartitionBy();
      stmt.specs.push(spec);
    } else if (this.at('REMOVE') && this.peek() === 'PARTITIONING') {
      this.advance();
      this.advance();
      stmt.specs.push({ kind: 'RemovePartitioning' });
    } else if (this.at('REMOVE')) {
      do stmt.specs.push(this.alterSpec());
      while (this.eat(','));
    }
    return stmt;
  }

  abstract analyzeRest(
    tables: AlterTableStmt['table'][],
    partitions: string[],
    incremental: boolean,
    noWriteToBinlog: boolean,
  ): Statement;

  /** PARTITION BY …, or PARTITION p options. */
  private alterPartitionBy(): AlterTableSpec {
    this.expect('PARTITION');
    if (this.eat('BY')) return { kind: 'PartitionBy', partition: this.partitionOptions() };
    const name = this.ident();
    if (this.eat('ATTRIBUTES')) return { kind: 'Attributes', partition: name, value: this.attributesValue() };
    return { kind: 'PartitionOptions', name, options: this.someTableOptions() };
  }

  private attributesValue(): string | null {
    this.eatEquals();
    return this.eat('DEFAULT') ? null : this.string();
  }

  private someTableOptions(): TableOption[] {
    const options: TableOption[] = [];
    for (;;) {
      const option = this.tableOption(null);
      if (option === null) {
        if (options.length === 0) throw this.error();
        return options;
      }
      options.push(option);
    }
  }

  private alterSpec(): AlterTableSpec {
    switch (this.tok) {
      case 'ADD':
        this.advance();
        return this.alterAdd();
      case 'DROP':
        this.advance();
        return this.alterDrop();
      case 'MODIFY': {
        this.advance();
        this.eat('COLUMN');
        const ifExists = this.ifExists();
        const column = this.columnDefinition();
        return { kind: 'ModifyColumn', ifExists, column, position: this.columnPosition() };
      }
      case 'CHANGE': {
        this.advance();
        this.eat('COLUMN');
        const ifExists = this.ifExists();
        const oldName = this.columnRef().name;
        const column = this.columnDefinition();
        return { kind: 'ChangeColumn', ifExists, oldName, column, position: this.columnPosition() };
      }
      case 'RENAME':
        this.advance();
        return this.alterRename();
      case 'ALTER':
        this.advance();
        return this.alterAlter();
      case 'CONVERT': {
        this.advance();
        this.expect('TO');
        if (!this.eatCharacterSet()) throw this.error();
        const charset = this.eat('DEFAULT') ? null : this.charsetName();
        return {
          kind: 'ConvertCharset',
          charset,
          collate: this.eat('COLLATE') ? this.collationName() : null,
        };
      }
      case 'ORDER':
        this.advance();
        this.expect('BY');
        return {
          kind: 'OrderBy',
          columns: this.list(() => {
            const name = this.columnRef().name;
            return { name, desc: this.eatOneOf('ASC', 'DESC') === 'DESC' };
          }),
        };
      case 'ENABLE':
      case 'DISABLE': {
        const kind = this.tok === 'ENABLE' ? 'EnableKeys' : 'DisableKeys';
        this.advance();
        this.expect('KEYS');
        return { kind };
      }
      case 'FORCE': {
        this.advance();
        // TiDB: FORCE AUTO_INCREMENT = n may set the counter back.
        if (this.at('AUTO_INCREMENT') || this.at('AUTO_RANDOM_BASE')) {
          const option = this.tableOption(null);
          if (option === null) throw this.error();
          return { kind: 'TableOptions', options: [{ ...option, name: `FORCE ${option.name}` }] };
        }
        return { kind: 'Force' };
      }
      case 'ALGORITHM':
        this.advance();
        return { kind: 'Algorithm', value: this.algorithmValue() };
      case 'LOCK':
        this.advance();
        return { kind: 'Lock', value: this.lockValue() };
      case 'WITH':
      case 'WITHOUT': {
        const withValidation = this.tok === 'WITH';
        this.advance();
        this.expect('VALIDATION');
        return { kind: 'Validation', with: withValidation };
      }
      case 'SECONDARY_LOAD':
        this.advance();
        return { kind: 'SecondaryLoad' };
      case 'SECONDARY_UNLOAD':
        this.advance();
        return { kind: 'SecondaryUnload' };
      case 'TRUNCATE':
        this.advance();
        this.expect('PARTITION');
        return { kind: 'TruncatePartitions', names: this.partitionsOrAll() };
      case 'COALESCE': {
        this.advance();
        this.expect('PARTITION');
        const noWriteToBinlog = this.noWriteToBinlog();
        return { kind: 'CoalescePartitions', noWriteToBinlog, count: this.integer() };
      }
      case 'REORGANIZE': {
        this.advance();
        this.expect('PARTITION');
        const noWriteToBinlog = this.noWriteToBinlog();
        if (!this.atIdent())
          return { kind: 'ReorganizePartitions', noWriteToBinlog, names: null, definitions: [] };
        const names = this.identList();
        this.expect('INTO');
        return {
          kind: 'ReorganizePartitions',
          noWriteToBinlog,
          names,
          definitions: this.partitionDefinitions(),
        };
      }
      case 'EXCHANGE': {
        this.advance();
        this.expect('PARTITION');
        const name = this.ident();
        this.expect('WITH');
        this.expect('TABLE');
        const table = this.tableName();
        const with_ = this.eatOneOf('WITH', 'WITHOUT');
        if (with_ !== null) this.expect('VALIDATION');
        return { kind: 'ExchangePartition', name, table, validation: with_ !== 'WITHOUT' };
      }
      case 'REBUILD':
        return this.partitionMaintenance('RebuildPartitions');
      case 'OPTIMIZE':
        return this.partitionMaintenance('OptimizePartitions');
      case 'REPAIR':
        return this.partitionMaintenance('RepairPartitions');
      case 'CHECK':
        return this.partitionMaintenance('CheckPartitions');
      case 'DISCARD':
        if (this.eatPair('DISCARD', 'TABLESPACE')) return { kind: 'DiscardTablespace' };
        return this.partitionMaintenance('DiscardPartitions');
      case 'IMPORT':
        if (this.eatPair('IMPORT', 'TABLESPACE')) return { kind: 'ImportTablespace' };
        return this.partitionMaintenance('ImportPartitions');
      case 'FIRST':
      case 'LAST': {
        const kind = this.tok === 'FIRST' ? 'FirstPartition' : 'LastPartition';
        this.advance();
        this.expect('PARTITION');
        return { kind, value: this.lessThanOne() };
      }
      case 'MERGE':
        this.advance();
        this.expect('FIRST');
        this.expect('PARTITION');
        return { kind: 'MergeFirstPartition', value: this.lessThanOne() };
      case 'SPLIT':
        this.advance();
        this.expect('MAXVALUE');
        this.expect('PARTITION');
        return { kind: 'SplitMaxValuePartition', value: this.lessThanOne() };
      case 'SET': {
        this.advance();
        const hypo = this.eat('HYPO');
        this.expect('TIFLASH');
        this.expect('REPLICA');
        const count = this.integer();
        return { kind: 'TiFlashReplica', count, labels: this.locationLabels(), hypo };
      }
      case 'REMOVE':
        this.advance();
        this.expect('TTL');
        return { kind: 'RemoveTtl' };
      case 'CACHE':
        this.advance();
        return { kind: 'Cache' };
      case 'NOCACHE':
        this.advance();
        return { kind: 'NoCache' };
      case 'ATTRIBUTES':
        this.advance();
        return { kind: 'Attributes', partition: null, value: this.attributesValue() };
      case 'STATS_OPTIONS':
        this.advance();
        return { kind: 'StatsOptions', value: this.attributesValue() };
      case 'PARTITION':
        return this.alterPartitionBy();
      default:
        return this.alterOptions();
    }
  }

  private alterOptions(): AlterTableSpec {
    let ttl: TtlOption | null = null;
    const options: TableOption[] = [];
    for (;;) {
      const option = this.tableOption((value) => {
        ttl = value;
      });
      if (option === null) break;
      if (option.name !== 'TTL') options.push(option);
    }
    if (ttl !== null) return { kind: 'SetTtl', ttl, options };
    if (options.length === 0) throw this.error();
    return { kind: 'TableOptions', options };
  }

  locationLabels(): string[] {
    if (!this.eat('LOCATION')) return [];
    this.expect('LABELS');
    return this.list(() => this.string());
  }

  protected noWriteToBinlog(): boolean {
    return this.eatOneOf('NO_WRITE_TO_BINLOG', 'LOCAL') !== null;
  }

  private partitionsOrAll(): string[] | null {
    return this.eat('ALL') ? null : this.identList();
  }

  private partitionMaintenance(
    kind:
      | 'RebuildPartitions'
      | 'OptimizePartitions'
      | 'RepairPartitions'
      | 'CheckPartitions'
      | 'DiscardPartitions'
      | 'ImportPartitions',
  ): AlterTableSpec {
    this.advance();
    this.expect('PARTITION');
    this.noWriteToBinlog();
    const names = this.partitionsOrAll();
    if (kind === 'DiscardPartitions' || kind === 'ImportPartitions') this.expect('TABLESPACE');
    return { kind, names };
  }

  private columnPosition(): ColumnPosition | null {
    if (this.eat('FIRST')) return { kind: 'First' };
    if (this.eat('AFTER')) return { kind: 'After', column: this.columnRef().name };
    return null;
  }

  private alterAdd(): AlterTableSpec {
    if (this.at('PARTITION')) {
      this.advance();
      const ifNotExists = this.ifNotExists();
      const noWriteToBinlog = this.noWriteToBinlog();
      let definitions: PartitionDef[] = [];
      let count: number | null = null;
      if (this.eat('PARTITIONS')) count = this.integer();
      // Without a list: MySQL's errors 1492 and 1493 are for the executor to raise.
      else if (this.at('(')) definitions = this.partitionDefinitions();
      return { kind: 'AddPartitions', ifNotExists, noWriteToBinlog, definitions, count };
    }
    if (this.at('STATS_EXTENDED')) {
      this.advance();
      const ifNotExists = this.ifNotExists();
      const name = this.ident();
      const type = this.oneOf('CARDINALITY', 'DEPENDENCY', 'CORRELATION');
      return { kind: 'AddStatistics', ifNotExists, name, type, columns: this.parenIdents() };
    }
    if (this.atConstraint()) return { kind: 'AddConstraint', constraint: this.tableConstraint() };
    this.eat('COLUMN');
    const ifNotExists = this.ifNotExists();
    const columns: ColumnDef[] = [];
    const constraints: TableConstraint[] = [];
    if (this.eat('(')) {
      do {
        if (this.atConstraint()) constraints.push(this.tableConstraint());
        else columns.push(this.columnDefinition());
      } while (this.eat(','));
      this.expect(')');
      return { kind: 'AddColumns', ifNotExists, columns, constraints, position: null };
    }
    columns.push(this.columnDefinition());
    return { kind: 'AddColumns', ifNotExists, columns, constraints, position: this.columnPosition() };
  }

  private alterDrop(): AlterTableSpec {
    switch (this.tok) {
      case 'PRIMARY':
        this.advance();
        this.expect('KEY');
        return { kind: 'DropPrimaryKey' };
      case 'INDEX':
      case 'KEY': {
        this.advance();
        const ifExists = this.ifExists();
        const name = this.at('PRIMARY') ? (this.advance(), 'PRIMARY') : this.ident();
        return { kind: 'DropIndex', ifExists, name };
      }
      case 'FOREIGN': {
        this.advance();
        this.expect('KEY');
        const ifExists = this.ifExists();
        return { kind: 'DropForeignKey', ifExists, name: this.ident() };
      }
      case 'CHECK':
      case 'CONSTRAINT': {
        const constraint = this.tok === 'CONSTRAINT';
        this.advance();
        return { kind: 'DropCheck', name: this.ident(), constraint };
      }
      case 'PARTITION': {
        this.advance();
        const ifExists = this.ifExists();
        return { kind: 'DropPartitions', ifExists, names: this.identList() };
      }
      case 'STATS_EXTENDED': {
        this.advance();
        const ifExists = this.ifExists();
        return { kind: 'DropStatistics', ifExists, name: this.ident() };
      }
      default: {
        this.eat('COLUMN');
        const ifExists = this.ifExists();
        const name = this.columnRef().name;
        this.eatOneOf('RESTRICT', 'CASCADE');
        return { kind: 'DropColumn', ifExists, name };
      }
    }
  }

  private alterRename(): AlterTableSpec {
    if (this.eat('COLUMN')) {
      const from = this.ident();
      this.expect('TO');
      return { kind: 'RenameColumn', from, to: this.ident() };
    }
    if (this.at('INDEX') || this.at('KEY')) {
      this.advance();
      const from = this.ident();
      this.expect('TO');
      return { kind: 'RenameIndex', from, to: this.ident() };
    }
    if (!this.eat('TO') && !this.eat('AS')) this.eat('=');
    return { kind: 'RenameTable', to: this.tableName() };
  }

  private alterAlter(): AlterTableSpec {
    if (this.eat('INDEX')) {
      const name = this.ident();
      return {
        kind: 'AlterIndexVisibility',
        name,
        visible: this.oneOf('VISIBLE', 'INVISIBLE') === 'VISIBLE',
      };
    }
    if (this.eat('CHECK') || this.eat('CONSTRAINT')) {
      const name = this.ident();
      return { kind: 'AlterCheck', name, enforced: this.enforcedWord() };
    }
    this.eat('COLUMN');
    const ifExists = this.ifExists();
    const name = this.columnRef().name;
    if (this.eat('DROP')) {
      this.expect('DEFAULT');
      return { kind: 'AlterColumnDefault', ifExists, name, value: null };
    }
    this.expect('SET');
    const visibility = this.eatOneOf('VISIBLE', 'INVISIBLE');
    if (visibility !== null)
      return { kind: 'AlterColumnVisibility', name, visible: visibility === 'VISIBLE' };
    this.expect('DEFAULT');
    return { kind: 'AlterColumnDefault', ifExists, name, value: this.operand() };
  }
}
