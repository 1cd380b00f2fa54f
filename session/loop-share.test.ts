import { LoopShare } from './loop-share.js';

/** Milliseconds that a pause took, in a thread where `statements` began in the last 10 ms. */
async function pauseMs(statements: number, heldMs: number, background: boolean): Promise<number> {
  const share = new LoopShare();
  await share.pause(1000, 0, background);
  share.begun = statements;
  const began = performance.now();
  await share.pause(1010, heldMs, background);
  return performance.now() - began;
}

test('work in the background keeps back while statements come, other work only while many do', async () => {
  // Timers may be early by a millisecond.
  expect(await pauseMs(1, 4, true)).toBeGreaterThanOrEqual(4 * 19 - 1);
  expect(await pauseMs(100, 4, false)).toBeGreaterThanOrEqual(4 * 7 - 1);
});

test('what holds the thread in the background waits for nothing where nobody comes', async () => {
  const share = new LoopShare();
  let immediate = false;
  await share.pause(1000, 0, true);
  const pause = share.pause(1010, 1e6, true).then(() => (immediate = true));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(immediate).toBe(true);
  await pause;
});
