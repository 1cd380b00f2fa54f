import type { TableName } from '../parser/ast/index.js';
import type { TableInfo } from '../catalog/model.js';
import { mysqlError, type ErrorSymbol } from '../types/error-table.js';
import type { DdlContext } from './ddl-context.js';
import { tolerate } from './if-exists.js';
import { changeSchema } from './schema-change.js';

/** What DROP VIEW and DROP SEQUENCE take: objects among the tables that hold no rows. */
interface ObjectKind {
  readonly name: 'VIEW' | 'SEQUENCE';
  is(table: TableInfo): boolean;
  /** Error for those that are not there. */
  readonly missing: ErrorSymbol;
}

/** Drops the objects one after another; those missing are told of at the end, together or each by a note. Throws 1347 and `missing`. */
export async function dropObjects(
  ctx: DdlContext,
  names: readonly TableName[],
  ifExists: boolean,
  kind: ObjectKind,
): Promise<void> {
  await ctx.reload();
  const missing: string[] = [];
  for (const name of names) {
    const dbName = ctx.databaseOf(name.schema);
    ctx.checkPrivilege('DROP', dbName, name.name);
    const db = ctx.schema().database(dbName);
    const table = ctx.schema().table(dbName, name.name);
    if (db === null || table === null) {
      missing.push(`${dbName}.${name.name}`);
      continue;
    }
    if (!kind.is(table)) throw mysqlError('ER_WRONG_OBJECT', dbName, table.name, kind.name);
    await changeSchema(ctx, async (meta) => {
      meta.deleteTable(db.id, table.id);
      return { tables: [{ dbId: db.id, tableId: table.id }] };
    });
  }
  if (missing.length === 0) return;
  if (!ifExists) throw mysqlError(kind.missing, missing.join(','));
  for (const name of missing) tolerate(ctx, mysqlError(kind.missing, name), true);
}
