import { composeTs, type TimestampOracle } from './client/oracle.js';
import { openStorage } from './client/storage.js';
import { ModelStore } from './client/testing/model-store.js';
import { NotOwnerError, OwnerLease } from './owner-lease.js';
import type { Storage } from './storage.js';

/** Store time and nodes' time, moved by hand. */
class Clock implements TimestampOracle {
  ms = 1_000_000;
  private logical = 0;
  timestamp(): bigint {
    return composeTs(this.ms, ++this.logical);
  }
}

function setup(): { clock: Clock; storage: Storage; lease: (id: string, changes?: boolean[]) => OwnerLease } {
  const clock = new Clock();
  const storage = openStorage({ rpc: new ModelStore(clock), oracle: clock });
  return {
    clock,
    storage,
    lease: (id, changes) =>
      new OwnerLease(storage, 'ddl', id, {
        ttlMs: 1000,
        elapsed: () => clock.ms,
        onChange: (held) => changes?.push(held),
      }),
  };
}

test('one node holds the office until its lease ends or it resigns', async () => {
  const { clock, lease } = setup();
  const a = lease('a');
  const b = lease('b');
  expect(await a.campaign()).toBe(true);
  expect(await b.campaign()).toBe(false);
  clock.ms += 900;
  expect(await a.campaign()).toBe(true);
  clock.ms += 900;
  expect(await b.campaign()).toBe(false);
  expect(a.held).toBe(true);
  clock.ms += 200;
  expect(a.held).toBe(false);
  expect(await b.campaign()).toBe(true);
  expect(await a.campaign()).toBe(false);
  expect(await b.owner()).toEqual({ id: 'b', term: 2 });
  await b.resign();
  expect(b.held).toBe(false);
  expect(await a.owner()).toBeNull();
  expect(await a.campaign()).toBe(true);
  expect(await a.owner()).toEqual({ id: 'a', term: 3 });
});

test('of two that campaign at once one wins', async () => {
  const { lease } = setup();
  const nodes = ['a', 'b', 'c', 'd'].map((id) => lease(id));
  const won = await Promise.all(nodes.map((n) => n.campaign()));
  expect(won.filter((w) => w)).toHaveLength(1);
});

test('a node with the same id as the holder but another life is not the holder', async () => {
  const { clock, lease } = setup();
  await lease('a').campaign();
  const again = lease('a');
  expect(await again.campaign()).toBe(false);
  clock.ms += 1001;
  expect(await again.campaign()).toBe(true);
});

test.each([false, true])(
  'a fenced transaction does not commit after a takeover (pessimistic %s)',
  async (pessimistic) => {
    const { clock, storage, lease } = setup();
    const a = lease('a');
    const b = lease('b');
    await a.campaign();
    const ok = await storage.begin({ pessimistic });
    await a.fence(ok);
    ok.set(Buffer.from('k'), Buffer.from('1'));
    await ok.commit();

    if (!pessimistic) {
      const txn = await storage.begin();
      await a.fence(txn);
      txn.set(Buffer.from('k'), Buffer.from('2'));
      clock.ms += 1001;
      expect(await b.campaign()).toBe(true);
      await expect(Promise.resolve().then(() => txn.commit())).rejects.toThrow();
    } else {
      clock.ms += 1001;
      expect(await b.campaign()).toBe(true);
    }
    const late = await storage.begin({ pessimistic });
    await expect(a.fence(late)).rejects.toThrow(NotOwnerError);
    await late.rollback();
    const value = await storage.snapshot(await storage.currentTs()).get(Buffer.from('k'));
    expect(Buffer.from(value!).toString()).toBe('1');
  },
);

test('gain and loss are told once each', async () => {
  const { clock, lease } = setup();
  const changes: boolean[] = [];
  const a = lease('a', changes);
  await a.campaign();
  await a.campaign();
  clock.ms += 1001;
  await lease('b').campaign();
  await a.campaign();
  expect(changes).toEqual([true, false]);
});
