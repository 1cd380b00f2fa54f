import { startsWith } from '../foreign-keys.js';
import { type Datum } from '../../types/datum.js';
import type { CheckInfo, TableInfo } from '../model.js';
import { int, longText, str, text } from './columns.js';
import { namedTables, visibleTables } from './visible-tables.js';

import { CATALOG, registerInformation } from './information-registry.js';

/** Keys, foreign keys and CHECK constraints. */

registerInformation(
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
    for (const { db, table } of namedTables(ctx)) {
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

registerInformation(
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
    for (const { db, table } of namedTables(ctx)) {
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

registerInformation(
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
    for (const { db, table } of namedTables(ctx)) {
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

registerInformation('CHECK_CONSTRAINTS', CHECK_COLUMNS, (ctx) => {
  const rows: Datum[][] = [];
  for (const { db, table } of visibleTables(ctx)) {
    for (const c of checksOf(table)) rows.push([CATALOG, text(db.name), text(c.name), text(`(${c.expr})`)]);
  }
  return rows;
});

registerInformation(
  'TIDB_CHECK_CONSTRAINTS',
  [...CHECK_COLUMNS, str('TABLE_NAME'), int('TABLE_ID')],
  (ctx) => {
    const rows: Datum[][] = [];
    for (const { db, table } of visibleTables(ctx)) {
      for (const c of checksOf(table))
        rows.push([CATALOG, text(db.name), text(c.name), text(`(${c.expr})`), text(table.name), table.id]);
    }
    return rows;
  },
);
