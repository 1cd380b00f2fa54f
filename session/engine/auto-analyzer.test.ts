import { priorityOf } from './auto-analyzer.js';
import { inWindow, minuteOfDay } from './time-window.js';

describe('window of automatic analysis', () => {
  test.each([
    ['00:00 +0000', 0],
    ['23:59 +0000', 1439],
    ['08:30 +0800', 30],
    ['01:00 +08:00', 1020],
    ['20:00 -0500', 60],
  ])('%s is minute %i of the day', (text, minute) => expect(minuteOfDay(text)).toBe(minute));
  test.each(['', '25', '10:00', 'noon'])('%j is no time', (text) => expect(minuteOfDay(text)).toBeNull());

  test('may reach over midnight', () => {
    expect(inWindow(30, 1380, 120)).toBe(true);
    expect(inWindow(1400, 1380, 120)).toBe(true);
    expect(inWindow(600, 1380, 120)).toBe(false);
    expect(inWindow(600, 540, 720)).toBe(true);
  });
});

test('what changed more, is smaller, was analyzed longer ago or has a new index comes first', () => {
  const base = priorityOf(0.6, 10_000, 3600, false);
  expect(priorityOf(0.9, 10_000, 3600, false)).toBeGreaterThan(base);
  expect(priorityOf(0.6, 1000, 3600, false)).toBeGreaterThan(base);
  expect(priorityOf(0.6, 10_000, 36_000, false)).toBeGreaterThan(base);
  expect(priorityOf(0, 10_000, 0, true)).toBeGreaterThan(base);
});
