import type {
  AdministrationStatement,
  AdminStmt,
  DdlStatement,
  DiagnosticsStatement,
  DmlStatement,
  Expr,
  SetStatement,
  Statement,
  TransactionStatement,
} from '../ast/index.js';
import { AccountWriter } from './account.js';

type OptionValue = string | number | boolean;

/** Server administration as text, and the choice among all statements. */
export class StatementWriter extends AccountWriter {
  private digests(values: readonly Expr[]): this {
    return this.exprs(values, ', ');
  }

  /** name = value pairs; a word is written bare. */
  private pairs(options: readonly { name: string; value: OptionValue }[]): this {
    for (const { name, value } of options) {
      this.kw(` ${name} = `);
      if (typeof value === 'string' && !/^[A-Z_]+$/.test(value)) this.string(value);
      else this.raw(String(value).toUpperCase());
    }
    return this;
  }

  private partitionList(partitions: readonly string[]): this {
    return partitions.length === 0 ? this : this.kw(' PARTITION ').names(partitions);
  }

  private administration(stmt: AdministrationStatement): this {
    switch (stmt.kind) {
      case 'CreateUser':
        this.kw(stmt.ifNotExists ? 'CREATE USER IF NOT EXISTS ' : 'CREATE USER ').accounts(stmt.users);
        if (stmt.defaultRoles.length > 0) this.kw(' DEFAULT ROLE ').users(stmt.defaultRoles);
        return this.accountOptions(stmt);
      case 'AlterUser':
        this.kw(stmt.ifExists ? 'ALTER USER IF EXISTS ' : 'ALTER USER ').accounts(stmt.users);
        if (stmt.defaultRole !== null) {
          this.kw(' DEFAULT ROLE ');
          if (stmt.defaultRole.mode === 'LIST') this.users(stmt.defaultRole.roles);
          else this.kw(stmt.defaultRole.mode);
        }
        return this.accountOptions(stmt);
      case 'RenameUser':
        return this.kw('RENAME USER ').list(
          stmt.renames,
          ({ from, to }) => this.user(from).kw(' TO ').user(to),
          ', ',
        );
      case 'DropUser':
        return this.kw(stmt.ifExists ? 'DROP USER IF EXISTS ' : 'DROP USER ').users(stmt.users);
      case 'CreateRole':
        return this.kw(stmt.ifNotExists ? 'CREATE ROLE IF NOT EXISTS ' : 'CREATE ROLE ').users(stmt.roles);
      case 'DropRole':
        return this.kw(stmt.ifExists ? 'DROP ROLE IF EXISTS ' : 'DROP ROLE ').users(stmt.roles);
      case 'Grant': {
        this.kw('GRANT ')
          .privileges(stmt.privileges)
          .kw(' ON ')
          .level(stmt.on)
          .kw(' TO ')
          .accounts(stmt.users);
        this.require(stmt.require);
        if (!stmt.grantOption && stmt.limits.length === 0) return this;
        this.kw(stmt.grantOption ? ' WITH GRANT OPTION' : ' WITH');
        return this.limits(stmt.limits);
      }
      case 'GrantRole':
        this.kw('GRANT ').users(stmt.roles).kw(' TO ').users(stmt.users);
        return stmt.adminOption ? this.kw(' WITH ADMIN OPTION') : this;
      case 'GrantProxy':
        this.kw('GRANT PROXY ON ').user(stmt.proxied).kw(' TO ').accounts(stmt.users);
        return stmt.grantOption ? this.kw(' WITH GRANT OPTION') : this;
      case 'Revoke':
        this.kw(stmt.ifExists ? 'REVOKE IF EXISTS ' : 'REVOKE ').privileges(stmt.privileges);
        if (stmt.on !== null) this.kw(' ON ').level(stmt.on);
        this.kw(' FROM ').users(stmt.users);
        return stmt.ignoreUnknownUser ? this.kw(' IGNORE UNKNOWN USER') : this;
      case 'RevokeRole':
        return this.kw('REVOKE ').users(stmt.roles).kw(' FROM ').users(stmt.users);
      case 'RevokeProxy':
        return this.kw('REVOKE PROXY ON ').user(stmt.proxied).kw(' FROM ').users(stmt.users);
      case 'Kill':
        this.kw(stmt.tidb ? 'KILL TIDB ' : 'KILL ');
        if (stmt.query) this.kw('QUERY ');
        // A call may begin with a word that would be read as one of the statement's.
        else if (stmt.id.kind !== 'IntLiteral') this.kw('CONNECTION ');
        return this.expr(stmt.id);
      case 'Flush':
        this.kw(stmt.noWriteToBinlog ? 'FLUSH NO_WRITE_TO_BINLOG ' : 'FLUSH ').kw(stmt.what);
        if (stmt.tables.length > 0) this.raw(' ').tables(stmt.tables);
        if (stmt.plugins.length > 0) this.raw(' ').names(stmt.plugins);
        for (const what of stmt.more) this.raw(', ').kw(what);
        return stmt.withReadLock ? this.kw(' WITH READ LOCK') : this;
      case 'LockTables':
        return this.kw('LOCK TABLES ').list(
          stmt.locks,
          ({ table, alias, type }) => {
            this.table(table);
            if (alias !== null) this.kw(' AS ').name(alias);
            this.kw(` ${type}`);
          },
          ', ',
        );
      case 'UnlockTables':
        return this.kw('UNLOCK TABLES');
      case 'AnalyzeTable':
        this.kw(stmt.noWriteToBinlog ? 'ANALYZE NO_WRITE_TO_BINLOG ' : 'ANALYZE ');
        this.kw(stmt.incremental ? 'INCREMENTAL TABLE ' : 'TABLE ')
          .tables(stmt.tables)
          .partitionList(stmt.partitions);
        if (stmt.indexes !== null) {
          this.kw(' INDEX');
          if (stmt.indexes.length > 0) this.raw(' ').names(stmt.indexes);
        }
        if (stmt.columns !== null) {
          if (stmt.columns.mode === 'LIST') this.kw(' COLUMNS ').names(stmt.columns.names);
          else this.kw(` ${stmt.columns.mode} COLUMNS`);
        }
        if (stmt.histogram !== null) {
          this.kw(` ${stmt.histogram.action} HISTOGRAM ON `).names(stmt.histogram.columns);
        }
        if (stmt.options.length === 0) return this;
        return this.kw(' WITH ').list(
          stmt.options,
          ({ name, value }) => this.raw(`${value} `).kw(name),
          ', ',
        );
      case 'ChecksumTable':
        this.kw('CHECKSUM TABLE ').tables(stmt.tables);
        return stmt.mode === null ? this : this.kw(` ${stmt.mode}`);
      case 'Admin':
        return this.admin(stmt);
      case 'Shutdown':
      case 'Restart':
        return this.kw(stmt.kind.toUpperCase());
      case 'ResetPersist':
        this.kw(stmt.ifExists ? 'RESET PERSIST IF EXISTS' : 'RESET PERSIST');
        return stmt.name === null ? this : this.raw(' ').name(stmt.name);
      case 'Help':
        return this.kw('HELP ').string(stmt.topic);
      case 'Explain':
        this.kw(stmt.analyze ? 'EXPLAIN ANALYZE ' : 'EXPLAIN ');
        if (stmt.format !== null) this.kw('FORMAT = ').string(stmt.format).raw(' ');
        return stmt.stmt === null ? this.string(stmt.planDigest ?? '') : this.statement(stmt.stmt);
      case 'ExplainForConnection':
        this.kw('EXPLAIN ');
        if (stmt.format !== null) this.kw('FORMAT = ').string(stmt.format).raw(' ');
        return this.kw('FOR CONNECTION ').raw(String(stmt.id));
      case 'DescribeTable':
        this.kw('DESC ').table(stmt.table);
        if (stmt.column === null) return this;
        return stmt.isPattern ? this.raw(' ').string(stmt.column) : this.raw(' ').name(stmt.column);
      case 'Trace':
        this.kw('TRACE ');
        if (stmt.plan) this.kw('PLAN ');
        if (stmt.planTarget !== null) this.kw('TARGET = ').string(stmt.planTarget).raw(' ');
        if (stmt.format !== null) this.kw('FORMAT = ').string(stmt.format).raw(' ');
        return this.statement(stmt.stmt);
      case 'CreateBinding':
        this.kw(`CREATE ${stmt.scope} BINDING `);
        if (stmt.hinted === null) return this.kw('FROM HISTORY USING PLAN DIGEST ').digests(stmt.planDigests);
        if (stmt.origin !== null) this.kw('FOR ').statement(stmt.origin).raw(' ');
        return this.kw('USING ').statement(stmt.hinted);
      case 'DropBinding':
        this.kw(`DROP ${stmt.scope} BINDING FOR `);
        if (stmt.origin === null) return this.kw('SQL DIGEST ').digests(stmt.sqlDigests);
        this.statement(stmt.origin);
        return stmt.hinted === null ? this : this.kw(' USING ').statement(stmt.hinted);
      case 'SetBinding':
        this.kw(stmt.enabled ? 'SET BINDING ENABLED FOR ' : 'SET BINDING DISABLED FOR ');
        if (stmt.origin === null) return this.kw('SQL DIGEST ').string(stmt.sqlDigest ?? '');
        this.statement(stmt.origin);
        return stmt.hinted === null ? this : this.kw(' USING ').statement(stmt.hinted);
      case 'PlanReplayer':
        this.kw(`PLAN REPLAYER ${stmt.action} `);
        if (stmt.action === 'LOAD') return this.string(stmt.file ?? '');
        if (stmt.action !== 'DUMP')
          return this.string(stmt.sqlDigest ?? '')
            .raw(' ')
            .string(stmt.planDigest ?? '');
        if (stmt.asOf !== null) this.kw('WITH STATS AS OF TIMESTAMP ').expr(stmt.asOf).raw(' ');
        this.kw(stmt.analyze ? 'EXPLAIN ANALYZE ' : 'EXPLAIN ');
        if (stmt.slowQuery !== null) {
          this.kw('SLOW QUERY');
          return stmt.slowQuery.where === null ? this : this.kw(' WHERE ').expr(stmt.slowQuery.where);
        }
        return stmt.file !== null
          ? this.string(stmt.file)
          : this.list(stmt.stmts, (inner) => this.statement(inner));
      case 'LoadStats':
        return this.kw('LOAD STATS ').string(stmt.path);
      case 'DropStats':
        this.kw('DROP STATS ').tables(stmt.tables).partitionList(stmt.partitions);
        return stmt.global ? this.kw(' GLOBAL') : this;
      case 'LockStats':
      case 'UnlockStats':
        this.kw(stmt.kind === 'LockStats' ? 'LOCK STATS ' : 'UNLOCK STATS ').tables(stmt.tables);
        return this.partitionList(stmt.partitions);
      case 'RefreshStats':
        return this.kw('REFRESH STATS ').list(
          stmt.objects,
          ({ schema, table }) => {
            if (schema !== null) this.name(schema).raw('.');
            else if (table === null) this.raw('*.');
            if (table === null) this.raw('*');
            else this.name(table);
          },
          ', ',
        );
      case 'CreateStatistics':
        this.kw(stmt.ifNotExists ? 'CREATE STATISTICS IF NOT EXISTS ' : 'CREATE STATISTICS ').name(stmt.name);
        this.raw(' (').kw(stmt.type).raw(')').kw(' ON ').table(stmt.table);
        return this.parenNames(stmt.columns);
      case 'DropStatistics':
        return this.kw('DROP STATISTICS ').name(stmt.name);
      case 'ImportJob':
        return this.kw(`${stmt.action} IMPORT JOB `).raw(String(stmt.id));
      case 'DistributionJob':
        return this.kw('CANCEL DISTRIBUTION JOB ').raw(String(stmt.id));
      case 'Traffic':
        if (stmt.action === 'CANCEL') return this.kw('CANCEL TRAFFIC JOBS');
        this.kw(`TRAFFIC ${stmt.action} `);
        this.kw(stmt.action === 'CAPTURE' ? 'TO ' : 'FROM ').string(stmt.path ?? '');
        return this.pairs(stmt.options);
      case 'Brie':
        this.kw(`${stmt.action} `);
        if (stmt.tables.length > 0) this.kw('TABLE ').tables(stmt.tables);
        else if (stmt.schemas.length > 0) this.kw('DATABASE ').names(stmt.schemas);
        else this.kw('DATABASE *');
        this.kw(stmt.action === 'BACKUP' ? ' TO ' : ' FROM ').string(stmt.path);
        return this.pairs(stmt.options);
      case 'BackupLogs':
        if (stmt.action === 'BACKUP') this.kw('BACKUP LOGS');
        else this.kw(stmt.action === 'RESTORE POINT' ? stmt.action : `${stmt.action} BACKUP LOGS`);
        if (stmt.path !== null) this.kw(stmt.action === 'BACKUP' ? ' TO ' : ' FROM ').string(stmt.path);
        return this.pairs(stmt.options);
      case 'CalibrateResource':
        this.kw('CALIBRATE RESOURCE');
        if (stmt.workload !== null) this.kw(` WORKLOAD ${stmt.workload}`);
        if (stmt.startTime !== null) this.kw(' START_TIME ').expr(stmt.startTime);
        if (stmt.endTime !== null) this.kw(' END_TIME ').expr(stmt.endTime);
        if (stmt.duration === null) return this;
        return /^\d+ [A-Z]+$/.test(stmt.duration)
          ? this.kw(` DURATION INTERVAL ${stmt.duration}`)
          : this.kw(' DURATION ').string(stmt.duration);
      case 'QueryWatch':
        this.kw(`QUERY WATCH ${stmt.action}`);
        if (stmt.id !== null) return this.raw(` ${stmt.id}`);
        for (const { name, value } of stmt.options) {
          if (name === 'SWITCH_GROUP') this.raw('(').name(String(value)).raw(')');
          else if (name.startsWith('SQL TEXT ')) this.kw(` ${name} TO `).watchValue(value);
          else if (name === 'ACTION') this.kw(` ACTION = ${String(value)}`);
          else this.kw(` ${name} `).watchValue(value);
        }
        return this;
      case 'RecommendIndex':
        this.kw(`RECOMMEND INDEX ${stmt.action}`);
        if (stmt.action === 'SHOW') this.kw(' OPTION');
        if (stmt.sql !== null) this.kw(' FOR ').string(stmt.sql);
        if (stmt.id !== null) this.raw(` ${stmt.id}`);
        stmt.options.forEach(({ name, value }, i) => {
          this.kw(i > 0 ? ', ' : stmt.action === 'RUN' ? ' WITH ' : ' ')
            .name(name)
            .raw(' = ');
          if (typeof value === 'number') this.raw(String(value));
          else this.string(value);
        });
        return this;
      case 'AlterInstance':
        return this.kw(`ALTER INSTANCE RELOAD TLS${stmt.noRollbackOnError ? ' NO ROLLBACK ON ERROR' : ''}`);
      case 'AlterRange':
        this.kw('ALTER RANGE ').name(stmt.name);
        for (const { name, value } of stmt.options) {
          this.kw(` ${name} = `);
          if (typeof value === 'number') this.raw(String(value));
          else this.string(value);
        }
        return this;
      case 'DistributeTable':
        this.kw('DISTRIBUTE TABLE ').table(stmt.table);
        if (stmt.partitions.length > 0) this.kw(' PARTITION').parenNames(stmt.partitions);
        for (const { name, value } of stmt.options) this.kw(` ${name} = `).string(value);
        return this;
      case 'InstallPlugin':
        return this.kw('INSTALL PLUGIN ')
          .name(stmt.names[0] ?? '')
          .kw(' SONAME ')
          .string(stmt.names[1] ?? '');
      case 'UninstallPlugin':
        return this.kw('UNINSTALL PLUGIN ').name(stmt.names[0] ?? '');
      case 'InstallComponent':
      case 'UninstallComponent':
        this.kw(stmt.kind === 'InstallComponent' ? 'INSTALL COMPONENT ' : 'UNINSTALL COMPONENT ');
        return this.list(stmt.names, (name) => this.string(name), ', ');
    }
  }

  private watchValue(value: Expr | string | null): this {
    if (value === null) return this;
    return typeof value === 'string' ? this.name(value) : this.expr(value);
  }

  private admin(stmt: AdminStmt): this {
    this.kw('ADMIN ');
    switch (stmt.action) {
      case 'CHECK TABLE':
      case 'CHECKSUM TABLE':
      case 'CLEANUP TABLE LOCK':
        return this.kw(`${stmt.action} `).tables(stmt.tables);
      case 'REPAIR TABLE':
        return this.kw('REPAIR TABLE ').table(stmt.table).raw(' ').statement(stmt.create);
      case 'CHECK INDEX':
        this.kw('CHECK INDEX ').table(stmt.table).raw(' ').name(stmt.index);
        if (stmt.ranges.length > 0)
          this.raw(' ').list(stmt.ranges, ({ begin, end }) => this.raw(`(${begin},${end})`));
        return this;
      case 'RECOVER INDEX':
      case 'CLEANUP INDEX':
        return this.kw(`${stmt.action} `).table(stmt.table).raw(' ').name(stmt.index);
      case 'SHOW DDL JOBS':
        this.kw('SHOW DDL JOBS');
        if (stmt.count !== null) this.raw(` ${stmt.count}`);
        return stmt.where === null ? this : this.kw(' WHERE ').expr(stmt.where);
      case 'SHOW DDL JOB QUERIES':
        this.kw('SHOW DDL JOB QUERIES ');
        if (stmt.limit === null) return this.raw(stmt.jobs.join(', '));
        return this.kw('LIMIT ').raw(`${stmt.offset ?? 0}, ${stmt.limit}`);
      case 'CANCEL DDL JOBS':
      case 'PAUSE DDL JOBS':
      case 'RESUME DDL JOBS':
        return this.kw(`${stmt.action} `).raw(stmt.jobs.join(', '));
      case 'ALTER DDL JOBS':
        this.kw('ALTER DDL JOBS ').raw(`${stmt.job} `);
        return this.list(
          stmt.options,
          ({ name, value }) => {
            this.optionName(name);
            if (value !== null) this.raw(' = ').expr(value);
          },
          ', ',
        );
      case 'SHOW NEXT_ROW_ID':
        return this.kw('SHOW ').table(stmt.table).kw(' NEXT_ROW_ID');
      case 'SHOW SLOW':
        return this.kw(
          `SHOW SLOW ${stmt.kind2} ${stmt.scope === 'DEFAULT' ? '' : `${stmt.scope} `}${stmt.count}`,
        );
      case 'RELOAD':
        return this.kw('RELOAD ').raw(stmt.what);
      case 'FLUSH PLAN_CACHE':
        return this.kw(`FLUSH ${stmt.scope} PLAN_CACHE`);
      case 'PLUGINS ENABLE':
      case 'PLUGINS DISABLE':
        return this.kw(`${stmt.action} `).names(stmt.plugins);
      case 'SET BDR ROLE':
        return this.kw(`SET BDR ROLE ${stmt.role}`);
      default:
        return this.kw(stmt.action);
    }
  }

  private diagnostics(stmt: DiagnosticsStatement): this {
    if (stmt.kind === 'GetDiagnostics') {
      this.kw(stmt.stacked ? 'GET STACKED DIAGNOSTICS ' : 'GET DIAGNOSTICS ');
      if (stmt.condition !== null) this.kw('CONDITION ').expr(stmt.condition).raw(' ');
      return this.list(
        stmt.items,
        ({ variable, item }) => this.raw('@').name(variable).raw('=').kw(item),
        ', ',
      );
    }
    this.kw(stmt.resignal ? 'RESIGNAL' : 'SIGNAL');
    if (stmt.sqlState !== null) this.kw(' SQLSTATE ').string(stmt.sqlState);
    if (stmt.items.length === 0) return this;
    return this.kw(' SET ').list(stmt.items, ({ item, value }) => this.kw(item).raw('=').expr(value), ', ');
  }

  statement(stmt: Statement): this {
    switch (stmt.kind) {
      case 'Select':
      case 'SetOperation':
      case 'Values':
      case 'TableStmt':
        return this.query(stmt);
      case 'Show':
        return this.show(stmt);
      case 'GetDiagnostics':
      case 'Signal':
        return this.diagnostics(stmt);
      default: {
        const family = FAMILIES.get(stmt.kind);
        if (family === 'dml') return this.dml(stmt as DmlStatement);
        if (family === 'set') return this.set(stmt as SetStatement);
        if (family === 'transaction') return this.transaction(stmt as TransactionStatement);
        if (family === 'ddl') return this.ddl(stmt as DdlStatement);
        return this.administration(stmt as AdministrationStatement);
      }
    }
  }
}

type Family = 'dml' | 'set' | 'transaction' | 'ddl';

const DML: readonly DmlStatement['kind'][] = [
  'Insert',
  'Update',
  'Delete',
  'LoadData',
  'ImportInto',
  'Do',
  'Call',
  'Handler',
  'Batch',
];

const SET: readonly SetStatement['kind'][] = [
  'Set',
  'SetTransaction',
  'SetPassword',
  'SetRole',
  'SetDefaultRole',
  'SetConfig',
  'SetResourceGroup',
  'SetSessionStates',
  'Use',
];

const TRANSACTION: readonly TransactionStatement['kind'][] = [
  'Begin',
  'Commit',
  'Rollback',
  'Savepoint',
  'ReleaseSavepoint',
  'Xa',
  'Prepare',
  'Execute',
  'Deallocate',
];

const DDL: readonly DdlStatement['kind'][] = [
  'CreateDatabase',
  'AlterDatabase',
  'DropDatabase',
  'CreateTable',
  'DropTable',
  'TruncateTable',
  'RenameTable',
  'AlterTable',
  'CompactTable',
  'CreateIndex',
  'DropIndex',
  'CreateView',
  'DropView',
  'CreateSequence',
  'AlterSequence',
  'DropSequence',
  'SplitRegion',
  'RecoverTable',
  'FlashbackTable',
  'FlashbackDatabase',
  'FlashbackToTimestamp',
  'CreatePlacementPolicy',
  'AlterPlacementPolicy',
  'DropPlacementPolicy',
  'CreateResourceGroup',
  'AlterResourceGroup',
  'DropResourceGroup',
  'OptimizeTable',
  'RepairTable',
  'CheckTable',
  'UnsupportedDdl',
];

const FAMILIES: ReadonlyMap<string, Family> = new Map<string, Family>([
  ...DML.map((kind): [string, Family] => [kind, 'dml']),
  ...SET.map((kind): [string, Family] => [kind, 'set']),
  ...TRANSACTION.map((kind): [string, Family] => [kind, 'transaction']),
  ...DDL.map((kind): [string, Family] => [kind, 'ddl']),
]);
