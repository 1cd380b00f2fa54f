import { shownParts } from '../table-layout.js';
import { isUpdatableView } from '../updatable-view.js';
import { startsWith } from '../foreign-keys.js';
import { intDatum, type Datum } from '../../types/datum.js';
import { charset as findCharset } from '../../types/charset.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType, Flag, TypeCode } from '../../types/field-type.js';
import type { CheckInfo, DbInfo, PartitionDefinition, TableInfo } from '../model.js';
import { defaultText, extraText, hasCharset, keyText, typeName, typeText } from '../type-text.js';
import { datetime, datetimeOf, int, longText, str, text, uint } from './columns.js';
import type { VirtualColumn, VirtualContext } from './virtual-table.js';
import { registerVirtualTable } from './virtual-table.js';
import { visibleTables } from './visible-tables.js';
import { indexPartFields } from './index-part.js';

const DB = 'INFORMATION_SCHEMA';
const CATALOG = text('def');

const register = (
  name: string,
  columns: readonly VirtualColumn[],
  rows: (ctx: VirtualContext) => Datum[][] | Promise<Datum[][]>,
): void => registerVirtualTable({ db: DB, name, columns, rows });

register(
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

register(
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
    for (const { db, table } of visibleTables(ctx)) rows.push(await tableRow(ctx, db, table));
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
  const width = table.columns.reduce((n, c) => n + Math.min(64, Math.max(1, c.type.flen)), 0);
  return [
    CATALOG,
    text(db.name),
    text(table.name),
    text(type),
    text('InnoDB'),
    10,
    text('Compact'),
    count,
    count === 0 ? 0 : width,
    count * width,
    0,
    count * 8 * table.indices.length,
    0,
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

register(
  'COLUMNS',
  [
    str('TABLE_CATALOG', 512),
    str('TABLE_SCHEMA'),
    str('TABLE_NAME'),
    str('COLUMN_NAME'),
    int('ORDINAL_POSITION'),
    longText('COLUMN_DEFAULT'),
    str('IS_NULLABLE', 3),
    str('DATA_TYPE'),
    uint('CHARACTER_MAXIMUM_LENGTH'),
    uint('CHARACTER_OCTET_LENGTH'),
    uint('NUMERIC_PRECISION'),
    uint('NUMERIC_SCALE'),
    uint('DATETIME_PRECISION'),
    str('CHARACTER_SET_NAME', 32),
    str('COLLATION_NAME', 32),
    longText('COLUMN_TYPE'),
    str('COLUMN_KEY', 3),
    str('EXTRA', 45),
    str('PRIVILEGES', 80),
    str('COLUMN_COMMENT', 1024),
    longText('GENERATION_EXPRESSION'),
    str('SRS_ID'),
  ],
  (ctx) => {
    const rows: Datum[][] = [];
    for (const { db, table } of visibleTables(ctx)) {
      const columns = table.columns.filter((c) => c.state === 'public' && !c.hidden);
      columns.forEach((c, i) => {
        const size = sizes(c.type);
        rows.push([
          CATALOG,
          text(db.name),
          text(table.name),
          text(c.name),
          i + 1,
          text(defaultText(c)),
          text((c.type.flag & Flag.NotNull) !== 0 ? 'NO' : 'YES'),
          text(typeName(c.type)),
          size.characters,
          size.octets,
          size.precision,
          size.scale,
          size.fsp,
          text(hasCharset(c.type) ? c.type.charset : null),
          text(hasCharset(c.type) ? c.type.collate : null),
          text(typeText(c.type)),
          text(keyText(c.type)),
          text(extraText(c)),
          text('select,insert,update,references'),
          text(c.comment),
          text(c.generated),
          null,
        ]);
      });
    }
    return rows;
  },
);

interface Sizes {
  readonly characters: number | null;
  readonly octets: number | null;
  readonly precision: number | null;
  readonly scale: number | null;
  readonly fsp: number | null;
}
const NO_SIZES: Sizes = { characters: null, octets: null, precision: null, scale: null, fsp: null };
const INT_DIGITS: ReadonlyMap<number, number> = new Map([
  [TypeCode.Tiny, 3],
  [TypeCode.Short, 5],
  [TypeCode.Int24, 7],
  [TypeCode.Long, 10],
  [TypeCode.LongLong, 19],
]);

function sizes(t: FieldType): Sizes {
  switch (evalType(t)) {
    case 'string': {
      const bytes = t.flen * (findCharset(t.charset)?.maxLen ?? 1);
      const blob = (t.flag & Flag.Blob) !== 0;
      return { ...NO_SIZES, characters: t.flen, octets: blob ? t.flen : bytes };
    }
    case 'int': {
      if (t.tp === TypeCode.Bit) return { ...NO_SIZES, precision: t.flen };
      if (t.tp === TypeCode.Year) return NO_SIZES;
      const digits = INT_DIGITS.get(t.tp) ?? 19;
      return {
        ...NO_SIZES,
        precision: t.tp === TypeCode.LongLong && (t.flag & Flag.Unsigned) !== 0 ? 20 : digits,
        scale: 0,
      };
    }
    case 'decimal':
      return { ...NO_SIZES, precision: t.flen, scale: t.decimal };
    case 'real':
      return { ...NO_SIZES, precision: t.flen, scale: t.decimal < 0 ? null : t.decimal };
    case 'datetime':
      return { ...NO_SIZES, fsp: t.tp === TypeCode.Date ? null : t.decimal };
    case 'duration':
      return { ...NO_SIZES, fsp: t.decimal };
    default:
      return NO_SIZES;
  }
}

register(
  'STATISTICS',
  [
    str('TABLE_CATALOG', 512),
    str('TABLE_SCHEMA'),
    str('TABLE_NAME'),
    str('NON_UNIQUE', 1),
    str('INDEX_SCHEMA'),
    str('INDEX_NAME'),
    int('SEQ_IN_INDEX'),
    str('COLUMN_NAME', 21),
    str('COLLATION', 1),
    int('CARDINALITY'),
    int('SUB_PART'),
    str('PACKED', 10),
    str('NULLABLE', 3),
    str('INDEX_TYPE', 16),
    str('COMMENT', 16),
    str('INDEX_COMMENT', 1024),
    str('IS_VISIBLE', 3),
    str('Expression', 64),
  ],
  (ctx) => {
    const rows: Datum[][] = [];
    for (const { db, table } of visibleTables(ctx)) {
      for (const index of table.indices) {
        if (index.state !== 'public') continue;
        shownParts(table, index).forEach((part, i) => {
          const column = table.columns[part.offset]!;
          rows.push([
            CATALOG,
            text(db.name),
            text(table.name),
            text(index.unique ? '0' : '1'),
            text(db.name),
            text(index.primary ? 'PRIMARY' : index.name),
            i + 1,
            text(column.hidden ? null : part.name),
            text(index.fulltext === undefined ? 'A' : null),
            index.unique && i === index.columns.length - 1 ? ctx.rowCount(table.id) : 0,
            ...indexPartFields(index, part, column),
          ]);
        });
      }
    }
    return rows;
  },
);

register(
  'KEY_COLUMN_USAGE',
  [
    str('CONSTRAINT_CATALOG', 512),
    str('CONSTRAINT_SCHEMA'),
    str('CONSTRAINT_NAME'),
    str('TABLE_CATALOG', 512),
    str('TABLE_SCHEMA'),
    str('TABLE_NAME'),
    str('COLUMN_NAME'),
    int('ORDINAL_POSITION'),
    int('POSITION_IN_UNIQUE_CONSTRAINT'),
    str('REFERENCED_TABLE_SCHEMA'),
    str('REFERENCED_TABLE_NAME'),
    str('REFERENCED_COLUMN_NAME'),
  ],
  (ctx) => {
    const rows: Datum[][] = [];
    for (const { db, table } of visibleTables(ctx)) {
      for (const index of table.indices) {
        if (!index.unique || index.state !== 'public') continue;
        const name = text(index.primary ? 'PRIMARY' : index.name);
        index.columns.forEach((part, i) => {
          rows.push([
            CATALOG,
            text(db.name),
            name,
            CATALOG,
            text(db.name),
            text(table.name),
            text(part.name),
            i + 1,
            null,
            null,
            null,
            null,
          ]);
        });
      }
      for (const key of table.foreignKeys ?? []) {
        key.columns.forEach((column, i) => {
          rows.push([
            CATALOG,
            text(db.name),
            text(key.name),
            CATALOG,
            text(db.name),
            text(table.name),
            text(column),
            i + 1,
            i + 1,
            text(key.refSchema),
            text(key.refTable),
            text(key.refColumns[i]!),
          ]);
        });
      }
    }
    return rows;
  },
);

register(
  'REFERENTIAL_CONSTRAINTS',
  [
    str('CONSTRAINT_CATALOG', 512),
    str('CONSTRAINT_SCHEMA'),
    str('CONSTRAINT_NAME'),
    str('UNIQUE_CONSTRAINT_CATALOG', 512),
    str('UNIQUE_CONSTRAINT_SCHEMA'),
    str('UNIQUE_CONSTRAINT_NAME'),
    str('MATCH_OPTION'),
    str('UPDATE_RULE'),
    str('DELETE_RULE'),
    str('TABLE_NAME'),
    str('REFERENCED_TABLE_NAME'),
  ],
  (ctx) => {
    const rows: Datum[][] = [];
    for (const { db, table } of visibleTables(ctx)) {
      for (const key of table.foreignKeys ?? []) {
        const unique = ctx.schema
          .table(key.refSchema, key.refTable)
          ?.indices.find(
            (i) => i.unique && i.columns.length === key.refColumns.length && startsWith(i, key.refColumns),
          );
        rows.push([
          CATALOG,
          text(db.name),
          text(key.name),
          CATALOG,
          text(key.refSchema),
          unique === undefined ? null : text(unique.primary ? 'PRIMARY' : unique.name),
          text('NONE'),
          text(key.onUpdate ?? 'NO ACTION'),
          text(key.onDelete ?? 'NO ACTION'),
          text(table.name),
          text(key.refTable),
        ]);
      }
    }
    return rows;
  },
);

register(
  'TABLE_CONSTRAINTS',
  [
    str('CONSTRAINT_CATALOG', 512),
    str('CONSTRAINT_SCHEMA'),
    str('CONSTRAINT_NAME'),
    str('TABLE_SCHEMA'),
    str('TABLE_NAME'),
    str('CONSTRAINT_TYPE'),
  ],
  (ctx) => {
    const rows: Datum[][] = [];
    for (const { db, table } of visibleTables(ctx)) {
      for (const index of table.indices) {
        if (!index.unique || index.state !== 'public') continue;
        rows.push([
          CATALOG,
          text(db.name),
          text(index.primary ? 'PRIMARY' : index.name),
          text(db.name),
          text(table.name),
          text(index.primary ? 'PRIMARY KEY' : 'UNIQUE'),
        ]);
      }
      for (const key of table.foreignKeys ?? [])
        rows.push([
          CATALOG,
          text(db.name),
          text(key.name),
          text(db.name),
          text(table.name),
          text('FOREIGN KEY'),
        ]);
      for (const check of checksOf(table))
        rows.push([CATALOG, text(db.name), text(check.name), text(db.name), text(table.name), text('CHECK')]);
    }
    return rows;
  },
);

/** Constraints as they are defined, without what a change under way adds. */
const checksOf = (table: TableInfo): readonly CheckInfo[] =>
  (table.checks ?? []).filter((c) => c.stored === undefined);

const CHECK_COLUMNS = [
  str('CONSTRAINT_CATALOG', 64),
  str('CONSTRAINT_SCHEMA'),
  str('CONSTRAINT_NAME'),
  longText('CHECK_CLAUSE'),
];

register('CHECK_CONSTRAINTS', CHECK_COLUMNS, (ctx) => {
  const rows: Datum[][] = [];
  for (const { db, table } of visibleTables(ctx)) {
    for (const c of checksOf(table)) rows.push([CATALOG, text(db.name), text(c.name), text(`(${c.expr})`)]);
  }
  return rows;
});

register('TIDB_CHECK_CONSTRAINTS', [...CHECK_COLUMNS, str('TABLE_NAME'), int('TABLE_ID')], (ctx) => {
  const rows: Datum[][] = [];
  for (const { db, table } of visibleTables(ctx)) {
    for (const c of checksOf(table))
      rows.push([CATALOG, text(db.name), text(c.name), text(`(${c.expr})`), text(table.name), table.id]);
  }
  return rows;
});

register(
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

register(
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
    for (const { db, table } of visibleTables(ctx)) {
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

register(
  'PARTITIONS',
  [
    str('TABLE_CATALOG', 512),
    str('TABLE_SCHEMA'),
    str('TABLE_NAME'),
    str('PARTITION_NAME'),
    str('SUBPARTITION_NAME'),
    int('PARTITION_ORDINAL_POSITION'),
    int('SUBPARTITION_ORDINAL_POSITION'),
    str('PARTITION_METHOD', 18),
    str('SUBPARTITION_METHOD', 12),
    longText('PARTITION_EXPRESSION'),
    longText('SUBPARTITION_EXPRESSION'),
    longText('PARTITION_DESCRIPTION'),
    int('TABLE_ROWS'),
    int('AVG_ROW_LENGTH'),
    int('DATA_LENGTH'),
    int('MAX_DATA_LENGTH'),
    int('INDEX_LENGTH'),
    int('DATA_FREE'),
    datetime('CREATE_TIME'),
    datetime('UPDATE_TIME'),
    datetime('CHECK_TIME'),
    int('CHECKSUM'),
    str('PARTITION_COMMENT', 80),
    str('NODEGROUP', 12),
    str('TABLESPACE_NAME'),
    int('TIDB_PARTITION_ID'),
    str('TIDB_PLACEMENT_POLICY_NAME'),
  ],
  (ctx) => {
    const rows: Datum[][] = [];
    for (const { db, table } of visibleTables(ctx)) {
      if (table.virtual === true || table.view !== undefined) continue;
      const p = table.partition;
      if (p === undefined) {
        rows.push(partitionRow(ctx, db, table, ctx.rowCount(table.id), null, 0));
        continue;
      }
      // Counts are kept for the table: its partitions are taken to be as they were at the last ANALYZE, or of one size.
      const all = ctx.rowCount(table.id);
      const known = p.definitions.map((d) => ctx.partitionRows(d.id) ?? NaN);
      const sum = known.reduce((a, b) => a + b, 0);
      p.definitions.forEach((d, i) => {
        const share = sum > 0 ? known[i]! / sum : 1 / p.definitions.length;
        const count = sum === all ? known[i]! : Math.floor(all * share);
        rows.push(partitionRow(ctx, db, table, count, d, i + 1));
      });
    }
    return rows;
  },
);

function partitionRow(
  ctx: VirtualContext,
  db: DbInfo,
  table: TableInfo,
  count: number,
  d: PartitionDefinition | null,
  position: number,
): Datum[] {
  const p = table.partition;
  const method =
    p === undefined || d === null
      ? null
      : text(p.expr === '' && p.type !== 'KEY' ? `${p.type} COLUMNS` : p.type);
  const expression =
    p === undefined || d === null
      ? null
      : text(p.expr !== '' ? p.expr : p.columns.map((c) => `\`${c}\``).join(','));
  const description =
    d === null || (d.lessThan.length === 0 && d.inValues.length === 0)
      ? null
      : text(
          d.lessThan.length > 0
            ? d.lessThan.join(',')
            : d.inValues.map((v) => (v.length === 1 ? v[0]! : `(${v.join(',')})`)).join(','),
        );
  return [
    CATALOG,
    text(db.name),
    text(table.name),
    d === null ? null : text(d.name),
    null,
    d === null ? null : position,
    null,
    method,
    null,
    expression,
    null,
    description,
    count,
    0,
    0,
    0,
    0,
    0,
    datetimeOf(table.createTime, ctx.timeZone),
    null,
    null,
    null,
    d === null ? null : text(d.comment),
    null,
    null,
    d === null ? null : d.id,
    null,
  ];
}
