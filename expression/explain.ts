import { vectorText } from '../types/vector.js';
import { decodeUtf8 } from '../types/charset.js';
import type { Datum } from '../types/datum.js';
import type { DecInt } from '../types/decimal.js';
import { decToString } from '../types/decimal.js';
import { jsonToText } from '../types/json/binary.js';
import { formatDuration } from '../types/duration.js';
import type { FieldType } from '../types/field-type.js';
import { evalType, Flag, TypeCode, UNSPECIFIED } from '../types/field-type.js';
import { formatDouble, formatFloat } from '../types/number-format.js';
import { formatDate, formatDateTime } from '../types/time.js';
import type { EvalContext } from './eval-context.js';
import type { AggFunc, Expression } from './expression.js';
import { elementBytes, setText } from './member-text.js';

/** Texts of expressions as TiDB's EXPLAIN prints them. */

let execution: EvalContext | null = null;

/** What `body` prints shows the values that parameters have in an execution, instead of those that the plan was made with. */
export function withExecution<T>(ctx: EvalContext, body: () => T): T {
  execution = ctx;
  try {
    return body();
  } finally {
    execution = null;
  }
}

/** The execution that is shown; null where there is none. */
export const shownExecution = (): EvalContext | null => execution;

const NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [TypeCode.VarString, 'var_string'],
  [TypeCode.Tiny, 'tinyint'],
  [TypeCode.Short, 'smallint'],
  [TypeCode.Int24, 'mediumint'],
  [TypeCode.Long, 'int'],
  [TypeCode.LongLong, 'bigint'],
  [TypeCode.Float, 'float'],
  [TypeCode.Double, 'double'],
  [TypeCode.NewDecimal, 'decimal'],
  [TypeCode.Date, 'date'],
  [TypeCode.DateTime, 'datetime'],
  [TypeCode.Timestamp, 'timestamp'],
  [TypeCode.Time, 'time'],
  [TypeCode.Year, 'year'],
  [TypeCode.Bit, 'bit'],
  [TypeCode.Json, 'json'],
  [TypeCode.Vector, 'vector'],
  [TypeCode.Enum, 'enum'],
  [TypeCode.Set, 'set'],
  [TypeCode.Null, 'null'],
]);

/** A type's name alone, without width and attributes. */
export function typeName(ft: FieldType): string {
  const binary = ft.charset === 'binary';
  switch (ft.tp) {
    case TypeCode.String:
      return binary ? 'binary' : 'char';
    case TypeCode.VarChar:
      return binary ? 'varbinary' : 'varchar';
    case TypeCode.TinyBlob:
      return binary ? 'tinyblob' : 'tinytext';
    case TypeCode.Blob:
      return binary ? 'blob' : 'text';
    case TypeCode.MediumBlob:
      return binary ? 'mediumblob' : 'mediumtext';
    case TypeCode.LongBlob:
      return binary ? 'longblob' : 'longtext';
    default:
      return NAMES.get(ft.tp) ?? 'unknown';
  }
}

/** A type inside `cast(…)`: compact name, width, attributes, charset. */
export function typeToExplain(ft: FieldType): string {
  let s = typeName(ft);
  switch (ft.tp) {
    case TypeCode.Enum:
    case TypeCode.Set:
      s += `(${(ft.elems ?? []).map((e) => `'${e.replaceAll("'", "''")}'`).join(',')})`;
      break;
    case TypeCode.DateTime:
    case TypeCode.Timestamp:
    case TypeCode.Time:
      if (ft.decimal > 0) s += `(${ft.decimal})`;
      break;
    case TypeCode.Float:
    case TypeCode.Double:
      if (ft.flen !== UNSPECIFIED && ft.decimal !== UNSPECIFIED) s += `(${ft.flen},${ft.decimal})`;
      break;
    case TypeCode.NewDecimal:
      s += `(${ft.flen},${ft.decimal})`;
      break;
    case TypeCode.Date:
    case TypeCode.Json:
    case TypeCode.Null:
    case TypeCode.Blob:
    case TypeCode.TinyBlob:
    case TypeCode.MediumBlob:
    case TypeCode.LongBlob:
      break;
    default:
      if (ft.flen !== UNSPECIFIED) s += `(${ft.flen})`;
  }
  if ((ft.flag & Flag.Unsigned) !== 0) s += ' UNSIGNED';
  if ((ft.flag & Flag.Zerofill) !== 0) s += ' ZEROFILL';
  if ((ft.flag & Flag.Binary) !== 0 && ft.tp !== TypeCode.String) s += ' BINARY';
  if (evalType(ft) === 'string' && ft.tp !== TypeCode.Null) {
    if (ft.charset !== '' && ft.charset !== 'binary') s += ` CHARACTER SET ${ft.charset}`;
    if (ft.collate !== '' && ft.collate !== 'binary') s += ` COLLATE ${ft.collate}`;
  }
  return s;
}

/** Width that marks a DATE or DATETIME made from a string operand of a comparison: printed with microseconds, as TiDB does. */
export const COMPARED_TIME_FLEN = 26;

/** A datum as plain text (also what CAST AS CHAR gives). */
export function datumText(v: Datum, ft: FieldType): string {
  if (v === null) return 'NULL';
  if (v instanceof Uint8Array) return ft.tp === TypeCode.Vector ? vectorText(v) : decodeUtf8(v);
  switch (evalType(ft)) {
    case 'decimal':
      return decToString(v as DecInt, Math.max(0, ft.decimal));
    case 'real':
      return ft.tp === TypeCode.Float ? formatFloat(v as number) : formatDouble(v as number);
    case 'datetime':
      return ft.tp === TypeCode.Date ? formatDate(v as number) : formatDateTime(v, Math.max(0, ft.decimal));
    case 'duration':
      return formatDuration(v as number, Math.max(0, ft.decimal));
    case 'string':
      if (ft.tp === TypeCode.Enum) return decodeUtf8(elementBytes(ft)[Number(v)] ?? new Uint8Array(0));
      return ft.tp === TypeCode.Set ? setText(ft, v) : String(v);
    default:
      return String(v);
  }
}

function constantText(v: Datum, ft: FieldType): string {
  if (v === null) return 'NULL';
  if (v instanceof Uint8Array && v.length > mostBytes) {
    if (ft.tp === TypeCode.Json || ft.tp === TypeCode.Vector) return `...(len:${v.length})`;
    let end = SOME_BYTES;
    while ((v[end]! & 0xc0) === 0x80) end--;
    return `"${decodeUtf8(v.subarray(0, end))}...(len:${v.length})"`;
  }
  const d = evalType(ft);
  if (d === 'string') return `"${datumText(v, ft)}"`;
  if (d === 'json') return jsonToText(v as Uint8Array);
  if (d === 'datetime' && ft.flen === COMPARED_TIME_FLEN) {
    const s = datumText(v, ft);
    if (ft.tp === TypeCode.Date) return `${s} 00:00:00.000000`;
    return ft.decimal === 0 ? `${s}.000000` : s.padEnd(26, '0');
  }
  return datumText(v, ft);
}

/** Items of a list that are printed: all by EXPLAIN. */
let mostItems = Infinity;
const FEW_ITEMS = 256;
/** Bytes of a constant that is printed whole, and those printed of one that is not. */
let mostBytes = Infinity;
const FEW_BYTES = 1 << 12;
const SOME_BYTES = 256;

/** Calls that are printed before what is left of expressions is cut: a tree of thousands of ORs has no long list in it. */
let mostCalls = Infinity;
const FEW_CALLS = 1 << 12;

/** What `print` gives when of long lists, texts and trees only the beginnings are printed: what is kept of statements that have run is to be made in no time. */
export function withShortLists<T>(print: () => T): T {
  mostItems = FEW_ITEMS;
  mostBytes = FEW_BYTES;
  mostCalls = FEW_CALLS;
  try {
    return print();
  } finally {
    mostItems = Infinity;
    mostBytes = Infinity;
    mostCalls = Infinity;
  }
}

/** The items of a list as texts, with `between` them. */
export function listText<T>(items: readonly T[], text: (item: T) => string, between = ', '): string {
  if (items.length <= mostItems) return items.map(text).join(between);
  return `${items.slice(0, mostItems).map(text).join(between)}${between}...(len:${items.length})`;
}

/** EXPLAIN's text of an expression. */
export function toExplain(e: Expression): string {
  switch (e.kind) {
    case 'column':
      return e.name;
    case 'correlated':
      return e.column.name;
    case 'constant': {
      const now = e.param === undefined ? undefined : execution?.params[e.param];
      return now === undefined ? constantText(e.value, e.type) : constantText(now.value, now.type);
    }
    case 'function':
      if (--mostCalls < 0) return `${e.name}(...)`;
      switch (e.name) {
        case 'cast':
          return `cast(${toExplain(e.args[0]!)}, ${typeToExplain(e.type)})`;
        // What TiDB has no conversion for: times of different types compared, and digits that results do not show.
        case 'lift_datetime':
        case 'shown_digits':
          return toExplain(e.args[0]!);
        case 'getvar':
        case 'setvar':
          return `${e.name}(${e.args.map((a) => (a.kind === 'constant' && a.value instanceof Uint8Array && a === e.args[0] ? decodeUtf8(a.value) : toExplain(a))).join(', ')})`;
        default:
          // Put together only once, at the end: joined anew at each level, the text of a deep tree would be copied as often as it is deep.
          if (e.args.length === 2) return `${e.name}(${toExplain(e.args[0]!)}, ${toExplain(e.args[1]!)})`;
          return `${e.name}(${listText(e.args, toExplain)})`;
      }
  }
}

/** EXPLAIN's text of an aggregate: `sum(distinct test.t.a)`, `count(1)`. */
export function aggToExplain(f: AggFunc): string {
  const args = f.args.map(toExplain).join(', ');
  const order =
    f.orderBy !== undefined && f.orderBy.length > 0
      ? ` order by ${f.orderBy.map((b) => `${toExplain(b.expr)}${b.desc ? ' desc' : ''}`).join(', ')}`
      : '';
  const separator = f.name === 'group_concat' ? ` separator "${f.separator ?? ','}"` : '';
  return `${f.name === 'first_row' ? 'firstrow' : f.name}(${f.distinct ? 'distinct ' : ''}${args}${order}${separator})`;
}

const INFIX: ReadonlyMap<string, string> = new Map([
  ['plus', '+'],
  ['minus', '-'],
  ['mul', '*'],
  ['div', '/'],
  ['intdiv', 'DIV'],
  ['mod', '%'],
]);

/** The expression as error 1690 quotes it. */
export function rangeText(e: Expression): string {
  if (e.kind === 'function') {
    const op = INFIX.get(e.name);
    if (op !== undefined) return `(${rangeText(e.args[0]!)} ${op} ${rangeText(e.args[1]!)})`;
    if (e.name === 'unaryminus') return `-(${rangeText(e.args[0]!)})`;
    if (e.name === 'cast') return rangeText(e.args[0]!);
    return `${e.name}(${e.args.map(rangeText).join(', ')})`;
  }
  return toExplain(e);
}
