import { clusterObjects, groupOption, innerOptions } from '../catalog/cluster-objects.js';
import { text } from '../catalog/virtual/columns.js';
import { resourceGroups } from '../ddl/resource-group.js';
import type { Datum } from '../types/datum.js';
import type { EngineCore } from './engine/engine-core.js';

const CONSTRAINTS = [
  'PRIMARY_REGION',
  'REGIONS',
  'CONSTRAINTS',
  'LEADER_CONSTRAINTS',
  'FOLLOWER_CONSTRAINTS',
  'LEARNER_CONSTRAINTS',
  'SCHEDULE',
];

/** information_schema's tables of placement policies and resource groups. */
export function registerPlacementTables(core: EngineCore): void {
  const { virtualProviders: tables, storage } = core;
  tables.set('placement_policies', async () => {
    const policies = await clusterObjects(storage.snapshot(await storage.currentTs()), 'policy');
    return policies.map((p): Datum[] => {
      const value = (name: string): string | number | boolean | null =>
        p.options.find((o) => o.name === name)?.value ?? null;
      const followers = value('FOLLOWERS');
      const voters = value('VOTERS');
      return [
        p.id,
        text('def'),
        text(p.name),
        ...CONSTRAINTS.map((name) => text(String(value(name) ?? ''))),
        followers !== null ? Number(followers) : voters !== null ? Number(voters) - 1 : 2,
        Number(value('LEARNERS') ?? 0),
      ];
    });
  });
  tables.set('runaway_watches', (session) => core.queryWatches.rows(session.vars.get('time_zone')));
  tables.set('resource_groups', async () => {
    const groups = await resourceGroups(storage.snapshot(await storage.currentTs()));
    return groups.map((g): Datum[] => {
      const query = innerOptions(groupOption(g, 'QUERY_LIMIT'));
      const background = innerOptions(groupOption(g, 'BACKGROUND'));
      return [
        text(g.name),
        text(String(groupOption(g, 'RU_PER_SEC')?.value ?? 'UNLIMITED')),
        text(String(groupOption(g, 'PRIORITY')?.value ?? 'MEDIUM')),
        text(groupOption(g, 'BURSTABLE')?.value === true ? 'YES' : 'NO'),
        query === null ? null : text(query),
        background === null ? null : text(background),
      ];
    });
  });
}
