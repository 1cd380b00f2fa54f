import { int, str } from './columns.js';
import { registerVirtualTable } from './virtual-table.js';

/** Placement policies and resource groups: read from the store whenever they are asked for. */

registerVirtualTable({
  db: 'INFORMATION_SCHEMA',
  name: 'PLACEMENT_POLICIES',
  columns: [
    int('POLICY_ID'),
    str('CATALOG_NAME', 512),
    str('POLICY_NAME'),
    str('PRIMARY_REGION', 1024),
    str('REGIONS', 1024),
    str('CONSTRAINTS', 1024),
    str('LEADER_CONSTRAINTS', 1024),
    str('FOLLOWER_CONSTRAINTS', 1024),
    str('LEARNER_CONSTRAINTS', 1024),
    str('SCHEDULE', 20),
    int('FOLLOWERS'),
    int('LEARNERS'),
  ],
  rows: (ctx) => ctx.provide('placement_policies'),
});

registerVirtualTable({
  db: 'INFORMATION_SCHEMA',
  name: 'RESOURCE_GROUPS',
  columns: [
    str('NAME', 32),
    str('RU_PER_SEC', 21),
    str('PRIORITY', 6),
    str('BURSTABLE', 3),
    str('QUERY_LIMIT', 256),
    str('BACKGROUND', 256),
  ],
  rows: (ctx) => ctx.provide('resource_groups'),
});
