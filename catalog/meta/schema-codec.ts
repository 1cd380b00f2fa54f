import type {
  CheckInfo,
  ColumnDefault,
  ColumnInfo,
  DbInfo,
  IndexCondition,
  IndexInfo,
  PartitionInfo,
  PartitionType,
  SchemaState,
  TableInfo,
  ReferentialAction,
  SequenceInfo,
  ViewInfo,
} from '../model.js';
import type { Datum } from '../../types/datum.js';
import { Flag, newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { TIME_UNITS } from '../../parser/ast/expression.js';

/**
 * Stored form of schema objects: JSON with the field names of TiDB's model package (DBInfo, TableInfo, ColumnInfo,
 * IndexInfo). What only we keep is under `rutile`.
 */

const STATES: readonly SchemaState[] = [
  'none',
  'deleteOnly',
  'writeOnly',
  'writeReorg',
  'deleteReorg',
  'public',
];

interface CiStr {
  readonly O: string;
  readonly L: string;
}
interface StoredType {
  readonly Tp: number;
  readonly Flag: number;
  readonly Flen: number;
  readonly Decimal: number;
  readonly Charset: string;
  readonly Collate: string;
  readonly Elems: readonly string[] | null;
  /** Values are JSON arrays of the type. */
  readonly Array?: boolean;
}
/** A datum in JSON: integers beyond 2^53 and bytes are wrapped. */
type StoredDatum = null | number | { readonly int: string } | { readonly bytes: string };

type StoredDefault =
  | { readonly kind: 'none' }
  | { readonly kind: 'value'; readonly value: StoredDatum }
  | { readonly kind: 'now'; readonly fsp: number }
  | { readonly kind: 'expr'; readonly sql: string };

interface StoredColumn {
  readonly id: number;
  readonly name: CiStr;
  readonly offset: number;
  readonly type: StoredType;
  readonly state: number;
  readonly comment: string;
  readonly hidden: boolean;
  readonly generated_expr_string: string;
  readonly generated_stored: boolean;
  readonly rutile: {
    readonly default: StoredDefault;
    readonly origin_default: StoredDatum;
    readonly on_update_now: boolean;
    readonly auto_increment: boolean;
    readonly changing?: number;
    readonly filling?: boolean;
    readonly prevent_null?: boolean;
  };
}
interface StoredIndexColumn {
  readonly name: CiStr;
  readonly offset: number;
  readonly length: number;
  readonly rutile_desc?: boolean;
}
interface StoredIndex {
  readonly id: number;
  readonly idx_name: CiStr;
  readonly idx_cols: readonly StoredIndexColumn[];
  readonly is_unique: boolean;
  readonly is_primary: boolean;
  readonly is_invisible: boolean;
  readonly state: number;
  readonly comment: string;
  readonly is_global?: boolean;
  readonly global_index_version?: number;
  readonly rutile_fulltext?: NonNullable<IndexInfo['fulltext']>;
  readonly condition_expr_string?: string;
  readonly affect_column?: readonly {
    readonly name: CiStr;
    readonly offset: number;
    readonly length: number;
  }[];
  readonly rutile_condition?: {
    readonly test: IndexCondition['test'];
    readonly constant: { readonly type: StoredType; readonly value: StoredDatum } | null;
  };
}
interface StoredTable {
  readonly id: number;
  readonly name: CiStr;
  readonly charset: string;
  readonly collate: string;
  readonly cols: readonly StoredColumn[];
  readonly index_info: readonly StoredIndex[];
  readonly pk_is_handle: boolean;
  readonly is_common_handle: boolean;
  readonly state: number;
  readonly comment: string;
  readonly auto_inc_id: string;
  readonly auto_random_bits?: number;
  readonly auto_random_range_bits?: number;
  readonly max_col_id: number;
  readonly max_idx_id: number;
  readonly version: number;
  readonly partition?: StoredPartitioning | null;
  /** 1: global temporary. */
  readonly temp_table_type?: number;
  readonly fk_info?: readonly StoredForeignKey[] | null;
  readonly constraint_info?: readonly StoredConstraint[] | null;
  readonly ttl_info?: {
    readonly column: CiStr;
    readonly interval_expr: string;
    readonly interval_time_unit: number;
    readonly enable: boolean;
    readonly job_interval: string;
  } | null;
  /** 1: on. */
  readonly table_cache_status_type?: number;
  readonly tiflash_replica?: {
    readonly Count: number;
    readonly LocationLabels: readonly string[] | null;
    readonly Available: boolean;
  } | null;
  readonly rutile: {
    readonly create_time: number;
    readonly previous_version?: number;
    readonly view?: ViewInfo;
    readonly sequence?: SequenceInfo;
    readonly moving?: {
      readonly state: number;
      readonly partition: StoredPartitioning | null;
      readonly copies?: boolean;
    };
    readonly exchanging?: { readonly partition: StoredPartitioning; readonly at: number };
    readonly foreign_handles?: boolean;
    readonly counters_set?: number;
    readonly flashback?: string;
    readonly options?: Readonly<Record<string, string>>;
  };
}
/** TiDB's model.FKInfo. */
interface StoredForeignKey {
  readonly id: number;
  readonly fk_name: CiStr;
  readonly ref_schema: CiStr;
  readonly ref_table: CiStr;
  readonly ref_cols: readonly CiStr[];
  readonly cols: readonly CiStr[];
  readonly on_delete: number;
  readonly on_update: number;
  readonly state: number;
}
/** TiDB's model.ConstraintInfo. */
interface StoredConstraint {
  readonly id: number;
  readonly constraint_name: CiStr;
  readonly constraint_cols: readonly CiStr[] | null;
  readonly enforced: boolean;
  readonly in_column: boolean;
  readonly expr_string: string;
  readonly state: number;
  readonly rutile?: { readonly stored: readonly string[] };
}
const storeCheck = (c: CheckInfo): StoredConstraint => ({
  id: c.id,
  constraint_name: ci(c.name),
  constraint_cols: c.columns.map(ci),
  enforced: c.enforced,
  in_column: c.inColumn,
  expr_string: c.expr,
  state: stateNumber('public'),
  ...(c.stored === undefined ? {} : { rutile: { stored: c.stored } }),
});
const loadCheck = (c: StoredConstraint): CheckInfo => ({
  id: c.id,
  name: c.constraint_name.O,
  expr: c.expr_string,
  columns: (c.constraint_cols ?? []).map((n) => n.O),
  enforced: c.enforced,
  inColumn: c.in_column,
  ...(c.rutile === undefined ? {} : { stored: c.rutile.stored }),
});

/** Numbers of TiDB's ast.ReferOptionType. */
const REFER_OPTIONS: readonly (ReferentialAction | null)[] = [
  null,
  'RESTRICT',
  'CASCADE',
  'SET NULL',
  'NO ACTION',
  'SET DEFAULT',
];

/** TiDB's model.PartitionInfo. */
interface StoredPartitioning {
  readonly type: number;
  readonly expr: string;
  readonly columns: readonly CiStr[] | null;
  readonly enable: boolean;
  readonly is_empty_columns: boolean;
  readonly num: number;
  readonly definitions: readonly {
    readonly id: number;
    readonly name: CiStr;
    readonly less_than: readonly string[] | null;
    readonly in_values: readonly (readonly string[])[] | null;
    readonly comment?: string;
    readonly policy_ref_info?: { readonly name: CiStr } | null;
  }[];
}
/** Numbers of TiDB's ast.PartitionType. */
const PARTITION_TYPES: Readonly<Record<PartitionType, number>> = { RANGE: 1, HASH: 2, LIST: 3, KEY: 4 };

interface StoredDb {
  readonly id: number;
  readonly db_name: CiStr;
  readonly charset: string;
  readonly collate: string;
  readonly state: number;
  readonly policy_ref_info?: { readonly name: CiStr } | null;
}

const ci = (name: string): CiStr => ({ O: name, L: name.toLowerCase() });
const stateNumber = (s: SchemaState): number => STATES.indexOf(s);
const stateOf = (n: number): SchemaState => STATES[n] ?? 'none';

function storeDatum(v: Datum): StoredDatum {
  if (v === null) return null;
  if (typeof v === 'bigint') return { int: v.toString() };
  if (typeof v === 'number') return Number.isFinite(v) ? v : { int: '0' };
  return { bytes: Buffer.from(v).toString('base64') };
}
function loadDatum(v: StoredDatum): Datum {
  if (v === null || typeof v === 'number') return v;
  return 'int' in v ? BigInt(v.int) : new Uint8Array(Buffer.from(v.bytes, 'base64'));
}
function storeDefault(d: ColumnDefault): StoredDefault {
  return d.kind === 'value' ? { kind: 'value', value: storeDatum(d.value) } : d;
}
function loadDefault(d: StoredDefault): ColumnDefault {
  return d.kind === 'value' ? { kind: 'value', value: loadDatum(d.value) } : d;
}

const storeType = (t: FieldType): StoredType =>
  t.arrayOf === undefined ? storePlainType(t) : { ...storePlainType(t.arrayOf), Array: true };
const storePlainType = (t: FieldType): StoredType => ({
  Tp: t.tp,
  Flag: t.flag,
  Flen: t.flen,
  Decimal: t.decimal,
  Charset: t.charset,
  Collate: t.collate,
  Elems: t.elems ?? null,
});
const loadType = (t: StoredType): FieldType =>
  t.Array === true
    ? newFieldType(TypeCode.Json, { flag: Flag.Binary, arrayOf: loadPlainType(t) })
    : loadPlainType(t);
const loadPlainType = (t: StoredType): FieldType => ({
  tp: t.Tp as FieldType['tp'],
  flag: t.Flag,
  flen: t.Flen,
  decimal: t.Decimal,
  charset: t.Charset,
  collate: t.Collate,
  ...(t.Elems ? { elems: t.Elems } : {}),
});

function storeColumn(c: ColumnInfo): StoredColumn {
  return {
    id: c.id,
    name: ci(c.name),
    offset: c.offset,
    type: storeType(c.type),
    state: stateNumber(c.state),
    comment: c.comment,
    hidden: c.hidden,
    generated_expr_string: c.generated,
    generated_stored: c.generatedStored,
    rutile: {
      default: storeDefault(c.default),
      origin_default: storeDatum(c.originDefault),
      on_update_now: c.onUpdateNow,
      auto_increment: c.autoIncrement,
      ...(c.changing === undefined ? {} : { changing: c.changing }),
      ...(c.filling === true ? { filling: true } : {}),
      ...(c.preventNull === true ? { prevent_null: true } : {}),
    },
  };
}
function loadColumn(c: StoredColumn): ColumnInfo {
  return {
    id: c.id,
    name: c.name.O,
    lower: c.name.L,
    offset: c.offset,
    type: loadType(c.type),
    default: loadDefault(c.rutile.default),
    originDefault: loadDatum(c.rutile.origin_default),
    onUpdateNow: c.rutile.on_update_now,
    autoIncrement: c.rutile.auto_increment,
    state: stateOf(c.state),
    comment: c.comment,
    hidden: c.hidden,
    generated: c.generated_expr_string,
    generatedStored: c.generated_stored,
    ...(c.rutile.changing === undefined ? {} : { changing: c.rutile.changing }),
    ...(c.rutile.filling === true ? { filling: true } : {}),
    ...(c.rutile.prevent_null === true ? { preventNull: true } : {}),
  };
}
function storeIndex(i: IndexInfo, columns: readonly ColumnInfo[], clustered: boolean): StoredIndex {
  return {
    id: i.id,
    idx_name: ci(i.name),
    idx_cols: i.columns.map((c) => ({
      name: ci(c.name),
      offset: c.offset,
      length: c.length,
      ...(c.desc === true ? { rutile_desc: true } : {}),
    })),
    is_unique: i.unique,
    is_primary: i.primary,
    is_invisible: i.invisible,
    state: stateNumber(i.state),
    comment: i.comment,
    ...(i.global === true ? { is_global: true } : {}),
    // TiDB goes by the version alone, and has none where handles are unique beyond their partition.
    ...(i.globalVersion === undefined || clustered ? {} : { global_index_version: i.globalVersion }),
    ...(i.fulltext === undefined ? {} : { rutile_fulltext: i.fulltext }),
    ...(i.condition === undefined ? {} : storeCondition(i.condition, columns)),
  };
}
function storeCondition(c: IndexCondition, columns: readonly ColumnInfo[]): Partial<StoredIndex> {
  const column = columns.find((x) => x.name === c.column)!;
  const { constant } = c;
  return {
    condition_expr_string: c.sql,
    affect_column: [{ name: ci(c.column), offset: column.offset, length: -1 }],
    rutile_condition: {
      test: c.test,
      constant:
        constant === null ? null : { type: storeType(constant.type), value: storeDatum(constant.value) },
    },
  };
}
function loadCondition(i: StoredIndex): IndexCondition | null {
  if (i.rutile_condition === undefined) return null;
  const { test, constant } = i.rutile_condition;
  return {
    sql: i.condition_expr_string!,
    column: i.affect_column![0]!.name.O,
    test,
    constant: constant === null ? null : { type: loadType(constant.type), value: loadDatum(constant.value) },
  };
}
function loadIndex(i: StoredIndex): IndexInfo {
  const condition = loadCondition(i);
  return {
    id: i.id,
    name: i.idx_name.O,
    lower: i.idx_name.L,
    columns: i.idx_cols.map((c) => ({
      name: c.name.O,
      offset: c.offset,
      length: c.length,
      ...(c.rutile_desc === true ? { desc: true } : {}),
    })),
    unique: i.is_unique,
    primary: i.is_primary,
    invisible: i.is_invisible,
    state: stateOf(i.state),
    comment: i.comment,
    ...(i.is_global === true ? { global: true } : {}),
    ...(i.global_index_version ? { globalVersion: i.global_index_version } : {}),
    ...(i.rutile_fulltext === undefined ? {} : { fulltext: i.rutile_fulltext }),
    ...(condition === null ? {} : { condition }),
  };
}

const encode = (v: unknown): Uint8Array => Buffer.from(JSON.stringify(v));
const decode = (b: Uint8Array): unknown =>
  JSON.parse(Buffer.from(b.buffer, b.byteOffset, b.length).toString());

function storePartitioning(p: PartitionInfo): StoredPartitioning {
  return {
    type: PARTITION_TYPES[p.type],
    expr: p.expr,
    columns: p.columns.map(ci),
    enable: true,
    is_empty_columns: p.byPrimaryKey,
    num: p.definitions.length,
    definitions: p.definitions.map((d) => ({
      id: d.id,
      name: ci(d.name),
      less_than: d.lessThan,
      in_values: d.inValues,
      comment: d.comment,
      ...(d.policy === undefined ? {} : { policy_ref_info: { name: ci(d.policy) } }),
    })),
  };
}

function loadPartitioning(s: StoredPartitioning): PartitionInfo {
  const type = (Object.keys(PARTITION_TYPES) as PartitionType[]).find((t) => PARTITION_TYPES[t] === s.type);
  if (type === undefined) throw new Error(`unknown kind of partitioning ${s.type}`);
  return {
    type,
    expr: s.expr,
    columns: (s.columns ?? []).map((c) => c.O),
    byPrimaryKey: s.is_empty_columns,
    definitions: s.definitions.map((d) => ({
      id: d.id,
      name: d.name.O,
      lower: d.name.L,
      lessThan: d.less_than ?? [],
      inValues: d.in_values ?? [],
      comment: d.comment ?? '',
      ...(d.policy_ref_info ? { policy: d.policy_ref_info.name.O } : {}),
    })),
  };
}

export function encodeTable(t: TableInfo): Uint8Array {
  const stored: StoredTable = {
    id: t.id,
    name: ci(t.name),
    charset: t.charset,
    collate: t.collate,
    cols: t.columns.map(storeColumn),
    index_info: t.indices.map((i) => storeIndex(i, t.columns, t.pkIsHandle || t.isCommonHandle)),
    pk_is_handle: t.pkIsHandle,
    is_common_handle: t.isCommonHandle,
    state: stateNumber(t.state),
    comment: t.comment,
    auto_inc_id: t.autoIncrement.toString(),
    ...(t.autoRandom === undefined
      ? {}
      : { auto_random_bits: t.autoRandom.shardBits, auto_random_range_bits: t.autoRandom.rangeBits }),
    max_col_id: t.maxColumnId,
    max_idx_id: t.maxIndexId,
    version: t.version,
    ...(t.temporary === 'global' ? { temp_table_type: 1 } : {}),
    ...(t.partition ? { partition: storePartitioning(t.partition) } : {}),
    ...(t.foreignKeys && t.foreignKeys.length > 0
      ? {
          fk_info: t.foreignKeys.map((k) => ({
            id: k.id,
            fk_name: ci(k.name),
            ref_schema: ci(k.refSchema),
            ref_table: ci(k.refTable),
            ref_cols: k.refColumns.map(ci),
            cols: k.columns.map(ci),
            on_delete: REFER_OPTIONS.indexOf(k.onDelete),
            on_update: REFER_OPTIONS.indexOf(k.onUpdate),
            state: stateNumber('public'),
          })),
        }
      : {}),
    ...(t.ttl
      ? {
          ttl_info: {
            column: ci(t.ttl.column),
            interval_expr: t.ttl.value,
            interval_time_unit: TIME_UNITS.indexOf(t.ttl.unit) + 1,
            enable: t.ttl.enabled,
            job_interval: t.ttl.jobInterval,
          },
        }
      : {}),
    ...(t.cached === true ? { table_cache_status_type: 1 } : {}),
    ...(t.checks && t.checks.length > 0 ? { constraint_info: t.checks.map(storeCheck) } : {}),
    ...(t.tiflashReplica
      ? {
          tiflash_replica: {
            Count: t.tiflashReplica.count,
            LocationLabels: t.tiflashReplica.labels,
            Available: false,
          },
        }
      : {}),
    rutile: {
      create_time: t.createTime,
      previous_version: t.previousVersion ?? 0,
      ...(t.view ? { view: t.view } : {}),
      ...(t.sequence ? { sequence: t.sequence } : {}),
      ...(t.options ? { options: t.options } : {}),
      ...(t.flashback === undefined ? {} : { flashback: t.flashback }),
      ...(t.moving
        ? {
            moving: {
              state: stateNumber(t.moving.state),
              partition: t.moving.partition === null ? null : storePartitioning(t.moving.partition),
              copies: t.moving.copies,
            },
          }
        : {}),
      ...(t.exchanging
        ? { exchanging: { partition: storePartitioning(t.exchanging.partition), at: t.exchanging.at } }
        : {}),
      ...(t.foreignHandles === true ? { foreign_handles: true } : {}),
      ...(t.countersSet === undefined ? {} : { counters_set: t.countersSet }),
    },
  };
  return encode(stored);
}

export function decodeTable(bytes: Uint8Array): TableInfo {
  const s = decode(bytes) as StoredTable;
  const auto = BigInt(s.auto_inc_id);
  return {
    id: s.id,
    name: s.name.O,
    lower: s.name.L,
    charset: s.charset,
    collate: s.collate,
    columns: s.cols.map(loadColumn),
    indices: s.index_info.map(loadIndex),
    pkIsHandle: s.pk_is_handle,
    isCommonHandle: s.is_common_handle,
    state: stateOf(s.state),
    comment: s.comment,
    autoIncrement: auto <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(auto) : auto,
    ...(s.auto_random_bits
      ? { autoRandom: { shardBits: s.auto_random_bits, rangeBits: s.auto_random_range_bits ?? 64 } }
      : {}),
    maxColumnId: s.max_col_id,
    maxIndexId: s.max_idx_id,
    version: s.version,
    createTime: s.rutile.create_time,
    previousVersion: s.rutile.previous_version ?? 0,
    ...(s.temp_table_type === 1 ? { temporary: 'global' } : {}),
    ...(s.partition ? { partition: loadPartitioning(s.partition) } : {}),
    ...(s.fk_info && s.fk_info.length > 0
      ? {
          foreignKeys: s.fk_info.map((k) => ({
            id: k.id,
            name: k.fk_name.O,
            columns: k.cols.map((c) => c.O),
            refSchema: k.ref_schema.O,
            refTable: k.ref_table.O,
            refColumns: k.ref_cols.map((c) => c.O),
            onDelete: REFER_OPTIONS[k.on_delete] ?? null,
            onUpdate: REFER_OPTIONS[k.on_update] ?? null,
          })),
        }
      : {}),
    ...(s.ttl_info
      ? {
          ttl: {
            column: s.ttl_info.column.O,
            value: s.ttl_info.interval_expr,
            unit: TIME_UNITS[s.ttl_info.interval_time_unit - 1]!,
            enabled: s.ttl_info.enable,
            jobInterval: s.ttl_info.job_interval,
          },
        }
      : {}),
    ...(s.table_cache_status_type === 1 ? { cached: true } : {}),
    ...(s.rutile.flashback === undefined ? {} : { flashback: s.rutile.flashback }),
    ...(s.constraint_info && s.constraint_info.length > 0
      ? { checks: s.constraint_info.map(loadCheck) }
      : {}),
    ...(s.tiflash_replica
      ? { tiflashReplica: { count: s.tiflash_replica.Count, labels: s.tiflash_replica.LocationLabels ?? [] } }
      : {}),
    ...(s.rutile.view ? { view: s.rutile.view } : {}),
    ...(s.rutile.sequence ? { sequence: s.rutile.sequence } : {}),
    ...(s.rutile.options ? { options: s.rutile.options } : {}),
    ...(s.rutile.moving
      ? {
          moving: {
            state: stateOf(s.rutile.moving.state),
            partition:
              s.rutile.moving.partition === null ? null : loadPartitioning(s.rutile.moving.partition),
            copies: s.rutile.moving.copies ?? true,
          },
        }
      : {}),
    ...(s.rutile.exchanging
      ? {
          exchanging: {
            partition: loadPartitioning(s.rutile.exchanging.partition),
            at: s.rutile.exchanging.at,
          },
        }
      : {}),
    ...(s.rutile.foreign_handles === true ? { foreignHandles: true } : {}),
    ...(s.rutile.counters_set === undefined ? {} : { countersSet: s.rutile.counters_set }),
  };
}

export function encodeDatabase(d: DbInfo): Uint8Array {
  const stored: StoredDb = {
    id: d.id,
    db_name: ci(d.name),
    charset: d.charset,
    collate: d.collate,
    state: stateNumber(d.state),
    ...(d.policy === undefined ? {} : { policy_ref_info: { name: ci(d.policy) } }),
  };
  return encode(stored);
}

export function decodeDatabase(bytes: Uint8Array): DbInfo {
  const s = decode(bytes) as StoredDb;
  return {
    id: s.id,
    name: s.db_name.O,
    lower: s.db_name.L,
    charset: s.charset,
    collate: s.collate,
    state: stateOf(s.state),
    ...(s.policy_ref_info ? { policy: s.policy_ref_info.name.O } : {}),
  };
}
