import { loopShare, LoopShare } from './loop-share.js';
import { StatementContext } from './statement-context.js';

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

test('a statement gives way for the time that it works, not for what it waits', async () => {
  const { sliceMs } = loopShare;
  // Longer than a busy machine takes a thread away for.
  loopShare.sliceMs = 200;
  const work = (ms: number): void => {
    for (const until = performance.now() + ms; performance.now() < until;);
  };
  try {
    const statement = new StatementContext('', Date.now());
    work(250);
    const first = statement.checkpoint();
    loopShare.sliceMs = 200;
    expect(first).toBeInstanceOf(Promise);
    await first;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(statement.checkpoint()).toBeUndefined();
    work(250);
    expect(statement.checkpoint()).toBeInstanceOf(Promise);
  } finally {
    loopShare.sliceMs = sliceMs;
  }
});
