import { chunkOf } from '../chunk/chunk-builder.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { newFieldType, TypeCode } from '../types/field-type.js';
import { encodeUtf8 } from '../types/charset.js';
import type { ResultColumn, RowsResult } from './client-session.js';

/** A column of rows made by the server itself (SHOW, EXPLAIN, ADMIN). */
export interface StaticColumn {
  readonly name: string;
  readonly type: FieldType;
}

export const textColumn = (name: string, flen = 256): StaticColumn => ({
  name,
  type: newFieldType(TypeCode.VarString, { flen }),
});
export const intColumn = (name: string): StaticColumn => ({
  name,
  type: newFieldType(TypeCode.LongLong, { flen: 21 }),
});
export const doubleColumn = (name: string): StaticColumn => ({
  name,
  type: newFieldType(TypeCode.Double, { flen: 22, decimal: -1 }),
});
export const datetimeColumn = (name: string): StaticColumn => ({
  name,
  type: newFieldType(TypeCode.DateTime, { flen: 19 }),
});
export const text = (s: string | null): Datum => (s === null ? null : encodeUtf8(s));

/** A column as the protocol reports it when it belongs to no table. */
export const unnamedColumn = (name: string, type: FieldType): ResultColumn => ({
  name,
  orgName: name,
  table: '',
  orgTable: '',
  db: '',
  type,
});

/** A result set that is there as a whole. */
export function staticRows(
  columns: readonly StaticColumn[],
  rows: readonly (readonly Datum[])[],
): RowsResult {
  let given = rows.length === 0;
  return {
    kind: 'rows',
    columns: columns.map((c) => unnamedColumn(c.name, c.type)),
    nextChunk: () => {
      if (given) return null;
      given = true;
      return chunkOf(
        rows,
        columns.map((c) => c.type),
      );
    },
    close: () => undefined,
    warnings: () => 0,
  };
}
