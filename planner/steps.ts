import type { Awaitable } from '../types/awaitable.js';
import type { PlanContext } from './plan-context.js';

/** Between the steps others have the thread when it was held for long enough; synchronous until then. */
export function inTurns<T>(steps: Generator<void, T>, ctx: PlanContext): Awaitable<T> {
  for (;;) {
    const r = steps.next();
    if (r.done === true) return r.value;
    const pause = ctx.checkpoint();
    if (pause !== undefined) return pause.then(() => inTurns(steps, ctx));
  }
}
