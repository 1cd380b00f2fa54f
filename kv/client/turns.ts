import type { Awaitable } from '../../types/awaitable.js';

/** How long one stretch of work may hold up the event loop, roughly, and after how many items it looks at the clock. */
const TURN_MS = 4;
const STRIDE = 256;

/** Lets others have their turn in work over many items. */
export class Turns {
  private items = 0;
  private until = performance.now() + TURN_MS;

  /** To be called for each item: a promise where others are due, to be awaited. */
  next(): Promise<void> | undefined {
    if (++this.items % STRIDE !== 0 || performance.now() < this.until) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        this.until = performance.now() + TURN_MS;
        resolve();
      }),
    );
  }
}

/** Items that are worked on without looking at the clock. */
const STRETCH = 1 << 13;

/** Works on the items from … to-1 one stretch after another; at once where there are few. */
export function inStretches(
  from: number,
  to: number,
  work: (from: number, to: number) => void,
): Awaitable<void> {
  const until = performance.now() + TURN_MS;
  let at = from;
  do {
    const end = Math.min(to, at + STRETCH);
    work(at, end);
    at = end;
  } while (at < to && performance.now() < until);
  if (at < to)
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => inStretches(at, to, work));
}
