import type { CreateViewStmt, DropViewStmt, Query, TableName, UserSpec } from '../parser/ast/index.js';
import { parse } from '../parser/parser.js';
import { quoteName, restoreQuery, VIEW_STYLE } from '../parser/restore.js';
import type { TableInfo } from '../catalog/model.js';
import { isUpdatable, leavesTablesOut } from '../catalog/updatable-view.js';
import { Flag } from '../types/field-type.js';
import { mysqlError } from '../types/error-table.js';
import { checkTableName } from './build-table.js';
import { checkColumnName } from './build-column.js';
import type { DdlContext } from './ddl-context.js';
import { dropObjects } from './drop-objects.js';
import { changeSchema } from './schema-change.js';
import { requireDatabase } from './table.js';
import { ViewQuery } from './view-query.js';
import { plainColumn, plainTable } from '../catalog/plain-objects.js';

/** What a column is in its table but not in a view. */
export const KEY_FLAGS = Flag.PriKey | Flag.UniqueKey | Flag.MultipleKey | Flag.AutoIncrement;

/** CREATE [OR REPLACE] VIEW, ALTER VIEW. A view is kept among the tables of its database. */
export async function createView(ctx: DdlContext, stmt: CreateViewStmt): Promise<void> {
  await ctx.reload();
  const db = requireDatabase(ctx, stmt.view.schema);
  checkTableName(stmt.view.name);
  ctx.checkPrivilege('CREATE VIEW', db.name, stmt.view.name);
  if (stmt.orReplace) ctx.checkPrivilege('DROP', db.name, stmt.view.name);
  const before = ctx.schema().table(db.name, stmt.view.name);
  if (before === null && stmt.alter) throw mysqlError('ER_NO_SUCH_TABLE', db.name, stmt.view.name);
  if (before !== null) {
    if (!stmt.orReplace) throw mysqlError('ER_TABLE_EXISTS_ERROR', `${db.name}.${stmt.view.name}`);
    if (before.view === undefined) throw mysqlError('ER_WRONG_OBJECT', db.name, before.name, 'VIEW');
  }
  const query = structuredClone(stmt.query);
  const definition = new ViewQuery(ctx.schema(), ctx.currentDatabase);
  const names = definition.define(query);
  if (definition.ofThePast) throw mysqlError('ER_VIEW_INVALID', db.name, stmt.view.name);
  if (before !== null) checkNotWithin(ctx, query, db.name, before.name);
  // Planned as written: errors of the query are the statement's.
  const types = await ctx.queryTypes(stmt.query);
  const updatable = isUpdatable(ctx.schema(), query, stmt.algorithm) && !leavesTablesOut(ctx.schema(), query);
  if (stmt.check !== null && !updatable) throw mysqlError('ER_VIEW_NONUPD_CHECK', db.name, stmt.view.name);
  const columns = stmt.columns ?? names;
  if (columns.length !== types.length) throw mysqlError('ER_VIEW_WRONG_LIST');
  columns.forEach((name, i) => {
    checkColumnName(name);
    if (columns.findIndex((c) => c.toLowerCase() === name.toLowerCase()) < i)
      throw mysqlError('ER_DUP_FIELDNAME', name);
  });
  const view = plainTable({
    name: stmt.view.name,
    charset: db.charset,
    collate: db.collate,
    columns: types.map((type, offset) =>
      plainColumn({
        id: offset + 1,
        name: columns[offset]!,
        offset,
        type: { ...type, flag: type.flag & ~KEY_FLAGS },
      }),
    ),
    view: {
      selectText: restoreQuery(query, VIEW_STYLE),
      columns,
      definer: definerText(ctx, stmt.definer),
      security: stmt.security,
      algorithm: stmt.algorithm,
      checkOption: stmt.check ?? 'NONE',
    },
  });
  await changeSchema(ctx, async (meta, _txn, version) => {
    const old = ctx.schema().table(db.name, stmt.view.name);
    if (old !== null && (!stmt.orReplace || old.view === undefined))
      throw mysqlError('ER_TABLE_EXISTS_ERROR', `${db.name}.${stmt.view.name}`);
    if (old !== null) meta.deleteTable(db.id, old.id);
    const id = await meta.allocateGlobalIds(1);
    meta.putTable(db.id, { ...view, id, version, createTime: Date.now() });
    const made = { dbId: db.id, tableId: id };
    return { tables: old === null ? [made] : [{ dbId: db.id, tableId: old.id }, made] };
  });
}

/** A view that replaces another must not be made of it, through whatever views. Throws 1146, as TiDB does. */
function checkNotWithin(ctx: DdlContext, query: Query, db: string, view: string): void {
  const seen = new Set<TableInfo>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
    const { kind, table } = node as { readonly kind?: string; readonly table?: TableName };
    if ((kind === 'Table' || kind === 'TableStmt') && table !== undefined && table.schema !== null) {
      const found = ctx.schema().table(table.schema, table.name);
      if (found?.view !== undefined && !seen.has(found)) {
        if (found.lower === view.toLowerCase() && table.schema.toLowerCase() === db.toLowerCase())
          throw mysqlError('ER_NO_SUCH_TABLE', db, view);
        seen.add(found);
        visit(parse(found.view.selectText, {})[0]?.stmt);
      }
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(query);
}

const MAX_USER_NAME = 32;
const MAX_HOST_NAME = 255;

function checkDefiner(name: string, most: number, what: string): void {
  if ([...name].length > most)
    throw mysqlError('ER_WRONG_STRING_LENGTH', [...name].slice(0, 70).join(''), what, most);
}

function definerText(ctx: DdlContext, given: UserSpec | null): string {
  const { currentUser } = ctx.eval.session;
  const at = currentUser.lastIndexOf('@');
  const [ownUser, ownHost] = [currentUser.slice(0, at), currentUser.slice(at + 1)];
  const [user, host] = given === null || given.current ? [ownUser, ownHost] : [given.name, given.host];
  checkDefiner(user, MAX_USER_NAME, 'user name');
  checkDefiner(host, MAX_HOST_NAME, 'host name');
  // A view acts with its definer's privileges: only SUPER may lend those of others.
  if (user !== ownUser || host.toLowerCase() !== ownHost.toLowerCase()) ctx.requireGlobal('SUPER');
  return `${quoteName(user)}@${quoteName(host)}`;
}

export function dropViews(ctx: DdlContext, stmt: DropViewStmt): Promise<void> {
  return dropObjects(ctx, stmt.views, stmt.ifExists, {
    name: 'VIEW',
    is: (table) => table.view !== undefined,
    missing: 'ER_BAD_TABLE_ERROR',
  });
}
