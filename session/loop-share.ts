/** Milliseconds that a statement may hold the thread while nobody else wants it. */
const SLICE_MS = 4;
/** The same while short statements keep coming, and the pause that follows: they keep three quarters of the thread. */
const BUSY_SLICE_MS = 1;
const BUSY_PAUSE_MS = 3;
/** Statements a millisecond from which a thread counts as busy, and how long it does. */
const BUSY_RATE = 0.4;
const BUSY_FOR_MS = 25;

/**
 * How the statements of a thread share its event loop. A statement that runs for longer gives way after a slice; while
 * others come in thick and fast, slices are shorter, and between them the loop is theirs.
 */
export class LoopShare {
  /** Statements begun in this thread. */
  begun = 0;
  sliceMs = SLICE_MS;
  private seen = 0;
  private seenAt = 0;
  private busyUntil = 0;

  /** Resolves when the caller may go on. */
  pause(now: number): Promise<void> {
    const since = now - this.seenAt;
    if (since >= 1) {
      if ((this.begun - this.seen) / since >= BUSY_RATE) this.busyUntil = now + BUSY_FOR_MS;
      this.seen = this.begun;
      this.seenAt = now;
    }
    const busy = now < this.busyUntil;
    this.sliceMs = busy ? BUSY_SLICE_MS : SLICE_MS;
    return new Promise((resolve) => {
      if (busy) setTimeout(resolve, BUSY_PAUSE_MS);
      else setImmediate(resolve);
    });
  }
}

export const loopShare = new LoopShare();
