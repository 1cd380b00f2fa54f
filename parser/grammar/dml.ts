import type {
  Assignment,
  ColumnRef,
  DeleteStmt,
  DmlStatement,
  Expr,
  ImportIntoStmt,
  InsertStmt,
  Limit,
  LoadDataStmt,
  NamedOption,
  Priority,
  TableName,
  UpdateStmt,
  UserVariable,
  WithClause,
} from '../ast/index.js';
import { HintGrammar } from './hint.js';
import { makeInsert } from '../ast/make-insert.js';

/** Statements that change rows (MySQL 8.0 manual, "Data Manipulation Statements"). */
export abstract class DmlGrammar extends HintGrammar {
  insertStatement(): InsertStmt {
    const replace = this.at('REPLACE');
    this.advance();
    const hints = this.at('hint') ? this.hints() : [];
    const priority: Priority | null = this.eatOneOf('LOW_PRIORITY', 'HIGH_PRIORITY', 'DELAYED');
    const ignore = !replace && this.eat('IGNORE');
    this.eat('INTO');
    const table = this.tableName();
    const partitions = this.at('PARTITION') ? this.partitionNames() : [];
    const stmt = makeInsert({ replace, priority, ignore, hints, table, partitions });
    if (this.eat('SET')) {
      stmt.setForm = true;
      const assignments = this.assignments();
      stmt.columns = assignments.map((assignment) => assignment.column);
      stmt.rows = [assignments.map((assignment) => assignment.value)];
    } else {
      this.insertSource(stmt);
    }
    if (!replace) {
      if (stmt.rows !== null && this.eat('AS')) {
        const name = this.ident();
        stmt.rowAlias = { name, columns: this.at('(') ? this.parenIdents() : null };
      }
      if (this.eat('ON')) {
        this.expect('DUPLICATE');
        this.expect('KEY');
        this.expect('UPDATE');
        stmt.onDuplicate = this.assignments();
      }
    }
    return stmt;
  }

  /** [(columns)] then VALUES rows or a query. */
  private insertSource(stmt: InsertStmt): void {
    if (this.at('(')) {
      // Either a column list or a query in parentheses.
      const next = this.peek();
      if (next !== 'SELECT' && next !== '(' && next !== 'WITH' && next !== 'TABLE' && next !== 'VALUES') {
        this.advance();
        stmt.columns = this.at(')') ? [] : this.list(() => this.columnRef());
        this.expect(')');
      }
    }
    if ((this.at('VALUES') && this.peek() !== 'ROW') || this.at('VALUE')) {
      this.advance();
      stmt.rows = this.valueRows();
    } else {
      stmt.query = this.query();
    }
  }

  private valueRows(): Expr[][] {
    const row = (): Expr[] => {
      this.expect('(');
      return this.rowValues();
    };
    return this.longRest([row()], row);
  }

  assignments(): Assignment[] {
    return this.list((): Assignment => {
      const column = this.columnRef();
      if (!this.eat('=')) this.expect(':=');
      return { column, value: this.exprOrDefault() };
    });
  }

  updateStatement(withClause: WithClause | null): UpdateStmt {
    this.expect('UPDATE');
    const hints = this.at('hint') ? this.hints() : [];
    const priority = this.eatOneOf('LOW_PRIORITY');
    const ignore = this.eat('IGNORE');
    const from = this.tableReferences();
    this.expect('SET');
    const set = this.assignments();
    const where = this.eat('WHERE') ? this.expr() : null;
    const orderBy = this.at('ORDER') ? this.orderByClause() : null;
    const limit = this.at('LIMIT') ? this.rowCountClause() : null;
    return { kind: 'Update', with: withClause, hints, priority, ignore, from, set, where, orderBy, limit };
  }

  deleteStatement(withClause: WithClause | null): DeleteStmt {
    this.expect('DELETE');
    const hints = this.at('hint') ? this.hints() : [];
    const priority = this.eatOneOf('LOW_PRIORITY');
    const quick = this.eat('QUICK');
    const ignore = this.eat('IGNORE');
    const stmt: DeleteStmt = {
      kind: 'Delete',
      with: withClause,
      hints,
      priority,
      quick,
      ignore,
      targets: null,
      usingForm: false,
      from: NO_TABLE,
      where: null,
      orderBy: null,
      limit: null,
    };
    if (this.eat('FROM')) {
      const start = this.start;
      const targets = this.list(() => this.deleteTarget());
      if (this.eat('USING')) {
        stmt.targets = targets;
        stmt.usingForm = true;
        stmt.from = this.tableReferences();
      } else {
        this.seek(start);
        stmt.from = this.tableSource();
      }
    } else {
      stmt.targets = this.list(() => this.deleteTarget());
      this.expect('FROM');
      stmt.from = this.tableReferences();
    }
    if (this.eat('WHERE')) stmt.where = this.expr();
    if (stmt.targets === null) {
      if (this.at('ORDER')) stmt.orderBy = this.orderByClause();
      if (this.at('LIMIT')) stmt.limit = this.rowCountClause();
    }
    return stmt;
  }

  /** LIMIT row_count: what is changed has no offset (MySQL manual, "UPDATE Statement", "DELETE Statement"). */
  private rowCountClause(): Limit {
    this.expect('LIMIT');
    return { offset: null, count: this.limitValue() };
  }

  /** t, db.t, t.*, db.t.*. */
  private deleteTarget(): TableName {
    let schema: string | null = null;
    let name = this.ident();
    while (this.eat('.')) {
      if (this.eat('*')) break;
      if (schema !== null) throw this.error();
      schema = name;
      name = this.identAfterDot();
    }
    return { schema, name };
  }

  /** LOAD DATA …, after LOAD. */
  loadData(): LoadDataStmt {
    this.expect('DATA');
    const priority = this.eatOneOf('LOW_PRIORITY', 'CONCURRENT');
    const local = this.eat('LOCAL');
    this.expect('INFILE');
    const path = this.string();
    const format = this.eat('FORMAT') ? this.string() : null;
    const onDuplicate = this.eatOneOf('REPLACE', 'IGNORE');
    this.expect('INTO');
    this.expect('TABLE');
    const table = this.tableName();
    const partitions = this.at('PARTITION') ? this.partitionNames() : [];
    const charset = this.eatCharacterSet() ? this.charsetName() : null;
    const fields = this.fieldsClause();
    const lines = this.linesClause();
    let ignoreLines: number | null = null;
    if (this.eat('IGNORE')) {
      ignoreLines = this.integer();
      this.oneOf('LINES', 'ROWS');
    }
    const columns = this.at('(') ? this.columnsOrVariables() : null;
    const set = this.eat('SET') ? this.assignments() : [];
    const options = this.namedOptions();
    return {
      kind: 'LoadData',
      priority,
      local,
      path,
      format,
      onDuplicate,
      table,
      partitions,
      charset,
      fields,
      lines,
      ignoreLines,
      columns,
      set,
      options,
    };
  }

  private columnsOrVariables(): (ColumnRef | UserVariable)[] {
    this.expect('(');
    if (this.eat(')')) return [];
    const columns = this.list((): ColumnRef | UserVariable => {
      if (!this.at('uservar')) return this.columnRef();
      const start = this.start;
      const name = this.text;
      this.advance();
      return { kind: 'UserVariable', start, end: this.lastEnd, name };
    });
    this.expect(')');
    return columns;
  }

  /** [WITH name[=value], …]. */
  private namedOptions(): NamedOption[] {
    if (!this.eat('WITH')) return [];
    return this.list((): NamedOption => {
      const name = this.ident().toLowerCase();
      return { name, value: this.eat('=') ? this.expr() : null };
    });
  }

  /** IMPORT INTO …, after IMPORT. */
  importInto(): ImportIntoStmt {
    this.expect('INTO');
    const table = this.tableName();
    const columns = this.at('(') ? this.columnsOrVariables() : null;
    const set = this.eat('SET') ? this.assignments() : [];
    this.expect('FROM');
    const stmt: ImportIntoStmt = {
      kind: 'ImportInto',
      table,
      columns,
      set,
      path: null,
      query: null,
      format: null,
      options: [],
    };
    if (this.at('string')) {
      stmt.path = this.string();
      if (this.eat('FORMAT')) stmt.format = this.string();
    } else {
      stmt.query = this.query();
    }
    stmt.options = this.namedOptions();
    return stmt;
  }

  doStatement(): DmlStatement {
    this.expect('DO');
    const exprs = this.list(() => {
      const expr = this.expr();
      if (this.eat('AS')) this.identOrString();
      return expr;
    });
    return { kind: 'Do', exprs };
  }

  callStatement(): DmlStatement {
    this.expect('CALL');
    const { schema, name } = this.tableName();
    const args = this.eat('(') ? this.callArguments() : [];
    return { kind: 'Call', schema, name, args };
  }

  handlerStatement(): DmlStatement {
    this.expect('HANDLER');
    const table = this.tableName();
    const action = this.oneOf('OPEN', 'READ', 'CLOSE');
    this.skipStatement();
    return { kind: 'Handler', table, action };
  }

  /** BATCH [ON col] LIMIT n [DRY RUN [QUERY]] dml. */
  batchStatement(): DmlStatement {
    this.expect('BATCH');
    const column = this.eat('ON') ? this.columnRef() : null;
    this.expect('LIMIT');
    const limit = this.integer();
    let dryRun: 'QUERY' | 'SPLIT' | null = null;
    if (this.eat('DRY')) {
      this.expect('RUN');
      dryRun = this.eat('QUERY') ? 'QUERY' : 'SPLIT';
    }
    switch (this.tok) {
      case 'INSERT':
      case 'REPLACE':
        return { kind: 'Batch', column, limit, dryRun, dml: this.insertStatement() };
      case 'UPDATE':
        return { kind: 'Batch', column, limit, dryRun, dml: this.updateStatement(null) };
      default:
        return { kind: 'Batch', column, limit, dryRun, dml: this.deleteStatement(null) };
    }
  }

  /** Passes over the rest of a statement that is recognised only to be refused. */
  protected skipStatement(): void {
    while (!this.at('eof') && !this.at(';')) this.advance();
  }
}

const NO_TABLE = {
  kind: 'Table' as const,
  table: { schema: null, name: '' },
  alias: null,
  partitions: [],
  indexHints: [],
  asOf: null,
  sample: null,
};
