import type { AlterTableSpec, ColumnPosition, DdlStatement } from '../ast/index.js';
import { DefinitionWriter } from './ddl.js';

/** ALTER TABLE and the other data definition statements as text. */
export abstract class DdlWriter extends DefinitionWriter {
  private position(position: ColumnPosition | null): this {
    if (position === null) return this;
    return position.kind === 'First' ? this.kw(' FIRST') : this.kw(' AFTER ').name(position.column);
  }

  private ifExists(flag: boolean): this {
    return flag ? this.kw('IF EXISTS ') : this;
  }

  private ifNotExists(flag: boolean): this {
    return flag ? this.kw('IF NOT EXISTS ') : this;
  }

  private namesOrAll(names: readonly string[] | null): this {
    return names === null ? this.kw('ALL') : this.names(names);
  }

  private alterSpec(spec: AlterTableSpec): this {
    switch (spec.kind) {
      case 'AddColumns': {
        this.kw('ADD COLUMN ').ifNotExists(spec.ifNotExists);
        if (spec.columns.length === 1 && spec.constraints.length === 0) {
          return this.columnDef(spec.columns[0]!).position(spec.position);
        }
        const elements = [
          ...spec.columns.map((column) => () => this.columnDef(column)),
          ...spec.constraints.map((constraint) => () => this.constraint(constraint)),
        ];
        return this.raw('(')
          .list(elements, (element) => element(), ', ')
          .raw(')');
      }
      case 'DropColumn':
        return this.kw('DROP COLUMN ').ifExists(spec.ifExists).name(spec.name);
      case 'ModifyColumn':
        return this.kw('MODIFY COLUMN ')
          .ifExists(spec.ifExists)
          .columnDef(spec.column)
          .position(spec.position);
      case 'ChangeColumn':
        this.kw('CHANGE COLUMN ').ifExists(spec.ifExists).name(spec.oldName).raw(' ');
        return this.columnDef(spec.column).position(spec.position);
      case 'RenameColumn':
        return this.kw('RENAME COLUMN ').name(spec.from).kw(' TO ').name(spec.to);
      case 'AlterColumnDefault':
        this.kw('ALTER COLUMN ').ifExists(spec.ifExists).name(spec.name);
        return spec.value === null ? this.kw(' DROP DEFAULT') : this.kw(' SET DEFAULT ').expr(spec.value);
      case 'AlterColumnVisibility':
        return this.kw('ALTER COLUMN ')
          .name(spec.name)
          .kw(spec.visible ? ' SET VISIBLE' : ' SET INVISIBLE');
      case 'AddConstraint':
        return this.kw('ADD ').constraint(spec.constraint);
      case 'DropPrimaryKey':
        return this.kw('DROP PRIMARY KEY');
      case 'DropIndex':
        return this.kw('DROP INDEX ').ifExists(spec.ifExists).name(spec.name);
      case 'DropForeignKey':
        return this.kw('DROP FOREIGN KEY ').ifExists(spec.ifExists).name(spec.name);
      case 'DropCheck':
        return this.kw(spec.constraint ? 'DROP CONSTRAINT ' : 'DROP CHECK ').name(spec.name);
      case 'AlterCheck':
        return this.kw('ALTER CHECK ')
          .name(spec.name)
          .kw(spec.enforced ? ' ENFORCED' : ' NOT ENFORCED');
      case 'AlterIndexVisibility':
        return this.kw('ALTER INDEX ')
          .name(spec.name)
          .kw(spec.visible ? ' VISIBLE' : ' INVISIBLE');
      case 'RenameIndex':
        return this.kw('RENAME INDEX ').name(spec.from).kw(' TO ').name(spec.to);
      case 'RenameTable':
        return this.kw('RENAME AS ').table(spec.to);
      case 'TableOptions':
        return this.list(spec.options, (option) => this.tableOption(option), ' ');
      case 'ConvertCharset':
        this.kw('CONVERT TO CHARACTER SET ');
        if (spec.charset === null) this.kw('DEFAULT');
        else this.charset(spec.charset);
        return spec.collate === null ? this : this.kw(' COLLATE ').charset(spec.collate);
      case 'OrderBy':
        return this.kw('ORDER BY ').list(spec.columns, ({ name, desc }) => {
          this.name(name);
          if (desc) this.kw(' DESC');
        });
      case 'EnableKeys':
        return this.kw('ENABLE KEYS');
      case 'DisableKeys':
        return this.kw('DISABLE KEYS');
      case 'Force':
        return this.kw('FORCE');
      case 'Algorithm':
        return this.kw(`ALGORITHM = ${spec.value}`);
      case 'Lock':
        return this.kw(`LOCK = ${spec.value}`);
      case 'Validation':
        return this.kw(spec.with ? 'WITH VALIDATION' : 'WITHOUT VALIDATION');
      case 'SecondaryLoad':
        return this.kw('SECONDARY_LOAD');
      case 'SecondaryUnload':
        return this.kw('SECONDARY_UNLOAD');
      case 'DiscardTablespace':
        return this.kw('DISCARD TABLESPACE');
      case 'ImportTablespace':
        return this.kw('IMPORT TABLESPACE');
      case 'PartitionBy':
        return this.partition(spec.partition);
      case 'RemovePartitioning':
        return this.kw('REMOVE PARTITIONING');
      case 'AddPartitions':
        this.kw('ADD PARTITION ').ifNotExists(spec.ifNotExists);
        if (spec.noWriteToBinlog) this.kw('NO_WRITE_TO_BINLOG ');
        if (spec.count !== null) return this.kw('PARTITIONS ').raw(String(spec.count));
        return spec.definitions.length === 0 ? this : this.partitionDefs(spec.definitions);
      case 'DropPartitions':
        return this.kw('DROP PARTITION ').ifExists(spec.ifExists).names(spec.names);
      case 'TruncatePartitions':
        return this.kw('TRUNCATE PARTITION ').namesOrAll(spec.names);
      case 'CoalescePartitions':
        this.kw('COALESCE PARTITION ');
        if (spec.noWriteToBinlog) this.kw('NO_WRITE_TO_BINLOG ');
        return this.raw(String(spec.count));
      case 'ReorganizePartitions':
        this.kw('REORGANIZE PARTITION');
        if (spec.noWriteToBinlog) this.kw(' NO_WRITE_TO_BINLOG');
        if (spec.names === null) return this;
        return this.raw(' ').names(spec.names).kw(' INTO ').partitionDefs(spec.definitions);
      case 'ExchangePartition':
        this.kw('EXCHANGE PARTITION ').name(spec.name).kw(' WITH TABLE ').table(spec.table);
        return spec.validation ? this : this.kw(' WITHOUT VALIDATION');
      case 'RebuildPartitions':
      case 'OptimizePartitions':
      case 'RepairPartitions':
      case 'CheckPartitions':
        return this.kw(`${spec.kind.slice(0, -10).toUpperCase()} PARTITION `).namesOrAll(spec.names);
      case 'DiscardPartitions':
      case 'ImportPartitions':
        this.kw(`${spec.kind.slice(0, -10).toUpperCase()} PARTITION `).namesOrAll(spec.names);
        return this.kw(' TABLESPACE');
      case 'PartitionOptions':
        this.kw('PARTITION ').name(spec.name).raw(' ');
        return this.list(spec.options, (option) => this.tableOption(option), ' ');
      case 'FirstPartition':
      case 'LastPartition':
      case 'MergeFirstPartition':
      case 'SplitMaxValuePartition': {
        const words = { FirstPartition: 'FIRST', LastPartition: 'LAST', MergeFirstPartition: 'MERGE FIRST' };
        this.kw(spec.kind === 'SplitMaxValuePartition' ? 'SPLIT MAXVALUE' : words[spec.kind]);
        return this.kw(' PARTITION LESS THAN ').raw('(').expr(spec.value).raw(')');
      }
      case 'TiFlashReplica':
        this.kw(spec.hypo ? 'SET HYPO TIFLASH REPLICA ' : 'SET TIFLASH REPLICA ').raw(String(spec.count));
        return this.locationLabels(spec.labels);
      case 'SetTtl':
        this.ttl(spec.ttl);
        return spec.options.length === 0
          ? this
          : this.raw(' ').list(spec.options, (option) => this.tableOption(option), ' ');
      case 'RemoveTtl':
        return this.kw('REMOVE TTL');
      case 'Cache':
        return this.kw('CACHE');
      case 'NoCache':
        return this.kw('NOCACHE');
      case 'Attributes':
        if (spec.partition !== null) this.kw('PARTITION ').name(spec.partition).raw(' ');
        return this.kw('ATTRIBUTES = ').stringOrDefault(spec.value);
      case 'StatsOptions':
        return this.kw('STATS_OPTIONS = ').stringOrDefault(spec.value);
      case 'AddStatistics':
        this.kw('ADD STATS_EXTENDED ').ifNotExists(spec.ifNotExists).name(spec.name).kw(` ${spec.type}`);
        return this.parenNames(spec.columns);
      case 'DropStatistics':
        return this.kw('DROP STATS_EXTENDED ').ifExists(spec.ifExists).name(spec.name);
    }
  }

  private stringOrDefault(value: string | null): this {
    return value === null ? this.kw('DEFAULT') : this.string(value);
  }

  private algorithmAndLock(algorithm: string | null, lock: string | null): this {
    if (algorithm !== null) this.kw(` ALGORITHM = ${algorithm}`);
    return lock === null ? this : this.kw(` LOCK = ${lock}`);
  }

  ddl(stmt: DdlStatement): this {
    switch (stmt.kind) {
      case 'CreateDatabase':
        this.kw('CREATE DATABASE ').ifNotExists(stmt.ifNotExists).name(stmt.name);
        return this.databaseOptions(stmt.options);
      case 'AlterDatabase':
        this.kw('ALTER DATABASE');
        if (stmt.name !== null) this.raw(' ').name(stmt.name);
        // Without a name PLACEMENT would be read as one.
        else if (stmt.options[0]?.name === 'PLACEMENT POLICY') this.kw(' DEFAULT');
        return this.databaseOptions(stmt.options);
      case 'DropDatabase':
        return this.kw('DROP DATABASE ').ifExists(stmt.ifExists).name(stmt.name);
      case 'CreateTable':
        return this.createTable(stmt);
      case 'DropTable': {
        const temporary =
          stmt.temporary === null ? '' : stmt.temporary === 'GLOBAL' ? 'GLOBAL TEMPORARY ' : 'TEMPORARY ';
        this.kw(`DROP ${temporary}TABLE `).ifExists(stmt.ifExists).tables(stmt.tables);
        return stmt.behaviour === null ? this : this.kw(` ${stmt.behaviour}`);
      }
      case 'TruncateTable':
        return this.kw('TRUNCATE TABLE ').table(stmt.table);
      case 'RenameTable':
        this.kw('RENAME TABLE ');
        return this.list(stmt.renames, ({ from, to }) => this.table(from).kw(' TO ').table(to), ', ');
      case 'AlterTable': {
        this.kw(stmt.ignore ? 'ALTER IGNORE TABLE ' : 'ALTER TABLE ').table(stmt.table);
        stmt.specs.forEach((spec, i) => {
          // Partitioning comes last and is not separated by a comma.
          const bare = spec.kind === 'PartitionBy' || spec.kind === 'RemovePartitioning';
          this.raw(i === 0 || bare ? ' ' : ', ').alterSpec(spec);
        });
        return this;
      }
      case 'CompactTable':
        this.kw('ALTER TABLE ').table(stmt.table).kw(' COMPACT');
        if (stmt.partitions.length > 0)
          this.kw(' PARTITION ').list(stmt.partitions, (p) => this.name(p), ',');
        return stmt.tiflash ? this.kw(' TIFLASH REPLICA') : this;
      case 'CreateIndex': {
        const type = stmt.type === 'INDEX' ? '' : `${stmt.type} `;
        this.kw(`CREATE ${type}INDEX `)
          .ifNotExists(stmt.ifNotExists)
          .name(stmt.name)
          .kw(' ON ')
          .table(stmt.table);
        this.raw(' ').indexParts(stmt.parts).indexOptions(stmt.options);
        return this.algorithmAndLock(stmt.algorithm, stmt.lock);
      }
      case 'DropIndex':
        this.kw(stmt.hypo ? 'DROP HYPO INDEX ' : 'DROP INDEX ')
          .ifExists(stmt.ifExists)
          .name(stmt.name)
          .kw(' ON ')
          .table(stmt.table);
        return this.algorithmAndLock(stmt.algorithm, stmt.lock);
      case 'CreateView': {
        this.kw(stmt.alter ? 'ALTER ' : stmt.orReplace ? 'CREATE OR REPLACE ' : 'CREATE ').kw(
          `ALGORITHM = ${stmt.algorithm} `,
        );
        if (stmt.definer !== null) {
          this.kw('DEFINER = ');
          this.user(stmt.definer).raw(' ');
        }
        this.kw(`SQL SECURITY ${stmt.security} VIEW `).table(stmt.view);
        if (stmt.columns !== null) this.raw(' ').parenNames(stmt.columns);
        this.kw(' AS ').query(stmt.query);
        return stmt.check === null ? this : this.kw(` WITH ${stmt.check} CHECK OPTION`);
      }
      case 'DropView':
        return this.kw('DROP VIEW ').ifExists(stmt.ifExists).tables(stmt.views);
      case 'CreateSequence':
        this.kw('CREATE SEQUENCE ')
          .ifNotExists(stmt.ifNotExists)
          .table(stmt.name)
          .sequenceOptions(stmt.options);
        for (const option of stmt.tableOptions) this.raw(' ').tableOption(option);
        return this;
      case 'AlterSequence':
        return this.kw('ALTER SEQUENCE ')
          .ifExists(stmt.ifExists)
          .table(stmt.name)
          .sequenceOptions(stmt.options);
      case 'DropSequence':
        return this.kw('DROP SEQUENCE ').ifExists(stmt.ifExists).tables(stmt.names);
      case 'SplitRegion':
        this.kw('SPLIT ');
        if (stmt.regionFor) this.kw('REGION FOR ');
        if (stmt.partition) this.kw('PARTITION ');
        this.kw('TABLE ').table(stmt.table);
        if (stmt.partitions.length > 0) this.kw(' PARTITION').parenNames(stmt.partitions);
        if (stmt.index !== null) this.kw(' INDEX ').name(stmt.index);
        return this.raw(' ').splitOption(stmt.option);
      case 'RecoverTable':
        this.kw('RECOVER TABLE ');
        if (stmt.table === null) return this.kw('BY JOB ').raw(String(stmt.job));
        this.table(stmt.table);
        return stmt.jobCount === null ? this : this.raw(` ${stmt.jobCount}`);
      case 'FlashbackTable':
        this.kw('FLASHBACK TABLE ').table(stmt.table);
        return stmt.to === null ? this : this.kw(' TO ').name(stmt.to);
      case 'FlashbackDatabase':
        this.kw('FLASHBACK DATABASE ').name(stmt.name);
        return stmt.to === null ? this : this.kw(' TO ').name(stmt.to);
      case 'FlashbackToTimestamp':
        this.kw('FLASHBACK ');
        if (stmt.database !== null) this.kw('DATABASE ').name(stmt.database);
        else if (stmt.tables.length > 0) this.kw('TABLE ').tables(stmt.tables);
        else this.kw('CLUSTER');
        if (stmt.timestamp !== null) return this.kw(' TO TIMESTAMP ').expr(stmt.timestamp);
        return this.kw(' TO TSO ').raw(String(stmt.tso));
      case 'CreatePlacementPolicy':
      case 'AlterPlacementPolicy': {
        const create = stmt.kind === 'CreatePlacementPolicy';
        this.kw(create ? (stmt.orReplace ? 'CREATE OR REPLACE' : 'CREATE') : 'ALTER').kw(
          ' PLACEMENT POLICY ',
        );
        if (stmt.ifExists) this.kw(create ? 'IF NOT EXISTS ' : 'IF EXISTS ');
        this.name(stmt.name);
        for (const { name, value } of stmt.options) {
          this.kw(` ${name} = `);
          if (typeof value === 'number') this.raw(String(value));
          else this.string(value);
        }
        return this;
      }
      case 'DropPlacementPolicy':
        return this.kw('DROP PLACEMENT POLICY ').ifExists(stmt.ifExists).name(stmt.name);
      case 'CreateResourceGroup':
      case 'AlterResourceGroup': {
        const create = stmt.kind === 'CreateResourceGroup';
        this.kw(create ? 'CREATE RESOURCE GROUP ' : 'ALTER RESOURCE GROUP ');
        if (stmt.ifExists) this.kw(create ? 'IF NOT EXISTS ' : 'IF EXISTS ');
        return this.name(stmt.name).raw(' ').resourceOptions(stmt.options);
      }
      case 'DropResourceGroup':
        return this.kw('DROP RESOURCE GROUP ').ifExists(stmt.ifExists).name(stmt.name);
      case 'OptimizeTable':
      case 'RepairTable':
      case 'CheckTable':
        return this.kw(`${stmt.kind.slice(0, -5).toUpperCase()} TABLE `).tables(stmt.tables);
      case 'UnsupportedDdl':
        this.kw(`${stmt.action} ${stmt.object}`);
        if (stmt.ifExists) this.kw(stmt.action === 'CREATE' ? ' IF NOT EXISTS' : ' IF EXISTS');
        if (stmt.schema !== null)
          this.raw(' ')
            .name(stmt.schema)
            .raw('.')
            .name(stmt.name ?? '');
        else if (stmt.name !== null) this.raw(' ').name(stmt.name);
        return this;
    }
  }
}
