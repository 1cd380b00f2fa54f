import type { TableInfo } from '../catalog/model.js';
import { MetaMutator } from '../catalog/meta/meta.js';
import type { Transaction } from '../kv/storage.js';
import { MysqlError } from '../types/error.js';
import type { DdlContext } from './ddl-context.js';

/** What one step of a schema change wrote. */
export interface ChangedObjects {
  readonly dbIds?: readonly number[];
  readonly tables?: readonly { readonly dbId: number; readonly tableId: number }[];
}

const CONFLICT_RETRIES = 30;

/**
 * One step of a schema change: `change` edits meta in a transaction of its own, which also makes the next schema
 * version; afterwards this process sees it. Steps of different sessions conflict on the version key and are run again, so
 * `change` must read what it depends on through `meta` or `ctx.schema()` anew. Gives the new version.
 */
export async function changeSchema(
  ctx: DdlContext,
  change: (meta: MetaMutator, txn: Transaction, version: number) => Promise<ChangedObjects>,
): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const txn = await ctx.storage.begin();
    try {
      const meta = new MetaMutator(txn);
      await ctx.reload();
      const version = (await meta.schemaVersion()) + 1;
      const changed = await change(meta, txn, version);
      await meta.bumpSchemaVersion({ dbIds: changed.dbIds ?? [], tables: changed.tables ?? [] });
      await txn.commit();
      await ctx.reload();
      return version;
    } catch (error) {
      if (txn.valid) await txn.rollback();
      const conflict =
        (error as { name?: string }).name === 'WriteConflictError' ||
        (error instanceof MysqlError && error.code === 9007);
      if (!conflict || attempt >= CONFLICT_RETRIES) throw error;
    }
  }
}

/** A step that replaces one table; waits until no transaction works with the version before. */
export async function changeTable(
  ctx: DdlContext,
  dbId: number,
  tableId: number,
  edit: (table: TableInfo, meta: MetaMutator) => TableInfo | Promise<TableInfo>,
): Promise<TableInfo> {
  let result: TableInfo | null = null;
  const version = await changeSchema(ctx, async (meta, _txn, next) => {
    const table = await meta.table(dbId, tableId);
    if (table === null) throw new Error(`table ${tableId} is gone`);
    result = { ...(await edit(table, meta)), version: next, previousVersion: table.version };
    meta.putTable(dbId, result);
    return { tables: [{ dbId, tableId }] };
  });
  await ctx.awaitVersion(tableId, version);
  return result!;
}
