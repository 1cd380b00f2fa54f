import { Flag, TypeCode, evalType } from '../../types/field-type.js';
import type { EvalType } from '../../types/field-type.js';
import type { BuildContext } from '../build-context.js';
import { castTo, newConstant, newFunction } from '../build.js';
import { castDatum } from '../cast-datum.js';
import { inCharset } from '../charset-conversion.js';
import { deriveCollation } from '../collation-derivation.js';
import type { Expression } from '../expression.js';
import { Runtime } from '../runtime.js';
import { datetimeType, realType } from '../type-inference.js';
import { isLiteral, memberText } from './comparison-operands.js';

/** BETWEEN as the two comparisons that it stands for (manual, "Comparison Functions and Operators: BETWEEN"). */

/** Operands of BETWEEN brought to the one domain, and text to the one collation, in which all three are compared. */
export function betweenOperands(
  x: Expression,
  low: Expression,
  high: Expression,
  ctx: BuildContext,
): { operands: readonly [Expression, Expression, Expression]; collation: string | null } {
  const all = [x, low, high].map((e) => (isLiteral(e) ? e : memberText(e, ctx)));
  const domains = [x, low, high].map((e) => (e.type.tp === TypeCode.Null ? null : evalType(e.type)));
  const number = (d: EvalType | null): boolean => d === 'int' || d === 'decimal' || d === 'real';
  // Text beside numbers: all are numbers (manual, "Type Conversion in Expression Evaluation").
  if (
    domains[0] === 'string' &&
    domains.some(number) &&
    domains.every((d) => d === null || d === 'string' || number(d))
  ) {
    const [a, b, c] = [x, low, high].map((e) => (e === x ? realOnce(e, ctx) : castTo(e, realType(), ctx)));
    return { operands: [a!, b!, c!], collation: null };
  }
  // Text between a date and text: all are dates, not one of the comparisons one of texts.
  if (domains[0] === 'string' && domains.includes('datetime') && domains.lastIndexOf('string') > 0) {
    const [a, b, c] = [x, low, high].map((e) =>
      evalType(e.type) === 'string' ? castTo(e, datetimeType(6), ctx) : e,
    );
    return { operands: [a!, b!, c!], collation: null };
  }
  if (!domains.every((d) => d === 'string')) return { operands: [x, low, high], collation: null };
  const d = deriveCollation(all, 'BETWEEN', {
    charset: ctx.connectionCharset,
    collate: ctx.connectionCollation,
  });
  const [a, b, c] = [x, low, high].map((e) => inCharset(e, d, ctx));
  return { operands: [a!, b!, c!], collation: d.collate };
}

/** A literal that two comparisons share: converted now, so that it is complained of once. */
function realOnce(e: Expression, ctx: BuildContext): Expression {
  if (!isLiteral(e) || e.param !== undefined) return castTo(e, realType(), ctx);
  const rt = new Runtime(ctx);
  const v = castDatum(e.value, e.type, realType(), rt);
  rt.flush();
  return newConstant(v, { ...realType(), flag: Flag.Binary | (v === null ? 0 : Flag.NotNull) });
}

/** BETWEEN as TiDB rewrites it, a >= low AND a <= high; NOT BETWEEN as a < low OR a > high. */
export function newBetween(
  x: Expression,
  low: Expression,
  high: Expression,
  ctx: BuildContext,
  not = false,
): Expression {
  const {
    operands: [a, b, c],
    collation: collate,
  } = betweenOperands(x, low, high, ctx);
  const side = (op: string, o: Expression): Expression => {
    const f = newFunction(op, [a, o], ctx);
    return collate === null || f.kind !== 'function' || f.collation === collate
      ? f
      : { ...f, collation: collate };
  };
  return not
    ? newFunction('or', [side('lt', b), side('gt', c)], ctx)
    : newFunction('and', [side('ge', b), side('le', c)], ctx);
}
