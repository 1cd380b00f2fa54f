import type { EmbeddedStore } from '../../embedded/engine.js';
import { DurabilityGate } from './durability-gate.js';

const bytes = (s: string): Uint8Array => Buffer.from(s);

/** Commits of keys, and a disk that is as slow as the test wants. */
class SlowStore {
  private told: ((ts: bigint, keys: readonly Uint8Array[]) => void) | null = null;
  private waiting: (() => void)[] = [];
  readonly dataWatch = {
    onCommit: (listener: (ts: bigint, keys: readonly Uint8Array[]) => void) => {
      this.told = listener;
      return () => undefined;
    },
  };
  whenDurable(done: () => void): void {
    this.waiting.push(done);
  }
  commit(...keys: string[]): void {
    this.told!(1n, keys.map(bytes));
  }
  /** What was committed so far is on disk. */
  sync(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const done of waiting) done();
  }
}

test('answers wait for the commits that they tell of, and for no others', async () => {
  const store = new SlowStore();
  const gate = new DurabilityGate(store as unknown as EmbeddedStore);
  expect(gate.wait(null)).toBeNull();
  store.commit('a', 'b');
  expect(gate.wait([bytes('c')])).toBeNull();
  let answered = 0;
  for (const keys of [[bytes('c'), bytes('b')], null]) void gate.wait(keys)!.then(() => answered++);
  await null;
  expect(answered).toBe(0);
  store.sync();
  await new Promise((resolve) => setImmediate(resolve));
  expect(answered).toBe(2);
  expect(gate.wait([bytes('a')])).toBeNull();
  store.commit('a');
  store.sync();
  store.commit('b');
  expect(gate.wait([bytes('a')])).toBeNull();
  expect(gate.wait([bytes('b')])).not.toBeNull();
  expect(gate.wait(null)).not.toBeNull();
  store.sync();
  expect(gate.wait(null)).toBeNull();
});
