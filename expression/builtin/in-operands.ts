import type { FieldType } from '../../types/field-type.js';
import type { BuildContext } from '../build-context.js';
import type { Column, Constant, Expression } from '../expression.js';
import { comparisonArgs } from './comparison-operands.js';

/** Items that are converted between two chances to let others use the thread. */
const STEP = 256;

/** What the items of a long list are when they are compared with a column of a type. */
interface Converted {
  readonly first: Expression;
  readonly count: number;
  readonly type: FieldType;
  /** Null where the column is not compared as it is with all of them. */
  readonly items: readonly Expression[] | null;
}

/** By the last item. */
const CONVERTED = new WeakMap<Expression, Converted>();

/** Brings the literals of a long list into the types in which a column is compared with them, in steps: `convertedItems` finds them. */
export function* convertItems(
  x: Column,
  literals: readonly Constant[],
  ctx: BuildContext,
): Generator<void, void> {
  let items: Expression[] | null = [];
  try {
    for (const literal of literals) {
      const p = comparisonArgs('eq', x, literal, ctx);
      if (p.a !== x) {
        items = null;
        break;
      }
      items.push(p.b);
      if (items.length % STEP === 0) yield;
    }
  } catch {
    // Whoever builds the list meets the error.
    items = null;
  }
  const count = literals.length;
  CONVERTED.set(literals[count - 1]!, { first: literals[0]!, count, type: x.type, items });
}

/** The items of a list after its subject as they are compared with it, where that is known. */
export function convertedItems(args: readonly Expression[]): readonly Expression[] | null {
  const x = args[0]!;
  if (x.kind !== 'column') return null;
  const known = CONVERTED.get(args.at(-1)!);
  const same = known?.first === args[1] && known?.count === args.length - 1 && known.type === x.type;
  return same ? known.items : null;
}
