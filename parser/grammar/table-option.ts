import type {
  Expr,
  PartitionDef,
  PartitionMethod,
  PartitionOptions,
  PartitionValues,
  TableOption,
  TtlOption,
} from '../ast/index.js';
import { ParseError } from '../parse-error.js';
import { ColumnDefinitionGrammar } from './column-definition.js';

/** What the value of a table option is. */
type OptionShape = 'string' | 'number' | 'word' | 'numberOrDefault' | 'boolean' | 'name';

/** Table and partition options of one value (MySQL 8.0 manual, "Table Options"; TiDB's own). */
const OPTIONS: ReadonlyMap<string, OptionShape> = new Map<string, OptionShape>([
  ['ENGINE', 'name'],
  ['COMMENT', 'string'],
  ['AUTO_INCREMENT', 'number'],
  ['AUTO_ID_CACHE', 'number'],
  ['AUTO_RANDOM_BASE', 'number'],
  ['AVG_ROW_LENGTH', 'number'],
  ['CHECKSUM', 'number'],
  ['TABLE_CHECKSUM', 'number'],
  ['COMPRESSION', 'string'],
  ['CONNECTION', 'string'],
  ['PASSWORD', 'string'],
  ['DELAY_KEY_WRITE', 'number'],
  ['ENCRYPTION', 'string'],
  ['INSERT_METHOD', 'word'],
  ['KEY_BLOCK_SIZE', 'number'],
  ['MAX_ROWS', 'number'],
  ['MIN_ROWS', 'number'],
  ['PACK_KEYS', 'numberOrDefault'],
  ['ROW_FORMAT', 'word'],
  ['STATS_AUTO_RECALC', 'numberOrDefault'],
  ['STATS_PERSISTENT', 'numberOrDefault'],
  ['STATS_SAMPLE_PAGES', 'numberOrDefault'],
  ['STATS_BUCKETS', 'numberOrDefault'],
  ['STATS_TOPN', 'numberOrDefault'],
  ['STATS_SAMPLE_RATE', 'numberOrDefault'],
  ['STATS_COL_CHOICE', 'string'],
  ['STATS_COL_LIST', 'string'],
  ['SHARD_ROW_ID_BITS', 'number'],
  ['PRE_SPLIT_REGIONS', 'number'],
  ['SECONDARY_ENGINE', 'name'],
  ['SECONDARY_ENGINE_ATTRIBUTE', 'string'],
  ['ENGINE_ATTRIBUTE', 'string'],
  ['AUTOEXTEND_SIZE', 'name'],
  ['PAGE_CHECKSUM', 'number'],
  ['PAGE_COMPRESSED', 'numberOrDefault'],
  ['PAGE_COMPRESSION_LEVEL', 'number'],
  ['TRANSACTIONAL', 'number'],
  ['IETF_QUOTES', 'word'],
  ['SEQUENCE', 'numberOrDefault'],
  ['NODEGROUP', 'number'],
  ['TTL_ENABLE', 'string'],
  ['TTL_JOB_INTERVAL', 'string'],
  ['AFFINITY', 'string'],
]);

/** Options of MySQL's and MariaDB's that say nothing to a storage engine. */
const IGNORED: ReadonlySet<string> = new Set([
  'AUTOEXTEND_SIZE',
  'PAGE_CHECKSUM',
  'PAGE_COMPRESSED',
  'PAGE_COMPRESSION_LEVEL',
  'TRANSACTIONAL',
  'IETF_QUOTES',
  'SEQUENCE',
]);

/** Table options, TTL and partitioning. */
export abstract class TableOptionGrammar extends ColumnDefinitionGrammar {
  /** TTL is not an option of one value: it is handed to `setTtl`. */
  tableOption(setTtl: ((ttl: TtlOption) => void) | null): TableOption | null {
    const isDefault = this.eat('DEFAULT');
    const word = this.upperWord();
    switch (word) {
      case 'CHARACTER':
      case 'CHARSET':
      case 'CHAR':
        if (!this.eatCharacterSet()) throw this.error();
        this.eatEquals();
        return { name: 'CHARSET', value: this.eat('DEFAULT') ? 'DEFAULT' : this.charsetName(), isDefault };
      case 'COLLATE':
        this.advance();
        this.eatEquals();
        return { name: 'COLLATE', value: this.eat('DEFAULT') ? 'DEFAULT' : this.collationName(), isDefault };
      case 'DATA':
      case 'INDEX':
        if (this.peek() !== 'DIRECTORY') return null;
        this.advance();
        this.advance();
        this.eatEquals();
        return { name: `${word} DIRECTORY`, value: this.string(), isDefault };
      case 'UNION': {
        this.advance();
        this.eatEquals();
        this.expect('(');
        const value = this.at(')') ? [] : this.tableNames();
        this.expect(')');
        return { name: 'UNION', value, isDefault };
      }
      case 'TABLESPACE':
        this.advance();
        this.eatEquals();
        return { name: 'TABLESPACE', value: this.ident(), isDefault };
      case 'STORAGE':
        this.advance();
        return { name: 'STORAGE', value: this.oneOf('DISK', 'MEMORY'), isDefault };
      case 'PLACEMENT': {
        this.advance();
        this.expect('POLICY');
        if (!this.eat('=')) this.eat('SET');
        const value = this.eat('DEFAULT') ? 'DEFAULT' : this.identOrString();
        return { name: 'PLACEMENT POLICY', value, isDefault };
      }
      case 'TTL': {
        if (setTtl === null) throw this.error();
        this.advance();
        this.eatEquals();
        setTtl(this.ttlBody());
        return { name: 'TTL', value: true, isDefault };
      }
    }
    const shape = OPTIONS.get(word);
    if (shape === undefined || (this.tok === 'ident' && this.quoted)) {
      if (isDefault) throw this.error();
      return null;
    }
    this.advance();
    this.eatEquals();
    const value = this.optionValue(shape);
    if (IGNORED.has(word)) {
      const instead = word === 'SEQUENCE' ? ' Use CREATE SEQUENCE instead.' : '';
      const detail = `The ${word} option is parsed but ignored by all storage engines.${instead}`;
      this.warnings.push({
        code: 1064,
        message: ParseError.at(this.source, this.end, this.end, detail).message,
      });
    }
    return { name: word, value, isDefault };
  }

  ttlBody(): TtlOption {
    const column = this.ident();
    this.expect('+');
    this.expect('INTERVAL');
    const value = this.operand();
    return { column, value, unit: this.timeUnit() };
  }

  private optionValue(shape: OptionShape): TableOption['value'] {
    switch (shape) {
      case 'string':
        return this.eat('DEFAULT') ? 'DEFAULT' : this.string();
      case 'number':
        return this.bigInteger();
      case 'numberOrDefault':
        if (this.eat('DEFAULT')) return 'DEFAULT';
        if (this.at('decimal')) {
          const value = Number(this.text);
          this.advance();
          return value;
        }
        if (this.at('string')) return this.string();
        if (!this.at('int')) return this.oneOf('ON', 'OFF');
        return this.bigInteger();
      case 'name':
        if (this.at('int')) return String(this.integer());
        return this.identOrString();
      default: {
        const word = this.upperWord();
        if (word === '') throw this.error();
        this.advance();
        return word;
      }
    }
  }

  /** PARTITION BY …, after PARTITION BY. */
  partitionOptions(): PartitionOptions {
    const method = this.partitionMethod();
    if (this.eat('PARTITIONS')) method.count = this.integer();
    let sub: PartitionMethod | null = null;
    if (this.eat('SUBPARTITION')) {
      this.expect('BY');
      sub = this.partitionMethod();
      if (this.eat('SUBPARTITIONS')) sub.count = this.integer();
    }
    const definitions = this.at('(') ? this.partitionDefinitions() : [];
    let updateIndexes: { name: string; global: boolean }[] = [];
    if (this.at('UPDATE') && this.peek() === 'INDEXES') {
      this.advance();
      this.advance();
      updateIndexes = this.parenList(() => {
        const name = this.at('PRIMARY') ? (this.advance(), 'PRIMARY') : this.ident();
        return { name, global: this.oneOf('GLOBAL', 'LOCAL') === 'GLOBAL' };
      });
    }
    return { method, sub, definitions, updateIndexes };
  }

  private partitionMethod(): PartitionMethod {
    const linear = this.eat('LINEAR');
    const type = this.oneOf('HASH', 'KEY', 'RANGE', 'LIST', 'SYSTEM_TIME', 'NONE');
    const method: PartitionMethod = {
      type,
      linear,
      algorithm: null,
      expr: null,
      columns: null,
      count: null,
      interval: null,
    };
    switch (type) {
      case 'HASH':
        method.expr = this.parenExpr();
        break;
      case 'KEY':
        if (this.eat('ALGORITHM')) {
          this.eatEquals();
          method.algorithm = this.integer();
        }
        this.expect('(');
        method.columns = this.at(')') ? [] : this.identList();
        this.expect(')');
        break;
      case 'RANGE':
      case 'LIST':
        if (linear) throw this.error();
        if (this.eat('COLUMNS')) method.columns = this.parenIdents();
        else method.expr = this.parenExpr();
        if (this.eat('INTERVAL')) method.interval = this.partitionInterval();
        break;
      case 'SYSTEM_TIME':
        if (this.eat('INTERVAL')) {
          method.expr = this.expr();
          this.timeUnit();
        } else if (this.eat('LIMIT')) method.count = this.integer();
        break;
    }
    return method;
  }

  private parenExpr(): Expr {
    this.expect('(');
    const expr = this.expr();
    this.expect(')');
    return expr;
  }

  private partitionInterval(): PartitionMethod['interval'] {
    this.expect('(');
    const value = this.expr();
    const unit = this.at(')') ? null : this.timeUnit();
    this.expect(')');
    let first: Expr | null = null;
    let last: Expr | null = null;
    if (this.eat('FIRST')) {
      this.expect('PARTITION');
      first = this.lessThanOne();
      this.expect('LAST');
      this.expect('PARTITION');
      last = this.lessThanOne();
    }
    const nullPartition = this.eatPair('NULL', 'PARTITION');
    const maxValuePartition = this.eatPair('MAXVALUE', 'PARTITION');
    return { value, unit, first, last, nullPartition, maxValuePartition };
  }

  lessThanOne(): Expr {
    this.expect('LESS');
    this.expect('THAN');
    return this.parenExpr();
  }

  partitionDefinitions(): PartitionDef[] {
    return this.parenList(() => this.partitionDefinition());
  }

  private partitionDefinition(): PartitionDef {
    this.expect('PARTITION');
    const name = this.ident();
    let values: PartitionValues | null = null;
    if (this.eat('VALUES')) {
      if (this.eat('LESS')) {
        this.expect('THAN');
        if (this.eat('MAXVALUE')) values = { kind: 'LessThan', values: [null] };
        else {
          const bounds = this.parenList((): Expr | null => (this.eat('MAXVALUE') ? null : this.expr()));
          values = { kind: 'LessThan', values: bounds };
        }
      } else {
        this.expect('IN');
        this.expect('(');
        const rows = this.list((): Expr[] => this.listValue());
        this.expect(')');
        values = { kind: 'In', rows };
      }
    } else if (this.at('DEFAULT')) {
      this.advance();
      values = { kind: 'Default' };
    } else if (this.eat('HISTORY')) values = { kind: 'History' };
    else if (this.eat('CURRENT')) values = { kind: 'Current' };
    const options = this.partitionDefOptions();
    const sub = this.at('(')
      ? this.parenList(() => {
          this.expect('SUBPARTITION');
          return { name: this.ident(), options: this.partitionDefOptions() };
        })
      : [];
    return { name, values, options, sub };
  }

  private listValue(): Expr[] {
    const value = this.exprOrDefault();
    return value.kind === 'Row' ? value.items : [value];
  }

  private partitionDefOptions(): TableOption[] {
    const options: TableOption[] = [];
    for (;;) {
      if (this.at('STORAGE') && this.peek() === 'ENGINE') this.advance();
      const option = this.tableOption(null);
      if (option === null) return options;
      options.push(option);
    }
  }
}
