import { mysqlError } from '../../types/error-table.js';
import { duration } from './go-duration.js';
import { registerVariables, type SystemVariable } from './system-variable.js';
import { timeOfDay } from './time-of-day.js';

type Shape = Omit<SystemVariable, 'noop' | 'doc'>;

/** A text without regard to case out of a list. */
const oneOf =
  (members: readonly string[], refuse: (value: string) => Error) =>
  (value: string): string => {
    const lower = value.toLowerCase();
    if (!members.includes(lower)) throw refuse(value);
    return lower;
  };

const both = (name: string, value: string, normalize: Shape['normalize']): Shape => ({
  name,
  scope: 'both',
  kind: 'string',
  default: value,
  normalize,
});
const globally = (name: string, value: string, normalize: Shape['normalize']): Shape => ({
  ...both(name, value, normalize),
  scope: 'global',
});
const session = (name: string, value: string, normalize: Shape['normalize']): Shape => ({
  ...both(name, value, normalize),
  scope: 'session',
});

/** What cannot be turned off any more: OFF is a warning, and it stays ON. */
const alwaysOn = (name: string): Shape => ({
  name,
  scope: 'both',
  kind: 'bool',
  default: 'ON',
  normalize(value, ctx) {
    if (value === 'OFF') {
      const why = 'This variable has been deprecated and will be removed in the future releases';
      ctx.warn({ level: 'Warning', code: 1105, message: `${name} is always turned on. ${why}` });
    }
    return 'ON';
  },
});

/** `44262:ON,52869:1`: numbers of fixes and their values (TiDB docs, "Optimizer Fix Controls"). Throws 1105. */
function fixControls(value: string): string {
  for (const item of value.split(',')) {
    if (item.trim() === '') continue;
    const at = item.indexOf(':');
    if (at < 0) throw mysqlError('ER_UNKNOWN_ERROR', 'invalid fix control: colon not found');
    if (!/^\s*\d+\s*$/.test(item.slice(0, at)))
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        `strconv.ParseUint: parsing "${item.slice(0, at)}": invalid syntax`,
      );
  }
  return value;
}

/** TiDB's variables without effect here whose values have a form of their own. */
const CHECKED: readonly Shape[] = [
  alwaysOn('tidb_enable_exchange_partition'),
  alwaysOn('tidb_enable_global_index'),
  alwaysOn('tidb_enable_list_partition'),
  alwaysOn('tidb_enable_table_partition'),

  globally(
    'tidb_advancer_check_point_lag_limit',
    '48h0m0s',
    duration('tidb_advancer_check_point_lag_limit', '1s', '8760h'),
  ),
  globally('tidb_evolve_plan_task_end_time', '23:59 +0000', timeOfDay),
  globally('tidb_evolve_plan_task_start_time', '00:00 +0000', timeOfDay),
  globally(
    'tidb_historical_stats_duration',
    '168h0m0s',
    duration('tidb_historical_stats_duration', '10m', '8760h'),
  ),
  both('tidb_mpp_store_fail_ttl', '0s', duration('tidb_mpp_store_fail_ttl', '0s', '8760h')),
  session(
    'tidb_dml_type',
    'standard',
    oneOf(['standard', 'bulk'], (value) => mysqlError('ER_UNKNOWN_ERROR', `unsupport DML type: ${value}`)),
  ),
  session(
    'tidb_read_consistency',
    'strict',
    oneOf(['strict', 'weak'], () => mysqlError('ER_WRONG_TYPE_FOR_VAR', 'tidb_read_consistency')),
  ),
];

registerVariables([
  { ...both('tidb_opt_fix_control', '', fixControls), doc: 'Behaviours of the optimizer by number.' },
  ...CHECKED.map((v) => ({ ...v, noop: true, doc: 'Kept and shown.' })),
]);
