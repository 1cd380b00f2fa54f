import type { ColumnInfo } from '../../catalog/model.js';
import { typeName } from '../../catalog/type-text.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError, type ErrorSymbol } from '../../types/error-table.js';
import { MysqlError, type SqlWarning } from '../../types/error.js';
import { evalType, TypeCode, type FieldType } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';
import type { ExecContext } from '../exec-context.js';
import { Assigner } from './assignment.js';

const OUT_OF_RANGE = 1264;
const WRONG_VALUE_FOR_FIELD = 1366;
const WRONG_VALUE = 1292;
const TRUNCATED = 1265;
const TOO_LONG = 1406;

/** A number 0 is no date (TiDB; an INSERT of it asks sql_mode). */
const isZeroDate = (from: FieldType, to: FieldType): boolean =>
  evalType(from) === 'int' && evalType(to) === 'datetime';

/** Warnings of one number, told as one entry. */
export interface ConversionWarnings {
  readonly first: SqlWarning;
  count: number;
}

/**
 * Gives stored values a column's new type (MODIFY COLUMN). Problems are reported as TiDB's CAST does, which knows of no row: the
 * numbers are other ones than those of an INSERT.
 */
export class ColumnConverter extends Assigner {
  private value: Datum = null;
  private from: FieldType | null = null;
  private to: ColumnInfo | null = null;

  constructor(
    ctx: Pick<ExecContext, 'eval'>,
    private readonly warnings: Map<number, ConversionWarnings>,
  ) {
    super(ctx, false, true);
  }

  override assign(v: Datum, from: FieldType, to: ColumnInfo): Datum {
    this.value = v;
    this.from = from;
    this.to = to;
    try {
      const value = super.assign(v, from, to);
      if (this.strict && (value === 0 || value === 0n) && v !== null && isZeroDate(from, to.type))
        throw mysqlError('ER_TRUNCATED_WRONG_VALUE_FOR_TYPE', typeName(to.type), datumToString(v, from));
      return value;
    } catch (e) {
      throw e instanceof MysqlError ? this.asCast(e) : e;
    }
  }

  override warn(w: SqlWarning): void {
    const { code, message } = this.asCast(new MysqlError(w.code, 'HY000', w.message));
    const known = this.warnings.get(code);
    if (known !== undefined) known.count++;
    else this.warnings.set(code, { first: { level: w.level, code, message }, count: 1 });
  }

  /** The problem of an assignment as one of a conversion. */
  private asCast(e: MysqlError): MysqlError {
    const { from, to } = this;
    if (from === null || to === null) return e;
    const target = evalType(to.type);
    const error = (symbol: ErrorSymbol, ...args: string[]): MysqlError => mysqlError(symbol, ...args);
    if (
      to.type.tp === TypeCode.Year &&
      evalType(from) === 'datetime' &&
      (e.code === OUT_OF_RANGE || e.code === WRONG_VALUE_FOR_FIELD)
    )
      return error('ER_CONVERTED_OUT_OF_RANGE', to.name, this.text());
    switch (e.code) {
      case OUT_OF_RANGE:
        if (to.type.tp === TypeCode.Year) return e;
        if (target === 'int') return error('ER_CONSTANT_OVERFLOW', this.text(), typeName(to.type));
        if (target === 'decimal' || target === 'real')
          return error(
            'ER_DATA_OUT_OF_RANGE',
            target === 'decimal' ? 'DECIMAL' : 'DOUBLE',
            `(${to.type.flen}, ${to.type.decimal})`,
          );
        return e;
      case WRONG_VALUE_FOR_FIELD: {
        if (target === 'string' || target === 'json') return e;
        const wanted = target === 'decimal' ? 'DECIMAL' : evalType(from) === 'json' ? 'INTEGER' : 'DOUBLE';
        return error('ER_TRUNCATED_WRONG_VALUE', wanted, this.text());
      }
      case WRONG_VALUE:
        return new MysqlError(e.code, e.sqlState, e.message.replace(/ for column '.*' at row \d+$/s, ''));
      case TRUNCATED:
      case TOO_LONG:
        return error('ER_CONVERTED_TRUNCATED', to.name, this.text());
      default:
        return e;
    }
  }

  private text(): string {
    return this.value === null ? 'NULL' : datumToString(this.value, this.from!);
  }
}
