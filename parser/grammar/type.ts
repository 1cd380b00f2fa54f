import type { CastType, CastTypeName, ColumnTypeName, ColumnTypeSpec } from '../ast/index.js';
import { ParseError } from '../parse-error.js';
import { TokenStream } from './token-stream.js';

const INTEGER_TYPES: ReadonlyMap<string, ColumnTypeName> = new Map<string, ColumnTypeName>([
  ['TINYINT', 'TINYINT'],
  ['INT1', 'TINYINT'],
  ['SMALLINT', 'SMALLINT'],
  ['INT2', 'SMALLINT'],
  ['MEDIUMINT', 'MEDIUMINT'],
  ['INT3', 'MEDIUMINT'],
  ['MIDDLEINT', 'MEDIUMINT'],
  ['INT', 'INT'],
  ['INTEGER', 'INT'],
  ['INT4', 'INT'],
  ['BIGINT', 'BIGINT'],
  ['INT8', 'BIGINT'],
]);

const SPATIAL_TYPES: ReadonlySet<string> = new Set([
  'GEOMETRY',
  'POINT',
  'LINESTRING',
  'POLYGON',
  'MULTIPOINT',
  'MULTILINESTRING',
  'MULTIPOLYGON',
  'GEOMETRYCOLLECTION',
]);

/** Column types and cast types (MySQL 8.0 manual, "Data Types"). */
export abstract class TypeGrammar extends TokenStream {
  columnType(): ColumnTypeSpec {
    const type: ColumnTypeSpec = {
      name: 'INT',
      flen: null,
      decimal: null,
      unsigned: false,
      zerofill: false,
      charset: null,
      collate: null,
      binary: false,
      elems: [],
    };
    const word = this.upperWord();
    if (word === '') throw this.error();
    const integer = INTEGER_TYPES.get(word);
    if (integer !== undefined) {
      this.advance();
      type.name = integer;
      type.flen = this.optionalLength();
      this.numericAttributes(type);
      return type;
    }
    if (SPATIAL_TYPES.has(word)) {
      this.advance();
      type.name = word as ColumnTypeName;
      return type;
    }
    switch (word) {
      case 'BOOL':
      case 'BOOLEAN':
        this.advance();
        type.name = 'TINYINT';
        type.flen = 1;
        return type;
      case 'BIT':
        this.advance();
        type.name = 'BIT';
        type.flen = this.optionalLength();
        return type;
      case 'SERIAL':
        this.advance();
        type.name = 'BIGINT';
        type.unsigned = true;
        return type;
      case 'DECIMAL':
      case 'DEC':
      case 'NUMERIC':
      case 'FIXED':
        this.advance();
        type.name = 'DECIMAL';
        this.precision(type);
        this.numericAttributes(type);
        return type;
      case 'FLOAT':
      case 'FLOAT4':
      case 'FLOAT8':
        this.advance();
        type.name = word === 'FLOAT8' ? 'DOUBLE' : 'FLOAT';
        this.precision(type);
        // FLOAT(p): p chooses the storage and is not a display width.
        if (word === 'FLOAT' && type.flen !== null && type.decimal === null && type.flen <= 53) {
          if (type.flen > 24) type.name = 'DOUBLE';
          type.flen = null;
        }
        this.numericAttributes(type);
        return type;
      case 'DOUBLE':
      case 'REAL':
        this.advance();
        this.eat('PRECISION');
        type.name = word === 'REAL' && this.realAsFloat ? 'FLOAT' : 'DOUBLE';
        this.precision(type);
        // A precision without a scale is of FLOAT alone.
        if (type.flen !== null && type.decimal === null) {
          if (!this.looseDouble) throw ParseError.meaningless();
          type.flen = null;
        }
        this.numericAttributes(type);
        return type;
      case 'CHAR':
      case 'CHARACTER':
        this.advance();
        type.name = this.eat('VARYING') ? 'VARCHAR' : 'CHAR';
        type.flen = type.name === 'VARCHAR' ? this.length1() : this.optionalLength();
        this.textAttributes(type);
        return type;
      case 'VARCHAR':
      case 'VARCHARACTER':
        this.advance();
        type.name = 'VARCHAR';
        type.flen = this.length1();
        this.textAttributes(type);
        return type;
      case 'NATIONAL':
        this.advance();
        type.charset = 'utf8';
        if (this.eat('VARCHAR') || this.eat('VARCHARACTER')) type.name = 'VARCHAR';
        else if (this.eat('CHAR') || this.eat('CHARACTER'))
          type.name = this.eat('VARYING') ? 'VARCHAR' : 'CHAR';
        else throw this.error();
        type.flen = type.name === 'VARCHAR' ? this.length1() : this.optionalLength();
        this.textAttributes(type);
        return type;
      case 'NCHAR':
        this.advance();
        type.charset = 'utf8';
        type.name =
          this.eat('VARCHAR') || this.eat('VARCHARACTER') || this.eat('VARYING') ? 'VARCHAR' : 'CHAR';
        type.flen = this.optionalLength();
        this.textAttributes(type);
        return type;
      case 'NVARCHAR':
        this.advance();
        type.charset = 'utf8';
        type.name = 'VARCHAR';
        type.flen = this.length1();
        this.textAttributes(type);
        return type;
      case 'BINARY':
      case 'VARBINARY':
        this.advance();
        type.name = word;
        type.flen = word === 'VARBINARY' ? this.length1() : this.optionalLength();
        return type;
      case 'TINYBLOB':
      case 'MEDIUMBLOB':
      case 'LONGBLOB':
        this.advance();
        type.name = word;
        return type;
      case 'BLOB':
        this.advance();
        type.name = 'BLOB';
        type.flen = this.optionalLength();
        return type;
      case 'TINYTEXT':
      case 'MEDIUMTEXT':
      case 'LONGTEXT':
        this.advance();
        type.name = word;
        this.textAttributes(type);
        return type;
      case 'TEXT':
        this.advance();
        type.name = 'TEXT';
        type.flen = this.optionalLength();
        this.textAttributes(type);
        return type;
      case 'LONG':
        this.advance();
        if (this.eat('VARBINARY')) {
          type.name = 'MEDIUMBLOB';
          return type;
        }
        if (!this.eat('VARCHAR') && this.eat('CHAR')) this.expect('VARYING');
        type.name = 'MEDIUMTEXT';
        this.textAttributes(type);
        return type;
      case 'ENUM':
      case 'SET':
        this.advance();
        type.name = word;
        type.elems = this.parenList(() => this.stringOrRawBytes());
        this.textAttributes(type);
        return type;
      case 'DATE':
        this.advance();
        type.name = 'DATE';
        return type;
      case 'TIME':
      case 'DATETIME':
      case 'TIMESTAMP':
        this.advance();
        type.name = word;
        type.decimal = this.optionalLength();
        return type;
      case 'YEAR':
        this.advance();
        type.name = 'YEAR';
        type.flen = this.optionalLength();
        this.numericAttributes(type);
        return type;
      case 'JSON':
        this.advance();
        type.name = 'JSON';
        return type;
      case 'VECTOR':
        this.advance();
        type.name = 'VECTOR';
        if (this.eat('<')) {
          this.expect('FLOAT');
          this.expect('>');
        }
        type.flen = this.optionalLength();
        return type;
      default:
        throw this.error();
    }
  }

  private optionalLength(): number | null {
    return this.at('(') ? this.length1() : null;
  }

  private length1(): number {
    this.expect('(');
    const value = this.integer();
    this.expect(')');
    return value;
  }

  private precision(type: ColumnTypeSpec): void {
    if (!this.eat('(')) return;
    type.flen = this.integer();
    if (this.eat(',')) type.decimal = this.integer();
    this.expect(')');
  }

  private numericAttributes(type: ColumnTypeSpec): void {
    for (;;) {
      if (this.eat('UNSIGNED')) type.unsigned = true;
      else if (this.eat('ZEROFILL')) type.unsigned = type.zerofill = true;
      else if (!this.eat('SIGNED')) return;
    }
  }

  /** CHARACTER SET, BINARY, ASCII, UNICODE, BYTE and COLLATE in any order. */
  private textAttributes(type: ColumnTypeSpec): void {
    for (;;) {
      if (this.at('CHARACTER') || this.at('CHARSET') || this.at('CHAR')) {
        if (!this.eatCharacterSet()) throw this.error();
        type.charset = this.charsetName();
      } else if (this.eat('BINARY')) type.binary = true;
      else if (this.eat('ASCII')) type.charset = 'latin1';
      else if (this.eat('UNICODE')) type.charset = 'ucs2';
      else if (this.eat('BYTE')) type.charset = 'binary';
      else if (this.eat('COLLATE')) type.collate = this.collationName();
      else return;
    }
  }

  /** The type of CAST, CONVERT and RETURNING. */
  castType(): CastType {
    const type: CastType = {
      name: 'CHAR',
      flen: null,
      decimal: null,
      charset: null,
      collate: null,
      array: false,
    };
    const word = this.upperWord();
    switch (word) {
      case 'CHAR':
      case 'CHARACTER':
        this.advance();
        type.flen = this.optionalLength();
        if (this.eatCharacterSet()) type.charset = this.charsetName();
        else if (this.eat('ASCII')) type.charset = 'latin1';
        else if (this.eat('UNICODE')) type.charset = 'ucs2';
        else if (this.eat('BINARY')) type.charset = 'binary';
        if (this.eat('COLLATE')) type.collate = this.collationName();
        break;
      case 'NCHAR':
        this.advance();
        type.charset = 'utf8';
        type.flen = this.optionalLength();
        break;
      case 'BINARY':
        this.advance();
        type.name = 'BINARY';
        type.flen = this.optionalLength();
        break;
      case 'SIGNED':
      case 'UNSIGNED':
        this.advance();
        if (!this.eat('INTEGER')) this.eat('INT');
        type.name = word;
        break;
      case 'DATE':
      case 'YEAR':
      case 'JSON':
        this.advance();
        type.name = word as CastTypeName;
        break;
      case 'TIME':
      case 'DATETIME':
        this.advance();
        type.name = word;
        type.decimal = this.optionalLength();
        break;
      case 'DECIMAL':
      case 'DEC':
        this.advance();
        type.name = 'DECIMAL';
        if (this.eat('(')) {
          type.flen = this.integer();
          if (this.eat(',')) type.decimal = this.integer();
          this.expect(')');
        }
        break;
      case 'FLOAT':
        this.advance();
        type.name = 'FLOAT';
        type.flen = this.optionalLength();
        if (type.flen !== null && type.flen > 24 && type.flen <= 53) type.name = 'DOUBLE';
        break;
      case 'DOUBLE':
      case 'REAL':
        this.advance();
        if (word === 'DOUBLE') this.eat('PRECISION');
        type.name = word === 'REAL' && this.realAsFloat ? 'FLOAT' : 'DOUBLE';
        break;
      case 'VECTOR':
        this.advance();
        type.name = 'VECTOR';
        if (this.eat('<')) {
          this.expect('FLOAT');
          this.expect('>');
        }
        type.flen = this.optionalLength();
        break;
      default:
        throw this.error();
    }
    if (this.eat('ARRAY')) type.array = true;
    return type;
  }
}
