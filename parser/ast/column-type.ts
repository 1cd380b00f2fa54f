/**
 * A column's data type as written. `name` is the canonical upper-case name, synonyms resolved
 * (INT4 → INT, DEC/NUMERIC/FIXED → DECIMAL, BOOL/BOOLEAN → TINYINT with flen 1, CHARACTER VARYING → VARCHAR,
 * NCHAR → CHAR with charset utf8, LONG → MEDIUMTEXT, SERIAL → BIGINT unsigned, REAL/DOUBLE PRECISION → DOUBLE,
 * FLOAT(p) with p > 24 → DOUBLE).
 */
export interface ColumnTypeSpec {
  name: ColumnTypeName;
  /** Display width, character length, precision or fsp's owner: the first number in parentheses; for TIME, DATETIME, TIMESTAMP it is null. */
  flen: number | null;
  /** Scale of DECIMAL/FLOAT/DOUBLE(M,D); fsp of TIME, DATETIME, TIMESTAMP. */
  decimal: number | null;
  unsigned: boolean;
  zerofill: boolean;
  /** CHARACTER SET x (lower case), BYTE → 'binary', ASCII → 'latin1', UNICODE → 'ucs2'. */
  charset: string | null;
  /** COLLATE x, lower case. */
  collate: string | null;
  /** `CHAR(10) BINARY`: the charset's _bin collation. */
  binary: boolean;
  /** Members of ENUM and SET; bytes where one was written in hexadecimal. */
  elems: (string | Uint8Array)[];
}

export type ColumnTypeName =
  | 'TINYINT'
  | 'SMALLINT'
  | 'MEDIUMINT'
  | 'INT'
  | 'BIGINT'
  | 'BIT'
  | 'DECIMAL'
  | 'FLOAT'
  | 'DOUBLE'
  | 'CHAR'
  | 'VARCHAR'
  | 'BINARY'
  | 'VARBINARY'
  | 'TINYTEXT'
  | 'TEXT'
  | 'MEDIUMTEXT'
  | 'LONGTEXT'
  | 'TINYBLOB'
  | 'BLOB'
  | 'MEDIUMBLOB'
  | 'LONGBLOB'
  | 'DATE'
  | 'TIME'
  | 'DATETIME'
  | 'TIMESTAMP'
  | 'YEAR'
  | 'ENUM'
  | 'SET'
  | 'JSON'
  | 'VECTOR'
  | 'GEOMETRY'
  | 'POINT'
  | 'LINESTRING'
  | 'POLYGON'
  | 'MULTIPOINT'
  | 'MULTILINESTRING'
  | 'MULTIPOLYGON'
  | 'GEOMETRYCOLLECTION';

export type CastTypeName =
  | 'BINARY'
  | 'CHAR'
  | 'DATE'
  | 'DATETIME'
  | 'TIME'
  | 'YEAR'
  | 'DECIMAL'
  | 'SIGNED'
  | 'UNSIGNED'
  | 'FLOAT'
  | 'DOUBLE'
  | 'JSON'
  | 'VECTOR';

/** The target of CAST, CONVERT and RETURNING. `array`: CAST(… AS t ARRAY) of multi-valued indexes. */
export interface CastType {
  name: CastTypeName;
  flen: number | null;
  decimal: number | null;
  charset: string | null;
  collate: string | null;
  array: boolean;
}
