/** Milliseconds below which the usual sync costs less waited for than handed to another thread and heard of. */
const FAST_MS = 0.2;
/** A hiccup of the disk counts as no more than this. */
const MOST_MS = 1;
const WEIGHT = 0.1;
/** Milliseconds from which on it pays to begin another sync before the last has ended. */
const LONG_MS = 0.5;
/** While syncs are slow one is waited for now and then, to see whether they still are: the next after twice as many as the last. */
const FIRST_TRY = 16;
const LAST_TRY = 1024;

/**
 * Whether a thread waits for its syncs itself. On a disk with a protected cache a sync takes some tens of microseconds, which is about
 * what two switches of threads and a turn of the event loop take; on others the thread serves clients meanwhile.
 */
export class SyncPace {
  private mean = 0;
  private meanBeside = 0;
  private skipped = 0;
  private patience = FIRST_TRY;

  get isFast(): boolean {
    if (this.mean <= FAST_MS) return true;
    if (++this.skipped < this.patience) return false;
    this.skipped = 0;
    this.patience = Math.min(LAST_TRY, this.patience * 2);
    return true;
  }

  /** Whether syncs that are not waited for take so long that there should be several at a time. */
  get isLong(): boolean {
    return this.meanBeside > LONG_MS;
  }

  /** A sync that was handed to another thread took so long. */
  noteBeside(ms: number): void {
    this.meanBeside += (Math.min(ms, MOST_MS) - this.meanBeside) * WEIGHT;
  }

  time(sync: () => void): void {
    const began = performance.now();
    sync();
    this.note(performance.now() - began);
  }

  note(ms: number): void {
    this.mean += (Math.min(ms, MOST_MS) - this.mean) * WEIGHT;
    if (ms <= FAST_MS) this.patience = FIRST_TRY;
  }
}
