import type { CreateIndexStmt, DropIndexStmt } from '../parser/ast/index.js';
import type { DbInfo, IndexInfo, SchemaState, TableInfo } from '../catalog/model.js';
import { physicalIds } from '../catalog/table-layout.js';
import { indexRange } from '../kv/codec/table-key.js';
import { mysqlError } from '../types/error-table.js';
import { MysqlError } from '../types/error.js';
import { backfillIndex } from './backfill.js';
import type { IndexRequest } from './build-index.js';
import { buildIndex, flagKeyColumns } from './build-index.js';
import type { DdlContext } from './ddl-context.js';
import { expressionColumns } from './generated-column.js';
import { renumber } from './column-order.js';
import { checkKeys, deciding } from './partition/build-partitions.js';
import { queueDeleteRange } from './delete-range.js';
import { changeSchema, changeTable } from './schema-change.js';
import { requireTable } from './table.js';

export async function createIndex(ctx: DdlContext, stmt: CreateIndexStmt): Promise<void> {
  if (stmt.type !== 'UNIQUE' && stmt.type !== 'INDEX')
    throw mysqlError('ER_NOT_SUPPORTED_YET', `${stmt.type} INDEX`);
  await ctx.reload();
  const { db, table } = requireTable(ctx, stmt.table);
  ctx.checkPrivilege('INDEX', db.name, table.name);
  await addIndex(
    ctx,
    db,
    table,
    {
      name: stmt.name,
      parts: stmt.parts,
      unique: stmt.type === 'UNIQUE',
      primary: false,
      invisible: stmt.options.visible === false,
      comment: stmt.options.comment ?? '',
    },
    stmt.ifNotExists,
  );
}

/**
 * Online ADD INDEX (F1): delete-only, write-only, write-reorganisation with the backfill, public. Every step waits until
 * no transaction works with the state before. A duplicate found by the backfill takes the index back out.
 */
export async function addIndex(
  ctx: DdlContext,
  db: DbInfo,
  table: TableInfo,
  request: IndexRequest,
  ifNotExists: boolean,
): Promise<void> {
  const exists = request.name !== null && table.indices.some((i) => i.lower === request.name!.toLowerCase());
  if (exists && ifNotExists) {
    const error = mysqlError('ER_DUP_KEYNAME', request.name!);
    ctx.warn({ level: 'Note', code: error.code, message: error.message });
    return;
  }
  let id = 0;
  await changeTable(ctx, db.id, table.id, (t) => {
    if (t.indices.length >= 64) throw mysqlError('ER_TOO_MANY_KEYS', 64);
    id = t.maxIndexId + 1;
    const taken = new Set(t.indices.map((i) => i.lower));
    const made = expressionColumns(ctx, request, t.columns, taken, t.maxColumnId + 1);
    const columns = [...t.columns, ...made.hidden];
    const index = buildIndex(
      made.request,
      columns.filter((c) => c.state === 'public'),
      taken,
      id,
    );
    if (t.partition !== undefined && index.unique)
      checkKeys(deciding(ctx, t.partition, t), { ...t, indices: [index] });
    return {
      ...t,
      columns,
      maxColumnId: t.maxColumnId + made.hidden.length,
      maxIndexId: id,
      indices: [...t.indices, { ...index, state: 'deleteOnly' }],
    };
  });
  const to = (state: SchemaState): Promise<TableInfo> =>
    changeTable(ctx, db.id, table.id, (t) => withIndexState(t, id, state));
  try {
    await to('writeOnly');
    const filling = await to('writeReorg');
    await backfillIndex(
      ctx,
      filling,
      filling.indices.find((i) => i.id === id)!,
    );
    await to('public');
  } catch (error) {
    await removeIndex(ctx, db.id, table.id, id);
    throw error;
  }
}

function withIndexState(table: TableInfo, id: number, state: SchemaState): TableInfo {
  const indices = table.indices.map((i) => (i.id === id ? { ...i, state } : i));
  return {
    ...table,
    indices,
    columns: state === 'public' ? flagKeyColumns(table.columns, indices) : table.columns,
  };
}

export async function dropIndex(
  ctx: DdlContext,
  stmt: Pick<DropIndexStmt, 'name' | 'table' | 'ifExists'>,
): Promise<void> {
  await ctx.reload();
  const { db, table } = requireTable(ctx, stmt.table);
  ctx.checkPrivilege('INDEX', db.name, table.name);
  const index = table.indices.find((i) => i.lower === stmt.name.toLowerCase() && i.state === 'public');
  if (index === undefined) {
    const error = new MysqlError(1091, '42000', mysqlError('ER_CANT_DROP_FIELD_OR_KEY', stmt.name).message);
    if (!stmt.ifExists) throw error;
    ctx.warn({ level: 'Note', code: error.code, message: error.message });
    return;
  }
  checkDroppable(table, index);
  await changeTable(ctx, db.id, table.id, (t) => withIndexState(t, index.id, 'writeOnly'));
  await changeTable(ctx, db.id, table.id, (t) => withIndexState(t, index.id, 'deleteOnly'));
  await removeIndex(ctx, db.id, table.id, index.id);
}

function checkDroppable(table: TableInfo, index: IndexInfo): void {
  if (index.primary && (table.pkIsHandle || table.isCommonHandle)) {
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_OPERATION',
      'drop primary key when the table is using clustered index',
    );
  }
  const auto = table.columns.find((c) => c.autoIncrement);
  if (auto === undefined || index.columns[0]!.offset !== auto.offset) return;
  const other = table.indices.some((i) => i.id !== index.id && i.columns[0]!.offset === auto.offset);
  if (!other) throw mysqlError('ER_WRONG_AUTO_KEY');
}

/** Takes the index out of the table and queues its entries for removal. */
async function removeIndex(ctx: DdlContext, dbId: number, tableId: number, indexId: number): Promise<void> {
  const version = await changeSchema(ctx, async (meta, txn, next) => {
    const table = await meta.table(dbId, tableId);
    if (table === null) return {};
    const gone = table.indices.find((i) => i.id === indexId);
    const indices = table.indices.filter((i) => i.id !== indexId);
    // The hidden columns of an index over expressions go with it.
    const hidden = table.columns.filter((c) => c.hidden && gone?.columns.some((p) => p.offset === c.offset));
    const kept = renumber(
      { ...table, indices },
      table.columns.filter((c) => !hidden.includes(c)),
    );
    meta.putTable(dbId, {
      ...kept,
      columns: flagKeyColumns(kept.columns, kept.indices),
      version: next,
      previousVersion: table.version,
    });
    for (const id of physicalIds(table)) {
      const range = indexRange(id, indexId);
      queueDeleteRange(txn, range.startKey, range.endKey);
    }
    return { tables: [{ dbId, tableId }] };
  });
  await ctx.awaitVersion(tableId, version);
}
