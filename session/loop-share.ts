/** Milliseconds that a statement may hold the thread while nobody else wants it. */
const SLICE_MS = 4;
/** The same while short statements keep coming. */
const BUSY_SLICE_MS = 1.5;
/** The pause that follows then, in multiples of the time that was taken: the others keep the better part of the thread. */
const BUSY_PAUSES = 7;
const MAX_PAUSE_MS = 60;
/** Pauses of work in the background, which nobody waits for, while statements come at all. */
const BACKGROUND_PAUSES = 19;
const MAX_BACKGROUND_PAUSE_MS = 500;
/** Statements a millisecond from which work in the background keeps back. */
const SOME_RATE = 0.02;
/** Statements a millisecond from which a thread counts as busy, and how long it does. */
const BUSY_RATE = 0.4;
const BUSY_FOR_MS = 25;

/**
 * How the statements of a thread share its event loop. A statement that runs for longer gives way after a slice. While
 * others come in thick and fast, it takes a share of the time only: few slices with long pauses between them, rather than
 * many short ones, since each slice delays whoever comes in during it.
 */
export class LoopShare {
  /** Statements that clients began in this thread: what a statement has done inside the server is its own. */
  begun = 0;
  sliceMs = SLICE_MS;
  private seen = 0;
  private seenAt = 0;
  private busyUntil = 0;
  private usedUntil = 0;

  /** For how long this thread has worked in all, in milliseconds: the rest of the time it waited for events. */
  activeMs(): number {
    return performance.eventLoopUtilization().active;
  }

  /** Resolves when the caller, who has held the thread for `heldMs` (0: unknown), may go on. `background`: nobody waits for it. */
  pause(now: number, heldMs: number, background = false): Promise<void> {
    const since = now - this.seenAt;
    if (since >= 1) {
      const rate = (this.begun - this.seen) / since;
      if (rate >= BUSY_RATE) this.busyUntil = now + BUSY_FOR_MS;
      if (rate >= SOME_RATE) this.usedUntil = now + MAX_BACKGROUND_PAUSE_MS;
      this.seen = this.begun;
      this.seenAt = now;
    }
    const busy = now < this.busyUntil;
    this.sliceMs = busy ? BUSY_SLICE_MS : SLICE_MS;
    return new Promise((resolve) => {
      if (background && now < this.usedUntil)
        return void setTimeout(resolve, Math.min(MAX_BACKGROUND_PAUSE_MS, heldMs * BACKGROUND_PAUSES));
      if (busy && heldMs > 0) setTimeout(resolve, Math.min(MAX_PAUSE_MS, heldMs * BUSY_PAUSES));
      else setImmediate(resolve);
    });
  }
}

export const loopShare = new LoopShare();
