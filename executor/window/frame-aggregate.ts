import type { Frames, Partitions } from './frame.js';

/** An aggregate over frames: told of each partition, then asked for its rows in order, stretch by stretch. */
export interface FrameAggregate {
  /** Begins the partition of rows [s, e); in steps, where there is much to prepare. */
  start(s: number, e: number): void | Generator<void, void>;
  /** Appends the values of rows [from, to). */
  rows(from: number, to: number, frames: Frames): void;
}

/** Rows between two chances to let others use the thread. */
export const STEP_ROWS = 1 << 14;

/** Evaluates the aggregate for all rows. */
export function* overFrames(agg: FrameAggregate, p: Partitions, frames: Frames): Generator<void, void> {
  let since = 0;
  for (let k = 0; k + 1 < p.starts.length; k++) {
    const s = p.starts[k]!;
    const e = p.starts[k + 1]!;
    const steps = agg.start(s, e);
    if (steps !== undefined) yield* steps;
    for (let from = s; from < e; from += STEP_ROWS) {
      const to = Math.min(e, from + STEP_ROWS);
      agg.rows(from, to, frames);
      since += to - from;
      if (since < STEP_ROWS) continue;
      since = 0;
      yield;
    }
  }
}
