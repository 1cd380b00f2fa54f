/** Milliseconds that a statement may hold the thread while nobody else wants it. */
const SLICE_MS = 4;
/** The same while short statements keep coming. */
const BUSY_SLICE_MS = 1.5;
/** The pause that follows then, in multiples of the time that was taken: the others keep the better part of the thread. */
const BUSY_PAUSES = 7;
const MAX_PAUSE_MS = 60;
/** Statements a millisecond from which a thread counts as busy, and how long it does. */
const BUSY_RATE = 0.4;
const BUSY_FOR_MS = 25;

/**
 * How the statements of a thread share its event loop. A statement that runs for longer gives way after a slice. While
 * others come in thick and fast, it takes a share of the time only: few slices with long pauses between them, rather than
 * many short ones, since each slice delays whoever comes in during it.
 */
export class LoopShare {
  /** Statements begun in this thread. */
  begun = 0;
  sliceMs = SLICE_MS;
  private seen = 0;
  private seenAt = 0;
  private busyUntil = 0;

  /** Resolves when the caller, who has held the thread for `heldMs` (0: unknown), may go on. */
  pause(now: number, heldMs: number): Promise<void> {
    const since = now - this.seenAt;
    if (since >= 1) {
      if ((this.begun - this.seen) / since >= BUSY_RATE) this.busyUntil = now + BUSY_FOR_MS;
      this.seen = this.begun;
      this.seenAt = now;
    }
    const busy = now < this.busyUntil;
    this.sliceMs = busy ? BUSY_SLICE_MS : SLICE_MS;
    return new Promise((resolve) => {
      if (busy && heldMs > 0) setTimeout(resolve, Math.min(MAX_PAUSE_MS, heldMs * BUSY_PAUSES));
      else setImmediate(resolve);
    });
  }
}

export const loopShare = new LoopShare();
