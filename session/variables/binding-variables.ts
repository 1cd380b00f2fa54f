import { registerVariables } from './system-variable.js';

/** Plan management (TiDB docs, "SQL Plan Management (SPM)"). */
registerVariables([
  {
    name: 'tidb_use_plan_baselines',
    scope: 'both',
    kind: 'bool',
    default: 'ON',
    doc: 'Statements are planned with the hints that bindings give them.',
  },
  {
    name: 'tidb_capture_plan_baselines',
    scope: 'global',
    kind: 'bool',
    default: 'OFF',
    doc: 'Statements that run more than once are bound to the plan that they ran with.',
  },
  {
    name: 'tidb_enable_plan_replayer_capture',
    scope: 'both',
    kind: 'bool',
    default: 'ON',
    doc: 'Statements that PLAN REPLAYER CAPTURE names are captured.',
  },
  {
    name: 'tidb_evolve_plan_baselines',
    scope: 'both',
    kind: 'bool',
    default: 'OFF',
    doc: 'Plans that the optimizer prefers to bound ones are written down for ADMIN EVOLVE BINDINGS to try out.',
  },
  {
    name: 'tidb_mem_quota_binding_cache',
    scope: 'global',
    kind: 'uint',
    min: 0,
    max: 2147483647,
    default: '67108864',
    noop: true,
    doc: 'Bytes of bindings that are kept in memory.',
  },
]);
