import type { Binding } from '../bindings/binding-store.js';
import { tablesOf } from '../bindings/binding-text.js';
import type { Session } from '../session.js';
import { intColumn, text, textColumn } from '../static-rows.js';
import { registerShow } from './show-registry.js';

/** A binding tells of its tables: who may not see those does not see it. */
const visible = (session: Session, b: Binding): boolean =>
  tablesOf(b.hinted, b.defaultDb).every(({ db, table }) => session.privileges.visible(db, table));

registerShow('BINDINGS', (session, stmt) => {
  const list = stmt.global ? session.engine.bindings.list : session.bindings.list;
  return {
    columns: [
      'Original_sql',
      'Bind_sql',
      'Default_db',
      'Status',
      'Create_time',
      'Update_time',
      'Charset',
      'Collation',
      'Source',
      'Sql_digest',
      'Plan_digest',
    ].map((name) => textColumn(name)),
    // The newest first, as in TiDB.
    rows: [...list]
      .reverse()
      .filter((b) => visible(session, b))
      .map((b) =>
        [
          b.originalSql,
          b.bindSql,
          b.defaultDb,
          b.status,
          b.createTime,
          b.updateTime,
          b.charset,
          b.collation,
          b.source,
          b.sqlDigest,
          b.planDigest,
        ].map((v) => text(v)),
      ),
  };
});

registerShow('BINDING_CACHE STATUS', (session) => {
  const { list } = session.engine.bindings;
  const bytes = list.reduce((n, b) => n + 2 * (b.originalSql.length + b.bindSql.length), 0);
  const quota = Number(session.engine.globals.get('tidb_mem_quota_binding_cache'));
  const shown = (n: number): string =>
    n >= 1048576 ? `${n / 1048576} MB` : n >= 1024 ? `${(n / 1024).toFixed(1)} KB` : `${n} Bytes`;
  return {
    columns: [
      intColumn('bindings_in_cache'),
      intColumn('bindings_in_table'),
      textColumn('memory_usage', 21),
      textColumn('memory_quota', 21),
    ],
    rows: [[list.length, list.length, text(shown(bytes)), text(shown(quota))]],
  };
});
