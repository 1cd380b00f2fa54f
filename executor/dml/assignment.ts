import { UTF8MB4, type Charset } from '../../types/charset.js';
import type { ColumnInfo } from '../../catalog/model.js';
import { evalDatum } from '../../expression/compile.js';
import type { Expression } from '../../expression/expression.js';
import { constantExpression } from '../../planner/resolve/table-expression.js';
import type { ConvertContext } from '../../types/convert-context.js';
import { convertDatum } from '../../types/convert.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { ErrorSymbol } from '../../types/error-table.js';
import type { SqlWarning } from '../../types/error.js';
import { Flag, isNotNull, layoutOf, TypeCode, type FieldType } from '../../types/field-type.js';
import { isStrictMode } from '../../types/sql-mode.js';
import { epochMicrosToLocal, type TimeZone } from '../../types/timezone.js';
import { zoneOf } from '../cop-reader.js';
import { sameNumber } from '../key-equality.js';
import type { ExecContext } from '../exec-context.js';
import type { Handle } from '../../kv/codec/table-key.js';

const EMPTY = new Uint8Array(0);
/** The literal null as a JSON document. */
const JSON_NULL = Uint8Array.of(0x04, 0x00);

/**
 * Assigns values to columns for one statement: conversion, NULL checks and defaults, with errors or warnings as sql_mode and
 * IGNORE have it (MySQL manual, "Server SQL Modes", "INSERT IGNORE").
 */
export class Assigner implements ConvertContext {
  readonly sqlMode: number;
  readonly strict: boolean;
  readonly timeZone: TimeZone;
  column = '';
  row = 1;
  /** Expressions of DEFAULT (expr) by column id. */
  private defaults: Map<number, Expression> | null = null;

  constructor(
    private readonly ctx: Pick<ExecContext, 'eval'>,
    /** IGNORE: errors of values become warnings. */
    readonly ignore: boolean,
    readonly updating = false,
  ) {
    this.sqlMode = ctx.eval.sqlMode;
    this.strict = isStrictMode(this.sqlMode) && !ignore;
    this.timeZone = zoneOf(ctx);
  }

  warn(w: SqlWarning): void {
    this.ctx.eval.warn(w);
  }

  nowMicros(): number {
    return this.ctx.eval.nowMicros;
  }

  takesBytes(charset: Charset, bytes: Uint8Array): boolean {
    const { session } = this.ctx.eval;
    const isOn = (name: string): boolean => session.systemVariable(name, 'session') === 'ON';
    if (charset.name === 'ascii') return isOn('tidb_skip_ascii_check');
    if (!charset.name.startsWith('utf8')) return false;
    if (isOn('tidb_skip_utf8_check')) return true;
    // Characters of four bytes in a charset of three.
    return (
      charset.maxLen === 3 &&
      session.systemVariable('tidb_check_mb4_value_in_utf8', 'global') === 'OFF' &&
      UTF8MB4.invalidAt(bytes) < 0
    );
  }

  /** An error, or a warning where IGNORE or a lax sql_mode turns it into one. */
  problem(lax: boolean, symbol: ErrorSymbol, ...args: (string | number | bigint)[]): void {
    const e = mysqlError(symbol, ...args);
    if (!lax) throw e;
    this.warn({ level: 'Warning', code: e.code, message: e.message });
  }

  /** The value as the column stores it. NULL for a NOT NULL column stays NULL: `checkNull` follows. */
  assign(v: Datum, from: FieldType, to: ColumnInfo): Datum {
    if (v === null) return null;
    this.column = to.name;
    return convertDatum(v, from, to.type, this);
  }

  /** NULL in a NOT NULL column: error 1048, or the implicit default with a warning where `lax`. */
  checkNull(v: Datum, column: ColumnInfo, lax: boolean): Datum {
    if (v !== null || (!isNotNull(column.type) && column.preventNull !== true)) return v;
    this.problem(lax, 'ER_BAD_NULL_ERROR', column.name);
    return implicitDefault(column.type);
  }

  /** CURRENT_TIMESTAMP as the column stores it. */
  now(column: ColumnInfo): Datum {
    const fsp = Math.max(0, column.type.decimal);
    const v = epochMicrosToLocal(this.ctx.eval.nowMicros, fsp, this.timeZone);
    if (column.type.tp === TypeCode.DateTime || column.type.tp === TypeCode.Timestamp) return v;
    return this.assign(v, { ...column.type, tp: TypeCode.DateTime, decimal: fsp }, column);
  }

  /** DEFAULT (expr). */
  private defaultExpression(column: ColumnInfo): Expression {
    const key = column.id;
    let e = this.defaults?.get(key);
    if (e === undefined) {
      const d = column.default;
      if (d.kind !== 'expr') throw new Error('the default is no expression');
      (this.defaults ??= new Map()).set(key, (e = constantExpression(d.sql, this.ctx.eval)));
    }
    return e;
  }

  /** The value of a column that the statement does not mention, or sets to DEFAULT. */
  defaultOf(column: ColumnInfo): Datum {
    const d = column.default;
    switch (d.kind) {
      case 'value':
        // DEFAULT NULL of a column made NOT NULL since: as if there were none.
        if (d.value !== null || !isNotNull(column.type)) return d.value;
        break;
      case 'now':
        return this.now(column);
      case 'expr':
        return this.assign(
          evalDatum(this.defaultExpression(column), this.ctx.eval),
          this.defaultExpression(column).type,
          column,
        );
      case 'none':
        if (!isNotNull(column.type)) {
          // ALTER COLUMN … DROP DEFAULT took away DEFAULT NULL, too.
          if ((column.type.flag & Flag.NoDefaultValue) !== 0)
            this.problem(!this.strict, 'ER_NO_DEFAULT_FOR_FIELD', column.name);
          return null;
        }
        // ENUM NOT NULL has its first member for a default (manual, "Data Type Default Values").
        if (column.type.tp === TypeCode.Enum) return 1;
    }
    this.problem(!this.strict, 'ER_NO_DEFAULT_FOR_FIELD', column.name);
    return implicitDefault(column.type);
  }
}

/** Zero value of a type (manual, "Data Type Default Values"). */
export function implicitDefault(type: FieldType): Datum {
  if (layoutOf(type) === 'bytes') {
    if (type.tp === TypeCode.Json) return JSON_NULL;
    return type.tp === TypeCode.String && type.charset === 'binary' && type.flen > 0
      ? new Uint8Array(type.flen)
      : EMPTY;
  }
  if (type.tp === TypeCode.Enum) return 1;
  const wideTime = (type.tp === TypeCode.DateTime || type.tp === TypeCode.Timestamp) && type.decimal > 4;
  return wideTime ? 0n : 0;
}

/** Cell equality as "the row does not change" means it: the stored bytes would be the same. */
export function sameDatum(a: Datum, b: Datum): boolean {
  if (a === null || b === null) return a === b;
  if (typeof a === 'object' || typeof b === 'object') {
    if (typeof a !== 'object' || typeof b !== 'object' || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
    return true;
  }
  return sameNumber(a, b);
}

export const isUnsignedColumn = (c: ColumnInfo): boolean => (c.type.flag & Flag.Unsigned) !== 0;

/** Whether two handles of a table are one. */
export function sameHandle(a: Handle, b: Handle): boolean {
  return typeof a === 'object' || typeof b === 'object' ? sameDatum(a, b) : sameNumber(a, b);
}
