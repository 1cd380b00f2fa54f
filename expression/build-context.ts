import type { EvalContext } from './eval-context.js';

/** What building an expression depends on: folding evaluates, so it is the whole evaluation context. */
export type BuildContext = EvalContext;
