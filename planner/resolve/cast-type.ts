import { vectorType } from '../../types/vector.js';
import type { CastType } from '../../parser/ast/index.js';
import {
  binaryType,
  dateType,
  datetimeType,
  decimalType,
  intType,
  jsonType,
  realType,
  stringType,
  timeType,
} from '../../expression/type-inference.js';
import { charset } from '../../types/charset.js';
import { mysqlError } from '../../types/error-table.js';
import { TypeCode, UNSPECIFIED, newFieldType, type FieldType } from '../../types/field-type.js';
import type { PlanContext } from '../plan-context.js';

/** The FieldType a CAST's target names (manual, "Cast Functions and Operators"). */
export function castFieldType(t: CastType, ctx: PlanContext): FieldType {
  switch (t.name) {
    case 'SIGNED':
      return intType(false, 22);
    case 'UNSIGNED':
      return intType(true, 22);
    case 'BINARY':
      return {
        ...binaryType(t.flen ?? UNSPECIFIED),
        tp: t.flen === null ? TypeCode.VarString : TypeCode.String,
      };
    case 'CHAR': {
      if (t.charset === 'binary') return binaryType(t.flen ?? UNSPECIFIED);
      if (t.charset === null) {
        const collate = ctx.eval.connectionCollation.startsWith('utf8mb4')
          ? ctx.eval.connectionCollation
          : 'utf8mb4_bin';
        return stringType(t.flen ?? UNSPECIFIED, 'utf8mb4', t.collate ?? collate);
      }
      const cs = charset(t.charset);
      if (cs === undefined) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', t.charset);
      return stringType(t.flen ?? UNSPECIFIED, cs.name, t.collate ?? cs.defaultCollation);
    }
    case 'DATE':
      return dateType();
    case 'DATETIME':
      return datetimeType(fsp(t, 'DATETIME'));
    case 'TIME':
      return timeType(fsp(t, 'TIME'));
    case 'YEAR':
      return newFieldType(TypeCode.Year, { flen: 4 });
    case 'DECIMAL': {
      const precision = t.flen ?? 10;
      const scale = t.decimal ?? 0;
      if (precision > 65) throw mysqlError('ER_TOO_BIG_PRECISION', precision, 'CAST', 65);
      if (scale > 30) throw mysqlError('ER_TOO_BIG_SCALE', scale, 'CAST', 30);
      if (scale > precision && precision > 0) throw mysqlError('ER_M_BIGGER_THAN_D', '');
      return decimalType(precision === 0 ? 10 : precision, scale);
    }
    case 'FLOAT':
      return (t.flen ?? 0) > 24 ? realType() : newFieldType(TypeCode.Float, { flen: 12 });
    case 'DOUBLE':
      return realType();
    case 'JSON':
      return jsonType();
    case 'VECTOR':
      return vectorType(t.flen ?? UNSPECIFIED);
    default:
      throw mysqlError('ER_NOT_SUPPORTED_YET', `CAST AS ${t.name}`);
  }
}

/** Type of the elements of CAST(… AS type ARRAY). Throws 1235 for those that no index takes. */
export function arrayElementType(t: CastType, ctx: PlanContext): FieldType {
  switch (t.name) {
    case 'CHAR':
    case 'BINARY':
      if (t.flen === null)
        throw mysqlError(
          'ER_NOT_SUPPORTED_YET',
          'CAST-ing data to array of char/binary BLOBs with unspecified length',
        );
      if (t.charset !== null && t.charset !== 'binary')
        throw mysqlError('ER_NOT_SUPPORTED_YET', 'specifying charset for multi-valued index');
      return t.name === 'BINARY' || t.charset === 'binary'
        ? binaryType(t.flen)
        : stringType(t.flen, 'utf8mb4', 'utf8mb4_bin');
    case 'SIGNED':
    case 'UNSIGNED':
    case 'DOUBLE':
    case 'DATE':
    case 'DATETIME':
    case 'TIME':
      return castFieldType(t, ctx);
    default: {
      const args =
        t.name === 'DECIMAL'
          ? `(${t.flen ?? 10},${t.decimal ?? 0})`
          : t.name === 'YEAR'
            ? `(${t.flen ?? UNSPECIFIED})`
            : '';
      throw mysqlError(
        'ER_NOT_SUPPORTED_YET',
        `CAST-ing data to array of ${t.name.toLowerCase()}${args} BINARY`,
      );
    }
  }
}

function fsp(t: CastType, name: string): number {
  const n = t.decimal ?? t.flen ?? 0;
  if (n > 6) throw mysqlError('ER_TOO_BIG_PRECISION', n, name, 6);
  return n;
}
