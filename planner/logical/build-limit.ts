import type { Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { intDatum, type Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType, type FieldType } from '../../types/field-type.js';
import type { BuildState } from '../resolve/build-state.js';
import { intConstant, ZERO } from '../resolve/literal.js';
import type { LogicalPlan } from './plan.js';

/** A parameter that is no whole number by its type gives null. Drivers bind LIMIT's numbers as text too, which MySQL converts. */
function wholeNumber({ type, value: v }: { readonly type: FieldType; readonly value: Datum }): Datum {
  if (v === null || !(v instanceof Uint8Array)) return evalType(type) === 'int' ? v : null;
  const text = Buffer.from(v).toString('latin1').trim();
  return /^\d{1,20}$/.test(text) ? intDatum(BigInt(text)) : null;
}

export function limitValue(state: BuildState, e: ast.Expr): Expression {
  if (e.kind === 'IntLiteral') return intConstant(e.value);
  if (e.kind === 'ParamMarker') {
    const { params } = state.ctx;
    if (params === null) return { kind: 'constant', type: ZERO.type, value: 0, param: e.index };
    if (state.ctx.reuse === undefined || state.ctx.reuse === null) state.cacheable = false;
    else state.ctx.reuse.fix(e.index);
    const given = params[e.index];
    const n = given === undefined ? null : wholeNumber(given);
    if (n === null || n instanceof Uint8Array || n < 0) throw mysqlError('ER_WRONG_ARGUMENTS', 'LIMIT');
    return intConstant(n);
  }
  throw mysqlError('ER_WRONG_ARGUMENTS', 'LIMIT');
}

export function buildLimit(state: BuildState, child: LogicalPlan, l: ast.Limit): LogicalPlan {
  const offset = l.offset === null ? ZERO : limitValue(state, l.offset);
  return { op: 'Limit', schema: child.schema, children: [child], offset, count: limitValue(state, l.count) };
}

/** The numbers of a LIMIT that has no parameters. */
export function writtenLimit(l: ast.Limit): { readonly offset: number; readonly count: number } | null {
  const number = (e: ast.Expr): number => (e.kind === 'IntLiteral' ? Number(e.value) : NaN);
  const offset = l.offset === null ? 0 : number(l.offset);
  const count = number(l.count);
  return Number.isNaN(offset + count) ? null : { offset, count };
}

/** How many rows a LIMIT looks at: its offset and its count. */
export function rowsWanted(state: BuildState, l: ast.Limit): number {
  const number = (e: ast.Expr): number => {
    const v = limitValue(state, e);
    return v.kind === 'constant' ? Number(v.value) : Infinity;
  };
  return (l.offset === null ? 0 : number(l.offset)) + number(l.count);
}
