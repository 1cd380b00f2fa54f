import type {
  FieldsClause,
  Hint,
  HintTable,
  IndexHint,
  IntoClause,
  JsonTableColumn,
  Limit,
  LinesClause,
  LockClause,
  Query,
  SelectStmt,
  TableRef,
  TableSource,
  WithClause,
} from '../ast/index.js';
import { TypeWriter } from './type.js';
import { quoteName } from './writer.js';

/** Queries as text. */
export abstract class QueryWriter extends TypeWriter {
  query(query: Query): this {
    // Where the parser finds parentheses again: a branch in them, and a query under further clauses.
    if (query.parens) return this.raw('(').queryBody(query).raw(')');
    return this.queryBody(query);
  }

  private queryBody(query: Query): this {
    if (query.with !== null) this.withClause(query.with);
    switch (query.kind) {
      case 'Select':
        this.select(query);
        break;
      case 'SetOperation':
        query.branches.forEach(({ op, all, query: branch }, i) => {
          if (i > 0) this.kw(` ${op}${all ? ' ALL' : ''} `);
          this.query(branch);
        });
        break;
      case 'Values':
        this.kw('VALUES ').list(query.rows, (row) => this.kw('ROW').raw('(').exprs(row).raw(')'), ', ');
        break;
      case 'TableStmt':
        this.kw('TABLE ').table(query.table);
    }
    if (query.orderBy !== null) this.kw(' ORDER BY ').orderItems(query.orderBy);
    if (query.limit !== null) this.limit(query.limit);
    if (query.into !== null) this.into(query.into);
    if (query.lock !== null) this.lock(query.lock);
    return this;
  }

  withClause({ recursive, tables }: WithClause): this {
    this.kw(recursive ? 'WITH RECURSIVE ' : 'WITH ');
    this.list(
      tables,
      ({ name, columns, query }) => {
        this.name(name);
        if (columns !== null) this.raw(' ').parenNames(columns);
        this.kw(' AS ').subquery(query);
      },
      ', ',
    );
    return this.raw(' ');
  }

  hints(hints: readonly Hint[]): this {
    if (hints.length === 0) return this;
    const { quotedHints } = this.options;
    if (quotedHints !== undefined) {
      const texts = hints.map((h) => quotedHint(h, quotedHints === 'lower'));
      return this.raw(`/*+ ${[...new Set(texts)].join(', ')}*/ `);
    }
    const texts = hints.map((hint) => hint.text);
    // One hint of the source may be several nodes (READ_FROM_STORAGE): it is written once.
    return this.raw('/*+ ')
      .raw(
        texts
          .filter((text, i) => i === 0 || hints[i]!.name !== 'READ_FROM_STORAGE' || text !== texts[i - 1])
          .join(' '),
      )
      .raw(' */ ');
  }

  private select(s: SelectStmt): void {
    this.kw('SELECT ').hints(s.hints);
    const { options: o } = s;
    if (o.all) this.kw('ALL ');
    if (o.distinct) this.kw('DISTINCT ');
    if (o.highPriority) this.kw('HIGH_PRIORITY ');
    if (o.straightJoin) this.kw('STRAIGHT_JOIN ');
    if (o.smallResult) this.kw('SQL_SMALL_RESULT ');
    if (o.bigResult) this.kw('SQL_BIG_RESULT ');
    if (o.bufferResult) this.kw('SQL_BUFFER_RESULT ');
    if (o.cache !== null) this.kw(o.cache ? 'SQL_CACHE ' : 'SQL_NO_CACHE ');
    if (o.calcFoundRows) this.kw('SQL_CALC_FOUND_ROWS ');
    this.list(s.fields, ({ expr, wildcard, alias }) => {
      if (wildcard !== null) {
        if (wildcard.schema !== null) this.name(wildcard.schema).raw('.');
        if (wildcard.table !== null) this.name(wildcard.table).raw('.');
        this.raw('*');
      } else if (expr !== null) this.expr(expr);
      if (alias !== null) this.kw(' AS ').name(alias);
    });
    if (s.from !== null) this.kw(' FROM ').tableRef(s.from);
    if (s.where !== null) this.kw(s.from === null ? ' FROM DUAL WHERE ' : ' WHERE ').expr(s.where);
    if (s.groupBy !== null) {
      this.kw(' GROUP BY ');
      if (s.groupBy.ordered)
        this.list(s.groupBy.items, ({ expr, desc }) => this.expr(expr).kw(desc ? ' DESC' : ' ASC'));
      else this.orderItems(s.groupBy.items);
      if (s.groupBy.rollup) this.kw(' WITH ROLLUP');
    }
    if (s.having !== null) this.kw(' HAVING ').expr(s.having);
    if (s.windows.length > 0) {
      this.kw(' WINDOW ').list(s.windows, ({ name, spec }) => this.name(name).kw(' AS ').window(spec));
    }
  }

  limit({ offset, count }: Limit): this {
    this.kw(' LIMIT ');
    if (offset === null) return this.expr(count);
    // Parameters keep their order.
    if (offset.kind === 'ParamMarker' && count.kind === 'ParamMarker' && offset.index > count.index) {
      return this.expr(count).kw(' OFFSET ').expr(offset);
    }
    return this.expr(offset).raw(',').expr(count);
  }

  private lock({ strength, of, wait }: LockClause): void {
    this.kw(` FOR ${strength}`);
    if (of.length > 0) this.kw(' OF ').tables(of);
    if (wait === null) return;
    if (typeof wait === 'string') this.kw(` ${wait}`);
    else this.kw(' WAIT ').raw(String(wait.seconds));
  }

  private into(into: IntoClause): void {
    this.kw(' INTO ');
    switch (into.kind) {
      case 'Outfile':
        this.kw('OUTFILE ').string(into.path);
        if (into.charset !== null) this.kw(' CHARACTER SET ').charset(into.charset);
        this.fieldsClause(into.fields).linesClause(into.lines);
        return;
      case 'Dumpfile':
        this.kw('DUMPFILE ').string(into.path);
        return;
      case 'Variables':
        this.list(into.names, (name) => this.raw('@').name(name));
    }
  }

  fieldsClause(clause: FieldsClause | null): this {
    if (clause === null) return this;
    this.kw(' FIELDS');
    if (clause.terminated !== null) this.kw(' TERMINATED BY ').string(clause.terminated);
    if (clause.enclosed !== null) {
      this.kw(clause.optionallyEnclosed ? ' OPTIONALLY ENCLOSED BY ' : ' ENCLOSED BY ').string(
        clause.enclosed,
      );
    }
    if (clause.escaped !== null) this.kw(' ESCAPED BY ').string(clause.escaped);
    if (clause.definedNull !== null) {
      this.kw(' DEFINED NULL BY ').string(clause.definedNull);
      if (clause.definedNullOptionallyEnclosed) this.kw(' OPTIONALLY ENCLOSED');
    }
    return this;
  }

  linesClause(clause: LinesClause | null): this {
    if (clause === null) return this;
    this.kw(' LINES');
    if (clause.starting !== null) this.kw(' STARTING BY ').string(clause.starting);
    if (clause.terminated !== null) this.kw(' TERMINATED BY ').string(clause.terminated);
    return this;
  }

  tableRef(ref: TableRef): this {
    switch (ref.kind) {
      case 'Table':
        return this.tableSource(ref);
      case 'Derived':
        if (ref.lateral) this.kw('LATERAL ');
        this.subquery(ref.query);
        if (ref.alias !== '' || ref.columns !== null) this.kw(' AS ').name(ref.alias);
        return ref.columns === null ? this : this.raw(' ').parenNames(ref.columns);
      case 'JsonTable':
        this.kw('JSON_TABLE').raw('(').expr(ref.doc).raw(', ').expr(ref.path).raw(' ');
        return this.jsonColumns(ref.columns).raw(')').kw(' AS ').name(ref.alias);
      case 'Join': {
        this.joinSide(ref.left);
        const side = ref.type === 'LEFT' || ref.type === 'RIGHT' ? `${ref.type} ` : '';
        if (ref.type === 'STRAIGHT') this.kw(' STRAIGHT_JOIN ');
        else this.kw(` ${ref.natural ? 'NATURAL ' : ''}${side}JOIN `);
        this.joinSide(ref.right);
        if (ref.on !== null) this.kw(' ON ').expr(ref.on);
        if (ref.using !== null) this.kw(' USING ').parenNames(ref.using);
        return this;
      }
    }
  }

  private joinSide(ref: TableRef): this {
    return ref.kind === 'Join' ? this.raw('(').tableRef(ref).raw(')') : this.tableRef(ref);
  }

  tableSource(source: TableSource): this {
    this.table(source.table);
    if (source.partitions.length > 0) this.kw(' PARTITION').parenNames(source.partitions);
    if (source.asOf !== null) this.kw(' AS OF TIMESTAMP ').expr(source.asOf);
    if (source.alias !== null) this.kw(' AS ').name(source.alias);
    for (const hint of source.indexHints) this.indexHint(hint);
    const { sample } = source;
    if (sample !== null) {
      this.kw(' TABLESAMPLE ');
      if (sample.method !== null) this.kw(sample.method);
      this.raw('(');
      if (sample.amount !== null) this.expr(sample.amount);
      if (sample.unit !== null) this.raw(' ').kw(sample.unit);
      this.raw(')');
      if (sample.repeatable !== null) this.kw(' REPEATABLE').raw('(').expr(sample.repeatable).raw(')');
    }
    return this;
  }

  private indexHint({ type, scope, indexes }: IndexHint): void {
    this.kw(` ${type} INDEX `);
    if (scope !== null) this.kw(`FOR ${scope} `);
    this.parenNames(indexes);
  }

  private jsonColumns(columns: readonly JsonTableColumn[]): this {
    this.kw('COLUMNS').raw(' (');
    this.list(
      columns,
      (column) => {
        switch (column.kind) {
          case 'Ordinality':
            return void this.name(column.name).kw(' FOR ORDINALITY');
          case 'Nested':
            return void this.kw('NESTED PATH ').expr(column.path).raw(' ').jsonColumns(column.columns);
          default:
            this.name(column.name).raw(' ').columnType(column.type);
            if (column.exists) this.kw(' EXISTS');
            this.kw(' PATH ')
              .expr(column.path)
              .jsonEvent(column.onEmpty, 'EMPTY')
              .jsonEvent(column.onError, 'ERROR');
        }
      },
      ', ',
    );
    return this.raw(')');
  }
}

const tableOfHint = (t: HintTable): string =>
  (t.schema === null ? '' : `${quoteName(t.schema)}.`) +
  quoteName(t.name) +
  (t.queryBlock === null ? '' : `@${quoteName(t.queryBlock)}`) +
  (t.partitions.length === 0 ? '' : ` PARTITION(${t.partitions.map(quoteName).join(', ')})`);

/** Hints that name a table and then indexes of it. */
const ON_INDEXES: ReadonlySet<string> = new Set([
  'USE_INDEX',
  'FORCE_INDEX',
  'IGNORE_INDEX',
  'ORDER_INDEX',
  'NO_ORDER_INDEX',
  'USE_INDEX_MERGE',
  'INDEX_LOOKUP_PUSHDOWN',
  'HYPO_INDEX',
]);

/** A hint on tables, on a table's indexes or on nothing written anew; others as they were written. */
function quotedHint(hint: Hint, lower: boolean): string {
  if (hint.variable !== null || hint.value !== null) return hint.text;
  const block = hint.queryBlock === null ? '' : `@${quoteName(hint.queryBlock)}`;
  const tables = hint.tables.map(tableOfHint).join(', ');
  const indexes = ON_INDEXES.has(hint.name) ? ` ${hint.indexes.map(quoteName).join(', ')}` : '';
  const rest = [block, tables].filter((x) => x !== '').join(' ');
  return `${lower ? hint.name.toLowerCase() : hint.name}(${rest}${indexes})`;
}
