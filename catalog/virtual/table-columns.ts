import { type Datum } from '../../types/datum.js';
import { charset as findCharset } from '../../types/charset.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType, Flag, TypeCode } from '../../types/field-type.js';
import { defaultText, extraText, hasCharset, keyText, typeName, typeText } from '../type-text.js';
import { int, longText, str, text, uint } from './columns.js';
import { namedTables } from './visible-tables.js';

import { CATALOG, registerInformation } from './information-registry.js';

/** The columns of all tables. */

registerInformation(
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
  async (ctx) => {
    const rows: Datum[][] = [];
    for (const { db, table } of namedTables(ctx)) {
      const all = table.view === undefined ? table.columns : await ctx.viewColumns(db, table);
      const columns = all.filter((c) => c.state === 'public' && !c.hidden);
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
