import { Script } from 'node:vm';

/** Work did not end within its time; what it was doing was cut off in the middle. */
export class TimeLimitExceeded extends Error {}

/** Where the script finds what it is to run. */
const HOOK = Symbol.for('rutile.limited');
const hooks = new Script('globalThis').runInThisContext() as Record<symbol, (() => void) | undefined>;
const script = new Script(`globalThis[Symbol.for('rutile.limited')]()`);
let inside = false;

/**
 * Runs work that may take for ever, as matching a regular expression by backtracking may (V8 looks for interruptions as it goes
 * back). Costs a tenth of a millisecond; within other such work nothing, whose limit holds.
 */
export function withTimeLimit<T>(ms: number, work: () => T): T {
  if (inside) return work();
  let result: T | undefined;
  hooks[HOOK] = () => {
    result = work();
  };
  inside = true;
  try {
    script.runInThisContext({ timeout: ms });
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TimeLimitExceeded();
    throw e;
  } finally {
    inside = false;
    hooks[HOOK] = undefined;
  }
  return result as T;
}
