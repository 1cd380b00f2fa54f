import { collationOf } from '../../types/collation.js';
import { isTextType, TypeCode, type FieldType } from '../../types/field-type.js';

const SPACE = 0x20;

const isVarchar = (ft: FieldType): boolean => ft.tp === TypeCode.VarChar || ft.tp === TypeCode.VarString;

/** CHAR, VARCHAR and TEXT with a character set. */
const isNonBinaryString = (ft: FieldType): boolean => ft.collate !== 'binary' && isTextType(ft);

/** `binary` and the `_bin` collations: equal strings differ at most in trailing spaces. */
export function isBinCollation(collate: string): boolean {
  return collate === 'binary' || (collate.endsWith('_bin') && collate !== 'utf8mb4_0900_bin');
}

/**
 * Whether the sort key in an index loses bytes of the value, so that the index value keeps it
 * (TiDB types.NeedRestoredData): a case-insensitive collation, or VARCHAR whose trailing spaces are cut.
 */
export function needsRestoredData(ft: FieldType): boolean {
  return (
    isNonBinaryString(ft) &&
    ft.collate !== 'utf8mb4_0900_bin' &&
    !(isBinCollation(ft.collate) && !isVarchar(ft))
  );
}

export function trailingSpaces(b: Uint8Array): number {
  let n = b.length;
  while (n > 0 && b[n - 1] === SPACE) n--;
  return b.length - n;
}

/** The bytes that order a string in a key. May be a view of `v`. */
export const stringSortKey = (v: Uint8Array, ft: FieldType): Uint8Array => collationOf(ft).sortKey(v);
