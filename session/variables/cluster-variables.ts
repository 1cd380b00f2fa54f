import { duration } from './go-duration.js';
import { registerVariables } from './system-variable.js';

/** Which peers of a cluster read, and what requests to it say of their session (request-attributes.ts). */
registerVariables([
  {
    name: 'tidb_replica_read',
    scope: 'both',
    kind: 'enum',
    values: [
      'leader',
      'follower',
      'prefer-leader',
      'leader-and-follower',
      'closest-replicas',
      'closest-adaptive',
      'learner',
    ],
    default: 'leader',
    doc: 'Which peers of a TiKV cluster read.',
  },
  {
    name: 'tidb_adaptive_closest_read_threshold',
    scope: 'both',
    kind: 'uint',
    min: 0,
    max: 9223372036854775807n,
    default: '4096',
    doc: 'Bytes from which on closest-adaptive reads from the closest peer.',
  },
  {
    name: 'tidb_load_based_replica_read_threshold',
    scope: 'both',
    kind: 'string',
    default: '1s',
    normalize: duration('tidb_load_based_replica_read_threshold', '0s', '1h'),
    doc: 'Other peers read what would wait longer at the leader.',
  },
  {
    name: 'tidb_cdc_write_source',
    scope: 'session',
    kind: 'uint',
    min: 0,
    max: 15,
    default: '0',
    doc: 'What those who follow the changes of a TiKV cluster are told of who writes.',
  },
  {
    name: 'tidb_force_priority',
    scope: 'global',
    kind: 'enum',
    values: ['NO_PRIORITY', 'LOW_PRIORITY', 'HIGH_PRIORITY', 'DELAYED'],
    default: 'NO_PRIORITY',
    doc: 'Priority of statements at a TiKV cluster that name none.',
  },
]);
