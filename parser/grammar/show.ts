import type { ShowKind, ShowStmt, Statement } from '../ast/index.js';
import { AccountGrammar } from './account.js';
import { makeShow } from '../ast/make-show.js';

/** What may follow the words of a SHOW form. */
interface ShowForm {
  what: ShowKind;
  /** FROM | IN db. */
  inSchema?: boolean;
  /** FROM | IN table [FROM | IN db]. */
  inTable?: boolean;
  limit?: boolean;
}

/**
 * SHOW forms that are fixed words and then a filter. Longest first among those with a common beginning
 * (MySQL 8.0 manual, "SHOW Statements"; TiDB's own).
 */
const FORMS: readonly (readonly [string, ShowForm])[] = [
  ['DATABASES', { what: 'DATABASES' }],
  ['SCHEMAS', { what: 'DATABASES' }],
  ['TABLES', { what: 'TABLES', inSchema: true }],
  ['TABLE STATUS', { what: 'TABLE STATUS', inSchema: true }],
  ['OPEN TABLES', { what: 'OPEN TABLES', inSchema: true }],
  ['COLUMNS', { what: 'COLUMNS', inTable: true }],
  ['FIELDS', { what: 'COLUMNS', inTable: true }],
  ['INDEX', { what: 'INDEX', inTable: true }],
  ['INDEXES', { what: 'INDEX', inTable: true }],
  ['KEYS', { what: 'INDEX', inTable: true }],
  ['VARIABLES', { what: 'VARIABLES' }],
  ['STATUS', { what: 'STATUS' }],
  ['WARNINGS', { what: 'WARNINGS', limit: true }],
  ['ERRORS', { what: 'ERRORS', limit: true }],
  ['PROCESSLIST', { what: 'PROCESSLIST' }],
  ['PRIVILEGES', { what: 'PRIVILEGES' }],
  ['CHARACTER SET', { what: 'CHARSET' }],
  ['CHARSET', { what: 'CHARSET' }],
  ['CHAR SET', { what: 'CHARSET' }],
  ['COLLATION', { what: 'COLLATION' }],
  ['ENGINES', { what: 'ENGINES' }],
  ['STORAGE ENGINES', { what: 'ENGINES' }],
  ['PLUGINS', { what: 'PLUGINS' }],
  ['TRIGGERS', { what: 'TRIGGERS', inSchema: true }],
  ['EVENTS', { what: 'EVENTS', inSchema: true }],
  ['PROCEDURE STATUS', { what: 'PROCEDURE STATUS' }],
  ['FUNCTION STATUS', { what: 'FUNCTION STATUS' }],
  ['PROFILES', { what: 'PROFILES' }],
  ['MASTER STATUS', { what: 'MASTER STATUS' }],
  ['BINARY LOG STATUS', { what: 'BINARY LOG STATUS' }],
  ['BINARY LOGS', { what: 'BINARY LOGS' }],
  ['MASTER LOGS', { what: 'BINARY LOGS' }],
  ['REPLICA STATUS', { what: 'REPLICA STATUS' }],
  ['SLAVE STATUS', { what: 'REPLICA STATUS' }],
  ['REPLICAS', { what: 'REPLICAS' }],
  ['SLAVE HOSTS', { what: 'REPLICAS' }],
  ['BUILTINS', { what: 'BUILTINS' }],
  ['BINDINGS', { what: 'BINDINGS' }],
  ['BINDING_CACHE STATUS', { what: 'BINDING_CACHE STATUS' }],
  ['CONFIG', { what: 'CONFIG' }],
  ['PUMP STATUS', { what: 'PUMP STATUS' }],
  ['DRAINER STATUS', { what: 'DRAINER STATUS' }],
  ['STATS_META', { what: 'STATS_META' }],
  ['STATS_HISTOGRAMS', { what: 'STATS_HISTOGRAMS' }],
  ['STATS_TOPN', { what: 'STATS_TOPN' }],
  ['STATS_BUCKETS', { what: 'STATS_BUCKETS' }],
  ['STATS_HEALTHY', { what: 'STATS_HEALTHY' }],
  ['STATS_LOCKED', { what: 'STATS_LOCKED' }],
  ['STATS_EXTENDED', { what: 'STATS_EXTENDED' }],
  ['HISTOGRAMS_IN_FLIGHT', { what: 'HISTOGRAMS_IN_FLIGHT' }],
  ['COLUMN_STATS_USAGE', { what: 'COLUMN_STATS_USAGE' }],
  ['ANALYZE STATUS', { what: 'ANALYZE STATUS' }],
  ['BACKUPS', { what: 'BACKUPS' }],
  ['RESTORES', { what: 'RESTORES' }],
  ['BACKUP LOGS', { what: 'BACKUP LOGS' }],
  ['BACKUP METADATA', { what: 'BACKUP METADATA' }],
  ['IMPORTS', { what: 'IMPORTS', inSchema: true }],
  ['IMPORT JOBS', { what: 'IMPORT JOBS' }],
  ['IMPORT GROUPS', { what: 'IMPORT GROUPS' }],
  ['PLACEMENT LABELS', { what: 'PLACEMENT LABELS' }],
  ['SESSION_STATES', { what: 'SESSION_STATES' }],
  ['SESSION_VARIABLES', { what: 'SESSION_VARIABLES' }],
  ['TRAFFIC JOBS', { what: 'TRAFFIC JOBS' }],
  ['DISTRIBUTION JOBS', { what: 'DISTRIBUTION JOBS' }],
  ['AFFINITY', { what: 'AFFINITY' }],
];

const FORMS_BY_WORD = new Map<string, (readonly [readonly string[], ShowForm])[]>();
for (const [words, form] of FORMS) {
  const list = words.split(' ');
  const bucket = FORMS_BY_WORD.get(list[0]!) ?? [];
  bucket.push([list, form]);
  bucket.sort((a, b) => b[0].length - a[0].length);
  FORMS_BY_WORD.set(list[0]!, bucket);
}

export abstract class ShowGrammar extends AccountGrammar {
  showStatement(): Statement {
    this.expect('SHOW');
    const show = makeShow({ what: 'DATABASES' });
    if (this.eat('EXTENDED')) show.extended = true;
    if (this.eat('FULL')) show.full = true;
    const scope = this.eatOneOf('GLOBAL', 'SESSION', 'LOCAL');
    show.global = scope === 'GLOBAL';
    if (this.specialShow(show)) return show;
    const form = this.showForm();
    if (form === null) throw this.error();
    show.what = form.what;
    if (form.inTable) {
      this.oneOf('FROM', 'IN');
      show.table = this.tableName();
      if (this.eatOneOf('FROM', 'IN') !== null) show.table = { schema: this.ident(), name: show.table.name };
    } else if (form.inSchema && this.eatOneOf('FROM', 'IN') !== null) {
      show.schema = this.ident();
    }
    if (form.limit && this.at('LIMIT')) show.limit = this.limitClause();
    this.showFilter(show);
    return show;
  }

  private showForm(): ShowForm | null {
    const bucket = FORMS_BY_WORD.get(this.upperWord());
    if (bucket === undefined) return null;
    const start = this.start;
    for (const [words, form] of bucket) {
      let matched = 0;
      while (matched < words.length && this.eatWord(words[matched]!)) matched++;
      if (matched === words.length) return form;
      this.seek(start);
    }
    return null;
  }

  private showFilter(show: ShowStmt): void {
    if (this.eat('LIKE')) show.like = this.simpleExpr();
    else if (this.eat('WHERE')) show.where = this.expr();
  }

  /** The forms with a grammar of their own; false when it is another form, with nothing consumed. */
  private specialShow(show: ShowStmt): boolean {
    const start = this.start;
    switch (this.upperWord()) {
      case 'CREATE':
        this.advance();
        this.showCreate(show);
        return true;
      case 'GRANTS':
        this.advance();
        show.what = 'GRANTS';
        if (this.eat('FOR')) {
          const user = this.userSpec();
          if (!user.current) show.user = user;
          if (this.eat('USING')) show.roles = this.userSpecs();
        }
        return true;
      case 'COUNT':
        this.advance();
        this.expect('(');
        this.expect('*');
        this.expect(')');
        show.count = true;
        show.what = this.oneOf('WARNINGS', 'ERRORS');
        return true;
      case 'ENGINE':
        this.advance();
        show.name = this.ident();
        show.what = `ENGINE ${this.oneOf('STATUS', 'MUTEX', 'LOGS')}`;
        return true;
      case 'PROFILE':
        this.advance();
        this.showProfile(show);
        return true;
      case 'BINLOG':
      case 'RELAYLOG':
        show.what = this.oneOf('BINLOG', 'RELAYLOG') === 'BINLOG' ? 'BINLOG EVENTS' : 'RELAYLOG EVENTS';
        this.expect('EVENTS');
        if (this.eat('IN')) show.name = this.string();
        if (this.eat('FROM')) show.id = this.integer();
        if (this.at('LIMIT')) show.limit = this.limitClause();
        return true;
      case 'BR':
        this.advance();
        this.expect('JOB');
        show.what = this.eat('QUERY') ? 'BR JOB QUERY' : 'BR JOB';
        show.id = this.integer();
        return true;
      case 'IMPORT': {
        this.advance();
        const word = this.upperWord();
        if (word === 'JOB') {
          this.advance();
          show.what = 'IMPORT JOB';
          show.id = this.integer();
          return true;
        }
        if (word === 'GROUP') {
          this.advance();
          show.what = 'IMPORT GROUP';
          show.name = this.string();
          return true;
        }
        break;
      }
      case 'PLACEMENT':
        this.advance();
        if (this.eat('FOR')) {
          if (this.oneOf('TABLE', 'DATABASE', 'SCHEMA') === 'TABLE') {
            show.what = 'PLACEMENT FOR TABLE';
            show.table = this.tableName();
            if (this.at('PARTITION')) {
              this.advance();
              show.partitions = [this.ident()];
            }
          } else {
            show.what = 'PLACEMENT FOR DATABASE';
            show.schema = this.ident();
          }
          return true;
        }
        if (this.at('LABELS')) break;
        show.what = 'PLACEMENT';
        this.showFilter(show);
        return true;
      case 'TABLE':
        this.advance();
        if (this.at('STATUS')) break;
        this.showTable(show);
        return true;
    }
    this.seek(start);
    return false;
  }

  /** SHOW TABLE t [PARTITION (…)] [INDEX i] REGIONS | NEXT_ROW_ID | DISTRIBUTIONS. */
  private showTable(show: ShowStmt): void {
    show.table = this.tableName();
    if (this.at('PARTITION')) show.partitions = this.partitionNames();
    if (this.eat('NEXT_ROW_ID')) {
      show.what = 'TABLE NEXT_ROW_ID';
      return;
    }
    if (this.eat('INDEX')) show.name = this.at('PRIMARY') ? (this.advance(), 'PRIMARY') : this.ident();
    show.what = this.oneOf('REGIONS', 'DISTRIBUTIONS') === 'REGIONS' ? 'TABLE REGIONS' : 'DISTRIBUTIONS';
    this.showFilter(show);
  }

  private showCreate(show: ShowStmt): void {
    const word = this.oneOf(
      'TABLE',
      'VIEW',
      'SEQUENCE',
      'DATABASE',
      'SCHEMA',
      'USER',
      'PROCEDURE',
      'FUNCTION',
      'TRIGGER',
      'EVENT',
      'PLACEMENT',
      'RESOURCE',
      'IMPORT',
    );
    switch (word) {
      case 'DATABASE':
      case 'SCHEMA':
        show.what = 'CREATE DATABASE';
        show.ifNotExists = this.ifNotExists();
        show.schema = this.ident();
        return;
      case 'USER': {
        show.what = 'CREATE USER';
        const user = this.userSpec();
        if (!user.current) show.user = user;
        return;
      }
      case 'PLACEMENT':
        this.expect('POLICY');
        show.what = 'CREATE PLACEMENT POLICY';
        show.name = this.ident();
        return;
      case 'RESOURCE':
        this.expect('GROUP');
        show.what = 'CREATE RESOURCE GROUP';
        show.name = this.resourceGroupName();
        return;
      case 'IMPORT':
        show.what = 'CREATE IMPORT';
        show.name = this.ident();
        return;
      default:
        show.what = `CREATE ${word}`;
        show.table = this.tableName();
    }
  }

  private showProfile(show: ShowStmt): void {
    show.what = 'PROFILE';
    const types: string[] = [];
    const type = (): string | null => {
      const word = this.eatOneOf(
        'ALL',
        'CPU',
        'IPC',
        'MEMORY',
        'SOURCE',
        'SWAPS',
        'BLOCK',
        'CONTEXT',
        'PAGE',
      );
      if (word === 'BLOCK') return `BLOCK ${this.oneOf('IO')}`;
      if (word === 'CONTEXT') return `CONTEXT ${this.oneOf('SWITCHES')}`;
      if (word === 'PAGE') return `PAGE ${this.oneOf('FAULTS')}`;
      return word;
    };
    for (let next = type(); next !== null; next = this.eat(',') ? type() : null) types.push(next);
    show.profileTypes = types;
    if (this.eat('FOR')) {
      this.expect('QUERY');
      show.id = this.integer();
    }
    if (this.at('LIMIT')) show.limit = this.limitClause();
  }

  /** EXPLAIN | DESC | DESCRIBE t [col | 'pattern'], after the word, at a table name. */
  protected describeTable(): Statement {
    const table = this.tableName();
    if (this.at('string')) return { kind: 'DescribeTable', table, column: this.string(), isPattern: true };
    const column = this.atIdent() ? this.columnRef().name : null;
    return { kind: 'DescribeTable', table, column, isPattern: false };
  }
}
