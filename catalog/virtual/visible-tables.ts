import type { DbInfo, TableInfo } from '../model.js';
import type { VirtualContext } from './virtual-table.js';

interface Located {
  readonly db: DbInfo;
  readonly table: TableInfo;
}

/** Every table the user may see, database by database. */
export const visibleTables = (ctx: VirtualContext): Generator<Located> => tables(ctx, () => true);

/**
 * The same without those that the query's conditions leave out. For virtual tables whose TABLE_NAME and TABLE_SCHEMA, or
 * CONSTRAINT_SCHEMA, are those of the table that a row tells of: programs ask for one table at a time.
 */
export const namedTables = (ctx: VirtualContext): Generator<Located> =>
  tables(ctx, (db, table) => ctx.wanted(db, table));

function* tables(
  ctx: VirtualContext,
  wanted: (db: string, table: string | null) => boolean,
): Generator<Located> {
  for (const db of ctx.schema.databases()) {
    if (!wanted(db.name, null)) continue;
    for (const table of ctx.schema.tables(db.name)) {
      if (table.state === 'public' && wanted(db.name, table.name) && ctx.visible(db.name, table.name))
        yield { db, table };
    }
  }
}
