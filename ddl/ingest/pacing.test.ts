import { jest } from '@jest/globals';
import { IngestPacing } from './pacing.js';

/**
 * Statements that come at `full` a second, with a share of them (`cost`) lost to threads that never rest, and chance: each tick has up
 * to `noise` of its statements more or fewer.
 */
function play(full: number, seconds: number, cost = 0.6, noise = 0): { rest: number; stops: number } {
  jest.useFakeTimers();
  let begun = 0;
  let state = 12345;
  const random = (): number => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  const pacing = new IngestPacing(() => Math.round(begun));
  const control = new Int32Array(pacing.shared);
  let stops = 0;
  let last = 0;
  for (let tick = 0; tick < seconds * 20; tick++) {
    const rest = control[0]!;
    if (rest > 1000 && last <= 1000) stops++;
    last = rest;
    begun += (full / 20) * (1 - cost / (1 + rest / 100)) * (1 + noise * (2 * random() - 1));
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
  // At rest 275 statements have 84 % of their rate, at 400 88 %.
  expect(rest).toBeGreaterThanOrEqual(235);
  expect(rest).toBeLessThanOrEqual(400);
  expect(stops).toBeGreaterThanOrEqual(2);
});

test('threads that cost statements little rest little, although their rate is unsteady', () => {
  expect(play(1000, 8.5, 0.1, 0.5).rest).toBeLessThanOrEqual(60);
});

test('threads do not rest while no statements come', () => {
  expect(play(20, 2)).toEqual({ rest: 0, stops: 0 });
});
