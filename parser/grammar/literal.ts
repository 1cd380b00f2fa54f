import { ParseError } from '../parse-error.js';
import type { Expr, VariableScope } from '../ast/index.js';
import { FunctionGrammar } from './function.js';
import { bitBytes, hexBytes, integerValue } from './token-stream.js';

const SCOPES: ReadonlyMap<string, VariableScope> = new Map<string, VariableScope>([
  ['global', 'GLOBAL'],
  ['session', 'SESSION'],
  ['local', 'SESSION'],
  ['instance', 'INSTANCE'],
  ['persist', 'PERSIST'],
  ['persist_only', 'PERSIST_ONLY'],
]);

/** A variable's name after `@@` split into scope and name. */
export function splitVariable(text: string): { scope: VariableScope | null; name: string } {
  const dot = text.indexOf('.');
  if (dot > 0) {
    const scope = SCOPES.get(text.slice(0, dot).toLowerCase());
    if (scope !== undefined) return { scope, name: text.slice(dot + 1) };
  }
  return { scope: null, name: text };
}

/** Literals and variables. */
export abstract class LiteralGrammar extends FunctionGrammar {
  protected intExpr(): Expr {
    const start = this.start;
    const text = this.text;
    const value = integerValue(text);
    this.advance();
    if (value === null) return { kind: 'DecimalLiteral', start, end: this.lastEnd, text };
    return { kind: 'IntLiteral', start, end: this.lastEnd, value };
  }

  /** The current token is a literal other than an integer, or a variable. */
  protected literalOrVariable(): Expr {
    const start = this.start;
    switch (this.tok) {
      case 'string':
        return this.stringExpr(start, null);
      case 'nstring':
        this.tok = 'string';
        return this.stringExpr(start, 'utf8');
      case 'decimal': {
        const text = this.text;
        this.advance();
        return { kind: 'DecimalLiteral', start, end: this.lastEnd, text };
      }
      case 'float': {
        const text = this.text;
        this.advance();
        const value = Number(text);
        if (!Number.isFinite(value)) throw ParseError.illegalDouble(text);
        return { kind: 'FloatLiteral', start, end: this.lastEnd, value, text };
      }
      case 'hex':
      case 'bit':
        return this.bytesExpr(start, null);
      case 'NULL':
        this.advance();
        return { kind: 'NullLiteral', start, end: this.lastEnd };
      case 'TRUE':
      case 'FALSE': {
        const value = this.tok === 'TRUE';
        this.advance();
        return { kind: 'BoolLiteral', start, end: this.lastEnd, value };
      }
      case 'uservar': {
        const name = this.text;
        this.advance();
        if (this.eat(':=')) {
          const value = this.expr();
          return { kind: 'UserVariableAssign', start, end: this.lastEnd, name, value };
        }
        return { kind: 'UserVariable', start, end: this.lastEnd, name };
      }
      case 'sysvar': {
        const { scope, name } = splitVariable(this.text);
        this.advance();
        return { kind: 'SystemVariable', start, end: this.lastEnd, scope, name };
      }
      default:
        throw this.error();
    }
  }

  /** One string literal, or several side by side, which are one value. */
  protected stringExpr(start: number, charset: string | null): Expr {
    let bytes = this.binarySource ? this.byteText : '';
    let value = this.string();
    let firstPart: string | null = null;
    while (this.tok === 'string') {
      firstPart ??= value;
      bytes += this.byteText;
      value += this.string();
    }
    return {
      kind: 'StringLiteral',
      start,
      end: this.lastEnd,
      value,
      bytes:
        this.binarySource && value.includes(REPLACEMENT)
          ? new Uint8Array(Buffer.from(bytes, 'latin1'))
          : null,
      charset,
      firstPart,
    };
  }

  protected bytesExpr(start: number, charset: string | null): Expr {
    const hex = this.tok === 'hex';
    const bytes = hex ? hexBytes(this.text) : bitBytes(this.text);
    this.advance();
    return { kind: hex ? 'HexLiteral' : 'BitLiteral', start, end: this.lastEnd, bytes, charset };
  }

  /** {d '…'}, {t '…'}, {ts '…'}, {fn f(x)}; any other word before an expression is dropped. */
  protected odbcEscape(): Expr {
    const start = this.start;
    this.advance();
    const word = this.ident().toLowerCase();
    const type = word === 'd' ? 'DATE' : word === 't' ? 'TIME' : word === 'ts' ? 'TIMESTAMP' : null;
    if (type !== null && this.at('string')) {
      const value = this.string();
      this.expect('}');
      return { kind: 'TemporalLiteral', start, end: this.lastEnd, type, value };
    }
    const expr = this.expr();
    this.expect('}');
    // The braces hold together what parentheses would, and text is restored without them.
    return WHOLE.has(expr.kind) ? expr : { kind: 'Paren', start, end: this.lastEnd, expr };
  }
}

/** Expressions of one part, which nothing that follows takes apart. */
const WHOLE: ReadonlySet<Expr['kind']> = new Set([
  'FuncCall',
  'ColumnRef',
  'Paren',
  'StringLiteral',
  'IntLiteral',
  'DecimalLiteral',
  'FloatLiteral',
  'TemporalLiteral',
  'ParamMarker',
]);

/** What bytes that are not UTF-8 decode to. */
const REPLACEMENT = '\ufffd';
