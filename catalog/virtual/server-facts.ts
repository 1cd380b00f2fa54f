import { keywords } from '../../parser/keyword.js';
import { parse } from '../../parser/parser.js';
import { shownParts } from '../table-layout.js';
import type { Datum } from '../../types/datum.js';
import { columnList } from './column-list.js';
import { text } from './columns.js';
import type { VirtualContext } from './virtual-table.js';
import { registerVirtualTable } from './virtual-table.js';
import { visibleTables } from './visible-tables.js';

const INFORMATION = 'INFORMATION_SCHEMA';

registerVirtualTable({
  db: INFORMATION,
  name: 'KEYWORDS',
  columns: columnList('WORD 128 RESERVED int'),
  rows: () => keywords().map(({ word, reserved }) => [text(word), Number(reserved)]),
});

/** TiDB docs, "TIDB_INDEXES". */
function tidbIndexes(ctx: VirtualContext): Datum[][] {
  const rows: Datum[][] = [];
  for (const { db, table } of visibleTables(ctx)) {
    if (table.virtual === true) continue;
    const clustered = table.pkIsHandle || table.isCommonHandle;
    if (table.pkIsHandle && !table.indices.some((i) => i.primary)) continue;
    for (const index of table.indices) {
      if (index.state !== 'public') continue;
      for (const [at, part] of shownParts(table, index).entries()) {
        const column = table.columns[part.offset]!;
        rows.push([
          text(db.name),
          text(table.name),
          index.unique ? 0 : 1,
          text(index.primary ? 'PRIMARY' : index.name),
          at + 1,
          text(column.hidden ? null : column.name),
          part.length < 0 ? null : part.length,
          text(index.comment),
          text(column.hidden ? column.generated : null),
          index.primary && table.pkIsHandle ? 0 : index.id,
          text(index.invisible ? 'NO' : 'YES'),
          text(clustered && index.primary ? 'YES' : 'NO'),
          index.global === true ? 1 : 0,
          null,
        ]);
      }
    }
  }
  return rows;
}

registerVirtualTable({
  db: INFORMATION,
  name: 'TIDB_INDEXES',
  columns: columnList(
    `TABLE_SCHEMA 64 TABLE_NAME 64 NON_UNIQUE int KEY_NAME 64 SEQ_IN_INDEX int COLUMN_NAME 64 SUB_PART int
     INDEX_COMMENT 1024 Expression 64 INDEX_ID int IS_VISIBLE 64 CLUSTERED 64 IS_GLOBAL int PREDICATE 1024`,
  ),
  rows: tidbIndexes,
});

const provided = (db: string, name: string, columns: string): void =>
  registerVirtualTable({
    db,
    name,
    columns: columnList(columns),
    rows: (ctx) => ctx.provide(name.toLowerCase()),
  });

const ERRORS = `ERROR_NUMBER int! ERROR_MESSAGE 1024! ERROR_COUNT int! WARNING_COUNT int! FIRST_SEEN timestamp
  LAST_SEEN timestamp`;
provided(INFORMATION, 'CLIENT_ERRORS_SUMMARY_GLOBAL', ERRORS);
provided(INFORMATION, 'CLIENT_ERRORS_SUMMARY_BY_USER', `USER 64! ${ERRORS}`);
provided(INFORMATION, 'CLIENT_ERRORS_SUMMARY_BY_HOST', `HOST 255! ${ERRORS}`);
provided(
  INFORMATION,
  'TIDB_SERVERS_INFO',
  'DDL_ID 64 IP 64 PORT int STATUS_PORT int LEASE 64 VERSION 64 GIT_HASH 64 LABELS 128',
);
provided(
  INFORMATION,
  'CLUSTER_INFO',
  'TYPE 64 INSTANCE 64 STATUS_ADDRESS 64 VERSION 64 GIT_HASH 64 START_TIME datetime UPTIME 32 SERVER_ID int',
);

provided(INFORMATION, 'CLUSTER_LOG', 'TIME 32 TYPE 64 INSTANCE 64 LEVEL 8 MESSAGE text');

provided(
  INFORMATION,
  'TIKV_STORE_STATUS',
  `STORE_ID int ADDRESS 64 STORE_STATE int STORE_STATE_NAME 64 LABEL text VERSION 64 CAPACITY 64 AVAILABLE 64
    LEADER_COUNT int LEADER_WEIGHT double LEADER_SCORE double LEADER_SIZE int REGION_COUNT int REGION_WEIGHT double
    REGION_SCORE double REGION_SIZE int START_TS datetime LAST_HEARTBEAT_TS datetime UPTIME 64`,
);
provided(
  INFORMATION,
  'TIKV_REGION_STATUS',
  `REGION_ID int START_KEY text END_KEY text TABLE_ID int DB_NAME 64 TABLE_NAME 64 IS_INDEX bool! INDEX_ID int
    INDEX_NAME 64 IS_PARTITION bool! PARTITION_ID int PARTITION_NAME 64 EPOCH_CONF_VER int EPOCH_VERSION int
    WRITTEN_BYTES int READ_BYTES int APPROXIMATE_SIZE int APPROXIMATE_KEYS int REPLICATIONSTATUS_STATE 64
    REPLICATIONSTATUS_STATEID int`,
);
provided(
  INFORMATION,
  'TIKV_REGION_PEERS',
  'REGION_ID int PEER_ID int STORE_ID int IS_LEARNER bool! IS_LEADER bool! STATUS 10 DOWN_SECONDS int',
);

/** Extensions that no engine here has anything to say in (MySQL manual, "The INFORMATION_SCHEMA SCHEMATA_EXTENSIONS Table"). */
registerVirtualTable({
  db: INFORMATION,
  name: 'SCHEMATA_EXTENSIONS',
  columns: columnList('CATALOG_NAME 64 SCHEMA_NAME 64 OPTIONS 256'),
  rows: (ctx) =>
    ctx.schema
      .databases()
      .filter((d) => ctx.visible(d.name, null))
      .map((d) => [text('def'), text(d.name), text('')]),
});

registerVirtualTable({
  db: INFORMATION,
  name: 'TABLES_EXTENSIONS',
  columns: columnList(
    'TABLE_CATALOG 64 TABLE_SCHEMA 64 TABLE_NAME 64 ENGINE_ATTRIBUTE text SECONDARY_ENGINE_ATTRIBUTE text',
  ),
  rows: (ctx) =>
    Array.from(visibleTables(ctx), ({ db, table }) => [
      text('def'),
      text(db.name),
      text(table.name),
      null,
      null,
    ]),
});

/** Tables that a view's definition names; common tables have no schema. */
function tablesOfView(selectText: string): Map<string, { readonly schema: string; readonly name: string }> {
  const found = new Map<string, { schema: string; name: string }>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
    if (Array.isArray(node)) return node.forEach(visit);
    const { kind, table } = node as { kind?: string; table?: { schema: string | null; name: string } };
    if ((kind === 'Table' || kind === 'TableStmt') && typeof table?.schema === 'string')
      found.set(`${table.schema}.${table.name}`.toLowerCase(), { schema: table.schema, name: table.name });
    Object.values(node).forEach(visit);
  };
  visit(parse(selectText)[0]?.stmt);
  return found;
}

registerVirtualTable({
  db: INFORMATION,
  name: 'VIEW_TABLE_USAGE',
  columns: columnList(
    'VIEW_CATALOG 64 VIEW_SCHEMA 64 VIEW_NAME 64 TABLE_CATALOG 64 TABLE_SCHEMA 64 TABLE_NAME 64',
  ),
  rows: (ctx) =>
    [...visibleTables(ctx)].flatMap(({ db, table }) =>
      table.view === undefined
        ? []
        : [...tablesOfView(table.view.selectText).values()].map((u) => [
            text('def'),
            text(db.name),
            text(table.name),
            text('def'),
            text(u.schema),
            text(u.name),
          ]),
    ),
});

registerVirtualTable({
  db: INFORMATION,
  name: 'COLUMNS_EXTENSIONS',
  columns: columnList(
    'TABLE_CATALOG 64! TABLE_SCHEMA 64! TABLE_NAME 64! COLUMN_NAME 64 ENGINE_ATTRIBUTE text SECONDARY_ENGINE_ATTRIBUTE text',
  ),
  rows: (ctx) =>
    [...visibleTables(ctx)].flatMap(({ db, table }) =>
      table.columns
        .filter((c) => c.state === 'public' && !c.hidden)
        .map((c) => [text('def'), text(db.name), text(table.name), text(c.name), null, null]),
    ),
});

registerVirtualTable({
  db: INFORMATION,
  name: 'TABLE_CONSTRAINTS_EXTENSIONS',
  columns: columnList(
    'CONSTRAINT_CATALOG 64! CONSTRAINT_SCHEMA 64! CONSTRAINT_NAME 64! TABLE_NAME 64! ENGINE_ATTRIBUTE text SECONDARY_ENGINE_ATTRIBUTE text',
  ),
  rows: (ctx) =>
    [...visibleTables(ctx)].flatMap(({ db, table }) =>
      table.indices
        .filter((i) => i.state === 'public' && i.unique)
        .map((i) => [
          text('def'),
          text(db.name),
          text(i.primary ? 'PRIMARY' : i.name),
          text(table.name),
          null,
          null,
        ]),
    ),
});

registerVirtualTable({
  db: 'PERFORMANCE_SCHEMA',
  name: 'processlist',
  columns: columnList(
    'ID uint! USER 32 HOST 261 DB 64 COMMAND 16 TIME int STATE 64 INFO text EXECUTION_ENGINE 64',
  ),
  rows: async (ctx) =>
    (await ctx.processes()).map((p) => [
      p.id,
      text(p.user),
      text(p.host),
      text(p.db),
      text(p.command),
      p.time,
      text(p.state),
      text(p.info),
      text('PRIMARY'),
    ]),
});
