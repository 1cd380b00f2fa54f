import type {
  DropPlacementPolicyStmt,
  PartitionDef,
  PlacementPolicyStmt,
  TableOption,
} from '../parser/ast/index.js';
import {
  clusterObjects,
  deleteClusterObject,
  putClusterObject,
  type ClusterObject,
} from '../catalog/cluster-objects.js';
import type { InfoSchema } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import type { DdlContext } from './ddl-context.js';
import { changeSchema } from './schema-change.js';
import { tolerate } from './if-exists.js';

/** Options that stand for constraints on all replicas, and those that name them. */
const SUGAR: ReadonlySet<string> = new Set(['PRIMARY_REGION', 'REGIONS', 'SCHEDULE']);
const DIRECT: ReadonlySet<string> = new Set([
  'CONSTRAINTS',
  'LEADER_CONSTRAINTS',
  'FOLLOWER_CONSTRAINTS',
  'LEARNER_CONSTRAINTS',
  'VOTER_CONSTRAINTS',
]);
const COUNTS: ReadonlySet<string> = new Set(['FOLLOWERS', 'VOTERS', 'LEARNERS']);

export const policies = async (ctx: DdlContext): Promise<ClusterObject[]> =>
  clusterObjects(ctx.storage.snapshot(await ctx.storage.currentTs()), 'policy');

/** Throws 8236, 1105. */
function checkOptions(options: PlacementPolicyStmt['options']): void {
  const given = new Map(options.map((o) => [o.name, o.value]));
  for (const [name, value] of given)
    if (COUNTS.has(name) && name !== 'LEARNERS' && Number(value) <= 0)
      throw mysqlError('ER_UNKNOWN_ERROR', `${name} must be positive`);
  const sugar = [...given.keys()].filter((n) => SUGAR.has(n));
  const direct = [...given.keys()].filter((n) => DIRECT.has(n));
  if (sugar.length > 0 && direct.includes('CONSTRAINTS'))
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      'invalid placement option: should be [LEADER/VOTER/LEARNER/FOLLOWER]_CONSTRAINTS=.. [VOTERS/FOLLOWERS/LEARNERS]=.., mixed other sugar options',
    );
  const primary = given.get('PRIMARY_REGION');
  const regions = given.get('REGIONS');
  if (primary === undefined && regions === undefined) return;
  const list = String(regions ?? '')
    .split(',')
    .map((r) => r.trim());
  if (primary === undefined || regions === undefined || !list.includes(String(primary)))
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      'invalid placement option: primary region must be included in regions',
    );
}

/** CREATE [OR REPLACE] and ALTER PLACEMENT POLICY. The embedded store has one copy of everything: options are kept and shown. */
export async function definePolicy(ctx: DdlContext, stmt: PlacementPolicyStmt): Promise<void> {
  ctx.requireGlobal('SUPER', 'PLACEMENT_ADMIN');
  checkOptions(stmt.options);
  const lower = stmt.name.toLowerCase();
  const create = stmt.kind === 'CreatePlacementPolicy';
  await changeSchema(ctx, async (meta, txn) => {
    const before = (await clusterObjects(txn, 'policy')).find((p) => p.lower === lower);
    if (create && before !== undefined && !stmt.orReplace) {
      tolerate(ctx, mysqlError('ER_PLACEMENT_POLICY_EXISTS', stmt.name), stmt.ifExists);
      return { job: null };
    }
    if (!create && before === undefined) {
      tolerate(ctx, mysqlError('ER_PLACEMENT_POLICY_NOT_EXISTS', stmt.name), stmt.ifExists);
      return { job: null };
    }
    const id = before?.id ?? (await meta.allocateGlobalIds(1));
    const options = stmt.options.map((o) => ({ name: o.name, value: o.value, options: [] }));
    putClusterObject(txn, 'policy', { id, name: before?.name ?? stmt.name, lower, options });
    return { job: null };
  });
}

/** Throws 8239, 8241. */
export async function dropPolicy(ctx: DdlContext, stmt: DropPlacementPolicyStmt): Promise<void> {
  ctx.requireGlobal('SUPER', 'PLACEMENT_ADMIN');
  const lower = stmt.name.toLowerCase();
  await changeSchema(ctx, async (_meta, txn) => {
    const policy = (await clusterObjects(txn, 'policy')).find((p) => p.lower === lower);
    if (policy === undefined) {
      tolerate(ctx, mysqlError('ER_PLACEMENT_POLICY_NOT_EXISTS', stmt.name), stmt.ifExists);
      return { job: null };
    }
    if (isUsed(ctx.schema(), lower)) throw mysqlError('ER_PLACEMENT_POLICY_IN_USE', stmt.name);
    deleteClusterObject(txn, 'policy', policy.id);
    return { job: null };
  });
}

function isUsed(schema: InfoSchema, lower: string): boolean {
  const same = (name: string | undefined): boolean => name?.toLowerCase() === lower;
  return schema
    .databases()
    .some(
      (db) =>
        same(db.policy) ||
        schema
          .tables(db.name)
          .some(
            (t) =>
              same(t.options?.['PLACEMENT POLICY']) ||
              t.partition?.definitions.some((d) => same(d.policy)) === true,
          ),
    );
}

/** The policy named among options, as it is written where it was made; null for none or DEFAULT. Throws 8239. */
export async function policyOf(ctx: DdlContext, options: readonly TableOption[]): Promise<string | null> {
  const option = options.filter((o) => o.name === 'PLACEMENT POLICY').at(-1);
  if (option === undefined || String(option.value).toUpperCase() === 'DEFAULT') return null;
  return requirePolicy(ctx, String(option.value));
}

/** Throws 8239. */
export async function requirePolicy(ctx: DdlContext, name: string): Promise<string> {
  const policy = (await policies(ctx)).find((p) => p.lower === name.toLowerCase());
  if (policy === undefined) throw mysqlError('ER_PLACEMENT_POLICY_NOT_EXISTS', name);
  return policy.name;
}

/** Policies named by definitions of partitions. Throws 8239. */
export async function checkPartitionPolicies(
  ctx: DdlContext,
  definitions: readonly PartitionDef[],
): Promise<void> {
  for (const d of definitions) await policyOf(ctx, d.options);
}
