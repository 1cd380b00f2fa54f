/*
 * Loaded into the server by bench/kill: tells its parent how long the event loop of the main thread stood still, how much of that V8
 * collected garbage, and, where LOOP_PROBE_WHERE is set, in which functions it passed. Time in which the thread wanted to run and the machine gave it no core
 * (run_delay, /proc/self/schedstat, Linux) is the machine's and not the server's: it is taken off.
 */
import { openSync, readSync } from 'node:fs';
import { Session } from 'node:inspector';
import { PerformanceObserver } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const TICK_MS = 1;
const FRAMES = 12;

/** Milliseconds that this thread has waited for a core. */
function runDelay() {
  let file;
  try {
    file = openSync('/proc/thread-self/schedstat', 'r');
  } catch {
    return () => 0;
  }
  const text = Buffer.alloc(100);
  return () => Number(text.toString('latin1', 0, readSync(file, text, 0, 100, 0)).split(' ')[1]) / 1e6;
}

function watch() {
  const waited = runDelay();
  const profiler = process.env['LOOP_PROBE_WHERE'] === undefined ? null : new Session();
  let longest = { ms: 0, from: 0, to: 0 };
  let collections = [];
  new PerformanceObserver((list) => collections.push(...list.getEntries())).observe({ entryTypes: ['gc'] });
  let at = performance.now();
  let delay = waited();

  const tick = () => {
    const now = performance.now();
    const before = delay;
    delay = waited();
    const ms = now - at - TICK_MS - (delay - before);
    if (ms > longest.ms) longest = { ms, from: at, to: now };
    at = now;
    setTimeout(tick, TICK_MS).unref();
  };
  tick();
  profiler?.connect();
  profiler?.post('Profiler.enable');
  profiler?.post('Profiler.setSamplingInterval', { interval: 250 });
  profiler?.post('Profiler.start');
  // The profile's clock and ours have different zeros.
  const zero = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000;

  // Collections are told of a turn later.
  process.on('message', () => setTimeout(answer, TICK_MS));
  function answer() {
    const { ms, from, to } = longest;
    let where = '';
    let gcMs = 0;
    for (const { startTime, duration } of collections)
      gcMs += Math.max(0, Math.min(to, startTime + duration) - Math.max(from, startTime));
    collections = [];
    profiler?.post(
      'Profiler.stop',
      (e, r) => (where = e === null ? heaviest(r.profile, from * 1000 + zero, to * 1000 + zero) : ''),
    );
    profiler?.post('Profiler.start');
    process.send({ maxMs: ms, gcMs: Math.min(ms, gcMs), where });
    longest = { ms: 0, from: 0, to: 0 };
    at = performance.now();
  }
  process.channel.unref();
}

/** The way down to where most of the samples between two times (microseconds) were taken. */
function heaviest({ nodes, samples, timeDeltas, startTime }, from, to) {
  const byId = new Map(nodes.map((n) => [n.id, n]));
  const weight = new Map(nodes.map((n) => [n.id, 0]));
  const parent = new Map(nodes.flatMap((n) => (n.children ?? []).map((c) => [c, n.id])));
  let time = startTime;
  samples.forEach((id, k) => {
    time += timeDeltas[k];
    if (time < from || time > to) return;
    for (let n = id; n !== undefined; n = parent.get(n)) weight.set(n, weight.get(n) + timeDeltas[k]);
  });
  const path = [];
  for (let n = nodes[0]; n !== undefined;) {
    const next = (n.children ?? []).reduce(
      (a, b) => (weight.get(b) > (a === null ? 0 : weight.get(a)) ? b : a),
      null,
    );
    if (next === null || weight.get(next) < 500) break;
    n = byId.get(next);
    path.push(`${n.callFrame.functionName || '?'} ${(weight.get(next) / 1000).toFixed(0)}`);
  }
  return path.slice(-FRAMES).join(' > ');
}

if (isMainThread && process.send !== undefined) watch();
