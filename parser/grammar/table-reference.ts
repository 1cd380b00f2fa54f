import type {
  FieldsClause,
  IndexHint,
  Expr,
  IndexHintType,
  Join,
  JoinType,
  JsonTable,
  JsonTableColumn,
  LinesClause,
  Query,
  TableRef,
  TableSample,
  TableSource,
} from '../ast/index.js';
import { ExpressionGrammar } from './expression.js';
import { MAX_CHAIN } from './token-stream.js';

/** FROM: tables, derived tables, JSON_TABLE and joins (MySQL 8.0 manual, "JOIN Clause"). */
export abstract class TableReferenceGrammar extends ExpressionGrammar {
  private spine: Join | null = null;

  /** Table references separated by commas, which join like CROSS JOIN but bind looser. */
  tableReferences(): TableRef {
    return this.commaRest(this.joinedTable());
  }

  private joinedTable(): TableRef {
    return this.joinRest(this.tableFactor());
  }

  /**
   * The joins that follow `first`. A right operand takes in the joins that follow it (`a JOIN b JOIN c ON x ON y` is
   * `a JOIN (b JOIN c ON x) ON y`); when it turns out that no condition is left for the join itself, the tree is put
   * left-deep again: `a JOIN b LEFT JOIN c ON x` is `(a JOIN b) LEFT JOIN c ON x`, as MySQL has it.
   * Sets `spine` to the join whose left side is `first`, null when there is none.
   */
  private joinRest(first: TableRef): TableRef {
    let left = first;
    let bottom: Join | null = null;
    for (let joins = 0; ; joins++) {
      const operator = this.joinOperator();
      if (operator === null) {
        this.spine = bottom;
        return left;
      }
      if (joins > MAX_CHAIN) throw this.error();
      const { type, natural } = operator;
      const join: Join = { kind: 'Join', type, natural, left, right: left, on: null, using: null };
      bottom ??= join;
      if (natural) {
        join.right = this.tableFactor();
        left = join;
        continue;
      }
      this.enter();
      join.right = this.joinedTable();
      this.leave();
      const spine: Join | null = this.spine;
      left = join;
      if (this.eatOn()) join.on = this.expr();
      else if (this.eatUsing()) join.using = this.parenIdents();
      else if (type === 'LEFT' || type === 'RIGHT') throw this.error();
      else if (spine !== null) {
        left = join.right;
        join.right = spine.left;
        spine.left = join;
      }
      // Whatever the words, a join with a condition is INNER and one without is CROSS.
      if (type === 'CROSS' || type === 'INNER')
        join.type = join.on === null && join.using === null ? 'CROSS' : 'INNER';
    }
  }

  /** The ON of a join, consumed; not that of ON DUPLICATE KEY UPDATE, which may follow a join without a condition. */
  private eatOn(): boolean {
    if (!this.at('ON')) return false;
    const start = this.start;
    this.advance();
    if (!this.at('DUPLICATE') || this.peek() !== 'KEY') return true;
    this.seek(start);
    return false;
  }

  /** The USING of a join, consumed; in a binding's first statement it may be the binding's, which a statement follows. */
  private eatUsing(): boolean {
    if (!this.inBinding || !this.at('USING')) return this.eat('USING');
    const start = this.start;
    this.advance();
    if (this.eat('(') && this.atIdent()) {
      this.seek(start);
      return this.eat('USING');
    }
    this.seek(start);
    return false;
  }

  /** The join operator here, consumed; null if there is none. */
  private joinOperator(): { type: JoinType; natural: boolean } | null {
    switch (this.tok) {
      case 'JOIN':
        this.advance();
        return { type: 'INNER', natural: false };
      case 'INNER':
        this.advance();
        this.expect('JOIN');
        return { type: 'INNER', natural: false };
      case 'CROSS':
        this.advance();
        this.expect('JOIN');
        return { type: 'CROSS', natural: false };
      case 'STRAIGHT_JOIN':
        this.advance();
        return { type: 'STRAIGHT', natural: false };
      case 'LEFT':
      case 'RIGHT': {
        const type = this.tok;
        this.advance();
        this.eat('OUTER');
        this.expect('JOIN');
        return { type, natural: false };
      }
      case 'NATURAL': {
        this.advance();
        const side = this.eatOneOf('LEFT', 'RIGHT', 'INNER');
        if (side === 'LEFT' || side === 'RIGHT') this.eat('OUTER');
        this.expect('JOIN');
        return { type: side ?? 'INNER', natural: true };
      }
      default:
        return null;
    }
  }

  private tableFactor(): TableRef {
    switch (this.tok) {
      case '(': {
        const inner = this.parenthesizedTable();
        if (isTableRef(inner)) return inner;
        return this.derived(inner, false);
      }
      case 'LATERAL': {
        this.advance();
        this.expect('(');
        const query = this.continueQuery(null);
        this.expect(')');
        return this.derived(query, true);
      }
      case 'JSON_TABLE':
        if (this.peek() === '(') return this.jsonTable();
        return this.tableSource();
      case '{': {
        // {OJ table_reference}
        this.advance();
        this.expectWord('OJ');
        const inner = this.tableReferences();
        this.expect('}');
        return inner;
      }
      default:
        return this.tableSource();
    }
  }

  /** `( … )` in FROM: a query (an alias may follow), or table references in parentheses. */
  private parenthesizedTable(): TableRef | Query {
    this.enter();
    this.expect('(');
    let result: TableRef | Query;
    if (this.atQuery()) {
      result = this.continueQuery(null);
    } else if (this.at('(')) {
      const inner = this.parenthesizedTable();
      if (isTableRef(inner)) {
        result = this.commaRest(this.joinRest(inner));
      } else if (this.at(')')) {
        result = inner;
      } else if (
        this.at('UNION') ||
        this.at('EXCEPT') ||
        this.at('INTERSECT') ||
        this.at('ORDER') ||
        this.at('LIMIT')
      ) {
        inner.parens = true;
        result = this.continueQuery(inner);
      } else {
        result = this.commaRest(this.joinRest(this.derived(inner, false)));
      }
    } else {
      result = this.tableReferences();
    }
    this.expect(')');
    this.leave();
    return result;
  }

  private commaRest(left: TableRef): TableRef {
    for (let tables = 0; this.eat(','); tables++) {
      if (tables > MAX_CHAIN) throw this.error();
      const right = this.joinedTable();
      left = { kind: 'Join', type: 'CROSS', natural: false, left, right, on: null, using: null };
    }
    return left;
  }

  private derived(query: Query, lateral: boolean): TableRef {
    const alias = this.tableAlias();
    const columns = alias !== null && this.at('(') ? this.parenIdents() : null;
    return { kind: 'Derived', query, alias: alias ?? '', columns, lateral };
  }

  /** [AS] alias, or null. */
  tableAlias(): string | null {
    if (this.eat('AS')) return this.at('string') ? this.string() : this.ident();
    if (this.atIdent()) return this.ident();
    return null;
  }

  tableSource(): TableSource {
    this.tableCount++;
    const table = this.tableName();
    const source: TableSource = {
      kind: 'Table',
      table,
      alias: null,
      partitions: [],
      indexHints: [],
      asOf: null,
      sample: null,
    };
    if (this.at('PARTITION')) source.partitions = this.partitionNames();
    if (this.at('AS') && this.peek() === 'OF') source.asOf = this.asOfTimestamp();
    source.alias = this.tableAlias();
    if (this.at('AS') && this.peek() === 'OF') source.asOf = this.asOfTimestamp();
    if (this.at('USE') || this.at('IGNORE') || this.at('FORCE')) source.indexHints = this.indexHints();
    if (this.eat('TABLESAMPLE')) source.sample = this.tableSample();
    return source;
  }

  asOfTimestamp(): Expr {
    this.expect('AS');
    this.expect('OF');
    this.expect('TIMESTAMP');
    const time = this.expr();
    this.asOfTimes.push(time);
    return time;
  }

  /** PARTITION (p, …). */
  partitionNames(): string[] {
    this.expect('PARTITION');
    return this.parenIdents();
  }

  private indexHints(): IndexHint[] {
    const hints: IndexHint[] = [];
    for (;;) {
      const tok = this.tok;
      if (tok !== 'USE' && tok !== 'IGNORE' && tok !== 'FORCE') return hints;
      if (tok === 'IGNORE') {
        const next = this.peek();
        if (next !== 'INDEX' && next !== 'KEY') return hints;
      }
      const type: IndexHintType = tok;
      this.advance();
      this.oneOf('INDEX', 'KEY');
      let scope: IndexHint['scope'] = null;
      if (this.eat('FOR')) {
        if (this.eat('JOIN')) scope = 'JOIN';
        else {
          scope = this.oneOf('ORDER', 'GROUP') === 'ORDER' ? 'ORDER BY' : 'GROUP BY';
          this.expect('BY');
        }
      }
      this.expect('(');
      const indexes: string[] = [];
      if (!this.at(')') || type !== 'USE') {
        do indexes.push(this.indexHintName());
        while (this.eat(','));
      }
      this.expect(')');
      hints.push({ type, scope, indexes });
    }
  }

  private indexHintName(): string {
    if (this.eat('PRIMARY')) return 'PRIMARY';
    return this.ident();
  }

  private tableSample(): TableSample {
    const method = this.eatOneOf('BERNOULLI', 'REGIONS', 'SYSTEM');
    this.expect('(');
    const amount = this.at(')') ? null : this.expr();
    const unit = this.eatOneOf('ROWS', 'PERCENT');
    this.expect(')');
    let repeatable = null;
    if (this.eat('REPEATABLE')) {
      this.expect('(');
      repeatable = this.expr();
      this.expect(')');
    }
    return { method, amount, unit, repeatable };
  }

  private jsonTable(): JsonTable {
    this.advance();
    this.expect('(');
    const doc = this.expr();
    this.expect(',');
    const path = this.expr();
    const columns = this.jsonTableColumns();
    this.expect(')');
    const alias = this.tableAlias() ?? '';
    return { kind: 'JsonTable', doc, path, columns, alias };
  }

  private jsonTableColumns(): JsonTableColumn[] {
    this.expect('COLUMNS');
    this.enter();
    const columns = this.parenList((): JsonTableColumn => {
      if (this.at('NESTED') && this.peek() !== 'FOR') {
        this.advance();
        this.eat('PATH');
        const path = this.simpleExpr();
        return { kind: 'Nested', path, columns: this.jsonTableColumns() };
      }
      const name = this.ident();
      if (this.eat('FOR')) {
        this.expect('ORDINALITY');
        return { kind: 'Ordinality', name };
      }
      const type = this.columnType();
      const exists = this.eat('EXISTS');
      this.expect('PATH');
      const path = this.simpleExpr();
      const { onEmpty, onError } = this.jsonOnEvents();
      return { kind: 'Path', name, type, exists, path, onEmpty, onError };
    });
    this.leave();
    return columns;
  }

  /** [FIELDS | COLUMNS options] of SELECT INTO OUTFILE and LOAD DATA; null when not written. */
  fieldsClause(): FieldsClause | null {
    if (!this.eat('FIELDS') && !this.eat('COLUMNS')) return null;
    const clause: FieldsClause = {
      terminated: null,
      enclosed: null,
      optionallyEnclosed: false,
      escaped: null,
      definedNull: null,
      definedNullOptionallyEnclosed: false,
    };
    let any = false;
    for (; ; any = true) {
      if (this.eat('TERMINATED')) {
        this.expect('BY');
        clause.terminated = this.stringOrBytes();
      } else if (this.at('OPTIONALLY') || this.at('ENCLOSED')) {
        if (this.eat('OPTIONALLY')) clause.optionallyEnclosed = true;
        this.expect('ENCLOSED');
        this.expect('BY');
        clause.enclosed = this.stringOrBytes();
      } else if (this.eat('ESCAPED')) {
        this.expect('BY');
        clause.escaped = this.stringOrBytes();
      } else if (this.eat('DEFINED')) {
        this.expect('NULL');
        this.expect('BY');
        clause.definedNull = this.stringOrBytes();
        if (this.eat('OPTIONALLY')) {
          this.expect('ENCLOSED');
          clause.definedNullOptionallyEnclosed = true;
        }
      } else break;
    }
    if (!any) throw this.error();
    return clause;
  }

  linesClause(): LinesClause | null {
    if (!this.eat('LINES')) return null;
    const clause: LinesClause = { starting: null, terminated: null };
    let any = false;
    for (; ; any = true) {
      if (this.eat('STARTING')) {
        this.expect('BY');
        clause.starting = this.stringOrBytes();
      } else if (this.eat('TERMINATED')) {
        this.expect('BY');
        clause.terminated = this.stringOrBytes();
      } else break;
    }
    if (!any) throw this.error();
    return clause;
  }
}

function isTableRef(node: TableRef | Query): node is TableRef {
  switch (node.kind) {
    case 'Table':
    case 'Derived':
    case 'Join':
    case 'JsonTable':
      return true;
    default:
      return false;
  }
}
