import { isUpdatableView } from '../updatable-view.js';
import { intDatum, type Datum } from '../../types/datum.js';
import type { DbInfo, TableInfo } from '../model.js';
import { datetime, datetimeOf, int, longText, str, text, uint } from './columns.js';
import type { VirtualContext } from './virtual-table.js';
import { estimatedSizes } from './estimated-sizes.js';
import { namedTables, visibleTables } from './visible-tables.js';

import { CATALOG, registerInformation } from './information-registry.js';

/** Databases and what stands in them: tables, views, sequences. */

registerInformation(
  'SCHEMATA',
  [
    str('CATALOG_NAME', 512),
    str('SCHEMA_NAME'),
    str('DEFAULT_CHARACTER_SET_NAME'),
    str('DEFAULT_COLLATION_NAME', 32),
    str('SQL_PATH', 512),
    str('TIDB_PLACEMENT_POLICY_NAME'),
  ],
  (ctx) =>
    ctx.schema
      .databases()
      .filter((d) => ctx.visible(d.name, null))
      .map((d) => [
        CATALOG,
        text(d.name),
        text(d.charset),
        text(d.collate),
        null,
        d.policy === undefined ? null : text(d.policy),
      ]),
);

registerInformation(
  'TABLES',
  [
    str('TABLE_CATALOG', 512),
    str('TABLE_SCHEMA'),
    str('TABLE_NAME'),
    str('TABLE_TYPE'),
    str('ENGINE'),
    uint('VERSION'),
    str('ROW_FORMAT', 10),
    uint('TABLE_ROWS'),
    uint('AVG_ROW_LENGTH'),
    uint('DATA_LENGTH'),
    uint('MAX_DATA_LENGTH'),
    uint('INDEX_LENGTH'),
    uint('DATA_FREE'),
    uint('AUTO_INCREMENT'),
    datetime('CREATE_TIME'),
    datetime('UPDATE_TIME'),
    datetime('CHECK_TIME'),
    str('TABLE_COLLATION', 32),
    uint('CHECKSUM'),
    str('CREATE_OPTIONS', 255),
    str('TABLE_COMMENT', 2048),
    int('TIDB_TABLE_ID'),
    str('TIDB_ROW_ID_SHARDING_INFO', 255),
    str('TIDB_PK_TYPE'),
    str('TIDB_PLACEMENT_POLICY_NAME'),
  ],
  async (ctx) => {
    const rows: Datum[][] = [];
    for (const { db, table } of namedTables(ctx)) rows.push(await tableRow(ctx, db, table));
    return rows;
  },
);

async function tableRow(ctx: VirtualContext, db: DbInfo, table: TableInfo): Promise<Datum[]> {
  const type =
    table.virtual === true
      ? 'SYSTEM VIEW'
      : table.view !== undefined
        ? 'VIEW'
        : table.sequence !== undefined
          ? 'SEQUENCE'
          : 'BASE TABLE';
  if (table.view !== undefined) {
    const blank = new Array<Datum>(16).fill(null);
    return [
      CATALOG,
      text(db.name),
      text(table.name),
      text(type),
      ...blank,
      text('VIEW'),
      table.id,
      null,
      text('NONCLUSTERED'),
      null,
    ].slice(0, 25);
  }
  const policy = table.options?.['PLACEMENT POLICY'];
  const auto = table.columns.some((c) => c.autoIncrement) ? Number(await ctx.nextAutoId(db, table)) : null;
  const count = table.virtual === true ? 0 : ctx.rowCount(table.id);
  return [
    CATALOG,
    text(db.name),
    text(table.name),
    text(type),
    text('InnoDB'),
    10,
    text('Compact'),
    ...estimatedSizes(table, count),
    auto,
    datetimeOf(table.createTime, ctx.timeZone),
    null,
    null,
    text(table.collate),
    null,
    text(table.cached === true ? 'cached=on' : ''),
    text(table.comment),
    table.virtual === true ? 0 : table.id,
    text(shardingInfo(table)),
    text(table.pkIsHandle || table.isCommonHandle ? 'CLUSTERED' : 'NONCLUSTERED'),
    policy === undefined ? null : text(policy),
  ];
}

/** How row ids are scattered, as TiDB says it. */
function shardingInfo(table: TableInfo): string {
  if (table.autoRandom !== undefined) {
    const { shardBits, rangeBits } = table.autoRandom;
    return `PK_AUTO_RANDOM_BITS=${shardBits}${rangeBits === 64 ? '' : `, RANGE BITS=${rangeBits}`}`;
  }
  if (table.pkIsHandle || table.isCommonHandle) return 'NOT_SHARDED(PK_IS_HANDLE)';
  const bits = table.options?.['SHARD_ROW_ID_BITS'] ?? '0';
  return bits === '0' ? 'NOT_SHARDED' : `SHARD_BITS=${bits}`;
}

registerInformation(
  'SEQUENCES',
  [
    str('TABLE_CATALOG', 512),
    str('SEQUENCE_SCHEMA'),
    str('SEQUENCE_NAME'),
    int('CACHE'),
    int('CACHE_VALUE'),
    int('CYCLE'),
    int('INCREMENT'),
    int('MAX_VALUE'),
    int('MIN_VALUE'),
    int('START'),
    str('COMMENT', 64),
  ],
  (ctx) =>
    [...visibleTables(ctx)].flatMap(({ db, table }) => {
      const s = table.sequence;
      if (s === undefined) return [];
      return [
        [
          CATALOG,
          text(db.name),
          text(table.name),
          s.cache === 0 ? 0 : 1,
          s.cache === 0 ? null : s.cache,
          s.cycle ? 1 : 0,
          intDatum(BigInt(s.increment)),
          intDatum(BigInt(s.maxValue)),
          intDatum(BigInt(s.minValue)),
          intDatum(BigInt(s.start)),
          text(table.comment),
        ],
      ];
    }),
);

registerInformation(
  'VIEWS',
  [
    str('TABLE_CATALOG', 512),
    str('TABLE_SCHEMA'),
    str('TABLE_NAME'),
    longText('VIEW_DEFINITION'),
    str('CHECK_OPTION', 8),
    str('IS_UPDATABLE', 3),
    str('DEFINER', 77),
    str('SECURITY_TYPE', 7),
    str('CHARACTER_SET_CLIENT', 32),
    str('COLLATION_CONNECTION', 32),
  ],
  (ctx) => {
    const rows: Datum[][] = [];
    for (const { db, table } of namedTables(ctx)) {
      const { view } = table;
      if (view === undefined) continue;
      rows.push([
        CATALOG,
        text(db.name),
        text(table.name),
        text(view.selectText),
        text(view.checkOption),
        text(isUpdatableView(ctx.schema, view) ? 'YES' : 'NO'),
        text(view.definer.replace(/`/g, '')),
        text(view.security),
        text('utf8mb4'),
        text('utf8mb4_bin'),
      ]);
    }
    return rows;
  },
);
