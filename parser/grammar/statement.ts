import type { CreateIndexStmt, Expr, ParsedStatement, Statement, WithClause } from '../ast/index.js';
import type { Token } from '../lexer.js';
import { DiagnosticsGrammar } from './diagnostics.js';

/** One statement's reader; the first word is not consumed. */
type Reader = (g: StatementGrammar) => Statement;

/** Statements by their first token. */
const STATEMENTS: ReadonlyMap<Token, Reader> = new Map<Token, Reader>([
  ['SELECT', (g) => g.query()],
  ['(', (g) => g.query()],
  ['VALUES', (g) => g.query()],
  ['TABLE', (g) => g.query()],
  ['WITH', (g) => g.withStatement()],
  ['INSERT', (g) => g.insertStatement()],
  ['REPLACE', (g) => g.insertStatement()],
  ['UPDATE', (g) => g.updateStatement(null)],
  ['DELETE', (g) => g.deleteStatement(null)],
  ['LOAD', (g) => g.loadStatement()],
  ['IMPORT', (g) => g.importStatement()],
  ['DO', (g) => g.doStatement()],
  ['CALL', (g) => g.callStatement()],
  ['HANDLER', (g) => g.handlerStatement()],
  ['BATCH', (g) => g.batchStatement()],
  ['CREATE', (g) => g.createStatement()],
  ['ALTER', (g) => g.alterStatement()],
  ['DROP', (g) => g.dropStatement()],
  ['RENAME', (g) => g.renameStatement()],
  ['TRUNCATE', (g) => g.truncateStatement()],
  ['GRANT', (g) => g.grantStatement()],
  ['REVOKE', (g) => g.revokeStatement()],
  ['SHOW', (g) => g.showStatement()],
  ['SET', (g) => g.setStatement()],
  ['USE', (g) => g.useStatement()],
  ['EXPLAIN', (g) => g.explainStatement()],
  ['DESC', (g) => g.explainStatement()],
  ['DESCRIBE', (g) => g.explainStatement()],
  ['TRACE', (g) => g.traceStatement()],
  ['BEGIN', (g) => g.beginStatement()],
  ['START', (g) => g.startStatement()],
  ['COMMIT', (g) => g.commitStatement()],
  ['ROLLBACK', (g) => g.rollbackStatement()],
  ['SAVEPOINT', (g) => g.savepointStatement()],
  ['RELEASE', (g) => g.releaseStatement()],
  ['XA', (g) => g.xaStatement()],
  ['PREPARE', (g) => g.prepareStatement()],
  ['EXECUTE', (g) => g.executeStatement()],
  ['DEALLOCATE', (g) => g.deallocateWord()],
  ['KILL', (g) => g.killStatement()],
  ['FLUSH', (g) => g.flushStatement()],
  ['ANALYZE', (g) => g.analyzeStatement()],
  ['ADMIN', (g) => g.adminStatement()],
  ['LOCK', (g) => g.lockStatement()],
  ['UNLOCK', (g) => g.unlockStatement()],
  ['CHECKSUM', (g) => g.checksumStatement()],
  ['OPTIMIZE', (g) => g.maintenanceStatement('OptimizeTable')],
  ['REPAIR', (g) => g.maintenanceStatement('RepairTable')],
  ['CHECK', (g) => g.maintenanceStatement('CheckTable')],
  ['HELP', (g) => g.helpStatement()],
  ['SHUTDOWN', (g) => g.bareStatement('Shutdown')],
  ['RESET', (g) => g.resetStatement()],
  ['RESTART', (g) => g.bareStatement('Restart')],
  ['PLAN', (g) => g.planReplayer()],
  ['SPLIT', (g) => g.splitStatement()],
  ['RECOVER', (g) => g.recoverStatement()],
  ['FLASHBACK', (g) => g.flashbackStatement()],
  ['BACKUP', (g) => g.brieStatement('BACKUP')],
  ['RESTORE', (g) => g.brieStatement('RESTORE')],
  ['STOP', (g) => g.backupLogsStatement()],
  ['PAUSE', (g) => g.backupLogsStatement()],
  ['RESUME', (g) => g.backupLogsStatement()],
  ['PURGE', (g) => g.backupLogsStatement()],
  ['TRAFFIC', (g) => g.trafficStatement()],
  ['CALIBRATE', (g) => g.calibrateStatement()],
  ['QUERY', (g) => g.queryWatch()],
  ['RECOMMEND', (g) => g.recommendIndex()],
  ['CANCEL', (g) => g.cancelStatement()],
  ['DISTRIBUTE', (g) => g.distributeStatement()],
  ['REFRESH', (g) => g.refreshStatement()],
  ['INSTALL', (g) => g.pluginStatement()],
  ['UNINSTALL', (g) => g.pluginStatement()],
]);

/** The top of the grammar: which statement it is. */
export class StatementGrammar extends DiagnosticsGrammar {
  /** Reads one statement and what ends it; the first token is current. Null when only the end is left. */
  next(): ParsedStatement | null {
    while (this.eat(';'));
    if (this.at('eof')) return null;
    const start = this.start;
    this.paramCount = 0;
    this.tableCount = 0;
    this.asOfTimes = [];
    this.warnings = [];
    const stmt = this.statement();
    const text = this.source.slice(start, this.lastEnd);
    const paramCount = this.paramCount;
    if (!this.at('eof') && !this.at(';')) throw this.error();
    const { asOfTimes: times, tableCount: tables } = this;
    const parsed: ParsedStatement = { stmt, text, paramCount };
    if (times.length > 0) parsed.asOf = { times, tables };
    if (this.warnings.length > 0) parsed.warnings = this.warnings;
    return parsed;
  }

  /** The source's characters from 128 to 255 stand for bytes that are not UTF-8. */
  setBinarySource(): void {
    this.binarySource = true;
  }

  /** The source is one expression. */
  expressionOnly(): Expr {
    const expr = this.expr();
    if (!this.at('eof')) throw this.error();
    return expr;
  }

  statement(): Statement {
    const reader = STATEMENTS.get(this.tok);
    if (reader !== undefined) return reader(this);
    const stmt = this.diagnosticsStatement();
    if (stmt === null) throw this.error();
    return stmt;
  }

  bareStatement(kind: 'Shutdown' | 'Restart'): Statement {
    this.advance();
    return { kind };
  }

  /** WITH before SELECT, UPDATE or DELETE. */
  withStatement(): Statement {
    const start = this.start;
    const withClause: WithClause = this.withClause();
    if (this.at('UPDATE')) return this.updateStatement(withClause);
    if (this.at('DELETE')) return this.deleteStatement(withClause);
    return this.queryAfterWith(withClause, start);
  }

  useStatement(): Statement {
    this.expect('USE');
    return { kind: 'Use', schema: this.ident() };
  }

  loadStatement(): Statement {
    this.expect('LOAD');
    if (this.eat('STATS')) return { kind: 'LoadStats', path: this.string() };
    return this.loadData();
  }

  importStatement(): Statement {
    this.expect('IMPORT');
    return this.importInto();
  }

  deallocateWord(): Statement {
    this.expect('DEALLOCATE');
    return this.deallocateStatement();
  }

  cancelStatement(): Statement {
    this.expect('CANCEL');
    if (this.eat('IMPORT')) {
      this.expect('JOB');
      return { kind: 'ImportJob', action: 'CANCEL', id: this.integer() };
    }
    if (this.eat('DISTRIBUTION')) {
      this.expect('JOB');
      return { kind: 'DistributionJob', id: this.integer() };
    }
    this.expect('TRAFFIC');
    this.expect('JOBS');
    return { kind: 'Traffic', action: 'CANCEL', path: null, options: [] };
  }

  refreshStatement(): Statement {
    this.expect('REFRESH');
    this.expect('STATS');
    const objects = this.list(() => {
      if (this.eat('*')) {
        if (this.eat('.')) this.expect('*');
        return { schema: null, table: null };
      }
      const name = this.ident();
      if (!this.eat('.')) return { schema: null, table: name };
      return this.eat('*') ? { schema: name, table: null } : { schema: name, table: this.identAfterDot() };
    });
    this.skipStatement();
    return { kind: 'RefreshStats', objects };
  }

  renameStatement(): Statement {
    this.expect('RENAME');
    if (this.eat('USER')) return this.renameUser();
    this.oneOf('TABLE', 'TABLES');
    const renames = this.list(() => {
      const from = this.tableName();
      this.expect('TO');
      return { from, to: this.tableName() };
    });
    return { kind: 'RenameTable', renames };
  }

  truncateStatement(): Statement {
    this.expect('TRUNCATE');
    this.eat('TABLE');
    return { kind: 'TruncateTable', table: this.tableName() };
  }

  createStatement(): Statement {
    this.expect('CREATE');
    const word = this.upperWord();
    switch (word) {
      case 'DATABASE':
      case 'SCHEMA':
        this.advance();
        return this.createDatabase();
      case 'TABLE':
        this.advance();
        return this.createTable(null);
      case 'TEMPORARY':
        this.advance();
        this.expect('TABLE');
        return this.createTable('LOCAL');
      case 'GLOBAL':
      case 'SESSION':
        this.advance();
        if (this.eat('BINDING')) return this.createBinding(word);
        if (word === 'SESSION') throw this.error();
        this.expect('TEMPORARY');
        this.expect('TABLE');
        return this.createTable('GLOBAL');
      case 'BINDING':
        this.advance();
        return this.createBinding('SESSION');
      case 'INDEX':
        this.advance();
        return this.createIndex('INDEX');
      case 'UNIQUE':
      case 'FULLTEXT':
      case 'VECTOR':
      case 'COLUMNAR':
      case 'SPATIAL': {
        if (word === 'SPATIAL' && this.peek() === 'REFERENCE') return this.unsupported('CREATE');
        this.advance();
        const type: CreateIndexStmt['type'] = word;
        this.expect('INDEX');
        return this.createIndex(type);
      }
      case 'OR':
        this.advance();
        this.expect('REPLACE');
        if (this.eat('PLACEMENT')) {
          this.expect('POLICY');
          return this.placementPolicy('CreatePlacementPolicy', true);
        }
        return this.createView(true);
      case 'ALGORITHM':
      case 'VIEW':
      case 'SQL':
        return this.createView(false);
      case 'DEFINER': {
        // A view or a routine: known only behind the account.
        const start = this.start;
        this.advance();
        this.expect('=');
        this.userSpec();
        const view = this.at('SQL') || this.at('VIEW');
        this.seek(start);
        return view ? this.createView(false) : this.unsupported('CREATE');
      }
      case 'SEQUENCE':
        this.advance();
        return this.createSequence();
      case 'USER':
        this.advance();
        return this.createUser();
      case 'ROLE': {
        this.advance();
        const ifNotExists = this.ifNotExists();
        return { kind: 'CreateRole', ifNotExists, roles: this.userSpecs() };
      }
      case 'PLACEMENT':
        this.advance();
        this.expect('POLICY');
        return this.placementPolicy('CreatePlacementPolicy', false);
      case 'RESOURCE':
        this.advance();
        this.expect('GROUP');
        return this.resourceGroup('CreateResourceGroup');
      case 'STATISTICS': {
        this.advance();
        const ifNotExists = this.ifNotExists();
        const name = this.ident();
        this.expect('(');
        const type = this.oneOf('CARDINALITY', 'DEPENDENCY', 'CORRELATION');
        this.expect(')');
        this.expect('ON');
        const table = this.tableName();
        return { kind: 'CreateStatistics', ifNotExists, name, type, table, columns: this.parenIdents() };
      }
      default:
        return this.unsupported('CREATE');
    }
  }

  alterStatement(): Statement {
    this.expect('ALTER');
    switch (this.upperWord()) {
      case 'IGNORE':
        this.advance();
        this.expect('TABLE');
        return this.alterTable(true);
      case 'TABLE':
        this.advance();
        return this.alterTable(false);
      case 'DATABASE':
      case 'SCHEMA':
        this.advance();
        return this.alterDatabase();
      case 'USER':
        this.advance();
        return this.alterUser();
      case 'SEQUENCE':
        this.advance();
        return this.alterSequence();
      case 'INSTANCE': {
        this.advance();
        this.expect('RELOAD');
        this.expectWord('TLS');
        if (this.eat('NO')) {
          this.expect('ROLLBACK');
          this.expect('ON');
          this.expect('ERROR');
          return { kind: 'AlterInstance', noRollbackOnError: true };
        }
        return { kind: 'AlterInstance', noRollbackOnError: false };
      }
      case 'PLACEMENT':
        this.advance();
        this.expect('POLICY');
        return this.placementPolicy('AlterPlacementPolicy', false);
      case 'RESOURCE':
        this.advance();
        this.expect('GROUP');
        return this.resourceGroup('AlterResourceGroup');
      case 'RANGE': {
        this.advance();
        const name = this.ident();
        if (this.eat('PLACEMENT')) {
          this.expect('POLICY');
          if (!this.eat('=')) this.eat('SET');
          return {
            kind: 'AlterRange',
            name,
            options: [{ name: 'PLACEMENT POLICY', value: this.identOrString() }],
          };
        }
        return { kind: 'AlterRange', name, options: this.placementOptions() };
      }
      case 'VIEW':
      case 'ALGORITHM':
      case 'DEFINER':
      case 'SQL':
        return this.createView(true, true);
      default:
        return this.unsupported('ALTER');
    }
  }

  dropStatement(): Statement {
    this.expect('DROP');
    const word = this.upperWord();
    switch (word) {
      case 'DATABASE':
      case 'SCHEMA': {
        this.advance();
        const ifExists = this.ifExists();
        return { kind: 'DropDatabase', ifExists, name: this.ident() };
      }
      case 'TABLE':
      case 'TABLES':
        this.advance();
        return this.dropTable(null);
      case 'TEMPORARY':
        this.advance();
        this.expect('TABLE');
        return this.dropTable('LOCAL');
      case 'GLOBAL':
      case 'SESSION':
        this.advance();
        if (this.eat('BINDING')) return this.dropBinding(word);
        if (word === 'SESSION') throw this.error();
        this.expect('TEMPORARY');
        this.expect('TABLE');
        return this.dropTable('GLOBAL');
      case 'BINDING':
        this.advance();
        return this.dropBinding('SESSION');
      case 'INDEX':
      case 'HYPO':
        this.advance();
        if (word === 'HYPO') this.expect('INDEX');
        return this.dropIndex(word === 'HYPO');
      case 'VIEW': {
        this.advance();
        const ifExists = this.ifExists();
        const views = this.tableNames();
        this.eatOneOf('RESTRICT', 'CASCADE');
        return { kind: 'DropView', ifExists, views };
      }
      case 'SEQUENCE': {
        this.advance();
        const ifExists = this.ifExists();
        return { kind: 'DropSequence', ifExists, names: this.tableNames() };
      }
      case 'USER': {
        this.advance();
        const ifExists = this.ifExists();
        return { kind: 'DropUser', ifExists, users: this.userSpecs() };
      }
      case 'ROLE': {
        this.advance();
        const ifExists = this.ifExists();
        return { kind: 'DropRole', ifExists, roles: this.userSpecs() };
      }
      case 'PREPARE':
        return this.deallocateStatement();
      case 'PLACEMENT': {
        this.advance();
        this.expect('POLICY');
        const ifExists = this.ifExists();
        return { kind: 'DropPlacementPolicy', ifExists, name: this.ident() };
      }
      case 'RESOURCE': {
        this.advance();
        this.expect('GROUP');
        const ifExists = this.ifExists();
        return { kind: 'DropResourceGroup', ifExists, name: this.eat('DEFAULT') ? 'default' : this.ident() };
      }
      case 'STATS': {
        this.advance();
        const tables = this.tableNames();
        const partitions = this.eat('PARTITION') ? this.identList() : [];
        return { kind: 'DropStats', tables, partitions, global: this.eat('GLOBAL') };
      }
      case 'STATISTICS':
        this.advance();
        return { kind: 'DropStatistics', name: this.ident() };
      case 'IMPORT':
        this.advance();
        this.expect('JOB');
        return { kind: 'ImportJob', action: 'DROP', id: this.integer() };
      default:
        return this.unsupported('DROP');
    }
  }

  private dropTable(temporary: 'LOCAL' | 'GLOBAL' | null): Statement {
    const ifExists = this.ifExists();
    const tables = this.tableNames();
    return {
      kind: 'DropTable',
      ifExists,
      temporary,
      tables,
      behaviour: this.eatOneOf('RESTRICT', 'CASCADE'),
    };
  }
}
