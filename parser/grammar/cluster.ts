import type {
  BackupLogsStmt,
  DropBindingStmt,
  Expr,
  PlanReplayerStmt,
  SetBindingStmt,
  RecommendIndexStmt,
  SplitRegionStmt,
  Statement,
  TableName,
} from '../ast/index.js';
import { AdminGrammar } from './admin.js';

type Option = { name: string; value: string | number | boolean };

/** TiDB's bindings, statistics, regions, recovery, backup and jobs. */
export abstract class ClusterGrammar extends AdminGrammar {
  // Bindings

  private bindingStatement(): { stmt: Statement; text: string } {
    const start = this.start;
    this.inBinding = true;
    const stmt = this.statement();
    this.inBinding = false;
    return { stmt, text: this.source.slice(start, this.lastEnd) };
  }

  /** After CREATE [GLOBAL | SESSION] BINDING. */
  createBinding(scope: 'GLOBAL' | 'SESSION'): Statement {
    const kind = 'CreateBinding';
    if (this.eat('FROM')) {
      this.expect('HISTORY');
      this.expect('USING');
      this.expect('PLAN');
      this.expect('DIGEST');
      const planDigests = this.list(() => this.simpleExpr());
      return { kind, scope, origin: null, hinted: null, originText: null, hintedText: null, planDigests };
    }
    const origin = this.eat('FOR') ? this.bindingStatement() : null;
    this.expect('USING');
    const hinted = this.bindingStatement();
    return {
      kind,
      scope,
      origin: origin?.stmt ?? null,
      hinted: hinted.stmt,
      originText: origin?.text ?? null,
      hintedText: hinted.text,
      planDigests: [],
    };
  }

  /** After DROP [GLOBAL | SESSION] BINDING. */
  dropBinding(scope: 'GLOBAL' | 'SESSION'): DropBindingStmt {
    this.expect('FOR');
    const kind = 'DropBinding';
    if (this.at('SQL') && this.peek() === 'DIGEST') {
      this.advance();
      this.advance();
      const sqlDigests: Expr[] = this.list(() => this.simpleExpr());
      return { kind, scope, origin: null, hinted: null, originText: null, sqlDigests };
    }
    const origin = this.bindingStatement();
    const hinted = this.eat('USING') ? this.statement() : null;
    return { kind, scope, origin: origin.stmt, hinted, originText: origin.text, sqlDigests: [] };
  }

  /** After SET BINDING, at ENABLED or DISABLED. */
  setBinding(): SetBindingStmt {
    const enabled = this.oneOf('ENABLED', 'DISABLED') === 'ENABLED';
    this.expect('FOR');
    const kind = 'SetBinding';
    if (this.at('SQL') && this.peek() === 'DIGEST') {
      this.advance();
      this.advance();
      return { kind, enabled, origin: null, hinted: null, originText: null, sqlDigest: this.string() };
    }
    const origin = this.bindingStatement();
    const hinted = this.eat('USING') ? this.statement() : null;
    return { kind, enabled, origin: origin.stmt, hinted, originText: origin.text, sqlDigest: null };
  }

  /** PLAN REPLAYER …. */
  planReplayer(): Statement {
    this.expect('PLAN');
    this.expect('REPLAYER');
    const stmt: PlanReplayerStmt = {
      kind: 'PlanReplayer',
      action: 'DUMP',
      analyze: false,
      stmts: [],
      slowQuery: null,
      file: null,
      sqlDigest: null,
      planDigest: null,
      asOf: null,
    };
    switch (this.oneOf('DUMP', 'LOAD', 'CAPTURE')) {
      case 'LOAD':
        stmt.action = 'LOAD';
        stmt.file = this.string();
        return stmt;
      case 'CAPTURE':
        stmt.action = this.eat('REMOVE') ? 'CAPTURE REMOVE' : 'CAPTURE';
        stmt.sqlDigest = this.string();
        stmt.planDigest = this.string();
        return stmt;
      default:
        if (this.eat('WITH')) {
          this.expect('STATS');
          stmt.asOf = this.asOfTimestamp();
        }
        this.expect('EXPLAIN');
        stmt.analyze = this.eat('ANALYZE');
        if (this.eat('SLOW')) {
          this.expect('QUERY');
          stmt.slowQuery = { where: this.eat('WHERE') ? this.expr() : null };
          if (this.at('ORDER')) this.orderByClause();
          if (this.at('LIMIT')) this.limitClause();
        } else if (this.at('string')) stmt.file = this.string();
        else stmt.stmts.push(this.statement());
        return stmt;
    }
  }

  // Regions and recovery

  /** SPLIT [REGION FOR] [PARTITION] TABLE t [PARTITION (…)] [INDEX i] option. */
  splitStatement(): SplitRegionStmt {
    this.expect('SPLIT');
    let regionFor = false;
    let partition = false;
    if (this.eat('REGION')) {
      this.expect('FOR');
      regionFor = true;
    }
    if (this.eat('PARTITION')) partition = true;
    this.expect('TABLE');
    const table = this.tableName();
    const partitions = this.at('PARTITION') ? this.partitionNames() : [];
    const index = this.eat('INDEX') ? this.indexName() : null;
    return {
      kind: 'SplitRegion',
      regionFor,
      partition,
      table,
      partitions,
      index,
      option: this.splitOption(),
    };
  }

  recoverStatement(): Statement {
    this.expect('RECOVER');
    this.expect('TABLE');
    if (this.eat('BY')) {
      this.expect('JOB');
      return { kind: 'RecoverTable', table: null, job: this.integer(), jobCount: null };
    }
    const table = this.tableName();
    return { kind: 'RecoverTable', table, job: null, jobCount: this.at('int') ? this.integer() : null };
  }

  flashbackStatement(): Statement {
    this.expect('FLASHBACK');
    const word = this.oneOf('CLUSTER', 'TABLE', 'DATABASE', 'SCHEMA');
    const kind = 'FlashbackToTimestamp';
    if (word === 'CLUSTER') {
      this.expect('TO');
      return { kind, tables: [], database: null, ...this.flashbackTarget() };
    }
    if (word === 'TABLE') {
      const tables: TableName[] = this.tableNames();
      if (this.at('TO') && (this.peek() === 'TIMESTAMP' || this.peek() === 'TSO')) {
        this.advance();
        return { kind, tables, database: null, ...this.flashbackTarget() };
      }
      return { kind: 'FlashbackTable', table: tables[0]!, to: this.eat('TO') ? this.ident() : null };
    }
    const database = this.ident();
    if (this.at('TO') && (this.peek() === 'TIMESTAMP' || this.peek() === 'TSO')) {
      this.advance();
      return { kind, tables: [], database, ...this.flashbackTarget() };
    }
    return { kind: 'FlashbackDatabase', name: database, to: this.eat('TO') ? this.ident() : null };
  }

  private flashbackTarget(): { timestamp: Expr | null; tso: number | bigint | null } {
    if (this.eat('TIMESTAMP')) return { timestamp: this.expr(), tso: null };
    this.expect('TSO');
    return { timestamp: null, tso: this.bigInteger() };
  }

  // Backup, traffic, jobs

  /** name [=] value pairs until the end of the statement. */
  private pairs(): Option[] {
    const options: Option[] = [];
    while (!this.at('eof') && !this.at(';')) {
      const name = this.upperWord();
      if (name === '') throw this.error();
      this.advance();
      this.eatEquals();
      let value: Option['value'];
      if (this.at('int')) value = this.integer();
      else if (this.at('string')) value = this.string();
      else if (this.eat('TRUE')) value = true;
      else if (this.eat('FALSE')) value = false;
      else {
        value = this.upperWord();
        if (value === '') throw this.error();
        this.advance();
      }
      options.push({ name, value });
    }
    return options;
  }

  /** BACKUP | RESTORE DATABASE … | TABLE … TO | FROM 'url' options. */
  brieStatement(action: 'BACKUP' | 'RESTORE'): Statement {
    this.advance();
    if (action === 'BACKUP' && this.eat('LOGS')) return this.backupLogs('BACKUP', 'TO');
    if (action === 'RESTORE' && this.eat('POINT')) return this.backupLogs('RESTORE POINT', 'FROM');
    let schemas: string[] = [];
    let tables: TableName[] = [];
    if (this.oneOf('DATABASE', 'SCHEMA', 'TABLE') === 'TABLE') tables = this.tableNames();
    else if (!this.eat('*')) schemas = this.identList();
    this.expect(action === 'BACKUP' ? 'TO' : 'FROM');
    const path = this.string();
    return { kind: 'Brie', action, schemas, tables, path, options: this.pairs() };
  }

  /** STOP | PAUSE | RESUME | PURGE BACKUP LOGS …. */
  backupLogsStatement(): Statement {
    const action = this.oneOf('STOP', 'PAUSE', 'RESUME', 'PURGE');
    this.expect('BACKUP');
    this.expect('LOGS');
    return this.backupLogs(action, action === 'PURGE' ? 'FROM' : null);
  }

  private backupLogs(action: BackupLogsStmt['action'], before: 'TO' | 'FROM' | null): Statement {
    let path: string | null = null;
    if (before !== null) {
      this.expect(before);
      path = this.string();
    }
    return { kind: 'BackupLogs', action, path, options: this.pairs() };
  }

  trafficStatement(): Statement {
    this.expect('TRAFFIC');
    const action = this.oneOf('CAPTURE', 'REPLAY', 'CANCEL');
    let path: string | null = null;
    if (action === 'CAPTURE') {
      this.expect('TO');
      path = this.string();
    } else if (action === 'REPLAY') {
      this.expect('FROM');
      path = this.string();
    } else this.expect('JOBS');
    return { kind: 'Traffic', action, path, options: this.pairs() };
  }

  calibrateStatement(): Statement {
    this.expect('CALIBRATE');
    this.expect('RESOURCE');
    let workload: string | null = null;
    let startTime: Expr | null = null;
    let endTime: Expr | null = null;
    let duration: string | null = null;
    if (this.eat('WORKLOAD')) workload = this.ident().toUpperCase();
    for (;;) {
      if (this.eat('START_TIME')) {
        this.eatEquals();
        startTime = this.expr();
      } else if (this.eat('END_TIME')) {
        this.eatEquals();
        endTime = this.expr();
      } else if (this.eat('DURATION')) {
        this.eatEquals();
        if (this.eat('INTERVAL')) duration = `${this.integer()} ${this.timeUnit()}`;
        else duration = this.string();
      } else break;
      this.eat(',');
    }
    return { kind: 'CalibrateResource', workload, startTime, endTime, duration };
  }

  /** QUERY WATCH ADD | REMOVE …. */
  queryWatch(): Statement {
    this.expect('QUERY');
    this.expect('WATCH');
    if (this.oneOf('ADD', 'REMOVE') === 'REMOVE') {
      if (this.eat('RESOURCE')) {
        this.expect('GROUP');
        const value = this.resourceGroupName();
        return {
          kind: 'QueryWatch',
          action: 'REMOVE',
          id: null,
          options: [{ name: 'RESOURCE GROUP', value }],
        };
      }
      return { kind: 'QueryWatch', action: 'REMOVE', id: this.integer(), options: [] };
    }
    const options: { name: string; value: Expr | string | null }[] = [];
    while (!this.at('eof') && !this.at(';')) {
      if (this.eat('RESOURCE')) {
        this.expect('GROUP');
        options.push({
          name: 'RESOURCE GROUP',
          value: this.at('uservar') ? this.simpleExpr() : this.resourceGroupName(),
        });
      } else if (this.eatWord('ACTION')) {
        this.eatEquals();
        options.push({ name: 'ACTION', value: this.oneOf('DRYRUN', 'COOLDOWN', 'KILL', 'SWITCH_GROUP') });
        if (this.eat('(')) {
          options.push({ name: 'SWITCH_GROUP', value: this.ident() });
          this.expect(')');
        }
      } else if (this.at('SQL') || this.at('PLAN')) {
        const head = this.oneOf('SQL', 'PLAN');
        if (this.eat('DIGEST')) options.push({ name: `${head} DIGEST`, value: this.simpleExpr() });
        else {
          this.expectWord('TEXT');
          const mode = this.oneOf('EXACT', 'SIMILAR', 'PLAN');
          this.expect('TO');
          options.push({ name: `SQL TEXT ${mode}`, value: this.simpleExpr() });
        }
      } else throw this.error();
      this.eat(',');
    }
    return { kind: 'QueryWatch', action: 'ADD', id: null, options };
  }

  /** RECOMMEND INDEX …. */
  recommendIndex(): Statement {
    this.expect('RECOMMEND');
    this.expect('INDEX');
    const stmt: RecommendIndexStmt = {
      kind: 'RecommendIndex',
      action: this.eatWord('APPLY') ? 'APPLY' : this.oneOf('RUN', 'SHOW', 'SET', 'IGNORE'),
      sql: null,
      id: null,
      options: [],
    };
    switch (stmt.action) {
      case 'RUN':
        if (this.eat('FOR')) stmt.sql = this.string();
        if (this.eat('WITH')) stmt.options = this.advisorOptions();
        return stmt;
      case 'SHOW':
        this.eat('OPTION');
        return stmt;
      case 'SET':
        stmt.options = this.advisorOptions();
        return stmt;
      default:
        stmt.id = this.integer();
        return stmt;
    }
  }

  private advisorOptions(): RecommendIndexStmt['options'] {
    const options: RecommendIndexStmt['options'] = [];
    do {
      const name = this.ident().toLowerCase();
      this.expect('=');
      if (this.at('string')) options.push({ name, value: this.string() });
      else {
        const negative = this.eat('-');
        options.push({ name, value: negative ? -this.integer() : this.integer() });
      }
    } while (this.eat(','));
    return options;
  }

  /** DISTRIBUTE TABLE t [PARTITION (…)] RULE = 'x' ENGINE = 'x' TIMEOUT = 'x'. */
  distributeStatement(): Statement {
    this.expect('DISTRIBUTE');
    this.expect('TABLE');
    const table = this.tableName();
    const partitions = this.at('PARTITION') ? this.partitionNames() : [];
    const options = this.pairs().map(({ name, value }) => ({ name, value: String(value) }));
    return { kind: 'DistributeTable', table, partitions, options };
  }

  /** INSTALL | UNINSTALL PLUGIN | COMPONENT. */
  pluginStatement(): Statement {
    const install = this.oneOf('INSTALL', 'UNINSTALL') === 'INSTALL';
    if (this.eat('COMPONENT')) {
      const names = this.list(() => this.string());
      return { kind: install ? 'InstallComponent' : 'UninstallComponent', names };
    }
    this.expect('PLUGIN');
    const names = [this.ident()];
    if (install) {
      this.expect('SONAME');
      names.push(this.string());
    }
    return { kind: install ? 'InstallPlugin' : 'UninstallPlugin', names };
  }
}
