import type { DropResourceGroupStmt, ResourceGroupOption, ResourceGroupStmt } from '../parser/ast/index.js';
import {
  clusterObjects,
  DEFAULT_GROUP,
  deleteClusterObject,
  putClusterObject,
  type ClusterObject,
  type ClusterOption,
} from '../catalog/cluster-objects.js';
import type { MetaReader } from '../catalog/meta/meta.js';
import { mysqlError } from '../types/error-table.js';
import type { DdlContext } from './ddl-context.js';
import { changeSchema } from './schema-change.js';
import { tolerate } from './if-exists.js';

/** All groups, the default one among them. */
export async function resourceGroups(reader: MetaReader): Promise<ClusterObject[]> {
  const made = await clusterObjects(reader, 'group');
  return made.some((g) => g.lower === 'default') ? made : [DEFAULT_GROUP, ...made];
}

const KNOWN: ReadonlySet<string> = new Set([
  'RU_PER_SEC',
  'PRIORITY',
  'BURSTABLE',
  'QUERY_LIMIT',
  'BACKGROUND',
]);
const PRIORITIES: ReadonlySet<string> = new Set(['LOW', 'MEDIUM', 'HIGH']);

/** Options in their stored form. Throws 1105, 8255. */
function checkedOptions(options: readonly ResourceGroupOption[]): ClusterOption[] {
  const out: ClusterOption[] = [];
  for (const o of options) {
    if (!KNOWN.has(o.name)) throw mysqlError('ER_UNKNOWN_ERROR', `unknown resource group option ${o.name}`);
    if (out.some((x) => x.name === o.name))
      throw mysqlError('ER_UNKNOWN_ERROR', `Dupliated options specified`);
    let { value } = o;
    if (o.name === 'RU_PER_SEC') {
      if (typeof value === 'string' && value.toUpperCase() === 'UNLIMITED') value = 'UNLIMITED';
      else if (typeof value !== 'number' || value <= 0)
        throw mysqlError('ER_UNKNOWN_ERROR', 'RU_PER_SEC must be positive');
    }
    if (o.name === 'PRIORITY') {
      value = String(value).toUpperCase();
      if (!PRIORITIES.has(value)) throw mysqlError('ER_UNKNOWN_ERROR', `invalid priority ${value}`);
    }
    if (o.name === 'BURSTABLE') value = value !== false;
    const inner = o.options.map((x) => ({ name: x.name, value: x.value, options: [] }));
    out.push({ name: o.name, value, options: inner });
  }
  return out;
}

function checkEnabled(ctx: DdlContext): void {
  ctx.requireGlobal('SUPER', 'RESOURCE_GROUP_ADMIN');
  if (ctx.variable('tidb_enable_resource_control') !== 'ON')
    throw mysqlError('ER_RESOURCE_GROUP_SUPPORT_DISABLED');
}

/**
 * CREATE and ALTER RESOURCE GROUP. Groups are kept and shown, and requests to a cluster's stores carry the session's; this node does
 * not count request units. Throws 8248, 8249, 8250.
 */
export async function defineResourceGroup(ctx: DdlContext, stmt: ResourceGroupStmt): Promise<void> {
  checkEnabled(ctx);
  const lower = stmt.name.toLowerCase();
  const create = stmt.kind === 'CreateResourceGroup';
  const given = checkedOptions(stmt.options);
  if (create && !given.some((o) => o.name === 'RU_PER_SEC'))
    throw mysqlError('ER_UNKNOWN_ERROR', 'invalid resource group settings: no RU_PER_SEC');
  await changeSchema(ctx, async (meta, txn) => {
    const before = (await resourceGroups(txn)).find((g) => g.lower === lower);
    if (create === (before !== undefined)) {
      tolerate(
        ctx,
        create
          ? mysqlError('ER_RESOURCE_GROUP_EXISTS', stmt.name)
          : mysqlError('ER_RESOURCE_GROUP_NOT_EXISTS', stmt.name),
        stmt.ifExists,
      );
      return { job: null };
    }
    const names = new Set(given.map((o) => o.name));
    const kept = (before?.options ?? []).filter((o) => !names.has(o.name));
    const id = before?.id ?? (await meta.allocateGlobalIds(1));
    const name = before?.name ?? stmt.name;
    putClusterObject(txn, 'group', { id, name, lower, options: [...kept, ...given] });
    return { job: null };
  });
}

/** Throws 8249, 8250 and 1105 for the default group. */
export async function dropResourceGroup(ctx: DdlContext, stmt: DropResourceGroupStmt): Promise<void> {
  checkEnabled(ctx);
  const lower = stmt.name.toLowerCase();
  if (lower === 'default') throw mysqlError('ER_UNKNOWN_ERROR', "can't drop reserved resource group");
  await changeSchema(ctx, async (_meta, txn) => {
    const group = (await clusterObjects(txn, 'group')).find((g) => g.lower === lower);
    if (group === undefined) {
      tolerate(ctx, mysqlError('ER_RESOURCE_GROUP_NOT_EXISTS', stmt.name), stmt.ifExists);
    } else deleteClusterObject(txn, 'group', group.id);
    return { job: null };
  });
}
