import { metaHashKey, metaHashPrefix } from '../kv/codec/meta-key.js';
import { prefixNext } from '../kv/codec/byte-writer.js';
import type { MetaReader, MetaWriter } from './meta/meta.js';

/** Placement policies and resource groups: objects of the cluster that belong to no database. */

export type OptionValue = string | number | boolean | null;

/** An option with its value, or with options of its own (QUERY_LIMIT, BACKGROUND). */
export interface ClusterOption {
  readonly name: string;
  readonly value: OptionValue;
  readonly options: readonly ClusterOption[];
}

export interface ClusterObject {
  readonly id: number;
  readonly name: string;
  readonly lower: string;
  readonly options: readonly ClusterOption[];
}

/** Hashes and fields as TiDB has them (meta: `Policies`, `ResourceGroups`). */
const KINDS = {
  policy: { hash: Buffer.from('Policies'), field: 'Policy' },
  group: { hash: Buffer.from('ResourceGroups'), field: 'RG' },
} as const;
export type ClusterObjectKind = keyof typeof KINDS;

const keyOf = (kind: ClusterObjectKind, id: number): Uint8Array =>
  metaHashKey(KINDS[kind].hash, Buffer.from(`${KINDS[kind].field}:${id}`));

/** All of a kind, by name. */
export async function clusterObjects(reader: MetaReader, kind: ClusterObjectKind): Promise<ClusterObject[]> {
  const prefix = metaHashPrefix(KINDS[kind].hash);
  const iterator = reader.iterate(prefix, prefixNext(prefix));
  const found: ClusterObject[] = [];
  try {
    for (let pair = await iterator.next(); pair !== null; pair = await iterator.next())
      found.push(JSON.parse(Buffer.from(pair.value).toString()) as ClusterObject);
  } finally {
    iterator.close();
  }
  return found.sort((a, b) => (a.lower < b.lower ? -1 : 1));
}

export function putClusterObject(writer: MetaWriter, kind: ClusterObjectKind, o: ClusterObject): void {
  writer.set(keyOf(kind, o.id), Buffer.from(JSON.stringify(o)));
}
export function deleteClusterObject(writer: MetaWriter, kind: ClusterObjectKind, id: number): void {
  writer.delete(keyOf(kind, id));
}

/** A policy's options in TiDB's order (model.PlacementSettings). */
export const POLICY_OPTIONS: readonly string[] = [
  'PRIMARY_REGION',
  'REGIONS',
  'SCHEDULE',
  'CONSTRAINTS',
  'LEADER_CONSTRAINTS',
  'VOTERS',
  'VOTER_CONSTRAINTS',
  'FOLLOWERS',
  'FOLLOWER_CONSTRAINTS',
  'LEARNERS',
  'LEARNER_CONSTRAINTS',
  'SURVIVAL_PREFERENCES',
];

/** A policy's options as SHOW prints them. */
export function policyText(policy: ClusterObject): string {
  const parts: string[] = [];
  for (const name of POLICY_OPTIONS) {
    const o = policy.options.find((x) => x.name === name);
    if (o === undefined || o.value === '' || o.value === 0) continue;
    parts.push(`${name}=${typeof o.value === 'number' ? o.value : JSON.stringify(String(o.value))}`);
  }
  return parts.join(' ');
}

/** The group that everybody is in who is in no other. */
export const DEFAULT_GROUP: ClusterObject = {
  id: 1,
  name: 'default',
  lower: 'default',
  options: [
    { name: 'RU_PER_SEC', value: 'UNLIMITED', options: [] },
    { name: 'PRIORITY', value: 'MEDIUM', options: [] },
    { name: 'BURSTABLE', value: true, options: [] },
  ],
};

export const groupOption = (group: ClusterObject, name: string): ClusterOption | undefined =>
  group.options.find((o) => o.name === name);

/** Options within QUERY_LIMIT and BACKGROUND, strings within `quote`. */
export function innerOptions(o: ClusterOption | undefined, quote: '"' | "'" = "'"): string | null {
  if (o === undefined || o.options.length === 0) return null;
  const item = (x: ClusterOption): string => {
    const quoted = QUOTED.has(x.name) && x.value !== 'UNLIMITED';
    const value = quoted ? `${quote}${String(x.value)}${quote}` : String(x.value);
    return [`${x.name}=${value}`, ...x.options.map(item)].join(' ');
  };
  return o.options.map(item).join(', ');
}

const QUOTED: ReadonlySet<string> = new Set(['EXEC_ELAPSED', 'DURATION', 'TASK_TYPES']);

/** A group's options as SHOW CREATE RESOURCE GROUP prints them. */
export function groupText(group: ClusterObject): string {
  const parts = [
    `RU_PER_SEC=${String(groupOption(group, 'RU_PER_SEC')?.value ?? 'UNLIMITED')}`,
    `PRIORITY=${String(groupOption(group, 'PRIORITY')?.value ?? 'MEDIUM')}`,
  ];
  if (groupOption(group, 'BURSTABLE')?.value === true) parts.push('BURSTABLE');
  const limit = innerOptions(groupOption(group, 'QUERY_LIMIT'), '"');
  if (limit !== null) parts.push(`QUERY_LIMIT=(${limit})`);
  const background = innerOptions(groupOption(group, 'BACKGROUND'));
  if (background !== null) parts.push(`BACKGROUND=(${background})`);
  return parts.join(', ');
}
