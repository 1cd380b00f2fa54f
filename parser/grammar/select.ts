import type {
  CommonTable,
  Expr,
  GroupBy,
  Hint,
  IntoClause,
  Limit,
  LockClause,
  NamedWindow,
  OrderItem,
  Query,
  SelectField,
  SelectOptions,
  SelectStmt,
  SetBranch,
  SetOperator,
  TableName,
  WithClause,
} from '../ast/index.js';
import { ParseError } from '../parse-error.js';
import { TableReferenceGrammar } from './table-reference.js';
import { noSelectOptions } from '../ast/make-select.js';

/** Queries: SELECT, set operations, VALUES, TABLE and the clauses around them (MySQL 8.0 manual, "SELECT Statement"). */
export abstract class SelectGrammar extends TableReferenceGrammar {
  /** The hints of a hint comment; the current token is 'hint'. */
  abstract hints(): Hint[];

  query(): Query {
    return this.continueQuery(null);
  }

  /** A query expression, the first branch of which may be read already. */
  continueQuery(first: Query | null): Query {
    this.enter();
    const start = first === null ? this.start : first.start;
    const withClause = first === null && this.at('WITH') ? this.withClause() : null;
    const query = this.queryTail(this.setOperation(first), withClause, start);
    // A branch with clauses of its own stands in parentheses (MySQL manual, "UNION Clause"), which the last one need not.
    if (!query.parens && (this.at('UNION') || this.at('EXCEPT') || this.at('INTERSECT'))) {
      if (query.limit !== null) throw ParseError.wrongUsage('UNION', 'LIMIT');
      if (query.orderBy !== null) throw ParseError.wrongUsage('UNION', 'ORDER BY');
    }
    this.leave();
    return query;
  }

  /** A query whose WITH clause, begun at `start`, has been read. */
  queryAfterWith(withClause: WithClause, start: number): Query {
    return this.queryTail(this.setOperation(null), withClause, start);
  }

  withClause(): WithClause {
    this.expect('WITH');
    const recursive = this.eat('RECURSIVE');
    const tables = this.list((): CommonTable => {
      const name = this.ident();
      const columns = this.at('(') ? this.parenIdents() : null;
      this.expect('AS');
      this.expect('(');
      const query = this.query();
      this.expect(')');
      return { name, columns, query };
    });
    return { recursive, tables };
  }

  /** UNION and EXCEPT from left to right over runs of INTERSECT. */
  private setOperation(first: Query | null): Query {
    const left = this.intersection(first);
    if (!this.at('UNION') && !this.at('EXCEPT')) return left;
    const branches: SetBranch[] = [{ op: null, all: false, query: left }];
    while (this.at('UNION') || this.at('EXCEPT')) {
      const { op, all } = this.setOperator();
      branches.push({ op, all, query: this.intersection(null) });
    }
    return this.setQuery(branches);
  }

  private intersection(first: Query | null): Query {
    const left = first ?? this.queryPrimary();
    if (!this.at('INTERSECT')) return left;
    const branches: SetBranch[] = [{ op: null, all: false, query: left }];
    while (this.at('INTERSECT')) {
      const { op, all } = this.setOperator();
      branches.push({ op, all, query: this.queryPrimary() });
    }
    return this.setQuery(branches);
  }

  private setOperator(): { op: SetOperator; all: boolean } {
    const op = this.tok as SetOperator;
    this.advance();
    const all = this.eat('ALL');
    if (!all) this.eat('DISTINCT');
    return { op, all };
  }

  private setQuery(branches: SetBranch[]): Query {
    // INTO at the end of the last block is that of the whole (MySQL manual, "SELECT ... INTO Statement"); elsewhere it is misplaced.
    let into: IntoClause | null = null;
    branches.forEach(({ query }, i) => {
      if (query.into === null) return;
      if (i < branches.length - 1 || query.parens) throw this.error();
      into = query.into;
      query.into = null;
    });
    return {
      kind: 'SetOperation',
      with: null,
      branches,
      orderBy: null,
      limit: null,
      lock: null,
      into,
      parens: false,
      start: branches[0]!.query.start,
      end: this.lastEnd,
    };
  }

  private queryPrimary(): Query {
    const start = this.start;
    switch (this.tok) {
      case 'SELECT':
        return this.selectBlock();
      case '(': {
        this.advance();
        const query = this.query();
        this.expect(')');
        query.parens = true;
        return query;
      }
      case 'VALUES': {
        this.advance();
        const row = (): Expr[] => {
          this.expect('ROW');
          this.expect('(');
          return this.rowValues();
        };
        const rows = this.longRest([row()], row);
        const end = this.lastEnd;
        return {
          kind: 'Values',
          with: null,
          rows,
          orderBy: null,
          limit: null,
          lock: null,
          into: null,
          parens: false,
          start,
          end,
        };
      }
      case 'TABLE': {
        this.advance();
        const table = this.tableName();
        const end = this.lastEnd;
        return {
          kind: 'TableStmt',
          with: null,
          table,
          orderBy: null,
          limit: null,
          lock: null,
          into: null,
          parens: false,
          start,
          end,
        };
      }
      default:
        throw this.error();
    }
  }

  /** The values of a row after `(`, up to and including `)`; an expression or DEFAULT each. */
  rowValues(): Expr[] {
    if (this.eat(')')) return [];
    const row = [this.exprOrDefault()];
    while (this.eat(',')) row.push(this.exprOrDefault());
    this.expect(')');
    return row;
  }

  /** ORDER BY, LIMIT, INTO and locking, put on the query they belong to. */
  private queryTail(query: Query, withClause: WithClause | null, start: number): Query {
    let orderBy: OrderItem[] | null = null;
    let limit: Limit | null = null;
    let into: IntoClause | null = null;
    let lock: LockClause | null = null;
    if (this.at('ORDER')) orderBy = this.orderByClause();
    if (this.at('LIMIT') || this.at('FETCH')) limit = this.limitClause();
    if (this.at('INTO')) into = this.intoClause();
    while (this.at('FOR') || this.at('LOCK')) {
      if (lock !== null && lock.of.length === 0) break;
      lock = this.lockClause();
    }
    if (into === null && this.at('INTO')) into = this.intoClause();
    if (orderBy === null && limit === null && into === null && lock === null && withClause === null) {
      return query;
    }
    // What is in parentheses is closed: further clauses make a query of one branch around it.
    if (query.parens) query = this.setQuery([{ op: null, all: false, query }]);
    if (into !== null) {
      if (query.into !== null) throw this.error();
      query.into = into;
    }
    query.with = withClause;
    query.orderBy = orderBy;
    query.limit = limit;
    query.lock = lock;
    query.start = start;
    query.end = this.lastEnd;
    return query;
  }

  /** SELECT … up to WINDOW; the rest is queryTail's. */
  private selectBlock(): SelectStmt {
    const start = this.start;
    this.advance();
    const hints = this.at('hint') ? this.hints() : [];
    const options = this.selectOptions();
    const fields = [this.selectField()];
    while (this.eat(',')) fields.push(this.selectField());
    const into = this.at('INTO') ? this.intoClause() : null;
    let from = null;
    let where: Expr | null = null;
    let groupBy: GroupBy | null = null;
    let having: Expr | null = null;
    let windows: NamedWindow[] = [];
    if (this.eat('FROM')) {
      if (!this.eat('DUAL')) from = this.tableReferences();
    }
    if (this.eat('WHERE')) where = this.expr();
    if (this.eat('GROUP')) groupBy = this.groupByClause();
    if (this.eat('HAVING')) having = this.expr();
    if (this.eat('WINDOW')) {
      windows = this.list((): NamedWindow => {
        const name = this.ident();
        this.expect('AS');
        return { name, spec: this.windowSpec() };
      });
    }
    return {
      kind: 'Select',
      with: null,
      hints,
      options,
      fields,
      from,
      where,
      groupBy,
      having,
      windows,
      orderBy: null,
      limit: null,
      lock: null,
      into,
      parens: false,
      start,
      end: this.lastEnd,
    };
  }

  private selectOptions(): SelectOptions {
    const options = noSelectOptions();
    for (;;) {
      switch (this.tok) {
        case 'DISTINCT':
        case 'DISTINCTROW':
          if (options.all) throw this.error();
          options.distinct = true;
          break;
        case 'ALL':
          if (options.distinct) throw this.error();
          options.all = true;
          break;
        case 'STRAIGHT_JOIN':
          options.straightJoin = true;
          break;
        case 'SQL_CALC_FOUND_ROWS':
          options.calcFoundRows = true;
          break;
        case 'HIGH_PRIORITY':
          options.highPriority = true;
          break;
        case 'SQL_SMALL_RESULT':
          options.smallResult = true;
          break;
        case 'SQL_BIG_RESULT':
          options.bigResult = true;
          break;
        case 'SQL_BUFFER_RESULT':
          options.bufferResult = true;
          break;
        case 'SQL_CACHE':
          options.cache = true;
          break;
        case 'SQL_NO_CACHE':
          options.cache = false;
          break;
        default:
          return options;
      }
      this.advance();
    }
  }

  private selectField(): SelectField {
    const start = this.start;
    if (this.eat('*')) {
      return { expr: null, wildcard: { schema: null, table: null }, alias: null, text: '*' };
    }
    this.wildcardAt = start;
    const expr = this.expr();
    const end = this.lastEnd;
    if (expr.kind === 'ColumnRef' && expr.name === '*' && this.source.charCodeAt(end - 1) === 42) {
      const wildcard = { schema: expr.schema, table: expr.table };
      return { expr: null, wildcard, alias: null, text: this.source.slice(start, end) };
    }
    let alias: string | null = null;
    if (this.eat('AS')) alias = this.identOrString();
    else if (this.tok === 'string' || this.atIdent()) alias = this.identOrString();
    return { expr, wildcard: null, alias, text: this.source.slice(start, end) };
  }

  private groupByClause(): GroupBy {
    this.expect('BY');
    if (this.at('ROLLUP') && this.peek() === '(') {
      this.advance();
      this.expect('(');
      const directed = this.directedItems();
      this.expect(')');
      return { ...directed, rollup: true };
    }
    const directed = this.directedItems();
    return { ...directed, rollup: this.eatPair('WITH', 'ROLLUP') };
  }

  orderByClause(): OrderItem[] {
    this.expect('ORDER');
    this.expect('BY');
    return this.orderItems();
  }

  orderItems(): OrderItem[] {
    return this.directedItems().items;
  }

  /** Items, and whether one has ASC or DESC. */
  private directedItems(): { items: OrderItem[]; ordered: boolean } {
    let ordered = false;
    const items = this.list((): OrderItem => {
      const expr = this.expr();
      const desc = this.eat('DESC');
      if (desc || this.eat('ASC')) ordered = true;
      return { expr, desc };
    });
    return { items, ordered };
  }

  /** LIMIT [offset,] count, LIMIT count OFFSET offset, FETCH FIRST|NEXT [n] ROW|ROWS ONLY. */
  limitClause(): Limit {
    if (this.eat('FETCH')) {
      this.oneOf('FIRST', 'NEXT');
      const start = this.start;
      const count: Expr =
        this.at('ROW') || this.at('ROWS')
          ? { kind: 'IntLiteral', start, end: start, value: 1 }
          : this.limitValue();
      this.oneOf('ROW', 'ROWS');
      this.expect('ONLY');
      return { offset: null, count };
    }
    this.expect('LIMIT');
    const first = this.limitValue();
    if (this.eat(',')) return { offset: first, count: this.limitValue() };
    if (this.eat('OFFSET')) return { offset: this.limitValue(), count: first };
    return { offset: null, count: first };
  }

  limitValue(): Expr {
    return this.at('?') ? this.paramMarker() : this.intLiteral();
  }

  private lockClause(): LockClause {
    const clause: LockClause = { strength: 'UPDATE', of: [], wait: null };
    if (this.eat('LOCK')) {
      this.expect('IN');
      this.expect('SHARE');
      this.expect('MODE');
      clause.strength = 'SHARE';
      return clause;
    }
    this.expect('FOR');
    clause.strength = this.oneOf('UPDATE', 'SHARE');
    if (this.at('hint')) {
      this.misplacedHint();
      this.advance();
    }
    if (this.eat('OF')) clause.of = this.list((): TableName => this.tableName());
    if (this.eat('NOWAIT')) clause.wait = 'NOWAIT';
    else if (this.eat('SKIP')) {
      this.expect('LOCKED');
      clause.wait = 'SKIP LOCKED';
    } else if (this.eat('WAIT')) clause.wait = { seconds: this.integer() };
    return clause;
  }

  private intoClause(): IntoClause {
    this.expect('INTO');
    if (this.eat('OUTFILE')) {
      const path = this.string();
      const charset = this.eatCharacterSet() ? this.charsetName() : null;
      const fields = this.fieldsClause();
      return { kind: 'Outfile', path, charset, fields, lines: this.linesClause() };
    }
    if (this.eat('DUMPFILE')) return { kind: 'Dumpfile', path: this.string() };
    return {
      kind: 'Variables',
      names: this.list(() => {
        const name = this.text;
        this.expect('uservar');
        return name;
      }),
    };
  }
}
