import { isNotNull } from '../../types/field-type.js';
import type { Datum } from '../../types/datum.js';
import type { ColumnInfo, IndexColumn, IndexInfo } from '../model.js';
import { text } from './columns.js';

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
