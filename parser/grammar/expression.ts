import type { BinaryOperator, CaseWhen, ColumnRef, Expr, FuncCall, UnaryOperator } from '../ast/index.js';
import { INTRODUCERS } from '../charset.js';
import { POWER } from '../keyword.js';
import type { Token } from '../lexer.js';
import type { Interval } from './function.js';
import { PredicateGrammar } from './predicate.js';
import { MAX_CHAIN } from './token-stream.js';

/** Chains of AND or OR up to this length are left-deep, longer ones balanced. */
const LEFT_DEEP = 16;

/** Reserved words that are functions before `(`. */
const FUNCTION_WORDS: ReadonlySet<Token> = new Set<Token>([
  'IF',
  'LEFT',
  'RIGHT',
  'REPEAT',
  'REPLACE',
  'MOD',
  'CHAR',
  'DATABASE',
  'SCHEMA',
  'INSERT',
  'VALUES',
  'CONVERT',
  'DEFAULT',
  'CUME_DIST',
  'DENSE_RANK',
  'FIRST_VALUE',
  'LAG',
  'LAST_VALUE',
  'LEAD',
  'NTH_VALUE',
  'NTILE',
  'PERCENT_RANK',
  'RANK',
  'ROW_NUMBER',
]);

/** Reserved words that are functions with or without `()`. */
const BARE_FUNCTIONS: ReadonlySet<Token> = new Set<Token>([
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'CURRENT_USER',
  'CURRENT_ROLE',
  'LOCALTIME',
  'LOCALTIMESTAMP',
  'UTC_DATE',
  'UTC_TIME',
  'UTC_TIMESTAMP',
  'TIDB_CURRENT_TSO',
]);

/**
 * Expressions by precedence climbing (Pratt): `binary(min)` reads a prefix, then operators of power `min` or more.
 * The lexer gives each token its power, so that the common case, no operator, is one comparison.
 */
export abstract class ExpressionGrammar extends PredicateGrammar {
  /** A select field starts here: `t.*` is allowed at this offset only. */
  protected wildcardAt = -1;

  expr(): Expr {
    this.enter();
    const result = this.binary(0);
    this.leave();
    return result;
  }

  /** bit_expr of MySQL's grammar: no predicates, comparisons or logic outside parentheses. */
  arithmeticExpr(): Expr {
    return this.binary(POWER.BIT_OR);
  }

  simpleExpr(): Expr {
    return this.binary(POWER.UNARY);
  }

  /** A value to store: an expression, or DEFAULT alone. */
  exprOrDefault(): Expr {
    if (this.tok === 'DEFAULT' && this.peek() !== '(') {
      const start = this.start;
      this.advance();
      return { kind: 'DefaultExpr', start, end: this.lastEnd, column: null };
    }
    return this.expr();
  }

  /** An operand with its prefix operators and nothing after it. */
  operand(): Expr {
    return this.prefix(POWER.COLLATE + 1);
  }

  protected binary(min: number): Expr {
    const left = this.prefix(min);
    return this.power === 0 || this.power < min ? left : this.operators(left, min);
  }

  private operators(left: Expr, min: number): Expr {
    for (let chain = 0; ; chain++) {
      const power = this.power;
      if (power === 0 || power < min) return left;
      if (chain > MAX_CHAIN) throw this.error();
      switch (power) {
        case POWER.OR:
          left = this.chain(left, 'OR', 'OR', '||', POWER.OR);
          break;
        case POWER.AND:
          left = this.chain(left, 'AND', 'AND', '&&', POWER.AND);
          break;
        case POWER.COMPARE:
          left = this.comparison(left);
          break;
        case POWER.IS:
          left = this.isTest(left);
          break;
        case POWER.PREDICATE: {
          const result = this.predicate(left);
          if (result === null) return left;
          left = result;
          break;
        }
        case POWER.ADD:
          left = this.additive(left);
          break;
        case POWER.CONCAT: {
          this.advance();
          const right = this.binary(POWER.CONCAT + 1);
          left = this.call(left.start, 'concat', [left, right]);
          break;
        }
        case POWER.COLLATE: {
          this.advance();
          const collation = this.collationName();
          left = { kind: 'Collate', start: left.start, end: this.lastEnd, expr: left, collation };
          break;
        }
        default: {
          // XOR, |, &, <<, >>, *, /, DIV, %, MOD, ^: left-associative, nothing special.
          const op: BinaryOperator = this.tok === 'MOD' ? '%' : (this.tok as BinaryOperator);
          this.advance();
          const right = this.binary(power + 1);
          left = { kind: 'Binary', start: left.start, end: this.lastEnd, op, left, right };
        }
      }
    }
  }

  private chain(first: Expr, op: 'AND' | 'OR', word: Token, sign: Token, power: number): Expr {
    this.advance();
    let right = this.binary(power + 1);
    if (this.tok !== word && (this.tok !== sign || this.power !== power)) {
      return { kind: 'Binary', start: first.start, end: this.lastEnd, op, left: first, right };
    }
    const operands = [first, right];
    while (this.tok === word || (this.tok === sign && this.power === power)) {
      this.advance();
      right = this.binary(power + 1);
      operands.push(right);
    }
    if (operands.length > LEFT_DEEP) return balanced(operands, 0, operands.length, op);
    let left = first;
    for (let i = 1; i < operands.length; i++) {
      right = operands[i]!;
      left = { kind: 'Binary', start: first.start, end: right.end, op, left, right };
    }
    return left;
  }

  private additive(left: Expr): Expr {
    const op = this.tok as '+' | '-';
    this.advance();
    if (this.tok === 'INTERVAL') {
      const interval = this.interval();
      if (interval.kind === 'Interval') {
        return this.call(left.start, op === '+' ? 'date_add' : 'date_sub', [
          left,
          interval.value,
          interval.unit,
        ]);
      }
      const right = this.operators(interval, POWER.ADD + 1);
      return { kind: 'Binary', start: left.start, end: this.lastEnd, op, left, right };
    }
    const right = this.binary(POWER.ADD + 1);
    return { kind: 'Binary', start: left.start, end: this.lastEnd, op, left, right };
  }

  private prefix(min: number): Expr {
    const start = this.start;
    switch (this.tok) {
      case 'ident':
        return this.nameExpr();
      case 'int':
        return this.intExpr();
      case 'NOT': {
        if (this.highNotPrecedence) return this.prefixed('!');
        if (min > POWER.NOT) throw this.error();
        this.advance();
        this.enter();
        const expr = this.binary(POWER.NOT);
        this.leave();
        if (expr.kind === 'Exists') {
          expr.not = !expr.not;
          expr.start = start;
          return expr;
        }
        return { kind: 'Unary', start, end: this.lastEnd, op: 'NOT', expr };
      }
      case '-':
      case '+':
      case '~':
      case '!':
        return this.prefixed(this.tok);
      case 'BINARY': {
        this.advance();
        this.enter();
        const expr = this.binary(POWER.UNARY + 1);
        this.leave();
        return {
          kind: 'Cast',
          start,
          end: this.lastEnd,
          form: 'BINARY',
          expr,
          type: { name: 'BINARY', flen: null, decimal: null, charset: null, collate: null, array: false },
        };
      }
      case 'INTERVAL': {
        const interval = this.interval();
        if (interval.kind !== 'Interval') return interval;
        this.expect('+');
        const date = this.binary(POWER.ADD + 1);
        return this.call(start, 'date_add', [date, interval.value, interval.unit]);
      }
      default:
        return this.primary();
    }
  }

  interval(): Interval | FuncCall {
    const start = this.start;
    this.advance();
    let value: Expr;
    if (this.at('(')) {
      // Two values or more in the parentheses are a row to the grammar: they are the function's arguments.
      const first = this.parenthesized();
      if (first.kind === 'Row') return this.call(start, 'interval', first.items);
      value = this.operators(first, 0);
    } else value = this.expr();
    return { kind: 'Interval', value, unit: this.timeUnitExpr() };
  }

  exprFrom(first: Expr): Expr {
    return this.operators(first, 0);
  }

  private primary(): Expr {
    const start = this.start;
    switch (this.tok) {
      case 'string':
      case 'nstring':
      case 'decimal':
      case 'float':
      case 'hex':
      case 'bit':
      case 'NULL':
      case 'TRUE':
      case 'FALSE':
      case 'uservar':
      case 'sysvar':
        return this.literalOrVariable();
      case '?':
        return this.paramMarker();
      case '(':
        return this.parenthesized();
      case 'CASE':
        return this.caseExpr();
      case 'EXISTS': {
        this.advance();
        this.expect('(');
        const query = this.continueQuery(null);
        this.expect(')');
        return { kind: 'Exists', start, end: this.lastEnd, query, not: false };
      }
      case 'ROW': {
        this.advance();
        this.expect('(');
        const items = this.list(() => this.expr());
        if (items.length < 2) throw this.error();
        this.expect(')');
        return { kind: 'Row', start, end: this.lastEnd, items };
      }
      case 'MATCH':
        return this.matchExpr();
      case '{':
        return this.odbcEscape();
      case 'DATE':
      case 'TIME':
      case 'TIMESTAMP':
        if (this.peek() === 'string') {
          const type = this.tok;
          this.advance();
          const value = this.string();
          return { kind: 'TemporalLiteral', start, end: this.lastEnd, type, value };
        }
        break;
      case 'NEXT': {
        this.advance();
        if (this.eatPair('VALUE', 'FOR')) {
          const at = this.start;
          const table = this.tableName();
          return this.call(start, 'nextval', [
            { kind: 'TableNameExpr', start: at, end: this.lastEnd, ...table },
          ]);
        }
        this.seek(start);
        break;
      }
    }
    if (this.atIdent()) return this.nameExpr();
    if (BARE_FUNCTIONS.has(this.tok)) {
      const name = this.tok.toLowerCase();
      this.advance();
      if (!this.eat('(')) return this.call(start, name, []);
      return this.call(start, name, this.callArguments());
    }
    if (FUNCTION_WORDS.has(this.tok)) {
      const name = this.tok;
      const nameEnd = this.end;
      this.advance();
      if (!this.at('(')) throw this.error();
      return this.functionCall(start, nameEnd, name, null);
    }
    throw this.error();
  }

  /** A unary operator, at it, and what it binds. */
  private prefixed(op: UnaryOperator): Expr {
    const start = this.start;
    this.advance();
    this.enter();
    const expr = this.binary(POWER.UNARY + 1);
    this.leave();
    return { kind: 'Unary', start, end: this.lastEnd, op, expr };
  }

  /** A column, a function call, or a literal with an introducer: the current token can be an identifier. */
  private nameExpr(): Expr {
    const start = this.start;
    const nameEnd = this.end;
    let name = this.wordText();
    const quoted = this.tok === 'ident' && this.quoted;
    this.advance();
    let column: ColumnRef;
    switch (this.tok) {
      case '(':
        // A quoted name is a stored function's; those of built-in ones are never quoted.
        return this.functionCall(start, quoted ? -1 : nameEnd, name, null);
      case '.': {
        this.advance();
        if (this.tok === ('*' as Token) && start === this.wildcardAt) {
          this.advance();
          return { kind: 'ColumnRef', start, end: this.lastEnd, schema: null, table: name, name: '*' };
        }
        let schema: string | null = null;
        let table = name;
        name = this.identAfterDot();
        if (this.at('(')) return this.functionCall(start, -1, name, table);
        if (this.eat('.')) {
          schema = table;
          table = name;
          if (this.tok === ('*' as Token) && start === this.wildcardAt) {
            this.advance();
            return { kind: 'ColumnRef', start, end: this.lastEnd, schema, table, name: '*' };
          }
          name = this.identAfterDot();
        }
        column = { kind: 'ColumnRef', start, end: this.lastEnd, schema, table, name };
        break;
      }
      case 'string':
      case 'hex':
      case 'bit':
        if (!quoted && name.charCodeAt(0) === 95) {
          const charset = name.slice(1).toLowerCase();
          if (INTRODUCERS.has(charset)) {
            return this.at('string') ? this.stringExpr(start, charset) : this.bytesExpr(start, charset);
          }
        }
        return { kind: 'ColumnRef', start, end: this.lastEnd, schema: null, table: null, name };
      default:
        column = { kind: 'ColumnRef', start, end: this.lastEnd, schema: null, table: null, name };
    }
    if (this.tok === '->' || this.tok === '->>') return this.jsonArrow(column);
    return column;
  }

  private jsonArrow(column: Expr): Expr {
    const unquote = this.tok === '->>';
    this.advance();
    const path = this.stringExpr(this.start, null);
    const extract = this.call(column.start, 'json_extract', [column, path]);
    return unquote ? this.call(column.start, 'json_unquote', [extract]) : extract;
  }

  /** ( query ), ( expr ) or a row. */
  private parenthesized(): Expr {
    const start = this.start;
    this.advance();
    let result: Expr;
    if (this.atQuery()) {
      const query = this.continueQuery(null);
      this.expect(')');
      result = { kind: 'Subquery', start, end: this.lastEnd, query };
    } else {
      const expr = this.expr();
      const query = expr.kind === 'Subquery' && !this.at(')') ? this.subqueryRest(expr.query) : null;
      if (query !== null) {
        this.expect(')');
        result = { kind: 'Subquery', start, end: this.lastEnd, query };
      } else if (this.at(',')) {
        const items = [expr];
        while (this.eat(',')) items.push(this.expr());
        this.expect(')');
        result = { kind: 'Row', start, end: this.lastEnd, items };
      } else {
        this.expect(')');
        // Doubled parentheses around a query are still a subquery.
        if (expr.kind === 'Subquery')
          result = { kind: 'Subquery', start, end: this.lastEnd, query: expr.query };
        else result = { kind: 'Paren', start, end: this.lastEnd, expr };
      }
    }
    return result;
  }

  private caseExpr(): Expr {
    const start = this.start;
    this.advance();
    const operand = this.at('WHEN') ? null : this.expr();
    const whens: CaseWhen[] = [];
    do {
      this.expect('WHEN');
      const when = this.expr();
      this.expect('THEN');
      whens.push({ when, then: this.expr() });
    } while (this.at('WHEN'));
    const otherwise = this.eat('ELSE') ? this.expr() : null;
    this.expect('END');
    return { kind: 'Case', start, end: this.lastEnd, operand, whens, else: otherwise };
  }

  private matchExpr(): Expr {
    const start = this.start;
    this.advance();
    const parens = this.eat('(');
    const columns = this.list(() => this.columnRef());
    if (parens) this.expect(')');
    this.expect('AGAINST');
    this.expect('(');
    const against = this.arithmeticExpr();
    let modifier: 'NATURAL' | 'NATURAL_EXPANSION' | 'BOOLEAN' | 'EXPANSION' | null = null;
    if (this.eat('IN')) {
      if (this.eat('BOOLEAN')) modifier = 'BOOLEAN';
      else {
        this.expect('NATURAL');
        this.expect('LANGUAGE');
        modifier = 'NATURAL';
      }
      this.expect('MODE');
    }
    if (modifier !== 'BOOLEAN' && this.eat('WITH')) {
      this.expect('QUERY');
      this.expect('EXPANSION');
      modifier = modifier === 'NATURAL' ? 'NATURAL_EXPANSION' : 'EXPANSION';
    }
    this.expect(')');
    return { kind: 'Match', start, end: this.lastEnd, columns, against, modifier };
  }
}

function balanced(operands: Expr[], from: number, to: number, op: 'AND' | 'OR'): Expr {
  if (to - from === 1) return operands[from]!;
  const middle = (from + to) >> 1;
  const left = balanced(operands, from, middle, op);
  const right = balanced(operands, middle, to, op);
  return { kind: 'Binary', start: left.start, end: right.end, op, left, right };
}
