/**
 * The wall clock in microseconds since 1970, for NOW(6). The system tells whole milliseconds and follows the world's time, corrections
 * included; the monotonic clock counts finer but drifts from it over days (or at once, where the time is being corrected), so that it
 * gives only what has passed since the millisecond was first seen. Timestamps of the store come from the same milliseconds: a moment
 * that a client noted is never ahead of the transaction that begins after it by more than the rest of its millisecond.
 */
export class WallClock {
  private millisecond = 0;
  private seenAt = 0;

  constructor(
    private readonly wall: () => number = Date.now,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  micros(): number {
    const wall = this.wall();
    const monotonic = this.monotonic();
    if (wall !== this.millisecond) {
      this.millisecond = wall;
      this.seenAt = monotonic;
    }
    return wall * 1000 + Math.min(999, Math.max(0, Math.floor((monotonic - this.seenAt) * 1000)));
  }
}
