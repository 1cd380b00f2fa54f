import type { AggFunc, Expression } from '../../expression/expression.js';
import { sameExpr } from './expression-walk.js';

/** From so many on they are looked up by what their arguments look like, rather than compared with each. */
const MANY = 32;

/** The aggregates of a block, each once. */
export class DifferentAggregates {
  readonly list: AggFunc[] = [];
  /** Places by look, of the first `looked` of the list. */
  private readonly byLook = new Map<string, number[]>();
  private looked = 0;

  /** Where it is in the list, at the end of which it comes if it is new. */
  placeOf(agg: AggFunc): number {
    const { list } = this;
    const at =
      list.length < MANY
        ? list.findIndex((a) => sameAgg(a, agg))
        : (this.alike(agg).find((k) => sameAgg(list[k]!, agg)) ?? -1);
    return at < 0 ? list.push(agg) - 1 : at;
  }

  private alike(agg: AggFunc): readonly number[] {
    const { list, byLook } = this;
    for (; this.looked < list.length; this.looked++) {
      const look = lookOf(list[this.looked]!);
      const places = byLook.get(look);
      if (places === undefined) byLook.set(look, [this.looked]);
      else places.push(this.looked);
    }
    return byLook.get(lookOf(agg)) ?? [];
  }
}

function sameAgg(a: AggFunc, b: AggFunc): boolean {
  if (a.name !== b.name || a.distinct !== b.distinct || a.args.length !== b.args.length) return false;
  if (a.name === 'group_concat') return false;
  return a.args.every((x, i) => sameExpr(x, b.args[i]!));
}

const lookOf = (agg: AggFunc): string => `${agg.name}(${agg.args.map(look).join()})`;

/** The same for expressions that are the same (sameExpr), and seldom for others. */
function look(e: Expression): string {
  switch (e.kind) {
    case 'column':
      return `c${e.id}`;
    case 'correlated':
      return `r${e.column.id}`;
    case 'constant':
      return typeof e.value === 'number' || typeof e.value === 'bigint' ? `${e.value}` : '';
    case 'function':
      return `${e.name}(${e.args.map(look).join()})`;
  }
}
