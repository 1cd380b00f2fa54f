/**
 * The transactional client over the embedded store: by direct call, and served over gRPC by a process of its own (loopback).
 * `npm run bench:kv`. Latency with one caller, throughput with 128.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordKey, recordRange } from '../../kv/codec/table-key.js';
import { openStorage } from '../../kv/client/storage.js';
import { openEmbeddedStore } from '../../kv/embedded/engine.js';
import type { Storage } from '../../kv/storage.js';
import { openTikvStorage } from '../../kv/tikv/client/open-tikv-storage.js';

const ROWS = 20_000;
const TABLE = 100;
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 1);
const MANY = 128;
const value = Buffer.alloc(190, 'v');
const random = (): number => Math.floor(Math.random() * ROWS);

interface Subject {
  readonly name: string;
  readonly storage: Storage;
  close(): Promise<void>;
}

async function direct(): Promise<Subject> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rutile-bench-'));
  const store = await openEmbeddedStore({ dataDir, durability: 2 });
  const storage = openStorage({ rpc: store, oracle: store, onClose: () => store.close() });
  return {
    name: 'direct call',
    storage,
    close: async () => {
      await storage.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

async function served(): Promise<Subject> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rutile-bench-'));
  const bin = fileURLToPath(new URL('../../bin/rutile.js', import.meta.url));
  const args = ['kv', '--addr', '127.0.0.1:0', '--data-dir', dataDir, '--durability', '2'];
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise<string>((resolve) =>
    child.stdout.once('data', (d) => resolve(/--pd (\S+)/.exec(String(d))![1]!)),
  );
  const storage = await openTikvStorage({ pd: [address] });
  return {
    name: 'over gRPC',
    storage,
    close: async () => {
      await storage.close();
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await exited;
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Runs an operation from `callers` callers for a while; operations per second. */
async function rate(callers: number, operation: () => Promise<unknown>): Promise<number> {
  const run = async (until: number): Promise<number> => {
    let n = 0;
    const caller = async (): Promise<void> => {
      while (performance.now() < until) {
        // A direct call answers without giving up the thread: look at the clock only now and then.
        for (let i = 0; i < 8; i++) await operation();
        n += 8;
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    return n;
  };
  await run(performance.now() + SECONDS * 200);
  const began = performance.now();
  const n = await run(began + SECONDS * 1000);
  return (n / (performance.now() - began)) * 1000;
}

async function load(storage: Storage): Promise<void> {
  for (let i = 0; i < ROWS; i += 1000) {
    const txn = await storage.begin();
    for (let k = i; k < i + 1000; k++) txn.set(recordKey(TABLE, k), value);
    await txn.commit();
  }
}

/** Rows of a scan, batch or transaction. */
const BATCH = 100;

function operations(storage: Storage): readonly (readonly [string, () => Promise<unknown>])[] {
  let nextRow = ROWS;
  const commit = async (rows: number, pessimistic: boolean): Promise<void> => {
    const txn = await storage.begin({ pessimistic });
    const keys = Array.from({ length: rows }, () => recordKey(TABLE + 1, nextRow++));
    if (pessimistic) await txn.lockKeys(keys, { returnValues: true });
    for (const key of keys) txn.set(key, value);
    await txn.commit();
  };
  return [
    ['timestamp', async () => storage.currentTs()],
    [
      'point get',
      async () => {
        if ((await storage.snapshot(await storage.currentTs()).get(recordKey(TABLE, random()))) === null)
          throw new Error('a row is missing');
      },
    ],
    [
      `batch get of ${BATCH}`,
      async () =>
        storage
          .snapshot(await storage.currentTs())
          .batchGet(Array.from({ length: BATCH }, () => recordKey(TABLE, random()))),
    ],
    [
      `scan of ${BATCH}`,
      async () => {
        const { endKey } = recordRange(TABLE);
        const start = recordKey(TABLE, Math.floor(Math.random() * (ROWS - BATCH)));
        const it = storage.snapshot(await storage.currentTs()).iterate(start, endKey, { batchSize: BATCH });
        for (let i = 0; i < BATCH; i++) await it.next();
        it.close();
      },
    ],
    ['commit of 1 row', () => commit(1, false)],
    [`commit of ${BATCH} rows`, () => commit(BATCH, false)],
    ['pessimistic lock and commit of 1 row', () => commit(1, true)],
  ];
}

const figure = (n: number): string => Math.round(n).toLocaleString('en-US').padStart(11);
const subjects = [await direct(), await served()];
console.log(`${''.padEnd(38)}${subjects.map((s) => s.name.padStart(24)).join('')}`);
console.log(
  `${'operations per second'.padEnd(38)}${subjects.map(() => `   1 caller ${String(MANY).padStart(4)} callers`).join('')}`,
);
const rows = new Map<string, string[]>();
for (const subject of subjects) {
  await load(subject.storage);
  for (const [name, operation] of operations(subject.storage)) {
    const cells = rows.get(name) ?? [];
    rows.set(name, cells);
    for (const callers of [1, MANY]) cells.push(figure(await rate(callers, operation)));
  }
}
for (const [name, cells] of rows) console.log(`${name.padEnd(38)} ${cells.join(' ')}`);

console.log('\ntimestamps over gRPC, per second: all that wait at a time go in one request');
const { storage } = subjects[1]!;
for (const clients of [1, 16, 256])
  console.log(
    `${`${clients} client${clients > 1 ? 's' : ''}`.padEnd(38)} ${figure(await rate(clients, async () => storage.currentTs()))}`,
  );
for (const subject of subjects) await subject.close();
