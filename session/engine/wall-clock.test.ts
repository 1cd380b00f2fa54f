import { WallClock } from './wall-clock.js';

test('follows the wall clock though the monotonic one runs faster, slower or ahead', () => {
  let wall = 1_700_000_000_000;
  let monotonic = 5;
  const clock = new WallClock(
    () => wall,
    () => monotonic,
  );
  expect(clock.micros()).toBe(1_700_000_000_000_000);
  monotonic += 0.25;
  expect(clock.micros()).toBe(1_700_000_000_000_250);
  monotonic += 40; // the wall clock stands still while it is being corrected
  expect(clock.micros()).toBe(1_700_000_000_000_999);
  wall += 86_400_000; // a day on which the monotonic clock fell behind by a second
  monotonic += 86_399_000;
  expect(clock.micros()).toBe(1_700_086_400_000_000);
  wall -= 3_600_000; // set back by hand
  expect(clock.micros()).toBe(1_700_082_800_000_000);
});
