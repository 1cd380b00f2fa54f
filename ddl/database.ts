import type {
  AlterDatabaseStmt,
  CreateDatabaseStmt,
  DatabaseOption,
  DropDatabaseStmt,
} from '../parser/ast/index.js';
import type { DbInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import { readCharsetOptions } from './column-type.js';
import type { DdlContext } from './ddl-context.js';
import { checkNotReferenced } from './foreign-key.js';
import { noteDropped } from './dropped-objects.js';
import { rowRanges } from './table.js';
import { requirePolicy } from './placement.js';
import { changeSchema } from './schema-change.js';
import { tolerate } from './if-exists.js';

/** Databases that hold the server's own tables. */
const PROTECTED: ReadonlySet<string> = new Set([
  'information_schema',
  'performance_schema',
  'metrics_schema',
]);

/** Throws 8239. */
async function databasePolicy(ctx: DdlContext, options: readonly DatabaseOption[]): Promise<string | null> {
  const option = options.find((o) => o.name === 'PLACEMENT POLICY');
  return option === undefined || option.value.toUpperCase() === 'DEFAULT'
    ? null
    : requirePolicy(ctx, option.value);
}

export async function createDatabase(ctx: DdlContext, stmt: CreateDatabaseStmt): Promise<void> {
  if (stmt.name === '' || stmt.name.endsWith(' ')) throw mysqlError('ER_WRONG_DB_NAME', stmt.name);
  if ([...stmt.name].length > 64) throw mysqlError('ER_TOO_LONG_IDENT', stmt.name);
  ctx.checkPrivilege('CREATE', stmt.name, '');
  const above = { charset: ctx.variable('character_set_server'), collate: ctx.variable('collation_server') };
  const cs = readCharsetOptions(stmt.options, above);
  await ctx.reload();
  const policy = await databasePolicy(ctx, stmt.options);
  if (existsAlready(ctx, stmt)) return;
  await changeSchema(ctx, async (meta) => {
    if (existsAlready(ctx, { ...stmt, ifNotExists: false })) return {};
    const id = await meta.allocateGlobalIds(1);
    const db: DbInfo = {
      id,
      name: stmt.name,
      lower: stmt.name.toLowerCase(),
      charset: cs.charset,
      collate: cs.collate,
      state: 'public',
      ...(policy === null ? {} : { policy }),
    };
    meta.putDatabase(db);
    return { dbIds: [id] };
  });
}

function existsAlready(ctx: DdlContext, stmt: CreateDatabaseStmt): boolean {
  if (ctx.schema().database(stmt.name) === null) return false;
  tolerate(ctx, mysqlError('ER_DB_CREATE_EXISTS', stmt.name), stmt.ifNotExists);
  return true;
}

export async function alterDatabase(ctx: DdlContext, stmt: AlterDatabaseStmt): Promise<void> {
  const name = ctx.databaseOf(stmt.name);
  ctx.checkPrivilege('ALTER', name, '');
  const placed = stmt.options.some((o) => o.name === 'PLACEMENT POLICY');
  const policy = await databasePolicy(ctx, stmt.options);
  await changeSchema(ctx, async (meta) => {
    const db = ctx.schema().database(name);
    if (db === null) throw mysqlError('ER_BAD_DB_ERROR', name);
    const { policy: before, ...rest } = db;
    const now = placed ? policy : (before ?? null);
    const { charset, collate } = readCharsetOptions(stmt.options, db);
    meta.putDatabase({ ...rest, charset, collate, ...(now === null ? {} : { policy: now }) });
    return { dbIds: [db.id] };
  });
}

/** Gives the number of tables dropped. */
export async function dropDatabase(ctx: DdlContext, stmt: DropDatabaseStmt): Promise<number> {
  ctx.checkPrivilege('DROP', stmt.name, '');
  if (PROTECTED.has(stmt.name.toLowerCase()))
    throw mysqlError('ER_DBACCESS_DENIED_ERROR', 'root', '%', stmt.name);
  // Accounts and jobs live there.
  if (stmt.name.toLowerCase() === 'mysql')
    throw mysqlError('ER_UNKNOWN_ERROR', "Drop 'mysql' database is forbidden");
  await ctx.reload();
  const found = ctx.schema().database(stmt.name);
  if (found === null) {
    tolerate(ctx, mysqlError('ER_DB_DROP_EXISTS', stmt.name), stmt.ifExists);
    return 0;
  }
  const tables = ctx.schema().tables(stmt.name);
  for (const t of tables) checkNotReferenced(ctx, found.name, t.name, (db) => db === found.name);
  await changeSchema(ctx, async (meta, txn) => {
    const gone = await meta.tables(found.id);
    for (const table of gone) {
      meta.deleteTable(found.id, table.id);
      noteDropped(txn, found, table);
    }
    meta.deleteDatabase(found.id);
    noteDropped(txn, found, null);
    return { dbIds: [found.id], dropped: gone.flatMap(rowRanges) };
  });
  for (const table of tables) ctx.forgetTable(table);
  return tables.length;
}
