import type { Assignment, ColumnRef, DmlStatement, Expr, NamedOption, UserVariable } from '../ast/index.js';
import { QueryWriter } from './query.js';

export abstract class DmlWriter extends QueryWriter {
  protected dml(stmt: DmlStatement): this {
    switch (stmt.kind) {
      case 'Insert': {
        this.kw(stmt.replace ? 'REPLACE ' : 'INSERT ').hints(stmt.hints);
        if (stmt.priority !== null) this.kw(`${stmt.priority} `);
        if (stmt.ignore) this.kw('IGNORE ');
        this.kw('INTO ').table(stmt.table);
        if (stmt.partitions.length > 0) this.kw(' PARTITION').parenNames(stmt.partitions);
        if (stmt.setForm) {
          const values = stmt.rows?.[0] ?? [];
          const columns = stmt.columns ?? [];
          this.kw(' SET ').list(columns, (column) =>
            this.expr(column).raw('=').expr(values[columns.indexOf(column)]!),
          );
        } else {
          if (stmt.columns !== null) this.raw(' (').exprs(stmt.columns).raw(')');
          if (stmt.rows !== null) {
            this.kw(' VALUES ').list(stmt.rows, (row: readonly Expr[]) => this.raw('(').exprs(row).raw(')'));
          }
          if (stmt.query !== null) this.raw(' ').query(stmt.query);
        }
        if (stmt.rowAlias !== null) {
          this.kw(' AS ').name(stmt.rowAlias.name);
          if (stmt.rowAlias.columns !== null) this.parenNames(stmt.rowAlias.columns);
        }
        if (stmt.onDuplicate !== null) this.kw(' ON DUPLICATE KEY UPDATE ').assignments(stmt.onDuplicate);
        return this;
      }
      case 'Update':
        if (stmt.with !== null) this.withClause(stmt.with);
        this.kw('UPDATE ').hints(stmt.hints);
        if (stmt.priority !== null) this.kw(`${stmt.priority} `);
        if (stmt.ignore) this.kw('IGNORE ');
        this.tableRef(stmt.from).kw(' SET ').assignments(stmt.set);
        return this.rowsClause(stmt);
      case 'Delete':
        if (stmt.with !== null) this.withClause(stmt.with);
        this.kw('DELETE ').hints(stmt.hints);
        if (stmt.priority !== null) this.kw(`${stmt.priority} `);
        if (stmt.quick) this.kw('QUICK ');
        if (stmt.ignore) this.kw('IGNORE ');
        if (stmt.targets === null) this.kw('FROM ');
        else if (stmt.usingForm)
          this.kw('FROM ')
            .list(stmt.targets, (table) => this.table(table))
            .kw(' USING ');
        else this.list(stmt.targets, (table) => this.table(table)).kw(' FROM ');
        return this.tableRef(stmt.from).rowsClause(stmt);
      case 'LoadData':
        this.kw('LOAD DATA ');
        if (stmt.priority !== null) this.kw(`${stmt.priority} `);
        if (stmt.local) this.kw('LOCAL ');
        this.kw('INFILE ').string(stmt.path);
        if (stmt.format !== null) this.kw(' FORMAT ').string(stmt.format);
        if (stmt.onDuplicate !== null) this.kw(` ${stmt.onDuplicate}`);
        this.kw(' INTO TABLE ').table(stmt.table);
        if (stmt.partitions.length > 0) this.kw(' PARTITION').parenNames(stmt.partitions);
        if (stmt.charset !== null) this.kw(' CHARACTER SET ').charset(stmt.charset);
        this.fieldsClause(stmt.fields).linesClause(stmt.lines);
        if (stmt.ignoreLines !== null) this.kw(' IGNORE ').raw(String(stmt.ignoreLines)).kw(' LINES');
        if (stmt.columns !== null) this.raw(' ').columnsOrVariables(stmt.columns);
        if (stmt.set.length > 0) this.kw(' SET ').assignments(stmt.set);
        return this.namedOptions(stmt.options);
      case 'ImportInto':
        this.kw('IMPORT INTO ').table(stmt.table);
        if (stmt.columns !== null) this.raw(' ').columnsOrVariables(stmt.columns);
        if (stmt.set.length > 0) this.kw(' SET ').assignments(stmt.set);
        this.kw(' FROM ');
        if (stmt.path !== null) this.string(stmt.path);
        else if (stmt.query !== null) this.query(stmt.query);
        if (stmt.format !== null) this.kw(' FORMAT ').string(stmt.format);
        return this.namedOptions(stmt.options);
      case 'Do':
        return this.kw('DO ').exprs(stmt.exprs, ', ');
      case 'Call':
        return this.kw('CALL ').table(stmt).raw('(').exprs(stmt.args, ', ').raw(')');
      case 'Handler':
        return this.kw('HANDLER ').table(stmt.table).kw(` ${stmt.action}`);
      case 'Batch':
        this.kw('BATCH ');
        if (stmt.column !== null) this.kw('ON ').expr(stmt.column).raw(' ');
        this.kw('LIMIT ').raw(`${stmt.limit} `);
        if (stmt.dryRun !== null) this.kw(stmt.dryRun === 'QUERY' ? 'DRY RUN QUERY ' : 'DRY RUN ');
        return this.dml(stmt.dml);
    }
  }

  protected assignments(list: readonly Assignment[]): this {
    return this.list(list, ({ column, value }) => this.expr(column).raw('=').expr(value), ', ');
  }

  private rowsClause(stmt: Extract<DmlStatement, { kind: 'Update' | 'Delete' }>): this {
    if (stmt.where !== null) this.kw(' WHERE ').expr(stmt.where);
    if (stmt.orderBy !== null) this.kw(' ORDER BY ').orderItems(stmt.orderBy);
    if (stmt.limit !== null) this.limit(stmt.limit);
    return this;
  }

  private columnsOrVariables(columns: readonly (ColumnRef | UserVariable)[]): this {
    return this.raw('(').exprs(columns).raw(')');
  }

  private namedOptions(options: readonly NamedOption[]): this {
    if (options.length === 0) return this;
    return this.kw(' WITH ').list(
      options,
      ({ name, value }) => {
        this.optionName(name);
        if (value !== null) this.raw('=').expr(value);
      },
      ', ',
    );
  }
}
