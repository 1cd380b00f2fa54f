/** Work of a thread between two rests, in milliseconds. */
const SLICE_MS = 0.5;
/** What counts as one stretch of work at most: a thread that waits for work or for the processor does not work. */
const MAX_SLICE_MS = 10;
const MAX_REST_MS = 50;
const TICK_MS = 50;
/** Statements a second from which there is a load to be kept up, and how long after the last of them. */
const LOAD_RATE = 50;
const LOADED_FOR_MS = 500;
/** How often threads stop to see what the load is without them, until so many statements have begun, and how long at most. */
const PROBE_EVERY_MS = 3000;
const PROBE_STATEMENTS = 250;
const PROBE_MS = 400;
/** Shares of that between which the load is to stay: it is less than without the change, as statements keep the new index already. */
const LEAST_SHARE = 0.84;
const GOOD_SHARE = 0.9;
/** Statements over which a rate is taken: of fewer it is as much chance as load. */
const RATE_STATEMENTS = 400;
const MOST_WEIGHT = 0.3;
/** Rest in percent of work: of the first moment, at least while there is a load, and at most. */
const FIRST_REST = 300;
const LEAST_REST = 10;
const MOST_REST = 400;
const STOPPED = 100_000;

/** What a thread calls between small pieces of its work: it rests there as long as the pacing says. */
export function restingCheckpoint(shared: SharedArrayBuffer): () => void {
  const control = new Int32Array(shared);
  let since = performance.now();
  return () => {
    const rest = Atomics.load(control, 0);
    const now = performance.now();
    if (rest === 0) {
      since = now;
      return;
    }
    const worked = Math.min(now - since, MAX_SLICE_MS);
    if (worked < SLICE_MS) return;
    Atomics.wait(control, 0, rest, Math.min(MAX_REST_MS, (worked * rest) / 100));
    since = performance.now();
  };
}

/**
 * How much the threads that build an index rest, so that statements keep most of their rate. What that is without the threads is found by
 * stopping them for a moment now and then; in between the rests grow while the rate is too low, and shrink while it is high enough.
 */
export class IngestPacing {
  readonly shared = new SharedArrayBuffer(4);
  private readonly control = new Int32Array(this.shared);
  private readonly timer: NodeJS.Timeout;
  private tickAt = performance.now();
  private seen: number;
  private loadedUntil = 0;
  private baseline = 0;
  private rate = 0;
  private probing = false;
  /** When the threads had stopped, and the statements that had begun until then; 0 while they do. */
  private probedFrom = 0;
  private probedSince = 0;
  private nextProbe = 0;
  private paced = FIRST_REST;
  private readonly lookUntil = performance.now() + PROBE_MS + 3 * TICK_MS;

  /** `statements`: how many have begun so far. */
  constructor(private readonly statements: () => number) {
    this.seen = statements();
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.timer.unref();
  }

  /** Statements come in. */
  get loaded(): boolean {
    return this.tickAt < this.loadedUntil;
  }

  /** Sees what the load is before the threads begin. */
  async look(): Promise<void> {
    while (this.baseline === 0 && performance.now() < this.lookUntil)
      await new Promise((resolve) => setTimeout(resolve, TICK_MS / 2));
  }

  /** Milliseconds to rest after so many of work on the statements' own thread. */
  restAfter(ms: number): number {
    return Math.min(MAX_REST_MS, (ms * Math.max(0, this.control[0]!)) / 100);
  }

  stop(): void {
    clearInterval(this.timer);
    this.set(0);
  }

  private set(rest: number): void {
    if (this.control[0] === rest) return;
    Atomics.store(this.control, 0, rest);
    Atomics.notify(this.control, 0);
  }

  private tick(): void {
    const now = performance.now();
    const begun = this.statements();
    const count = begun - this.seen;
    const rate = (count * 1000) / Math.max(1, now - this.tickAt);
    this.seen = begun;
    this.tickAt = now;
    if (rate >= LOAD_RATE) this.loadedUntil = now + LOADED_FOR_MS;
    if (now >= this.loadedUntil) {
      this.baseline = 0;
      this.probing = false;
      this.set(0);
      return;
    }
    if (this.probing) this.probe(now);
    else if (this.baseline === 0 || now >= this.nextProbe) {
      this.probing = true;
      this.probedFrom = 0;
      this.set(STOPPED);
    } else this.adjust(rate, Math.min(MOST_WEIGHT, count / RATE_STATEMENTS));
  }

  private probe(now: number): void {
    // The first tick is still half the threads' own.
    if (this.probedFrom === 0) {
      this.probedFrom = now;
      this.probedSince = this.seen;
      return;
    }
    const count = this.seen - this.probedSince;
    const ms = now - this.probedFrom;
    if (count < PROBE_STATEMENTS && ms < PROBE_MS) return;
    const probed = (count * 1000) / ms;
    this.probing = false;
    // One stop may fall into a pause of the load's own, or a burst.
    this.baseline = this.baseline === 0 ? probed : (this.baseline + probed) / 2;
    this.rate = this.baseline;
    this.nextProbe = now + PROBE_EVERY_MS;
    this.set(this.paced);
  }

  private adjust(rate: number, weight: number): void {
    this.rate += (rate - this.rate) * weight;
    const share = this.rate / this.baseline;
    if (share < LEAST_SHARE) this.paced = Math.min(MOST_REST, Math.ceil(this.paced * 1.25));
    else if (share > GOOD_SHARE) this.paced = Math.max(LEAST_REST, Math.floor(this.paced / 1.15));
    this.set(this.paced);
  }
}
