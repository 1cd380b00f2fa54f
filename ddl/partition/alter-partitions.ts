import { referrersOf } from '../../catalog/foreign-keys.js';
import type { PartitionDef, PartitionOptions } from '../../parser/ast/index.js';
import type { PartitionDefinition, PartitionInfo, TableInfo } from '../../catalog/model.js';
import { GLOBAL_INDEX_VERSION, hasEntries } from '../../catalog/table-layout.js';
import { MetaMutator } from '../../catalog/meta/meta.js';
import { mysqlError } from '../../types/error-table.js';
import type { AlterPlan } from '../alter-plan.js';
import { checkGlobal } from '../build-index.js';
import type { DdlContext } from '../ddl-context.js';
import {
  buildPartitions,
  checkDefinitions,
  checkNames,
  commentOf,
  policyIn,
  definitionsOf,
  MAX_PARTITIONS,
} from './build-partitions.js';
import { partitionsBelow, partitionsUpTo } from './interval.js';

/** The table's partitioning. Throws 1505. */
function requirePartitions(table: TableInfo): PartitionInfo {
  if (table.partition === undefined) throw mysqlError('ER_PARTITION_MGMT_ON_NONPARTITIONED');
  return table.partition;
}

/** Partitions with fresh ids. Ids of a change that comes to nothing are not given out again. */
async function withFreshIds(
  ctx: DdlContext,
  definitions: readonly PartitionDefinition[],
): Promise<PartitionDefinition[]> {
  for (;;) {
    const txn = await ctx.storage.begin();
    try {
      const first = await new MetaMutator(txn).allocateGlobalIds(definitions.length);
      await txn.commit();
      return definitions.map((d, i) => ({ ...d, id: first + i }));
    } catch (e) {
      if (txn.valid) await txn.rollback();
      if ((e as { name?: string }).name !== 'WriteConflictError' && (e as { code?: number }).code !== 9007)
        throw e;
    }
  }
}

/** The plan's table with other partitions, which its rows move to when `moves`. */
function repartition(plan: AlterPlan, type: string, partition: PartitionInfo | null, moves: boolean): void {
  const { partition: _, ...rest } =
    moves || type !== 'add partition' ? withNewGlobals(plan.table) : plan.table;
  if (partition !== null) {
    if (partition.definitions.length > MAX_PARTITIONS) throw mysqlError('ER_TOO_MANY_PARTITIONS_ERROR');
    checkDefinitions(plan.ctx, partition, rest);
    plan.table = { ...rest, partition };
  } else plan.table = rest;
  plan.movesRows = moves;
  plan.parts.push(type);
}

/** Entries of global indexes name partitions: they are made anew for others. Without partitions they are as any index. */
function withNewGlobals(table: TableInfo): TableInfo {
  let next = table.maxIndexId;
  const indices = table.indices.map((i) =>
    i.global === true ? { ...i, id: ++next, globalVersion: GLOBAL_INDEX_VERSION } : i,
  );
  return next === table.maxIndexId ? table : { ...table, indices, maxIndexId: next };
}

function warnOfStatistics(ctx: DdlContext, of: 'related' | 'new'): void {
  ctx.warn({
    level: 'Warning',
    code: 1105,
    message: `The statistics of ${of} partitions will be outdated after reorganizing partitions. Please use 'ANALYZE TABLE' statement if you want to update it now`,
  });
}

/** ADD PARTITION: of RANGE and LIST beside those that are there; HASH and KEY divide all rows anew. */
export async function applyAddPartitions(
  plan: AlterPlan,
  spec: {
    readonly ifNotExists: boolean;
    readonly definitions: readonly PartitionDef[];
    readonly count: number | null;
  },
): Promise<void> {
  const { ctx, table } = plan;
  const info = requirePartitions(table);
  if (info.type === 'HASH' || info.type === 'KEY') {
    await addNumbered(plan, info, spec.definitions, spec.count);
    return;
  }
  if (spec.definitions.length === 0) throw mysqlError('ER_PARTITIONS_MUST_BE_DEFINED_ERROR', info.type);
  if (info.type === 'LIST' && info.definitions.some((d) => d.inValues.some((v) => v[0] === 'DEFAULT')))
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_OPERATION',
      'ADD List partition, already contains DEFAULT partition. Please use REORGANIZE PARTITION instead',
    );
  let added: PartitionDefinition[];
  try {
    added = await definitionsOf(ctx, info, spec.definitions, table, info.definitions);
  } catch (e) {
    if (!spec.ifNotExists || (e as { code?: number }).code !== 1517) throw e;
    plan.note(e as { code: number; message: string });
    return;
  }
  const definitions = [...info.definitions, ...(await withFreshIds(ctx, added))];
  repartition(plan, 'add partition', { ...info, definitions }, false);
}

async function addNumbered(
  plan: AlterPlan,
  info: PartitionInfo,
  defs: readonly PartitionDef[],
  asked: number | null,
): Promise<void> {
  for (const d of defs) {
    if (d.values === null) continue;
    const range = d.values.kind === 'LessThan';
    if (d.values.kind === 'History')
      throw mysqlError('ER_PARTITION_WRONG_VALUES_ERROR', 'SYSTEM_TIME', 'HISTORY');
    throw mysqlError('ER_PARTITION_WRONG_VALUES_ERROR', range ? 'RANGE' : 'LIST', range ? 'LESS THAN' : 'IN');
  }
  const before = info.definitions.length;
  const count = asked ?? defs.length;
  if (count === 0) throw mysqlError('ER_ADD_PARTITION_NO_NEW_PARTITION');
  if (before + count > MAX_PARTITIONS) throw mysqlError('ER_TOO_MANY_PARTITIONS_ERROR');
  const added = Array.from({ length: count }, (_, i) => {
    const name = defs[i]?.name ?? `p${before + i}`;
    return {
      id: 0,
      name,
      lower: name.toLowerCase(),
      lessThan: [],
      inValues: [],
      comment: commentOf(defs[i]),
      ...policyIn(defs[i]),
    };
  });
  checkNames([...info.definitions, ...added].map((d) => d.name));
  const definitions = await withFreshIds(plan.ctx, [...info.definitions, ...added]);
  repartition(plan, 'add partition', { ...info, definitions }, true);
  warnOfStatistics(plan.ctx, 'related');
}

/** Positions of the named partitions, in the table's order. `missing` makes the error for one that is not there. */
function positions(
  info: PartitionInfo,
  names: readonly string[],
  missing: (name: string) => Error,
): number[] {
  const at = new Set<number>();
  for (const name of names) {
    const i = info.definitions.findIndex((d) => d.lower === name.toLowerCase());
    if (i < 0) throw missing(name);
    at.add(i);
  }
  return [...at].sort((a, b) => a - b);
}

/** DROP PARTITION: with its rows. */
export function applyDropPartitions(plan: AlterPlan, names: readonly string[], ifExists: boolean): void {
  const info = requirePartitions(plan.table);
  if (info.type === 'HASH' || info.type === 'KEY')
    throw mysqlError('ER_ONLY_ON_RANGE_LIST_PARTITION', 'DROP');
  if (names.length >= info.definitions.length && !ifExists) throw mysqlError('ER_DROP_LAST_PARTITION');
  if (new Set(names.map((n) => n.toLowerCase())).size < names.length)
    throw mysqlError('ER_DROP_PARTITION_NON_EXISTENT', 'DROP');
  let gone: Set<number>;
  try {
    gone = new Set(positions(info, names, () => mysqlError('ER_DROP_PARTITION_NON_EXISTENT', 'DROP')));
  } catch (e) {
    if (!ifExists) throw e;
    plan.note(e as { code: number; message: string });
    return;
  }
  if (gone.size === info.definitions.length) throw mysqlError('ER_DROP_LAST_PARTITION');
  const definitions = info.definitions.filter((_, i) => !gone.has(i));
  repartition(plan, 'drop partition', { ...info, definitions }, false);
}

/** TRUNCATE PARTITION: the partitions go on under other ids. */
export async function applyTruncatePartitions(
  plan: AlterPlan,
  names: readonly string[] | null,
): Promise<void> {
  const info = requirePartitions(plan.table);
  const at =
    names === null
      ? info.definitions.map((_, i) => i)
      : positions(info, names, (n) => mysqlError('ER_UNKNOWN_PARTITION', n, plan.table.name));
  const fresh = await withFreshIds(
    plan.ctx,
    at.map((i) => info.definitions[i]!),
  );
  const definitions = info.definitions.slice();
  at.forEach((i, n) => (definitions[i] = fresh[n]!));
  repartition(plan, 'truncate partition', { ...info, definitions }, false);
}

/** COALESCE PARTITION n: all rows in n partitions fewer. */
export async function applyCoalescePartitions(plan: AlterPlan, count: number): Promise<void> {
  const info = requirePartitions(plan.table);
  if (info.type !== 'HASH' && info.type !== 'KEY') throw mysqlError('ER_COALESCE_ONLY_ON_HASH_PARTITION');
  if (count < 1) throw mysqlError('ER_COALESCE_PARTITION_NO_PARTITION');
  if (count >= info.definitions.length) throw mysqlError('ER_DROP_LAST_PARTITION');
  const definitions = await withFreshIds(plan.ctx, info.definitions.slice(0, -count));
  repartition(plan, 'alter table coalesce partition', { ...info, definitions }, true);
  warnOfStatistics(plan.ctx, 'related');
}

/** REORGANIZE PARTITION a, b INTO (…): their rows divided anew. Throws 1511, 1510, 1567, 8200, 1520. */
export async function applyReorganizePartitions(
  plan: AlterPlan,
  names: readonly string[] | null,
  defs: readonly PartitionDef[],
): Promise<void> {
  const { ctx, table } = plan;
  const info = requirePartitions(table);
  if (names === null || names.length === 0) throw mysqlError('ER_REORG_NO_PARAM_ERROR');
  if (info.type === 'HASH' || info.type === 'KEY') throw mysqlError('ER_REORG_HASH_ONLY_ON_SAME_NO');
  if (new Set(names.map((n) => n.toLowerCase())).size < names.length)
    throw mysqlError('ER_SAME_NAME_PARTITION', names.find((n, i) => names.indexOf(n) < i) ?? names[0]!);
  const at = positions(info, names, () => mysqlError('ER_WRONG_PARTITION_NAME'));
  const [first, last] = [at[0]!, at[at.length - 1]!];
  if (info.type === 'RANGE' && last - first + 1 !== at.length)
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_OPERATION',
      'REORGANIZE PARTITION of RANGE; not adjacent partitions',
    );
  const staying = info.definitions.filter((_, i) => !at.includes(i));
  const made = await definitionsOf(ctx, info, defs, table, staying);
  // Only the last partition's range may grow or shrink.
  if (info.type === 'RANGE' && last < info.definitions.length - 1) {
    const end = made[made.length - 1]!.lessThan;
    if (end.join(',') !== info.definitions[last]!.lessThan.join(','))
      throw mysqlError('ER_REORG_OUTSIDE_RANGE');
  }
  const fresh = await withFreshIds(ctx, made);
  const definitions = [
    ...info.definitions.slice(0, first),
    ...fresh,
    ...info.definitions.slice(first).filter((d) => staying.includes(d)),
  ];
  repartition(plan, 'alter table reorganize partition', { ...info, definitions }, true);
  warnOfStatistics(ctx, 'related');
}

/** UPDATE INDEXES (i GLOBAL | LOCAL, …). An index that is already what is asked for stays. Throws 1176. */
function withReach(
  table: TableInfo,
  asked: readonly { readonly name: string; readonly global: boolean }[],
): TableInfo {
  let result = table;
  for (const { name, global } of asked) {
    const at = result.indices.findIndex((i) => i.lower === name.toLowerCase());
    const index = result.indices[at];
    if (index === undefined) throw mysqlError('ER_KEY_DOES_NOT_EXITS', name, table.name);
    if ((index.global === true) === global) continue;
    checkGlobal(global ? { ...index, global } : index, true, !hasEntries(table, index));
    const { global: _, globalVersion: __, ...rest } = index;
    const maxIndexId = result.maxIndexId + 1;
    const next = {
      ...rest,
      id: maxIndexId,
      ...(global ? { global, globalVersion: GLOBAL_INDEX_VERSION } : {}),
    };
    result = { ...result, maxIndexId, indices: result.indices.map((i, n) => (n === at ? next : i)) };
  }
  return result;
}

/** ALTER TABLE … PARTITION BY: on a table with rows. */
export async function applyPartitionBy(plan: AlterPlan, options: PartitionOptions): Promise<void> {
  const { ctx, db, table } = plan;
  if ((table.foreignKeys ?? []).length > 0 || referrersOf(ctx.schema(), db.name, table.name).length > 0)
    throw mysqlError('ER_FOREIGN_KEY_ON_PARTITIONED');
  const asked = withReach(table, options.updateIndexes);
  const built = await buildPartitions(ctx, options, asked);
  if (built === null) return;
  plan.table = asked;
  const definitions = await withFreshIds(ctx, built.definitions);
  repartition(plan, 'alter table partition by', { ...built, definitions }, true);
  warnOfStatistics(ctx, 'new');
}

/** REMOVE PARTITIONING: all rows in one table. */
export function applyRemovePartitioning(plan: AlterPlan): void {
  requirePartitions(plan.table);
  repartition(plan, 'alter table remove partitioning', null, true);
  plan.table = {
    ...plan.table,
    indices: plan.table.indices.map((i) => {
      if (i.global !== true) return i;
      const { global: _, globalVersion: __, ...rest } = i;
      return rest;
    }),
  };
}

/** FIRST PARTITION LESS THAN: drops those below. */
export async function applyFirstPartition(
  plan: AlterPlan,
  value: Parameters<typeof partitionsBelow>[3],
): Promise<void> {
  const info = requirePartitions(plan.table);
  applyDropPartitions(plan, await partitionsBelow(plan.ctx, info, plan.table, value), false);
}

/** LAST PARTITION LESS THAN: adds those up to it. */
export async function applyLastPartition(
  plan: AlterPlan,
  value: Parameters<typeof partitionsUpTo>[3],
): Promise<void> {
  const info = requirePartitions(plan.table);
  const definitions = await partitionsUpTo(plan.ctx, info, plan.table, value);
  await applyAddPartitions(plan, { ifNotExists: false, definitions, count: null });
}
