import { MysqlError } from '../../types/error.js';
import { mysqlError } from '../../types/error-table.js';
import type { Awaitable } from '../../types/awaitable.js';

/** Why a statement was interrupted: killed (1317), or out of time (3024), as its signal says. */
export const interruptionOf = (signal: AbortSignal): MysqlError =>
  signal.reason instanceof MysqlError ? signal.reason : mysqlError('ER_QUERY_INTERRUPTED');

/** The value, unless the statement is interrupted first: then that error. What was under way goes on unheeded. */
export function interruptible<T>(value: Awaitable<T>, signal: AbortSignal | undefined): Awaitable<T> {
  if (!(value instanceof Promise) || signal === undefined) return value;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(interruptionOf(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    value.then(
      (v) => {
        signal.removeEventListener('abort', onAbort);
        resolve(v);
      },
      (e: unknown) => {
        signal.removeEventListener('abort', onAbort);
        reject(e as Error);
      },
    );
  });
}
