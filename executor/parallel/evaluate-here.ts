import { evalDatum } from '../../expression/compile.js';
import { NO_SESSION, type EvalContext } from '../../expression/eval-context.js';
import type { Expression } from '../../expression/expression.js';
import { substitute } from '../../expression/traverse.js';
import { MysqlError } from '../../types/error.js';
import type { SqlWarning } from '../../types/error.js';
import type { EvalForm, Failure, Outcome } from './protocol.js';

export const failureOf = (e: unknown): Failure =>
  e instanceof MysqlError
    ? { code: e.code, sqlState: e.sqlState, message: e.message }
    : { message: e instanceof Error ? (e.stack ?? e.message) : String(e) };

/** Functions of the platform that read texts refuse those in shared memory. */
const inOwnMemory = (e: Expression): Expression =>
  substitute(e, (x) =>
    x.kind === 'constant' && x.value instanceof Uint8Array && x.value.buffer instanceof SharedArrayBuffer
      ? { ...x, value: x.value.slice() }
      : x,
  );

/** Computes expressions that were sent to this thread; `buffers` are those of long results, which may go with the answer. */
export function evaluateHere(
  exprs: readonly Expression[],
  form: EvalForm,
): { readonly outcomes: readonly Outcome[]; readonly buffers: ArrayBuffer[] } {
  const buffers: ArrayBuffer[] = [];
  const outcomes = exprs.map((e): Outcome => {
    const warnings: SqlWarning[] = [];
    const ctx: EvalContext = { ...form, session: NO_SESSION, warn: (w) => void warnings.push(w) };
    try {
      const d = evalDatum(inOwnMemory(e), ctx);
      if (!(d instanceof Uint8Array)) return { value: d, warnings };
      const value = new Uint8Array(d);
      buffers.push(value.buffer);
      return { value, warnings };
    } catch (error) {
      return { failed: failureOf(error) };
    }
  });
  return { outcomes, buffers };
}
