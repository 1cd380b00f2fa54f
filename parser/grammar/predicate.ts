import type { ComparisonOperator, Expr, Query } from '../ast/index.js';
import { POWER } from '../keyword.js';
import type { Token } from '../lexer.js';
import { LiteralGrammar } from './literal.js';

/** Comparisons and predicates: IN, LIKE, BETWEEN, REGEXP, IS and their like. */
export abstract class PredicateGrammar extends LiteralGrammar {
  /** Reads a prefix, then operators of power `min` or more. */
  protected abstract binary(min: number): Expr;

  /** The query in parentheses whose first branch is known (null: nothing read yet); up to but without `)`. */
  abstract continueQuery(first: Query | null): Query;

  /** A query may start here (after an opening parenthesis or at a statement's start). */
  atQuery(): boolean {
    switch (this.tok) {
      case 'SELECT':
      case 'WITH':
      case 'TABLE':
        return true;
      case 'VALUES':
        return this.peek() === 'ROW';
      default:
        return false;
    }
  }

  protected comparison(left: Expr): Expr {
    const op = this.tok as ComparisonOperator;
    this.advance();
    const tok = this.tok;
    if ((tok === 'ALL' || tok === 'ANY' || tok === 'SOME') && this.peek() === '(') {
      this.advance();
      this.advance();
      const query = this.continueQuery(null);
      this.expect(')');
      const quantifier = tok === 'ALL' ? 'ALL' : 'ANY';
      return { kind: 'Quantified', start: left.start, end: this.lastEnd, op, quantifier, expr: left, query };
    }
    const right = this.binary(POWER.COMPARE + 1);
    return { kind: 'Binary', start: left.start, end: this.lastEnd, op, left, right };
  }

  protected isTest(left: Expr): Expr {
    this.advance();
    const not = this.eat('NOT');
    const start = left.start;
    if (this.eat('NULL')) return { kind: 'IsNull', start, end: this.lastEnd, expr: left, not };
    let truth: boolean | null = null;
    if (this.eat('TRUE')) truth = true;
    else if (this.eat('FALSE')) truth = false;
    else this.expect('UNKNOWN');
    return { kind: 'IsTruth', start, end: this.lastEnd, expr: left, not, truth };
  }

  /** [NOT] IN, LIKE, BETWEEN, REGEXP, MEMBER OF, SOUNDS LIKE; null when the word is something else here. */
  protected predicate(left: Expr): Expr | null {
    const start = left.start;
    let not = false;
    if (this.tok === 'NOT') {
      switch (this.peek()) {
        case 'IN':
        case 'LIKE':
        case 'ILIKE':
        case 'BETWEEN':
        case 'REGEXP':
        case 'RLIKE':
          break;
        default:
          return null;
      }
      this.advance();
      not = true;
    }
    const tok = this.tok as Token;
    switch (tok) {
      case 'IN':
        this.advance();
        return this.inPredicate(left, not);
      case 'LIKE':
      case 'ILIKE': {
        this.advance();
        const pattern = this.simpleExpr();
        const escape = this.eat('ESCAPE') ? this.stringOrBytes() : null;
        const caseInsensitive = tok === 'ILIKE';
        return { kind: 'Like', start, end: this.lastEnd, expr: left, pattern, escape, not, caseInsensitive };
      }
      case 'REGEXP':
      case 'RLIKE': {
        this.advance();
        const pattern = this.arithmeticExpr();
        return { kind: 'Regexp', start, end: this.lastEnd, expr: left, pattern, not };
      }
      case 'BETWEEN': {
        this.advance();
        const low = this.arithmeticExpr();
        this.expect('AND');
        this.enter();
        const high = this.binary(POWER.PREDICATE);
        this.leave();
        return { kind: 'Between', start, end: this.lastEnd, expr: left, low, high, not };
      }
      case 'MEMBER': {
        if (this.peek() !== 'OF') return null;
        this.advance();
        this.advance();
        this.expect('(');
        const array = this.expr();
        this.expect(')');
        return this.call(start, 'json_memberof', [left, array]);
      }
      default: {
        if (this.peek() !== 'LIKE') return null;
        this.advance();
        this.advance();
        const right = this.arithmeticExpr();
        const end = this.lastEnd;
        const soundex: Expr = {
          kind: 'Binary',
          start,
          end,
          op: '=',
          left: { kind: 'FuncCall', start, end: left.end, schema: null, name: 'soundex', args: [left] },
          right: this.call(right.start, 'soundex', [right]),
        };
        return { kind: 'Paren', start, end, expr: soundex };
      }
    }
  }

  protected inPredicate(left: Expr, not: boolean): Expr {
    const start = left.start;
    this.expect('(');
    if (this.atQuery()) {
      const query = this.continueQuery(null);
      this.expect(')');
      return { kind: 'InSubquery', start, end: this.lastEnd, expr: left, query, not };
    }
    const first = this.expr();
    const query = first.kind === 'Subquery' ? this.subqueryRest(first.query) : null;
    if (query !== null) {
      this.expect(')');
      return { kind: 'InSubquery', start, end: this.lastEnd, expr: left, query, not };
    }
    const list = this.longRest([first], () => this.expr());
    this.expect(')');
    return { kind: 'InList', start, end: this.lastEnd, expr: left, list, not };
  }

  /**
   * After `( (query)`: the whole inner query when what follows says that the inner parentheses were those of a query
   * (a set operation, ORDER BY, LIMIT, or just the closing parenthesis), else null.
   */
  protected subqueryRest(query: Query): Query | null {
    switch (this.tok) {
      case ')':
        return query;
      case 'UNION':
      case 'EXCEPT':
      case 'INTERSECT':
      case 'ORDER':
      case 'LIMIT':
      case 'FOR':
      case 'LOCK':
        query.parens = true;
        return this.continueQuery(query);
      default:
        return null;
    }
  }
}
