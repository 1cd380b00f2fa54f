import type {
  ColumnDef,
  ColumnOption,
  ConstraintType,
  Expr,
  IndexOptions,
  IndexPart,
  Reference,
  ReferenceAction,
  SplitOption,
  TableConstraint,
} from '../ast/index.js';
import { DmlGrammar } from './dml.js';

/** Columns, keys and constraints of CREATE and ALTER TABLE (MySQL 8.0 manual, "CREATE TABLE Statement"). */
export abstract class ColumnDefinitionGrammar extends DmlGrammar {
  columnDefinition(): ColumnDef {
    const ref = this.columnRef();
    if (this.atWord('SERIAL')) {
      // SERIAL is BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE.
      const type = this.columnType();
      const options: ColumnOption[] = [
        { kind: 'NotNull' },
        { kind: 'AutoIncrement' },
        { kind: 'Unique', global: false },
        ...this.columnOptions(),
      ];
      return { name: ref.name, schema: ref.schema, table: ref.table, type, options };
    }
    const type = this.columnType();
    return { name: ref.name, schema: ref.schema, table: ref.table, type, options: this.columnOptions() };
  }

  private columnOptions(): ColumnOption[] {
    const options: ColumnOption[] = [];
    for (;;) {
      const option = this.columnOption(options);
      if (option === null) return options;
      options.push(option);
    }
  }

  private columnOption(before: ColumnOption[]): ColumnOption | null {
    switch (this.tok) {
      case 'NOT':
        this.advance();
        if (this.eat('ENFORCED')) {
          const check = before[before.length - 1];
          if (check?.kind !== 'Check') throw this.error();
          before.pop();
          return { ...check, enforced: false };
        }
        this.expect('NULL');
        return { kind: 'NotNull' };
      case 'NULL':
        this.advance();
        return { kind: 'Null' };
      case 'AUTO_INCREMENT':
        this.advance();
        return { kind: 'AutoIncrement' };
      case 'DEFAULT':
        this.advance();
        if (this.eatPair('SERIAL', 'VALUE')) return { kind: 'AutoIncrement' };
        return { kind: 'Default', value: this.defaultValue() };
      case 'SERIAL':
        this.advance();
        this.expect('DEFAULT');
        this.expect('VALUE');
        before.push({ kind: 'NotNull' }, { kind: 'AutoIncrement' });
        return { kind: 'Unique', global: false };
      case 'ON':
        this.advance();
        this.expect('UPDATE');
        return { kind: 'OnUpdate', value: this.expr() };
      case 'PRIMARY':
      case 'KEY': {
        this.eat('PRIMARY');
        this.expect('KEY');
        const clustered = this.clusteredWord();
        return { kind: 'PrimaryKey', clustered, global: this.globalWord() === true };
      }
      case 'UNIQUE':
        this.advance();
        this.eat('KEY');
        return { kind: 'Unique', global: this.globalWord() === true };
      case 'COMMENT':
        this.advance();
        return { kind: 'Comment', text: this.string() };
      case 'GENERATED':
      case 'AS': {
        if (this.eat('GENERATED')) this.expect('ALWAYS');
        this.expect('AS');
        this.expect('(');
        const start = this.start;
        const expr = this.expr();
        const text = this.source.slice(start, this.lastEnd);
        this.expect(')');
        const stored = this.eatOneOf('VIRTUAL', 'STORED') === 'STORED';
        return { kind: 'Generated', expr, text, stored };
      }
      case 'CONSTRAINT':
      case 'CHECK': {
        let name: string | null = null;
        if (this.eat('CONSTRAINT') && !this.at('CHECK')) name = this.ident();
        this.expect('CHECK');
        return { kind: 'Check', name, ...this.checkBody() };
      }
      case 'REFERENCES':
        return { kind: 'References', reference: this.reference() };
      case 'COLLATE':
        this.advance();
        return { kind: 'Collate', collation: this.collationName() };
      case 'COLUMN_FORMAT':
        this.advance();
        return { kind: 'ColumnFormat', format: this.oneOf('FIXED', 'DYNAMIC', 'DEFAULT') };
      case 'STORAGE':
        this.advance();
        return { kind: 'Storage', storage: this.oneOf('DISK', 'MEMORY', 'DEFAULT') };
      case 'AUTO_RANDOM': {
        this.advance();
        let shardBits: number | null = null;
        let rangeBits: number | null = null;
        if (this.eat('(')) {
          shardBits = this.integer();
          if (this.eat(',')) rangeBits = this.integer();
          this.expect(')');
        }
        return { kind: 'AutoRandom', shardBits, rangeBits };
      }
      case 'VISIBLE':
      case 'INVISIBLE': {
        const visible = this.tok === 'VISIBLE';
        this.advance();
        return { kind: 'Visibility', visible };
      }
      case 'SECONDARY_ENGINE_ATTRIBUTE':
      case 'ENGINE_ATTRIBUTE':
        this.advance();
        this.eatEquals();
        return { kind: 'SecondaryEngineAttribute', value: this.string() };
      default:
        return null;
    }
  }

  /** A default: a literal, perhaps signed; NOW() and its like; or any expression in parentheses. COLLATE is the column's. */
  defaultValue(): Expr {
    return this.operand();
  }

  private checkBody(): { expr: Expr; enforced: boolean } {
    this.expect('(');
    const expr = this.expr();
    this.expect(')');
    return { expr, enforced: this.enforcedWord() };
  }

  /** [[NOT] ENFORCED]; a NOT that begins NOT NULL is left alone. */
  protected enforcedWord(): boolean {
    if (this.eat('ENFORCED')) return true;
    return !this.eatPair('NOT', 'ENFORCED');
  }

  protected clusteredWord(): boolean | null {
    if (this.eat('CLUSTERED')) return true;
    return this.eat('NONCLUSTERED') ? false : null;
  }

  protected globalWord(): boolean | null {
    if (this.eat('GLOBAL')) return true;
    return this.eat('LOCAL') ? false : null;
  }

  reference(): Reference {
    this.expect('REFERENCES');
    const reference: Reference = {
      table: this.tableName(),
      columns: this.at('(') ? this.indexParts() : [],
      match: null,
      onDelete: null,
      onUpdate: null,
    };
    if (this.eat('MATCH')) reference.match = this.oneOf('FULL', 'PARTIAL', 'SIMPLE');
    while (this.at('ON')) {
      const next = this.peek();
      if (next !== 'DELETE' && next !== 'UPDATE') break;
      this.advance();
      if (this.eat('DELETE')) reference.onDelete = this.referenceAction();
      else {
        this.advance();
        // ON UPDATE of a column (CURRENT_TIMESTAMP) cannot follow REFERENCES: MySQL reads an action here.
        reference.onUpdate = this.referenceAction();
      }
    }
    return reference;
  }

  private referenceAction(): ReferenceAction {
    if (this.eat('RESTRICT')) return 'RESTRICT';
    if (this.eat('CASCADE')) return 'CASCADE';
    if (this.eat('NO')) {
      this.expect('ACTION');
      return 'NO ACTION';
    }
    this.expect('SET');
    return this.oneOf('NULL', 'DEFAULT') === 'NULL' ? 'SET NULL' : 'SET DEFAULT';
  }

  indexParts(): IndexPart[] {
    return this.parenList((): IndexPart => {
      const part: IndexPart = { column: null, length: null, expr: null, desc: false };
      if (this.at('(')) {
        this.expect('(');
        part.expr = this.expr();
        this.expect(')');
      } else if (this.atIdent() && this.peek() === '(' && !this.atPrefixLength()) {
        // A function without its own parentheses, as in VECTOR INDEX ((…)) written short.
        part.expr = this.expr();
      } else {
        part.column = this.columnRef().name;
        if (this.eat('(')) {
          part.length = this.integer();
          this.expect(')');
        }
      }
      part.desc = this.eatOneOf('ASC', 'DESC') === 'DESC';
      return part;
    });
  }

  /** At `name (`: what follows is a number and a closing parenthesis. */
  private atPrefixLength(): boolean {
    const start = this.start;
    this.advance();
    this.advance();
    const result = this.at('int') && this.peek() === ')';
    this.seek(start);
    return result;
  }

  emptyIndexOptions(): IndexOptions {
    return {
      type: null,
      keyBlockSize: null,
      comment: null,
      parser: null,
      visible: null,
      clustered: null,
      global: null,
      addColumnarReplicaOnDemand: false,
      where: null,
      preSplit: null,
    };
  }

  indexOptions(options: IndexOptions): IndexOptions {
    for (;;) {
      switch (this.tok) {
        case 'USING':
        case 'TYPE':
          this.advance();
          options.type = this.indexType();
          break;
        case 'KEY_BLOCK_SIZE':
          this.advance();
          this.eatEquals();
          options.keyBlockSize = this.integer();
          break;
        case 'COMMENT':
          this.advance();
          this.eatEquals();
          options.comment = this.string();
          break;
        case 'WITH':
          this.advance();
          this.expect('PARSER');
          options.parser = this.ident();
          break;
        case 'VISIBLE':
        case 'INVISIBLE':
          options.visible = this.tok === 'VISIBLE';
          this.advance();
          break;
        case 'CLUSTERED':
        case 'NONCLUSTERED':
          options.clustered = this.tok === 'CLUSTERED';
          this.advance();
          break;
        case 'GLOBAL':
        case 'LOCAL':
          options.global = this.tok === 'GLOBAL';
          this.advance();
          break;
        case 'ADD_COLUMNAR_REPLICA_ON_DEMAND':
          this.advance();
          options.addColumnarReplicaOnDemand = true;
          break;
        case 'SECONDARY_ENGINE_ATTRIBUTE':
        case 'ENGINE_ATTRIBUTE':
          this.advance();
          this.eatEquals();
          this.string();
          break;
        case 'PRE_SPLIT_REGIONS':
          this.advance();
          this.eatEquals();
          if (this.at('int')) {
            options.preSplit = { lower: null, upper: null, regions: this.integer(), values: null };
          } else {
            this.expect('(');
            options.preSplit = this.at('int')
              ? { lower: null, upper: null, regions: this.integer(), values: null }
              : this.splitOption();
            this.expect(')');
          }
          break;
        case 'WHERE':
          this.advance();
          options.where = this.expr();
          break;
        default:
          return options;
      }
    }
  }

  private indexType(): string {
    return this.oneOf('BTREE', 'HASH', 'RTREE', 'HYPO', 'HNSW', 'INVERTED');
  }

  /** BETWEEN (…) AND (…) REGIONS n, or BY (…), (…). */
  splitOption(): SplitOption {
    const row = (): Expr[] => {
      this.expect('(');
      return this.rowValues();
    };
    if (this.eat('BETWEEN')) {
      const lower = row();
      this.expect('AND');
      const upper = row();
      this.expect('REGIONS');
      return { lower, upper, regions: this.integer(), values: null };
    }
    this.expect('BY');
    return { lower: null, upper: null, regions: null, values: this.list(row) };
  }

  /** At the start of a constraint or key of a table (rather than a column). */
  atConstraint(): boolean {
    switch (this.tok) {
      case 'CONSTRAINT':
      case 'PRIMARY':
      case 'UNIQUE':
      case 'KEY':
      case 'INDEX':
      case 'FULLTEXT':
      case 'SPATIAL':
      case 'FOREIGN':
      case 'CHECK':
        return true;
      case 'VECTOR':
      case 'COLUMNAR': {
        const next = this.peek();
        return next === 'INDEX' || next === 'KEY';
      }
      default:
        return false;
    }
  }

  tableConstraint(): TableConstraint {
    let name: string | null = null;
    let named = false;
    if (this.eat('CONSTRAINT')) {
      named = true;
      if (this.atIdent()) name = this.ident();
    }
    switch (this.tok) {
      case 'PRIMARY':
        this.advance();
        this.expect('KEY');
        return this.keyConstraint('PRIMARY KEY', name);
      case 'UNIQUE':
        this.advance();
        this.eatOneOf('INDEX', 'KEY');
        return this.keyConstraint('UNIQUE', name);
      case 'FOREIGN': {
        this.advance();
        this.expect('KEY');
        const ifNotExists = this.ifNotExists();
        if (this.atIdent()) {
          const index = this.ident();
          name ??= index;
        }
        const columns = this.indexParts();
        return { kind: 'ForeignKey', name, ifNotExists, columns, reference: this.reference() };
      }
      case 'CHECK':
        this.advance();
        return { kind: 'Check', name, ...this.checkBody() };
    }
    if (named) throw this.error();
    switch (this.tok) {
      case 'KEY':
      case 'INDEX':
        this.advance();
        return this.keyConstraint('INDEX', null);
      case 'FULLTEXT':
      case 'SPATIAL': {
        const type = this.tok;
        this.advance();
        this.eatOneOf('INDEX', 'KEY');
        return this.keyConstraint(type, null);
      }
      case 'VECTOR':
      case 'COLUMNAR': {
        const type = this.tok;
        this.advance();
        this.oneOf('INDEX', 'KEY');
        return this.keyConstraint(type, null);
      }
      default:
        throw this.error();
    }
  }

  private keyConstraint(type: ConstraintType, constraintName: string | null): TableConstraint {
    const options = this.emptyIndexOptions();
    const ifNotExists = this.ifNotExists();
    let name = constraintName;
    if (!this.at('(') && !this.at('USING') && this.atIdent() && !(this.at('TYPE') && this.peek() !== '(')) {
      name = this.ident();
    }
    if (this.eat('USING') || this.eat('TYPE')) options.type = this.indexType();
    const parts = this.indexParts();
    this.indexOptions(options);
    return { kind: 'Key', type, name, ifNotExists, parts, options };
  }
}
