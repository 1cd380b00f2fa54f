import type {
  AnalyzeTableStmt,
  ExplainStmt,
  FlushStmt,
  HandleRange,
  LockTablesStmt,
  Statement,
  TableName,
} from '../ast/index.js';
import { TransactionGrammar } from './transaction.js';

/** Server administration: ADMIN, ANALYZE, FLUSH, KILL, EXPLAIN and the like. */
export abstract class AdminGrammar extends TransactionGrammar {
  abstract statement(): Statement;

  // ADMIN

  adminStatement(): Statement {
    this.expect('ADMIN');
    const kind = 'Admin';
    const word = this.oneOf(
      'CHECK',
      'CHECKSUM',
      'RECOVER',
      'CLEANUP',
      'SHOW',
      'CANCEL',
      'PAUSE',
      'RESUME',
      'ALTER',
      'RELOAD',
      'FLUSH',
      'CAPTURE',
      'EVOLVE',
      'PLUGINS',
      'SET',
      'UNSET',
      'RESET',
      'CREATE',
      'REPAIR',
    );
    switch (word) {
      case 'CHECK':
        if (this.eat('TABLE')) return { kind, action: 'CHECK TABLE', tables: this.tableNames() };
        this.expect('INDEX');
        return this.adminCheckIndex();
      case 'CHECKSUM':
        this.expect('TABLE');
        return { kind, action: 'CHECKSUM TABLE', tables: this.tableNames() };
      case 'RECOVER':
      case 'CLEANUP': {
        if (word === 'CLEANUP' && this.eat('TABLE')) {
          this.expect('LOCK');
          return { kind, action: 'CLEANUP TABLE LOCK', tables: this.tableNames() };
        }
        this.expect('INDEX');
        const table = this.tableName();
        return { kind, action: `${word} INDEX`, table, index: this.indexName() };
      }
      case 'REPAIR': {
        this.expect('TABLE');
        const table = this.tableName();
        this.expect('CREATE');
        this.expect('TABLE');
        const create = this.createTable(null);
        return { kind, action: 'REPAIR TABLE', table, create };
      }
      case 'SHOW':
        return this.adminShow();
      case 'CANCEL':
      case 'PAUSE':
      case 'RESUME':
        this.expect('DDL');
        this.expect('JOBS');
        return { kind, action: `${word} DDL JOBS`, jobs: this.list(() => this.integer()) };
      case 'ALTER': {
        this.expect('DDL');
        this.expect('JOBS');
        const job = this.integer();
        const options = this.list(() => {
          const name = this.ident();
          return { name, value: this.eat('=') ? this.expr() : null };
        });
        return { kind, action: 'ALTER DDL JOBS', job, options };
      }
      case 'RELOAD':
        return { kind, action: 'RELOAD', what: this.reloadTarget() };
      case 'FLUSH': {
        const scope = this.eatOneOf('SESSION', 'INSTANCE', 'GLOBAL');
        if (scope === null && this.eat('BINDINGS')) return { kind, action: 'FLUSH BINDINGS' };
        this.expect('PLAN_CACHE');
        return { kind, action: 'FLUSH PLAN_CACHE', scope: scope ?? 'SESSION' };
      }
      case 'CAPTURE':
      case 'EVOLVE':
        this.expect('BINDINGS');
        return { kind, action: `${word} BINDINGS` };
      case 'PLUGINS': {
        const action = this.oneOf('ENABLE', 'DISABLE');
        return { kind, action: `PLUGINS ${action}`, plugins: this.identList() };
      }
      case 'SET':
        this.expect('BDR');
        this.expect('ROLE');
        return { kind, action: 'SET BDR ROLE', role: this.oneOf('PRIMARY', 'SECONDARY') };
      case 'UNSET':
        this.expect('BDR');
        this.expect('ROLE');
        return { kind, action: 'UNSET BDR ROLE' };
      case 'RESET':
        this.expect('TELEMETRY_ID');
        return { kind, action: 'RESET TELEMETRY_ID' };
      case 'CREATE':
        this.expect('WORKLOAD');
        this.expect('SNAPSHOT');
        return { kind, action: 'CREATE WORKLOAD SNAPSHOT' };
    }
  }

  private adminCheckIndex(): Statement {
    const table = this.tableName();
    const index = this.indexName();
    const ranges: HandleRange[] = [];
    if (this.at('(')) {
      do {
        this.expect('(');
        const begin = this.signedInteger();
        this.expect(',');
        ranges.push({ begin, end: this.signedInteger() });
        this.expect(')');
      } while (this.eat(','));
    }
    return { kind: 'Admin', action: 'CHECK INDEX', table, index, ranges };
  }

  private adminShow(): Statement {
    const kind = 'Admin';
    if (this.eat('DDL')) {
      if (this.eat('JOBS')) {
        const count = this.at('int') ? this.integer() : null;
        return { kind, action: 'SHOW DDL JOBS', count, where: this.eat('WHERE') ? this.expr() : null };
      }
      if (this.eat('JOB')) {
        this.expect('QUERIES');
        const action = 'SHOW DDL JOB QUERIES';
        if (this.at('LIMIT')) {
          const { offset, count } = this.limitClause();
          const number = (value: typeof offset): number =>
            value?.kind === 'IntLiteral' ? Number(value.value) : 0;
          return { kind, action, jobs: [], limit: number(count), offset: number(offset) };
        }
        return { kind, action, jobs: this.list(() => this.integer()), limit: null, offset: null };
      }
      return { kind, action: 'SHOW DDL' };
    }
    if (this.eat('SLOW')) {
      const action = 'SHOW SLOW';
      const kind2 = this.oneOf('RECENT', 'TOP');
      const scope = kind2 === 'TOP' ? (this.eatOneOf('INTERNAL', 'ALL') ?? 'DEFAULT') : 'DEFAULT';
      return { kind, action, kind2, scope, count: this.integer() };
    }
    if (this.eat('BDR')) {
      this.expect('ROLE');
      return { kind, action: 'SHOW BDR ROLE' };
    }
    if (this.eat('TELEMETRY')) return { kind, action: 'SHOW TELEMETRY' };
    const table = this.tableName();
    this.expect('NEXT_ROW_ID');
    return { kind, action: 'SHOW NEXT_ROW_ID', table };
  }

  private reloadTarget(): string {
    if (this.eat('CLUSTER')) {
      this.expect('BINDINGS');
      return 'BINDINGS';
    }
    return this.oneOf(
      'BINDINGS',
      'EXPR_PUSHDOWN_BLACKLIST',
      'OPT_RULE_BLACKLIST',
      'STATISTICS',
      'STATS_EXTENDED',
    );
  }

  protected indexName(): string {
    if (this.eat('PRIMARY')) return 'PRIMARY';
    return this.ident();
  }

  // Tables

  /** ANALYZE [NO_WRITE_TO_BINLOG] [INCREMENTAL] TABLE t …. */
  analyzeStatement(): Statement {
    this.expect('ANALYZE');
    const noWriteToBinlog = this.noWriteToBinlog();
    const incremental = this.eat('INCREMENTAL');
    this.oneOf('TABLE', 'TABLES');
    const tables = this.tableNames();
    const partitions = this.eat('PARTITION') ? this.identList() : [];
    return this.analyzeRest(tables, partitions, incremental, noWriteToBinlog);
  }

  analyzeRest(
    tables: TableName[],
    partitions: string[],
    incremental: boolean,
    noWriteToBinlog: boolean,
  ): AnalyzeTableStmt {
    const stmt: AnalyzeTableStmt = {
      kind: 'AnalyzeTable',
      tables,
      partitions,
      indexes: null,
      columns: null,
      histogram: null,
      incremental,
      noWriteToBinlog,
      options: [],
    };
    if (this.eat('INDEX')) {
      stmt.indexes =
        this.at('WITH') || this.at('eof') || this.at(';') ? [] : this.list(() => this.indexName());
    } else if (this.eat('COLUMNS')) {
      stmt.columns = { mode: 'LIST', names: this.identList() };
    } else if (this.at('ALL') || this.at('PREDICATE')) {
      const mode = this.oneOf('ALL', 'PREDICATE');
      this.expect('COLUMNS');
      stmt.columns = { mode, names: [] };
    } else if (this.at('UPDATE') || this.at('DROP')) {
      const action = this.oneOf('UPDATE', 'DROP');
      this.expect('HISTOGRAM');
      this.expect('ON');
      stmt.histogram = { action, columns: this.identList() };
    }
    if (this.eat('WITH')) {
      stmt.options = this.list(() => {
        let value: number;
        if (this.at('decimal') || this.at('float')) {
          value = Number(this.text);
          if (!Number.isFinite(value)) throw this.error();
          this.advance();
        } else value = this.integer();
        let name: string = this.oneOf('BUCKETS', 'TOPN', 'CMSKETCH', 'SAMPLES', 'SAMPLERATE');
        if (name === 'CMSKETCH') name = `CMSKETCH ${this.oneOf('DEPTH', 'WIDTH')}`;
        return { name, value };
      });
    }
    return stmt;
  }

  checksumStatement(): Statement {
    this.expect('CHECKSUM');
    this.oneOf('TABLE', 'TABLES');
    const tables = this.tableNames();
    return { kind: 'ChecksumTable', tables, mode: this.eatOneOf('QUICK', 'EXTENDED') };
  }

  maintenanceStatement(kind: 'OptimizeTable' | 'RepairTable' | 'CheckTable'): Statement {
    this.advance();
    this.noWriteToBinlog();
    this.oneOf('TABLE', 'TABLES');
    const tables = this.tableNames();
    // Options of the storage engine's check and repair: nothing here depends on them.
    for (;;) {
      if (this.eat('FOR')) this.expect('UPGRADE');
      else if (this.eatOneOf('QUICK', 'EXTENDED', 'FAST', 'MEDIUM', 'CHANGED', 'USE_FRM') === null) break;
    }
    return { kind, tables };
  }

  lockStatement(): Statement {
    this.expect('LOCK');
    if (this.eat('STATS')) return this.statsLock('LockStats');
    this.oneOf('TABLES', 'TABLE');
    const locks = this.list((): LockTablesStmt['locks'][number] => {
      const table = this.tableName();
      const alias = this.tableAlias();
      if (this.eat('READ')) return { table, alias, type: this.eat('LOCAL') ? 'READ LOCAL' : 'READ' };
      this.eat('LOW_PRIORITY');
      this.expect('WRITE');
      return { table, alias, type: this.eat('LOCAL') ? 'WRITE LOCAL' : 'WRITE' };
    });
    return { kind: 'LockTables', locks };
  }

  unlockStatement(): Statement {
    this.expect('UNLOCK');
    if (this.eat('STATS')) return this.statsLock('UnlockStats');
    this.oneOf('TABLES', 'TABLE');
    return { kind: 'UnlockTables' };
  }

  private statsLock(kind: 'LockStats' | 'UnlockStats'): Statement {
    const tables = this.tableNames();
    let partitions: string[] = [];
    if (this.eat('PARTITION')) partitions = this.at('(') ? this.parenIdents() : this.identList();
    return { kind, tables, partitions };
  }

  // Server

  killStatement(): Statement {
    this.expect('KILL');
    const tidb = this.eat('TIDB');
    const word = this.eatOneOf('CONNECTION', 'QUERY');
    return { kind: 'Kill', query: word === 'QUERY', tidb, id: this.expr() };
  }

  flushStatement(): Statement {
    this.expect('FLUSH');
    const noWriteToBinlog = this.noWriteToBinlog();
    const stmt: FlushStmt = {
      kind: 'Flush',
      what: '',
      noWriteToBinlog,
      tables: [],
      withReadLock: false,
      plugins: [],
      more: [],
    };
    stmt.what = this.flushOption(stmt);
    // The forms of TABLES stand alone.
    while (stmt.what !== 'TABLES' && this.eat(',')) stmt.more.push(this.flushOption(null));
    return stmt;
  }

  /** One thing to be flushed; those that say more are in `stmt`, where it may be one of them. */
  private flushOption(stmt: FlushStmt | null): string {
    if (stmt !== null && this.eatOneOf('TABLES', 'TABLE') !== null) {
      if (this.atIdent()) stmt.tables = this.tableNames();
      if (this.eat('WITH')) {
        this.expect('READ');
        this.expect('LOCK');
        stmt.withReadLock = true;
      } else if (this.eat('FOR')) this.expectWord('EXPORT');
      return 'TABLES';
    }
    const word = this.oneOf(
      'PRIVILEGES',
      'STATUS',
      'HOSTS',
      'LOGS',
      'BINARY',
      'ENGINE',
      'ERROR',
      'GENERAL',
      'SLOW',
      'RELAY',
      'TIDB',
      'CLIENT_ERRORS_SUMMARY',
      'STATS_DELTA',
      'OPTIMIZER_COSTS',
      'USER_RESOURCES',
      'DES_KEY_FILE',
      'QUERY',
    );
    switch (word) {
      case 'BINARY':
      case 'ENGINE':
      case 'ERROR':
      case 'GENERAL':
      case 'SLOW':
      case 'RELAY':
        this.expect('LOGS');
        return `${word} LOGS`;
      case 'TIDB':
        this.expect('PLUGINS');
        if (stmt === null) throw this.error();
        stmt.plugins = this.identList();
        return 'TIDB PLUGINS';
      case 'QUERY':
        this.expect('CACHE');
        return 'QUERY CACHE';
      case 'STATS_DELTA':
        if (this.atIdent() || this.at('*')) this.skipStatement();
        return word;
      default:
        return word;
    }
  }

  helpStatement(): Statement {
    this.expect('HELP');
    return { kind: 'Help', topic: this.identOrString() };
  }

  // EXPLAIN

  /** EXPLAIN, DESC and DESCRIBE. */
  explainStatement(): Statement {
    this.advance();
    const stmt: ExplainStmt = {
      kind: 'Explain',
      analyze: this.eat('ANALYZE'),
      format: null,
      stmt: null,
      planDigest: null,
    };
    // EXTENDED and PARTITIONS are old words without effect.
    if (!stmt.analyze && (this.at('EXTENDED') || this.at('PARTITIONS')) && this.peek() !== 'eof')
      this.advance();
    if (this.at('FORMAT') && this.peek() === '=') {
      this.advance();
      this.advance();
      stmt.format = this.at('string') ? this.string().toLowerCase() : this.formatWord();
    }
    if (this.eat('FOR')) {
      this.expect('CONNECTION');
      return { kind: 'ExplainForConnection', format: stmt.format, id: this.bigInteger() };
    }
    if (stmt.analyze && stmt.format === null && this.at('FORMAT') && this.peek() === '=') {
      this.advance();
      this.advance();
      stmt.format = this.identOrString().toLowerCase();
    }
    if (this.at('string')) {
      stmt.planDigest = this.string();
      return stmt;
    }
    if (!stmt.analyze && stmt.format === null && this.atIdent() && !this.atExplainable())
      return this.describeTable();
    this.eat('EXPLORE');
    if (!this.atExplainable()) throw this.error();
    this.enter();
    stmt.stmt = this.statement();
    this.leave();
    return stmt;
  }

  private formatWord(): string {
    return this.identOrString().toLowerCase();
  }

  private atExplainable(): boolean {
    switch (this.tok) {
      case 'SELECT':
      case 'WITH':
      case 'TABLE':
      case 'VALUES':
      case '(':
      case 'INSERT':
      case 'REPLACE':
      case 'UPDATE':
      case 'DELETE':
      case 'LOAD':
      case 'ALTER':
      case 'SET':
        return true;
      case 'IMPORT':
        return this.peek() === 'INTO';
      case 'EXECUTE':
      case 'ANALYZE':
        return this.peek() !== 'eof';
      default:
        return false;
    }
  }

  traceStatement(): Statement {
    this.expect('TRACE');
    let plan = false;
    let planTarget: string | null = null;
    let format: string | null = null;
    if (this.eat('PLAN')) {
      plan = true;
      if (this.eatWord('TARGET')) {
        this.expect('=');
        planTarget = this.string();
      }
    }
    if (this.eat('FORMAT')) {
      this.expect('=');
      format = this.string().toLowerCase();
    }
    this.enter();
    const stmt = this.statement();
    this.leave();
    return { kind: 'Trace', format, plan, planTarget, stmt };
  }
}
