import type { Expr, PartitionDef, PartitionMethod, PartitionOptions } from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import type {
  ColumnInfo,
  IndexInfo,
  PartitionDefinition,
  PartitionInfo,
  PartitionType,
} from '../../catalog/model.js';
import { collationOf } from '../../types/collation.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType, Flag, TypeCode, type FieldType } from '../../types/field-type.js';
import type { DdlContext } from '../ddl-context.js';
import { columnsRead } from '../expression-walk.js';
import { boundText, boundTypes, type BoundType } from './bound.js';
import { intervalDefinitions } from './interval.js';

export const MAX_PARTITIONS = 8192;

/** What a table is when its partitions are defined; `indices` decide which unique keys must hold the partitioning columns. */
export interface PartitionedTable {
  readonly columns: readonly ColumnInfo[];
  readonly indices: readonly IndexInfo[];
  readonly pkIsHandle: boolean;
  readonly isCommonHandle: boolean;
}

/** Functions that a partitioning expression may call (MySQL manual, "Partitioning Limitations Relating to Functions"). */
const ALLOWED_FUNCTIONS: ReadonlySet<string> = new Set([
  'abs',
  'ceil',
  'ceiling',
  'datediff',
  'day',
  'dayofmonth',
  'dayofweek',
  'dayofyear',
  'extract',
  'floor',
  'hour',
  'microsecond',
  'minute',
  'mod',
  'month',
  'quarter',
  'second',
  'time_to_sec',
  'to_days',
  'to_seconds',
  'unix_timestamp',
  'weekday',
  'year',
  'yearweek',
]);

/** A table's partitions from its PARTITION BY clause; ids are the caller's to give. Null for what is accepted with a warning. */
export async function buildPartitions(
  ctx: DdlContext,
  options: PartitionOptions,
  table: PartitionedTable,
): Promise<PartitionInfo | null> {
  const { method } = options;
  if (method.type === 'SYSTEM_TIME' || method.type === 'NONE')
    throw mysqlError('ER_NOT_SUPPORTED_YET', method.type);
  const { type } = method;
  if (options.sub !== null || options.definitions.some((d) => d.sub.length > 0)) {
    ctx.warn({
      level: 'Warning',
      code: 8200,
      message: `Unsupported subpartitioning, only using ${type} partitioning`,
    });
  }
  if (method.linear) {
    ctx.warn({
      level: 'Warning',
      code: 8200,
      message: `LINEAR ${type} is not supported, using non-linear ${type} instead`,
    });
  }
  const columns = partitionColumns(method, table);
  const info: PartitionInfo = {
    type,
    expr: method.columns === null && type !== 'KEY' ? partitionExpression(ctx, method, table) : '',
    columns,
    byPrimaryKey: type === 'KEY' && (method.columns ?? []).length === 0,
    definitions: [],
  };
  checkKeys(deciding(ctx, info, table), table);
  const given = options.definitions.length;
  if (method.count !== null && method.count > 0 && given > 0 && given !== method.count)
    throw mysqlError('ER_PARTITION_WRONG_NO_PART_ERROR');
  const defs =
    method.interval === null ? options.definitions : await intervalDefinitions(ctx, method, info, table);
  const definitions =
    type === 'HASH' || type === 'KEY'
      ? numbered(method, defs)
      : await definitionsOf(ctx, info, defs, table, []);
  if (definitions.length > MAX_PARTITIONS) throw mysqlError('ER_TOO_MANY_PARTITIONS_ERROR');
  return { ...info, definitions };
}

/** Lower names of the columns that decide the partition. */
export const deciding = (
  ctx: DdlContext,
  info: PartitionInfo,
  table: Pick<PartitionedTable, 'columns'>,
): string[] =>
  info.expr === ''
    ? info.columns.map((c) => c.toLowerCase())
    : [...new Set(columnsRead(ctx.parse(info.expr)))].filter((n) => table.columns.some((c) => c.lower === n));

function partitionColumns(method: PartitionMethod, table: PartitionedTable): string[] {
  if (method.type === 'KEY' && (method.columns ?? []).length === 0) {
    const primary =
      table.indices.find((i) => i.primary) ??
      table.indices.find(
        (i) => i.unique && i.columns.every((c) => (table.columns[c.offset]!.type.flag & Flag.NotNull) !== 0),
      );
    if (primary === undefined) throw mysqlError('ER_FIELD_NOT_FOUND_PART_ERROR');
    return primary.columns.map((c) => c.name);
  }
  const names = method.columns ?? [];
  const seen = new Set<string>();
  return names.map((name) => {
    const column = table.columns.find((c) => c.lower === name.toLowerCase() && !c.hidden);
    if (column === undefined) throw mysqlError('ER_FIELD_NOT_FOUND_PART_ERROR');
    if (seen.has(column.lower)) throw mysqlError('ER_SAME_NAME_PARTITION_FIELD', column.name);
    seen.add(column.lower);
    if (!mayDivide(column.type, method.type)) {
      if (isBlob(column.type)) throw mysqlError('ER_BLOB_FIELD_IN_PART_FUNC_ERROR');
      throw mysqlError('ER_FIELD_TYPE_NOT_ALLOWED_AS_PARTITION_FIELD', column.name);
    }
    return column.name;
  });
}

const isBlob = (t: FieldType): boolean =>
  t.tp === TypeCode.TinyBlob ||
  t.tp === TypeCode.Blob ||
  t.tp === TypeCode.MediumBlob ||
  t.tp === TypeCode.LongBlob;

function mayDivide(t: FieldType, type: PartitionMethod['type']): boolean {
  if (isBlob(t) || t.tp === TypeCode.Json || t.tp === TypeCode.Vector) return false;
  if (type === 'KEY') return true;
  switch (evalType(t)) {
    case 'int':
      return t.tp !== TypeCode.Bit && t.tp !== TypeCode.Enum && t.tp !== TypeCode.Set;
    case 'string':
      return t.tp !== TypeCode.Enum && t.tp !== TypeCode.Set;
    case 'datetime':
      return t.tp !== TypeCode.Timestamp;
    case 'duration':
      return true;
    default:
      return false;
  }
}

/** The stored text of the partitioning expression. Throws 1486, 1564, 1659, 1491, 1054. */
function partitionExpression(ctx: DdlContext, method: PartitionMethod, table: PartitionedTable): string {
  const expr = stripParens(method.expr!);
  const names = columnsRead(expr);
  checkFunctions(expr);
  checkArguments(expr, table.columns);
  for (const name of names) {
    if (!table.columns.some((c) => c.lower === name && !c.hidden))
      throw mysqlError('ER_BAD_FIELD_ERROR', name, 'partition function');
  }
  if (names.length === 0) throw mysqlError('ER_WRONG_EXPR_IN_PARTITION_FUNC_ERROR');
  const type = ctx.expressionType(expr, table.columns);
  if (evalType(type) !== 'int') {
    if (expr.kind === 'ColumnRef')
      throw mysqlError('ER_FIELD_TYPE_NOT_ALLOWED_AS_PARTITION_FIELD', expr.name);
    throw mysqlError('ER_PARTITION_FUNC_NOT_ALLOWED_ERROR', 'PARTITION');
  }
  return ctx.restorePlain(expr);
}

function checkFunctions(node: unknown): void {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
  if (Array.isArray(node)) {
    for (const n of node) checkFunctions(n);
    return;
  }
  const n = node as Expr;
  switch (n.kind) {
    case 'FuncCall':
      if (!ALLOWED_FUNCTIONS.has(n.name.toLowerCase()))
        throw mysqlError('ER_PARTITION_FUNCTION_IS_NOT_ALLOWED');
      break;
    case 'Binary':
      if (!['+', '-', '*', 'DIV', '%'].includes(n.op))
        throw mysqlError('ER_PARTITION_FUNCTION_IS_NOT_ALLOWED');
      break;
    case 'Cast':
    case 'Case':
    case 'Subquery':
    case 'Exists':
    case 'InSubquery':
    case 'UserVariable':
    case 'SystemVariable':
    case 'Like':
    case 'ConvertUsing':
      throw mysqlError('ER_PARTITION_FUNCTION_IS_NOT_ALLOWED');
  }
  for (const child of Object.values(n)) checkFunctions(child);
}

/** What a column may be that is an argument of a function of time. */
const ARGUMENTS: Readonly<Record<string, 'date' | 'time' | 'timestamp'>> = {
  datediff: 'date',
  day: 'date',
  dayofmonth: 'date',
  dayofweek: 'date',
  dayofyear: 'date',
  month: 'date',
  quarter: 'date',
  to_days: 'date',
  to_seconds: 'date',
  weekday: 'date',
  year: 'date',
  yearweek: 'date',
  hour: 'time',
  microsecond: 'time',
  minute: 'time',
  second: 'time',
  time_to_sec: 'time',
  unix_timestamp: 'timestamp',
};

/**
 * Columns as arguments are of the function's own type; what a TIMESTAMP is depends on the time zone but for UNIX_TIMESTAMP
 * (MySQL manual, "Partitioning Limitations Relating to Functions"). Throws 1486.
 */
function checkArguments(node: unknown, columns: readonly ColumnInfo[]): void {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
  if (Array.isArray(node)) {
    for (const n of node) checkArguments(n, columns);
    return;
  }
  const n = node as Expr;
  if (n.kind === 'FuncCall') {
    const wanted = ARGUMENTS[n.name.toLowerCase()];
    for (const a of n.args) {
      const arg = stripParens(a);
      if (arg.kind !== 'ColumnRef') continue;
      const column = columns.find((c) => c.lower === arg.name.toLowerCase());
      if (column === undefined) continue;
      const { tp } = column.type;
      const fits =
        wanted === 'date'
          ? tp === TypeCode.Date || tp === TypeCode.DateTime
          : wanted === 'time'
            ? tp === TypeCode.Time || tp === TypeCode.DateTime
            : wanted === 'timestamp'
              ? tp === TypeCode.Timestamp
              : tp !== TypeCode.Timestamp;
      if (!fits) throw mysqlError('ER_WRONG_EXPR_IN_PARTITION_FUNC_ERROR');
    }
  }
  for (const child of Object.values(n)) checkArguments(child, columns);
}

/** Every unique key must hold all the partitioning columns: a partition can only vouch for itself. Throws 1503, 8264, 8200. */
export function checkKeys(names: readonly string[], table: PartitionedTable): void {
  for (const index of table.indices) {
    if (index.condition !== undefined)
      throw mysqlError(
        'ER_UNSUPPORTED_ADD_PARTIAL_INDEX',
        'partial index is not supported on partitioned table',
      );
    if (!index.unique || index.global === true) continue;
    const has = names.every((n) => index.columns.some((c) => c.name.toLowerCase() === n && c.length < 0));
    if (has) continue;
    const clustered = index.primary && (table.pkIsHandle || table.isCommonHandle);
    if (clustered) throw mysqlError('ER_UNIQUE_KEY_NEED_ALL_FIELDS_IN_PF', 'CLUSTERED INDEX');
    throw mysqlError('ER_GLOBAL_INDEX_NOT_EXPLICITLY_SET', index.name);
  }
  if (table.pkIsHandle && !table.indices.some((i) => i.primary)) {
    const pk = table.columns.find((c) => (c.type.flag & Flag.PriKey) !== 0);
    if (pk !== undefined && names.some((n) => n !== pk.lower))
      throw mysqlError('ER_UNIQUE_KEY_NEED_ALL_FIELDS_IN_PF', 'CLUSTERED INDEX');
  }
}

/** HASH and KEY: p0, p1, … or as they are named. */
function numbered(method: PartitionMethod, defs: readonly PartitionDef[]): PartitionDefinition[] {
  if (method.count === 0) throw mysqlError('ER_NO_PARTS_ERROR', 'partitions');
  for (const d of defs) {
    if (d.values !== null)
      throw mysqlError(
        'ER_PARTITION_WRONG_VALUES_ERROR',
        d.values.kind === 'LessThan' ? 'RANGE' : 'LIST',
        d.values.kind === 'LessThan' ? 'LESS THAN' : 'IN',
      );
  }
  const count = method.count ?? Math.max(1, defs.length);
  if (count > MAX_PARTITIONS) throw mysqlError('ER_TOO_MANY_PARTITIONS_ERROR');
  checkNames(defs.map((d) => d.name));
  return Array.from({ length: count }, (_, i) => ({
    id: 0,
    name: defs[i]?.name ?? `p${i}`,
    lower: (defs[i]?.name ?? `p${i}`).toLowerCase(),
    lessThan: [],
    inValues: [],
    comment: commentOf(defs[i]),
    ...policyIn(defs[i]),
  }));
}

export const commentOf = (d: PartitionDef | undefined): string => {
  const option = d?.options.find((o) => o.name.toUpperCase() === 'COMMENT');
  return option === undefined ? '' : String(option.value ?? '');
};

/** The placement policy that a definition names; that there is one of the name is checked before. */
export function policyIn(d: PartitionDef | undefined): { policy?: string } {
  const option = d?.options.find((o) => o.name.toUpperCase() === 'PLACEMENT POLICY');
  return option === undefined || String(option.value).toUpperCase() === 'DEFAULT'
    ? {}
    : { policy: String(option.value) };
}

export function checkNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (name === '' || name.endsWith(' ')) throw mysqlError('ER_WRONG_PARTITION_NAME');
    if (seen.has(name.toLowerCase())) throw mysqlError('ER_SAME_NAME_PARTITION', name);
    seen.add(name.toLowerCase());
  }
}

/** Definitions of RANGE and LIST partitions that come behind `before`. */
export async function definitionsOf(
  ctx: DdlContext,
  info: PartitionInfo,
  defs: readonly PartitionDef[],
  table: Pick<PartitionedTable, 'columns'>,
  before: readonly PartitionDefinition[],
): Promise<PartitionDefinition[]> {
  if (defs.length === 0) throw mysqlError('ER_PARTITIONS_MUST_BE_DEFINED_ERROR', info.type);
  checkNames([...before.map((d) => d.name), ...defs.map((d) => d.name)]);
  const types = boundTypes(ctx, info, table);
  const out: PartitionDefinition[] = [];
  for (const d of defs) {
    if ([...commentOf(d)].length > 1024)
      throw mysqlError('ER_TOO_LONG_TABLE_PARTITION_COMMENT', d.name, 1024);
    out.push({
      id: 0,
      name: d.name,
      lower: d.name.toLowerCase(),
      lessThan: info.type === 'RANGE' ? await lessThan(ctx, info, d, types) : [],
      inValues: info.type === 'LIST' ? await inValues(ctx, info, d, types) : [],
      comment: commentOf(d),
      ...policyIn(d),
    });
  }
  return out;
}

async function lessThan(
  ctx: DdlContext,
  info: PartitionInfo,
  d: PartitionDef,
  types: readonly BoundType[],
): Promise<string[]> {
  if (
    d.values === null ||
    (d.values.kind !== 'LessThan' && d.values.kind !== 'In' && d.values.kind !== 'Default')
  )
    throw mysqlError('ER_PARTITION_REQUIRES_VALUES_ERROR', 'RANGE', 'LESS THAN');
  if (d.values.kind !== 'LessThan') throw mysqlError('ER_PARTITION_WRONG_VALUES_ERROR', 'LIST', 'IN');
  const { values } = d.values;
  if (values.length !== types.length) {
    if (types.length === 1) throw mysqlError('ER_TOO_MANY_VALUES_ERROR', 'RANGE');
    throw mysqlError('ER_PARTITION_COLUMN_LIST_ERROR');
  }
  const out: string[] = [];
  for (let i = 0; i < values.length; i++) {
    const e = values[i];
    if (e === null || e === undefined) out.push('MAXVALUE');
    else {
      const text = await boundText(ctx, info, e, types[i]!, d.name, out.includes('MAXVALUE'));
      if (text === 'NULL') throw mysqlError('ER_NULL_IN_VALUES_LESS_THAN');
      out.push(text);
    }
  }
  return out;
}

async function inValues(
  ctx: DdlContext,
  info: PartitionInfo,
  d: PartitionDef,
  types: readonly BoundType[],
): Promise<string[][]> {
  if (d.values === null) throw mysqlError('ER_PARTITION_REQUIRES_VALUES_ERROR', 'LIST', 'IN');
  if (d.values.kind === 'LessThan') throw mysqlError('ER_PARTITION_WRONG_VALUES_ERROR', 'RANGE', 'LESS THAN');
  if (d.values.kind === 'Default') return [['DEFAULT']];
  if (d.values.kind !== 'In') throw mysqlError('ER_PARTITION_REQUIRES_VALUES_ERROR', 'LIST', 'IN');
  const out: string[][] = [];
  for (const row of d.values.rows) {
    if (row.length === 1 && row[0]!.kind === 'DefaultExpr') {
      out.push(['DEFAULT']);
      continue;
    }
    if (row.length !== types.length) {
      if (types.length === 1) throw mysqlError('ER_ROW_SINGLE_PARTITION_FIELD_ERROR');
      throw mysqlError('ER_PARTITION_COLUMN_LIST_ERROR');
    }
    const texts: string[] = [];
    for (let i = 0; i < row.length; i++) texts.push(await boundText(ctx, info, row[i]!, types[i]!, d.name));
    out.push(texts);
  }
  return out;
}

/** Equal for texts of values that are equal in the type: in another case, where the collation does not tell them apart. */
function sameKey(text: string, type: FieldType): string {
  if (evalType(type) !== 'string' || !text.startsWith("'")) return text;
  return `'${Buffer.from(collationOf(type).sortKey(Buffer.from(text.slice(1, -1)))).toString('hex')}`;
}

/** Values in definitions are checked once all are known. Throws 1493, 1481, 1495. */
export function checkDefinitions(
  ctx: DdlContext,
  info: PartitionInfo,
  table: Pick<PartitionedTable, 'columns'>,
): void {
  if (info.type === 'LIST') {
    const seen = new Set<string>();
    const types = boundTypes(ctx, info, table);
    for (const d of info.definitions) {
      for (const row of d.inValues) {
        const key =
          row.join(',').toUpperCase() === 'DEFAULT'
            ? 'DEFAULT'
            : row.map((text, i) => sameKey(text, types[i]!.type)).join(',');
        if (seen.has(key)) throw mysqlError('ER_MULTIPLE_DEF_CONST_IN_LIST_PART_ERROR');
        seen.add(key);
      }
    }
    return;
  }
  if (info.type !== 'RANGE') return;
  const compares = boundTypes(ctx, info, table).map((t) => ctx.boundCompare(t.type));
  info.definitions.forEach((d, i) => {
    const last = i === info.definitions.length - 1;
    if (info.expr !== '' && d.lessThan[0] === 'MAXVALUE' && !last)
      throw mysqlError('ER_PARTITION_MAXVALUE_ERROR');
    if (i === 0) return;
    const before = info.definitions[i - 1]!.lessThan;
    let order = 0;
    for (let k = 0; k < before.length && order === 0; k++) {
      const [a, b] = [before[k]!, d.lessThan[k]!];
      if (a === 'MAXVALUE' || b === 'MAXVALUE') order = a === b ? 0 : a === 'MAXVALUE' ? 1 : -1;
      else order = compares[k]!(a, b);
    }
    if (order >= 0) throw mysqlError('ER_RANGE_NOT_INCREASING_ERROR');
  });
}

export const typeOfMethod = (m: PartitionMethod): PartitionType | null =>
  m.type === 'SYSTEM_TIME' || m.type === 'NONE' ? null : m.type;
