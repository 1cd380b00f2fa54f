import type { Expression } from '../../expression/expression.js';
import { findFunction } from '../../expression/function-registry.js';
import { forEachColumn, hasCorrelated, hasParam, isVolatile } from '../logical/expression-walk.js';
import type { BuildState } from '../resolve/build-state.js';

/** Functions that give NULL when an argument is NULL. */
const STRICT: ReadonlySet<string> = new Set([
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'plus',
  'minus',
  'mul',
  'div',
  'intdiv',
  'mod',
  'unaryminus',
  'unaryplus',
  'cast',
  'not',
  'like',
  'abs',
  'ceil',
  'ceiling',
  'floor',
  'round',
  'truncate',
  'length',
  'char_length',
  'lower',
  'upper',
  'substring',
  'substr',
  'concat',
  'left',
  'right',
  'trim',
  'ltrim',
  'rtrim',
  'year',
  'month',
  'day',
  'dayofmonth',
  'date',
  'hour',
  'minute',
  'second',
  'extract',
  'date_add',
  'date_sub',
  'datediff',
  'bitand',
  'bitor',
  'bitxor',
  'bitneg',
  'leftshift',
  'rightshift',
  'regexp',
  'xor',
  'from_unixtime',
  'unix_timestamp',
  'date_format',
  'str_to_date',
  'time_to_sec',
  'to_days',
  'json_extract',
]);

/** IN finds its value although another one of the list is NULL. */
const isStrict = (name: string): boolean =>
  name !== 'in' && (STRICT.has(name) || findFunction(name)?.pure === true);

/** Whether the expression is NULL when all columns of `ids` are. */
export function nullWhenNull(e: Expression, ids: ReadonlySet<number>): boolean {
  switch (e.kind) {
    case 'column':
      return ids.has(e.id);
    case 'constant':
      return e.value === null && e.param === undefined;
    case 'correlated':
      return false;
    default:
      if (isStrict(e.name)) return e.args.some((a) => nullWhenNull(a, ids));
      if (e.name === 'in') return nullWhenNull(e.args[0]!, ids);
      if (e.name === 'and' || e.name === 'or') return e.args.every((a) => nullWhenNull(a, ids));
      return false;
  }
}

/** Whether a condition cannot be true for a row whose columns of `ids` are all NULL. */
export function rejectsNull(e: Expression, ids: ReadonlySet<number>): boolean {
  if (e.kind !== 'function') return nullWhenNull(e, ids);
  switch (e.name) {
    case 'and':
      return e.args.some((a) => rejectsNull(a, ids));
    case 'or':
      return e.args.every((a) => rejectsNull(a, ids));
    case 'not': {
      const inner = e.args[0]!;
      if (inner.kind === 'function' && inner.name === 'isnull') return nullWhenNull(inner.args[0]!, ids);
      return nullWhenNull(inner, ids);
    }
    case 'istrue':
    case 'isfalse':
      return nullWhenNull(e.args[0]!, ids);
    default:
      return nullWhenNull(e, ids);
  }
}

/** Like rejectsNull; what the table of functions does not tell is computed over NULLs. */
export function neverTrueOverNull(e: Expression, ids: ReadonlySet<number>, state: BuildState): boolean {
  if (rejectsNull(e, ids)) return true;
  if (isVolatile(e) || hasParam(e) || hasCorrelated(e)) return false;
  let reads = false;
  forEachColumn(e, (c) => (reads ||= ids.has(c.id)));
  if (!reads) return false;
  const value = overNull(e, ids, state);
  return value.kind === 'constant' && (value.value === null || value.value === 0);
}

/** An expression with NULL for the columns of `ids`, folded as far as it goes. */
function overNull(e: Expression, ids: ReadonlySet<number>, state: BuildState): Expression {
  if (e.kind === 'column') return ids.has(e.id) ? { kind: 'constant', type: e.type, value: null } : e;
  if (e.kind !== 'function') return e;
  const args = e.args.map((a) => overNull(a, ids, state));
  if (args.every((a, i) => a === e.args[i])) return e;
  const nulls = args.map((a) => a.kind === 'constant' && a.value === null);
  if (isStrict(e.name) && nulls.includes(true)) return { kind: 'constant', type: e.type, value: null };
  const known = args.map((a) => (a.kind === 'constant' && typeof a.value === 'number' ? a.value : null));
  if (e.name === 'and' && known.includes(0)) return { kind: 'constant', type: e.type, value: 0 };
  if (e.name === 'or' && known.some((k) => k !== null && k !== 0))
    return { kind: 'constant', type: e.type, value: 1 };
  // A conversion goes by its own type, which a call of the same name would not know.
  if (e.name === 'cast' || !args.every((a) => a.kind === 'constant')) return { ...e, args };
  return state.call(e.name, ...args);
}
