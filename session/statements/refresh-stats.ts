import { mysqlError } from '../../types/error-table.js';
import { registerStatement } from './statement-handler.js';
import { tableNamed } from './table-named.js';

/** REFRESH STATS: statistics of tables, databases or all are read from the store again when they are next wanted. */
registerStatement('RefreshStats', {
  run: async (session, stmt) => {
    const { schema, engine } = session;
    for (const { schema: named, table: tableName } of stmt.objects) {
      if (tableName !== null) {
        const { db, table } = tableNamed(session, { schema: named, name: tableName });
        session.privileges.require('SELECT', db.name, table.name);
        await reload([table.id, ...(table.partition?.definitions.map((p) => p.id) ?? [])]);
        continue;
      }
      if (named !== null && schema.database(named) === null) throw mysqlError('ER_BAD_DB_ERROR', named);
      for (const db of schema.databases()) {
        if (named !== null && db.lower !== named.toLowerCase()) continue;
        for (const t of schema.tables(db.name))
          if (session.privileges.visible(db.name, t.name))
            await reload([t.id, ...(t.partition?.definitions.map((p) => p.id) ?? [])]);
      }
    }
    return null;

    async function reload(ids: readonly number[]): Promise<void> {
      for (const id of ids) if (engine.statistics.has(id)) await engine.statistics.reload(id);
    }
  },
});
