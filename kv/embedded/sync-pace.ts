/** Milliseconds below which the usual flush of a thread costs less waited for than handed to another thread: of a thread that commits alone. */
export const FAST_MS = 0.5;
/** And of one all of whose clients wait for the flush. */
export const FAST_ENOUGH_MS = 1.2;
/** A hiccup of the disk counts as no more than this. */
const MOST_MS = 2;
const WEIGHT = 0.1;
/** While flushes are slow one is waited for now and then, to see whether they still are: the next after twice as many as the last. */
const FIRST_TRY = 16;
const LAST_TRY = 1024;

/**
 * Whether a thread waits for its flushes itself. On a fast disk one takes about as long as two switches of threads
 * and a turn of the event loop; on others the thread serves clients meanwhile.
 */
export class SyncPace {
  private mean = 0;
  private skipped = 0;
  private patience = FIRST_TRY;

  isBelow(ms: number): boolean {
    if (this.mean <= ms) return true;
    if (++this.skipped < this.patience) return false;
    this.skipped = 0;
    this.patience = Math.min(LAST_TRY, this.patience * 2);
    return true;
  }

  time(flush: () => void): void {
    const began = performance.now();
    flush();
    const took = performance.now() - began;
    this.mean += (Math.min(took, MOST_MS) - this.mean) * WEIGHT;
    if (took <= FAST_MS) this.patience = FIRST_TRY;
  }
}
