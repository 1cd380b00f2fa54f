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

function invalid(why: string): never {
  throw mysqlError('ER_UNKNOWN_ERROR', why);
}

/** Milliseconds in a unit of Go's durations. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of a duration as TiDB writes it ('1h30m', '500ms'); null for another text. */
export function durationMs(text: string): number | null {
  if (!/^(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return null;
  let ms = 0;
  for (const [, n, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g))
    ms += Number(n) * UNITS[unit!]!;
  return ms;
}

/** A duration in Go's form: 1h0m0s, 10m0s, 1.5s, 500ms. */
function durationText(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = `${(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

function duration(text: string, why: string): string {
  if (text === 'UNLIMITED') return text;
  const ms = durationMs(text);
  return ms === null || ms <= 0 ? invalid(why) : durationText(ms);
}

/** What makes a query a runaway one, in TiDB's order. */
const LIMITS: readonly string[] = ['EXEC_ELAPSED', 'PROCESSED_KEYS', 'RU'];

/** QUERY_LIMIT in its stored form: limits, action, watch. Throws 1105. */
function queryLimit(given: readonly ResourceGroupOption[]): ClusterOption[] {
  const option = (name: string): ResourceGroupOption | undefined => given.find((o) => o.name === name);
  if (given.length === 0) return [];
  if (new Set(given.map((o) => o.name)).size < given.length) invalid('Dupliated options specified');
  const limits = LIMITS.flatMap((name): ClusterOption[] => {
    const value = option(name)?.value;
    if (value === undefined) return [];
    if (typeof value === 'string')
      return [{ name, value: duration(value, 'invalid exec elapsed time'), options: [] }];
    return [{ name, value, options: [] }];
  });
  if (limits.length === 0) invalid('invalid exec elapsed time');
  const action = option('ACTION');
  if (action === undefined) return invalid('unknown resource group runaway action');
  const watch = option('WATCH');
  const out = [...limits, { name: 'ACTION', value: action.value, options: [] }];
  if (watch === undefined) return out;
  const until = String(watch.options[0]?.value ?? 'UNLIMITED');
  const value = duration(until, 'invalid watch duration');
  return [...out, { name: 'WATCH', value: watch.value, options: [{ name: 'DURATION', value, options: [] }] }];
}

/** Options in their stored form. Throws 1105. */
function checkedOptions(options: readonly ResourceGroupOption[]): ClusterOption[] {
  const out: ClusterOption[] = [];
  for (const o of options) {
    if (out.some((x) => x.name === o.name)) invalid('Dupliated options specified');
    let { value } = o;
    if (o.name === 'RU_PER_SEC' && value !== 'UNLIMITED' && (typeof value !== 'number' || value <= 0))
      invalid('RU_PER_SEC must be positive');
    if (o.name === 'BURSTABLE') value = value !== false && value !== 'OFF';
    const inner =
      o.name === 'QUERY_LIMIT'
        ? queryLimit(o.options)
        : o.options.map((x) => ({ name: x.name, value: x.value, options: [] }));
    out.push({ name: o.name, value, options: inner });
  }
  return out;
}

/** Longest name of a group, in characters. */
const LONGEST_NAME = 32;

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
  if (create && [...stmt.name].length > LONGEST_NAME)
    invalid(`resource group name too long, it should be less than ${LONGEST_NAME} characters`);
  const given = checkedOptions(stmt.options);
  if (create && !given.some((o) => o.name === 'RU_PER_SEC')) invalid('unknown resource group mode');
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
