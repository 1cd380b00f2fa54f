import type * as ast from '../../parser/ast/index.js';

const OPPOSITE: Readonly<Partial<Record<ast.BinaryOperator, ast.ComparisonOperator>>> = {
  '=': '!=',
  '!=': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};

/**
 * A filter with its negations pushed down to the comparisons, which then may limit an index: NOT (a = 1 OR b > 2) is
 * a != 1 AND b <= 2. De Morgan's laws and the opposites of comparisons hold for NULL as well; what is no comparison may lose its
 * value but for being true, which is all that a filter asks for (NOT NOT a is a).
 */
export function pushNegation(e: ast.Expr, negate = false): ast.Expr {
  switch (e.kind) {
    case 'Paren': {
      const inner = pushNegation(e.expr, negate);
      return inner === e.expr ? e : inner;
    }
    case 'Unary':
      return e.op === 'NOT' || e.op === '!' ? pushNegation(e.expr, !negate) : negated(e, negate);
    case 'Binary': {
      if (e.op === 'AND' || e.op === 'OR') {
        const left = pushNegation(e.left, negate);
        const right = pushNegation(e.right, negate);
        if (left === e.left && right === e.right && !negate) return e;
        return { ...e, op: (e.op === 'AND') === negate ? 'OR' : 'AND', left, right };
      }
      const op = OPPOSITE[e.op];
      // Rows are equal and ordered by more than one comparison.
      if (!negate || op === undefined || isRow(e.left) || isRow(e.right)) return negated(e, negate);
      return { ...e, op };
    }
    case 'IsNull':
    case 'IsTruth':
    case 'InList':
    case 'InSubquery':
    case 'Between':
    case 'Like':
    case 'Regexp':
    case 'Exists':
      return negate ? { ...e, not: !e.not } : e;
    default:
      return negated(e, negate);
  }
}

const negated = (e: ast.Expr, negate: boolean): ast.Expr =>
  negate ? { start: e.start, end: e.end, kind: 'Unary', op: 'NOT', expr: e } : e;

const isRow = (e: ast.Expr): boolean => (e.kind === 'Paren' ? isRow(e.expr) : e.kind === 'Row');

/** The conjuncts of a condition, as written but for negations. */
export const splitAnd = (e: ast.Expr): ast.Expr[] => conjuncts(pushNegation(e), []);

function conjuncts(e: ast.Expr, into: ast.Expr[]): ast.Expr[] {
  if (e.kind === 'Paren') return conjuncts(e.expr, into);
  if (e.kind === 'Binary' && e.op === 'AND') {
    conjuncts(e.left, into);
    conjuncts(e.right, into);
  } else into.push(e);
  return into;
}
