import type { Expression } from './expression.js';
import { equals, hashKey } from './traverse.js';

/** Expressions that are compared one by one; more are found by their keys. */
const FEW = 8;

/** Finds expressions by structure (`equals`) in a list; the first of those that are equal. */
export class ExpressionPlaces<E extends Expression = Expression> {
  private readonly byKey = new Map<string, number>();

  constructor(private readonly exprs: E[]) {}

  /** The place of an expression; -1 where it is not in the list. */
  find(e: E): number {
    const { exprs, byKey } = this;
    if (exprs.length < FEW) return exprs.findIndex((x) => equals(x, e));
    if (byKey.size === 0) for (let i = exprs.length - 1; i >= 0; i--) byKey.set(hashKey(exprs[i]!), i);
    return byKey.get(hashKey(e)) ?? -1;
  }

  /** The same; what is not in the list comes last there. */
  put(e: E): number {
    const at = this.find(e);
    if (at >= 0) return at;
    if (this.byKey.size > 0) this.byKey.set(hashKey(e), this.exprs.length);
    return this.exprs.push(e) - 1;
  }
}
