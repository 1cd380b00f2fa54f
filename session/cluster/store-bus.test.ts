import { composeTs, physicalOf, type TimestampOracle } from '../../kv/client/oracle.js';
import { openStorage } from '../../kv/client/storage.js';
import { ModelStore } from '../../kv/client/testing/model-store.js';
import { StoreBus } from './store-bus.js';

/** The store's time, moved by hand. */
class Clock implements TimestampOracle {
  ms = 1_000_000;
  private logical = 0;
  timestamp(): bigint {
    return composeTs(this.ms, ++this.logical);
  }
}

const FAILED = (e: unknown): never => {
  throw e;
};
const SELF = { address: '127.0.0.1', port: 0 } as unknown as Parameters<typeof StoreBus.join>[2];

test('a node whose lease a jump of the clock has ended knows by the timestamps that it does not count', async () => {
  const clock = new Clock();
  const storage = openStorage({ rpc: new ModelStore(clock), oracle: clock });
  const a = await StoreBus.join(storage, 'a', SELF, FAILED);
  const b = await StoreBus.join(storage, 'b', SELF, FAILED);
  const alive = async (): Promise<string[]> => (await b.nodes()).map((n) => n.id).sort();
  const told: string[] = [];
  for (const topic of ['reload', 'accounts'])
    a.serve(topic, () => {
      told.push(topic);
      return null;
    });
  for (const topic of ['reload', 'accounts']) b.serve(topic, () => null);
  expect(await alive()).toEqual(['a', 'b']);
  expect(physicalOf(a.countedOnBefore)).toBeGreaterThan(clock.ms);

  clock.ms += 3_600_000;
  // Its own clock has hardly moved.
  expect(a.lapsed).toBe(false);
  expect(await alive()).toEqual([]);
  expect(physicalOf(a.countedOnBefore)).toBeLessThan(clock.ms);

  await Promise.all([a.revive(), a.revive()]);
  expect(told).toEqual(['reload', 'accounts']);
  expect(await alive()).toEqual(['a']);
  expect(physicalOf(a.countedOnBefore)).toBeGreaterThan(clock.ms);
  await a.close();
  await b.close();
});

test('what every node must do is asked for again of those that fail at it, and of nobody who is gone', async () => {
  const clock = new Clock();
  const storage = openStorage({ rpc: new ModelStore(clock), oracle: clock });
  const a = await StoreBus.join(storage, 'a', SELF, FAILED);
  const b = await StoreBus.join(storage, 'b', SELF, FAILED);
  const c = await StoreBus.join(storage, 'c', SELF, FAILED);
  const attempts = { b: 0, c: 0 };
  b.serve('reload', () => {
    if (++attempts.b < 3) throw new Error('the store is away');
    return null;
  });
  c.serve('reload', async () => {
    attempts.c++;
    await c.close();
    throw new Error('going');
  });
  await a.require('reload', null);
  expect(attempts).toEqual({ b: 3, c: 1 });
  // Who is only asked may fail.
  b.serve('reload', () => {
    throw new Error('no');
  });
  expect(await a.ask('reload', null)).toEqual([]);
  await a.close();
  await b.close();
});
