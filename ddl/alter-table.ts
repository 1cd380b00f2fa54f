import type { AlterAlgorithm, AlterTableSpec, AlterTableStmt, Expr, TableName } from '../parser/ast/index.js';
import type { DbInfo, TableInfo } from '../catalog/model.js';
import { isCentral } from '../catalog/auto-columns.js';
import { withAttributes } from '../catalog/table-attributes.js';
import { mysqlError } from '../types/error-table.js';
import { algorithmOf, checkAlgorithm } from './alter-algorithm.js';
import { AlterPlan } from './alter-plan.js';
import { applyAddColumns, applyDefault, applyDropColumn, applyRenameColumn } from './column-clauses.js';
import { requireColumn } from './column-order.js';
import type { DdlContext } from './ddl-context.js';
import { applyAddCheck, applyAlterCheck, applyDropCheck } from './check-clauses.js';
import { applyAddForeignKey, applyDropForeignKey } from './foreign-key-clauses.js';
import { renameReferenced } from './foreign-key.js';
import { applyAddIndex, applyDropIndex, applyRenameIndex, applyVisibility } from './index-clauses.js';
import { applyModifyColumn } from './modify-column.js';
import {
  applyAddPartitions,
  applyCoalescePartitions,
  applyDropPartitions,
  applyFirstPartition,
  applyLastPartition,
  applyPartitionBy,
  applyRemovePartitioning,
  applyReorganizePartitions,
  applyTruncatePartitions,
} from './partition/alter-partitions.js';
import { addStatistics, dropStatistics } from './extended-statistics.js';
import { exchangePartition } from './partition/exchange-partition.js';
import { applyColumnarReplica } from './columnar-replica.js';
import { rewriteReorderedColumns } from './reordered-columns.js';
import { applyCharset, applyTableOptions } from './table-options.js';
import { applyCache, refuseCached, switchCache } from './cached-table.js';
import { checkPartitionPolicies, policyOf } from './placement.js';
import { applyTtl, removeTtl } from './ttl.js';
import { renameTables, requireTable } from './table.js';

/** A clause that changes the table's definition: it becomes part of one transition with those beside it. */
type Clause<K extends AlterTableSpec['kind']> = (
  plan: AlterPlan,
  spec: Extract<AlterTableSpec, { kind: K }>,
) => void | Promise<void>;
/** A clause that is carried out on its own. */
type Action<K extends AlterTableSpec['kind']> = (
  ctx: DdlContext,
  target: { readonly db: DbInfo; readonly table: TableInfo },
  spec: Extract<AlterTableSpec, { kind: K }>,
) => Promise<void>;

const clauses = new Map<AlterTableSpec['kind'], Clause<AlterTableSpec['kind']>>();
const actions = new Map<AlterTableSpec['kind'], Action<AlterTableSpec['kind']>>();

/** Registers a clause whose effect is another definition of the table. */
export function registerClause<K extends AlterTableSpec['kind']>(kind: K, apply: Clause<K>): void {
  clauses.set(kind, apply as unknown as Clause<AlterTableSpec['kind']>);
}
/** Registers a clause that is a change of its own kind. */
export function registerAction<K extends AlterTableSpec['kind']>(kind: K, run: Action<K>): void {
  actions.set(kind, run as unknown as Action<AlterTableSpec['kind']>);
}

registerClause('AddColumns', applyAddColumns);
registerClause('DropColumn', (plan, s) => applyDropColumn(plan, s.name, s.ifExists));
registerClause('ModifyColumn', async (plan, s) => {
  if (missing(plan, s.column.name, s.ifExists)) return;
  await applyModifyColumn(plan, s.column.name, s.column, s.position);
});
registerClause('ChangeColumn', async (plan, s) => {
  if (missing(plan, s.oldName, s.ifExists)) return;
  await applyModifyColumn(plan, s.oldName, s.column, s.position);
});
registerClause('RenameColumn', (plan, s) => applyRenameColumn(plan, s.from, s.to));
registerClause('AlterColumnDefault', async (plan, s) => {
  if (missing(plan, s.name, s.ifExists)) return;
  await applyDefault(plan, s.name, s.value);
});
registerClause('AddConstraint', (plan, { constraint }) => {
  if (constraint.kind === 'Check') applyAddCheck(plan, constraint, null);
  else if (constraint.kind === 'ForeignKey') applyAddForeignKey(plan, constraint);
  else applyAddIndex(plan, constraint);
});
registerClause('DropCheck', (plan, s) => applyDropCheck(plan, s.name, s.constraint));
registerClause('AlterCheck', (plan, s) => applyAlterCheck(plan, s.name, s.enforced));
registerClause('DropForeignKey', (plan, s) => applyDropForeignKey(plan, s.name, s.ifExists));
registerClause('DropIndex', (plan, s) => applyDropIndex(plan, s.name, s.ifExists));
registerClause('DropPrimaryKey', (plan) => applyDropIndex(plan, 'PRIMARY', false));
registerClause('RenameIndex', (plan, s) => applyRenameIndex(plan, s.from, s.to));
registerClause('AlterIndexVisibility', (plan, s) => applyVisibility(plan, s.name, s.visible));
registerClause('TableOptions', (plan, s) => applyTableOptions(plan, s.options));
registerClause('SetTtl', async (plan, s) => {
  applyTtl(plan, s.ttl, s.options);
  const rest = s.options.filter((o) => !o.name.startsWith('TTL_'));
  if (rest.length > 0) await applyTableOptions(plan, rest);
});
registerClause('PartitionOptions', async (plan, s) => {
  const { partition } = plan.table;
  if (partition === undefined) throw mysqlError('ER_PARTITION_MGMT_ON_NONPARTITIONED');
  const at = partition.definitions.findIndex((d) => d.lower === s.name.toLowerCase());
  if (at < 0) throw mysqlError('ER_UNKNOWN_PARTITION', s.name, plan.table.name);
  const policy = await policyOf(plan.ctx, s.options);
  const definitions = partition.definitions.map((d, i) => {
    if (i !== at) return d;
    const { policy: _, ...rest } = d;
    return policy === null ? rest : { ...rest, policy };
  });
  plan.table = { ...plan.table, partition: { ...partition, definitions } };
  plan.parts.push('alter table partition placement');
});
registerClause('Attributes', (plan, s) => {
  plan.table = withAttributes(plan.table, s.partition, s.value);
  plan.parts.push('alter table attributes');
});
registerClause('RemoveTtl', removeTtl);
registerClause('ConvertCharset', (plan, s) => applyCharset(plan, s.charset, s.collate));
registerClause('OrderBy', (plan, s) => {
  for (const c of s.columns) requireColumn(plan.table, c.name);
  // Rows lie in the order of their handle whatever is asked for.
  if (plan.table.pkIsHandle || plan.table.isCommonHandle)
    plan.ctx.warn({
      level: 'Warning',
      code: 1105,
      message: `ORDER BY ignored as there is a user-defined clustered index in the table '${plan.table.name}'`,
    });
});
registerClause('AddPartitions', async (plan, s) => {
  await checkPartitionPolicies(plan.ctx, s.definitions);
  await applyAddPartitions(plan, s);
});
registerClause('DropPartitions', (plan, s) => applyDropPartitions(plan, s.names, s.ifExists));
registerClause('TruncatePartitions', (plan, s) => applyTruncatePartitions(plan, s.names));
registerClause('CoalescePartitions', (plan, s) => applyCoalescePartitions(plan, s.count));
registerClause('ReorganizePartitions', (plan, s) => applyReorganizePartitions(plan, s.names, s.definitions));
registerClause('PartitionBy', async (plan, s) => {
  await checkPartitionPolicies(plan.ctx, s.partition.definitions);
  await applyPartitionBy(plan, s.partition);
});
registerClause('RemovePartitioning', (plan) => applyRemovePartitioning(plan));
for (const [kind, apply] of [
  ['FirstPartition', applyFirstPartition],
  ['LastPartition', applyLastPartition],
] as const)
  registerClause(kind as AlterTableSpec['kind'], (plan, s) => apply(plan, (s as { value: Expr }).value));
registerClause('TiFlashReplica', (plan, s) => applyColumnarReplica(plan, s));
const REFUSED: Readonly<Partial<Record<AlterTableSpec['kind'], string>>> = {
  CheckPartitions: 'check partition',
  OptimizePartitions: 'optimize partition',
  RepairPartitions: 'repair partition',
  RebuildPartitions: 'rebuild partition',
  ImportPartitions: 'Unsupported/unknown ALTER TABLE specification',
  DiscardPartitions: 'Unsupported/unknown ALTER TABLE specification',
  MergeFirstPartition: 'MERGE FIRST PARTITION',
  SplitMaxValuePartition: 'SPLIT LAST PARTITION',
};
for (const [kind, what] of Object.entries(REFUSED))
  registerClause(kind as AlterTableSpec['kind'], () => {
    throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', what);
  });
for (const kind of ['Algorithm', 'Lock', 'Validation', 'Force', 'EnableKeys', 'DisableKeys'] as const)
  registerClause(kind, () => undefined);

for (const [kind, on] of [
  ['Cache', true],
  ['NoCache', false],
] as const)
  registerAction(kind, (ctx, target) =>
    switchCache(ctx, target, on, () =>
      alterBy(ctx, { schema: target.db.name, name: target.table.name }, (plan) => applyCache(plan, on)),
    ),
  );
registerAction('AddStatistics', (ctx, { table }, s) => addStatistics(ctx, table, s));
registerAction('DropStatistics', (ctx, { table }, s) => dropStatistics(ctx, table, s));
registerAction('ExchangePartition', (ctx, target, s) =>
  exchangePartition(ctx, target, s.name, s.table, s.validation),
);
registerAction('RenameTable', (ctx, { db, table }, s) =>
  renameTables(
    ctx,
    {
      renames: [
        {
          from: { schema: db.name, name: table.name },
          to: { schema: s.to.schema ?? db.name, name: s.to.name },
        },
      ],
    },
    true,
  ),
);

/** IF EXISTS of a column that is not there. */
function missing(plan: AlterPlan, column: string, ifExists: boolean): boolean {
  if (!ifExists) return false;
  try {
    requireColumn(plan.table, column);
    return false;
  } catch (e) {
    plan.note(e as { code: number; message: string });
    return true;
  }
}

/** ALTER TABLE: its clauses as one change, which happens as a whole or not at all. */
export async function alterTable(ctx: DdlContext, stmt: AlterTableStmt): Promise<void> {
  await ctx.reload();
  const find = (): { db: DbInfo; table: TableInfo } => requireTable(ctx, stmt.table);
  const { db, table } = find();
  ctx.checkPrivilege('ALTER', db.name, table.name);
  for (const s of stmt.specs) {
    if (s.kind === 'Validation')
      ctx.warn({
        level: 'Warning',
        code: 8200,
        message: `ALTER TABLE ${s.with ? 'WITH' : 'WITHOUT'} VALIDATION is currently unsupported`,
      });
  }
  if (stmt.specs.some((s) => s.kind !== 'Cache' && s.kind !== 'NoCache')) refuseCached(table, 'Alter Table');
  if (isCentral(table) && stmt.specs.some((s) => s.kind === 'TableOptions')) await ctx.giveBackIds(table);
  const specs = stmt.specs.filter((s) => algorithmOf(s) !== null);
  checkAlgorithms(ctx, stmt, specs);
  for (let from = 0; from < specs.length;) {
    const spec = specs[from]!;
    const action = actions.get(spec.kind);
    if (action !== undefined) {
      if (spec.kind === 'RenameTable' && specs.length > 1)
        throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', 'multi schema change for rename table');
      await ctx.reload();
      await action(ctx, find(), spec);
      from++;
      continue;
    }
    let to = from;
    while (to < specs.length && !actions.has(specs[to]!.kind)) to++;
    await changeTableBy(ctx, stmt.table, specs.slice(from, to));
    from = to;
  }
}

function checkAlgorithms(ctx: DdlContext, stmt: AlterTableStmt, specs: readonly AlterTableSpec[]): void {
  let asked: AlterAlgorithm | null = null;
  for (const s of stmt.specs) if (s.kind === 'Algorithm') asked = s.value;
  if (asked === null) return;
  for (const s of specs) checkAlgorithm(ctx, asked, algorithmOf(s)!);
}

async function changeTableBy(
  ctx: DdlContext,
  name: TableName,
  specs: readonly AlterTableSpec[],
): Promise<void> {
  await alterBy(ctx, name, (plan) => applyClauses(plan, specs));
}

/** Works out what the clauses make of the table. */
export async function applyClauses(plan: AlterPlan, specs: readonly AlterTableSpec[]): Promise<void> {
  for (const s of specs) {
    if (s.kind === 'RenameColumn') plan.willRename(s.from, s.to);
    else if (s.kind === 'ChangeColumn') plan.willRename(s.oldName, s.column.name);
  }
  for (const spec of specs) {
    const apply = clauses.get(spec.kind);
    if (apply === undefined) throw mysqlError('ER_NOT_SUPPORTED_YET', `ALTER TABLE ${spec.kind}`);
    await apply(plan, spec);
  }
}

/** Changes a table as `apply` says: worked out on the table's newest form, carried out as one job. */
export async function alterBy(
  ctx: DdlContext,
  name: TableName,
  apply: (plan: AlterPlan) => void | Promise<void>,
): Promise<void> {
  let done: AlterPlan | null = null;
  await ctx.jobs.change(
    ctx,
    () => requireTable(ctx, name),
    async (db, table) => {
      ctx.checkTableLock(table);
      const plan = new AlterPlan(ctx, db, table);
      await apply(plan);
      rewriteReorderedColumns(plan);
      done = plan;
      return plan.finish();
    },
  );
  if (done !== null) await renameReferenced(done);
}
