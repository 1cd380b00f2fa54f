import type { Expression, ScalarFunction } from './expression.js';

/** What folding replaced: some contexts ask where a constant came from (more digits of a quotient, coercibility of a cast). */
const ORIGINS = new WeakMap<Expression, ScalarFunction>();

export const foldedFrom = (e: Expression): ScalarFunction | null => ORIGINS.get(e) ?? null;

export function setOrigin(constant: Expression, f: ScalarFunction): void {
  ORIGINS.set(constant, f);
}
