import type { AggFunc, Expression } from '../../expression/expression.js';
import { findFunction } from '../../expression/function-registry.js';
import { blacklists } from '../blacklists.js';
import { aggregateHasStoreForm, hasStoreForm } from '../../expression/pushdown/store-form.js';
import { hasCorrelated, VOLATILE } from '../logical/expression-walk.js';
import type { PlanContext } from '../plan-context.js';

/**
 * Functions that TiDB leaves to the SQL node although we have them in the store, since TiKV lacks them or computes them otherwise
 * (TiDB's documentation, "List of Expressions for Pushdown"). Columnar scans take them.
 */
const ROOT_ONLY: ReadonlySet<string> = new Set([
  ...['bit_count', 'greatest', 'least', 'interval', 'compress', 'uncompress', 'vitess_hash'],
  ...['json_contains_path', 'tan', 'truncate', 'inet6_aton', 'inet6_ntoa', 'inet_aton', 'inet_ntoa'],
  ...['is_ipv4', 'is_ipv6', 'bin', 'find_in_set', 'format', 'from_base64', 'insert', 'instr', 'left'],
  ...['locate', 'lpad', 'make_set', 'oct', 'quote', 'repeat', 'rpad', 'substring_index', 'to_base64'],
  ...['trim', 'unhex', 'addtime', 'dayname', 'extract', 'last_day', 'quarter', 'sec_to_time'],
  ...['str_to_date', 'subtime', 'time_format', 'timediff', 'to_days', 'to_seconds', 'weekday', 'yearweek'],
]);

/** Who evaluates what is pushed down: the row store, columns in memory, or a store that is elsewhere. */
export type Evaluator = 'rows' | 'columns' | 'elsewhere';

export const evaluatorOf = (ctx: PlanContext, columnar = false): Evaluator =>
  columnar ? 'columns' : ctx.remoteStore === true ? 'elsewhere' : 'rows';

/** Whether an expression can be evaluated in the store. */
export const pushable = (e: Expression, by: Evaluator): boolean =>
  allowed(e, by) && (by !== 'elsewhere' || hasStoreForm(e));

function allowed(e: Expression, by: Evaluator): boolean {
  switch (e.kind) {
    case 'column':
    case 'constant':
      return true;
    case 'correlated':
      return true;
    default: {
      const spec = findFunction(e.name);
      if (
        spec === undefined ||
        spec.pushdown === undefined ||
        spec.sideEffects === true ||
        spec.async === true ||
        (by !== 'columns' && ROOT_ONLY.has(spec.name)) ||
        !blacklists.allowsPushdown(e.name)
      )
        return false;
      return !VOLATILE.has(e.name) && e.args.every((a) => allowed(a, by));
    }
  }
}

const PARTIAL: ReadonlySet<string> = new Set([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'first_row',
  'bit_and',
  'bit_or',
  'bit_xor',
]);

/** Whether an aggregate can be computed in part in the store. */
export const pushableAgg = (a: AggFunc, by: Evaluator): boolean =>
  PARTIAL.has(a.name) &&
  blacklists.allowsPushdown(a.name) &&
  !a.distinct &&
  a.args.every((e) => pushable(e, by) && !hasCorrelated(e)) &&
  (by !== 'elsewhere' || aggregateHasStoreForm(a));
