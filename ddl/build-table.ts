import type { ColumnDef, CreateTableStmt, TableOption } from '../parser/ast/index.js';
import type { ColumnInfo, DbInfo, IndexInfo, TableInfo } from '../catalog/model.js';
import { descendingParts } from '../catalog/table-layout.js';
import { mysqlError } from '../types/error-table.js';
import { evalType, Flag, TypeCode } from '../types/field-type.js';
import type { DdlContext } from './ddl-context.js';
import { checkPartitionPolicies, policyOf } from './placement.js';
import { withTtl } from './ttl.js';
import { buildPartitions, checkDefinitions } from './partition/build-partitions.js';
import { withAutoRandom, type AutoRandomBits } from './auto-random.js';
import { withChecks } from './check-constraint.js';
import { buildForeignKey, checkReferenced, neededIndex } from './foreign-key.js';
import { checkImplicitPrimary } from './implicit-primary.js';
import { checkComputedColumns, expressionColumns } from './generated-column.js';
import { withCondition } from './index-condition.js';
import type { CharsetDefault } from './column-type.js';
import { readCharsetOptions } from './column-type.js';
import { buildColumn, checkColumnName, checkQualifier, withFlag, withoutFlag } from './build-column.js';
import { buildIndex, checkGlobal, flagKeyColumns, requestOfKey, warnOfManualAnalyze } from './build-index.js';
import type { IndexRequest } from './build-index.js';

const MAX_COLUMNS = 1017;
const MAX_INDEXES = 64;

export function checkTableName(name: string): void {
  if (name.length === 0 || name.endsWith(' ')) throw mysqlError('ER_WRONG_TABLE_NAME', name);
  if ([...name].length > 64) throw mysqlError('ER_TOO_LONG_IDENT', name);
}

/** Options of CREATE and ALTER TABLE that have a meaning of their own; the rest is kept to be shown. */
export interface TableOptions {
  readonly charset: CharsetDefault;
  readonly comment: string | null;
  readonly autoIncrement: number | bigint | null;
  readonly kept: Readonly<Record<string, string>>;
}

export function readTableOptions(options: readonly TableOption[], above: CharsetDefault): TableOptions {
  let comment: string | null = null;
  let autoIncrement: number | bigint | null = null;
  const kept: Record<string, string> = {};
  for (const o of options) {
    const text = String(o.value);
    switch (o.name) {
      case 'CHARSET':
      case 'COLLATE':
        break;
      case 'COMMENT':
        if ([...text].length > 2048) throw mysqlError('ER_TOO_LONG_TABLE_COMMENT', '', 2048);
        comment = text;
        break;
      case 'AUTO_INCREMENT':
        autoIncrement = typeof o.value === 'number' || typeof o.value === 'bigint' ? o.value : 0;
        break;
      case 'ENGINE':
        break;
      case 'UNION':
        throw mysqlError('ER_TABLE_OPTION_UNION_UNSUPPORTED');
      case 'INSERT_METHOD':
        throw mysqlError('ER_TABLE_OPTION_INSERT_METHOD_UNSUPPORTED');
      case 'ENGINE_ATTRIBUTE':
        throw mysqlError('ER_STORAGE_ENGINE_ATTRIBUTE');
      case 'AUTO_ID_CACHE':
        if (BigInt(text) > 9223372036854775807n)
          throw mysqlError('ER_UNKNOWN_ERROR', 'table option auto_id_cache overflows int64');
        kept[o.name] = text;
        break;
      case 'PLACEMENT POLICY':
      case 'TTL':
      case 'TTL_ENABLE':
      case 'TTL_JOB_INTERVAL':
        break;
      case 'SHARD_ROW_ID_BITS':
        kept[o.name] = String(Math.min(Number(text), MAX_SHARD_ROW_ID_BITS));
        break;
      case 'FORCE AUTO_INCREMENT':
        autoIncrement = typeof o.value === 'number' || typeof o.value === 'bigint' ? o.value : 0;
        break;
      case 'FORCE AUTO_RANDOM_BASE':
        kept['AUTO_RANDOM_BASE'] = text;
        break;
      default:
        kept[o.name] = text;
    }
  }
  return { charset: readCharsetOptions(options, above), comment, autoIncrement, kept };
}

/** The table that a CREATE TABLE with a column list describes. Ids of table and version are the caller's to set. */
export async function buildTable(
  ctx: DdlContext,
  stmt: CreateTableStmt,
  db: DbInfo,
  /** Columns of CREATE TABLE … SELECT. */
  selected: readonly SelectedColumn[] = [],
): Promise<TableInfo> {
  checkTableName(stmt.table.name);
  const read = readTableOptions(stmt.options, db);
  const policy =
    (await policyOf(ctx, stmt.options)) ?? (hasPolicy(stmt.options) ? null : (db.policy ?? null));
  const options =
    policy === null || stmt.temporary !== null
      ? read
      : { ...read, kept: { ...read.kept, 'PLACEMENT POLICY': policy } };
  if (stmt.temporary !== null) checkTemporary(stmt);
  const parts = withSelected(stmt.columns, selected);
  if (parts.length === 0) throw mysqlError('ER_TABLE_MUST_HAVE_COLUMNS');
  if (parts.length > MAX_COLUMNS) throw mysqlError('ER_TOO_MANY_FIELDS');
  const columns: ColumnInfo[] = [];
  const requests: IndexRequest[] = [];
  /** Keys of columns: after those that are defined by themselves, as in TiDB. */
  const ofColumns: IndexRequest[] = [];
  let clustered: boolean | null = null;
  let autoRandom: { column: string; bits: AutoRandomBits } | null = null;
  for (const def of parts) {
    if ('column' in def) {
      checkColumnName(def.column.name);
      if (columns.some((c) => c.lower === def.column.lower))
        throw mysqlError('ER_DUP_FIELDNAME', def.column.name);
      columns.push({ ...def.column, id: columns.length + 1, offset: columns.length });
      continue;
    }
    checkQualifier(def, db.name, stmt.table.name);
    const {
      column,
      keys,
      autoRandom: random,
    } = await buildColumn(ctx, def, columns.length + 1, columns.length, options.charset);
    if (columns.some((c) => c.lower === column.lower)) throw mysqlError('ER_DUP_FIELDNAME', column.name);
    columns.push(column);
    if (random !== null) autoRandom = { column: column.name, bits: random };
    const part = { column: column.name, length: null, expr: null, desc: false };
    if (keys.primary) {
      ofColumns.push({
        name: 'PRIMARY',
        parts: [part],
        unique: true,
        primary: true,
        invisible: false,
        comment: '',
        global: keys.global,
      });
      clustered = keys.clustered;
    }
    if (keys.unique)
      ofColumns.push({
        name: null,
        parts: [part],
        unique: true,
        primary: false,
        invisible: false,
        comment: '',
        global: keys.global,
      });
  }
  for (const constraint of stmt.constraints) {
    if (constraint.kind === 'ForeignKey' || constraint.kind === 'Check') continue;
    requests.push(requestOfKey(constraint));
    if (constraint.type === 'PRIMARY KEY') clustered = constraint.options.clustered;
  }
  requests.push(...ofColumns);
  checkComputedColumns(ctx, columns);
  const taken = new Set(requests.flatMap((r) => (r.name === null ? [] : [r.name.toLowerCase()])));
  const plain = requests.map((request) => {
    const asked = withCondition(ctx, request, { columns });
    const made = expressionColumns(ctx, asked, columns, taken, columns.length + 1);
    columns.push(...made.hidden);
    if (made.request.name !== null) taken.add(made.request.name.toLowerCase());
    return made.request;
  });
  const given = buildIndices(plain, columns);
  const key = given.find((i) => i.primary);
  // The primary key that is the handle comes first: it is no index beside the rows.
  const indices =
    key !== undefined && handleKind(ctx, key, columns, clustered) === 'int'
      ? buildIndices(
          [...plain].sort((a, b) => Number(b.primary) - Number(a.primary)),
          columns,
        )
      : given;
  const finished = finishTable(ctx, stmt, options, columns, indices, clustered);
  const bare = withPossibleSplit(autoRandom === null ? finished : withAutoRandom(ctx, finished, autoRandom));
  checkIdOptions(bare, options.kept);
  for (const index of indices)
    checkGlobal(index, stmt.partition !== null, index.primary && (bare.pkIsHandle || bare.isCommonHandle));
  for (const index of indices) warnOfManualAnalyze(ctx, index, columns);
  checkImplicitPrimary(bare);
  const keyed = stmt.constraints.some((c) => c.kind === 'ForeignKey')
    ? withForeignKeys(ctx, stmt, db, bare)
    : bare;
  const table = withTtl(ctx, db, withChecks(ctx, stmt, db, keyed), stmt.ttl, stmt.options);
  if (stmt.partition === null) return table;
  if (table.foreignKeys !== undefined) throw mysqlError('ER_FOREIGN_KEY_ON_PARTITIONED');
  await checkPartitionPolicies(ctx, stmt.partition.definitions);
  const partition = await buildPartitions(ctx, stmt.partition, table);
  if (partition === null) return table;
  checkDefinitions(ctx, partition, table);
  return { ...table, partition };
}

/** PRE_SPLIT_REGIONS is no more than what the row ids are scattered by. */
function withPossibleSplit(table: TableInfo): TableInfo {
  const asked = table.options?.['PRE_SPLIT_REGIONS'];
  if (asked === undefined) return table;
  const shards = table.autoRandom?.shardBits ?? Number(table.options?.['SHARD_ROW_ID_BITS'] ?? 0);
  const possible = String(Math.min(Number(asked), shards));
  return { ...table, options: { ...table.options, PRE_SPLIT_REGIONS: possible } };
}

/** The table with its foreign keys and the indexes that they need. */
function withForeignKeys(ctx: DdlContext, stmt: CreateTableStmt, db: DbInfo, bare: TableInfo): TableInfo {
  let table = bare;
  for (const clause of stmt.constraints) {
    if (clause.kind !== 'ForeignKey') continue;
    const key = buildForeignKey(ctx, clause, table, db, (table.foreignKeys?.length ?? 0) + 1);
    const request = neededIndex(key, table);
    if (request !== null) {
      const id = table.maxIndexId + 1;
      const taken = new Set(table.indices.map((i) => i.lower));
      const indices = [...table.indices, buildIndex(request, table.columns, taken, id)];
      table = { ...table, indices, maxIndexId: id, columns: flagKeyColumns(table.columns, indices) };
    }
    table = { ...table, foreignKeys: [...(table.foreignKeys ?? []), key] };
    checkReferenced(ctx, key, db, table);
  }
  return table;
}

const hasPolicy = (options: readonly TableOption[]): boolean =>
  options.some((o) => o.name === 'PLACEMENT POLICY');

/** A column that a query gives; where the statement also defines one of the name, that definition counts. */
export interface SelectedColumn {
  readonly column: ColumnInfo;
}

/** Columns that are only defined come first, then those of the query in its order (MySQL manual, "CREATE TABLE ... SELECT Statement"). */
function withSelected(
  defined: readonly ColumnDef[],
  selected: readonly SelectedColumn[],
): (ColumnDef | SelectedColumn)[] {
  const named = new Set(selected.map((s) => s.column.lower));
  return [
    ...defined.filter((d) => !named.has(d.name.toLowerCase())),
    ...selected.map((s) => defined.find((d) => d.name.toLowerCase() === s.column.lower) ?? s),
  ];
}

/** What temporary tables may not have. Throws 1562, 1215, 8006. */
function checkTemporary(stmt: CreateTableStmt): void {
  if (stmt.partition !== null) throw mysqlError('ER_PARTITION_NO_TEMPORARY');
  if (stmt.constraints.some((c) => c.kind === 'ForeignKey')) throw mysqlError('ER_CANNOT_ADD_FOREIGN');
  if (stmt.ttl !== null) throw mysqlError('ER_TEMP_TABLE_NOT_ALLOWED_WITH_TTL');
  for (const c of stmt.columns)
    if (c.options.some((o) => o.kind === 'AutoRandom'))
      throw mysqlError('ER_OPT_ON_TEMPORARY_TABLE', 'auto_random');
  for (const o of stmt.options) {
    const what = NOT_TEMPORARY.get(o.name);
    if (what !== undefined) throw mysqlError('ER_OPT_ON_TEMPORARY_TABLE', what);
  }
}

/** Options that have to do with where rows lie in a cluster, as error 8006 calls them. */
const NOT_TEMPORARY: ReadonlyMap<string, string> = new Map([
  ['SHARD_ROW_ID_BITS', 'shard_row_id_bits'],
  ['PRE_SPLIT_REGIONS', 'pre split regions'],
  ['PLACEMENT POLICY', 'PLACEMENT'],
]);

/** Indexes are numbered in the order in which they are asked for. */
function buildIndices(requests: readonly IndexRequest[], columns: readonly ColumnInfo[]): IndexInfo[] {
  if (requests.length > MAX_INDEXES) throw mysqlError('ER_TOO_MANY_KEYS', MAX_INDEXES);
  if (requests.filter((r) => r.primary).length > 1) throw mysqlError('ER_MULTIPLE_PRI_KEY');
  const taken = new Set<string>(
    requests.flatMap((r) => (r.name === null || r.primary ? [] : [r.name.toLowerCase()])),
  );
  const named = requests.filter((r) => r.name !== null && !r.primary).length;
  if (taken.size < named) {
    const names = requests.flatMap((r) => (r.name === null || r.primary ? [] : [r.name]));
    throw mysqlError(
      'ER_DUP_KEYNAME',
      names.find((n, i) => names.findIndex((m) => m.toLowerCase() === n.toLowerCase()) < i)!,
    );
  }
  const indices: IndexInfo[] = [];
  for (const request of requests) {
    const others = new Set(request.name === null ? taken : []);
    const index = buildIndex(request, columns, others, indices.length + 1);
    taken.add(index.lower);
    indices.push(index);
  }
  return indices;
}

function finishTable(
  ctx: DdlContext,
  stmt: CreateTableStmt,
  options: TableOptions,
  columns: readonly ColumnInfo[],
  indices: readonly IndexInfo[],
  clustered: boolean | null,
): TableInfo {
  const primary = indices.find((i) => i.primary);
  if (primary !== undefined) checkPrimary(primary, columns, stmt);
  const handle = primary === undefined ? 'none' : handleKind(ctx, primary, columns, clustered);
  const flagged = flagKeyColumns(columns, indices).map((c) =>
    primary?.columns.some((p) => p.offset === c.offset) === true &&
    c.default.kind === 'value' &&
    c.default.value === null
      ? {
          ...c,
          default: { kind: 'none' } as const,
          type: c.autoIncrement ? c.type : withFlag(c.type, Flag.NoDefaultValue),
        }
      : c,
  );
  checkAutoIncrement(flagged);
  return {
    id: 0,
    name: stmt.table.name,
    lower: stmt.table.name.toLowerCase(),
    charset: options.charset.charset,
    collate: options.charset.collate,
    columns: flagged.map((c) =>
      c.default.kind !== 'none' ? { ...c, type: withoutFlag(c.type, Flag.NoDefaultValue) } : c,
    ),
    indices: handle === 'int' ? withoutHandleIndex(indices) : indices,
    pkIsHandle: handle === 'int',
    isCommonHandle: handle === 'common',
    state: 'public',
    comment: options.comment ?? '',
    autoIncrement: options.autoIncrement ?? 0,
    maxColumnId: columns.length,
    maxIndexId: handle === 'int' ? indices.length - 1 : indices.length,
    version: 0,
    createTime: 0,
    ...(stmt.temporary === null
      ? {}
      : { temporary: stmt.temporary === 'LOCAL' ? ('local' as const) : ('global' as const) }),
    ...(Object.keys(options.kept).length > 0 ? { options: options.kept } : {}),
  };
}

/** A primary key that is the rows' handle has no entries of its own and takes no index id: it is number 0. */
function withoutHandleIndex(indices: readonly IndexInfo[]): IndexInfo[] {
  let id = 0;
  return indices.map((i) => ({ ...i, id: i.primary ? 0 : ++id }));
}

function checkPrimary(primary: IndexInfo, columns: readonly ColumnInfo[], stmt: CreateTableStmt): void {
  for (const part of primary.columns) {
    const column = columns[part.offset]!;
    const def = stmt.columns.find((d) => d.name.toLowerCase() === column.lower);
    if (def === undefined) continue;
    if (def.options.some((o) => o.kind === 'Null')) throw mysqlError('ER_PRIMARY_CANT_HAVE_NULL');
    if (
      column.default.kind === 'value' &&
      column.default.value === null &&
      def.options.some((o) => o.kind === 'Default')
    ) {
      throw mysqlError('ER_PRIMARY_CANT_HAVE_NULL');
    }
  }
}

/** How rows are identified: an integer primary key is the handle; another clustered key is the common handle. */
function handleKind(
  ctx: DdlContext,
  primary: IndexInfo,
  columns: readonly ColumnInfo[],
  clustered: boolean | null,
): 'none' | 'int' | 'common' {
  const mode = ctx.variable('tidb_enable_clustered_index');
  const only = primary.columns.length === 1 ? columns[primary.columns[0]!.offset]! : null;
  const isInt =
    only !== null &&
    evalType(only.type) === 'int' &&
    only.type.tp !== TypeCode.Bit &&
    only.type.tp !== TypeCode.Year;
  // Records lie in ascending order of the handle: a key in another order has entries of its own.
  const descending = descendingParts(primary) !== undefined;
  if (descending && clustered === true)
    throw mysqlError('ER_NOT_SUPPORTED_YET', 'CLUSTERED PRIMARY KEY with descending columns');
  const want = clustered ?? (!descending && (mode === 'ON' || (mode === 'INT_ONLY' && isInt)));
  if (!want) return 'none';
  return isInt ? 'int' : 'common';
}

/** There can be only one auto column (1075). It need not be a key. */
export function checkAutoIncrement(columns: readonly ColumnInfo[]): void {
  if (columns.filter((c) => c.autoIncrement).length > 1) throw mysqlError('ER_WRONG_AUTO_KEY');
}

const MAX_SHARD_ROW_ID_BITS = 15;

/** Options about hidden row ids fit the table. Throws 8200, 8216. */
export function checkIdOptions(table: TableInfo, given: Readonly<Record<string, string>>): void {
  const hidden = !table.pkIsHandle && !table.isCommonHandle;
  if (Number(given['SHARD_ROW_ID_BITS'] ?? 0) > 0 && !hidden)
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_OPERATION',
      'shard_row_id_bits for table with primary key as row id',
    );
  if (given['AUTO_RANDOM_BASE'] !== undefined && table.autoRandom === undefined)
    throw mysqlError('ER_INVALID_AUTO_RANDOM', 'alter auto_random_base of a non auto_random table');
}
