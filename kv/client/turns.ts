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
