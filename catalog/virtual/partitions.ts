import { type Datum } from '../../types/datum.js';
import type { DbInfo, PartitionDefinition, TableInfo } from '../model.js';
import { datetime, datetimeOf, int, longText, str, text } from './columns.js';
import type { VirtualContext } from './virtual-table.js';
import { estimatedSizes } from './estimated-sizes.js';
import { namedTables } from './visible-tables.js';

import { CATALOG, registerInformation } from './information-registry.js';

/** The partitions of all tables; a table without is one row. */

registerInformation(
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
    for (const { db, table } of namedTables(ctx)) {
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
    ...estimatedSizes(table, count),
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
