import { isNotNull } from '../../types/field-type.js';
import { shownOrder, shownParts } from '../table-layout.js';
import { type Datum } from '../../types/datum.js';
import type { ColumnInfo, IndexColumn, IndexInfo } from '../model.js';
import { int, str, text } from './columns.js';
import { namedTables } from './visible-tables.js';

import { CATALOG, registerInformation } from './information-registry.js';

/**
 * What SHOW INDEX and information_schema.statistics tell of one part of an index: sub part, packed, nullable, index
 * type, comment, index comment, visible, expression (MySQL manual, "SHOW INDEX Statement").
 */
export const indexPartFields = (index: IndexInfo, part: IndexColumn, column: ColumnInfo): Datum[] => [
  part.length < 0 ? null : part.length,
  null,
  text(isNotNull(column.type) ? '' : 'YES'),
  text(index.fulltext === undefined ? 'BTREE' : 'FULLTEXT'),
  text(''),
  text(index.comment),
  text(index.invisible ? 'NO' : 'YES'),
  text(column.hidden ? column.generated : null),
];

registerInformation(
  'STATISTICS',
  [
    str('TABLE_CATALOG', 512),
    str('TABLE_SCHEMA'),
    str('TABLE_NAME'),
    int('NON_UNIQUE'),
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
    for (const { db, table } of namedTables(ctx)) {
      for (const index of table.indices) {
        if (index.state !== 'public') continue;
        shownParts(table, index).forEach((part, i) => {
          const column = table.columns[part.offset]!;
          rows.push([
            CATALOG,
            text(db.name),
            text(table.name),
            index.unique ? 0 : 1,
            text(db.name),
            text(index.primary ? 'PRIMARY' : index.name),
            i + 1,
            text(column.hidden ? null : part.name),
            text(shownOrder(index, part)),
            index.unique && i === index.columns.length - 1 ? ctx.rowCount(table.id) : 0,
            ...indexPartFields(index, part, column),
          ]);
        });
      }
    }
    return rows;
  },
);
