/**
 * A value that may be there already. The embedded store and most operators answer synchronously; a promise per call
 * would cost more than the call. On hot paths test `instanceof Promise` before awaiting.
 */
export type Awaitable<T> = T | Promise<T>;
