import type { Datum } from '../types/datum.js';
import { layoutOf } from '../types/field-type.js';
import type { EvalContext } from './eval-context.js';
import type { Constant, Expression, ScalarFunction } from './expression.js';
import { functionSpec, HEAVY_FAMILIES } from './function-registry.js';
import { visit } from './traverse.js';
import { LONG_NS, WorkEstimate } from './work-estimate.js';

/** A constant's value; null: it stays a call, which errs or warns when the statement gets there. */
export type KnownValue = { readonly value: Datum } | null;

const noLeaf = (): undefined => undefined;

/**
 * Constants of a statement that take long to compute, and are therefore not computed where they are met: whoever plans the statement has
 * it done elsewhere and starts again with the values known. Of a text within a longer call only the whole is asked for.
 */
export class ConstantsApart {
  private readonly known: { readonly call: ScalarFunction; readonly value: KnownValue }[] = [];
  private readonly wanted = new Set<ScalarFunction>();

  /** Calls whose values are wanted. */
  get pending(): readonly ScalarFunction[] {
    return [...this.wanted];
  }

  get isPending(): boolean {
    return this.wanted.size > 0;
  }

  settle(values: ReadonlyMap<ScalarFunction, KnownValue>): void {
    for (const [call, value] of values) this.known.push({ call, value });
    this.wanted.clear();
  }

  /** The value of a call of constants; null: the call stays for now. Undefined: it is to be computed where it stands. */
  find(f: ScalarFunction, ctx: EvalContext): KnownValue | undefined {
    const work = new WorkEstimate(noLeaf, ctx.maxAllowedPacket);
    work.add(f);
    if (work.ns < LONG_NS) return undefined;
    const parts: ScalarFunction[] = [];
    visit(f, (x) => {
      if (x.kind === 'function' && x !== f && this.wanted.has(x)) parts.push(x);
    });
    if (!parts.every((x) => layoutOf(x.type) === 'bytes') || (parts.length > 0 && !takesCalls(f)))
      return null;
    for (const x of parts) this.wanted.delete(x);
    for (const { call, value } of this.known) if (sameCall(call, f)) return value;
    this.wanted.add(f);
    return null;
  }
}

/** Whether the call is the same around a call as around its value: others look at what they are given. */
const takesCalls = (f: ScalarFunction): boolean =>
  f.name === 'cast' || HEAVY_FAMILIES.has(functionSpec(f.name).family);

const sameType = (a: Expression, b: Expression): boolean =>
  a.type.tp === b.type.tp &&
  a.type.flen === b.type.flen &&
  a.type.decimal === b.type.decimal &&
  a.type.flag === b.type.flag &&
  a.type.charset === b.type.charset &&
  a.type.collate === b.type.collate;

/** Built of the same text. */
function sameCall(a: ScalarFunction, b: ScalarFunction): boolean {
  if (a === b) return true;
  if (a.name !== b.name || a.collation !== b.collation || a.args.length !== b.args.length) return false;
  if (!sameType(a, b)) return false;
  return a.args.every((x, i) => {
    const y = b.args[i]!;
    if (x.kind === 'function') return y.kind === 'function' && sameCall(x, y);
    return y.kind === 'constant' && sameType(x, y) && sameValue((x as Constant).value, y.value);
  });
}

const sameValue = (a: Datum, b: Datum): boolean =>
  a instanceof Uint8Array ? b instanceof Uint8Array && Buffer.compare(a, b) === 0 : Object.is(a, b);

let current: ConstantsApart | null = null;

/** Where constants that are met go; null: they are computed at once. */
export const constantsApart = (): ConstantsApart | null => current;

/** Runs what meets constants, at once. */
export function withConstants<T>(constants: ConstantsApart | null, run: () => T): T {
  const outer = current;
  current = constants;
  try {
    return run();
  } finally {
    current = outer;
  }
}

/** The same for work in steps. */
export function* withConstantsIn<T>(
  constants: ConstantsApart | null,
  steps: Generator<void, T>,
): Generator<void, T> {
  for (;;) {
    const r = withConstants(constants, () => steps.next());
    if (r.done === true) return r.value;
    yield;
  }
}
