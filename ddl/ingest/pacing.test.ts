import { jest } from '@jest/globals';
import { IngestPacing } from './pacing.js';

/** Statements that come at `full` a second, and less the less the threads rest. */
function play(full: number, seconds: number): { rest: number; stops: number } {
  jest.useFakeTimers();
  let begun = 0;
  const pacing = new IngestPacing(() => Math.round(begun));
  const control = new Int32Array(pacing.shared);
  let stops = 0;
  let last = 0;
  for (let tick = 0; tick < seconds * 20; tick++) {
    const rest = control[0]!;
    if (rest > 1000 && last <= 1000) stops++;
    last = rest;
    begun += (full / 20) * (1 - 0.6 / (1 + rest / 100));
    jest.advanceTimersByTime(50);
  }
  const rest = control[0]!;
  pacing.stop();
  expect(control[0]).toBe(0);
  jest.useRealTimers();
  return { rest, stops };
}

test('threads rest as much as statements need to keep their rate', () => {
  const { rest, stops } = play(10_000, 8.5);
  // At rest 300 statements have 85 % of their rate, at 200 80 %.
  expect(rest).toBeGreaterThanOrEqual(180);
  expect(rest).toBeLessThanOrEqual(400);
  expect(stops).toBeGreaterThanOrEqual(2);
});

test('threads do not rest while no statements come', () => {
  expect(play(20, 2)).toEqual({ rest: 0, stops: 0 });
});
