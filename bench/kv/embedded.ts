/**
 * The transactional client over the embedded store by direct call: `npx tsx bench/kv/embedded.ts`. One caller unless said otherwise.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordKey, recordRange } from '../../kv/codec/table-key.js';
import { openStorage } from '../../kv/client/storage.js';
import { openEmbeddedStore } from '../../kv/embedded/engine.js';
import type { Transaction } from '../../kv/storage.js';

const ROWS = 100_000;
const TABLE = 100;
const dataDir = await mkdtemp(join(tmpdir(), 'rutile-bench-'));
const store = await openEmbeddedStore({ dataDir, durability: 1 });
const storage = openStorage({ rpc: store, oracle: store });

async function measure(name: string, operations: number, run: () => unknown): Promise<void> {
  const t = performance.now();
  await run();
  const ms = performance.now() - t;
  console.log(
    `${name.padEnd(44)} ${((ms * 1e3) / operations).toFixed(2).padStart(9)} us  ${((operations / ms) * 1e3).toFixed(0).padStart(9)} /s`,
  );
}

const value = Buffer.alloc(190, 'v');
const random = (): number => Math.floor(Math.random() * ROWS);

await measure('load, transactions of 1,000 rows', ROWS, async () => {
  for (let i = 0; i < ROWS; i += 1000) {
    const txn = await storage.begin({ durability: 0 });
    for (let k = i; k < i + 1000; k++) txn.set(recordKey(TABLE, k), value);
    await txn.commit();
  }
});
for (const where of ['memory', 'LMDB']) {
  if (where === 'LMDB') await store.checkpoint();
  await measure(`point get from ${where}`, ROWS, () => {
    const snapshot = storage.snapshot(store.timestamp());
    for (let i = 0; i < ROWS; i++)
      if (snapshot.get(recordKey(TABLE, random())) === null) throw new Error('a row is missing');
  });
  await measure(`batch get of 100 from ${where}`, ROWS, async () => {
    const snapshot = storage.snapshot(store.timestamp());
    for (let i = 0; i < ROWS; i += 100)
      await snapshot.batchGet(Array.from({ length: 100 }, () => recordKey(TABLE, random())));
  });
  await measure(`scan from ${where}`, ROWS, async () => {
    const { startKey, endKey } = recordRange(TABLE);
    const it = storage.snapshot(store.timestamp()).iterate(startKey, endKey);
    for (let p = it.next(); ; p = it.next()) if ((p instanceof Promise ? await p : p) === null) break;
  });
}

async function update(options: { pessimistic: boolean; durability: 0 | 1 }): Promise<void> {
  const begun = storage.begin(options);
  const txn: Transaction = begun instanceof Promise ? await begun : begun;
  const key = recordKey(TABLE, random());
  try {
    if (options.pessimistic) {
      const locked = txn.lockKeys([key], { returnValues: true });
      if (locked instanceof Promise) await locked;
    } else if (txn.get(key) === null) throw new Error('a row is missing');
    txn.set(key, value);
    const done = txn.commit();
    if (done instanceof Promise) await done;
  } catch {
    // Two clients may meet on a row.
    await txn.rollback();
  }
}

for (const pessimistic of [false, true]) {
  const kind = pessimistic ? 'pessimistic' : 'optimistic';
  await measure(`${kind} update, not waiting for the disk`, 50_000, async () => {
    for (let i = 0; i < 50_000; i++) await update({ pessimistic, durability: 0 });
  });
  for (const clients of [1, 32]) {
    const each = clients === 1 ? 500 : 500;
    await measure(`${kind} update, durable, ${clients} client${clients > 1 ? 's' : ''}`, clients * each, () =>
      Promise.all(
        Array.from({ length: clients }, async () => {
          for (let i = 0; i < each; i++) await update({ pessimistic, durability: 1 });
        }),
      ),
    );
  }
}
await storage.close();
await store.close();
await rm(dataDir, { recursive: true });
