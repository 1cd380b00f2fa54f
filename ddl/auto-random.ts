import type { ColumnDef } from '../parser/ast/index.js';
import type { ColumnInfo, TableInfo } from '../catalog/model.js';
import { columnIds, randomColumn } from '../catalog/auto-columns.js';
import { handleColumn } from '../catalog/table-layout.js';
import { typeName } from '../catalog/type-text.js';
import { mysqlError } from '../types/error-table.js';
import type { MysqlError } from '../types/error.js';
import { isUnsigned, TypeCode } from '../types/field-type.js';
import type { AlterPlan } from './alter-plan.js';
import type { DdlContext } from './ddl-context.js';

/** AUTO_RANDOM(shardBits, rangeBits), with the defaults where they are not written. */
export interface AutoRandomBits {
  readonly shardBits: number;
  readonly rangeBits: number;
}

const DEFAULT_SHARD_BITS = 5;
const DEFAULT_RANGE_BITS = 64;
const MAX_SHARD_BITS = 15;
const MIN_RANGE_BITS = 32;
/** What the counted part has at least. */
const MIN_COUNT_BITS = 27;

const invalid = (what: string): MysqlError => mysqlError('ER_INVALID_AUTO_RANDOM', what);

/** What AUTO_RANDOM in a column's definition says; null without it. Throws 8216. */
export function autoRandomBits(def: ColumnDef, column: ColumnInfo): AutoRandomBits | null {
  const option = def.options.find((o) => o.kind === 'AutoRandom');
  if (option === undefined) return null;
  if (column.type.tp !== TypeCode.LongLong)
    throw invalid(
      `auto_random option must be defined on \`bigint\` column, but not on \`${typeName(column.type)}\` column`,
    );
  const shardBits = option.shardBits ?? DEFAULT_SHARD_BITS;
  const rangeBits = option.rangeBits ?? DEFAULT_RANGE_BITS;
  if (shardBits === 0) throw invalid('the auto_random shard bits must be positive');
  if (shardBits > MAX_SHARD_BITS)
    throw invalid(
      `max allowed auto_random shard bits is ${MAX_SHARD_BITS}, but got ${shardBits} on column \`${column.name}\``,
    );
  if (rangeBits < MIN_RANGE_BITS || rangeBits > DEFAULT_RANGE_BITS)
    throw invalid(
      `auto_random range bits must be between ${MIN_RANGE_BITS} and ${DEFAULT_RANGE_BITS}, but got ${rangeBits}`,
    );
  if (rangeBits - shardBits - (isUnsigned(column.type) ? 0 : 1) < MIN_COUNT_BITS)
    throw invalid(
      'auto_random ID space is too small, please decrease the shard bits or increase the range bits',
    );
  if (column.autoIncrement) throw invalid('auto_random is incompatible with auto_increment');
  if (def.options.some((o) => o.kind === 'Default'))
    throw invalid('auto_random is incompatible with default');
  return { shardBits, rangeBits };
}

/** The table with an AUTO_RANDOM column, which must be its clustered primary key, or the first part of it. Throws 8216. */
export function withAutoRandom(
  ctx: DdlContext,
  table: TableInfo,
  { column, bits }: { readonly column: string; readonly bits: AutoRandomBits },
): TableInfo {
  const primary = table.indices.find((i) => i.primary);
  if (primary?.columns[0]?.name.toLowerCase() !== column.toLowerCase())
    throw invalid(`column '${column}' must be the first column in primary key`);
  if (!table.pkIsHandle && !table.isCommonHandle)
    throw invalid('auto_random is only supported on the tables with clustered primary key');
  const made = { ...table, autoRandom: bits };
  ctx.warn({
    level: 'Note',
    code: 1105,
    message: `Available implicit allocation times: ${columnIds(made).max}`,
  });
  return made;
}

/** The base fits the counted part of the values. Throws 8216. */
export function checkRandomBase(table: TableInfo, base: string): void {
  const { max } = columnIds(table);
  if (BigInt(base) > max)
    throw invalid(
      `alter auto_random_base to ${base} overflows the incremental bits, max allowed base is ${max}`,
    );
}

/** The values counted so far fit beside the shard bits. Throws 8216. */
export function checkRandomBits(table: TableInfo, counted: bigint): void {
  const { max } = columnIds(table);
  if (counted <= max) return;
  const { shardBits } = table.autoRandom!;
  const used = counted.toString(2).length - max.toString(2).length;
  throw invalid(
    `max allowed auto_random shard bits is ${shardBits - used}, but got ${shardBits} on column \`${randomColumn(table)!.name}\``,
  );
}

/** What MODIFY COLUMN makes of AUTO_RANDOM; undefined: nothing. Throws 8216. */
export function modifiedRandom(
  plan: AlterPlan,
  old: ColumnInfo,
  next: ColumnInfo,
  given: AutoRandomBits | null,
): AutoRandomBits | undefined {
  const { table } = plan;
  const before = randomColumn(table)?.id === old.id ? table.autoRandom : undefined;
  if (before === undefined) {
    if (given === null) return undefined;
    // Values that were counted on without gaps become the counted part.
    if (!old.autoIncrement || handleColumn(table)?.id !== old.id)
      throw invalid('auto_random can only be converted from auto_increment clustered primary key');
    if (next.type.tp !== old.type.tp || isUnsigned(next.type) !== isUnsigned(old.type))
      throw invalid('modifying the auto_random column type is not supported');
    plan.randomFromIncrement = true;
    return given;
  }
  if (given === null) throw invalid('adding/dropping/modifying auto_random is not supported');
  if (next.type.tp !== old.type.tp || isUnsigned(next.type) !== isUnsigned(old.type))
    throw invalid('modifying the auto_random column type is not supported');
  if (given.rangeBits !== before.rangeBits)
    throw invalid('alter the range bits of auto_random column is not supported');
  if (given.shardBits < before.shardBits) throw invalid('decreasing auto_random shard bits is not supported');
  return given;
}
