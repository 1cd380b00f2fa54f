/** Milliseconds below which the usual flush of a thread that commits alone costs less waited for than handed to another thread. */
const FAST_MS = 0.5;
/** A hiccup of the disk counts as no more than this. */
const MOST_MS = 2;
const WEIGHT = 0.1;
/** While flushes are slow one is waited for now and then, to see whether they still are: the next after twice as many as the last. */
const FIRST_TRY = 16;
const LAST_TRY = 1024;

/**
 * Whether a thread that commits alone waits for its flushes itself. On a fast disk one takes about as long as two switches of threads
 * and a turn of the event loop; on others the thread serves clients meanwhile.
 */
export class SyncPace {
  private mean = 0;
  private skipped = 0;
  private patience = FIRST_TRY;

  get isFast(): boolean {
    if (this.mean <= FAST_MS) return true;
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
