/* Loaded into the server by bench/kill: tells its parent how long the event loop of the main thread stood still. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on('message', () => {
    process.send({ maxMs: delay.max / 1e6 });
    delay.reset();
  });
  process.channel.unref();
}
