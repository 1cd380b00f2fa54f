import type { AggFunc, Expression, ScalarFunction } from '../../expression/expression.js';
import { walkedArgs } from '../../expression/traverse.js';
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
export function pushable(e: Expression, by: Evaluator): boolean {
  if (e.kind !== 'function') return true;
  if (e.name !== 'or' && e.name !== 'and') return decide(e, new Walk(by));
  const known = DECIDED[by].get(e);
  if (known !== undefined) return known;
  const walk = new Walk(by);
  const decided = decide(e, walk);
  if (walk.calls >= LONG) DECIDED[by].set(e, decided);
  return decided;
}

const decide = (e: ScalarFunction, walk: Walk): boolean =>
  walk.allows(e) && (walk.by !== 'elsewhere' || hasStoreForm(e));

/** Calls from which on what was decided of a condition is kept: it is asked for each way to read a table. */
const LONG = 1024;
const DECIDED: Readonly<Record<Evaluator, WeakMap<ScalarFunction, boolean>>> = {
  rows: new WeakMap(),
  columns: new WeakMap(),
  elsewhere: new WeakMap(),
};

/** Looks through an expression for what is not evaluated in the store. */
class Walk {
  calls = 0;
  private name = '';
  private other = '';

  constructor(readonly by: Evaluator) {}

  /** The last two functions that were allowed are so again: long conditions have few. */
  allows(e: ScalarFunction): boolean {
    this.calls++;
    const { name } = e;
    if (name !== this.name && name !== this.other) {
      if (!isAllowed(name, this.by)) return false;
      this.other = this.name;
      this.name = name;
    }
    for (let i = 0, n = walkedArgs(e.args); i < n; i++) {
      const a = e.args[i]!;
      if (a.kind === 'function' && !this.allows(a)) return false;
    }
    return true;
  }
}

function isAllowed(name: string, by: Evaluator): boolean {
  const spec = findFunction(name);
  return (
    spec?.pushdown !== undefined &&
    spec.sideEffects !== true &&
    spec.async !== true &&
    (by === 'columns' || !ROOT_ONLY.has(spec.name)) &&
    blacklists.allowsPushdown(name) &&
    !VOLATILE.has(name)
  );
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
