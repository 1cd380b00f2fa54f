import { SqlMode } from '../../types/sql-mode.js';
import { ConstantsApart, withConstants } from '../../expression/constants-apart.js';
import type { Column, Constant, Expression } from '../../expression/expression.js';
import type { ColumnInfo, DbInfo, TableInfo } from '../../catalog/model.js';
import type * as ast from '../../parser/ast/index.js';
import { evalType, type FieldType } from '../../types/field-type.js';
import { encodeUtf8 } from '../../types/charset.js';
import { atOnce } from '../../types/steps.js';
import { pointWork } from '../cost/work.js';
import { buildInsert } from '../logical/build-insert.js';
import { buildQuery } from '../logical/build-query.js';
import { dual } from '../logical/plan.js';
import type { OutputName, PlanContext, PlannedStatement } from '../plan-context.js';
import type { LockSpec, PointGet, Update } from '../physical/plan.js';
import { BuilderRestart, BuildState, StatementMemory } from '../resolve/build-state.js';
import { buildStored, type ExpressionEnv } from '../resolve/expression-builder.js';
import { lockSpec } from '../logical/lock-spec.js';
import { datumKey, literalKey, plainString } from './point-key.js';
import { pointTable, type PointTable } from './point-table.js';

/**
 * The point path: SELECT, UPDATE and DELETE of one row by a whole primary or unique key, and INSERT of values, planned
 * without the optimizer. Null when the statement is anything else; its errors are then planStatement's to report.
 */
export function tryPointPlan(stmt: ast.Statement, ctx: PlanContext): PlannedStatement | null {
  // Its rows come as they are stored.
  if ((ctx.eval.sqlMode & SqlMode.PadCharToFullLength) !== 0) return null;
  switch (stmt.kind) {
    case 'Select':
      return pointSelect(stmt, ctx);
    case 'Update':
      return unlessLong(ctx, () => pointUpdate(stmt, ctx));
    case 'Delete':
      return pointDelete(stmt, ctx);
    case 'Insert':
      // A long list takes turns with other statements.
      return stmt.rows === null || stmt.rows.length > MAX_ROWS
        ? null
        : unlessLong(ctx, () => valuesInsert(stmt, ctx));
    default:
      return null;
  }
}

const MAX_ROWS = 1000;

/** Null where the statement has constants that take long: planStatement waits for them. */
function unlessLong(ctx: PlanContext, plan: () => PlannedStatement | null): PlannedStatement | null {
  if (ctx.constantsApart === undefined) return plan();
  const constants = new ConstantsApart();
  try {
    const planned = withConstants(constants, plan);
    return constants.isPending ? null : planned;
  } catch (e) {
    if (constants.isPending) return null;
    throw e;
  }
}

interface Found {
  readonly db: DbInfo;
  readonly table: TableInfo;
  readonly alias: string;
  readonly point: PointTable;
}

function sourceTable(from: ast.TableRef | null, ctx: PlanContext): Found | null {
  if (from === null || from.kind !== 'Table') return null;
  if (from.indexHints.length > 0 || from.partitions.length > 0 || from.asOf !== null || from.sample !== null)
    return null;
  const dbName = from.table.schema ?? ctx.currentDatabase;
  if (dbName === '') return null;
  const db = ctx.schema.database(dbName);
  const table = db === null ? null : ctx.schema.table(dbName, from.table.name);
  if (
    db === null ||
    table === null ||
    table.view !== undefined ||
    table.sequence !== undefined ||
    table.virtual === true ||
    table.flashback !== undefined
  )
    return null;
  const point = pointTable(db, table);
  return point.computed ? null : { db, table, alias: from.alias ?? table.name, point };
}

const same = (a: string, b: string): boolean => a === b || a.toLowerCase() === b.toLowerCase();

function columnOf(f: Found, ref: ast.ColumnRef): ColumnInfo | null {
  if (ref.table !== null && !same(ref.table, f.alias)) return null;
  if (ref.schema !== null && !same(ref.schema, f.db.name)) return null;
  return f.point.byName.get(ref.name) ?? f.point.byName.get(ref.name.toLowerCase()) ?? null;
}

/** Collects `column = constant` conjuncts; false when there is anything else. */
function equalities(f: Found, e: ast.Expr, ctx: PlanContext, into: Map<ColumnInfo, Constant>): boolean {
  switch (e.kind) {
    case 'Paren':
      return equalities(f, e.expr, ctx, into);
    case 'Binary': {
      if (e.op === 'AND') return equalities(f, e.left, ctx, into) && equalities(f, e.right, ctx, into);
      if (e.op !== '=') return false;
      const [ref, value] = e.left.kind === 'ColumnRef' ? [e.left, e.right] : [e.right, e.left];
      if (ref.kind !== 'ColumnRef') return false;
      const info = columnOf(f, ref);
      if (info === null || into.has(info)) return false;
      const constant = keyConstant(value, info.type, ctx);
      if (constant === null) return false;
      into.set(info, constant);
      return true;
    }
    default:
      return false;
  }
}

/** A literal or parameter as a value of the column, when it is one exactly and without MySQL's conversion rules. */
function keyConstant(e: ast.Expr, type: FieldType, ctx: PlanContext): Constant | null {
  switch (e.kind) {
    case 'IntLiteral':
      return evalType(type) === 'int' ? literalKey(e.value, type) : null;
    case 'Unary':
      if (
        e.op !== '-' ||
        e.expr.kind !== 'IntLiteral' ||
        typeof e.expr.value !== 'number' ||
        evalType(type) !== 'int'
      )
        return null;
      return literalKey(-e.expr.value, type);
    case 'StringLiteral':
      if (e.charset !== null || e.bytes !== null || !plainString(type)) return null;
      return { kind: 'constant', type, value: encodeUtf8(e.value) };
    case 'ParamMarker': {
      if (ctx.params === null) return paramKey(type, e.index);
      const given = ctx.params[e.index];
      const key = given === undefined ? null : datumKey(given.value, given.type, type);
      if (key === null || ctx.reuse === undefined || ctx.reuse === null) return key;
      // What datumKey accepts of one value it accepts of all of the parameter's class.
      return key.value === null ? key : { kind: 'constant', type, value: key.value, param: e.index };
    }
    default:
      return null;
  }
}

const paramKey = (type: FieldType, param: number): Constant | null =>
  evalType(type) === 'int' || plainString(type) ? { kind: 'constant', type, value: null, param } : null;

/** The unique key that exactly the given columns make, with its values. */
function matchKey(
  f: Found,
  where: ast.Expr | null,
  ctx: PlanContext,
): { index: PointGet['index']; key: Expression[] } | null {
  if (where === null) return null;
  const values = new Map<ColumnInfo, Constant>();
  if (!equalities(f, where, ctx, values)) return null;
  for (const k of f.point.keys) {
    if (k.columns.length !== values.size) continue;
    const key: Expression[] = [];
    for (const c of k.columns) {
      const v = values.get(c);
      if (v !== undefined) key.push(v);
    }
    if (key.length === k.columns.length) return { index: k.index, key };
  }
  return null;
}

const BY_HANDLE = pointWork(1, false);
const BY_INDEX = pointWork(1, true);

function pointGet(
  f: Found,
  m: { index: PointGet['index']; key: Expression[] },
  columns: readonly ColumnInfo[],
  schema: readonly Column[],
  handleOut: boolean,
  lock: LockSpec | null,
): PointGet {
  const work = m.index === null ? BY_HANDLE : BY_INDEX;
  return {
    op: 'PointGet',
    id: 1,
    schema,
    estRows: 1,
    estCost: work.total,
    costTerms: work.terms,
    task: 'root',
    db: f.db,
    table: f.table,
    alias: f.alias,
    columns,
    index: m.index,
    key: m.key,
    physicalId: f.table.id,
    lock,
    handleOut,
    alone: true,
  };
}

/** LIMIT n without an offset keeps the one row. */
function harmlessLimit(l: ast.Limit | null, ctx: PlanContext): boolean {
  if (l === null) return true;
  if (l.offset !== null) return false;
  if (l.count.kind === 'IntLiteral') return l.count.value > 0;
  if (l.count.kind !== 'ParamMarker') return false;
  const value = ctx.params?.[l.count.index]?.value;
  if (!Number.isSafeInteger(value) || (value as number) <= 0) return false;
  ctx.reuse?.fix(l.count.index);
  return true;
}

function pointSelect(stmt: ast.SelectStmt, ctx: PlanContext): PlannedStatement | null {
  if (
    stmt.where === null ||
    stmt.with !== null ||
    stmt.groupBy !== null ||
    stmt.having !== null ||
    stmt.orderBy !== null ||
    stmt.into !== null ||
    stmt.hints.length > 0 ||
    stmt.options.distinct ||
    stmt.options.calcFoundRows ||
    !harmlessLimit(stmt.limit, ctx) ||
    (stmt.lock !== null && stmt.lock.of.length > 0)
  ) {
    return null;
  }
  const f = sourceTable(stmt.from, ctx);
  if (f === null) return null;
  const m = matchKey(f, stmt.where, ctx);
  if (m === null) return null;
  let { publics: columns, schema, names } = f.point;
  const only = stmt.fields[0]!;
  if (
    stmt.fields.length !== 1 ||
    only.wildcard === null ||
    only.wildcard.table !== null ||
    f.alias !== f.table.name
  ) {
    const picked = pickFields(f, stmt.fields);
    if (picked === null) return null;
    ({ columns, schema, names } = picked);
  }
  if (ctx.limitedColumns('SELECT', f.db.name, f.table.name) !== null) return null;
  ctx.checkPrivilege('SELECT', f.db.name, f.table.name);
  if (stmt.lock !== null && stmt.lock.strength === 'UPDATE')
    ctx.checkPrivilege('UPDATE', f.db.name, f.table.name);
  return {
    plan: pointGet(f, m, columns, schema, false, stmt.lock === null ? null : lockSpec(stmt.lock, ctx)),
    names,
    cacheable: true,
    tables: [{ db: f.db.name, table: f.table, write: false }],
    anyStatistics: true,
  };
}

function pickFields(
  f: Found,
  fields: readonly ast.SelectField[],
): { columns: ColumnInfo[]; schema: Column[]; names: OutputName[] } | null {
  const columns: ColumnInfo[] = [];
  const schema: Column[] = [];
  const names: OutputName[] = [];
  const add = (info: ColumnInfo, name: string): boolean => {
    if (columns.includes(info)) return false;
    schema.push({ ...f.point.rowSchema[info.offset]!, index: columns.length });
    columns.push(info);
    names.push({ name, orgName: info.name, table: f.alias, orgTable: f.table.name, db: f.db.name });
    return true;
  };
  for (const field of fields) {
    if (field.wildcard !== null) {
      const { table, schema: db } = field.wildcard;
      if ((table !== null && !same(table, f.alias)) || (db !== null && !same(db, f.db.name))) return null;
      for (const info of f.point.publics) if (!add(info, info.name)) return null;
      continue;
    }
    if (field.expr?.kind !== 'ColumnRef') return null;
    const info = columnOf(f, field.expr);
    if (info === null || !add(info, field.alias ?? field.expr.name)) return null;
  }
  return { columns, schema, names };
}

/** The child of a point UPDATE or DELETE: the whole row, locked when the transaction is pessimistic. */
function rowOf(f: Found, where: ast.Expr | null, ctx: PlanContext): PointGet | null {
  const m = matchKey(f, where, ctx);
  if (m === null) return null;
  const lock: LockSpec | null = ctx.pessimistic ? { mode: 'update', wait: 'default' } : null;
  return pointGet(f, m, f.point.rowColumns, f.point.rowSchema, f.point.handleOut, lock);
}

function targetOf(f: Found): Update['targets'][number] {
  const pk = f.table.pkIsHandle ? f.point.keys[0]!.columns[0]!.offset : -1;
  return {
    db: f.db,
    table: f.table,
    physicalId: f.table.id,
    columns: f.table.columns.map((c) => c.offset),
    handle: f.point.handleOut ? f.table.columns.length : pk,
    partitions: null,
  };
}

/** Thrown where an assignment needs more than the row. */
class NotPointLike {}

function pointUpdate(stmt: ast.UpdateStmt, ctx: PlanContext): PlannedStatement | null {
  if (stmt.with !== null || stmt.orderBy !== null || !harmlessLimit(stmt.limit, ctx) || stmt.hints.length > 0)
    return null;
  const f = sourceTable(stmt.from, ctx);
  if (f === null) return null;
  const child = rowOf(f, stmt.where, ctx);
  if (child === null) return null;
  const assignments: Update['assignments'][number][] = [];
  const state = new BuildState(ctx, new StatementMemory(), buildQuery);
  const names =
    f.alias === f.table.name
      ? [...f.point.rowNames]
      : f.point.rowNames.map((n) => ({ ...n, table: f.alias }));
  const env: ExpressionEnv = {
    state,
    scope: { relation: { plan: dual(1), names }, outer: null, ctes: null, cells: new Map() },
    clause: 'field list',
    onSubquery: () => {
      throw new NotPointLike();
    },
  };
  for (const a of stmt.set) {
    const column = columnOf(f, a.column);
    if (column === null || column.generated !== '' || a.value.kind === 'DefaultExpr') return null;
    try {
      assignments.push({ target: 0, column, value: buildStored(env, a.value) });
    } catch (e) {
      if (e instanceof BuilderRestart || e instanceof NotPointLike) return null;
      throw e;
    }
  }
  if (env.scope.relation.plan.op !== 'Dual') return null;
  if (ctx.limitedColumns('UPDATE', f.db.name, f.table.name) !== null) return null;
  ctx.checkPrivilege('UPDATE', f.db.name, f.table.name);
  return {
    // Plans that are kept are all made by literals with their members in one order: copies by `...` have a hidden class of
    // their own for each, and code that meets many stays slow.
    plan: {
      op: 'Update',
      id: child.id + 1,
      schema: [],
      estRows: 0,
      task: 'root',
      child,
      targets: [targetOf(f)],
      assignments,
      ignore: stmt.ignore,
    },
    names: [],
    cacheable: state.cacheable,
    tables: [{ db: f.db.name, table: f.table, write: true }],
    anyStatistics: true,
  };
}

function pointDelete(stmt: ast.DeleteStmt, ctx: PlanContext): PlannedStatement | null {
  if (
    stmt.targets !== null ||
    stmt.with !== null ||
    stmt.orderBy !== null ||
    !harmlessLimit(stmt.limit, ctx) ||
    stmt.hints.length > 0
  ) {
    return null;
  }
  const f = sourceTable(stmt.from, ctx);
  if (f === null) return null;
  const child = rowOf(f, stmt.where, ctx);
  if (child === null) return null;
  ctx.checkPrivilege('DELETE', f.db.name, f.table.name);
  return {
    plan: {
      op: 'Delete',
      id: child.id + 1,
      schema: [],
      estRows: 0,
      task: 'root',
      child,
      targets: [targetOf(f)],
      ignore: stmt.ignore,
    },
    names: [],
    cacheable: true,
    tables: [{ db: f.db.name, table: f.table, write: true }],
    anyStatistics: true,
  };
}

function valuesInsert(stmt: ast.InsertStmt, ctx: PlanContext): PlannedStatement | null {
  const state = new BuildState(ctx, new StatementMemory(), buildQuery);
  try {
    const steps = buildInsert(state, stmt, () => {
      throw new NotPointLike();
    });
    const plan = atOnce(steps);
    return { plan, names: [], cacheable: state.cacheable, tables: state.tables, anyStatistics: true };
  } catch (e) {
    if (e instanceof BuilderRestart || e instanceof NotPointLike) return null;
    throw e;
  }
}
