import type { CreateTableStmt, Query, TableName } from '../parser/ast/index.js';
import type { ColumnDefault, ColumnInfo } from '../catalog/model.js';
import { zeroValue } from '../ddl/build-column.js';
import type { SelectedColumn } from '../ddl/build-table.js';
import { createTable, dropTables } from '../ddl/table.js';
import type { OutputName } from '../planner/plan-context.js';
import { charset } from '../types/charset.js';
import { Flag, isNotNull, TypeCode, type FieldType } from '../types/field-type.js';
import { insertQuery } from './insert-query.js';
import { planQuery } from './plan-statement.js';
import type { Session } from './session.js';
import type { SessionDdlContext } from './session-ddl.js';
import { createTemporaryTable, renamedError } from './temporary-ddl.js';
import { plainColumn } from '../catalog/plain-objects.js';

/**
 * CREATE TABLE … [IGNORE | REPLACE] SELECT (MySQL 8.0 manual): the table has the columns defined and those of the query, with types,
 * defaults and comments of columns that it only hands on, and then the query's rows. A failure leaves no table behind.
 */
export async function createTableSelect(
  session: Session,
  ctx: SessionDdlContext,
  stmt: CreateTableStmt,
  query: Query,
): Promise<void> {
  const { names, plan } = await planQuery(session, query, session.evalContext.params);
  const selected = names.map((name, i) =>
    selectedColumn(session, name, plan.schema[i]!.type, plan.schema[i]!.kind),
  );
  if (stmt.temporary === 'LOCAL') return createOwn(session, ctx, stmt, query, selected);
  const made = await createTable(ctx, stmt, selected);
  if (made === null) return;
  const name = { ...stmt.table, schema: made.db.name, name: made.table.name };
  try {
    await fill(session, name, stmt, query, selected);
  } catch (e) {
    await dropTables(ctx, {
      kind: 'DropTable',
      ifExists: true,
      temporary: null,
      tables: [name],
      behaviour: null,
    });
    throw e;
  }
}

/** A temporary table takes its name when it is full: until then the query may mean another table by it. */
async function createOwn(
  session: Session,
  ctx: SessionDdlContext,
  stmt: CreateTableStmt,
  query: Query,
  selected: readonly SelectedColumn[],
): Promise<void> {
  const made = await createTemporaryTable(session, ctx, stmt, selected);
  if (made === null) return;
  const { db, table } = made;
  const scratch = `#select-${table.id}`;
  const temporary = session.temporary!;
  temporary.redefine(table.id, { ...table, name: scratch, lower: scratch });
  try {
    await fill(session, { ...stmt.table, schema: db.name, name: scratch }, stmt, query, selected);
  } catch (e) {
    temporary.drop(db.name, scratch);
    throw renamedError(e, scratch, table.name);
  }
  temporary.redefine(table.id, table);
}

async function fill(
  session: Session,
  table: TableName,
  stmt: CreateTableStmt,
  query: Query,
  selected: readonly SelectedColumn[],
): Promise<void> {
  const columns = selected.map((s) => s.column.name);
  const result = await insertQuery(session, table, columns, query, stmt.onDuplicate);
  session.statement.affectedRows = result.affectedRows;
  session.statement.info = result.info;
  if (result.lastInsertId !== 0) session.lastInsertId = result.lastInsertId;
}

/** What a column is in its table but not in another. */
const KEPT_FLAGS = Flag.NotNull | Flag.Unsigned | Flag.Zerofill | Flag.Binary;

function selectedColumn(session: Session, name: OutputName, given: FieldType, kind: string): SelectedColumn {
  const { schema } = session;
  const source =
    name.orgTable === '' || schema.database(name.db) === null
      ? null
      : (schema
          .table(name.db, name.orgTable)
          ?.columns.find((c) => c.lower === name.orgName.toLowerCase() && !c.hidden) ?? null);
  const type = columnType(given, source !== null || kind === 'unknown');
  const column = plainColumn({
    id: 0,
    name: name.name,
    offset: 0,
    type,
    default: defaultOf(type, source),
    comment: source?.comment ?? '',
  });
  return { column };
}

const isBlob = (tp: number): boolean =>
  tp === TypeCode.TinyBlob || tp === TypeCode.Blob || tp === TypeCode.MediumBlob || tp === TypeCode.LongBlob;

function defaultOf(type: FieldType, source: ColumnInfo | null): ColumnDefault {
  const given = source?.default;
  if (given !== undefined && given.kind !== 'none' && !(given.kind === 'value' && given.value === null))
    return given;
  if (!isNotNull(type)) return { kind: 'value', value: null };
  if (source !== null || isBlob(type.tp) || type.tp === TypeCode.Json || type.tp === TypeCode.Vector)
    return { kind: 'none' };
  return { kind: 'value', value: zeroValue(type) };
}

/** Characters of the longest VARCHAR column, in bytes of its charset. */
const MAX_VARCHAR_BYTES = 65_535;

/** The most digits of a DECIMAL column, and the most behind the point. */
const DIGITS = 65;
const DECIMALS = 30;

/** The type of a stored column for values of a query's. */
function columnType(given: FieldType, stored: boolean): FieldType {
  const type = { ...given, flag: given.flag & KEPT_FLAGS };
  switch (type.tp) {
    case TypeCode.Null:
      return {
        ...type,
        tp: TypeCode.String,
        flen: 0,
        flag: Flag.Binary,
        charset: 'binary',
        collate: 'binary',
      };
    case TypeCode.LongLong:
      // An integer expression of less than ten digits is an INT (MySQL: Item::tmp_table_field_from_field_type).
      return !stored && type.flen > 0 && type.flen < 10 && (type.flag & Flag.Unsigned) === 0
        ? { ...type, tp: TypeCode.Long }
        : type;
    case TypeCode.VarString:
    case TypeCode.VarChar: {
      const width = charset(type.charset)?.maxLen ?? 1;
      if (type.flen >= 0 && type.flen * width <= MAX_VARCHAR_BYTES) return { ...type, tp: TypeCode.VarChar };
      return { ...type, tp: TypeCode.LongBlob, flen: -1 };
    }
    case TypeCode.NewDecimal: {
      // A literal may have more digits than a column (manual, "Precision Math: DECIMAL Data Type Characteristics").
      const decimal = Math.min(type.decimal, DECIMALS);
      return { ...type, decimal, flen: Math.min(DIGITS, type.flen - type.decimal + decimal) };
    }
    default:
      return type;
  }
}
