import type { Expression } from '../../expression/expression.js';

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
]);

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
      if (STRICT.has(e.name)) return e.args.some((a) => nullWhenNull(a, ids));
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
