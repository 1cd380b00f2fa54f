import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type EmbeddedStore, openEmbeddedStore } from '../../kv/embedded/engine.js';
import type { Mutation } from '../../kv/rpc.js';

/**
 * The embedded store's speed, by direct calls: load, point get, batch get, scan, commit at 1, 16 and 32 clients.
 *
 *     npx tsx bench/kv/store.ts [--rows 300000] [--dir DIR]
 */
const args = process.argv.slice(2);
const option = (name: string, fallback: string): string => {
  const at = args.indexOf(`--${name}`);
  return at >= 0 ? args[at + 1]! : fallback;
};
const rows = Number(option('rows', '300000'));
const directory = option('dir', fs.mkdtempSync(path.join(os.tmpdir(), 'rutile-kv-')));
const context = { regionId: 1, regionEpoch: { confVer: 1, version: 1 } };
const value = Buffer.alloc(150, 7);

/** The shape of a record key: t{8}_r{8}. */
function keyOf(i: number): Buffer {
  const key = Buffer.alloc(19);
  key[0] = 0x74;
  key.writeBigInt64BE(45n, 1);
  key.write('_r', 9);
  key.writeUInt32BE(i, 15);
  return key;
}

async function commit(store: EmbeddedStore, mutations: Mutation[]): Promise<void> {
  const response = await store.prewrite({
    context,
    mutations,
    primaryLock: mutations[0]!.key,
    startVersion: store.timestamp(),
    lockTtl: 3000,
    txnSize: mutations.length,
    tryOnePc: true,
  });
  if (response.errors.length > 0 && response.errors[0]!.kind !== 'conflict')
    throw new Error(response.errors[0]!.kind);
}

function report(name: string, count: number, ms: number, note = ''): void {
  console.log(`${name.padEnd(28)} ${String(Math.round((count / ms) * 1000)).padStart(10)} /s  ${note}`);
}

async function main(): Promise<void> {
  const store = await openEmbeddedStore({ dataDir: directory });
  let began = performance.now();
  let longest = 0;
  for (let from = 0; from < rows; from += 20_000) {
    const mutations: Mutation[] = [];
    for (let i = from; i < Math.min(rows, from + 20_000); i++)
      mutations.push({ op: 'put', key: keyOf(i), value });
    const one = performance.now();
    await commit(store, mutations);
    longest = Math.max(longest, performance.now() - one);
  }
  report(
    'load, 20k rows a txn',
    rows,
    performance.now() - began,
    `longest transaction ${longest.toFixed(0)} ms`,
  );

  const lookups = 500_000;
  const keys = Array.from({ length: 4096 }, (_, i) => keyOf((i * 7919) % rows));
  const far = Array.from({ length: 200_000 }, (_, i) => keyOf((i * 104729) % rows));
  const version = store.timestamp();
  for (let round = 0; round < 2; round++) {
    began = performance.now();
    let found = 0;
    for (let i = 0; i < lookups; i++)
      if (store.get({ context, key: keys[i & 4095]!, version }).value !== undefined) found++;
    report('get, 4096 hot rows', found, performance.now() - began);
    began = performance.now();
    found = 0;
    for (let i = 0; i < lookups; i++)
      if (store.get({ context, key: far[i % far.length]!, version }).value !== undefined) found++;
    report('get, random rows', found, performance.now() - began);
  }
  began = performance.now();
  let fetched = 0;
  for (let i = 0; i < far.length; i += 1000)
    fetched += store.batchGet({ context, keys: far.slice(i, i + 1000), version }).pairs.length;
  report('batch get, 1000 keys', fetched, performance.now() - began);

  for (const reverse of [false, true]) {
    began = performance.now();
    let seen = 0;
    let bytes = 0;
    for (let round = 0; round < 5; round++) {
      const cursor = store.mvccReader(version).scan(keyOf(0), keyOf(rows), reverse, false);
      while (cursor.next()) {
        seen++;
        bytes += cursor.valueEnd - cursor.valueStart + cursor.valueBuffer[cursor.valueStart]!;
      }
    }
    report(reverse ? 'scan, descending' : 'scan', seen, performance.now() - began, `${bytes} bytes`);
  }
  began = performance.now();
  let pairs = 0;
  for (let round = 0; round < 3; round++)
    pairs += store.scan({ context, startKey: keyOf(0), endKey: keyOf(rows), limit: rows, version }).pairs
      .length;
  report('scan into pairs', pairs, performance.now() - began);

  for (const durability of [1, 2, 0] as const) {
    for (const clients of [1, 16, 32]) {
      const until = performance.now() + 2000;
      let done = 0;
      const flushes = store.stats.walFlushes;
      began = performance.now();
      const client = async (seed: number): Promise<void> => {
        let x = seed * 2654435761;
        while (performance.now() < until) {
          x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
          const mutations: Mutation[] = [
            { op: 'put', key: keyOf(x % rows), value },
            { op: 'put', key: keyOf((x >>> 3) % rows), value },
          ];
          const response = await store.prewrite({
            context,
            mutations,
            primaryLock: mutations[0]!.key,
            startVersion: store.timestamp(),
            lockTtl: 3000,
            txnSize: 2,
            tryOnePc: true,
            durability,
          });
          if (response.errors.length === 0) done++;
          // Commits that do not wait for the disk answer synchronously: let others run.
          if (durability === 0 && (done & 63) === 0) await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await Promise.all(Array.from({ length: clients }, (_, i) => client(i + 1)));
      report(
        `commit, 2 keys, ${clients} clients`,
        done,
        performance.now() - began,
        `durability ${durability}, ${store.stats.walFlushes - flushes} flushes`,
      );
    }
  }
  console.log(store.stats);
  began = performance.now();
  await store.close();
  console.log(`close ${(performance.now() - began).toFixed(0)} ms`);
  began = performance.now();
  const again = await openEmbeddedStore({ dataDir: directory });
  console.log(
    `open ${(performance.now() - began).toFixed(0)} ms, ${(again.stats.fileBytes / 2 ** 20).toFixed(0)} MiB`,
  );
  console.log(`resident ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB, mapped file pages included`);
  await again.close();
  if (!args.includes('--dir')) fs.rmSync(directory, { recursive: true, force: true });
}

void main();
