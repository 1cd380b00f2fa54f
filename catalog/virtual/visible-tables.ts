import type { DbInfo, TableInfo } from '../model.js';
import type { VirtualContext } from './virtual-table.js';

/** Every table the user may see, database by database. */
export function* visibleTables(ctx: VirtualContext): Generator<{ db: DbInfo; table: TableInfo }> {
  for (const db of ctx.schema.databases()) {
    for (const table of ctx.schema.tables(db.name)) {
      if (table.state === 'public' && ctx.visible(db.name, table.name)) yield { db, table };
    }
  }
}
